//! What a server has for itself (decisions/0015): its SQLite file, beside which commands may work but no second server,
//! and its share of the machine's connections.

use std::fs::File;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use house::listen::Limits;

/// File handles wanted: a connection takes one. What the machine allows beyond its first word is taken.
const HANDLES: u64 = 16_384;
/// Handles that are no connection's: database, files, log.
const OTHER_HANDLES: u64 = 256;

/// Holds the SQLite file for this server alone, whichever data folder names it; none on PostgreSQL, which servers
/// share. Two servers would each remember for half a minute whom the other has signed out.
/// Errors: in words, when another server has it.
pub fn only_server(database: &str) -> Result<Option<File>> {
    let Some(path) = database.strip_prefix("sqlite:") else { return Ok(None) };
    let path = Path::new(path.trim_start_matches("//").split('?').next().unwrap_or(""));
    let lock = lock_of(path)?;
    let file = File::create(&lock).with_context(|| format!("写不了 {}", lock.display()))?;
    file.try_lock().map_err(|_| {
        anyhow!("另一个进补服务正在用数据库 {}。一个 SQLite 数据库只能由一个服务使用：请先停止那个服务；要几台服务器一起用，请改用 PostgreSQL", path.display())
    })?;
    Ok(Some(file))
}

/// The lock lies beside the file itself, so that another name for it (a link, another folder) finds the same lock.
fn lock_of(path: &Path) -> Result<PathBuf> {
    let real = match path.canonicalize() {
        Ok(real) => real,
        Err(_) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let folder = folder.canonicalize().with_context(|| format!("没有文件夹 {}", folder.display()))?;
            folder.join(path.file_name().ok_or_else(|| anyhow!("{} 不是数据库文件的路径", path.display()))?)
        }
    };
    let mut name = real.into_os_string();
    name.push(".serving");
    Ok(name.into())
}

/// The listener's limits on this machine.
pub fn limits(proxies: Vec<IpAddr>) -> Limits {
    let handles = rlimit::increase_nofile_limit(HANDLES).unwrap_or(1024);
    let connections = usize::try_from(handles.saturating_sub(OTHER_HANDLES).max(OTHER_HANDLES)).unwrap_or(usize::MAX);
    Limits { connections: connections.min(Limits::default().connections), proxies, ..Limits::default() }
}
