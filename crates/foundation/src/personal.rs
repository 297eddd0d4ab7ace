//! Names, phones and accounts of people (M7; domain.md §12.1, §12.7). Phones and account numbers are
//! masked wherever they print and cannot be serialised; `reveal` is the only door and its callers
//! must write down who looked.

use std::fmt;
use std::str::FromStr;

use crate::{Refusal, Rule};

/// Why a text is not the value it should be. Never contains the text itself: it may be personal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fact}。{fix}。")]
pub struct BadValue {
    /// What is so, in Chinese, e.g. `手机号应为11位，现在是10位`.
    pub fact: String,
    /// What to do, in Chinese.
    pub fix: String,
}

impl BadValue {
    pub(crate) fn new(fact: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { fact: fact.into(), fix: fix.into() }
    }
    /// Fact and fix as one Chinese text.
    pub fn sentence(&self) -> String {
        self.to_string()
    }
    /// As a refusal by a rule, with the value's own way out.
    pub fn refusal(&self, rule: &Rule) -> Refusal {
        rule.refuse(self.fact.clone()).fix(self.fix.clone())
    }
}

/// What people and workbooks put around a number: full-width forms, spaces, a leading apostrophe.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .filter_map(|letter| match letter {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(letter) - 0xFEE0),
            '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{FEFF}' => None,
            other if other.is_whitespace() => None,
            other => Some(other),
        })
        .collect::<String>()
        .trim_start_matches(['\'', '’', '‘', '`'])
        .to_owned()
}

/// A person's name: 2–50 letters, Chinese or Latin, `·` inside (GB 18030-2022 level 3 letters included).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
#[cfg_attr(feature = "orm", sea_orm(value_type = "String"))]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct PersonName(String);

/// True for Chinese letters of any plane, and 〇.
fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{323AF}')
}

impl PersonName {
    /// The name as it is to be printed for those who may see it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// For lists open to others: `林*珍`, `黄*`, `买***提`.
    pub fn masked(&self) -> String {
        let letters: Vec<char> = self.0.chars().collect();
        match letters.as_slice() {
            [first, _] => format!("{first}*"),
            [first, middle @ .., last] => format!("{first}{}{last}", "*".repeat(middle.len().min(4))),
            _ => "*".to_owned(),
        }
    }
}

impl FromStr for PersonName {
    type Err = BadValue;
    fn from_str(text: &str) -> Result<Self, BadValue> {
        let mapped: String = text
            .trim()
            .chars()
            .map(|letter| match letter {
                '\u{2022}' | '\u{30FB}' | '\u{FF65}' | '\u{2027}' | '\u{22C5}' => '·',
                '\u{3000}' | '\u{A0}' | '\t' => ' ',
                other => other,
            })
            .collect();
        // 张 三 is the habit of paper forms; the blank belongs to Latin names only.
        let name =
            if mapped.chars().any(is_han) { mapped.chars().filter(|letter| *letter != ' ').collect() } else { mapped };
        let length = name.chars().count();
        if !(2..=50).contains(&length) {
            return Err(BadValue::new(format!("姓名应为2到50个字，现在是{length}个字"), "请按证件上的姓名填写"));
        }
        let allowed = |letter: char| {
            is_han(letter) || letter.is_ascii_alphabetic() || matches!(letter, '·' | ' ' | '-' | '.' | '\'')
        };
        if !name.chars().all(allowed) {
            return Err(BadValue::new(
                "姓名里有不该出现的数字或符号",
                "请按证件上的姓名填写，少数民族姓名中间用“·”隔开",
            ));
        }
        let edge = |letter: Option<char>| letter.is_some_and(|letter| is_han(letter) || letter.is_ascii_alphabetic());
        if !edge(name.chars().next()) || !(edge(name.chars().last()) || name.ends_with('.')) {
            return Err(BadValue::new("姓名不能以符号开头或结尾", "请按证件上的姓名填写"));
        }
        Ok(Self(name))
    }
}
impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}
impl TryFrom<String> for PersonName {
    type Error = BadValue;
    fn try_from(text: String) -> Result<Self, BadValue> {
        text.parse()
    }
}
impl From<PersonName> for String {
    fn from(name: PersonName) -> String {
        name.0
    }
}

/// A mainland mobile number. Prints as `138****1234`; cannot be serialised.
#[derive(Clone, PartialEq, Eq, Hash, serde::Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct Phone(String);

impl Phone {
    /// `138****1234`.
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], &self.0[7..])
    }
    /// The number itself. The only door: whoever calls it records who looked and why.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for Phone {
    type Err = BadValue;
    fn from_str(text: &str) -> Result<Self, BadValue> {
        let digits = clean(text).replace('-', "");
        let digits = digits
            .strip_prefix("+86")
            .or_else(|| digits.strip_prefix("86").filter(|rest| rest.len() == 11))
            .unwrap_or(&digits);
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(BadValue::new("手机号里有数字以外的字符", "请填写11位手机号"));
        }
        if digits.len() != 11 {
            return Err(BadValue::new(format!("手机号应为11位，现在是{}位", digits.len()), "请填写11位手机号"));
        }
        let bytes = digits.as_bytes();
        if bytes[0] != b'1' || !(b'3'..=b'9').contains(&bytes[1]) {
            return Err(BadValue::new("手机号应以13到19开头", "请填写本人的手机号，座机不能用"));
        }
        Ok(Self(digits.to_owned()))
    }
}
impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}
impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}
impl TryFrom<String> for Phone {
    type Error = BadValue;
    fn try_from(text: String) -> Result<Self, BadValue> {
        text.parse()
    }
}

/// A bank or social security card account: 8–30 digits. Prints as `****1234`; cannot be serialised.
#[derive(Clone, PartialEq, Eq, Hash, serde::Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct AccountNumber(String);

impl AccountNumber {
    /// `****1234`.
    pub fn masked(&self) -> String {
        format!("****{}", &self.0[self.0.len() - 4..])
    }
    /// The number itself. The only door: whoever calls it records who looked and why.
    pub fn reveal(&self) -> &str {
        &self.0
    }
    /// The Luhn check of card numbers. A warning, never a refusal: accounts without it exist (§12.7).
    pub fn luhn_ok(&self) -> bool {
        let sum: u32 = self
            .0
            .bytes()
            .rev()
            .enumerate()
            .map(|(place, byte)| {
                let digit = u32::from(byte - b'0');
                match (place % 2, digit) {
                    (0, digit) => digit,
                    (_, digit) if digit > 4 => digit * 2 - 9,
                    (_, digit) => digit * 2,
                }
            })
            .sum();
        sum.is_multiple_of(10)
    }
}

impl FromStr for AccountNumber {
    type Err = BadValue;
    fn from_str(text: &str) -> Result<Self, BadValue> {
        let digits = clean(text).replace('-', "");
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(BadValue::new("银行账号里有数字以外的字符", "请只填写账号数字；表格里请把这一列设为文本格式"));
        }
        if !(8..=30).contains(&digits.len()) {
            return Err(BadValue::new(
                format!("银行账号应为8到30位数字，现在是{}位", digits.len()),
                "请对照银行卡、社保卡或开户证明重新填写",
            ));
        }
        Ok(Self(digits))
    }
}
impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}
impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}
impl TryFrom<String> for AccountNumber {
    type Error = BadValue;
    fn try_from(text: String) -> Result<Self, BadValue> {
        text.parse()
    }
}
