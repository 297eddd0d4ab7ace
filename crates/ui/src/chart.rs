//! Charts: data as a JSON attribute for the chart script, and the same numbers as a table for everyone
//! without it (pages.md kind 5; WCAG 1.1.1). The script is fetched only where there is room to draw. Whole numbers
//! only; money is handed over in yuan or fen by the caller with its unit.

use maud::{Markup, Render, html};
use serde::Serialize;

/// The three kinds that exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// Bars; several series stand side by side.
    #[default]
    Bar,
    /// Lines over time.
    Line,
    /// Shares; only the first series.
    Pie,
}

/// One series.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Series {
    /// `参训人数`.
    pub name: String,
    /// One per category.
    pub values: Vec<i64>,
}

/// A chart with its table.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Chart {
    /// `各设区市本年参训人数`.
    pub title: String,
    /// Kind.
    pub kind: ChartKind,
    /// Labels along the axis.
    pub categories: Vec<String>,
    /// Series.
    pub series: Vec<Series>,
    /// `人`.
    pub unit: String,
    /// Where each category opens; empty for none.
    pub hrefs: Vec<String>,
}

impl Render for Chart {
    fn render(&self) -> Markup {
        let data = serde_json::to_string(self).unwrap_or_default();
        html! {
            figure class="jb-chart" {
                figcaption class="jb-h2" {
                    (self.title) @if !self.unit.is_empty() { span class="jb-faint" { "（" (self.unit) "）" } }
                }
                div class="jb-chart__canvas" data-chart=(data) data-script=(crate::assets::href("chart.js")) role="img"
                    aria-label={ (self.title) "，数据见下表" } hidden {}
                details class="jb-chart__data" open {
                    summary { "数据表" }
                    (self.table())
                }
            }
        }
    }
}

impl Chart {
    fn table(&self) -> Markup {
        html! {
            div class="jb-scroll" { table class="jb-table jb-table--small" {
                caption class="jb-unseen" { (self.title) }
                thead {
                    tr {
                        th scope="col" { span class="jb-unseen" { "项目" } }
                        @for series in &self.series { th scope="col" class="jb-num" { (series.name) } }
                    }
                }
                tbody {
                    @for (place, category) in self.categories.iter().enumerate() {
                        tr {
                            th scope="row" {
                                @if let Some(href) = self.hrefs.get(place) { a href=(href) { (category) } }
                                @else { (category) }
                            }
                            @for series in &self.series {
                                td class="jb-num" {
                                    (series.values.get(place).map_or_else(|| "—".to_owned(), |value| signed(*value)))
                                }
                            }
                        }
                    }
                }
            } }
        }
    }
}

fn signed(value: i64) -> String {
    format!("{}{}", if value < 0 { "-" } else { "" }, crate::trail::grouped(value.unsigned_abs()))
}
