//! A disk that fails while the house works (`faults.c`, preloaded): no space, input/output errors, writes by half,
//! syncs that fail, on SQLite's file, its log and the kept files; they come and go under load. Nothing that was
//! acknowledged is lost, nothing is there twice, and the house works on by itself when the disk does.

use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use foundation::codes::PaymentState;

use crate::bank::{self, Finance};
use crate::load::{CheckIns, Load, Seen, ask_again, counts, nothing_is_lost, under_way, until};
use crate::server::{Place, Server, text};

/// How long each hand rests between two answers: the disk is what is tried, not the processor.
pub const PACE: Duration = Duration::from_millis(25);
/// Trainees who check in during each fault.
const EACH: usize = 48;
const FULL: &str = "磁盘已满";
const UNWRITTEN: &str = "这次没有保存";
/// A commit that failed may stand on the disk all the same.
const UNKNOWN: &str = "不知道办成没有";
const FULL_ALONE: &[&str] = &[FULL];
const BROKEN: &[&str] = &[UNWRITTEN, UNKNOWN];

/// Compiles a shim into a folder.
pub fn shim(name: &str, folder: &Path) -> PathBuf {
    let source = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it")).join(name).with_extension("c");
    let out = folder.join(name).with_extension("so");
    let said = Command::new("cc")
        .args(["-O1", "-Wall", "-shared", "-fPIC", "-o", text(&out), text(&source), "-ldl", "-lpthread"])
        .output();
    let said = said.expect("cc is installed");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    out
}

/// The switch of `faults.c`.
struct Switch {
    control: std::fs::File,
    hits: PathBuf,
}

impl Switch {
    /// A switch for a place's server, still off.
    fn of(place: &mut Place, folder: &Path) -> Self {
        let path = folder.join("control");
        std::fs::write(&path, [b' '; 256]).unwrap();
        place.environment = vec![
            ("LD_PRELOAD".into(), text(&shim("faults", folder)).into()),
            ("FAULTS_CONTROL".into(), text(&path).into()),
        ];
        Self {
            control: std::fs::OpenOptions::new().write(true).open(&path).unwrap(),
            hits: folder.join("control.hits"),
        }
    }

    /// `enospc jinbu.db-wal` and the like; empty: none.
    fn turn(&self, fault: &str) {
        self.control.write_all_at(format!("{fault:256}").as_bytes(), 0).unwrap();
    }

    /// How many blows fell so far.
    fn blows(&self) -> usize {
        std::fs::read_to_string(&self.hits).map_or(0, |hits| hits.lines().count())
    }
}

/// Waits until acts of both kinds were refused under one of these titles since `since`.
pub async fn refused(ledger: &Seen, since: Instant, titles: &[&str]) {
    for act in ["add-site", "sign-in-to-session"] {
        refused_act(ledger, since, titles, act).await;
    }
}

/// The same of one kind of act.
pub async fn refused_act(ledger: &Seen, since: Instant, titles: &[&str], act: &str) {
    until(&format!("nobody was told {titles:?} of {act}"), async || {
        ledger
            .lock()
            .unwrap()
            .refused
            .iter()
            .any(|one| one.act == act && one.at > since && titles.contains(&one.title.as_str()))
    })
    .await;
}

/// Every answer that was no acknowledgement was 503 in words.
pub fn only_503(ledger: &Seen, titles: &[&str]) {
    let seen = ledger.lock().unwrap();
    let wrong: Vec<_> =
        seen.refused.iter().filter(|one| one.status != 503 || !titles.contains(&one.title.as_str())).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Pages are there to be read, `/healthz` says that acts cannot be done, and whoever sends a form is told why.
pub async fn pages_say(server: &Server, titles: &[&str]) {
    let tells = |text: &str| !titles.contains(&FULL) || text.contains(FULL);
    until("/healthz stays well", async || {
        server.get("/healthz").await.is_some_and(|answer| answer.0 == 503 && tells(&answer.1))
    })
    .await;
    let (status, page) = server.get("/needs").await.unwrap();
    assert!(status == 200, "reading needs no space: {status} {page}");
    // A log that has just been written back has room in itself for a while: an act that finds it is done.
    until("a form is taken all the while", async || {
        let (status, page) = server.post_form("/personas", "login=school-clerk").await;
        let told = status == 503 && titles.iter().any(|title| page.contains(title)) && page.contains("请");
        assert!(told || status == 303, "{status} {page}");
        told
    })
    .await;
}

/// Acts of both kinds are done again, and `/healthz` is well, without anybody's help.
pub async fn works_again(server: &Server, ledger: &Seen, trainees: Vec<tokio::task::JoinHandle<()>>) {
    let before = counts(ledger);
    under_way(ledger, before, (5, 0)).await;
    for one in trainees {
        tokio::time::timeout(Duration::from_secs(30), one).await.expect("check-ins are taken again").unwrap();
    }
    until("/healthz stays ill", async || server.get("/healthz").await.is_some_and(|answer| answer.0 == 200)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_fails_under_the_database_no_acknowledged_act_is_lost_and_the_house_works_on() {
    let (mut place, beside) = (Place::sqlite(), tempfile::tempdir().unwrap());
    place.start().await.stop();
    let check_ins = Arc::new(CheckIns::prepare(&place).await);
    let switch = Switch::of(&mut place, beside.path());
    let (server, ledger) = (place.start().await, Seen::default());
    let mut load = Load::of(&server, &check_ins, &ledger, PACE).await;
    load.sites("故障");
    under_way(&ledger, (0, 0), (8, 0)).await;
    let faults = [
        ("enospc jinbu.db-wal", FULL_ALONE),
        ("eio jinbu.db-wal", BROKEN),
        ("short jinbu.db-wal", FULL_ALONE),
        ("sync jinbu.db-wal", BROKEN),
        ("enospc jinbu.db", FULL_ALONE),
        ("eio jinbu.db", BROKEN),
    ];
    let mut next = 0;
    for (fault, titles) in faults {
        let (since, blows) = (Instant::now(), switch.blows());
        switch.turn(fault);
        let trainees = load.check_ins(next..next + EACH);
        next += EACH;
        refused(&ledger, since, titles).await;
        assert!(switch.blows() > blows, "{fault} struck nothing");
        pages_say(&server, titles).await;
        nothing_is_lost(&ledger, &place.database, fault).await;
        switch.turn("");
        works_again(&server, &ledger, trainees).await;
        nothing_is_lost(&ledger, &place.database, &format!("after {fault}")).await;
    }
    // The file itself is written when the log is carried over: acts stand in the log meanwhile.
    for fault in ["enospc jinbu.db$", "eio jinbu.db$", "short jinbu.db$", "sync jinbu.db$"] {
        let (before, blows) = (counts(&ledger), switch.blows());
        switch.turn(fault);
        until(&format!("{fault} struck nothing"), async || switch.blows() > blows).await;
        under_way(&ledger, before, (8, 0)).await;
        nothing_is_lost(&ledger, &place.database, fault).await;
    }
    // Killed while syncs fail: what was not acknowledged may be there or not, and is asked for again.
    let since = Instant::now();
    switch.turn("sync jinbu.db");
    let trainees = load.check_ins(next..next + EACH);
    refused(&ledger, since, BROKEN).await;
    server.kill();
    for one in trainees {
        one.await.unwrap();
    }
    load.end().await;
    only_503(&ledger, &[FULL, UNWRITTEN, UNKNOWN]);
    place.environment.clear();
    wakes_up_whole(&place, &ledger).await;
}

/// After a kill: nothing is lost, what was not acknowledged is done when asked again, and the journal verifies.
pub async fn wakes_up_whole(place: &Place, ledger: &Seen) {
    nothing_is_lost(ledger, &place.database, "after the kill").await;
    let server = place.start().await;
    nothing_is_lost(ledger, &place.database, "after the restart").await;
    ask_again(&server, ledger).await;
    // Until the facts have their places.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    server.stop();
    place.verify();
    nothing_is_lost(ledger, &place.database, "asked again").await;
    let seen = ledger.lock().unwrap();
    eprintln!(
        "acknowledged: {} sites, {} check-ins; not acknowledged: {}",
        seen.sites.len(),
        seen.check_ins.len(),
        seen.refused.len()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m8_9_no_payment_is_approved_whose_bank_file_could_not_be_kept() {
    let (mut place, beside) = (Place::sqlite(), tempfile::tempdir().unwrap());
    place.start().await.stop();
    let pending = bank::batches(&place, PaymentState::Pending).await;
    let [first, second, ..] = pending.as_slice() else {
        panic!("the demo has two batches to approve: {}", pending.len())
    };
    let switch = Switch::of(&mut place, beside.path());
    let server = place.start().await;
    bank::no_correction_waits(&place, &server).await;
    let finance = Finance::of(&server).await;
    for (fault, title) in
        [("enospc files/", FULL), ("eio files/", UNWRITTEN), ("short files/", FULL), ("sync files/", UNWRITTEN)]
    {
        let blows = switch.blows();
        switch.turn(fault);
        let (status, answer) = finance.approve(&first.id.to_string()).await;
        assert!(status == 503 && answer["title"] == title, "{fault}: {status} {answer}");
        assert!(switch.blows() > blows, "{fault} struck nothing");
        let now = bank::standing(&place, first).await;
        assert!(
            now.state == PaymentState::Pending && !now.has_file && now.approvals == 0,
            "{fault}: refused and done all the same"
        );
    }
    switch.turn("");
    let (status, answer) = finance.approve(&first.id.to_string()).await;
    assert_eq!(status, 200, "{answer}");
    // The file is kept and the commit fails: nothing is approved.
    switch.turn("sync jinbu.db-wal");
    let (status, answer) = finance.approve(&second.id.to_string()).await;
    assert!(status == 503 && answer["title"] == UNKNOWN, "{status} {answer}");
    switch.turn("");
    let (status, answer) = finance.approve(&second.id.to_string()).await;
    assert_eq!(status, 200, "{answer}");
    // The bank's answer is kept as it came, or not taken.
    let csv = bank::answer(&place, first).await;
    for (fault, title) in [("enospc files/", FULL), ("sync files/", UNWRITTEN)] {
        switch.turn(fault);
        let (status, answer) = finance.answered(&first.id.to_string(), &csv).await;
        assert!(status == 503 && answer["title"] == title, "{fault}: {status} {answer}");
    }
    switch.turn("");
    let (status, answer) = finance.answered(&first.id.to_string(), &csv).await;
    assert!(status == 200 && answer["paid"].as_u64() >= Some(1), "{status} {answer}");
    server.kill();
    for batch in [first, second] {
        let now = bank::standing(&place, batch).await;
        assert!(now.has_file && now.approvals == 1, "{}: {} approvals", batch.batch_no, now.approvals);
    }
    for kind in ["bank-file", "bank-return"] {
        let (kept, lost) = bank::files(&place, kind).await;
        assert!(kept > 0 && lost.is_empty(), "{kind}: {lost:?}");
    }
    place.environment.clear();
    let server = place.start().await;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    server.stop();
    place.verify();
}
