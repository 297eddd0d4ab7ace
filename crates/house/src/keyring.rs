//! Which keys a house opens with: those that its database was used with, and no others (domain §12.4; decisions/0013).
//! Only a database that nobody has used gets new ones.

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use desk::premises::journal_keys;
use foundation::{Fault, Ids, Scope, Stop};
use store::Db;
use store::seal::canary::{self, Standing};
use store::seal::rotate::{self, Unfit};
use store::seal::{KeyError, Keyring};

/// The key file of a data folder.
pub fn key_file(data: &Path) -> PathBuf {
    data.join("keys.txt")
}

/// The keys that are there, of the environment or of the data folder; none where there are none. Makes nothing.
/// Errors: they cannot be read, in words.
pub fn find(data: &Path) -> Result<Option<Keyring>, Fault> {
    match Keyring::from_environment() {
        Some(keyring) => keyring.map(Some).map_err(|error| Fault::Upstream(format!("环境变量 JINBU_KEYS：{error}"))),
        None => Keyring::load(&key_file(data))
            .map_err(|error| Fault::Upstream(format!("密钥文件 {}：{error}", key_file(data).display()))),
    }
}

/// The keys of a house that starts: both new → made; otherwise those that fit. Errors: keys and database do not belong
/// together, in words; no key file was made then.
pub(crate) async fn settle(db: &Db, data: &Path, origin: &str, ids: &Ids) -> Result<Arc<Keyring>, Fault> {
    let (keyring, is_made) = match find(data)? {
        Some(keyring) => (keyring, false),
        None => make(db, data, ids).await?,
    };
    let keyring = Arc::new(keyring);
    let journal = journal_keys(origin, &keyring)?.verifier_keys();
    match canary::settle(db, &keyring, &journal, ids).await.map_err(told)? {
        Ok(standing) => {
            if standing == Standing::New && !is_made {
                tracing::warn!("the keys were there before, the database is new and empty: is it the right one?");
            }
        }
        Err(misfit) => {
            if is_made {
                // Another server on the same new database was first, with keys of its own.
                let _ = std::fs::remove_file(key_file(data));
            }
            return Err(Fault::Upstream(misfit.to_string()));
        }
    }
    is_whole(db, &keyring).await?;
    Ok(keyring)
}

/// New keys, and whether it was we who wrote them: nobody else's file is ever removed.
async fn make(db: &Db, data: &Path, ids: &Ids) -> Result<(Keyring, bool), Fault> {
    if canary::is_used(&db.read(Scope::Everything).await.map_err(told)?).await.map_err(told)? {
        return Err(missing(data));
    }
    match Keyring::create(&key_file(data), ids.bytes()) {
        // Two servers of one folder come up at once: the other one's are as good.
        Err(KeyError::Io(error)) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            find(data)?.map(|keyring| (keyring, false)).ok_or_else(|| missing(data))
        }
        made => made.map(|keyring| (keyring, true)).map_err(|error| Fault::Upstream(error.to_string())),
    }
}

fn missing(data: &Path) -> Fault {
    Fault::Upstream(format!(
        "这个数据库已经用过，却没有它的密钥：{} 不存在，也没有设 JINBU_KEYS。没有新建密钥。请把原来的密钥文件放回去（备份里有），或改正设置里的数据库地址和数据文件夹",
        key_file(data).display()
    ))
}

/// The keys of a house that is only looked at: they are there and fit. Writes and makes nothing.
/// Errors: none there, or they do not fit, in words.
pub async fn fitting(db: &Db, data: &Path, origin: &str) -> Result<Arc<Keyring>, Fault> {
    let keyring = find(data)?.ok_or_else(|| missing(data))?;
    let journal = journal_keys(origin, &keyring)?.verifier_keys();
    let reader = db.read(Scope::Everything).await.map_err(told)?;
    match canary::check(&reader, &keyring, &journal).await.map_err(told)? {
        Ok(_) => Ok(Arc::new(keyring)),
        Err(misfit) => Err(Fault::Upstream(misfit.to_string())),
    }
}

/// Whether no rotation is half done, and the index line names the key that the rows are indexed with; a server that
/// looked up with the wrong index key would find nobody.
pub async fn is_whole(db: &Db, keyring: &Keyring) -> Result<(), Fault> {
    match rotate::check(db, keyring).await.map_err(told)? {
        None => Ok(()),
        Some(Unfit::Unfinished(version)) => {
            Err(Fault::Upstream(format!("密钥轮换到第 {version} 版没有做完，请先再运行一次 jinbu rotate-keys")))
        }
        Some(Unfit::IndexedWith(version)) => Err(Fault::Upstream(format!(
            "数据用第 {version} 版密钥建的索引，密钥里写的是第 {} 版；请在密钥里写明 index {version}",
            keyring.index_version()
        ))),
    }
}

fn told(stop: Stop) -> Fault {
    match stop {
        Stop::Fault(fault) => fault,
        other => Fault::Upstream(other.to_string()),
    }
}
