//! The filters above a register: what is asked for, and the form that puts it into the address (pages.md kind 3).

use maud::{Markup, html};

use crate::table::Register;

/// How a filter is asked for.
#[derive(Debug, Clone, Default)]
pub enum FilterKind {
    /// Free words.
    #[default]
    Text,
    /// A day.
    Day,
    /// One of `(value, label)`; `全部` is added.
    Choice(Vec<(String, String)>),
}

/// A filter; its present value is read from the register's query.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Name in the address.
    pub name: String,
    /// Label.
    pub label: String,
    /// How.
    pub kind: FilterKind,
}

impl Filter {
    /// Free words.
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self { name: name.into(), label: label.into(), kind: FilterKind::Text }
    }
    /// A day.
    pub fn day(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self { name: name.into(), label: label.into(), kind: FilterKind::Day }
    }
    /// A choice of `(value, label)`.
    pub fn choice<V: Into<String>, L: Into<String>>(
        name: impl Into<String>,
        label: impl Into<String>,
        options: impl IntoIterator<Item = (V, L)>,
    ) -> Self {
        let options = options.into_iter().map(|(value, label)| (value.into(), label.into())).collect();
        Self { name: name.into(), label: label.into(), kind: FilterKind::Choice(options) }
    }
}

/// The form above a register; a register without filters has none.
pub(crate) fn filter_form(register: &Register) -> Markup {
    if register.filters.is_empty() {
        return html! {};
    }
    html! {
        form class="jb-filters" method="get" action=(register.path) role="search" aria-label="筛选"
            hx-get=(register.path) hx-target="#register" hx-select="#register" hx-swap="outerHTML" hx-push-url="true"
            hx-trigger="submit, change" {
            @for (name, value) in &register.query {
                @if name != "page" && !register.filters.iter().any(|filter| filter.name == *name) {
                    input type="hidden" name=(name) value=(value);
                }
            }
            @for filter in &register.filters {
                @let id = format!("filter-{}", filter.name);
                @let value = register.value(&filter.name);
                div class="jb-filter" {
                    label for=(id) { (filter.label) }
                    @match &filter.kind {
                        FilterKind::Text => {
                            input class="form-control" type="search" id=(id) name=(filter.name) value=(value);
                        }
                        FilterKind::Day => {
                            input class="form-control" type="date" id=(id) name=(filter.name) value=(value);
                        }
                        FilterKind::Choice(options) => {
                            select class="form-select" id=(id) name=(filter.name) {
                                option value="" { "全部" }
                                @for (option, label) in options {
                                    option value=(option) selected[option == value] { (label) }
                                }
                            }
                        }
                    }
                }
            }
            button class="btn jb-btn" type="submit" { "筛选" }
            @if register.is_filtered() { a class="jb-btn--quiet" href=(register.path) { "清除" } }
        }
    }
}
