//! A rule's no, shown with the four things a user needs: fact, rule, source, fix (house.md §6; M5.1).

use foundation::Refusal;
use maud::{Markup, html};

use crate::Button;

/// One refusal as a line; `way_out` is its own button, where one act mends it.
pub fn refusal(refusal: &Refusal, way_out: Option<&Button>) -> Markup {
    html! {
        div class="jb-line" {
            span class="jb-sign jb-sign--act" role="img" aria-label="未通过" { "✕" }
            div class="jb-line__body" {
                p { strong { (refusal.fact) } " " (rule_and_source(&refusal.rule, &refusal.source)) }
                p class="jb-line__fix" { "怎么办：" (refusal.fix) }
            }
            @if let Some(button) = way_out { div class="jb-line__way" { (button) } }
        }
    }
}

/// All refusals of an act, at the top of the page it came from.
pub fn refusals(refusals: &[Refusal]) -> Markup {
    html! {
        @if !refusals.is_empty() {
            section class="jb-panel jb-panel--act" role="alert" tabindex="-1" data-focus
                aria-labelledby="refusals-title" {
                h2 id="refusals-title" class="jb-h2" { "办不了：" (refusals.len()) " 项不符合规定" }
                @for one in refusals { (refusal(one, None)) }
            }
        }
    }
}

/// `T01 · 来源：本系统课表`, small and grey.
pub(crate) fn rule_and_source(rule: &str, source: &str) -> Markup {
    html! {
        span class="jb-source" {
            (rule)
            @if !rule.is_empty() && !source.is_empty() { " · " }
            @if !source.is_empty() { "来源：" (source) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_shows_fact_rule_source_and_fix() {
        let no = foundation::Rule { id: "E08", clause: "M3.1", source: "补贴台账", fix: "请移出名单" }
            .refuse("黄*琴今年已享受 3 次补贴");
        let html = refusal(&no, Some(&Button::post("移出名单", "/x"))).into_string();
        for part in ["黄*琴今年已享受 3 次补贴", "E08", "来源：补贴台账", "怎么办：请移出名单", "移出名单</button>"]
        {
            assert!(html.contains(part), "{part} missing in {html}");
        }
    }
}
