//! A power cut on SQLite: the server dies and so does everything that was written and not synced (`power_cut.c`,
//! preloaded, keeps what was): bytes of the database, bytes and names of the kept files. Every answered act is there
//! afterwards, and every file that it names, whole. The controls are disks that lie about syncing: there acts and files
//! are lost, so the apparatus would see it. What it does not model: torn sectors, the database's own names, and
//! PostgreSQL (whose own default, synchronous_commit = on, we leave alone).

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use foundation::codes::PaymentState;

use crate::bank::{self, Finance};
use crate::faults::shim;
use crate::ledger::{Findings, Ledger};
use crate::load::{CheckIns, Load, Seen, under_way, until};
use crate::server::{Place, Server, text};

/// Readies a stopped place: what stands now is on the disk, and the copies begin with it. `lies`: where the disk lies.
fn under_the_shim(place: &mut Place, lies: &str) {
    let data = place.data();
    for name in ["jinbu.db", "jinbu.db-wal"] {
        let bytes = std::fs::read(data.join(name)).unwrap_or_default();
        std::fs::write(data.join(format!("{name}.durable")), bytes).unwrap();
    }
    let (files, kept) = (data.join("files"), data.join("files.durable"));
    std::fs::create_dir_all(&files).unwrap();
    std::fs::create_dir(&kept).unwrap();
    all_is_kept(&files, &kept);
    place.environment = vec![
        ("LD_PRELOAD".into(), text(&shim("power_cut", &data)).into()),
        ("POWER_CUT_FILES".into(), text(&files).into()),
        ("POWER_CUT_LIES".into(), lies.into()),
    ];
}

/// What the shim would keep if everything under `folder` were synced now.
fn all_is_kept(folder: &Path, kept: &Path) {
    let mut list = String::new();
    for one in std::fs::read_dir(folder).unwrap() {
        let one = one.unwrap();
        let (path, inode) = (one.path(), one.metadata().unwrap().ino());
        list.push_str(&format!("{inode} {}\n", text(one.file_name().as_ref())));
        if path.is_dir() {
            all_is_kept(&path, kept);
        } else {
            std::fs::copy(&path, kept.join(format!("{inode}.data"))).unwrap();
        }
    }
    std::fs::write(kept.join(format!("{}.list", std::fs::metadata(folder).unwrap().ino())), list).unwrap();
}

/// The cut: the server dies, and the house finds what the disk has kept.
fn cut(place: &mut Place, server: Server) {
    server.kill();
    let data = place.data();
    for name in ["jinbu.db", "jinbu.db-wal"] {
        std::fs::rename(data.join(format!("{name}.durable")), data.join(name)).unwrap();
    }
    let _ = std::fs::remove_file(data.join("jinbu.db-shm"));
    let (files, found) = (data.join("files"), data.join("files.found"));
    wake(&files, &data.join("files.durable"), std::fs::metadata(&files).unwrap().ino(), &found);
    std::fs::remove_dir_all(&files).unwrap();
    std::fs::rename(found, files).unwrap();
    place.environment.clear();
}

/// Lays out what was kept of a folder: a name without bytes is an empty file, a name without a folder an empty folder.
fn wake(was: &Path, kept: &Path, folder: u64, found: &Path) {
    std::fs::create_dir(found).unwrap();
    let list = std::fs::read_to_string(kept.join(format!("{folder}.list"))).unwrap_or_default();
    for (inode, name) in list.lines().map(|line| line.split_once(' ').unwrap()) {
        let (was, found, inode) = (was.join(name), found.join(name), inode.parse().unwrap());
        if was.is_dir() {
            wake(&was, kept, inode, &found);
        } else {
            std::fs::write(&found, std::fs::read(kept.join(format!("{inode}.data"))).unwrap_or_default()).unwrap();
        }
    }
}

/// Works for a while, cuts the power, and says what the house that wakes up on the synced bytes is missing.
async fn worked_and_cut(lies: &str) -> (Ledger, Findings, Place) {
    let mut place = Place::sqlite();
    place.start().await.stop();
    let check_ins = Arc::new(CheckIns::prepare(&place).await);
    under_the_shim(&mut place, lies);
    let (server, ledger) = (place.start().await, Seen::default());
    let mut load = Load::of(&server, &check_ins, &ledger, Duration::ZERO).await;
    load.sites("0");
    let trainees = load.check_ins(0..160);
    under_way(&ledger, (0, 0), (11, 51)).await;
    tokio::time::sleep(Duration::from_millis(1000)).await;
    cut(&mut place, server);
    for one in trainees {
        one.await.unwrap();
    }
    load.end().await;
    let seen = ledger.lock().unwrap().clone();
    assert!(seen.refused.is_empty(), "{:?}", seen.refused);
    let findings = seen.compare(&place.database).await;
    (seen, findings, place)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_loses_no_answered_act() {
    let (seen, findings, place) = worked_and_cut("").await;
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
    let (seen, findings, _place) = worked_and_cut("database").await;
    assert!(
        !findings.lost.is_empty(),
        "{} answered sites survived a disk that syncs nothing: the apparatus is blind",
        seen.sites.len()
    );
    assert!(findings.half.is_empty(), "even then no act is there by half: {findings:?}");
}

/// Approves two batches, takes the bank's answer to one, and cuts the power at once after the last answer.
async fn paid_and_cut(lies: &str) -> Place {
    let mut place = Place::sqlite();
    place.start().await.stop();
    let pending = bank::batches(&place, PaymentState::Pending).await;
    let [first, second, ..] = pending.as_slice() else {
        panic!("the demo has two batches to approve: {}", pending.len())
    };
    let csv = bank::answer(&place, first).await;
    under_the_shim(&mut place, lies);
    let server = place.start().await;
    bank::no_correction_waits(&place, &server).await;
    let finance = Finance::of(&server).await;
    let (a, b) = (first.id.to_string(), second.id.to_string());
    for (status, answer) in [finance.approve(&a).await, finance.answered(&a, &csv).await, finance.approve(&b).await] {
        assert_eq!(status, 200, "{answer}");
    }
    cut(&mut place, server);
    for batch in [first, second] {
        let now = bank::standing(&place, batch).await;
        assert!(
            now.state != PaymentState::Pending && now.has_file && now.approvals == 1,
            "the approval of {} is not there",
            batch.batch_no
        );
    }
    place
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m8_9_a_power_cut_leaves_the_files_of_acknowledged_approvals_and_uploads_whole() {
    let place = paid_and_cut("").await;
    for kind in ["bank-file", "bank-return"] {
        let (kept, lost) = bank::files(&place, kind).await;
        assert!(kept > 0 && lost.is_empty(), "{kind}: of {kept}: {lost:?}");
    }
    let server = place.start().await;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    server.stop();
    place.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m8_9_on_a_disk_that_lies_files_are_lost_and_the_house_makes_the_banks_again() {
    let place = paid_and_cut("files").await;
    let (_, lost) = bank::files(&place, "bank-file").await;
    let (_, uploads) = bank::files(&place, "bank-return").await;
    assert!(
        !lost.is_empty() && !uploads.is_empty(),
        "files survived a disk that syncs nothing: the apparatus is blind"
    );
    let sent = bank::batches(&place, PaymentState::Sent).await;
    let server = place.start().await;
    bank::no_correction_waits(&place, &server).await;
    let finance = Finance::of(&server).await;
    for batch in &sent {
        let (status, answer) = finance.file(&batch.id.to_string()).await;
        assert!(status == 200 && answer["sha256"] == batch.file_hash.as_str(), "{status} {answer}");
    }
    // What nothing can make again is told.
    until("the lost upload is not told", async || {
        server.get("/healthz").await.is_some_and(|answer| answer.0 == 200 && answer.1.contains("文件丢失"))
    })
    .await;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    server.stop();
    place.verify();
}
