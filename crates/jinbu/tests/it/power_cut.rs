//! A power cut on SQLite: the server dies and so does everything that was written and not synced (`power_cut.c`,
//! preloaded, keeps what was). Every answered act is there afterwards. The control is a disk that lies about
//! syncing: there acts are lost, so the apparatus would see it. What it does not model: torn sectors, directory
//! entries, and PostgreSQL (whose own default, synchronous_commit = on, we leave alone).

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

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
