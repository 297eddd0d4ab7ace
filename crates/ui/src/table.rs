//! The register: a table that filters, sorts, pages and exports what is on the screen; its address
//! holds its filters (pages.md kind 3). Rows become cards on a phone.

use maud::{Markup, Render, html};

use crate::button::Button;
use crate::filters::filter_form;
pub use crate::filters::{Filter, FilterKind};
use crate::paging::foot;
pub use crate::paging::{day_of, encode, export_line, exports, turn_pages, words};
use crate::{Tone, csrf};

/// A column.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// `申报人数`.
    pub label: String,
    /// Sort key in the address (`sort=trainees` / `sort=-trainees`); none cannot be sorted.
    pub sort: Option<String>,
    /// Right-aligned tabular digits.
    pub is_number: bool,
}

impl Column {
    /// Words, not sortable.
    pub fn text(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }
    /// Numbers, right-aligned.
    pub fn number(label: impl Into<String>) -> Self {
        Self { label: label.into(), is_number: true, ..Self::default() }
    }
    /// Sortable by this key.
    pub fn sorts(mut self, key: impl Into<String>) -> Self {
        self.sort = Some(key.into());
        self
    }
}

/// A row; cells in the order of the columns.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Opens from the first cell.
    pub href: Option<String>,
    /// One per column.
    pub cells: Vec<Markup>,
    /// A stripe at the left edge; the cells must say the same in words.
    pub tone: Tone,
    /// Value of the row's checkbox when the register has bulk acts; none cannot be picked.
    pub pick: Option<String>,
}

impl Row {
    /// A row that opens.
    pub fn link(href: impl Into<String>, cells: Vec<Markup>) -> Self {
        Self { href: Some(href.into()), cells, ..Self::default() }
    }
    /// A row that does not.
    pub fn plain(cells: Vec<Markup>) -> Self {
        Self { cells, ..Self::default() }
    }
    /// A stripe.
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
    /// Can be picked for bulk acts.
    pub fn pick(mut self, value: impl Into<String>) -> Self {
        self.pick = Some(value.into());
        self
    }
}

/// Acts on picked rows: a form around the table posting `pick=<value>` for each.
#[derive(Debug, Clone, Default)]
pub struct Bulk {
    /// Where it posts.
    pub action: String,
    /// `(label, value of field "do")`.
    pub acts: Vec<(String, String)>,
    /// Every pickable row is picked at first.
    pub all_picked: bool,
}

/// A whole register page body.
#[derive(Debug, Clone, Default)]
pub struct Register {
    /// `班级`.
    pub title: String,
    /// Grey sentence beside the title.
    pub note: String,
    /// Acts at the right: `申报新班`.
    pub buttons: Vec<Button>,
    /// Own path: `/classes`.
    pub path: String,
    /// The query as it stands, without `page`: filters and `sort`. Unknown names are kept.
    pub query: Vec<(String, String)>,
    /// Filters.
    pub filters: Vec<Filter>,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows of this page.
    pub rows: Vec<Row>,
    /// Cells of a sum row, one per column; empty for none.
    pub sums: Vec<Markup>,
    /// All rows that match.
    pub total: u64,
    /// Present page, from 1 (0 counts as 1).
    pub page: u64,
    /// Rows per page (0 counts as 50).
    pub per_page: u64,
    /// Export formats offered as `(label, value of "export")`: `("Excel 表格", "xlsx")`.
    pub exports: Vec<(String, String)>,
    /// What an empty table says.
    pub empty: String,
    /// Where an empty table points.
    pub empty_button: Option<Button>,
    /// Acts on picked rows.
    pub bulk: Option<Bulk>,
}

impl Register {
    /// The address with some names of the query replaced (None removes), going back to page 1.
    pub fn address(&self, changes: &[(&str, Option<&str>)]) -> String {
        let changed = |name: &str| changes.iter().any(|(other, _)| *other == name);
        let kept = self
            .query
            .iter()
            .filter(|(name, value)| !changed(name) && !value.is_empty() && name != "page")
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let added = changes.iter().filter_map(|(name, value)| value.map(|value| (*name, value)));
        let query: Vec<String> =
            kept.chain(added).map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        if query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, query.join("&")) }
    }

    pub(crate) fn value(&self, name: &str) -> &str {
        self.query.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value.as_str())
    }

    pub(crate) fn is_filtered(&self) -> bool {
        self.filters.iter().any(|filter| !self.value(&filter.name).is_empty())
    }

    pub(crate) fn pages(&self) -> u64 {
        self.total.div_ceil(self.size()).max(1)
    }
    fn size(&self) -> u64 {
        if self.per_page == 0 { 50 } else { self.per_page }
    }
    pub(crate) fn here(&self) -> u64 {
        self.page.clamp(1, self.pages())
    }
}

impl Render for Register {
    fn render(&self) -> Markup {
        html! {
            (crate::layout::page_head(&self.title, &self.note, &self.buttons))
            div id="register" class="jb-register" {
                (filter_form(self))
                @if self.rows.is_empty() { (nothing(self)) } @else {
                    @if let Some(bulk) = &self.bulk {
                        form method="post" action=(bulk.action) data-bulk {
                            (csrf::slot()) (table(self)) (bulk_row(bulk))
                        }
                    } @else { (table(self)) }
                }
                (foot(self))
            }
        }
    }
}

/// The words of a table or list without rows, with a way on.
pub fn empty_state(words: &str, button: Option<&Button>) -> Markup {
    html! {
        div class="jb-panel jb-empty" { p { (words) } @if let Some(button) = button { (button) } }
    }
}

/// A plain table of rows without filters, paging or title, for use inside other pages.
pub fn simple_table(caption: &str, columns: &[Column], rows: &[Row]) -> Markup {
    let register =
        Register { title: caption.into(), columns: columns.to_vec(), rows: rows.to_vec(), ..Register::default() };
    if rows.is_empty() {
        html! { p class="jb-faint" { "没有记录。" } }
    } else {
        table(&register)
    }
}

fn nothing(register: &Register) -> Markup {
    if register.is_filtered() {
        return empty_state("没有符合条件的记录。", Some(&Button::link("清除筛选", register.path.clone())));
    }
    empty_state(
        if register.empty.is_empty() { "还没有记录。" } else { &register.empty },
        register.empty_button.as_ref(),
    )
}

fn table(register: &Register) -> Markup {
    let picks = register.bulk.is_some();
    html! {
        div class="jb-panel jb-scroll" tabindex="0" role="region" aria-label=(register.title) {
            table class="jb-table jb-table--cards" {
                caption class="jb-unseen" { (register.title) }
                thead { tr {
                    @if picks {
                        th scope="col" class="jb-pick" {
                            label {
                                input type="checkbox" class="form-check-input" data-pick-all;
                                span class="jb-unseen" { "全选" }
                            }
                        }
                    }
                    @for column in &register.columns { (head_cell(register, column)) }
                } }
                tbody { @for row in &register.rows { (body_row(register, row)) } }
                @if !register.sums.is_empty() {
                    tfoot { tr {
                        @if picks { td {} }
                        @for (cell, column) in register.sums.iter().zip(&register.columns) {
                            td class=[column.is_number.then_some("jb-num")] data-label=(column.label) { (cell) }
                        }
                    } }
                }
            }
        }
    }
}

fn head_cell(register: &Register, column: &Column) -> Markup {
    let class = column.is_number.then_some("jb-num");
    let Some(key) = &column.sort else { return html! { th scope="col" class=[class] { (column.label) } } };
    let down = format!("-{key}");
    let now = register.value("sort");
    let (order, sign, next) = if now == key {
        (Some("ascending"), " ↑", down.as_str())
    } else if now == down {
        (Some("descending"), " ↓", key.as_str())
    } else {
        (None, "", key.as_str())
    };
    html! {
        th scope="col" class=[class] aria-sort=[order] {
            a href=(register.address(&[("sort", Some(next))])) { (column.label) span aria-hidden="true" { (sign) } }
        }
    }
}

fn body_row(register: &Register, row: &Row) -> Markup {
    html! {
        tr class={ "jb-row--" (row.tone.slug()) } data-href=[row.href.as_ref()] {
            @if let Some(bulk) = &register.bulk {
                td class="jb-pick" {
                    @if let Some(value) = &row.pick {
                        label {
                            input type="checkbox" class="form-check-input" name="pick" value=(value)
                                checked[bulk.all_picked];
                            span class="jb-unseen" { "选中这一行" }
                        }
                    }
                }
            }
            @for (place, (cell, column)) in row.cells.iter().zip(&register.columns).enumerate() {
                td class=[cell_class(column, place)] data-label=(column.label) {
                    @match (&row.href, place) {
                        (Some(href), 0) => { a class="jb-subject" href=(href) { (cell) } }
                        _ => { (cell) }
                    }
                }
            }
        }
    }
}

/// The first cell heads the card on a phone.
fn cell_class(column: &Column, place: usize) -> Option<&'static str> {
    if place == 0 { Some("jb-cell--first") } else { column.is_number.then_some("jb-num") }
}

fn bulk_row(bulk: &Bulk) -> Markup {
    html! {
        div class="jb-buttons jb-bulk" {
            span class="jb-faint" data-picked-count {}
            @for (place, (label, value)) in bulk.acts.iter().enumerate() {
                button type="submit" name="do" value=(value)
                    class={ "btn jb-btn" @if place == 0 { " btn-primary" } } { (label) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn register() -> Register {
        Register {
            title: "班级".into(),
            path: "/classes".into(),
            query: vec![("state".into(), "审核中".into()), ("sort".into(), "-due".into()), ("page".into(), "3".into())],
            filters: vec![Filter::choice("state", "状态", [("审核中", "审核中")])],
            columns: vec![
                Column::text("班级").sorts("name"),
                Column::number("人数"),
                Column::text("期限").sorts("due"),
            ],
            rows: vec![Row::link("/classes/1", vec![html! { "电工" }, html! { "42" }, html! { "明天" }])],
            total: 120,
            page: 2,
            per_page: 50,
            exports: vec![("Excel 表格".into(), "xlsx".into())],
            ..Register::default()
        }
    }

    #[test]
    fn the_address_holds_filters_and_sort() {
        assert_eq!(
            register().address(&[("sort", Some("name"))]),
            "/classes?state=%E5%AE%A1%E6%A0%B8%E4%B8%AD&sort=name"
        );
        assert_eq!(register().address(&[("sort", None), ("state", None)]), "/classes");
    }

    #[test]
    fn a_register_sorts_pages_and_exports_what_is_on_the_screen() {
        let html = register().render().into_string();
        assert!(html.contains("aria-sort=\"descending\""), "{html}");
        assert!(html.contains("page=3") && html.contains("page=1") && html.contains("第 2 / 3 页"));
        assert!(html.contains("export=xlsx") && html.contains("state=%E5"));
    }

    #[test]
    fn an_empty_filtered_register_offers_to_clear_the_filter() {
        let html = Register { rows: Vec::new(), total: 0, ..register() }.render().into_string();
        assert!(html.contains("没有符合条件的记录。") && html.contains("清除筛选"), "{html}");
    }
}
