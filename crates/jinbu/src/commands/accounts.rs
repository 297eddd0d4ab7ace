//! `first-administrator`, `recover-account`, `load-policy`: what only the server's own operator may do.

use std::path::Path;

use anyhow::{Context, Result};
use desk::Desk;
use m8_governance::acts::policy::LoadPolicy;

use super::{read_settings, said};

/// `first-administrator`.
pub async fn first_administrator(settings: &Path, login: &str, name: &str) -> Result<bool> {
    let (_, options) = read_settings(settings)?;
    std::fs::create_dir_all(&options.data)?;
    let premises = house::open(&options).await?;
    let system = Desk::system(premises, "command-line");
    let loaded = system.perform(LoadPolicy { text: PARAMETERS.into() }).await.map_err(said)?;
    println!("已装入 {loaded} 条政策参数（可在 /policy 查看；本地的文件标准用 jinbu load-policy 另装）。");
    let done = system
        .perform(m8_governance::acts::opening::OpenFirstAccount { login: login.into(), name: name.into() })
        .await
        .map_err(said)?;
    println!("请在 24 小时内打开（只能用一次）：{}", done.link.address);
    Ok(true)
}

/// The project's own parameters: the province's defaults and the cities' published rates.
const PARAMETERS: &str = include_str!("../../../../policy/parameters.csv");

/// `load-policy`.
pub async fn load_policy(settings: &Path, file: Option<&Path>) -> Result<bool> {
    let (_, options) = read_settings(settings)?;
    let text = match file {
        Some(file) => std::fs::read_to_string(file).with_context(|| format!("读不了 {}", file.display()))?,
        None => PARAMETERS.into(),
    };
    let premises = house::open(&options).await?;
    let loaded = Desk::system(premises, "command-line").perform(LoadPolicy { text }).await.map_err(said)?;
    println!("新装入 {loaded} 条政策参数。");
    Ok(true)
}

/// `recover-account`.
pub async fn recover_account(settings: &Path, login: &str) -> Result<bool> {
    let (_, options) = read_settings(settings)?;
    let premises = house::open(&options).await?;
    let done = Desk::system(premises, "command-line")
        .perform(m8_governance::acts::accounts::RecoverAccount { login: login.into() })
        .await
        .map_err(said)?;
    println!("密码和动态口令已作废。请在 24 小时内打开（只能用一次）：{}", done.link.address);
    Ok(true)
}
