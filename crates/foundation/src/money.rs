//! Money in whole fen (domain.md §7.3 rule 9). No floats, no decimals.

use std::fmt;

/// An amount in fen (1 yuan = 100 fen). May be negative only in differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
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
}
