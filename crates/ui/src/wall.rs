//! The wall: live numbers, map of the ten regions, charts; every number opens its rows (pages.md kind 5;
//! M6.4 training map, M8.2).

use maud::{Markup, Render, html};

use crate::Tone;

/// A number on the wall.
#[derive(Debug, Clone, Default)]
pub struct WallNumber {
    /// `今日在训`.
    pub label: String,
    /// `12,480`.
    pub value: String,
    /// `人`.
    pub unit: String,
    /// `比昨天多 312`.
    pub note: String,
    /// Its rows.
    pub href: String,
    /// Red where it asks for an act.
    pub tone: Tone,
}

/// Numbers that refresh themselves from `refresh` every 30 s when JavaScript is there; the answer must
/// contain this same fragment.
pub fn wall_numbers(numbers: &[WallNumber], refresh: Option<&str>) -> Markup {
    html! {
        div id="wall-numbers" class="jb-stats jb-stats--wall" aria-live="off"
            hx-get=[refresh] hx-trigger=[refresh.map(|_| "every 30s")] hx-select=[refresh.map(|_| "#wall-numbers")]
            hx-swap=[refresh.map(|_| "outerHTML")] {
            @for number in numbers {
                a class="jb-stat" href=(number.href) {
                    span class="jb-stat__label" { (number.label) }
                    span class={ "jb-stat__value jb-text--" (number.tone.slug()) } {
                        (number.value) @if !number.unit.is_empty() { span class="jb-stat__unit" { " " (number.unit) } }
                    }
                    @if !number.note.is_empty() { span class="jb-stat__note" { (number.note) } }
                }
            }
        }
    }
}

/// One region on the schematic map.
#[derive(Debug, Clone, Default)]
pub struct MapRegion {
    /// Six-digit district code: `350500`; Pingtan is `350128`.
    pub code: String,
    /// `泉州`.
    pub name: String,
    /// `86 个基地`.
    pub value: String,
    /// Shade 0 (none) to 4 (most), worked out by the caller in whole numbers.
    pub shade: u8,
    /// Its rows.
    pub href: String,
}

/// A schematic map of Fujian: one tile per region where it lies, readable as a list too.
#[derive(Debug, Clone, Default)]
pub struct TileMap {
    /// `培训基地分布`.
    pub title: String,
    /// Regions; unknown codes are appended below.
    pub regions: Vec<MapRegion>,
    /// What the shade means: `颜色越深，基地越多`.
    pub legend: String,
}

impl Render for TileMap {
    fn render(&self) -> Markup {
        html! {
            figure class="jb-map" {
                figcaption class="jb-h2" { (self.title) }
                ul class="jb-map__tiles" {
                    @for region in &self.regions {
                        li class={
                            "jb-map__tile jb-map__tile--" (place_of(&region.code)) " jb-shade--" (region.shade.min(4))
                        } {
                            a href=(region.href) { span { (region.name) } strong { (region.value) } }
                        }
                    }
                }
                @if !self.legend.is_empty() { p class="jb-faint" { (self.legend) "（示意图，不表示行政区域界线）" } }
            }
        }
    }
}

/// Where a region's tile lies on a grid of three columns, roughly as on the map.
fn place_of(code: &str) -> &'static str {
    match code.get(..6).unwrap_or("") {
        "350700" => "nanping",
        "350900" => "ningde",
        "350400" => "sanming",
        "350100" => "fuzhou",
        "350128" => "pingtan",
        "350800" => "longyan",
        "350500" => "quanzhou",
        "350300" => "putian",
        "350600" => "zhangzhou",
        "350200" => "xiamen",
        _ => "other",
    }
}
