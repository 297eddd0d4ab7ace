//! Certificate numbers and class numbers (domain.md §4.1, §4.0): made and parsed in one place, so that
//! a number that parses is well formed. M3.1, M3.3.

pub use foundation::codes::Regime;
use std::fmt;
use std::str::FromStr;

use foundation::DistrictCode;
use serde::{Deserialize, Serialize};

/// The text is not such a number, or the parts do not fit its places.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadNumber(&'static str);

/// The regime of a letter in class numbers: its code.
fn regime_of(letter: u8) -> Option<Regime> {
    std::str::from_utf8(&[letter]).ok()?.parse().ok()
}

/// Number of a completion certificate: `PXHG` + district (6) + year (4) + institution serial (4) +
/// sequence (6) + check character (ISO 7064 MOD 37,36); 25 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct CertificateNumber(String);

/// Number of a class: district (6) + year (4) + regime letter + institution serial (4) + sequence (4);
/// 19 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct ClassNumber(String);

const CERTIFICATE: BadNumber = BadNumber("证书编号应为 PXHG 加二十位数字和一位校验码");
const CHECK: BadNumber = BadNumber("证书编号的校验码不对，请核对有没有抄错");
const CLASS: BadNumber = BadNumber("班级编号应为十位数字、一位监管类别字母和八位数字");
const PARTS: BadNumber = BadNumber("编号的组成部分超出位数");

impl CertificateNumber {
    /// Makes the number. Serials start at 1.
    ///
    /// # Errors
    /// A part that does not fit its places.
    pub fn make(district: DistrictCode, year: i32, institution_serial: u32, sequence: u32) -> Result<Self, BadNumber> {
        check_parts(year, institution_serial)?;
        if !(1..=999_999).contains(&sequence) {
            return Err(PARTS);
        }
        let body = format!("PXHG{district}{year:04}{institution_serial:04}{sequence:06}");
        let check = check_character(&body).ok_or(PARTS)?;
        Ok(Self(format!("{body}{check}")))
    }
    /// The 25 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The six-digit district code of its day (it may be retired since).
    pub fn district(&self) -> &str {
        &self.0[4..10]
    }
    /// The year of issue.
    pub fn year(&self) -> i32 {
        digits(&self.0[10..14]) as i32
    }
    /// The institution's serial within its district.
    pub fn institution_serial(&self) -> u32 {
        digits(&self.0[14..18])
    }
    /// The certificate's sequence within institution and year.
    pub fn sequence(&self) -> u32 {
        digits(&self.0[18..24])
    }
}

impl FromStr for CertificateNumber {
    type Err = BadNumber;
    fn from_str(text: &str) -> Result<Self, BadNumber> {
        let body = text.get(..24).ok_or(CERTIFICATE)?;
        let well_formed = text.len() == 25 && text.is_ascii() && body.starts_with("PXHG") && all_digits(&body[4..]);
        if !well_formed {
            return Err(CERTIFICATE);
        }
        if check_character(body) != text.chars().nth(24) {
            return Err(CHECK);
        }
        if digits(&body[14..18]) == 0 || digits(&body[18..24]) == 0 {
            return Err(CERTIFICATE);
        }
        Ok(Self(text.to_owned()))
    }
}

impl ClassNumber {
    /// Makes the number. Serials start at 1.
    ///
    /// # Errors
    /// A part that does not fit its places.
    pub fn make(
        district: DistrictCode,
        year: i32,
        regime: Regime,
        institution_serial: u32,
        sequence: u32,
    ) -> Result<Self, BadNumber> {
        check_parts(year, institution_serial)?;
        if !(1..=9999).contains(&sequence) {
            return Err(PARTS);
        }
        Ok(Self(format!("{district}{year:04}{}{institution_serial:04}{sequence:04}", regime.code())))
    }
    /// The 19 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The six-digit district code of its day (it may be retired since).
    pub fn district(&self) -> &str {
        &self.0[..6]
    }
    /// The year.
    pub fn year(&self) -> i32 {
        digits(&self.0[6..10]) as i32
    }
    /// The supervision regime.
    pub fn regime(&self) -> Regime {
        regime_of(self.0.as_bytes()[10]).expect("checked when parsed or made")
    }
    /// The institution's serial within its district.
    pub fn institution_serial(&self) -> u32 {
        digits(&self.0[11..15])
    }
    /// The class's sequence within institution and year.
    pub fn sequence(&self) -> u32 {
        digits(&self.0[15..19])
    }
}

impl FromStr for ClassNumber {
    type Err = BadNumber;
    fn from_str(text: &str) -> Result<Self, BadNumber> {
        let well_formed = text.len() == 19
            && text.is_ascii()
            && all_digits(&text[..10])
            && all_digits(&text[11..])
            && regime_of(text.as_bytes()[10]).is_some()
            && digits(&text[11..15]) > 0
            && digits(&text[15..]) > 0;
        if well_formed { Ok(Self(text.to_owned())) } else { Err(CLASS) }
    }
}

fn check_parts(year: i32, institution_serial: u32) -> Result<(), BadNumber> {
    let fits = (1000..=9999).contains(&year) && (1..=9999).contains(&institution_serial);
    if fits { Ok(()) } else { Err(PARTS) }
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// At most six checked digits.
fn digits(text: &str) -> u32 {
    text.bytes().fold(0, |value, b| value * 10 + u32::from(b.wrapping_sub(b'0')))
}

/// The ISO 7064 MOD 37,36 check character of a text of digits and capital letters; none for others.
/// It finds every single wrong character and over 99 % of neighbours changed about: being a hybrid
/// system it misses one pair of consecutive digits per state of the sum (a test counts them).
pub fn check_character(body: &str) -> Option<char> {
    let mut product = 36u32;
    for letter in body.chars() {
        if letter.is_ascii_lowercase() {
            return None;
        }
        let sum = (product + letter.to_digit(36)?) % 36;
        product = (if sum == 0 { 36 } else { sum }) * 2 % 37;
    }
    char::from_digit((37 - product) % 36, 36).map(|check| check.to_ascii_uppercase())
}

macro_rules! as_text {
    ($($name:ident),+) => {$(
        impl TryFrom<String> for $name {
            type Error = BadNumber;
            fn try_from(text: String) -> Result<Self, BadNumber> { text.parse() }
        }
        impl From<$name> for String { fn from(number: $name) -> String { number.0 } }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
    )+};
}
as_text!(CertificateNumber, ClassNumber);
