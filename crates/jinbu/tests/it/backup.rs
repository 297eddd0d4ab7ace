//! The drill (decisions/0014), on both databases: a backup under load, restored elsewhere; a server starts there, the
//! journal verifies with 0 differences, and every act that was answered before the backup began is there.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use foundation::Scope;
use store::Db;
use store::query::ColumnTrait;
use store::tables::funds::payment_batch;

use crate::load::{CheckIns, Load, Seen, TRAINEES, counts, under_way};
use crate::server::{Place, text};

const WORDS: &str = "correct horse battery staple";

fn ran(place: &Place, arguments: &[&str]) -> (bool, String) {
    let said = place.run(arguments);
    (
        said.status.success(),
        format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr)),
    )
}

/// Arguments of a command about a place.
fn about<'a>(command: &'a str, data: &'a Path, database: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&[command, "--data", text(data), "--database", database], more].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_restored_elsewhere_with_every_answered_act() {
    let place = Place::new().await;
    place.start().await.stop();
    let check_ins = Arc::new(CheckIns::prepare(&place).await);
    let ledger = Seen::default();
    let server = place.start().await;
    let mut load = Load::of(&server, &check_ins, &ledger, Duration::ZERO).await;
    load.sites("备份");
    let trainees = load.check_ins(0..TRAINEES);
    under_way(&ledger, (0, 0), (11, 51)).await;
    let before = ledger.lock().unwrap().clone();
    let (data, aside) = (place.data(), tempfile::tempdir().unwrap());
    let (words, to) = (aside.path().join("words"), aside.path().join("backup"));
    std::fs::write(&words, format!("{WORDS}\n")).unwrap();
    let more = ["--to", text(&to), "--passphrase-file", text(&words)];
    let (ok, said) = ran(&place, &about("backup", &data, &place.database, &more));
    assert!(ok && said.contains("备份已完成"), "{said}");
    let during = counts(&ledger);
    let (ok, said) = ran(&place, &about("check", &data, &place.database, &[]));
    assert!(ok && said.contains("全部都好"), "beside a running server: {said}");
    server.kill();
    for one in trainees {
        one.await.unwrap();
    }
    load.end().await;
    eprintln!(
        "answered before the backup: {} sites, {} check-ins; during it up to {during:?}",
        before.sites.len(),
        before.check_ins.len()
    );
    let sealed = std::fs::read_to_string(to.join("keys.sealed")).unwrap();
    let key = std::fs::read_to_string(data.join("keys.txt")).unwrap();
    let key = key.lines().find_map(|line| line.strip_prefix("1 ")).unwrap();
    assert!(!sealed.contains(key), "the keys lie in it sealed");

    let there = Place::new().await;
    let more = ["--from", text(&to), "--passphrase-file", text(&words)];
    let (ok, said) = ran(&there, &about("restore", &there.data(), &there.database, &more));
    assert!(ok && said.contains("已恢复到"), "{said}");
    let (ok, said) = ran(&there, &about("check", &there.data(), &there.database, &[]));
    assert!(ok && said.contains("全部都好"), "{said}");
    let findings = before.compare(&there.database).await;
    assert!(findings.lost.is_empty() && findings.half.is_empty(), "{findings:?}");
    let server = there.start().await;
    tokio::time::sleep(std::time::Duration::from_millis(2500)).await;
    server.stop();
    there.verify();
    // Never over something that stands.
    let (ok, said) = ran(&there, &about("restore", &there.data(), &there.database, &more));
    assert!(!ok && said.contains("只能在空的位置做"), "{said}");
}

fn elsewhere(folder: &Path, name: &str) -> (std::path::PathBuf, String) {
    let data = folder.join(name);
    let database = format!("sqlite:{}", data.join("jinbu.db").display());
    (data, database)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_a_backup_and_a_wrong_passphrase_restore_nothing() {
    let place = Place::sqlite();
    place.start().await.stop();
    let aside = tempfile::tempdir().unwrap();
    let (words, wrong, to) = (aside.path().join("words"), aside.path().join("wrong"), aside.path().join("backup"));
    std::fs::write(&words, WORDS).unwrap();
    std::fs::write(&wrong, "another passphrase").unwrap();
    let data = place.data();
    let more = ["--to", text(&to), "--passphrase-file", text(&words)];
    assert!(ran(&place, &about("backup", &data, &place.database, &more)).0);
    let (ok, said) = ran(&place, &about("backup", &data, &place.database, &more));
    assert!(!ok && said.contains("没有覆盖"), "{said}");
    let restore = |from: &Path, words: &Path, name: &str| {
        let (data, database) = elsewhere(aside.path(), name);
        let said =
            ran(&place, &about("restore", &data, &database, &["--from", text(from), "--passphrase-file", text(words)]));
        assert!(!data.join("jinbu.db").exists() && !data.join("keys.txt").exists(), "nothing is made: {}", said.1);
        said
    };
    let (ok, said) = restore(&to, &wrong, "a");
    assert!(!ok && said.contains("口令不对"), "{said}");
    let file = to.join("database.sqlite");
    let bytes = std::fs::read(&file).unwrap();
    for (at, damaged) in [bytes[..bytes.len() / 2].to_vec(), [&bytes[..4096], &[0xff; 16], &bytes[4112..]].concat()]
        .into_iter()
        .enumerate()
    {
        std::fs::write(&file, damaged).unwrap();
        let (ok, said) = restore(&to, &words, &format!("b{at}"));
        assert!(!ok && said.contains("database.sqlite 的内容与清单不符"), "{said}");
    }
    std::fs::write(&file, &bytes).unwrap();
    let manifest = std::fs::read_to_string(to.join("manifest.json")).unwrap();
    std::fs::write(to.join("manifest.json"), manifest.replacen("\"size\": ", "\"size\": 1", 1)).unwrap();
    let (ok, said) = restore(&to, &words, "c");
    assert!(!ok && said.contains("签名不对"), "{said}");
    std::fs::remove_file(to.join("manifest.json")).unwrap();
    let (ok, said) = restore(&to, &words, "d");
    assert!(!ok && said.contains("不是一份完整的备份"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_names_what_is_not_well_and_alone_takes_the_mark_away() {
    let place = Place::new().await;
    place.start().await.stop();
    let data = place.data();
    let mark = data.join("jinbu.db.needs-check");
    let is_sqlite = place.database.starts_with("sqlite:");
    if is_sqlite {
        std::fs::write(&mark, "").unwrap();
    }
    // A trigger or wall that somebody took away.
    let db = Db::connect(&place.database).await.unwrap();
    let taken = if is_sqlite {
        "DROP TRIGGER attendance_keeps_rows"
    } else {
        "ALTER TABLE attendance NO FORCE ROW LEVEL SECURITY"
    };
    store::db::tamper(&db, &[taken]).await.unwrap();
    let (ok, said) = ran(&place, &about("check", &data, &place.database, &[]));
    assert!(
        !ok && said.contains("[不好] 数据库结构") && said.contains("attendance") && said.contains("[好] 公开日志"),
        "{said}"
    );
    assert!(!is_sqlite || mark.exists());
    let back = if is_sqlite {
        "CREATE TRIGGER \"attendance_keeps_rows\" BEFORE DELETE ON \"attendance\" BEGIN \
         SELECT RAISE(ABORT, 'attendance is append-only'); END"
    } else {
        "ALTER TABLE attendance FORCE ROW LEVEL SECURITY"
    };
    store::db::tamper(&db, &[back]).await.unwrap();
    // A bank file that lost its bytes is named; the next start makes it again.
    let reader = db.read(Scope::Everything).await.unwrap();
    let batch = reader
        .find::<payment_batch::Entity>(payment_batch::Column::File.is_not_null())
        .await
        .unwrap()
        .expect("the demo has bank files");
    let hash = reader.get(&batch.file.unwrap()).await.unwrap().hash;
    drop(reader);
    db.close().await.unwrap();
    std::fs::write(data.join("files").join(&hash[..2]).join(&hash), b"").unwrap();
    let (ok, said) = ran(&place, &about("check", &data, &place.database, &[]));
    assert!(!ok && said.contains("[不好] 文件") && said.contains("损坏"), "{said}");
    let server = place.start().await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    server.stop();
    let (ok, said) = ran(&place, &about("check", &data, &place.database, &[]));
    assert!(ok && said.contains("全部都好"), "{said}");
    assert!(!mark.exists(), "the mark goes when all is well");
    // The bytes of the file that was made again are gone for good, and nobody needs them: a backup is whole without.
    let (words, to) = (data.join("words"), data.join("backup"));
    std::fs::write(&words, WORDS).unwrap();
    let (ok, said) =
        ran(&place, &about("backup", &data, &place.database, &["--to", text(&to), "--passphrase-file", text(&words)]));
    assert!(ok, "{said}");
    let (ok, said) = ran(&place, &["check", "--data", text(&data.join("nothing"))]);
    assert!(!ok && said.contains("没有数据库文件") && !data.join("nothing").exists(), "{said}");
    let (ok, said) = ran(&place, &["verify", "--data", text(&data.join("nothing"))]);
    assert!(!ok && said.contains("没有数据库文件") && !data.join("nothing").exists(), "{said}");
}
