//! The trail: who did what when, each line with its journal number (M8.2 traces; house.md §0.4).

use maud::{Markup, html};

use crate::dossier::section;

/// One line of a trail, newest first.
#[derive(Debug, Clone, Default)]
pub struct TrailLine {
    /// `受理，转审核`.
    pub what: String,
    /// `11月19日 15:40` (dates::moment).
    pub at: String,
    /// `王志强`, `系统`.
    pub who: String,
    /// Index in the journal; none while the sequencer has not given it one.
    pub journal: Option<u64>,
    /// Where the fact and its proof open.
    pub href: Option<String>,
}

/// The trail as a section.
pub fn trail(lines: &[TrailLine]) -> Markup {
    section("留痕", trail_lines(lines))
}

/// The lines alone.
pub fn trail_lines(lines: &[TrailLine]) -> Markup {
    html! {
        @if lines.is_empty() { p class="jb-faint" { "还没有记录。" } }
        ol class="jb-trail" {
            @for line in lines {
                li {
                    span class="jb-trail__what" { (line.what) }
                    span class="jb-trail__when" {
                        (line.at) " · " (line.who) " · " (number(line))
                    }
                }
            }
        }
    }
}

fn number(line: &TrailLine) -> Markup {
    let text = line.journal.map_or_else(|| "日志编号待定".to_owned(), |index| format!("日志 #{}", grouped(index)));
    html! {
        @if let Some(href) = &line.href { a href=(href) { (text) } } @else { (text) }
    }
}

/// `184,233`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m8_2_trail_lines_carry_their_journal_number() {
        let line = TrailLine {
            what: "受理".into(),
            at: "11月19日 15:40".into(),
            who: "王志强".into(),
            journal: Some(184_007),
            href: None,
        };
        assert!(trail(&[line]).into_string().contains("日志 #184,007"));
        assert_eq!(grouped(12), "12");
    }
}
