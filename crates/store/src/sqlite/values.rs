//! Values on their way into and out of SQLite, kept as they always were: moments as RFC 3339 in UTC, days as
//! `YYYY-MM-DD`, yes and no as 1 and 0. Moments are whole microseconds, as PostgreSQL keeps them: a house that moves
//! from one database to the other is the same to the last column.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, SubsecRound, Utc};
use rusqlite::Statement;
use rusqlite::types::{ToSqlOutput, ValueRef};
use sea_orm::DbErr;
use sea_orm::sea_query::{ColumnType, OptionEnum, Value, ValueType};

/// Digits of a second that are kept.
const DIGITS: u16 = 6;

/// Binds every value to its place.
pub fn bind(statement: &mut Statement<'_>, values: &[Value]) -> rusqlite::Result<()> {
    for (place, value) in (1..).zip(values) {
        statement.raw_bind_parameter(place, output(value)?)?;
    }
    Ok(())
}

fn output(value: &Value) -> rusqlite::Result<ToSqlOutput<'_>> {
    Ok(match value {
        Value::Bool(b) => number(b.map(i64::from)),
        Value::TinyInt(n) => number(n.map(i64::from)),
        Value::SmallInt(n) => number(n.map(i64::from)),
        Value::Int(n) => number(n.map(i64::from)),
        Value::BigInt(n) => number(*n),
        Value::TinyUnsigned(n) => number(n.map(i64::from)),
        Value::SmallUnsigned(n) => number(n.map(i64::from)),
        Value::Unsigned(n) => number(n.map(i64::from)),
        Value::BigUnsigned(n) => number(n.map(TryInto::try_into).transpose().map_err(refused)?),
        Value::String(t) => text(t.as_deref()),
        Value::Enum(OptionEnum::Some(one)) => text(Some(&one.value)),
        Value::Enum(OptionEnum::None(_)) => text(None),
        Value::Char(c) => made(c.map(String::from)),
        Value::Bytes(b) => b.as_ref().map_or(NOTHING, |b| ToSqlOutput::Borrowed(ValueRef::Blob(b))),
        Value::ChronoDate(d) => made(d.map(|d| d.format("%F").to_string())),
        Value::ChronoDateTimeUtc(t) => made(t.map(moment)),
        Value::ChronoDateTimeWithTimeZone(t) => made(t.map(|t| moment(t.with_timezone(&Utc)))),
        other => return Err(refused(format!("a value that no column of ours has: {other:?}"))),
    })
}

const NOTHING: ToSqlOutput<'static> = ToSqlOutput::Borrowed(ValueRef::Null);

fn number<'v>(n: Option<i64>) -> ToSqlOutput<'v> {
    n.map_or(NOTHING, |n| ToSqlOutput::Borrowed(ValueRef::Integer(n)))
}

fn text(t: Option<&str>) -> ToSqlOutput<'_> {
    t.map_or(NOTHING, |t| ToSqlOutput::Borrowed(ValueRef::Text(t.as_bytes())))
}

fn made<'v>(t: Option<String>) -> ToSqlOutput<'v> {
    t.map_or(NOTHING, |t| ToSqlOutput::Owned(t.into()))
}

fn moment(at: DateTime<Utc>) -> String {
    at.trunc_subsecs(DIGITS).to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

fn refused(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(error.into())
}

/// The value at a place of a row, as its field wants it. Errors: it is none of that type; the error names the column.
pub fn decode<T: ValueType>(row: &rusqlite::Row<'_>, place: usize, name: &str) -> Result<T, DbErr> {
    let raw = row.get_ref(place).map_err(|error| DbErr::Type(format!("{name}: {error}")))?;
    let value = value(&T::column_type(), raw)
        .ok_or_else(|| DbErr::Type(format!("{name}: unreadable value of type {}", raw.data_type())))?;
    T::try_from(value).map_err(|_| DbErr::Type(format!("{name}: not a value of {}", T::type_name())))
}

/// None when the stored value is none of that type.
fn value(wanted: &ColumnType, raw: ValueRef<'_>) -> Option<Value> {
    // Nothing stands for nothing, whatever the type.
    let number = || match raw {
        ValueRef::Integer(n) => Some(Some(n)),
        ValueRef::Null => Some(None),
        _ => None,
    };
    let text = || match raw {
        ValueRef::Text(t) => std::str::from_utf8(t).ok().map(Some),
        ValueRef::Null => Some(None),
        _ => None,
    };
    Some(match wanted {
        ColumnType::Boolean => Value::Bool(number()?.map(|n| n != 0)),
        ColumnType::TinyInteger => Value::TinyInt(number()?.map(TryInto::try_into).transpose().ok()?),
        ColumnType::SmallInteger => Value::SmallInt(number()?.map(TryInto::try_into).transpose().ok()?),
        ColumnType::Integer => Value::Int(number()?.map(TryInto::try_into).transpose().ok()?),
        ColumnType::BigInteger => Value::BigInt(number()?),
        ColumnType::Date => Value::ChronoDate(text()?.map(|t| NaiveDate::parse_from_str(t, "%F")).transpose().ok()?),
        ColumnType::TimestampWithTimeZone | ColumnType::Timestamp => Value::ChronoDateTimeUtc(match text()? {
            Some(t) => Some(read_moment(t)?),
            None => None,
        }),
        ColumnType::Blob | ColumnType::VarBinary(_) | ColumnType::Binary(_) => Value::Bytes(match raw {
            ValueRef::Blob(b) => Some(b.to_vec()),
            ValueRef::Null => None,
            _ => return None,
        }),
        _ => Value::String(text()?.map(str::to_owned)),
    })
}

fn read_moment(text: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text).map(|at| at.with_timezone(&Utc));
    // `CURRENT_TIMESTAMP` and hands write it so.
    let at = at.or_else(|_| NaiveDateTime::parse_from_str(text, "%F %T%.f").map(|at| at.and_utc()));
    at.ok().map(|at| at.trunc_subsecs(DIGITS))
}
