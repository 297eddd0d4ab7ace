//! `copy-db` and `migrate`: databases without a house around them.

use anyhow::Result;
use store::Db;

/// `migrate`.
pub async fn migrate(database: &str) -> Result<bool> {
    Db::open(database).await?;
    println!("数据库结构已是最新。");
    Ok(true)
}

/// `copy-db`.
pub async fn copy_db(from: &str, to: &str, dry_run: bool, verify: bool) -> Result<bool> {
    let (source, target) = (Db::connect(from).await?, Db::open(to).await?);
    let report = store::copy::copy(&source, &target, dry_run, verify).await?;
    for one in &report {
        println!(
            "{:<20} {:>9} → {:>9} {}",
            one.table,
            one.source_rows,
            one.target_rows,
            if dry_run {
                ""
            } else if one.equal {
                "一致"
            } else {
                "不一致"
            }
        );
    }
    Ok(dry_run || report.iter().all(|one| one.equal))
}
