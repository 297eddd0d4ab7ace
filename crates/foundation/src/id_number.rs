//! Identity documents (M7 凡补必进; domain.md §12.7). A document that exists has a right form, a real
//! birth date and a right check digit (GB 11643). It prints masked, cannot be serialised, and `reveal`
//! is the only door to the number.

use std::fmt;

use chrono::Datelike;

use crate::codes::{Sex, code_enum};
use crate::personal::{BadValue, clean};
use crate::{Date, Refusal, Rule};

code_enum! {
    /// Kinds of identity document (code_lists.csv id_type).
    IdType("证件类型") {
        ResidentCard = "ID", "居民身份证";
        HkMoResidence = "HKMO_RES", "港澳居民居住证";
        TwResidence = "TW_RES", "台湾居民居住证";
        HkMoPass = "HKMO_PASS", "港澳居民来往内地通行证";
        TwPass = "TW_PASS", "台湾居民来往大陆通行证";
        ForeignPermanent = "FPR", "外国人永久居留身份证";
        Passport = "PASSPORT", "护照";
    }
}

/// The prefix no district has: demo people live there and no living person is hit.
pub const SYNTHETIC_PREFIX: &str = "350199";

/// Why a text is not a document number. Never holds the number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdError {
    /// Nothing was given.
    Empty,
    /// A workbook turned the number into `3.5E+17`.
    Scientific,
    /// Not as many letters as this kind of document has.
    WrongLength { id_type: IdType, expected: &'static str, found: usize },
    /// A letter where only digits (or a final X) can stand.
    WrongLetter { id_type: IdType },
    /// The first digits name no province.
    UnknownRegion,
    /// The first digits belong to another kind of document, or not to this one.
    OtherKind { id_type: IdType, looks_like: Option<IdType> },
    /// Digits 7–14 are no date after 1900.
    BadDate,
    /// Born after today.
    FutureBirth { birth: Date },
    /// The last digit does not fit the others.
    WrongCheckDigit,
    /// A demo number in a real system.
    SyntheticNotAllowed,
}

impl IdError {
    /// What is so, in Chinese.
    pub fn fact(&self) -> String {
        match self {
            Self::Empty => "没有填写证件号码".to_owned(),
            Self::Scientific => "证件号码被表格变成了科学计数，后几位已经丢失".to_owned(),
            Self::WrongLength { id_type, expected, found } => {
                format!("{}号码应为{expected}，现在是{found}位", id_type.label())
            }
            Self::WrongLetter { id_type } => format!("{}号码里有不该出现的字符", id_type.label()),
            Self::UnknownRegion => "证件号码开头两位不是任何省份的代码".to_owned(),
            Self::OtherKind { id_type, looks_like: Some(other) } => {
                format!("这个号码像是{}，不是{}", other.label(), id_type.label())
            }
            Self::OtherKind { id_type, looks_like: None } => format!("号码开头与{}不符", id_type.label()),
            Self::BadDate => "证件号码里的出生日期不存在".to_owned(),
            Self::FutureBirth { birth } => {
                format!("证件号码里的出生日期{}年{}月{}日晚于今天", birth.year(), birth.month(), birth.day())
            }
            Self::WrongCheckDigit => "证件号码校验位不对，有一位或几位写错了".to_owned(),
            Self::SyntheticNotAllowed => format!("{SYNTHETIC_PREFIX}开头的号码是演示用号码，不是真实证件"),
        }
    }
    /// What to do, in Chinese. Never guesses the right digit: a guess would make a wrong person.
    pub fn fix(&self) -> String {
        match self {
            Self::Empty => "请对照证件填写".to_owned(),
            Self::Scientific => "请把这一列设为文本格式后重新填写".to_owned(),
            Self::OtherKind { looks_like: Some(other), .. } => {
                format!("请把证件类型改为{}，或对照证件重新核对", other.label())
            }
            Self::SyntheticNotAllowed => "请填写本人真实证件号码".to_owned(),
            Self::WrongLength { .. }
            | Self::WrongLetter { .. }
            | Self::UnknownRegion
            | Self::OtherKind { .. }
            | Self::BadDate
            | Self::FutureBirth { .. }
            | Self::WrongCheckDigit => "请对照证件重新核对".to_owned(),
        }
    }
    /// Fact and fix as one Chinese text.
    pub fn sentence(&self) -> String {
        format!("{}。{}。", self.fact(), self.fix())
    }
    /// As a refusal by a rule, with the number's own way out.
    pub fn refusal(&self, rule: &Rule) -> Refusal {
        rule.refuse(self.fact()).source("《公民身份号码》（GB 11643）及证件编号规则").fix(self.fix())
    }
}
impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())
    }
}
impl std::error::Error for IdError {}
impl From<IdError> for BadValue {
    fn from(error: IdError) -> Self {
        Self::new(error.fact(), error.fix())
    }
}

/// A document of a person. `{}` and `{:?}` print it masked; it has no `Serialize`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdDocument {
    id_type: IdType,
    number: String,
}

impl IdDocument {
    /// Reads what a person typed or a workbook holds: full-width digits, blanks and a small x are put
    /// right, nothing else is. `allow_synthetic` opens the demo prefix 350199.
    pub fn parse(id_type: IdType, text: &str, today: Date, allow_synthetic: bool) -> Result<Self, IdError> {
        let number = clean(text).to_ascii_uppercase();
        if number.is_empty() {
            return Err(IdError::Empty);
        }
        if number.contains("E+") {
            return Err(IdError::Scientific);
        }
        match id_type {
            IdType::ResidentCard | IdType::HkMoResidence | IdType::TwResidence => {
                resident(id_type, &number, today, allow_synthetic)?
            }
            IdType::HkMoPass => home_return(&number)?,
            IdType::TwPass => digits_only(IdType::TwPass, &number, "8位数字", |length| length == 8)?,
            IdType::ForeignPermanent => permanent(&number, today)?,
            IdType::Passport => passport(&number)?,
        }
        Ok(Self { id_type, number })
    }

    /// A number that was parsed before and comes back from the vault; the demo prefix is allowed.
    pub fn restore(id_type: IdType, text: &str) -> Result<Self, IdError> {
        Self::parse(id_type, text, Date::MAX, true)
    }

    /// Kind of document.
    pub fn id_type(&self) -> IdType {
        self.id_type
    }

    /// The number itself. The only door: whoever calls it records who looked and why.
    pub fn reveal(&self) -> &str {
        &self.number
    }

    /// What blind indexes are made of, type and number, for persons and teachers alike: `ID:3505…`.
    pub fn index_text(&self) -> String {
        format!("{}:{}", self.id_type.code(), self.number)
    }
    /// Date of birth, for the 18-digit forms.
    pub fn birth(&self) -> Option<Date> {
        if self.number.len() == 18 { birth_of(&self.number) } else { None }
    }

    /// Sex, for the 18-digit forms: an odd 17th digit is male.
    pub fn sex(&self) -> Option<Sex> {
        if self.number.len() != 18 {
            return None;
        }
        let digit = self.number.as_bytes()[16] - b'0';
        Some(if digit % 2 == 1 { Sex::Male } else { Sex::Female })
    }

    /// `350199********0011`; shorter numbers keep two letters at each end.
    pub fn masked(&self) -> String {
        let length = self.number.len();
        let (front, back) = if length == 18 { (6, 4) } else { (2, 2) };
        format!("{}{}{}", &self.number[..front], "*".repeat(length - front - back), &self.number[length - back..])
    }

    /// True for a demo number.
    pub fn is_synthetic(&self) -> bool {
        self.number.starts_with(SYNTHETIC_PREFIX)
    }
}

impl fmt::Display for IdDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}
impl fmt::Debug for IdDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id_type, self.masked())
    }
}

/// Full years of age on `day`: a year is complete on the birthday. 0 before birth.
pub fn age_on(birth: Date, day: Date) -> u32 {
    day.years_since(birth).unwrap_or(0)
}

/// The last letter of GB 11643 from the first 17 digits. None when they are not 17 digits.
pub fn check_letter(first: &str) -> Option<char> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const LETTERS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    if first.len() != WEIGHTS.len() {
        return None;
    }
    let mut sum = 0;
    for (letter, weight) in first.chars().zip(WEIGHTS) {
        sum += letter.to_digit(10)? * weight;
    }
    LETTERS.get((sum % 11) as usize).copied()
}

/// A demo person's number: prefix 350199, the birth date, `serial` below 1000 (odd = male), check letter.
pub fn synthetic(birth: Date, serial: u16) -> Option<String> {
    let first = format!("{SYNTHETIC_PREFIX}{}{serial:03}", birth.format("%Y%m%d"));
    check_letter(&first).map(|last| format!("{first}{last}"))
}

/// The two-digit province codes of GB/T 2260.
fn is_province(code: &str) -> bool {
    matches!(code.parse::<u8>(), Ok(11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83))
}

/// The 18-letter form of citizens and of residents from Hong Kong, Macao and Taiwan.
fn resident(id_type: IdType, number: &str, today: Date, allow_synthetic: bool) -> Result<(), IdError> {
    eighteen(id_type, number)?;
    let region = match &number[..6] {
        "810000" | "820000" => Some(IdType::HkMoResidence),
        "830000" => Some(IdType::TwResidence),
        other if is_province(&other[..2]) => Some(IdType::ResidentCard),
        _ => None,
    };
    match region {
        Some(region) if region == id_type => {}
        Some(other) => return Err(IdError::OtherKind { id_type, looks_like: Some(other) }),
        None if id_type == IdType::ResidentCard => return Err(IdError::UnknownRegion),
        None => return Err(IdError::OtherKind { id_type, looks_like: None }),
    }
    date_and_check(number, today)?;
    if number.starts_with(SYNTHETIC_PREFIX) && !allow_synthetic {
        return Err(IdError::SyntheticNotAllowed);
    }
    Ok(())
}

/// Seventeen digits and a digit or X.
fn eighteen(id_type: IdType, number: &str) -> Result<(), IdError> {
    let length = number.chars().count();
    if length != 18 {
        return Err(IdError::WrongLength { id_type, expected: "18位", found: length });
    }
    let right = number.bytes().enumerate().all(|(place, byte)| byte.is_ascii_digit() || (place == 17 && byte == b'X'));
    if right { Ok(()) } else { Err(IdError::WrongLetter { id_type }) }
}

/// Birth date and check letter of an 18-letter number.
fn date_and_check(number: &str, today: Date) -> Result<(), IdError> {
    let birth = birth_of(number).ok_or(IdError::BadDate)?;
    if birth > today {
        return Err(IdError::FutureBirth { birth });
    }
    if check_letter(&number[..17]) != number[17..].chars().next() {
        return Err(IdError::WrongCheckDigit);
    }
    Ok(())
}

fn birth_of(number: &str) -> Option<Date> {
    let birth =
        Date::from_ymd_opt(number[6..10].parse().ok()?, number[10..12].parse().ok()?, number[12..14].parse().ok()?)?;
    (birth.year() >= 1900).then_some(birth)
}

/// 回乡证: H or M, eight digits, on old cards two more for the renewals.
fn home_return(number: &str) -> Result<(), IdError> {
    let id_type = IdType::HkMoPass;
    let Some(rest) = number.strip_prefix(['H', 'M']) else { return Err(IdError::WrongLetter { id_type }) };
    digits_only(id_type, rest, "H或M加8位数字（旧卡10位）", |length| matches!(length, 8 | 10))
}

fn digits_only(id_type: IdType, digits: &str, expected: &'static str, right: fn(usize) -> bool) -> Result<(), IdError> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(IdError::WrongLetter { id_type });
    }
    if !right(digits.len()) {
        return Err(IdError::WrongLength { id_type, expected, found: digits.len() });
    }
    Ok(())
}

/// The permanent residence card: since 2023 18 letters starting with 9 in the citizen's form (birth in
/// 7–14, same check letter: it was made to fit systems that expect one); before, three letters of the
/// nation and twelve digits.
fn permanent(number: &str, today: Date) -> Result<(), IdError> {
    let id_type = IdType::ForeignPermanent;
    match number.chars().count() {
        18 => {
            eighteen(id_type, number)?;
            if !number.starts_with('9') {
                return Err(IdError::OtherKind { id_type, looks_like: None });
            }
            date_and_check(number, today)
        }
        15 => {
            let right = number
                .bytes()
                .enumerate()
                .all(|(place, byte)| if place < 3 { byte.is_ascii_uppercase() } else { byte.is_ascii_digit() });
            if right { Ok(()) } else { Err(IdError::WrongLetter { id_type }) }
        }
        found => Err(IdError::WrongLength { id_type, expected: "18位（旧证15位）", found }),
    }
}

fn passport(number: &str) -> Result<(), IdError> {
    let id_type = IdType::Passport;
    if !number.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(IdError::WrongLetter { id_type });
    }
    if !(5..=17).contains(&number.len()) {
        return Err(IdError::WrongLength { id_type, expected: "5到17位", found: number.len() });
    }
    Ok(())
}
