//! Opening a house: database, keys, files, clock (house.md §11: one machine by default).

use std::path::PathBuf;
use std::sync::Arc;

use desk::session::SignIns;
use desk::{Premises, Settings};
use foundation::{Clock, Fault, Ids, Scope, WorkCalendar};
use store::query::ColumnTrait;
use store::seal::Keyring;
use store::tables::identity::setting;
use store::{Db, Files};

use crate::keyring;

/// What the command line or the settings file says.
#[derive(Debug, Clone)]
pub struct Options {
    /// `sqlite:PATH` or `postgres://…`.
    pub database: String,
    /// Folder for files and keys.
    pub data: PathBuf,
    /// Public address without trailing slash.
    pub base_url: String,
    /// Personas and movable clock.
    pub demo: bool,
    /// Cookies only over https.
    pub secure_cookies: bool,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Name of the journal; also its keys' name.
    pub journal_origin: String,
}

/// Setting key of the demo clock's offset in seconds.
pub const CLOCK_OFFSET: &str = "demo_clock_offset_s";

/// Opens everything and brings the schema up to date. Keys and database must belong together; where both are new, both
/// are made.
pub async fn open(options: &Options) -> Result<Arc<Premises>, Fault> {
    if options.data.join(crate::backup::UNFINISHED).exists() {
        let what = format!("数据文件夹 {} 里的恢复没有做完", options.data.display());
        return Err(Fault::Upstream(format!("{what}，不能启动。请清空它和数据库，再运行一次 jinbu restore")));
    }
    let db = Db::open(&options.database).await.map_err(|fault| damaged(&options.database, fault))?;
    crate::private::tighten(&options.data, &options.database);
    let ids = Ids::system();
    let keyring = keyring::settle(&db, &options.data, &options.journal_origin, &ids).await?;
    let files = Files::folder(&options.data.join("files"))?;
    let clock = Clock::system();
    if options.demo {
        clock.set_offset_s(offset(&db).await.unwrap_or(0));
    }
    Ok(Arc::new(premises(options, db, keyring, files, clock, ids)))
}

/// Opens a house to look at it only (verifying, exporting): a SQLite file by a copy that is gone afterwards, brought up
/// to date there; PostgreSQL as it is. Makes no key, file or database.
/// Errors: something of it is not there, or does not belong together, in words.
pub async fn look(options: &Options) -> Result<Looked, Fault> {
    look_with(options, look_at_database(options).await?).await
}

/// The database of a house that is only looked at.
pub struct Database {
    /// It, or its copy.
    pub db: Db,
    copy: Option<tempfile::TempDir>,
}

/// The database alone; keys are not asked for.
pub(crate) async fn look_at_database(options: &Options) -> Result<Database, Fault> {
    let (db, copy) = match store::sqlite_file::path_of(&options.database) {
        Some(path) => {
            let folder = tempfile::tempdir().map_err(|error| Fault::Upstream(format!("临时文件夹建不了：{error}")))?;
            let copy = folder.path().join("copy.db");
            let (from, to) = (path, copy.clone());
            tokio::task::spawn_blocking(move || store::sqlite_file::copy(&from, &to))
                .await
                .map_err(|error| Fault::Db(error.to_string()))??;
            (
                Db::open(&format!("sqlite:{}", copy.display()))
                    .await
                    .map_err(|fault| damaged(&options.database, fault))?,
                Some(folder),
            )
        }
        None => (Db::connect(&options.database).await?, None),
    };
    Ok(Database { db, copy })
}

/// With the keys that belong to it.
pub(crate) async fn look_with(options: &Options, Database { db, copy }: Database) -> Result<Looked, Fault> {
    let keyring = keyring::fitting(&db, &options.data, &options.journal_origin).await?;
    // Where no file was ever kept there is no folder, and none is made.
    let files = Files::there(&options.data.join("files"));
    let premises = Arc::new(premises(options, db, keyring, files, Clock::system(), Ids::system()));
    Ok(Looked { premises, _copy: copy })
}

/// A house that is only looked at.
pub struct Looked {
    /// What it owns.
    pub premises: Arc<Premises>,
    _copy: Option<tempfile::TempDir>,
}

fn premises(options: &Options, db: Db, keyring: Arc<Keyring>, files: Files, clock: Clock, ids: Ids) -> Premises {
    let settings = Settings {
        demo: options.demo,
        base_url: options.base_url.clone(),
        secure_cookies: options.secure_cookies,
        journal_origin: options.journal_origin.clone(),
        trusted_proxies: options.trusted_proxies.clone(),
        secret: keyring.secret("cookies and codes"),
    };
    Premises {
        files,
        db,
        clock,
        ids,
        calendar: WorkCalendar::built_in().clone(),
        keyring,
        settings,
        declared: Arc::new(crate::routes().declared).into(),
        sign_ins: SignIns::default(),
        turns: desk::turns::Turns::default(),
        tries: desk::tries::Tries::default(),
        rows: store::RowCache::default(),
        gatherers: desk::gather::Gatherers::default(),
        memo: desk::memo::Memo::default(),
        health: desk::health::Health::default(),
        reading: desk::reading::Reading::default(),
    }
}

/// A damaged SQLite file in words, with what to do; every other fault as it is.
fn damaged(database: &str, fault: Fault) -> Fault {
    let text = fault.to_string();
    match store::sqlite_file::path_of(database) {
        Some(path) if text.contains("file is not a database") || text.contains("malformed") => {
            Fault::Upstream(store::sqlite_file::damaged(&path))
        }
        _ => fault,
    }
}

async fn offset(db: &Db) -> Option<i64> {
    let row = db
        .read(Scope::Everything)
        .await
        .ok()?
        .find::<setting::Entity>(setting::Column::Key.eq(CLOCK_OFFSET))
        .await
        .ok()??;
    row.value.parse().ok()
}
