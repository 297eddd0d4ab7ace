//! Fujian's districts (GB/T 2260; M8, domain.md §1.2): 1 province, 9 cities, 84 county-level units.
//! Statistics follow `parent`; authority follows `management_parent` (Pingtan reports to the province).

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

/// A district that exists today; six digits in text. Ordered by code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
#[cfg_attr(feature = "orm", sea_orm(value_type = "String"))]
#[serde(try_from = "String", into = "String")]
pub struct DistrictCode(u32);

impl schemars::JsonSchema for DistrictCode {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DistrictCode".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let all: Vec<String> = Self::all().map(|one| one.to_string()).collect();
        schemars::json_schema!({ "type": "string", "enum": all })
    }
}

/// The text is not a district of Fujian that exists today.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}”不是福建省现行的行政区划代码")]
pub struct UnknownDistrict(pub String);

/// Level in the statistical code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DistrictLevel {
    /// 省.
    Province,
    /// 设区市.
    City,
    /// 县(市、区).
    County,
}

/// What a code, current or retired, means today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolved {
    /// The district that stands for the code now.
    pub district: DistrictCode,
    /// Name at the time of the code: the old name when it is retired.
    pub name: &'static str,
    /// The year the code was retired; none for a current code.
    pub retired_in: Option<u16>,
}

struct Entry {
    code: u32,
    name: &'static str,
    level: DistrictLevel,
    parent: Option<u32>,
    management_parent: Option<u32>,
    administered: bool,
}

struct Retired {
    code: u32,
    name: &'static str,
    successor: u32,
    year: u16,
}

static TABLE: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let mut table: Vec<Entry> = include_str!("../data/fujian_districts.csv")
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(entry)
        .collect();
    table.sort_by_key(|entry| entry.code);
    table
});

static RETIRED: LazyLock<Vec<Retired>> = LazyLock::new(|| {
    include_str!("../data/fujian_districts_retired.csv")
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(retired)
        .collect()
});

/// One line of the district table. The note is the last column, so its commas need no unquoting.
fn entry(line: &'static str) -> Entry {
    let mut columns = line.trim_end().splitn(7, ',');
    let mut next = || columns.next().expect("the built-in district table has seven columns");
    let (code, name, level, parent, _management_level, management_parent, note) =
        (next(), next(), next(), next(), next(), next(), next());
    Entry {
        code: code.parse().expect("a built-in district code is a number"),
        name,
        level: match level {
            "province" => DistrictLevel::Province,
            "prefecture" => DistrictLevel::City,
            _ => DistrictLevel::County,
        },
        parent: parent.parse().ok(),
        management_parent: management_parent.parse().ok(),
        administered: !note.trim_start_matches('"').starts_with("not administered"),
    }
}

/// One line of the table of retired codes; 三元区(旧) and (新) are one name for two codes.
fn retired(line: &'static str) -> Retired {
    let columns: Vec<&'static str> = line.trim_end().splitn(6, ',').collect();
    Retired {
        code: columns[0].parse().expect("a built-in retired code is a number"),
        name: columns[1].trim_end_matches("(旧)"),
        successor: columns[2].parse().expect("a built-in successor code is a number"),
        year: columns[4].parse().expect("a built-in retirement year is a number"),
    }
}

fn find(code: u32) -> Option<&'static Entry> {
    TABLE.binary_search_by_key(&code, |entry| entry.code).ok().map(|at| &TABLE[at])
}

impl DistrictCode {
    /// 福建省.
    pub const PROVINCE: Self = Self(350_000);

    /// All 94 units, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|entry| Self(entry.code))
    }

    /// What a code means today, also for codes that were retired (they live on in identity numbers).
    pub fn resolve(code: &str) -> Option<Resolved> {
        if let Ok(district) = code.parse::<Self>() {
            return Some(Resolved { district, name: district.name(), retired_in: None });
        }
        let number: u32 = code.parse().ok()?;
        RETIRED.iter().find(|old| old.code == number).map(|old| Resolved {
            district: Self(old.successor),
            name: old.name,
            retired_in: Some(old.year),
        })
    }

    fn entry(self) -> &'static Entry {
        find(self.0).expect("a district code is in the table by construction")
    }

    /// `晋江市`.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// `福建省泉州市晋江市`: along the statistical parents.
    pub fn full_name(self) -> String {
        match self.parent() {
            Some(parent) => format!("{}{}", parent.full_name(), self.name()),
            None => self.name().to_owned(),
        }
    }

    /// The name its authorities use: 平潭综合实验区 for 350128, the plain name otherwise.
    pub fn authority_name(self) -> &'static str {
        if self.is_pingtan() { "平潭综合实验区" } else { self.name() }
    }

    /// Level in the statistical code.
    pub fn level(self) -> DistrictLevel {
        self.entry().level
    }

    /// The statistical parent; none for the province.
    pub fn parent(self) -> Option<Self> {
        self.entry().parent.map(Self)
    }

    /// Whom its authorities report to: Pingtan (350128) to the province, the others to their parent.
    pub fn management_parent(self) -> Option<Self> {
        self.entry().management_parent.map(Self)
    }

    /// The chain of authority from the province down to here.
    pub fn management_path(self) -> ManagementPath {
        let own = match self.level() {
            DistrictLevel::Province => self.0 / 10_000,
            DistrictLevel::City => self.0 / 100,
            DistrictLevel::County => self.0,
        };
        match self.management_parent() {
            Some(parent) => ManagementPath(format!("{}/{own}", parent.management_path().0)),
            None => ManagementPath(own.to_string()),
        }
    }

    /// The districts whose authorities report directly to this one's.
    pub fn subordinates(self) -> impl Iterator<Item = Self> {
        TABLE.iter().filter(move |entry| entry.management_parent == Some(self.0)).map(|entry| Self(entry.code))
    }

    /// False for 金门县: in address lists only, never in the tree of offices or in totals (domain.md §1.2).
    pub fn is_administered(self) -> bool {
        self.entry().administered
    }

    /// The human resources office: 晋江市人力资源和社会保障局; 平潭综合实验区党群工作部.
    pub fn hr_office_name(self) -> String {
        match self.level() {
            DistrictLevel::Province => "福建省人力资源和社会保障厅".to_owned(),
            _ if self.is_pingtan() => "平潭综合实验区党群工作部".to_owned(),
            DistrictLevel::City | DistrictLevel::County => format!("{}人力资源和社会保障局", self.name()),
        }
    }

    /// The finance office: 晋江市财政局; 平潭综合实验区财政金融局.
    pub fn finance_office_name(self) -> String {
        match self.level() {
            DistrictLevel::Province => "福建省财政厅".to_owned(),
            _ if self.is_pingtan() => "平潭综合实验区财政金融局".to_owned(),
            DistrictLevel::City | DistrictLevel::County => format!("{}财政局", self.name()),
        }
    }

    fn is_pingtan(self) -> bool {
        self.0 == 350_128
    }
}

impl fmt::Display for DistrictCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}
impl fmt::Debug for DistrictCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06} {}", self.0, self.name())
    }
}
impl FromStr for DistrictCode {
    type Err = UnknownDistrict;
    fn from_str(text: &str) -> Result<Self, UnknownDistrict> {
        let six_digits = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
        let known = if six_digits { text.parse().ok().and_then(find) } else { None };
        known.map(|entry| Self(entry.code)).ok_or_else(|| UnknownDistrict(text.chars().take(20).collect()))
    }
}
impl TryFrom<String> for DistrictCode {
    type Error = UnknownDistrict;
    fn try_from(text: String) -> Result<Self, UnknownDistrict> {
        text.parse()
    }
}
impl From<DistrictCode> for String {
    fn from(code: DistrictCode) -> String {
        code.to_string()
    }
}

/// A chain of authority, province first: `35`, `35/3505`, `35/3505/350582`, Pingtan `35/350128`.
/// Rows carry it so that "below this office" is one prefix (house.md §5).
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
#[cfg_attr(feature = "orm", sea_orm(value_type = "String"))]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct ManagementPath(String);

impl ManagementPath {
    /// The whole province, `35`.
    pub fn province() -> Self {
        Self("35".to_owned())
    }
    /// The path's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// What every path strictly below this one starts with: `35/3505/`.
    pub fn below_prefix(&self) -> String {
        format!("{}/", self.0)
    }
    /// True when `other` is this office's path or below it. Whole parts only: `35/3505` does not cover
    /// `35/350582`, although it is a prefix of that text.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.strip_prefix(&self.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
    /// The district at its end.
    pub fn district(&self) -> DistrictCode {
        self.0
            .rsplit('/')
            .next()
            .and_then(district_of_part)
            .expect("a management path ends in a district by construction")
    }
}

/// The district of one part: province and city parts drop their trailing zeroes.
fn district_of_part(part: &str) -> Option<DistrictCode> {
    if !matches!(part.len(), 2 | 4 | 6) {
        return None;
    }
    format!("{part:0<6}").parse().ok()
}

impl fmt::Display for ManagementPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl FromStr for ManagementPath {
    type Err = UnknownDistrict;
    fn from_str(text: &str) -> Result<Self, UnknownDistrict> {
        text.rsplit('/')
            .next()
            .and_then(district_of_part)
            .map(DistrictCode::management_path)
            .filter(|path| path.0 == text)
            .ok_or_else(|| UnknownDistrict(text.chars().take(20).collect()))
    }
}
impl TryFrom<String> for ManagementPath {
    type Error = UnknownDistrict;
    fn try_from(text: String) -> Result<Self, UnknownDistrict> {
        text.parse()
    }
}
impl From<ManagementPath> for String {
    fn from(path: ManagementPath) -> String {
        path.0
    }
}

// A primary key must say whether the database can count it up; text cannot.
#[cfg(feature = "orm")]
impl sea_orm::TryFromU64 for DistrictCode {
    fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
        Err(sea_orm::DbErr::ConvertFromU64("DistrictCode"))
    }
}
