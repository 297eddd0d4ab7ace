//! Share meter: how much of a whole is used against a cap, e.g. online periods (M6; domain.md §4).
//! Whole numbers only; drawn as SVG so that no inline style is needed.

use maud::{Markup, Render, html};

/// A part of a whole with a cap in percent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShareMeter {
    /// What is measured: `线上`.
    pub label: String,
    /// The part, in `unit`.
    pub part: u32,
    /// The whole, in `unit`.
    pub whole: u32,
    /// `课时`.
    pub unit: String,
    /// Highest share allowed, in percent; none draws no mark.
    pub cap_percent: Option<u32>,
}

impl ShareMeter {
    /// Online periods of all periods under a cap.
    pub fn online(online: u32, total: u32, cap_percent: u32) -> Self {
        Self {
            label: "线上".into(), part: online, whole: total, unit: "课时".into(), cap_percent: Some(cap_percent)
        }
    }

    /// Whether the part is above its cap, exactly (no rounding).
    pub fn is_over(&self) -> bool {
        self.cap_percent.is_some_and(|cap| u64::from(self.part) * 100 > u64::from(self.whole) * u64::from(cap))
    }

    /// The share in tenths of a percent. Rounded down below the cap and up above it, so that the words
    /// never contradict the verdict.
    fn tenths(&self) -> u64 {
        if self.whole == 0 {
            return 0;
        }
        let (part, whole) = (u64::from(self.part) * 1000, u64::from(self.whole));
        if self.is_over() { part.div_ceil(whole) } else { part / whole }
    }

    /// `线上 20 课时，占 35.7%（上限 40%，还可排 2 课时）`.
    pub fn words(&self) -> String {
        let tenths = self.tenths();
        let head = format!("{} {} {}，占 {}.{}%", self.label, self.part, self.unit, tenths / 10, tenths % 10);
        let Some(cap) = self.cap_percent else { return head };
        let most = u64::from(self.whole) * u64::from(cap) / 100;
        let part = u64::from(self.part);
        if self.is_over() {
            format!("{head}（上限 {cap}%，超出 {} {}）", part - most, self.unit)
        } else {
            format!("{head}（上限 {cap}%，还可排 {} {}）", most - part, self.unit)
        }
    }
}

impl Render for ShareMeter {
    fn render(&self) -> Markup {
        let tenths = self.tenths().min(1000);
        let width = format!("{}.{}%", tenths / 10, tenths % 10);
        html! {
            div class="jb-meter" {
                p class={ "jb-meter__words" @if self.is_over() { " jb-text--act" } } {
                    @if self.is_over() { "✕ " } (self.words())
                }
                svg class="jb-meter__bar" width="100%" height="12" aria-hidden="true" focusable="false" {
                    rect class="jb-meter__whole" x="0" y="3" width="100%" height="6" {}
                    rect class={ "jb-meter__part" @if self.is_over() { " jb-meter__part--over" } } x="0" y="3"
                        width=(width) height="6" {}
                    @if let Some(cap) = self.cap_percent {
                        line class="jb-meter__cap" x1={ (cap.min(100)) "%" } x2={ (cap.min(100)) "%" } y1="0" y2="12" {}
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m6_online_share_words_agree_with_the_verdict() {
        assert_eq!(ShareMeter::online(20, 56, 40).words(), "线上 20 课时，占 35.7%（上限 40%，还可排 2 课时）");
        // 40.04 % must not read as 40.0 %.
        let over = ShareMeter::online(1001, 2500, 40);
        assert!(over.is_over());
        assert_eq!(over.words(), "线上 1001 课时，占 40.1%（上限 40%，超出 1 课时）");
        assert!(!ShareMeter::online(0, 0, 40).is_over());
    }
}
