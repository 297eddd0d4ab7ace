//! Rotating the field and index keys (domain §12.4): every sealed field is opened with its old key and sealed with the
//! new one, its blind index beside it, in batches that each stand or fall whole. A crash between two batches loses
//! nothing: what is done says so by its version, the rest is done by the next run. Nobody else may write meanwhile:
//! half of the indexes are the old key's, half the new one's. What is sealed in files (the banks')
//! keeps its version: old keys stay in the keyring and still open it.

use foundation::{Fault, IdType, Scope, Stop};
use sea_orm::{ColumnTrait, Condition, IdenStatic, QueryFilter, QueryOrder, QuerySelect, Set, Value};

use super::{BlindIndex, Keyring, Purpose, Sealed, canary};
use crate::reach::Reach;
use crate::tables::funds::{objection, payment_line};
use crate::tables::identity::{account, setting};
use crate::tables::institutions::{institution, payee_change, teacher};
use crate::tables::registry::person;
use crate::{Db, Writer};

/// Setting that names the version an unfinished rotation goes to.
pub const UNFINISHED: &str = "key_rotation";
/// Setting that names the version of the index key that the rows are indexed with.
pub const INDEXED_WITH: &str = "index_key_version";
/// Rows of one batch.
const BATCH: u64 = 200;

/// What a rotation did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Report {
    /// Rows sealed anew.
    pub rows: u64,
    /// Rows whose field does not open or does not fit its index: left as they were, `table id`.
    pub odd: Vec<String>,
}

/// Why this keyring does not fit this database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// A rotation to this version was begun and not finished.
    Unfinished(u32),
    /// The rows are indexed with another version than the keyring's index line names.
    IndexedWith(u32),
}

/// Whether a server may start with this keyring: it must not look up with one key what another one wrote.
pub async fn check(db: &Db, keys: &Keyring) -> Result<Option<Unfit>, Stop> {
    if let Some(version) = read(db, UNFINISHED).await? {
        return Ok(Some(Unfit::Unfinished(version)));
    }
    Ok(read(db, INDEXED_WITH).await?.filter(|version| *version != keys.index_version()).map(Unfit::IndexedWith))
}

/// The version a rotation goes to: that of an unfinished one, else the newest of the keyring.
pub async fn target(db: &Db, keys: &Keyring) -> Result<u32, Stop> {
    Ok(read(db, UNFINISHED).await?.unwrap_or_else(|| keys.newest()))
}

async fn read(db: &Db, key: &str) -> Result<Option<u32>, Stop> {
    let row = db.read(Scope::Everything).await?.find::<setting::Entity>(setting::Column::Key.eq(key)).await?;
    row.map(|row| row.value.parse().map_err(|_| Stop::Fault(Fault::Db(format!("setting {key} is not a version")))))
        .transpose()
}

/// Calls `$do!(table)` for every table with sealed fields: rotation and canary.
macro_rules! for_each_sealed {
    ($do:ident) => {
        $do!(person);
        $do!(teacher);
        $do!(institution);
        $do!(payee_change);
        $do!(account);
        $do!(payment_line);
        $do!(objection);
    };
}
pub(super) use for_each_sealed;

/// Rotates everything to the keyring's newest version. `nonce` gives fresh random bytes; `before_commit` hears how many
/// rows a batch is about to keep, and may stop it there.
///
/// # Errors
/// The database's, or what `before_commit` said: whatever was committed stands, and the next run goes on from there.
pub async fn rotate(
    db: &Db,
    keys: &std::sync::Arc<Keyring>,
    nonce: fn() -> [u8; 12],
    before_commit: impl Fn(u64) -> Result<(), Fault> + Send + Sync + 'static,
) -> Result<Report, Stop> {
    let target = keys.newest();
    put(db, UNFINISHED, target).await?;
    let turn = std::sync::Arc::new(Turn {
        keys: std::sync::Arc::clone(keys),
        target,
        nonce,
        before_commit: Box::new(before_commit),
    });
    let mut report = Report::default();
    macro_rules! turn {
        ($table:ident) => {
            each::<$table::Entity>(db, &turn, &mut report).await?;
        };
    }
    for_each_sealed!(turn);
    let keys = std::sync::Arc::clone(keys);
    let indexed = db.write(Scope::Everything, move |work| {
        Box::pin(async move {
            work.put::<setting::Entity>(setting::Model { key: INDEXED_WITH.into(), value: target.to_string() }).await?;
            canary::index_by(work, &keys, target).await
        })
    });
    indexed.await?;
    Ok(report)
}

/// The sealed fields that a rotation knows, `table.column`.
pub fn listed() -> Vec<String> {
    fn of<E: Rotates>() -> Vec<String> {
        let table = E::default();
        E::sealed_columns().iter().map(|column| format!("{}.{}", table.table_name(), column.as_str())).collect()
    }
    let mut all = Vec::new();
    macro_rules! note {
        ($table:ident) => {
            all.extend(of::<$table::Entity>());
        };
    }
    for_each_sealed!(note);
    all
}

/// Ends a rotation, once the keyring's index line names the new version: servers may start again.
pub async fn finish(db: &Db) -> Result<(), Stop> {
    db.write(Scope::Everything, |work| {
        Box::pin(
            async move { work.remove_all::<setting::Entity>(setting::Column::Key.eq(UNFINISHED)).await.map(|_| ()) },
        )
    })
    .await
}

async fn put(db: &Db, key: &'static str, version: u32) -> Result<(), Stop> {
    db.write(Scope::Everything, move |work| {
        Box::pin(async move {
            work.put::<setting::Entity>(setting::Model { key: key.into(), value: version.to_string() }).await
        })
    })
    .await
}

/// What all batches need.
pub(super) struct Turn {
    keys: std::sync::Arc<Keyring>,
    target: u32,
    nonce: fn() -> [u8; 12],
    before_commit: Box<dyn Fn(u64) -> Result<(), Fault> + Send + Sync>,
}

/// A field sealed anew, with the index of its value.
struct Fresh {
    sealed: Sealed,
    index: BlindIndex,
}

/// The texts that a value may be indexed by: documents by kind and number.
pub(super) fn texts(purpose: Purpose, plain: &str) -> Vec<String> {
    match purpose {
        Purpose::IdNumber => IdType::all().iter().map(|kind| format!("{}:{plain}", kind.code())).collect(),
        Purpose::Phone | Purpose::Account | Purpose::TotpSecret | Purpose::Canary => vec![plain.to_owned()],
    }
}

impl Turn {
    /// None when the field does not open or its index is not its own.
    fn fresh(&self, purpose: Purpose, owner: &str, sealed: &Sealed, index: Option<&BlindIndex>) -> Option<Fresh> {
        let plain = self.keys.open(purpose, owner, sealed).ok()?;
        let old = self.keys.index_version();
        let text = match index {
            Some(index) => texts(purpose, &plain).into_iter().find(|text| {
                [old, self.target]
                    .iter()
                    .any(|version| self.keys.index_with(*version, purpose, text).as_ref() == Some(index))
            })?,
            None => plain.to_string(),
        };
        Some(Fresh {
            sealed: self.keys.seal(purpose, owner, &plain, (self.nonce)()),
            index: self.keys.index_with(self.target, purpose, &text)?,
        })
    }
}

/// A sealed field of a row: what it is, and the index of its value where it has one.
pub(super) type Field = (Purpose, Sealed, Option<BlindIndex>);

/// A table with sealed fields.
pub(super) trait Rotates: Reach {
    /// Fields that may wait.
    fn sealed_columns() -> Vec<Self::Column>;
    /// The sealed fields of a row that it has.
    fn fields(row: &Self::Model) -> Vec<Field>;
    /// The row's change; None when it is odd.
    fn change(turn: &Turn, row: &Self::Model) -> Option<Self::ActiveModel>;
}

async fn each<E: Rotates>(db: &Db, turn: &std::sync::Arc<Turn>, report: &mut Report) -> Result<(), Stop>
where
    E::Model: Send + Sync,
    E::ActiveModel: Send,
{
    let mut after: Option<Value> = None;
    loop {
        let (turn, from) = (std::sync::Arc::clone(turn), after.take());
        let batch = db
            .write(Scope::Everything, move |work| Box::pin(async move { batch::<E>(work, &turn, from).await }))
            .await?;
        report.rows += batch.done;
        report.odd.extend(batch.odd);
        after = batch.last;
        if after.is_none() {
            return Ok(());
        }
    }
}

struct Batch {
    done: u64,
    odd: Vec<String>,
    last: Option<Value>,
}

async fn batch<E: Rotates>(work: &Writer, turn: &Turn, after: Option<Value>) -> Result<Batch, Stop>
where
    E::Model: Send + Sync,
    E::ActiveModel: Send,
{
    let done = format!("v{}.%", turn.target);
    let waiting =
        E::sealed_columns().into_iter().fold(Condition::any(), |any, column| any.add(column.not_like(done.as_str())));
    let rows = work
        .list::<E>(|q| {
            let q = q.filter(waiting).order_by_asc(E::KEY).limit(BATCH);
            after.into_iter().fold(q, |q, last| q.filter(E::KEY.gt(last)))
        })
        .await?;
    let mut batch =
        Batch { done: 0, odd: Vec::new(), last: rows.last().filter(|_| rows.len() as u64 == BATCH).map(E::key) };
    for row in &rows {
        match E::change(turn, row) {
            Some(change) => {
                work.save::<E>(row, change).await?;
                batch.done += 1;
            }
            None => batch.odd.push(format!("{} {}", E::default().table_name(), key_text(&E::key(row)))),
        }
    }
    (turn.before_commit)(batch.done)?;
    Ok(batch)
}

pub(super) fn key_text(key: &Value) -> String {
    match key {
        Value::String(Some(text)) => text.to_string(),
        other => format!("{other:?}"),
    }
}

impl Rotates for person::Entity {
    fn sealed_columns() -> Vec<person::Column> {
        vec![person::Column::IdNumber, person::Column::Phone]
    }
    fn fields(row: &person::Model) -> Vec<Field> {
        let phone = row.phone.iter().map(|phone| (Purpose::Phone, phone.clone(), row.phone_index.clone()));
        std::iter::once((Purpose::IdNumber, row.id_number.clone(), Some(row.id_number_index.clone())))
            .chain(phone)
            .collect()
    }
    fn change(turn: &Turn, row: &person::Model) -> Option<person::ActiveModel> {
        let owner = row.id.to_string();
        let number = turn.fresh(Purpose::IdNumber, &owner, &row.id_number, Some(&row.id_number_index))?;
        let phone = match &row.phone {
            Some(phone) => Some(turn.fresh(Purpose::Phone, &owner, phone, row.phone_index.as_ref())?),
            None => None,
        };
        let (phone, phone_index) = phone.map_or((None, None), |fresh| (Some(fresh.sealed), Some(fresh.index)));
        Some(person::ActiveModel {
            id_number: Set(number.sealed),
            id_number_index: Set(number.index),
            phone: Set(phone),
            phone_index: Set(phone_index),
            ..Default::default()
        })
    }
}

impl Rotates for teacher::Entity {
    fn sealed_columns() -> Vec<teacher::Column> {
        vec![teacher::Column::IdNumber]
    }
    fn fields(row: &teacher::Model) -> Vec<Field> {
        vec![(Purpose::IdNumber, row.id_number.clone(), Some(row.id_number_index.clone()))]
    }
    fn change(turn: &Turn, row: &teacher::Model) -> Option<teacher::ActiveModel> {
        let number = turn.fresh(Purpose::IdNumber, &row.id.to_string(), &row.id_number, Some(&row.id_number_index))?;
        Some(teacher::ActiveModel {
            id_number: Set(number.sealed),
            id_number_index: Set(number.index),
            ..Default::default()
        })
    }
}

impl Rotates for institution::Entity {
    fn sealed_columns() -> Vec<institution::Column> {
        vec![institution::Column::Account]
    }
    fn fields(row: &institution::Model) -> Vec<Field> {
        row.account.iter().map(|account| (Purpose::Account, account.clone(), row.account_index.clone())).collect()
    }
    fn change(turn: &Turn, row: &institution::Model) -> Option<institution::ActiveModel> {
        let fresh =
            turn.fresh(Purpose::Account, &row.id.to_string(), row.account.as_ref()?, row.account_index.as_ref())?;
        Some(institution::ActiveModel {
            account: Set(Some(fresh.sealed)),
            account_index: Set(Some(fresh.index)),
            ..Default::default()
        })
    }
}

impl Rotates for payee_change::Entity {
    fn sealed_columns() -> Vec<payee_change::Column> {
        vec![payee_change::Column::Account]
    }
    fn fields(row: &payee_change::Model) -> Vec<Field> {
        vec![(Purpose::Account, row.account.clone(), Some(row.account_index.clone()))]
    }
    fn change(turn: &Turn, row: &payee_change::Model) -> Option<payee_change::ActiveModel> {
        let fresh = turn.fresh(Purpose::Account, &row.id.to_string(), &row.account, Some(&row.account_index))?;
        Some(payee_change::ActiveModel {
            account: Set(fresh.sealed),
            account_index: Set(fresh.index),
            ..Default::default()
        })
    }
}

impl Rotates for account::Entity {
    fn sealed_columns() -> Vec<account::Column> {
        vec![account::Column::TotpSecret]
    }
    fn fields(row: &account::Model) -> Vec<Field> {
        row.totp_secret.iter().map(|secret| (Purpose::TotpSecret, secret.clone(), None)).collect()
    }
    fn change(turn: &Turn, row: &account::Model) -> Option<account::ActiveModel> {
        let fresh = turn.fresh(Purpose::TotpSecret, &row.id.to_string(), row.totp_secret.as_ref()?, None)?;
        Some(account::ActiveModel { totp_secret: Set(Some(fresh.sealed)), ..Default::default() })
    }
}

impl Rotates for payment_line::Entity {
    fn sealed_columns() -> Vec<payment_line::Column> {
        vec![payment_line::Column::Account]
    }
    fn fields(row: &payment_line::Model) -> Vec<Field> {
        vec![(Purpose::Account, row.account.clone(), None)]
    }
    fn change(turn: &Turn, row: &payment_line::Model) -> Option<payment_line::ActiveModel> {
        let fresh = turn.fresh(Purpose::Account, &row.id.to_string(), &row.account, None)?;
        Some(payment_line::ActiveModel { account: Set(fresh.sealed), ..Default::default() })
    }
}

impl Rotates for objection::Entity {
    fn sealed_columns() -> Vec<objection::Column> {
        vec![objection::Column::Contact]
    }
    fn fields(row: &objection::Model) -> Vec<Field> {
        row.contact.iter().map(|contact| (Purpose::Phone, contact.clone(), None)).collect()
    }
    fn change(turn: &Turn, row: &objection::Model) -> Option<objection::ActiveModel> {
        let fresh = turn.fresh(Purpose::Phone, &row.id.to_string(), row.contact.as_ref()?, None)?;
        Some(objection::ActiveModel { contact: Set(Some(fresh.sealed)), ..Default::default() })
    }
}
