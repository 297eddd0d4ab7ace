//! Below a table: how many rows there are, the pages, the files that hold what is on the screen (pages.md kind 3).

use foundation::Date;
use maud::{Markup, html};

use crate::table::Register;

/// What stands below a register.
pub(crate) fn foot(register: &Register) -> Markup {
    let (here, pages) = (register.here(), register.pages());
    html! {
        div class="jb-table-foot" {
            @if register.total > 0 {
                p class="jb-faint" {
                    "共 " (crate::trail::grouped(register.total)) " 条" @if pages > 1 { "，第 " (here) " / " (pages) " 页" }
                }
            }
            (turn_pages(here, pages, |to| register.address(&[("page", Some(&to.to_string()))])))
            @if register.total > 0 && !register.exports.is_empty() {
                p class="jb-exports" {
                    "导出当前筛选结果："
                    @for (label, value) in &register.exports {
                        a href=(register.address(&[("export", Some(value))])) download { (label) } " "
                    }
                }
            }
        }
    }
}

/// The way to the pages before and after; one page needs none.
pub fn turn_pages(here: u64, pages: u64, address: impl Fn(u64) -> String) -> Markup {
    html! {
        @if pages > 1 {
            nav class="jb-pages" aria-label="翻页" {
                @if here > 1 { a href=(address(here - 1)) rel="prev" { "上一页" } } @else { span { "上一页" } }
                @if here > 2 { a href=(address(1)) { "第一页" } }
                @if here < pages { a href=(address(here + 1)) rel="next" { "下一页" } } @else { span { "下一页" } }
                @if here + 1 < pages { a href=(address(pages)) { "最后一页" } }
            }
        }
    }
}

/// The formats in which every register is handed out.
pub fn exports() -> Vec<(String, String)> {
    vec![("Excel 表格".into(), "xlsx".into()), ("CSV".into(), "csv".into())]
}

/// Under a plain table: the files that hold it.
pub fn export_line(path: &str) -> Markup {
    html! {
        p class="jb-exports" {
            "导出本表：" @for (label, value) in exports() { a href={ (path) "?export=" (value) } download { (label) } " " }
        }
    }
}

/// The words of a cell without its markup.
pub fn words(cell: &Markup) -> String {
    let mut text = String::with_capacity(cell.0.len());
    let mut inside = false;
    for letter in cell.0.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => text.push(letter),
            _ => {}
        }
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The day that a cell speaks of when it is a deadline: on the screen `明天`, in a file the day.
pub fn day_of(cell: &Markup) -> Option<Date> {
    let (_, at) = cell.0.split_once("<time ")?.1.split_once("datetime=\"")?;
    at.get(..10)?.parse().ok()
}

pub use foundation::at::encode;
