//! Dated policy (house.md §0.3): the parameters a class or claim is pinned to, each with the document
//! it comes from. No number of the policy lives in code; `policy/parameters.csv` holds the defaults.
//! Serves M8.1, M8.2 and every clause that names a limit.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use foundation::{DistrictCode, Fen, Periods};
use serde::{Deserialize, Serialize};

use foundation::codes::Regime;

pub use crate::pin::Policy;
pub use crate::policy_table::KEYS;

/// What a policy pays for: the rows of one scheme make one `Policy` (domain.md §7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// Subsidised classes ending in a completion certificate. A pin that names no scheme is one of these: the first
    /// scheme's pins were written before there was a second.
    #[default]
    CompletionCertificate,
}

impl Scheme {
    /// Every scheme that classes are reckoned under.
    pub const fn all() -> &'static [Self] {
        &[Self::CompletionCertificate]
    }
    /// As the parameters' table and file write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CompletionCertificate => "completion_certificate",
        }
    }
    /// What the classes of a regime are reckoned under; none while that regime pays by a scheme of its own that is
    /// still to come.
    pub const fn of(regime: Regime) -> Option<Self> {
        match regime {
            Regime::FullProcess => Some(Self::CompletionCertificate),
            Regime::PlanAndVerify | Regime::IndustryLed => None,
        }
    }
    /// The parameters that a policy of this scheme has.
    pub const fn keys(self) -> &'static [Key] {
        match self {
            Self::CompletionCertificate => KEYS,
        }
    }
}

/// What a pin says by not having a parameter. A pin is for ever: whoever adds a parameter says here what the pins
/// before it mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// The parameter is as old as pins are. One without it was tampered with or cut; it reads as the default, and
    /// `jinbu verify` still tells that row and journal differ.
    Never,
    /// It came later: a pin without it, and a district without a row for it, mean this value.
    Means(i64),
}

/// How a parameter is written in a pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A whole number.
    Number,
    /// A day, `2023-12-20`; yyyymmdd as a number.
    Day,
}

/// What a document column says when neither law nor a notice gives the number (domain.md `(design)`).
pub const DESIGN_DEFAULT: &str = "系统默认，各地可另定";

/// One parameter that `Policy` needs: how it is called, measured, and where its default is from.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Stable key, as in `policy/parameters.csv`.
    pub key: &'static str,
    /// Chinese name for pages.
    pub label: &'static str,
    /// Default in `unit`; used to fill the data file and to test it, never as a silent fallback.
    pub default: i64,
    /// Chinese unit.
    pub unit: &'static str,
    /// Smallest and largest value that makes sense.
    pub range: (i64, i64),
    /// Document, or the section of domain.md.
    pub source: &'static str,
    /// True when the default is ours and a district is expected to set its own.
    pub is_design: bool,
    /// What a pin without it means.
    pub absent: Absent,
    /// The issue that will read it; none when something reads it today (`house/tests/it/declared.rs`).
    pub waits_for: Option<u32>,
    /// How a pin writes it.
    pub form: Form,
    /// Whether a number can be a value of its type.
    pub fits: fn(i64) -> bool,
}

impl Key {
    /// What a pin without the parameter means.
    pub const fn when_absent(&self) -> i64 {
        match self.absent {
            Absent::Never => self.default,
            Absent::Means(value) => value,
        }
    }
}

/// One dated row of policy, already narrowed to a scheme and to the districts above a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Parameter {
    /// Key, one of `KEYS`; other keys are ignored.
    pub key: String,
    /// Value in the key's unit.
    pub value: i64,
    /// The document that sets it.
    pub document: String,
    /// How specific the district is: 0 province, 1 city, 2 county.
    pub depth: u8,
    /// First day in force.
    pub effective_from: NaiveDate,
    /// Last day in force, none while open.
    pub effective_to: Option<NaiveDate>,
}

/// No row, or only a senseless one, is in force for a key: the class cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct MissingParameter {
    /// The key that is missing.
    pub key: String,
    /// The day asked about.
    pub day: NaiveDate,
    /// The value in force, when there is one but it is out of range.
    pub senseless: Option<i64>,
}

impl MissingParameter {
    /// The Chinese sentence for an officer.
    pub fn sentence(&self) -> String {
        let label = key(&self.key).map_or(self.key.as_str(), |known| known.label);
        let day = self.day.format("%Y-%m-%d");
        match self.senseless {
            None => format!("{day} 没有生效的政策参数“{label}”，请先由人社部门录入并注明文件依据"),
            Some(value) => format!("{day} 生效的政策参数“{label}”为 {value}，超出合理范围，请先由人社部门更正"),
        }
    }
}

/// The key's description, if it is one of ours.
pub fn key(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|one| one.key == name)
}

/// What a parameter's whole number becomes for who reads it.
pub(crate) trait FromValue: Sized {
    /// How a pin writes it.
    const FORM: Form = Form::Number;
    fn from_value(value: i64) -> Option<Self>;
}
impl FromValue for i32 {
    fn from_value(value: i64) -> Option<Self> {
        Self::try_from(value).ok()
    }
}
impl FromValue for Periods {
    fn from_value(value: i64) -> Option<Self> {
        i32::try_from(value).ok().map(Self)
    }
}
impl FromValue for Fen {
    fn from_value(value: i64) -> Option<Self> {
        Some(Self(value))
    }
}
/// Days are written as yyyymmdd.
impl FromValue for NaiveDate {
    const FORM: Form = Form::Day;
    fn from_value(value: i64) -> Option<Self> {
        let month = u32::try_from(value / 100 % 100).ok()?;
        let day = u32::try_from(value % 100).ok()?;
        Self::from_ymd_opt(i32::try_from(value / 10_000).ok()?, month, day)
    }
}

/// The rows in force on a day, one per key: the most specific district wins, then the latest start.
pub(crate) struct InForce {
    pub(crate) day: NaiveDate,
    rows: BTreeMap<String, Parameter>,
}

impl InForce {
    pub(crate) fn new(parameters: impl Iterator<Item = Parameter>, day: NaiveDate) -> Self {
        let mut rows: BTreeMap<String, Parameter> = BTreeMap::new();
        for row in parameters.filter(|row| row.effective_from <= day && row.effective_to.is_none_or(|last| day <= last))
        {
            // Document and value last, so that two rows that should not both exist still give one answer.
            let rank = |one: &Parameter| (one.depth, one.effective_from, one.document.clone(), one.value);
            let better = rows.get(&row.key).is_none_or(|best| rank(best) < rank(&row));
            if better {
                rows.insert(row.key.clone(), row);
            }
        }
        Self { day, rows }
    }
    /// The value in force of one key; none where no row is and the key says what that means.
    pub(crate) fn take(&self, key: &Key) -> Result<Option<i64>, MissingParameter> {
        let missing = |senseless| MissingParameter { key: key.key.to_owned(), day: self.day, senseless };
        match (self.rows.get(key.key), key.absent) {
            (None, Absent::Never) => Err(missing(None)),
            (None, Absent::Means(_)) => Ok(None),
            (Some(row), _) if row.value < key.range.0 || row.value > key.range.1 || !(key.fits)(row.value) => {
                Err(missing(Some(row.value)))
            }
            (Some(row), _) => Ok(Some(row.value)),
        }
    }
    pub(crate) fn document(&self, key: &str) -> Option<String> {
        self.rows.get(key).map(|row| row.document.clone())
    }
}

/// One line of `policy/parameters.csv`, for whoever seeds the parameters' table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterRow {
    /// The district that sets it.
    pub district: DistrictCode,
    /// Scheme, e.g. `completion_certificate`.
    pub scheme: String,
    /// Key.
    pub key: String,
    /// Value in `unit`.
    pub value: i64,
    /// Chinese unit.
    pub unit: String,
    /// First day in force.
    pub effective_from: NaiveDate,
    /// Last day in force, none while open.
    pub effective_to: Option<NaiveDate>,
    /// The document that sets it.
    pub document: String,
}

/// A line of the parameters' file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("政策参数文件第 {line} 行无法读取：{what}")]
pub struct BadRow {
    /// Line number, the header being 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

/// Reads `policy/parameters.csv` (district,scheme,key,value,unit,effective_from,effective_to,document).
/// The file has no quoted cells.
///
/// # Errors
/// The first line that does not have eight readable cells.
pub fn read_parameters(text: &str) -> Result<Vec<ParameterRow>, BadRow> {
    let lines = text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| read_row(line).map_err(|what| BadRow { line: at + 1, what: what.to_owned() })).collect()
}

fn read_row(line: &str) -> Result<ParameterRow, &'static str> {
    let cells: Vec<&str> = line.split(',').map(str::trim).collect();
    let [district, scheme, key, value, unit, from, to, document] = cells[..] else { return Err("应有八列") };
    let date = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| "日期应为年-月-日");
    Ok(ParameterRow {
        district: district.parse().map_err(|_| "不是福建省现行的行政区划代码")?,
        scheme: scheme.to_owned(),
        key: key.to_owned(),
        value: value.parse().map_err(|_| "数值应为整数")?,
        unit: unit.to_owned(),
        effective_from: date(from)?,
        effective_to: if to.is_empty() { None } else { Some(date(to)?) },
        document: document.to_owned(),
    })
}

/// How specific a district is: 0 province, 1 whoever reports to the province, 2 below that.
pub fn depth(district: DistrictCode) -> u8 {
    u8::from(district.management_parent().is_some())
        + u8::from(district.management_parent().is_some_and(|one| one != DistrictCode::PROVINCE))
}

impl ParameterRow {
    /// The row as `Policy::from_parameters` takes it.
    pub fn parameter(&self) -> Parameter {
        Parameter {
            key: self.key.clone(),
            value: self.value,
            document: self.document.clone(),
            depth: depth(self.district),
            effective_from: self.effective_from,
            effective_to: self.effective_to,
        }
    }
    /// True when the row's district is `district` or one its authorities answer to: Pingtan takes the
    /// province's rows, not Fuzhou's.
    pub fn covers(&self, district: DistrictCode) -> bool {
        self.district.management_path().covers(&district.management_path())
    }
}
