//! What each command does, in terms of the house: one file for each purpose, what they share here.

mod accounts;
mod backup;
mod copy;
mod evidence;
mod keys;
mod scale;
mod serve;

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use house::Options;

pub use accounts::{first_administrator, load_policy, recover_account};
pub use backup::{Place, backup, check, restore};
pub use copy::{copy_db, migrate};
pub use evidence::{export_bundle, verify_file, verify_house};
pub use keys::rotate_keys;
pub use scale::{load_scale, prepare_check_ins};
pub use serve::{demo, serve};

/// What a demo is opened with.
fn options(data: &Path, database: Option<String>, listen: &str, demo: bool) -> Options {
    Options {
        database: database.unwrap_or_else(|| format!("sqlite:{}", data.join("jinbu.db").display())),
        data: data.to_owned(),
        base_url: format!("http://{listen}"),
        demo,
        secure_cookies: false,
        trusted_proxies: Vec::new(),
        journal_origin: "jinbu.demo/journal".into(),
    }
}

/// The house that a command is about: a real one by its settings, or a demo by its data folder.
fn place(settings: Option<&Path>, data: &Path, database: Option<String>) -> Result<Options> {
    let Some(settings) = settings else { return Ok(options(data, database, "127.0.0.1:8080", true)) };
    let (_, options) = read_settings(settings)?;
    Ok(Options { database: database.unwrap_or(options.database), ..options })
}

fn said(stop: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("{stop}")
}

/// The settings file of a real installation (docs/settings.example.toml).
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsFile {
    listen: String,
    base_url: String,
    database: String,
    data: std::path::PathBuf,
    #[serde(default)]
    secure_cookies: bool,
    /// Addresses of the proxies in front of the server.
    #[serde(default)]
    trusted_proxies: Vec<std::net::IpAddr>,
    journal_origin: String,
}

fn read_settings(path: &Path) -> Result<(SettingsFile, Options)> {
    let text = std::fs::read_to_string(path).with_context(|| format!("读不了设置文件 {}", path.display()))?;
    // The parser would show the line, and a database address may hold a password: only where and why is said.
    let file: SettingsFile = toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(0, |span| text[..span.start.min(text.len())].lines().count().max(1));
        anyhow!("设置文件 {} 第 {line} 行写错了：{}", path.display(), error.message())
    })?;
    let options = Options {
        database: file.database.clone(),
        data: file.data.clone(),
        base_url: file.base_url.trim_end_matches('/').into(),
        demo: false,
        secure_cookies: file.secure_cookies,
        trusted_proxies: file.trusted_proxies.clone(),
        journal_origin: file.journal_origin.clone(),
    };
    Ok((file, options))
}

/// A lock on the data folder: servers share it, a rotation wants it alone.
fn hold(data: &Path, alone: bool) -> Result<std::fs::File> {
    std::fs::create_dir_all(data)?;
    let file = std::fs::File::create(data.join("server.lock"))?;
    let held = if alone { file.try_lock() } else { file.try_lock_shared() };
    held.map_err(|_| {
        anyhow!(if alone {
            "还有服务在用这个数据文件夹，请先停止再轮换密钥"
        } else {
            "正在轮换密钥，请等它做完再启动"
        })
    })?;
    Ok(file)
}
