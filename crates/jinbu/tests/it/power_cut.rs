//! A power cut on SQLite: the server dies and so does everything that was written and not synced (`power_cut.c`,
//! preloaded, keeps what was). Every answered act is there afterwards. The control is a disk that lies about
//! syncing: there acts are lost, so the apparatus would see it. Kept files the same way, with their folders. What it does
//! not model: torn sectors, the database's own directory entries, and PostgreSQL (whose own default, synchronous_commit = on, we leave alone).

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use store::query::{ColumnTrait, ExprTrait};
use store::tables::funds::payment_batch;

use crate::kill::{CheckIns, under_way, work};
use crate::ledger::{Findings, Ledger};
use crate::server::{Place, text};

/// Compiles the shim once per run.
fn shim(folder: &std::path::Path) -> PathBuf {
    let (source, out) = (concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/power_cut.c"), folder.join("power_cut.so"));
    let said = Command::new("cc").args(["-O1", "-Wall", "-shared", "-fPIC", "-o", text(&out), source, "-ldl", "-lpthread"]).output().expect("cc is installed");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    out
}

/// Works for a while, cuts the power, and says what the house that wakes up on the synced bytes is missing.
async fn cut(lies: bool) -> (Ledger, Findings, Place) {
    let mut place = Place::sqlite();
    place.start().await.stop();
    let check_ins = Arc::new(CheckIns::prepare(&place).await);
    let data = place.data();
    // What stands before the cut is on the disk: the copies begin with it.
    for name in ["jinbu.db", "jinbu.db-wal"] {
        let file = data.join(name);
        let bytes = std::fs::read(&file).unwrap_or_default();
        std::fs::write(data.join(format!("{name}.durable")), bytes).unwrap();
    }
    place.environment = vec![("LD_PRELOAD".into(), text(&shim(&data)).into())];
    if lies {
        place.environment.push(("POWER_CUT_LIES".into(), "1".into()));
    }
    let ledger = Arc::new(Mutex::new(Ledger::default()));
    let server = place.start().await;
    let tasks = work(&server, 0, &check_ins, &ledger).await;
    under_way(&ledger, (0, 0), (11, 51)).await;
    tokio::time::sleep(Duration::from_millis(1000)).await;
    server.kill();
    for task in tasks {
        task.await.unwrap();
    }
    for name in ["jinbu.db", "jinbu.db-wal"] {
        std::fs::rename(data.join(format!("{name}.durable")), data.join(name)).unwrap();
    }
    let _ = std::fs::remove_file(data.join("jinbu.db-shm"));
    place.environment.clear();
    let seen = ledger.lock().unwrap().clone();
    let findings = seen.compare(&place.database).await;
    (seen, findings, place)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_loses_no_answered_act() {
    let (seen, findings, place) = cut(false).await;
    eprintln!("answered before the cut: {} sites, {} check-ins", seen.sites.len(), seen.check_ins.len());
    assert!(seen.sites.len() > 10 && seen.check_ins.len() > 50, "too little was under way to prove anything");
    assert!(findings.lost.is_empty() && findings.half.is_empty(), "{findings:?}");
    let server = place.start().await;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    server.stop();
    place.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_lies_about_syncing_is_noticed_here() {
    let (seen, findings, _place) = cut(true).await;
    assert!(!findings.lost.is_empty(), "{} answered sites survived a disk that syncs nothing: the apparatus is blind", seen.sites.len());
    assert!(findings.half.is_empty(), "even then no act is there by half: {findings:?}");
}

/// Approves a waiting batch, cuts the power at the answer, and says what `jinbu check` finds in the house that wakes up.
async fn cut_after_approval(files_lie: bool) -> (bool, String, Place, String) {
    let mut place = Place::sqlite();
    place.start().await.stop();
    let data = place.data();
    let batch = waiting_batch(&place.database).await;
    for name in ["jinbu.db", "jinbu.db-wal"] {
        let bytes = std::fs::read(data.join(name)).unwrap_or_default();
        std::fs::write(data.join(format!("{name}.durable")), bytes).unwrap();
    }
    assert!(Command::new("cp").arg("-r").arg(data.join("files")).arg(data.join("files.durable")).status().unwrap().success());
    place.environment = vec![("LD_PRELOAD".into(), text(&shim(&data)).into())];
    if files_lie {
        place.environment.push(("POWER_CUT_FILES_LIE".into(), "1".into()));
    }
    let server = place.start().await;
    let finance = server.sign_in("jinjiang-finance").await;
    let answer = server.client().act(&finance, "approve-payment-batch", "once", &serde_json::json!({ "batch": batch })).await;
    server.kill();
    assert_eq!(answer.as_ref().map(|one| one.0), Some(200), "{answer:?}");
    std::fs::remove_dir_all(data.join("files")).unwrap();
    std::fs::rename(data.join("files.durable"), data.join("files")).unwrap();
    for name in ["jinbu.db", "jinbu.db-wal"] {
        std::fs::rename(data.join(format!("{name}.durable")), data.join(name)).unwrap();
    }
    let _ = std::fs::remove_file(data.join("jinbu.db-shm"));
    place.environment.clear();
    let said = place.run(&["check", "--data", text(&data)]);
    let out = String::from_utf8_lossy(&said.stdout).into_owned();
    (said.status.success(), out, place, batch)
}

async fn waiting_batch(database: &str) -> String {
    let db = store::Db::connect(database).await.unwrap();
    let jinjiang: foundation::DistrictCode = testkit::JINJIANG.parse().unwrap();
    let wanted = payment_batch::Column::State.eq(foundation::codes::PaymentState::Pending).and(payment_batch::Column::District.eq(jinjiang));
    let row = db.read(foundation::Scope::Everything).await.unwrap().find::<payment_batch::Entity>(wanted).await.unwrap();
    db.close().await.unwrap();
    row.expect("the demo has a batch that waits for finance").id.to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answered_approval_has_its_bank_file_after_a_power_cut() {
    let (ok, said, ..) = cut_after_approval(false).await;
    assert!(ok && said.contains("[好] 文件"), "{said}");
}

/// The control, and the way back: the file is gone, is told, and is made again at the next start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_file_that_a_lying_disk_lost_is_told_and_made_again() {
    let (ok, said, place, batch) = cut_after_approval(true).await;
    assert!(!ok && said.contains("[不好] 文件"), "the apparatus is blind: {said}");
    let server = place.start().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let finance = server.sign_in("jinjiang-finance").await;
    let (status, taken) = server.client().act(&finance, "take-bank-file", "x", &serde_json::json!({ "batch": batch })).await.unwrap();
    assert!(status == 200 && taken["text"].as_str().is_some_and(|text| text.contains("账号")), "{status} {taken}");
    assert_eq!(server.get("/healthz").await.unwrap().0, 200);
    server.stop();
    let said = place.run(&["check", "--data", text(&place.data())]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
}
