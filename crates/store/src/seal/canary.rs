//! The canary: keys belong to the database (domain §12.4; decisions/0013). One setting holds a text sealed with every
//! key version that the rows use, the index key's HMAC of it, and the journal's verifier keys. Whoever comes with other
//! keys opens nothing here, and is told so before anything is written with them.

use std::collections::BTreeMap;

use foundation::{Fault, Ids, Scope, Stop};
use journal::VerifierKeys;
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use super::rotate::{self, Rotates, key_text};
use super::{BlindIndex, Keyring, Purpose, Sealed};
use crate::tables::funds::{objection, payment_line};
use crate::tables::identity::{account, setting};
use crate::tables::institutions::{institution, payee_change, teacher};
use crate::tables::journal::{fact, journal_checkpoint};
use crate::tables::registry::person;
use crate::{Db, Reader, Writer, sequencer};

/// Setting that holds it.
pub const CANARY: &str = "keys_canary";
/// Whose the sealed text is, and the text.
const OWNER: &str = "canary";
const PLAIN: &str = "进补 keys belong to their database";
/// Rows of one column and version that are tried before a database from before the canary is refused: one moved field
/// must not keep a house shut.
const SAMPLES: u64 = 8;
/// How often a first start is tried when another server is first.
const TRIES: u32 = 5;

/// What the setting holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Canary {
    /// The text sealed with each version, by version.
    sealed: BTreeMap<u32, String>,
    /// The version of the index key, and its index of the text.
    index: (u32, String),
    /// The journal's verifier keys, one a line.
    journal: String,
}

/// How a database stands to keys that fit it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Its canary opens; false when the keyring's newest version is not in it yet.
    Kept {
        /// Whether the newest version is in it.
        has_newest: bool,
    },
    /// Used before there were canaries; what is sealed and signed fits.
    Before,
    /// Nobody has used it.
    New,
}

/// Why keys and database do not belong together; operators read it as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// Sealed with a version that is not there.
    #[error("这个数据库用到第 {0} 版密钥，现在的密钥里没有这一版。{BACK}")]
    Missing(u32),
    /// The version is there, and another key.
    #[error("现在的第 {0} 版密钥不是这个数据库用的那一把。{BACK}")]
    Other(u32),
    /// The index key is another.
    #[error("现在的索引密钥不是这个数据库用的那一把，用它会找不到已登记的人。{BACK}")]
    Index,
    /// The journal was signed with other keys.
    #[error("签公开日志的密钥不是这个数据库用的那一把（密钥文件里的 secret 行）。{BACK}")]
    Journal,
    /// The journal has another name.
    #[error("日志的名字不对：设置里 journal_origin 写的是“{ours}”，这个数据库用的是“{theirs}”。请把设置改回去")]
    Origin {
        /// The settings'.
        ours: String,
        /// The database's.
        theirs: String,
    },
    /// The setting cannot be read.
    #[error("数据库里核对密钥用的记录（setting 表的 keys_canary）被改坏了。请从备份恢复数据库，不要删去这条记录")]
    Damaged,
}

/// What to do about the wrong keys.
const BACK: &str = "请把这个数据库原来的密钥文件（keys.txt）放回数据文件夹，或改回与密钥配套的数据库；多台服务器共用一个数据库的，密钥文件要相同";

/// Whether anybody has used this database: then it has keys of its own.
pub async fn is_used(reader: &Reader) -> Result<bool, Stop> {
    Ok(read(reader).await?.is_some()
        || reader.count::<fact::Entity>(|q| q.limit(1)).await? > 0
        || reader.count::<account::Entity>(|q| q.limit(1)).await? > 0
        || reader.count::<person::Entity>(|q| q.limit(1)).await? > 0
        || reader.count::<institution::Entity>(|q| q.limit(1)).await? > 0
        || reader.count::<journal_checkpoint::Entity>(|q| q.limit(1)).await? > 0)
}

/// How the database stands to these keys; writes nothing. `journal` are the verifier keys of its journal.
pub async fn check(reader: &Reader, keys: &Keyring, journal: &VerifierKeys) -> Result<Result<Standing, Misfit>, Stop> {
    let Some(row) = read(reader).await? else {
        if !is_used(reader).await? {
            return Ok(Ok(Standing::New));
        }
        return Ok(fits_rows(reader, keys, journal).await?.map(|()| Standing::Before));
    };
    let Ok(canary) = serde_json::from_str::<Canary>(&row.value) else { return Ok(Err(Misfit::Damaged)) };
    let has_newest = canary.sealed.contains_key(&keys.newest());
    Ok(canary.fits(keys, journal).map(|()| Standing::Kept { has_newest }))
}

/// The same at a start: a new database and one from before get their canary, one that knows fewer versions than the
/// keyring gets the newest. Of two servers that start at once with different keys one is refused.
pub async fn settle(
    db: &Db,
    keys: &std::sync::Arc<Keyring>,
    journal: &VerifierKeys,
    ids: &Ids,
) -> Result<Result<Standing, Misfit>, Stop> {
    let mut tried = 1;
    loop {
        match check(&db.read(Scope::Everything).await?, keys, journal).await? {
            Ok(Standing::New | Standing::Before | Standing::Kept { has_newest: false }) => {}
            settled => return Ok(settled),
        }
        let (keys, journal, ids) = (std::sync::Arc::clone(keys), journal.clone(), ids.clone());
        match db
            .write(Scope::Everything, move |work| Box::pin(async move { write(work, &keys, &journal, &ids).await }))
            .await
        {
            Err(Stop::Fault(Fault::Stale | Fault::Duplicate(_))) if tried < TRIES => tried += 1,
            other => return other,
        }
    }
}

async fn write(
    work: &Writer,
    keys: &Keyring,
    journal: &VerifierKeys,
    ids: &Ids,
) -> Result<Result<Standing, Misfit>, Stop> {
    let standing = match check(work, keys, journal).await? {
        Ok(standing) => standing,
        Err(misfit) => return Ok(Err(misfit)),
    };
    if let Some(row) = read(work).await? {
        let mut canary: Canary = parse(&row)?;
        canary.seal_missing(keys, ids);
        work.put::<setting::Entity>(canary.row()?).await?;
        return Ok(Ok(standing));
    }
    let index = (keys.index_version(), keys.index(Purpose::Canary, PLAIN).as_str().to_owned());
    let mut canary = Canary { sealed: BTreeMap::new(), index, journal: journal.to_string() };
    canary.seal_missing(keys, ids);
    // Two that are first at once: the key of the row lets one of them win.
    work.add::<setting::Entity>(canary.row()?).await?;
    work.put::<setting::Entity>(setting::Model {
        key: rotate::INDEXED_WITH.into(),
        value: keys.index_version().to_string(),
    })
    .await?;
    Ok(Ok(standing))
}

/// Makes `version` the index key of the canary: the last step of a rotation, in its own transaction.
pub(super) async fn index_by(work: &Writer, keys: &Keyring, version: u32) -> Result<(), Stop> {
    let Some(row) = read(work).await? else { return Ok(()) };
    let mut canary = parse(&row)?;
    let index = keys
        .index_with(version, Purpose::Canary, PLAIN)
        .ok_or_else(|| Fault::Db(format!("no key of version {version}")))?;
    canary.index = (version, index.as_str().to_owned());
    work.put::<setting::Entity>(canary.row()?).await
}

async fn read(reader: &Reader) -> Result<Option<setting::Model>, Stop> {
    reader.find::<setting::Entity>(setting::Column::Key.eq(CANARY)).await
}

fn parse(row: &setting::Model) -> Result<Canary, Stop> {
    serde_json::from_str(&row.value).map_err(|_| Fault::Upstream(Misfit::Damaged.to_string()).into())
}

impl Canary {
    fn fits(&self, keys: &Keyring, journal: &VerifierKeys) -> Result<(), Misfit> {
        for (version, sealed) in &self.sealed {
            match keys.open(Purpose::Canary, OWNER, &Sealed::from_stored(sealed.clone())) {
                Ok(plain) if *plain == PLAIN => {}
                Err(super::SealError::NoKey(version)) => return Err(Misfit::Missing(version)),
                Err(super::SealError::Malformed) => return Err(Misfit::Damaged),
                Ok(_) | Err(super::SealError::Altered) => return Err(Misfit::Other(*version)),
            }
        }
        let (version, index) = &self.index;
        match keys.index_with(*version, Purpose::Canary, PLAIN) {
            None => return Err(Misfit::Missing(*version)),
            Some(ours) if ours.as_str() != index => return Err(Misfit::Index),
            Some(_) => {}
        }
        let theirs = VerifierKeys::parse(&self.journal).map_err(|_| Misfit::Damaged)?;
        same_journal(journal, &theirs)
    }

    /// Seals with the keyring's versions that are not in it yet.
    fn seal_missing(&mut self, keys: &Keyring, ids: &Ids) {
        for version in keys.versions() {
            self.sealed.entry(version).or_insert_with(|| {
                let sealed = keys.seal_with(version, Purpose::Canary, OWNER, PLAIN, ids.bytes());
                sealed.expect("one of the keyring's own versions").as_str().to_owned()
            });
        }
    }

    fn row(&self) -> Result<setting::Model, Fault> {
        let value = serde_json::to_string(self).map_err(|e| Fault::Db(e.to_string()))?;
        Ok(setting::Model { key: CANARY.into(), value })
    }
}

fn same_journal(ours: &VerifierKeys, theirs: &VerifierKeys) -> Result<(), Misfit> {
    let name = |keys: &VerifierKeys| keys.keys().first().map(|key| key.name().to_owned()).unwrap_or_default();
    match ours == theirs {
        true => Ok(()),
        false if name(ours) != name(theirs) => Err(Misfit::Origin { ours: name(ours), theirs: name(theirs) }),
        false => Err(Misfit::Journal),
    }
}

/// A database from before the canary: what is sealed opens, what is indexed is found, the last checkpoint is ours.
async fn fits_rows(reader: &Reader, keys: &Keyring, journal: &VerifierKeys) -> Result<Result<(), Misfit>, Stop> {
    if let Some(latest) = sequencer::latest(reader).await?
        && journal::verify_checkpoint(&latest.note, journal).is_err()
    {
        // The first line of a checkpoint is its origin.
        let ours = journal.keys().first().map(|key| key.name().to_owned()).unwrap_or_default();
        let theirs = latest.note.lines().next().unwrap_or("").to_owned();
        return Ok(Err(if ours == theirs { Misfit::Journal } else { Misfit::Origin { ours, theirs } }));
    }
    // In the middle of a rotation half of the indexes are the old key's.
    let is_rotating = reader.find::<setting::Entity>(setting::Column::Key.eq(rotate::UNFINISHED)).await?.is_some();
    let indexed_with = if is_rotating { keys.versions() } else { vec![keys.index_version()] };
    macro_rules! each {
        ($table:ident) => {
            if let Err(misfit) = table::<$table::Entity>(reader, keys, &indexed_with).await? {
                return Ok(Err(misfit));
            }
        };
    }
    rotate::for_each_sealed!(each);
    Ok(Ok(()))
}

async fn table<E: Rotates>(reader: &Reader, keys: &Keyring, indexed_with: &[u32]) -> Result<Result<(), Misfit>, Stop>
where
    E::Model: Send + Sync,
{
    for column in E::sealed_columns() {
        let of = |version: u32| format!("v{version}.%");
        let unknown = keys
            .versions()
            .into_iter()
            .fold(Condition::all().add(column.is_not_null()), |all, version| all.add(column.not_like(of(version))));
        let strange = reader.list::<E>(|q| q.filter(unknown).limit(1)).await?;
        if let Some(version) = strange.first().and_then(|row| {
            E::fields(row)
                .iter()
                .filter_map(|(_, sealed, _)| sealed.version())
                .find(|version| !keys.versions().contains(version))
        }) {
            return Ok(Err(Misfit::Missing(version)));
        }
        for version in keys.versions() {
            let rows =
                reader.list::<E>(|q| q.filter(column.like(of(version))).order_by_asc(E::KEY).limit(SAMPLES)).await?;
            if let Err(misfit) = samples::<E>(keys, indexed_with, version, &rows) {
                return Ok(Err(misfit));
            }
        }
    }
    Ok(Ok(()))
}

/// At least one field of these opens, and of those that are indexed one is found by its index.
fn samples<E: Rotates>(keys: &Keyring, indexed_with: &[u32], version: u32, rows: &[E::Model]) -> Result<(), Misfit> {
    let mut seen = Seen { indexed_with: indexed_with.to_vec(), ..Seen::default() };
    for row in rows {
        let owner = key_text(&E::key(row));
        for (purpose, sealed, index) in E::fields(row) {
            seen.field(keys, &owner, (purpose, &sealed, index.as_ref()), version);
        }
    }
    match seen {
        Seen { fields: 1.., open: 0, .. } => Err(Misfit::Other(version)),
        Seen { indexed: 1.., found: 0, .. } => Err(Misfit::Index),
        _ => Ok(()),
    }
}

#[derive(Default)]
struct Seen {
    /// Versions that may be the index key.
    indexed_with: Vec<u32>,
    fields: u32,
    open: u32,
    indexed: u32,
    found: u32,
}

impl Seen {
    fn field(
        &mut self,
        keys: &Keyring,
        owner: &str,
        (purpose, sealed, index): (Purpose, &Sealed, Option<&BlindIndex>),
        version: u32,
    ) {
        if sealed.version() != Some(version) {
            return;
        }
        self.fields += 1;
        let Ok(plain) = keys.open(purpose, owner, sealed) else { return };
        self.open += 1;
        if let Some(index) = index {
            self.indexed += 1;
            let found = |text: &String| {
                self.indexed_with.iter().any(|version| keys.index_with(*version, purpose, text).as_ref() == Some(index))
            };
            self.found += u32::from(rotate::texts(purpose, &plain).iter().any(found));
        }
    }
}
