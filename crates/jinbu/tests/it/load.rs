//! Work on a running server: sites by several hands at one school, check-ins by many trainees, all in the ledger. What
//! is answered with 503 is asked again; whoever runs the load decides whether any may be.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use store::query::ColumnTrait;
use store::tables::identity::setting;
use tokio::task::JoinHandle;

use crate::ledger::{Ledger, Refused};
use crate::server::{Client, Place, Server, text};

/// Trainees who can check in, in classes of forty.
pub const TRAINEES: usize = 800;
/// Hands that add sites, and that check in.
const SITE_HANDS: usize = 4;
const CHECK_IN_HANDS: usize = 16;
/// How long a hand waits before it asks again for what was not acknowledged.
const AGAIN: Duration = Duration::from_millis(50);

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
        let said = place.run(&[
            "prepare-check-ins",
            "--data",
            text(&data),
            "--database",
            &place.database,
            "--trainees",
            &trainees,
            "--out",
            text(&list),
        ]);
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        let all: Value = serde_json::from_slice(&std::fs::read(list).unwrap()).unwrap();
        let secret: [u8; 32] = hex::decode(all["secret"].as_str().unwrap()).unwrap().try_into().unwrap();
        // The demo's clock stands where the demo was told.
        let db = store::Db::connect(&place.database).await.unwrap();
        let offset = db
            .read(foundation::Scope::Everything)
            .await
            .unwrap()
            .find::<setting::Entity>(setting::Column::Key.eq(house::CLOCK_OFFSET))
            .await
            .unwrap();
        db.close().await.unwrap();
        let clock = foundation::Clock::system();
        clock.set_offset_s(offset.map_or(0, |row| row.value.parse().unwrap()));
        Self { secret, clock, trainees: serde_json::from_value(all["trainees"].clone()).unwrap() }
    }
}

/// What was answered, shared by all hands.
pub type Seen = Arc<Mutex<Ledger>>;

/// The load on one server; its hands end with the server.
pub struct Load {
    client: Client,
    clerk: String,
    check_ins: Arc<CheckIns>,
    ledger: Seen,
    /// How long each hand rests after an answer.
    pace: Duration,
    hands: Vec<JoinHandle<()>>,
}

impl Load {
    /// The clerk has signed in; nobody works yet.
    pub async fn of(server: &Server, check_ins: &Arc<CheckIns>, ledger: &Seen, pace: Duration) -> Self {
        let clerk = server.sign_in("school-clerk").await;
        Self {
            client: server.client(),
            clerk,
            check_ins: Arc::clone(check_ins),
            ledger: Arc::clone(ledger),
            pace,
            hands: Vec::new(),
        }
    }

    /// Four hands add sites at one school until the server is gone.
    pub fn sites(&mut self, name: &str) {
        for hand in 0..SITE_HANDS {
            let (client, clerk, ledger) = (self.client.clone(), self.clerk.clone(), Arc::clone(&self.ledger));
            self.hands.push(tokio::spawn(add_sites(client, clerk, format!("断电楼{name}-{hand}"), self.pace, ledger)));
        }
    }

    /// These trainees check in, sixteen at once, each until it is acknowledged. The handles end then.
    pub fn check_ins(&self, trainees: std::ops::Range<usize>) -> Vec<JoinHandle<()>> {
        let hand = |n: usize| {
            let mine: Vec<usize> = trainees.clone().skip(n).step_by(CHECK_IN_HANDS).collect();
            tokio::spawn(sign_in_all(
                self.client.clone(),
                mine,
                Arc::clone(&self.check_ins),
                self.pace,
                Arc::clone(&self.ledger),
            ))
        };
        (0..CHECK_IN_HANDS).map(hand).collect()
    }

    /// Waits for the hands, whose server is gone.
    pub async fn end(self) {
        for hand in self.hands {
            hand.await.unwrap();
        }
    }
}

async fn add_sites(client: Client, clerk: String, name: String, pace: Duration, ledger: Seen) {
    for n in 0.. {
        let name = format!("{name}-{n}");
        ledger.lock().unwrap().unanswered.insert(name.clone());
        let began = Instant::now();
        match client.act(&clerk, "add-site", &key(&name), &site(&name)).await {
            Some((200, answer)) => {
                let mut ledger = ledger.lock().unwrap();
                ledger.unanswered.remove(&name);
                ledger.sites.insert(name, answer["site"].as_str().unwrap().to_owned());
            }
            // Four hands at one institution: PostgreSQL lets one of them win, the others are told so; asked again
            // later.
            Some((409, _)) => {}
            Some((status, answer)) => {
                ledger.lock().unwrap().refused.push(Refused::of("add-site", began, status, &answer));
                tokio::time::sleep(AGAIN).await;
            }
            None => return,
        }
        tokio::time::sleep(pace).await;
    }
}

fn site(name: &str) -> Value {
    json!({"name": name, "address": "晋江市安海镇断电路 9 号"})
}

/// The idempotency key of a name: headers are ASCII.
fn key(name: &str) -> String {
    hex::encode(name)
}

async fn sign_in_all(client: Client, mine: Vec<usize>, check_ins: Arc<CheckIns>, pace: Duration, ledger: Seen) {
    for at in mine {
        let (token, session) = &check_ins.trainees[at];
        let id: foundation::SessionId = session.parse().unwrap();
        loop {
            let code = m3_supervision::rules::attendance::code_at(&check_ins.secret, &id, 30, check_ins.clock.now());
            let began = Instant::now();
            match client.act(token, "sign-in-to-session", "once", &json!({"session": session, "code": code})).await {
                Some((200, answer)) => {
                    let at = answer["at"].as_str().unwrap().to_owned();
                    ledger.lock().unwrap().check_ins.insert((token.clone(), session.clone()), at);
                    break;
                }
                Some((status, answer)) => {
                    ledger.lock().unwrap().refused.push(Refused::of("sign-in-to-session", began, status, &answer))
                }
                None => return,
            }
            tokio::time::sleep(AGAIN).await;
        }
        tokio::time::sleep(pace).await;
    }
}

/// Waits until so many more were answered than `before`, so that a slow machine proves as much as a fast one.
pub async fn under_way(ledger: &Seen, before: (usize, usize), (sites, check_ins): (usize, usize)) {
    until("too little was under way to prove anything", async || {
        let now = counts(ledger);
        now.0 >= before.0 + sites && now.1 >= before.1 + check_ins
    })
    .await;
}

/// Waits at most a minute until something is so.
pub async fn until(wanted: &str, is_so: impl AsyncFn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_so().await {
        assert!(Instant::now() < end, "{wanted}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Answered sites and check-ins so far.
pub fn counts(ledger: &Seen) -> (usize, usize) {
    let seen = ledger.lock().unwrap();
    (seen.sites.len(), seen.check_ins.len())
}

/// Asks again for what had no answer or was not acknowledged: it is there once, whether or not it had been done.
pub async fn ask_again(server: &Server, ledger: &Seen) {
    let clerk = server.sign_in("school-clerk").await;
    let names: BTreeSet<String> = std::mem::take(&mut ledger.lock().unwrap().unanswered);
    for name in names {
        let (status, answer) =
            server.client().act(&clerk, "add-site", &key(&name), &site(&name)).await.expect("the server answers");
        assert_eq!(status, 200, "{answer}");
        ledger.lock().unwrap().sites.insert(name, answer["site"].as_str().unwrap().to_owned());
    }
}

/// Holds what was acknowledged so far against the database, whoever else has it open.
pub async fn nothing_is_lost(ledger: &Seen, database: &str, when: &str) {
    let seen = ledger.lock().unwrap().clone();
    let findings = seen.compare(database).await;
    assert!(findings.lost.is_empty() && findings.half.is_empty(), "{when}: {findings:?}");
}
