//! The fault of 28 November 2026 as it happened: the data folder's disk fills up under load and gets its room back.
//! Then every later act was answered with yes and none was kept, 317 of 317.

use std::sync::Arc;
use std::time::{Duration, Instant};

use foundation::Scope;
use store::Db;
use store::tables::supervision::training_class;

use crate::faults::{PACE, only_503, pages_say, refused, refused_act, wakes_up_whole, works_again};
use crate::load::{CheckIns, Load, Seen, nothing_is_lost, under_way};
use crate::server::{Place, text};
use crate::small_disk::SmallDisk;

/// Trainees who check in at each filling.
const EACH: usize = 48;
const FULL: &str = "磁盘已满";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_and_loses_nothing_with_room_again_and_after_a_restart() {
    let Some(disk) = SmallDisk::mount(1024) else { return };
    // The log lies on the same disk: a line that cannot be written stops nobody.
    let place = Place::sqlite_in(disk.path());
    place.start().await.stop();
    let check_ins = Arc::new(CheckIns::prepare(&place).await);
    disk.leave(32 * 1024);
    let (server, ledger) = (place.start().await, Seen::default());
    let mut load = Load::of(&server, &check_ins, &ledger, PACE).await;
    load.sites("满");
    for one in load.check_ins(0..EACH) {
        one.await.unwrap();
    }
    under_way(&ledger, (0, 0), (8, EACH)).await;
    for round in 1..=2 {
        let since = Instant::now();
        disk.fill();
        // The log has room in itself for a while.
        refused_act(&ledger, since, &[FULL], "add-site").await;
        let trainees = load.check_ins(round * EACH..(round + 1) * EACH);
        refused(&ledger, since, &[FULL]).await;
        pages_say(&server, &[FULL]).await;
        // The disk stays full for a while, whatever is freed on it meanwhile.
        for _ in 0..5 {
            disk.fill();
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        nothing_is_lost(&ledger, &place.database, "on a full disk").await;
        no_half_export(&place).await;
        no_half_backup(&place);
        disk.empty();
        works_again(&server, &ledger, trainees).await;
        nothing_is_lost(&ledger, &place.database, "with room again").await;
    }
    // Killed on the full disk.
    let since = Instant::now();
    disk.fill();
    refused_act(&ledger, since, &[FULL], "add-site").await;
    let trainees = load.check_ins(3 * EACH..4 * EACH);
    refused(&ledger, since, &[FULL]).await;
    server.kill();
    for one in trainees {
        one.await.unwrap();
    }
    load.end().await;
    disk.empty();
    only_503(&ledger, &[FULL]);
    wakes_up_whole(&place, &ledger).await;
}

/// An export onto the full disk says that it was not written, and leaves no half bundle that somebody takes for one.
async fn no_half_export(place: &Place) {
    let db = Db::connect(&place.database).await.unwrap();
    let reader = db.read(Scope::Everything).await.unwrap();
    let classes = reader.list::<training_class::Entity>(|q| q).await.unwrap();
    let class = classes.iter().find(|one| !one.class_no.is_empty()).expect("a class with a number");
    drop(reader);
    db.close().await.unwrap();
    let (data, out) = (place.data(), place.data().join("bundle.json"));
    let said = place.run(&[
        "export-bundle",
        "--data",
        text(&data),
        "--database",
        &place.database,
        "--class",
        &class.id.to_string(),
        "--out",
        text(&out),
    ]);
    let error = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(!said.status.success() && error.contains("写不了") && error.contains("bundle.json"), "{error}");
    assert!(!out.exists(), "half a bundle was left");
}

/// A backup onto the full disk says so, and leaves nothing that somebody takes for a backup.
fn no_half_backup(place: &Place) {
    let (data, to) = (place.data(), place.data().join("backup"));
    let environment = [("JINBU_BACKUP_PASSPHRASE", "correct horse battery staple")];
    let said = place
        .run_with(&environment, &["backup", "--data", text(&data), "--database", &place.database, "--to", text(&to)]);
    let error = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(!said.status.success() && error.contains("磁盘已满"), "{error}");
    let left = std::fs::read_dir(&data)
        .unwrap()
        .filter(|one| one.as_ref().unwrap().file_name().to_string_lossy().starts_with("backup"));
    assert_eq!(left.count(), 0, "half a backup was left");
}
