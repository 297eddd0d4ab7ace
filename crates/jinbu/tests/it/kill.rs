//! Kill -9 in the middle of the work, several times: every act that was answered is there with its fact, no act is
//! there by half, what was asked without an answer can be asked again, and the whole journal verifies.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use store::query::ColumnTrait;
use store::tables::identity::setting;

use crate::ledger::Ledger;
use crate::server::{Client, Place, Server, text};

/// How often the server is killed.
const ROUNDS: u64 = 5;
/// Trainees who check in, in classes of forty.
const TRAINEES: usize = 800;

/// Who can check in where, and the secret of the class codes.
pub struct CheckIns {
    secret: [u8; 32],
    trainees: Vec<(String, String)>,
    clock: foundation::Clock,
}

impl CheckIns {
    /// Prepares classes that meet now, in a place whose server is down.
    pub async fn prepare(place: &Place) -> Self {
        let (data, list) = (place.data(), place.data().join("check-ins.json"));
        let trainees = TRAINEES.to_string();
        let said = place.run(&["prepare-check-ins", "--data", text(&data), "--database", &place.database, "--trainees", &trainees, "--out", text(&list)]);
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        let all: Value = serde_json::from_slice(&std::fs::read(list).unwrap()).unwrap();
        let secret: [u8; 32] = hex::decode(all["secret"].as_str().unwrap()).unwrap().try_into().unwrap();
        // The demo's clock stands where the demo was told.
        let db = store::Db::connect(&place.database).await.unwrap();
        let offset = db.read(foundation::Scope::Everything).await.unwrap().find::<setting::Entity>(setting::Column::Key.eq(house::CLOCK_OFFSET)).await.unwrap();
        db.close().await.unwrap();
        let clock = foundation::Clock::system();
        clock.set_offset_s(offset.map_or(0, |row| row.value.parse().unwrap()));
        Self { secret, clock, trainees: serde_json::from_value(all["trainees"].clone()).unwrap() }
    }
}

/// The work of a round, cut off by `end`: check-ins by many at once, sites by several. Fills the ledger.
pub async fn work(server: &Server, round: u64, check_ins: &Arc<CheckIns>, ledger: &Arc<Mutex<Ledger>>) -> Vec<tokio::task::JoinHandle<()>> {
    let clerk = server.sign_in("school-clerk").await;
    let mut tasks = Vec::new();
    for hand in 0..4 {
        tasks.push(tokio::spawn(add_sites(server.client(), clerk.clone(), format!("断电楼{round}-{hand}"), Arc::clone(ledger))));
    }
    let share = TRAINEES / usize::try_from(ROUNDS).unwrap();
    let from = usize::try_from(round).unwrap() * share;
    for hand in 0..16 {
        let mine: Vec<usize> = (from..from + share).skip(hand).step_by(16).collect();
        tasks.push(tokio::spawn(sign_in_all(server.client(), mine, Arc::clone(check_ins), Arc::clone(ledger))));
    }
    tasks
}

async fn add_sites(client: Client, clerk: String, name: String, ledger: Arc<Mutex<Ledger>>) {
    for n in 0.. {
        let name = format!("{name}-{n}");
        ledger.lock().unwrap().unanswered.insert(name.clone());
        let body = json!({"name": name, "address": "晋江市安海镇断电路 9 号"});
        match client.act(&clerk, "add-site", &key(&name), &body).await {
            Some((200, answer)) => {
                let mut ledger = ledger.lock().unwrap();
                ledger.unanswered.remove(&name);
                ledger.sites.insert(name, answer["site"].as_str().unwrap().to_owned());
            }
            // Four hands at one institution: PostgreSQL lets one of them win, the others are told so; asked again later.
            Some((409 | 503, _)) => {}
            Some((status, answer)) => panic!("{status} {answer}"),
            None => return,
        }
    }
}

/// The idempotency key of a name: headers are ASCII.
fn key(name: &str) -> String {
    hex::encode(name)
}

async fn sign_in_all(client: Client, mine: Vec<usize>, check_ins: Arc<CheckIns>, ledger: Arc<Mutex<Ledger>>) {
    for at in mine {
        let (token, session) = &check_ins.trainees[at];
        let id: foundation::SessionId = session.parse().unwrap();
        let code = m3_supervision::rules::attendance::code_at(&check_ins.secret, &id, 30, check_ins.clock.now());
        match client.act(token, "sign-in-to-session", "once", &json!({"session": session, "code": code})).await {
            Some((200, answer)) => {
                let at = answer["at"].as_str().unwrap().to_owned();
                ledger.lock().unwrap().check_ins.insert((token.clone(), session.clone()), at);
            }
            Some((status, answer)) => panic!("{status} {answer}"),
            None => return,
        }
    }
}

/// Waits until so many more were answered than `before`, so that a slow machine proves as much as a fast one.
pub async fn under_way(ledger: &Arc<Mutex<Ledger>>, before: (usize, usize), (sites, check_ins): (usize, usize)) {
    let until = tokio::time::Instant::now() + Duration::from_secs(60);
    loop {
        let now = counts(ledger);
        if now.0 >= before.0 + sites && now.1 >= before.1 + check_ins {
            return;
        }
        assert!(tokio::time::Instant::now() < until, "too little was under way to prove anything: {before:?} → {now:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Answered sites and check-ins so far.
pub fn counts(ledger: &Arc<Mutex<Ledger>>) -> (usize, usize) {
    let seen = ledger.lock().unwrap();
    (seen.sites.len(), seen.check_ins.len())
}

/// Asks again for what had no answer: it is there once, whether or not the first asking had been done.
async fn ask_again(server: &Server, ledger: &Arc<Mutex<Ledger>>) {
    let clerk = server.sign_in("school-clerk").await;
    let names: BTreeSet<String> = std::mem::take(&mut ledger.lock().unwrap().unanswered);
    for name in names {
        let body = json!({"name": name, "address": "晋江市安海镇断电路 9 号"});
        let (status, answer) = server.client().act(&clerk, "add-site", &key(&name), &body).await.expect("the server answers");
        assert_eq!(status, 200, "{answer}");
        ledger.lock().unwrap().sites.insert(name, answer["site"].as_str().unwrap().to_owned());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_five_times_it_keeps_every_answered_act_whole() {
    let place = Place::new().await;
    place.start().await.stop();
    let check_ins = Arc::new(CheckIns::prepare(&place).await);
    let ledger = Arc::new(Mutex::new(Ledger::default()));
    for round in 0..ROUNDS {
        let server = place.start().await;
        ask_again(&server, &ledger).await;
        let before = counts(&ledger);
        let tasks = work(&server, round, &check_ins, &ledger).await;
        under_way(&ledger, before, (5, 12)).await;
        let [spread] = foundation::Ids::system().bytes::<1>();
        tokio::time::sleep(Duration::from_millis(u64::from(spread) * 3)).await;
        server.kill();
        for task in tasks {
            task.await.unwrap();
        }
        let seen = ledger.lock().unwrap().clone();
        let findings = seen.compare(&place.database).await;
        assert!(findings.lost.is_empty() && findings.half.is_empty(), "round {round}: {findings:?}");
    }
    // Once more up, until the sequencer has placed what was left; then everything is held against the journal.
    let server = place.start().await;
    ask_again(&server, &ledger).await;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    server.stop();
    place.verify();
    let seen = ledger.lock().unwrap().clone();
    let findings = seen.compare(&place.database).await;
    assert!(findings.lost.is_empty() && findings.half.is_empty(), "{findings:?}");
    eprintln!("answered: {} sites, {} check-ins, killed {ROUNDS} times", seen.sites.len(), seen.check_ins.len());
    assert!(seen.sites.len() > 20 && seen.check_ins.len() > 50, "too little was under way to prove anything");
}
