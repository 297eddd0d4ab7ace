//! A PostgreSQL that is stopped and started again, and whose disk fills and empties, under load: who asks is told
//! within two seconds, and everything that was acknowledged is there afterwards (decisions/0012).

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::faults::{PACE, wakes_up_whole, works_again};
use crate::load::{CheckIns, Load, Seen, nothing_is_lost, under_way, until};
use crate::own_cluster::Cluster;
use crate::server::{Place, Server};

/// Trainees who check in at each fault.
const EACH: usize = 48;
/// After so long everybody knows that the database is gone.
const KNOWN: Duration = Duration::from_secs(3);

/// While the database takes nothing: acts are refused in words, soon, and `/healthz` says so.
async fn told(server: &Server, ledger: &Seen, since: Instant, longest: Duration) {
    until("nobody was refused", async || {
        let seen = ledger.lock().unwrap();
        ["add-site", "sign-in-to-session"]
            .iter()
            .all(|act| seen.refused.iter().any(|one| one.act == *act && one.at > since))
    })
    .await;
    until("/healthz stays well", async || server.get("/healthz").await.is_some_and(|answer| answer.0 == 503)).await;
    tokio::time::sleep(longest.saturating_sub(since.elapsed())).await;
    let seen = ledger.lock().unwrap();
    let late: Vec<_> = seen.refused.iter().filter(|one| one.at > since + KNOWN).collect();
    assert!(!late.is_empty(), "nobody was refused after {KNOWN:?}");
    let wrong: Vec<_> = late
        .iter()
        .filter(|one| one.status != 503 || one.title.is_empty() || one.took > Duration::from_secs(2))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let slowest = seen.refused.iter().filter(|one| one.at > since).map(|one| one.took).max();
    assert!(slowest < Some(Duration::from_secs(4)), "somebody waited {slowest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgresql_that_stops_fills_and_comes_back_loses_no_acknowledged_act() {
    if std::env::var("JINBU_TEST_DB").as_deref() != Ok("postgres") {
        return;
    }
    let Some(cluster) = Cluster::make() else { return };
    let place = Place::on(cluster.url());
    place.start().await.stop();
    let check_ins = Arc::new(CheckIns::prepare(&place).await);
    let (server, ledger) = (place.start().await, Seen::default());
    let mut load = Load::of(&server, &check_ins, &ledger, PACE).await;
    load.sites("停");
    under_way(&ledger, (0, 0), (8, 0)).await;
    // Stopped without farewell, twice.
    for round in 0..2 {
        let since = Instant::now();
        cluster.crash();
        let trainees = load.check_ins(round * EACH..(round + 1) * EACH);
        told(&server, &ledger, since, Duration::from_secs(5)).await;
        cluster.start();
        works_again(&server, &ledger, trainees).await;
        nothing_is_lost(&ledger, &place.database, "after a crash of the database").await;
    }
    // Out of room: whether it refuses, crashes or stops is its affair.
    cluster.disk.leave(4 * 1024);
    let since = Instant::now();
    cluster.disk.fill();
    let trainees = load.check_ins(2 * EACH..3 * EACH);
    told(&server, &ledger, since, Duration::from_secs(8)).await;
    cluster.disk.empty();
    cluster.disk.leave(256 * 1024);
    cluster.start();
    works_again(&server, &ledger, trainees).await;
    nothing_is_lost(&ledger, &place.database, "with room again").await;
    server.kill();
    load.end().await;
    wakes_up_whole(&place, &ledger).await;
}
