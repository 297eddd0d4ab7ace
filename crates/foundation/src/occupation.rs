//! Occupations and skill levels (M1; domain.md §2.5): codes of the national occupation classification,
//! a small dictionary of those in use, and the eight-level ladder with its two unlevelled ends.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use crate::codes::code_enum;
use crate::personal::BadValue;

/// A four-part code of the national occupation classification, `6-31-01-03`. The form is checked, not
/// the membership: the catalogue may name occupations the small dictionary does not hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
#[cfg_attr(feature = "orm", sea_orm(value_type = "String"))]
#[serde(try_from = "String", into = "String")]
pub struct OccupationCode(String);

impl schemars::JsonSchema for OccupationCode {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OccupationCode".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[1-8]-[0-9]{2}-[0-9]{2}-[0-9]{2}$" })
    }
}

impl OccupationCode {
    /// `6-31-01-03`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `[1-8]-dd-dd-dd`.
fn is_code(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| match place {
            0 => (b'1'..=b'8').contains(&byte),
            1 | 4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

impl FromStr for OccupationCode {
    type Err = BadValue;
    fn from_str(text: &str) -> Result<Self, BadValue> {
        let code = text.trim();
        if is_code(code) {
            return Ok(Self(code.to_owned()));
        }
        Err(BadValue::new(
            "职业编码应为“1位-2位-2位-2位”数字，例如6-31-01-03",
            "请按《中华人民共和国职业分类大典》填写编码",
        ))
    }
}
impl fmt::Display for OccupationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl TryFrom<String> for OccupationCode {
    type Error = BadValue;
    fn try_from(text: String) -> Result<Self, BadValue> {
        text.parse()
    }
}
impl From<OccupationCode> for String {
    fn from(code: OccupationCode) -> String {
        code.0
    }
}

code_enum! {
    /// What a line of the dictionary is.
    OccupationKind("培训项目类别") {
        Occupation = "occupation", "职业(工种)";
        SpecificAbility = "special", "专项职业能力";
        Entrepreneurship = "entrepreneurship", "创业培训";
    }
}

/// One line of the dictionary. Only occupations have a code; 沙县小吃制作 is a 专项 and has none.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Occupation {
    /// The classification's code; none for 专项 and 创业.
    pub code: Option<OccupationCode>,
    /// `电工`.
    pub name: String,
    /// Occupation, specific ability or entrepreneurship.
    pub kind: OccupationKind,
    /// Where a line without a code comes from, in Chinese; empty for classified occupations.
    pub note: String,
}

static DICTIONARY: LazyLock<Vec<Occupation>> = LazyLock::new(|| {
    include_str!("../data/occupations.csv")
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(occupation)
        .collect()
});

fn occupation(line: &str) -> Occupation {
    let mut columns = line.splitn(4, ',').map(str::trim);
    let mut next = || columns.next().expect("the built-in dictionary has four columns");
    let (kind, code, name, note) = (next(), next(), next(), next());
    Occupation {
        code: if code.is_empty() {
            None
        } else {
            Some(code.parse().expect("a built-in occupation code is well formed"))
        },
        name: name.to_owned(),
        kind: kind.parse().expect("a built-in occupation kind is known"),
        note: note.to_owned(),
    }
}

impl Occupation {
    /// The whole dictionary: occupations by code, then the items without one.
    pub fn all() -> &'static [Self] {
        &DICTIONARY
    }
    /// The items without a code: 专项职业能力 and 创业.
    pub fn without_code() -> impl Iterator<Item = &'static Self> {
        DICTIONARY.iter().filter(|one| one.code.is_none())
    }
    /// The line with exactly this Chinese name.
    pub fn named(name: &str) -> Option<&'static Self> {
        DICTIONARY.iter().find(|one| one.name == name.trim())
    }
}

/// The dictionary's line of a code.
pub fn lookup(code: &OccupationCode) -> Option<&'static Occupation> {
    DICTIONARY.iter().find(|one| one.code.as_ref() == Some(code))
}

code_enum! {
    /// Skill level: the eight-level ladder, and 专项 and 合格 beside it (code_lists.csv skill_level).
    SkillLevel("技能等级") {
        Apprentice = "0", "学徒工";
        Five = "5", "五级/初级工";
        Four = "4", "四级/中级工";
        Three = "3", "三级/高级工";
        Two = "2", "二级/技师";
        One = "1", "一级/高级技师";
        Special = "T", "特级技师";
        Chief = "S", "首席技师";
        SpecificAbility = "Z", "专项职业能力";
        Completion = "H", "培训合格";
    }
}

impl SkillLevel {
    /// Place on the ladder, 0 (apprentice) to 7 (chief); none for 专项 and 合格, which compare with
    /// nothing (risk rule E13).
    pub const fn rank(self) -> Option<u8> {
        match self {
            Self::Apprentice => Some(0),
            Self::Five => Some(1),
            Self::Four => Some(2),
            Self::Three => Some(3),
            Self::Two => Some(4),
            Self::One => Some(5),
            Self::Special => Some(6),
            Self::Chief => Some(7),
            Self::SpecificAbility | Self::Completion => None,
        }
    }
}
