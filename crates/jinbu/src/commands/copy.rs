//! `copy-db` and `migrate`: databases without a house around them.

use std::path::Path;

use anyhow::{Context, Result, bail};
use store::Db;

use super::said;

/// `migrate`.
pub async fn migrate(database: &str) -> Result<bool> {
    let (_, done) = Db::migrate(database).await?;
    if done.is_empty() {
        println!("数据库结构已是最新。");
    } else {
        println!("已更新数据库结构：{}。", done.join("、"));
    }
    Ok(true)
}

/// `copy-db`.
pub async fn copy_db(from: &str, to: &str, dry_run: bool, verify: bool) -> Result<bool> {
    must_exist(from, "来源")?;
    let source = Db::connect(from).await.context("打不开来源")?;
    source.fits().await.context("来源不能复制")?;
    let report = if dry_run {
        store::copy::count(&source).await.map_err(said)?
    } else if verify {
        must_exist(to, "目标")?;
        let target = Db::connect(to).await.context("打不开目标")?;
        target.fits().await.context("目标不能核对")?;
        store::copy::verify(&source, &target).await.map_err(said)?
    } else {
        store::copy::copy(&source, &Db::open(to).await.context("打不开目标")?).await.map_err(said)?
    };
    for one in &report {
        let verdict = match (dry_run, one.equal) {
            (true, _) => String::new(),
            (false, true) => "一致".into(),
            (false, false) => format!("不一致 {}", one.odd.join(" ")),
        };
        println!("{:<20} {:>9} → {:>9} {verdict}", one.table, one.source_rows, one.target_rows);
    }
    if !dry_run && !verify {
        println!("已全部复制并逐行核对。文件和密钥不在数据库里：请让新的库继续用原来的数据文件夹。");
    }
    Ok(report.iter().all(|one| one.equal))
}

/// A SQLite file that is only read must be there already: opening would make an empty one.
fn must_exist(address: &str, which: &str) -> Result<()> {
    if let Some(path) = address.strip_prefix("sqlite:") {
        let path = path.trim_start_matches("//").split('?').next().unwrap_or("");
        if !Path::new(path).is_file() {
            bail!("{which}数据库文件 {path} 不存在");
        }
    }
    Ok(())
}
