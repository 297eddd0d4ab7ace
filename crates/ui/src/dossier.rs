//! The dossier: one class, person, institution, batch or case (pages.md kind 2; M3.1 review page).
//! Head with title, state, clock and acts; two columns below; the parts are in `steps`, `checklist`,
//! `trail`, `meter` and here.

use maud::{Markup, Render, html};

use crate::Tag;
use crate::button::{Button, button_row};
use crate::dates::Due;
use crate::steps::{Step, steps};

/// The top of a dossier.
#[derive(Debug, Clone, Default)]
pub struct DossierHead {
    /// `电工（三级）2026年第4期`.
    pub title: String,
    /// `审核中`.
    pub state: Option<Tag>,
    /// Until when the present step must be done.
    pub due: Option<Due>,
    /// The business number: `3505822026B00410004`.
    pub number: String,
    /// Whose it is: `福建省晋江技师学院`.
    pub owner: String,
    /// Acts; the main one last (it sits top right), blocked ones say why.
    pub buttons: Vec<Button>,
}

impl Render for DossierHead {
    fn render(&self) -> Markup {
        html! {
            header class="jb-head" {
                div class="jb-head__words" {
                    h1 { (self.title) }
                    @if let Some(tag) = &self.state { (tag) }
                    @if let Some(due) = &self.due { span class="jb-head__due" { "限 " (due) } }
                    p class="jb-head__note" {
                        @if !self.number.is_empty() { span class="jb-number" { (self.number) } }
                        @if !self.number.is_empty() && !self.owner.is_empty() { " · " }
                        (self.owner)
                    }
                }
                (button_row(&self.buttons))
            }
        }
    }
}

/// A whole dossier page body.
#[derive(Debug, Clone, Default)]
pub struct Dossier {
    /// Title, state, clock, acts.
    pub head: DossierHead,
    /// The way of the matter; empty leaves the bar out.
    pub steps: Vec<Step>,
    /// Sections of the wide column: facts, must-handle, checklist.
    pub main: Vec<Markup>,
    /// Sections of the narrow column: materials, trail. Empty makes the main column full width.
    pub side: Vec<Markup>,
}

impl Render for Dossier {
    fn render(&self) -> Markup {
        html! {
            (self.head)
            @if !self.steps.is_empty() { (steps(&self.steps)) }
            div class={ "jb-dossier" @if self.side.is_empty() { " jb-dossier--one" } } {
                div class="jb-panel jb-dossier__main" { @for part in &self.main { (part) } }
                @if !self.side.is_empty() {
                    div class="jb-panel jb-dossier__side" { @for part in &self.side { (part) } }
                }
            }
        }
    }
}

/// A titled part of a column; parts are divided by hairlines.
pub fn section(title: &str, body: Markup) -> Markup {
    html! { section class="jb-section" { @if !title.is_empty() { h2 class="jb-h2" { (title) } } (body) } }
}

/// Facts as label over value, four to a row on the desk, two on a phone.
pub fn facts_grid<V: Render>(facts: &[(&str, V)]) -> Markup {
    html! {
        dl class="jb-facts" {
            @for (label, value) in facts { div { dt { (label) } dd { (value) } } }
        }
    }
}

/// A document or list that belongs to the dossier.
#[derive(Debug, Clone, Default)]
pub struct Material {
    /// `学员名册 42 人`.
    pub name: String,
    /// Whether it came in, and where it opens.
    pub place: Place,
    /// A word about it: `11月19日已核`, or nothing.
    pub state: Option<Tag>,
}

/// Where a material is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Place {
    /// It opens here.
    Opens(String),
    /// It is there; whoever looks need not see into it.
    Closed,
    /// It has not come in: `未交`.
    #[default]
    Missing,
}

impl Material {
    /// A material that opens.
    pub fn new(name: impl Into<String>, href: impl Into<String>) -> Self {
        Self { name: name.into(), place: Place::Opens(href.into()), state: None }
    }
    /// A material that has not come in.
    pub fn missing(name: impl Into<String>) -> Self {
        Self { name: name.into(), place: Place::Missing, state: None }
    }
    /// A material that is there and does not open for whoever looks.
    pub fn closed(name: impl Into<String>) -> Self {
        Self { name: name.into(), place: Place::Closed, state: None }
    }
    /// A word about it.
    pub fn state(mut self, tag: Tag) -> Self {
        self.state = Some(tag);
        self
    }
}

/// The list of materials, as a section.
pub fn materials(list: &[Material]) -> Markup {
    section(
        "材料",
        html! {
            @if list.is_empty() { p class="jb-faint" { "没有材料。" } }
            ul class="jb-list" {
                @for one in list {
                    li {
                        span { (one.name) @if let Some(tag) = &one.state { " " (tag) } }
                        @match &one.place {
                            Place::Opens(href) => a href=(href) { "查看" span class="jb-unseen" { "：" (one.name) } },
                            Place::Closed => {}
                            Place::Missing => (crate::tag::look("未交"))
                        }
                    }
                }
            }
        },
    )
}
