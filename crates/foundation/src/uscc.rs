//! Unified social credit codes of organisations (GB 32100-2015 with the GB 11714 code inside; M2, M7;
//! domain.md §12.7). Public information, so it prints and serialises.

use std::fmt;
use std::str::FromStr;

use crate::personal::{BadValue, clean};

/// 统一社会信用代码: 18 letters whose two check letters fit.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
#[cfg_attr(feature = "orm", sea_orm(value_type = "String"))]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Uscc(String);

/// The alphabet of GB 32100: no I, O, S, V, Z.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const OUTER_WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const INNER_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
const RECHECK: &str = "请对照营业执照或法人证书重新核对";

impl Uscc {
    /// The 18 letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The last letter of a GB 32100 code, from its first 17. None when a letter is not of the alphabet.
pub fn outer_check(first: &str) -> Option<char> {
    if first.len() != OUTER_WEIGHTS.len() {
        return None;
    }
    let mut sum = 0;
    for (letter, weight) in first.chars().zip(OUTER_WEIGHTS) {
        sum += ALPHABET.find(letter)? * weight;
    }
    ALPHABET.chars().nth((31 - sum % 31) % 31)
}

/// The check letter of a GB 11714 organisation code, from its first eight. None for other letters.
pub fn inner_check(first: &str) -> Option<char> {
    if first.len() != INNER_WEIGHTS.len() {
        return None;
    }
    let mut sum = 0;
    for (letter, weight) in first.chars().zip(INNER_WEIGHTS) {
        sum += letter.to_digit(36)? * weight;
    }
    match 11 - sum % 11 {
        10 => Some('X'),
        11 => Some('0'),
        digit => char::from_digit(digit, 10),
    }
}

impl FromStr for Uscc {
    type Err = BadValue;
    fn from_str(text: &str) -> Result<Self, BadValue> {
        let code = clean(text).to_ascii_uppercase();
        let length = code.chars().count();
        if length != 18 {
            return Err(BadValue::new(format!("统一社会信用代码应为18位，现在是{length}位"), RECHECK));
        }
        if let Some(letter) = code.chars().find(|letter| !ALPHABET.contains(*letter)) {
            return Err(BadValue::new(format!("统一社会信用代码里不会有“{letter}”（不用字母I、O、S、V、Z）"), RECHECK));
        }
        if inner_check(&code[8..16]) != code[16..17].chars().next() {
            return Err(BadValue::new("统一社会信用代码第17位（组织机构代码校验位）不对", RECHECK));
        }
        if outer_check(&code[..17]) != code[17..].chars().next() {
            return Err(BadValue::new("统一社会信用代码最后一位（校验位）不对", RECHECK));
        }
        Ok(Self(code))
    }
}
impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl TryFrom<String> for Uscc {
    type Error = BadValue;
    fn try_from(text: String) -> Result<Self, BadValue> {
        text.parse()
    }
}
impl From<Uscc> for String {
    fn from(code: Uscc) -> String {
        code.0
    }
}
