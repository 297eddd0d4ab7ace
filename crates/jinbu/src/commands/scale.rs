//! `load-scale` and `prepare-check-ins`: a demo made large, for measuring.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use desk::Premises;
use foundation::Scope;
use store::tables::identity::account;

use super::{options, said};

async fn loaded_demo(data: &Path, database: Option<String>) -> Result<Arc<Premises>> {
    std::fs::create_dir_all(data)?;
    let premises = house::open(&options(data, database, "127.0.0.1:8080", true)).await?;
    let reader = premises.db.read(Scope::Everything).await.map_err(said)?;
    if reader.count::<account::Entity>(|q| q).await.map_err(said)? == 0 {
        province::load(&premises, province::Size::Full).await?;
    }
    drop(reader);
    Ok(premises)
}

/// `load-scale`.
pub async fn load_scale(data: &Path, database: Option<String>, enrolments: u64) -> Result<bool> {
    let premises = loaded_demo(data, database).await?;
    province::load_scale(&premises, enrolments, &house::evidence::keys(&premises), &premises.settings.journal_origin)
        .await?;
    Ok(true)
}

/// `prepare-check-ins`.
pub async fn prepare_check_ins(data: &Path, database: Option<String>, trainees: u64, out: &Path) -> Result<bool> {
    let premises = loaded_demo(data, database).await?;
    let all = province::prepare_check_ins(&premises, trainees).await?;
    std::fs::write(out, serde_json::to_vec(&all)?)?;
    Ok(true)
}
