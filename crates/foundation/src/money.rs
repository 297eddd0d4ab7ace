//! Money in whole fen (domain.md §7.3 rule 9). No floats, no decimals.

use std::fmt;

/// An amount in fen (1 yuan = 100 fen). May be negative only in differences.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
#[serde(transparent)]
pub struct Fen(pub i64);

impl Fen {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// Whole yuan. None on overflow.
    pub fn from_yuan(yuan: i64) -> Option<Self> {
        yuan.checked_mul(100).map(Self)
    }
    /// What a person types: yuan with at most two decimals, grouping commas or not; never a float. None for all else.
    pub fn from_yuan_text(text: &str) -> Option<Self> {
        let text: String = text
            .trim()
            .trim_start_matches(['¥', '￥'])
            .trim()
            .chars()
            .filter(|one| !matches!(one, ',' | '，'))
            .collect();
        let (yuan, rest) = text.split_once('.').unwrap_or((&text, ""));
        let digits = |part: &str| part.bytes().all(|one| one.is_ascii_digit());
        if yuan.is_empty() || rest.len() > 2 || !digits(yuan) || !digits(rest) {
            return None;
        }
        let fen: i64 = format!("{rest:0<2}").parse().ok()?;
        Self::from_yuan(yuan.parse().ok()?)?.checked_add(Self(fen))
    }
    /// The sum of all, None on overflow.
    pub fn sum(all: impl IntoIterator<Item = Fen>) -> Option<Self> {
        all.into_iter().try_fold(0i64, |total, one| total.checked_add(one.0)).map(Self)
    }
    /// Checked addition.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }
    /// Checked subtraction.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
    /// Checked multiplication by a count.
    pub fn checked_mul(self, count: i64) -> Option<Self> {
        self.0.checked_mul(count).map(Self)
    }
}

/// `1,950` or `1,950.50`: grouped yuan, fen only when there are any.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        let digits = (magnitude / 100).to_string();
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        match magnitude % 100 {
            0 => write!(f, "{sign}{grouped}"),
            rest => write!(f, "{sign}{grouped}.{rest:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn money_prints_grouped_yuan() {
        assert_eq!(Fen(195_000).to_string(), "1,950");
        assert_eq!(Fen(125_050).to_string(), "1,250.50");
        assert_eq!(Fen(5).to_string(), "0.05");
        assert_eq!(Fen(-100_000_000).to_string(), "-1,000,000");
    }
    #[test]
    fn typed_money_is_read_to_the_fen_or_not_at_all() {
        for (text, fen) in
            [("1250", 125_000), ("1,250.50", 125_050), ("¥ 1,250.5", 125_050), ("0.05", 5), ("3，000", 300_000)]
        {
            assert_eq!(Fen::from_yuan_text(text), Some(Fen(fen)), "{text}");
        }
        for text in ["", ".5", "1.234", "-1", "1e3", "12元", "1.2.3", "99999999999999999999"] {
            assert_eq!(Fen::from_yuan_text(text), None, "{text}");
        }
        for fen in [0, 1, 99, 100, 123_456_789] {
            assert_eq!(Fen::from_yuan_text(&Fen(fen).to_string()), Some(Fen(fen)));
        }
    }
}
