//! Uploaded files are read beside the requests, not in their way (M7.1, M8.9; decisions/0015).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use desk::sheet::Wanted;
use testkit::web::Web;
use testkit::{Persona, TestHouse};

use crate::fuzz::sheets::book_with;
use crate::sweep::Ground;

const WANTED: Wanted =
    Wanted { rule: &m7_registry::refusals::ROSTER, noun: "名册", most: 500, split: "请分开上传" };

/// One worker answers all requests: whoever read a file on it would keep everybody waiting.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn m7_1_a_bomb_is_refused_in_words_at_once_and_nobody_else_waits() {
    let ground = Ground::get();
    let house = ground.copy().await;
    let web = Arc::new(Web::of(house::app(&house.premises, house::routes()), &house.premises));
    let path = format!("{}/roster", ground.subjects.path("class-page", "/classes/{id}"));
    let cells =
        book_with(&format!("<worksheet><sheetData><row>{}</row></sheetData></worksheet>", "<c/>".repeat(1_900_000)));
    let blanks = book_with(&format!("<worksheet>{}<sheetData></sheetData></worksheet>", " ".repeat(7 * 1024 * 1024)));
    assert!(cells.len() < 100_000 && blanks.len() < 100_000, "small files: {} and {} bytes", cells.len(), blanks.len());
    let _ = web.get(Some(Persona::Trainee), "/account").await;
    for (bomb, said) in [(cells, "10 万个单元格"), (blanks, "没有找到表头")] {
        let sent = {
            let (web, path) = (Arc::clone(&web), path.clone());
            tokio::spawn(async move {
                let began = Instant::now();
                (web.upload(Persona::SchoolClerk, &path, "名册.xlsx", &bomb, &[]).await, began.elapsed())
            })
        };
        let mut waited = Vec::new();
        while waited.len() < 3 || !sent.is_finished() {
            let began = Instant::now();
            assert_eq!(web.get(Some(Persona::Trainee), "/account").await.status, 200);
            waited.push(began.elapsed());
        }
        waited.sort_unstable();
        assert!(waited[waited.len() / 2] < Duration::from_millis(500), "{waited:?}");
        let (answer, took) = sent.await.unwrap();
        assert!(answer.status == 422 && answer.text.contains(said), "{}: {}", answer.status, answer.text);
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
    house.discard().await;
}

/// Reads until nobody waits, and counts itself while it does.
fn endless(
    reading: &Arc<AtomicUsize>,
) -> impl FnOnce(&desk::reading::Going) -> Result<(), Vec<foundation::Refusal>> + Send + 'static + use<> {
    let reading = Arc::clone(reading);
    move |going| {
        reading.fetch_add(1, Ordering::SeqCst);
        while !going.is_over() {
            std::thread::sleep(Duration::from_millis(5));
        }
        reading.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..400 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never: {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_file_at_a_time_an_account_and_who_goes_away_gives_his_place_back() {
    let house = TestHouse::new().await.join(house::routes());
    let mine = house.desk(Persona::SchoolClerk);
    let (reading, later) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let start = |desk: &desk::Desk, counted: &Arc<AtomicUsize>| {
        let (desk, read) = (desk.clone(), endless(counted));
        tokio::spawn(async move { desk.read_apart(&WANTED, read).await.map_err(|stop| stop.to_string()) })
    };
    let first = start(&mine, &reading);
    until("the first is read", || reading.load(Ordering::SeqCst) == 1).await;
    let waiting: Vec<_> = (0..3).map(|_| start(&mine, &later)).collect();
    let others = start(&house.desk(Persona::RivalClerk), &reading);
    until("another account's beside it", || reading.load(Ordering::SeqCst) == 2).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(later.load(Ordering::SeqCst), 0, "one at a time an account");
    let told = start(&mine, &later).await.unwrap().unwrap_err();
    assert!(told.contains("4 份文件"), "{told}");
    first.abort();
    until("the place is given back", || later.load(Ordering::SeqCst) == 1).await;
    assert_eq!(reading.load(Ordering::SeqCst), 1, "nothing is read for who has gone");
    for one in waiting {
        one.abort();
    }
    others.abort();
    until("all places are free", || reading.load(Ordering::SeqCst) + later.load(Ordering::SeqCst) == 0).await;
    let read = mine.read_apart(&WANTED, |_| Ok(7)).await.unwrap();
    assert_eq!(read, 7);
    let panicked = mine.read_apart::<(), _>(&WANTED, |_| panic!("a reader's own fault")).await.unwrap_err();
    assert!(panicked.to_string().contains("打不开"), "{panicked}");
    assert_eq!(mine.read_apart(&WANTED, |_| Ok(8)).await.unwrap(), 8, "and its place is free again");
}
