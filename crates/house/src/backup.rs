//! Backup and restore (house.md §11; decisions/0014). A backup is a folder: the database at one moment as a SQLite
//! file, the files that its rows name, the keys sealed with a passphrase, and a manifest of hashes that the journal's
//! keys sign. It gets its name only when it is whole and on the disk. It is restored into an empty place and nowhere
//! else.

use std::path::{Path, PathBuf};

use foundation::{Fault, Instant, Scope, Stop};
use journal::note::{sign_text, verify_text};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::seal::passphrase::{lock, unlock};
use store::seal::{Keyring, canary};
use store::{Db, FileState, Files, sequencer, sqlite_file};

use crate::keyring;
use crate::open::Options;

const DATABASE: &str = "database.sqlite";
const KEYS: &str = "keys.sealed";
const MANIFEST: &str = "manifest.json";
const SIGNED: &str = "manifest.signed";
/// Stands in a data folder while a restore is under way: no server starts there.
pub const UNFINISHED: &str = "restore.unfinished";

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// 1.
    pub format: u32,
    /// When it was begun.
    pub made_at: Instant,
    /// The program that made it.
    pub program: String,
    /// The journal's name.
    pub origin: String,
    /// Entries in the journal.
    pub size: i64,
    /// The journal's last checkpoint, signed; empty where there is none yet.
    pub checkpoint: String,
    /// The database.
    pub database: Piece,
    /// The sealed keys.
    pub keys: Piece,
    /// The files that rows name, by hash.
    pub files: Vec<Piece>,
    /// Hashes of files that were lost or damaged already.
    pub lost: Vec<String>,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Its place within the backup.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 in hex.
    pub sha256: String,
}

fn broken(path: &Path) -> impl Fn(std::io::Error) -> Fault {
    let path = path.to_owned();
    move |error| match error.kind() {
        std::io::ErrorKind::StorageFull => {
            Fault::Upstream(format!("磁盘已满，写不下 {}。请腾出空间再试", path.display()))
        }
        _ => Fault::Upstream(format!("{}：{error}", path.display())),
    }
}

fn fault(stop: Stop) -> Fault {
    match stop {
        Stop::Fault(fault) => fault,
        other => Fault::Upstream(other.to_string()),
    }
}

async fn blocking<T: Send + 'static>(run: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
    tokio::task::spawn_blocking(run).await.map_err(|error| Fault::Db(error.to_string()))?
}

/// Makes a backup of a house, whether or not its server runs, in the new folder `to`. `now` dates it.
/// Errors: in words; nothing is left then.
pub async fn make(options: &Options, to: &Path, passphrase: &str, now: Instant) -> Result<Manifest, Fault> {
    if to.exists() {
        return Err(Fault::Upstream(format!("{} 已经有了，没有覆盖；请给一个新的文件夹名", to.display())));
    }
    let name =
        to.file_name().ok_or_else(|| Fault::Upstream("请给出备份要放的文件夹".into()))?.to_string_lossy().into_owned();
    let partial = to.with_file_name(format!("{name}.partial-{}", std::process::id()));
    make_private(&partial)?;
    let made = fill(options, &partial, passphrase, now).await.and_then(|manifest| {
        std::fs::rename(&partial, to).map_err(broken(to))?;
        sync_folder(&above(to))?;
        Ok(manifest)
    });
    if made.is_err() {
        let _ = std::fs::remove_dir_all(&partial);
    }
    made
}

async fn fill(options: &Options, folder: &Path, passphrase: &str, now: Instant) -> Result<Manifest, Fault> {
    let work = folder.join("work.db");
    copy_database(options, &work).await?;
    let db = Db::connect(&format!("sqlite:{}", work.display())).await?;
    let keyring = keyring::fitting(&db, &options.data, &options.journal_origin).await?;
    let reader = db.read(Scope::Everything).await.map_err(fault)?;
    let latest = sequencer::latest(&reader).await.map_err(fault)?;
    let store = Files::there(&options.data.join("files"));
    let (files, mut lost) = copy_files(&store, &reader, folder).await?;
    // What a row names and no file row tells is lost as well: said now, not on the day of need.
    lost.extend(crate::files::lost(&store, &reader).await.map_err(fault)?.1.into_iter().map(|one| one.hash));
    lost.sort();
    lost.dedup();
    drop(reader);
    db.close().await?;
    let (from, database) = (work, folder.join(DATABASE));
    blocking(move || {
        sqlite_file::copy(&from, &database)?;
        let odd = sqlite_file::own_check(&database)?;
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", from.display()));
        }
        match odd.first() {
            None => Ok(()),
            Some(first) => Err(Fault::Upstream(format!(
                "数据库自查没有通过，不能备份（{first}）。请运行 jinbu check，以前的备份请留好"
            ))),
        }
    })
    .await?;
    let ids = foundation::Ids::system();
    let (text, words, salt, nonce) =
        (keyring.to_text(), zeroize::Zeroizing::new(passphrase.to_owned()), ids.bytes(), ids.bytes());
    let sealed =
        blocking(move || lock(&text, &words, salt, nonce).map_err(|error| Fault::Upstream(error.to_string()))).await?;
    let keys = write(folder, KEYS, sealed.as_bytes())?;
    let manifest = Manifest {
        format: 1,
        made_at: now,
        program: env!("CARGO_PKG_VERSION").into(),
        origin: options.journal_origin.clone(),
        size: latest.as_ref().map_or(0, |row| row.size),
        checkpoint: latest.map(|row| row.note).unwrap_or_default(),
        database: piece(folder, DATABASE)?,
        keys,
        files,
        lost,
    };
    let bytes = serde_json::to_vec_pretty(&manifest).map_err(|e| Fault::Db(e.to_string()))?;
    let journal = keyring::journal_keys(&options.journal_origin, &keyring)?;
    let signed = sign_text(&stated(&bytes), &journal).map_err(|e| Fault::Db(e.to_string()))?;
    write(folder, MANIFEST, &bytes)?;
    write(folder, SIGNED, signed.as_bytes())?;
    sync_folder(folder)?;
    Ok(manifest)
}

/// What is signed of a manifest.
fn stated(manifest: &[u8]) -> String {
    format!("jinbu backup manifest\n{}\n", hex::encode(Sha256::digest(manifest)))
}

/// The database at one moment, as a SQLite file.
async fn copy_database(options: &Options, to: &Path) -> Result<(), Fault> {
    if let Some(path) = sqlite_file::path_of(&options.database) {
        let to = to.to_owned();
        return blocking(move || sqlite_file::copy(&path, &to)).await;
    }
    let source = Db::connect(&options.database).await?;
    source.fits().await?;
    let target = Db::open(&format!("sqlite:{}", to.display())).await?;
    store::copy::copy(&source, &target).await.map_err(fault)?;
    target.close().await?;
    source.close().await
}

async fn copy_files(files: &Files, reader: &store::Reader, folder: &Path) -> Result<(Vec<Piece>, Vec<String>), Fault> {
    let (rows, _) = crate::files::named(reader).await.map_err(fault)?;
    let mut hashes: Vec<String> = rows.into_iter().map(|(row, _)| row.hash).collect();
    hashes.sort();
    hashes.dedup();
    let (mut pieces, mut lost) = (Vec::new(), Vec::new());
    for hash in hashes {
        match files.state(&hash).await.map_err(fault)? {
            FileState::Whole => pieces.push(write(
                folder,
                &format!("files/{}/{hash}", &hash[..2]),
                &files.fetch(&hash).await.map_err(fault)?,
            )?),
            FileState::Missing | FileState::Damaged => lost.push(hash),
        }
    }
    Ok((pieces, lost))
}

fn above(path: &Path) -> PathBuf {
    path.parent().filter(|one| !one.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

fn make_private(folder: &Path) -> Result<(), Fault> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(broken(folder))?;
    sync_folder(&above(folder))
}

fn sync_folder(folder: &Path) -> Result<(), Fault> {
    std::fs::File::open(folder).and_then(|one| one.sync_all()).map_err(broken(folder))
}

/// Writes a file of a backup; it and its folder are on the disk when this returns.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<Piece, Fault> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let path = folder.join(name);
    make_private(&above(&path))?;
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(broken(&path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(broken(&path))?;
    sync_folder(&above(&path))?;
    Ok(Piece { name: name.into(), bytes: bytes.len() as u64, sha256: hex::encode(Sha256::digest(bytes)) })
}

fn piece(folder: &Path, name: &str) -> Result<Piece, Fault> {
    let path = folder.join(name);
    let mut file = std::fs::File::open(&path).map_err(broken(&path))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        let got = std::io::Read::read(&mut file, &mut buffer).map_err(broken(&path))?;
        if got == 0 {
            return Ok(Piece { name: name.into(), bytes, sha256: hex::encode(hash.finalize()) });
        }
        hash.update(&buffer[..got]);
        bytes += got as u64;
    }
}

/// Reads a backup: every piece is there with its hash, the passphrase opens its keys, and they signed its manifest.
/// Errors: in words.
pub async fn read(from: &Path, passphrase: &str) -> Result<(Manifest, Keyring), Fault> {
    let half = |what: &str| Fault::Upstream(format!("{} 不是一份完整的备份：{what}。请换一份备份", from.display()));
    let bytes = std::fs::read(from.join(MANIFEST)).map_err(|_| half("没有清单 manifest.json"))?;
    let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|_| half("清单 manifest.json 坏了"))?;
    if manifest.format != 1 {
        return Err(half("它是更新的程序做的，请用新版的 jinbu"));
    }
    for wanted in manifest.files.iter().chain([&manifest.database, &manifest.keys]) {
        if wanted.name.split('/').any(|part| part.is_empty() || part == "..") {
            return Err(half("清单里有不该有的文件名"));
        }
        match piece(from, &wanted.name) {
            Ok(found) if found == *wanted => {}
            Ok(_) => return Err(half(&format!("{} 的内容与清单不符", wanted.name))),
            Err(_) => return Err(half(&format!("缺少 {}", wanted.name))),
        }
    }
    let sealed = std::fs::read_to_string(from.join(KEYS)).map_err(|_| half("缺少密钥"))?;
    let words = zeroize::Zeroizing::new(passphrase.to_owned());
    let text = blocking(move || unlock(&sealed, &words).map_err(|error| Fault::Upstream(error.to_string()))).await?;
    let keyring = Keyring::from_text(&text).map_err(|error| Fault::Upstream(error.to_string()))?;
    let signed = std::fs::read_to_string(from.join(SIGNED)).map_err(|_| half("缺少清单的签名"))?;
    let journal = keyring::journal_keys(&manifest.origin, &keyring)?.verifier_keys();
    match verify_text(&signed, &journal) {
        Ok(text) if text == stated(&bytes) => Ok((manifest, keyring)),
        _ => Err(half("清单的签名不对，备份做好之后被改动过")),
    }
}

/// Restores a backup into the empty place that the settings name. Errors: in words; what is half restored does not
/// start, and the same restore can be run again once the place was emptied.
pub async fn restore(options: &Options, from: &Path, passphrase: &str) -> Result<Manifest, Fault> {
    let (manifest, keyring) = read(from, passphrase).await?;
    if manifest.origin != options.journal_origin {
        return Err(Fault::Upstream(format!(
            "备份的日志叫“{}”，设置里 journal_origin 写的是“{}”。请把设置改成备份的名字",
            manifest.origin, options.journal_origin
        )));
    }
    is_empty(options).await?;
    make_private(&options.data)?;
    let marker = options.data.join(UNFINISHED);
    std::fs::write(&marker, "恢复没有做完\n").map_err(broken(&marker))?;
    sync_folder(&options.data)?;
    let files = Files::folder(&options.data.join("files"))?;
    for one in &manifest.files {
        let path = from.join(&one.name);
        let kept = files.keep(std::fs::read(&path).map_err(broken(&path))?).await.map_err(fault)?;
        if kept != one.sha256 {
            return Err(Fault::Upstream(format!("{} 在恢复的时候变了，请换一份备份", path.display())));
        }
    }
    if Keyring::from_environment().is_none() {
        keyring.write_new(&keyring::key_file(&options.data)).map_err(|error| Fault::Upstream(error.to_string()))?;
    }
    put_database(options, &from.join(DATABASE), &manifest.database).await?;
    // Once more, from what now stands there.
    let db = Db::open(&options.database).await?;
    keyring::fitting(&db, &options.data, &options.journal_origin).await?;
    let (_, lost) =
        crate::files::lost(&files, &db.read(Scope::Everything).await.map_err(fault)?).await.map_err(fault)?;
    db.close().await?;
    if let Some(one) = lost.iter().find(|one| !manifest.lost.contains(&one.hash)) {
        return Err(Fault::Upstream(format!("恢复之后文件 {} 不在或不对，没有完成恢复", one.hash)));
    }
    std::fs::remove_file(&marker).map_err(broken(&marker))?;
    sync_folder(&options.data)?;
    Ok(manifest)
}

/// Errors: something stands already where the restore would go.
async fn is_empty(options: &Options) -> Result<(), Fault> {
    let no = |what: String| {
        Fault::Upstream(format!(
            "恢复只能在空的位置做：{what}。没有改动任何东西；请在设置里换一个空的数据文件夹和数据库"
        ))
    };
    if keyring::key_file(&options.data).exists() {
        return Err(no(format!("{} 已经有了", keyring::key_file(&options.data).display())));
    }
    let files = options.data.join("files");
    if std::fs::read_dir(&files).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(no(format!("{} 里已经有文件", files.display())));
    }
    match sqlite_file::path_of(&options.database) {
        // A log that an earlier database left behind would be read into the new one.
        Some(path) => {
            match ["", "-wal", "-shm", "-journal", ".needs-check"]
                .map(|end| format!("{}{end}", path.display()))
                .iter()
                .find(|one| Path::new(one).exists())
            {
                Some(there) => Err(no(format!("数据库文件 {there} 已经有了"))),
                None => Ok(()),
            }
        }
        None => {
            let db = Db::open(&options.database).await?;
            let is_used = canary::is_used(&db.read(Scope::Everything).await.map_err(fault)?).await.map_err(fault)?;
            db.close().await?;
            if is_used { Err(no("这个 PostgreSQL 数据库已经用过".into())) } else { Ok(()) }
        }
    }
}

async fn put_database(options: &Options, backup: &Path, wanted: &Piece) -> Result<(), Fault> {
    if let Some(path) = sqlite_file::path_of(&options.database) {
        let folder = above(&path);
        make_private(&folder)?;
        let partial = path.with_extension("partial");
        std::fs::copy(backup, &partial).map_err(broken(&partial))?;
        std::fs::File::open(&partial).and_then(|file| file.sync_all()).map_err(broken(&partial))?;
        let name = partial.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if piece(&folder, &name)?.sha256 != wanted.sha256 {
            return Err(Fault::Upstream("数据库在恢复的时候变了，请换一份备份".into()));
        }
        std::fs::rename(&partial, &path).map_err(broken(&path))?;
        return sync_folder(&folder);
    }
    // From a copy: bringing its schema up to date must not touch the backup.
    let folder = tempfile::tempdir().map_err(broken(Path::new("临时文件夹")))?;
    let copy = folder.path().join("copy.db");
    let (from, to) = (backup.to_owned(), copy.clone());
    blocking(move || sqlite_file::copy(&from, &to)).await?;
    let source = Db::open(&format!("sqlite:{}", copy.display())).await?;
    let target = Db::open(&options.database).await?;
    store::copy::copy(&source, &target).await.map_err(fault)?;
    source.close().await?;
    target.close().await
}
