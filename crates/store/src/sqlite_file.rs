//! A SQLite file as a file: a copy of one moment while others write to it (backups, looking only), and SQLite's own
//! checks of it. By rusqlite on a connection of its own that can only read.

use std::path::{Path, PathBuf};

use foundation::Fault;
use rusqlite::{Connection, ErrorCode, OpenFlags};

/// The file of a `sqlite:PATH` address; none for another database.
pub fn path_of(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    Some(PathBuf::from(path.trim_start_matches("//").split('?').next().unwrap_or("")))
}

/// Copies the database at `from` as it stands at one moment, its log included, to `to`, where nothing may be yet. It is
/// on the disk when this returns; where it fails, nothing is left. Nobody's writing waits for it.
/// Errors: no database there, or damaged; no room.
pub fn copy(from: &Path, to: &Path) -> Result<(), Fault> {
    if to.exists() {
        return Err(Fault::Upstream(format!("{} 已经有了，没有覆盖", to.display())));
    }
    let copied = copy_once(from, to).and_then(|is_settled| match is_settled {
        true => Ok(()),
        // Somebody began to write while the file was taken for a still one.
        false => std::fs::remove_file(to).map_err(|e| unwritten(to, &e)).and_then(|()| copy_once(from, to).map(|_| ())),
    });
    if copied.is_err() {
        let _ = std::fs::remove_file(to);
    }
    copied
}

/// True when nobody can have written beside the copy without its seeing it.
fn copy_once(from: &Path, to: &Path) -> Result<bool, Fault> {
    let is_still = !log_of(from).exists();
    let source = open(from, is_still)?;
    let mut target = Connection::open(to).map_err(|e| unreadable(to, &e))?;
    {
        let backup = rusqlite::backup::Backup::new(&source, &mut target).map_err(|e| unreadable(from, &e))?;
        // All pages in one step: one moment, and on a database with a log nobody waits.
        match backup.step(-1).map_err(|e| unreadable(from, &e))? {
            rusqlite::backup::StepResult::Done => {}
            _ => {
                return Err(Fault::Upstream(format!("数据库 {} 正被占用，没有复制成，请过一会儿再试", from.display())));
            }
        }
    }
    // Checked in and closed: one file, no log beside it.
    target.pragma_update(None, "journal_mode", "DELETE").map_err(|e| unreadable(to, &e))?;
    target.close().map_err(|(_, e)| unreadable(to, &e))?;
    std::fs::File::open(to).and_then(|file| file.sync_all()).map_err(|e| unwritten(to, &e))?;
    Ok(!(is_still && log_of(from).exists()))
}

/// A reading connection that makes no file beside the database: one that nobody has open is taken as unchanging.
fn open(path: &Path, is_still: bool) -> Result<Connection, Fault> {
    if !path.is_file() {
        return Err(Fault::Upstream(format!("没有数据库文件 {}", path.display())));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let name: String = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let uri = format!("file:{name}{}", if is_still { "?immutable=1" } else { "" });
    let connection = Connection::open_with_flags(uri, flags).map_err(|e| unreadable(path, &e))?;
    connection.busy_timeout(std::time::Duration::from_secs(10)).map_err(|e| unreadable(path, &e))?;
    Ok(connection)
}

fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

/// What SQLite finds wrong in the file itself (`integrity_check`) and in its references (`foreign_key_check`): one line
/// each, none when all is well. Errors: it cannot be read at all.
pub fn own_check(path: &Path) -> Result<Vec<String>, Fault> {
    let connection = open(path, !log_of(path).exists())?;
    let read = |e: rusqlite::Error| unreadable(path, &e);
    let mut found = Vec::new();
    let mut asked = connection.prepare("PRAGMA integrity_check(20)").map_err(read)?;
    for line in asked.query_map([], |row| row.get::<_, String>(0)).map_err(read)? {
        let line = line.map_err(read)?;
        if line != "ok" {
            found.push(line);
        }
    }
    let mut asked = connection.prepare("PRAGMA foreign_key_check").map_err(read)?;
    let broken = asked
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<i64>>(1)?, row.get::<_, String>(2)?)))
        .map_err(read)?;
    for one in broken.take(20) {
        let (table, row, parent) = one.map_err(read)?;
        found.push(format!("{table} 第 {} 行指向的 {parent} 不存在", row.unwrap_or(0)));
    }
    Ok(found)
}

/// Everything that the database says of its own making (`sqlite_master`): kind and name → text.
pub fn objects(path: &Path) -> Result<std::collections::BTreeMap<(String, String), String>, Fault> {
    let connection = open(path, !log_of(path).exists())?;
    let read = |e: rusqlite::Error| unreadable(path, &e);
    let mut asked = connection
        .prepare("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
        .map_err(read)?;
    let rows = asked.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?))).map_err(read)?;
    rows.collect::<Result<_, _>>().map_err(read)
}

/// What to say of a file that SQLite cannot work with.
fn unreadable(path: &Path, error: &rusqlite::Error) -> Fault {
    let shown = path.display();
    Fault::Upstream(match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => damaged(path),
        Some(ErrorCode::DiskFull) => format!("磁盘已满，写不下 {shown}。请腾出空间再试"),
        _ => format!("{shown}：{error}"),
    })
}

/// What to say of a damaged database file, and what to do.
pub fn damaged(path: &Path) -> String {
    format!(
        "数据库文件 {} 损坏了，或者不是进补的数据库。请停止服务，把它另存一份，再用 jinbu restore 从备份恢复到空的位置",
        path.display()
    )
}

fn unwritten(path: &Path, error: &std::io::Error) -> Fault {
    Fault::Upstream(format!("{} 写不了（{error}）。请检查磁盘和权限", path.display()))
}
