//! `export-bundle` and `verify`: what an auditor takes away and holds against the journal (M3.11, M8.9). They open a
//! house that is there to look at it, and make no key, file or database.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use foundation::{ClassId, Scope};
use store::query::{ColumnTrait, QueryFilter};
use store::tables::supervision::training_class;

use super::{place, said};

/// `export-bundle`.
pub async fn export_bundle(
    settings: Option<&Path>,
    data: &Path,
    database: Option<String>,
    class: &str,
    out: &Path,
) -> Result<bool> {
    let looked = house::look(&place(settings, data, database)?).await?;
    let premises = &looked.premises;
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
    let bundle = house::evidence::export(premises, &reader, &reader, &id).await.map_err(said)?;
    // Half a bundle, on a full disk, would be taken for one.
    std::fs::write(out, bundle.to_json()?)
        .inspect_err(|_| _ = std::fs::remove_file(out))
        .with_context(|| format!("写不了 {}", out.display()))?;
    println!("已写入 {}", out.display());
    Ok(true)
}

fn trusted(key: Option<&str>) -> Result<Option<journal::VerifierKeys>> {
    key.map(journal::VerifierKeys::parse)
        .transpose()
        .map_err(|_| anyhow!("--key 写的不是核验钥匙：应为“名字+编号+公钥”，一行一把，见 /journal 页面"))
}

/// `verify FILE`.
pub fn verify_file(file: &Path, key: Option<&str>) -> Result<bool> {
    let trusted = trusted(key)?;
    match journal::Bundle::from_json(&std::fs::read(file).with_context(|| format!("读不了 {}", file.display()))?) {
        Ok(bundle) => Ok(told(&journal::verify(&bundle, trusted.as_ref()))),
        Err(bad) => {
            println!("{bad}\n1 处不一致");
            Ok(false)
        }
    }
}

/// `verify --settings` and `verify --data`: the whole journal, then every class.
pub async fn verify_house(
    settings: Option<&Path>,
    data: Option<&Path>,
    database: Option<String>,
    key: Option<&str>,
    log_only: bool,
) -> Result<bool> {
    if settings.is_none() && data.is_none() {
        bail!("请给出证据包文件，或用 --settings 指明设置文件，或用 --data 指明数据文件夹");
    }
    let trusted = trusted(key)?;
    let looked = house::look(&place(settings, data.unwrap_or(Path::new("")), database)?).await?;
    let keys = trusted.unwrap_or_else(|| house::evidence::keys(&looked.premises).verifier_keys());
    let mut whole = house::evidence::verify_log_by(&looked.premises, &keys).await.map_err(said)?;
    if !log_only {
        let classes = house::evidence::verify_classes_by(&looked.premises, &keys).await.map_err(said)?;
        whole.checks.extend(classes.checks);
        whole.differences.extend(classes.differences);
    }
    Ok(told(&whole))
}

fn told(report: &journal::Report) -> bool {
    println!("{}", report.render());
    report.is_clean()
}
