//! Kill -9 in the middle of the work, several times: every act that was answered is there with its fact, no act is
//! there by half, what was asked without an answer can be asked again, and the whole journal verifies.

use std::sync::Arc;
use std::time::Duration;

use crate::ledger::Ledger;
use crate::load::{CheckIns, Load, Seen, TRAINEES, ask_again, counts, nothing_is_lost, under_way};
use crate::server::Place;

/// How often the server is killed.
const ROUNDS: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_five_times_it_keeps_every_answered_act_whole() {
    let place = Place::new().await;
    place.start().await.stop();
    let check_ins = Arc::new(CheckIns::prepare(&place).await);
    let ledger = Seen::default();
    for round in 0..ROUNDS {
        let server = place.start().await;
        ask_again(&server, &ledger).await;
        let before = counts(&ledger);
        let mut load = Load::of(&server, &check_ins, &ledger, Duration::ZERO).await;
        load.sites(&round.to_string());
        let share = TRAINEES / ROUNDS;
        let trainees = load.check_ins(round * share..(round + 1) * share);
        under_way(&ledger, before, (5, 12)).await;
        let [spread] = foundation::Ids::system().bytes::<1>();
        tokio::time::sleep(Duration::from_millis(u64::from(spread) * 3)).await;
        server.kill();
        for one in trainees {
            one.await.unwrap();
        }
        load.end().await;
        nothing_is_lost(&ledger, &place.database, &format!("round {round}")).await;
    }
    // Once more up, until the sequencer has placed what was left; then everything is held against the journal.
    let server = place.start().await;
    ask_again(&server, &ledger).await;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    server.stop();
    place.verify();
    nothing_is_lost(&ledger, &place.database, "at the end").await;
    all_was_taken(&ledger.lock().unwrap(), place.database.starts_with("postgres"));
}

/// No disk failed: everything was acknowledged but what lost to other hands at the same school on PostgreSQL.
fn all_was_taken(seen: &Ledger, is_postgres: bool) {
    let others = seen.refused.iter().filter(|one| !(is_postgres && one.status == 503 && one.title == "现在很忙"));
    assert_eq!(others.count(), 0, "{:?}", seen.refused);
    eprintln!("answered: {} sites, {} check-ins, killed {ROUNDS} times", seen.sites.len(), seen.check_ins.len());
    assert!(seen.sites.len() > 20 && seen.check_ins.len() > 50, "too little was under way to prove anything");
}
