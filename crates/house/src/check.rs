//! `jinbu check` (decisions/0014): the database's own check, its triggers and walls as the migrations declare them,
//! keys, files, journal; beside a running server. When all is well the mark that held the acts is taken away.

use std::path::{Path, PathBuf};

use foundation::{Fault, Scope};
use store::{Db, FileState, Files, sqlite_file};

use crate::keyring;
use crate::open::{Database, Options};

/// One line of the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What was looked at.
    pub name_zh: &'static str,
    /// Whether it is well.
    pub ok: bool,
    /// What was found, and what to do where it is not well.
    pub said_zh: String,
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{}] {}：{}", if self.ok { "好" } else { "不好" }, self.name_zh, self.said_zh)
    }
}

fn line(name_zh: &'static str, found: Result<String, String>) -> Line {
    let ok = found.is_ok();
    let (Ok(said_zh) | Err(said_zh)) = found;
    Line { name_zh, ok, said_zh }
}

/// The line that says which kept files are lost.
const FILES: &str = "文件";

/// Whether what was found lets acts be done: everything but lost files is well.
pub fn may_act(lines: &[Line]) -> bool {
    lines.iter().all(|line| line.ok || line.name_zh == FILES)
}

/// What is done first of all about damage.
const KEEP: &str = "请停止服务，把数据另存一份，再用 jinbu restore 从备份恢复到空的位置";

/// Looks at everything of a house. Never fails: what cannot be looked at is a line that is not well.
pub async fn check(options: &Options) -> Vec<Line> {
    let mut lines = vec![line("数据库自查", own(options).await)];
    let opened = match crate::open::look_at_database(options).await {
        Ok(opened) => opened,
        Err(fault) => {
            lines.push(line("数据库结构", Err(format!("打不开，其余各项没有查：{fault}"))));
            return lines;
        }
    };
    lines.push(line("数据库结构", structure(options, &opened.db).await));
    let keys = keyring::fitting(&opened.db, &options.data, &options.journal_origin).await;
    let whole = match &keys {
        Ok(keys) => keyring::is_whole(&opened.db, keys).await.map(|()| "密钥是这个数据库用的那一套".to_owned()),
        Err(fault) => Err(Fault::Upstream(fault.to_string())),
    };
    lines.push(line("密钥", whole.map_err(|fault| fault.to_string())));
    lines.push(line(FILES, files(options, &opened.db).await));
    lines.push(line("公开日志", journal(options, opened).await));
    lines
}

async fn own(options: &Options) -> Result<String, String> {
    let Some(path) = sqlite_file::path_of(&options.database) else {
        return Ok("PostgreSQL 自己管理数据页；约束和触发器见下一行".into());
    };
    let found =
        tokio::task::spawn_blocking(move || sqlite_file::own_check(&path)).await.map_err(|error| error.to_string())?;
    match found {
        Ok(odd) if odd.is_empty() => Ok("每一页、每一个索引、每一处引用都完好".into()),
        Ok(odd) => Err(format!("发现 {} 处损坏（{}）。{KEEP}", odd.len(), odd.first().map_or("", String::as_str))),
        Err(fault) => Err(fault.to_string()),
    }
}

/// Triggers, walls, keys and indexes as the migrations' own text makes them.
async fn structure(options: &Options, db: &Db) -> Result<String, String> {
    let odd = match sqlite_file::path_of(&options.database) {
        Some(path) => against_new(&path).await,
        None => match db.fits().await {
            Ok(()) => db.lacking_walls().await,
            Err(fault) => Err(fault),
        },
    };
    match odd {
        Ok(odd) if odd.is_empty() => Ok("表、索引、只增不改的触发器和行级隔离都与程序要的一致".into()),
        Ok(odd) => Err(format!(
            "有人改过数据库的结构，以后的记录可能不受保护：{}。请数据库管理员按提示改回，再查明是谁改的",
            odd.join("；")
        )),
        Err(fault) => Err(fault.to_string()),
    }
}

/// Against a new, empty database of the same migrations.
async fn against_new(path: &Path) -> Result<Vec<String>, Fault> {
    let folder = tempfile::tempdir().map_err(|error| Fault::Upstream(error.to_string()))?;
    let new = folder.path().join("new.db");
    Db::open(&format!("sqlite:{}", new.display())).await?.close().await?;
    let (path, new) = (path.to_owned(), new);
    tokio::task::spawn_blocking(move || {
        let (has, wanted) = (sqlite_file::objects(&path)?, sqlite_file::objects(&new)?);
        let mut odd = Vec::new();
        for (key, text) in &wanted {
            let (kind, name) = key;
            match has.get(key) {
                None => odd.push(format!("缺少{} {name}", kind_zh(kind))),
                Some(other) if !same(other, text) => odd.push(format!("{} {name} 的内容不同", kind_zh(kind))),
                Some(_) => {}
            }
        }
        odd.extend(
            has.keys()
                .filter(|key| key.0 == "trigger" && !wanted.contains_key(*key))
                .map(|key| format!("多了触发器 {}", key.1)),
        );
        Ok(odd)
    })
    .await
    .map_err(|error| Fault::Db(error.to_string()))?
}

fn kind_zh(kind: &str) -> &'static str {
    match kind {
        "table" => "表",
        "index" => "索引",
        "trigger" => "触发器",
        _ => "对象",
    }
}

/// Equal but for white space.
fn same(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

async fn files(options: &Options, db: &Db) -> Result<String, String> {
    let reader = db.read(Scope::Everything).await.map_err(|stop| stop.to_string())?;
    let (seen, lost) = crate::files::lost(&Files::there(&options.data.join("files")), &reader)
        .await
        .map_err(|stop| stop.to_string())?;
    if lost.is_empty() {
        return Ok(format!("{seen} 份登记的文件都在，内容没有变"));
    }
    let word = |state| if state == FileState::Damaged { "损坏" } else { "丢失" };
    let each: Vec<String> =
        lost.iter().take(10).map(|one| format!("{} {}（{}）", one.kind, one.id, word(one.state))).collect();
    let again = lost.iter().filter(|one| one.from.is_some()).count();
    let fix = format!("其中 {again} 份银行代发文件服务启动时会照明细重做；其余请从备份的 files 文件夹取回同名文件");
    Err(format!("{} 份登记的文件不对：{}。{fix}", lost.len(), each.join("、")))
}

async fn journal(options: &Options, opened: Database) -> Result<String, String> {
    let looked = crate::open::look_with(options, opened).await.map_err(|fault| format!("没有密钥无法核对：{fault}"))?;
    let report = crate::evidence::verify_database(&looked.premises).await.map_err(|stop| stop.to_string())?;
    match report.differences.first() {
        None => Ok("签名、序号、哈希树都对".into()),
        Some(first) => Err(format!(
            "{} 处不一致（{}）。请运行 jinbu verify 看全部；{KEEP}",
            report.differences.len(),
            first.what_zh
        )),
    }
}

/// The mark that the store leaves beside a SQLite file when something answered was not found after a failed commit:
/// acts are held until it is gone.
pub fn mark(options: &Options) -> Option<PathBuf> {
    let mut name = sqlite_file::path_of(&options.database)?.into_os_string();
    name.push(".needs-check");
    Some(PathBuf::from(name))
}
