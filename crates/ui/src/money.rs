//! Money as people read it: `¥ 1,950`, tabular, right-aligned, and where it is decided its formula
//! (pages.md, Words; domain.md §7.3 rule 9).

use foundation::Fen;
use maud::{Markup, html};

/// `¥ 1,950` as text. A negative amount keeps its sign before the number.
pub fn text(amount: Fen) -> String {
    format!("¥ {amount}")
}

/// An amount in running text or a cell.
pub fn money(amount: Fen) -> Markup {
    html! { span class="jb-money" { (text(amount)) } }
}

/// An amount that may not exist: a dash, read out as 无.
pub fn maybe(amount: Option<Fen>) -> Markup {
    match amount {
        Some(amount) => money(amount),
        None => {
            html! { span class="jb-money jb-faint" { span aria-hidden="true" { "—" } span class="jb-unseen" { "无" } } }
        }
    }
}

/// An amount with how it came about: `¥ 1,950 = 1,500 × 1.3`.
pub fn formula(amount: Fen, how: &str) -> Markup {
    html! { span class="jb-money" { (text(amount)) " " span class="jb-faint" { "= " (how) } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_shows_currency_groups_and_formula() {
        assert_eq!(text(Fen(195_000)), "¥ 1,950");
        assert!(formula(Fen(195_000), "1,500 × 1.3").into_string().contains("= 1,500 × 1.3"));
        assert!(maybe(None).into_string().contains("无"));
    }
}
