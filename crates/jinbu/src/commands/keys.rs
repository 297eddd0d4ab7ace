//! `rotate-keys`: a new key for every sealed field, while no server runs.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};
use store::Db;

use super::{hold, read_settings, said};

/// `rotate-keys`.
pub async fn rotate_keys(settings: &Path) -> Result<bool> {
    use store::seal::{Keyring, canary, rotate};
    let (_, options) = read_settings(settings)?;
    let _alone = hold(&options.data, true)?;
    is_there(&options.database)?;
    // No server may run, whichever data folder it has: it would seal with the old key and find nobody by the new index.
    let _only = crate::alone::only_server(&options.database)?;
    let db = Db::open(&options.database).await.map_err(said)?;
    let _held = db.hold(true).await.map_err(|_| anyhow!("还有服务在用这个数据库，请先停止所有的服务再轮换密钥"))?;
    let ids = foundation::Ids::system();
    let (path, from_environment) = (house::keyring::key_file(&options.data), Keyring::from_environment().is_some());
    house::keyring::fitting(&db, &options.data, &options.journal_origin).await?;
    let mut keys = house::keyring::find(&options.data)?.ok_or_else(|| anyhow!("没有密钥"))?;
    let unfinished = matches!(rotate::check(&db, &keys).await.map_err(said)?, Some(rotate::Unfit::Unfinished(_)));
    if !unfinished && keys.newest() == keys.index_version() {
        if from_environment {
            bail!("密钥来自环境变量 JINBU_KEYS：请先在里面加一行新版本的密钥，并写明 index 和 secret 的版本，再运行");
        }
        keys = Keyring::add_version(&path, ids.bytes())?;
    }
    let target = rotate::target(&db, &keys).await.map_err(said)?;
    if target != keys.newest() {
        bail!("没做完的轮换是到第 {target} 版，密钥里最新的是第 {} 版；请用原来的密钥文件", keys.newest());
    }
    // The canary knows the new key before the first row is sealed with it.
    let keys = Arc::new(keys);
    let journal = house::keyring::journal_keys(&options.journal_origin, &keys)?.verifier_keys();
    canary::settle(&db, &keys, &journal, &ids).await.map_err(said)?.map_err(said)?;
    println!("把加密字段和索引换到第 {target} 版密钥……（中断了再运行一次就接着做）");
    let report = rotate::rotate(&db, &keys, fresh_nonce, |_| Ok(())).await.map_err(said)?;
    if from_environment {
        println!("请把 JINBU_KEYS 里的 index 改为 {target}，再启动服务。");
    } else {
        Keyring::index_by(&path, target)?;
    }
    rotate::finish(&db).await.map_err(said)?;
    println!("换好 {} 行。旧版密钥还留着：以前的数据库备份要用它。", report.rows);
    for odd in &report.odd {
        println!("打不开或与索引不符，没有动：{odd}");
    }
    Ok(report.odd.is_empty())
}

/// Refuses to make a database where one should be.
fn is_there(database: &str) -> Result<()> {
    match store::sqlite_file::path_of(database) {
        Some(path) if !path.is_file() => bail!("没有数据库文件 {}，请检查设置里的 database", path.display()),
        _ => Ok(()),
    }
}

/// Nonces of this process.
fn fresh_nonce() -> [u8; 12] {
    static IDS: std::sync::LazyLock<foundation::Ids> = std::sync::LazyLock::new(foundation::Ids::system);
    IDS.bytes()
}
