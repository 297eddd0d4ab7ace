//! The writer when its disk is full and when what was answered is gone (decisions/0011).

use super::*;
use crate::Db;
use crate::sqlite::Opened;
use crate::tables::identity::setting;

/// A writer on a migrated database, its connection and its memory prepared by the test.
async fn door(prepare: impl FnOnce(&mut Seats)) -> (Door, Place, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let place = Place { path: folder.path().join("t.db"), opened: Opened::Made };
    Db::open(&format!("sqlite:{}", place.path.display())).await.unwrap().close().await.unwrap();
    let (queue, jobs) = mpsc::channel(8);
    let trouble = Arc::new(Mutex::new(None));
    let mut seats = Seats { place: place.clone(), seat: None, newest_fact: None, trouble: Arc::clone(&trouble) };
    prepare(&mut seats);
    thread("writer", |runtime| runtime.block_on(serve(seats, jobs))).unwrap();
    let (until, over) = oneshot::channel::<()>();
    let runtime = thread("beside", |runtime| _ = runtime.block_on(over)).unwrap();
    (Door { queue, beside: Arc::new(Beside { runtime, _until: until }), trouble }, place, folder)
}

async fn put(door: &Door, key: &'static str, length: usize) -> Result<(), Stop> {
    let row = setting::Model { key: key.into(), value: "x".repeat(length) };
    door.perform(Scope::Everything, move |work| Box::pin(async move { work.add::<setting::Entity>(row).await })).await
}

fn keys(place: &Place) -> Vec<String> {
    let connection = place.connect(false).unwrap();
    let mut asked = connection.prepare("SELECT key FROM setting ORDER BY key").unwrap();
    asked.query_map([], |row| row.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_keeps_nothing_says_so_and_is_over_when_there_is_room() {
    // SQLite says FULL as on a full disk when the file may have no more pages; a connection opened anew may.
    let (door, place, _folder) = door(|seats| {
        let connection = seats.place.connect(true).unwrap();
        let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        connection.pragma_update(None, "max_page_count", pages).unwrap();
        seats.seat = Some(Arc::new(Mutex::new(Seat::new(connection).unwrap())));
    })
    .await;
    let (one, other) = tokio::join!(put(&door, "a", 3), put(&door, "b", 100_000));
    assert!(matches!(other, Err(Stop::Fault(Fault::Unavailable(Trouble::DiskFull, _)))), "{other:?}");
    // Whoever shared the transaction with it hears the same; whoever had a transaction before it was kept.
    let kept: Vec<String> = if one.is_ok() { vec!["a".into()] } else { Vec::new() };
    assert_eq!(keys(&place), kept);
    assert_eq!(door.trouble(), Some(Trouble::DiskFull));
    put(&door, "c", 100_000).await.unwrap();
    assert_eq!(door.trouble(), None);
    assert_eq!(keys(&place), kept.into_iter().chain(["c".to_owned()]).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_wait_for_a_check_when_what_was_answered_is_gone() {
    let (door, place, _folder) = door(|seats| seats.newest_fact = Some("01ARZ3NDEKTSV4RRFFQ69G5FAV".into())).await;
    for _ in 0..2 {
        let said = put(&door, "a", 1).await;
        assert!(matches!(said, Err(Stop::Fault(Fault::Unavailable(Trouble::NeedsCheck, _)))), "{said:?}");
    }
    assert_eq!(door.trouble(), Some(Trouble::NeedsCheck));
    assert!(std::fs::read_to_string(marker(&place)).unwrap().contains("01ARZ3"), "a restart knows it too");
    // What `jinbu check` does once it has passed.
    std::fs::remove_file(marker(&place)).unwrap();
    put(&door, "a", 1).await.unwrap();
    assert_eq!(keys(&place), ["a"]);
}
