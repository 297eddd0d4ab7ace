//! `export-bundle` and `verify`: what an auditor takes away and holds against the journal (M3.11, M8.9).

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use foundation::{ClassId, Scope};
use store::query::{ColumnTrait, QueryFilter};
use store::tables::supervision::training_class;

use super::{options, said};

/// `export-bundle`.
pub async fn export_bundle(data: &Path, database: Option<String>, class: &str, out: &Path) -> Result<bool> {
    let premises = house::open(&options(data, database, "127.0.0.1:8080", true)).await?;
    let reader = premises.db.snapshot(Scope::Everything).await.map_err(said)?;
    let id = match class.parse::<ClassId>() {
        Ok(id) => id,
        Err(_) => {
            reader
                .list::<training_class::Entity>(|q| q.filter(training_class::Column::ClassNo.eq(class)))
                .await
                .map_err(said)?
                .into_iter()
                .next()
                .ok_or_else(|| anyhow!("没有编号是 {class} 的班级"))?
                .id
        }
    };
    let bundle = house::evidence::export(&premises, &reader, &reader, &id).await.map_err(said)?;
    std::fs::write(out, bundle.to_json()?)?;
    println!("已写入 {}", out.display());
    Ok(true)
}

/// `verify`.
pub async fn verify(file: Option<&Path>, key: Option<&str>, data: Option<&Path>, database: Option<String>, log_only: bool) -> Result<bool> {
    let report = match (file, data) {
        (Some(file), _) => {
            let trusted = key.map(journal::VerifierKeys::parse).transpose().map_err(said)?;
            match journal::Bundle::from_json(&std::fs::read(file).with_context(|| format!("读不了 {}", file.display()))?) {
                Ok(bundle) => journal::verify(&bundle, trusted.as_ref()),
                Err(bad) => {
                    println!("{bad}\n1 处不一致");
                    return Ok(false);
                }
            }
        }
        (None, Some(data)) => {
            let premises = house::open(&options(data, database, "127.0.0.1:8080", true)).await?;
            let mut whole = house::evidence::verify_database(&premises).await.map_err(said)?;
            if !log_only {
                let classes = house::evidence::verify_classes(&premises).await.map_err(said)?;
                whole.checks.extend(classes.checks);
                whole.differences.extend(classes.differences);
            }
            whole
        }
        (None, None) => bail!("请给出证据包文件，或用 --data 指明数据文件夹"),
    };
    println!("{}", report.render());
    Ok(report.is_clean())
}
