//! A policy as a class pins it (house.md §0.3; M8.1, M8.2): a map from key to value and document, read by typed
//! accessors. It stands in rows and facts for ever, so it reads what it does not know and says what it lacks: a key
//! that came later has its stated rule (`Absent`), a key of a later program is kept as it is written.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::policy::{
    Absent, DESIGN_DEFAULT, Form, FromValue, InForce, KEYS, Key, MissingParameter, Parameter, Scheme, key,
};

/// Where a pin keeps each key's document.
const DOCUMENTS: &str = "documents";
/// What a pin says of a key that it does not have.
const NOTHING: &str = "没有";
/// Where a pin names its scheme.
const SCHEME: &str = "scheme";

/// The parameters a class or claim is pinned to when it is approved (domain.md §0.6, §7.3 rule 6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    scheme: Scheme,
    /// One place a key of `KEYS`; none where the pin does not have it.
    values: Box<[Option<i64>; KEYS.len()]>,
    /// Keys that this program does not know, as they were written.
    unknown: BTreeMap<String, Value>,
    documents: BTreeMap<String, String>,
}

impl Policy {
    /// The policy in force on `day` for a class whose district chain the rows are from.
    ///
    /// # Errors
    /// A key without a row in force, with a value out of range, or with an online ratio that would let
    /// the payable online share exceed the cap: nothing is filled in silently.
    pub fn from_parameters(
        scheme: Scheme,
        parameters: impl Iterator<Item = Parameter>,
        day: NaiveDate,
    ) -> Result<Self, MissingParameter> {
        let rows = InForce::new(parameters, day);
        let mut policy =
            Self { scheme, values: Box::new([None; KEYS.len()]), unknown: BTreeMap::new(), documents: BTreeMap::new() };
        for one in scheme.keys() {
            if let Some(value) = rows.take(one)? {
                policy.set(one, value);
            }
            if let Some(document) = rows.document(one.key) {
                policy.documents.insert(one.key.to_owned(), document);
            }
        }
        let over = i64::from(policy.payable_online_numerator()) * i64::from(100 - policy.online_cap_pct())
            > i64::from(policy.payable_online_denominator()) * i64::from(policy.online_cap_pct());
        if over {
            let senseless = Some(i64::from(policy.payable_online_numerator()));
            return Err(MissingParameter { key: "payable_online_numerator".to_owned(), day, senseless });
        }
        Ok(policy)
    }

    /// The scheme that it pays by.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The document a parameter comes from; `系统默认，各地可另定` when none does.
    pub fn document(&self, key: &str) -> &str {
        self.documents.get(key).map_or(DESIGN_DEFAULT, String::as_str)
    }

    /// Where two policies say different things of a key that either has, value or document. A key that came later says
    /// what its absence means; one as old as pins are is never absent honestly: cut out, it differs though it reads the
    /// same.
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let strange = [self, other]
            .into_iter()
            .flat_map(|one| one.unknown.keys().chain(one.documents.keys()))
            .map(String::as_str);
        let names: BTreeSet<&str> = strange.filter(|name| key(name).is_none()).collect();
        let all = KEYS.iter().map(|one| (one.key, Some(one))).chain(names.into_iter().map(|name| (name, None)));
        all.map(|(name, known)| {
            let (left, right) = (self.says(name, known), other.says(name, known));
            Difference {
                label: known.map_or(name, |one| one.label).to_owned(),
                unit: known.map_or("", |one| one.unit),
                values: (left.0, right.0),
                documents: (left.1, right.1),
            }
        })
        .filter(|one| one.values.0 != one.values.1 || one.documents.0 != one.documents.1)
        .collect()
    }

    /// What the pin itself says of a key, value and document.
    fn says(&self, name: &str, known: Option<&Key>) -> (String, String) {
        let place = KEYS.iter().position(|one| one.key == name);
        let value = match (place.and_then(|at| self.values[at]), known) {
            (Some(value), Some(one)) => Some(written(one, value).to_string()),
            _ => self.unknown.get(name).map(ToString::to_string),
        };
        let document = self.documents.get(name).cloned();
        match known.map(|one| (one, one.absent)) {
            Some((one, Absent::Means(absent))) => (
                value.unwrap_or_else(|| written(one, absent).to_string()),
                document.unwrap_or_else(|| DESIGN_DEFAULT.to_owned()),
            ),
            _ => (value.unwrap_or_else(|| NOTHING.to_owned()), document.unwrap_or_else(|| NOTHING.to_owned())),
        }
    }

    /// The same with one parameter set; for whoever asks what would be under another rule.
    ///
    /// # Panics
    /// When the key is none of `KEYS` or the value none of its type: both are a programmer's.
    #[must_use]
    pub fn with(mut self, name: &str, value: i64) -> Self {
        let one = key(name).unwrap_or_else(|| panic!("{name} is no parameter"));
        assert!((one.fits)(value), "{name} cannot be {value}");
        self.set(one, value);
        self
    }

    fn set(&mut self, one: &Key, value: i64) {
        if let Some(place) = KEYS.iter().position(|known| known.key == one.key) {
            self.values[place] = Some(value);
        }
    }

    /// The value at a place of `KEYS`.
    pub(crate) fn value<V: FromValue>(&self, place: usize) -> V {
        let one = &KEYS[place];
        V::from_value(self.values[place].unwrap_or_else(|| one.when_absent()))
            .expect("a value is looked at before it is set")
    }
}

/// Where two policies say different things of one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its Chinese name.
    pub label: String,
    /// Its Chinese unit.
    pub unit: &'static str,
    /// What either says.
    pub values: (String, String),
    /// The document of either.
    pub documents: (String, String),
}

/// A value as a pin writes it.
fn written(one: &Key, value: i64) -> Value {
    match (one.form, NaiveDate::from_value(value)) {
        (Form::Day, Some(day)) => Value::from(day.to_string()),
        _ => Value::from(value),
    }
}

/// The number that a pin wrote; none when it is none of the key's type.
fn read(one: &Key, text: &Value) -> Option<i64> {
    use chrono::Datelike;
    let value = match one.form {
        Form::Number => text.as_i64()?,
        Form::Day => {
            let day: NaiveDate = text.as_str()?.parse().ok()?;
            i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day())
        }
    };
    (one.fits)(value).then_some(value)
}

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if self.scheme != Scheme::default() {
            map.serialize_entry(SCHEME, &self.scheme)?;
        }
        for (one, value) in KEYS.iter().zip(self.values.iter()) {
            if let Some(value) = value {
                map.serialize_entry(one.key, &written(one, *value))?;
            }
        }
        for (name, value) in &self.unknown {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry(DOCUMENTS, &self.documents)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut unknown: BTreeMap<String, Value> = BTreeMap::deserialize(deserializer)?;
        let documents = unknown
            .remove(DOCUMENTS)
            .map_or_else(|| Ok(BTreeMap::new()), serde_json::from_value)
            .map_err(D::Error::custom)?;
        let scheme = unknown
            .remove(SCHEME)
            .map_or_else(|| Ok(Scheme::default()), serde_json::from_value)
            .map_err(D::Error::custom)?;
        let mut values = Box::new([None; KEYS.len()]);
        for (one, place) in KEYS.iter().zip(values.iter_mut()) {
            if let Some(text) = unknown.remove(one.key) {
                *place =
                    Some(read(one, &text).ok_or_else(|| D::Error::custom(format!("{} cannot be {text}", one.key)))?);
            }
        }
        Ok(Self { scheme, values, unknown, documents })
    }
}

impl schemars::JsonSchema for Policy {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Policy".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "object", "description": "政策参数：键 → 值；documents：键 → 依据文件" })
    }
}
