//! The real server beside a PostgreSQL that goes away, goes silent, comes back, or is shared with a second server
//! (decisions/0012).

use std::time::{Duration, Instant};

use foundation::Scope;
use serde_json::json;
use store::Db;
use store::query::ColumnTrait;
use store::tables::identity::account;

use crate::proxy::{Proxy, Wire};
use crate::server::{Place, Server};

fn on_postgres() -> bool {
    std::env::var("JINBU_TEST_DB").as_deref() == Ok("postgres")
}

/// A place whose server reaches its database by a wire.
async fn wired() -> (Place, Proxy) {
    let mut place = Place::new().await;
    // The demo is loaded without it, so that only what follows depends on it.
    place.start().await.stop();
    let target = place.database.split('@').nth(1).unwrap().split('/').next().unwrap().to_owned();
    let proxy = Proxy::to(&target).await;
    place.database = proxy.of(&place.database, &target);
    (place, proxy)
}

/// Asks a page and an act while the database is gone; each is told so, soon.
async fn told_that_it_is_gone(server: &Server, token: &str, longest: Duration, key: &str) {
    let began = Instant::now();
    let (status, page) = server.get("/needs").await.unwrap();
    assert!(status == 503 && page.contains("数据库"), "{status} {page}");
    assert!(began.elapsed() < longest, "a page: {:?}", began.elapsed());
    let began = Instant::now();
    let (status, answer) = server
        .client()
        .act(token, "add-site", key, &json!({"name": key, "address": "晋江市安海镇断线路 1 号"}))
        .await
        .unwrap();
    assert!(status == 503 && answer["detail"].as_str().unwrap().contains("数据库"), "{status} {answer}");
    assert!(began.elapsed() < longest, "an act: {:?}", began.elapsed());
}

async fn back(server: &Server) {
    let until = Instant::now() + Duration::from_secs(10);
    while server.get("/needs").await.unwrap().0 != 200 || server.get("/healthz").await.unwrap().0 != 200 {
        assert!(Instant::now() < until, "it does not come back: {}", server.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_away_is_told_within_two_seconds_and_comes_back() {
    if !on_postgres() {
        return;
    }
    let (place, proxy) = wired().await;
    let server = place.start().await;
    let token = server.sign_in("school-clerk").await;
    let (status, health) = server.get("/healthz").await.unwrap();
    assert!(status == 200, "{health}");
    // The tests' cluster does not sync: that is told, and no reason not to serve.
    assert!(health.contains("fsync = on") && health.contains("synchronous_commit = on"), "{health}");
    assert!(server.log().contains("fsync = on"), "{}", server.log());
    for round in 0..2 {
        proxy.be(Wire::Cut);
        told_that_it_is_gone(&server, &token, Duration::from_secs(2), &format!("cut-{round}")).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        told_that_it_is_gone(&server, &token, Duration::from_millis(500), &format!("cut-again-{round}")).await;
        assert_eq!(server.get("/healthz").await.unwrap().0, 503);
        proxy.be(Wire::Whole);
        back(&server).await;
    }
    let (status, answer) = server
        .client()
        .act(&token, "add-site", "after", &json!({"name": "断线之后", "address": "晋江市安海镇断线路 1 号"}))
        .await
        .unwrap();
    assert_eq!(status, 200, "{answer}");
    let log = server.log();
    assert!(!log.contains('\u{1b}'), "no colour codes: {log}");
    assert!(log.contains("数据库连不上") && log.contains("数据库又连上了"), "{log}");
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_silent_keeps_nobody_waiting_for_ten_seconds() {
    if !on_postgres() {
        return;
    }
    let (place, proxy) = wired().await;
    let server = place.start().await;
    let token = server.sign_in("school-clerk").await;
    proxy.be(Wire::Silent);
    told_that_it_is_gone(&server, &token, Duration::from_secs(5), "silent").await;
    told_that_it_is_gone(&server, &token, Duration::from_millis(500), "silent-again").await;
    proxy.be(Wire::Whole);
    back(&server).await;
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_servers_on_one_database_neither_complains_and_a_disabled_account_ends_on_both() {
    if !on_postgres() {
        return;
    }
    let place = Place::new().await;
    let one = place.start().await;
    let two = place.start_with(&[("JINBU_LOG", "json")]).await;
    let officer = one.sign_in("jinjiang-officer").await;
    let admin = one.sign_in("jinjiang-administrator").await;
    let read = json!({});
    // Both know the officer; the second from its cache.
    for server in [&one, &two] {
        assert_ne!(server.client().act(&officer, "no-such-act", "k", &read).await.unwrap().0, 401);
        assert_eq!(server.get_with(&officer, "/api/v1/tasks").await.unwrap().0, 200);
    }
    let db = Db::connect(&place.database).await.unwrap();
    let reader = db.read(Scope::Everything).await.unwrap();
    let row = reader.find::<account::Entity>(account::Column::Name.eq("陈秀娟")).await.unwrap().unwrap();
    drop(reader);
    db.close().await.unwrap();
    let asked = json!({"account": row.id.to_string(), "reason": "调离"});
    let (status, answer) = one.client().act(&admin, "disable-account", "disable", &asked).await.unwrap();
    assert_eq!(status, 200, "{answer}");
    let ended = Instant::now();
    assert_eq!(one.get_with(&officer, "/api/v1/tasks").await.unwrap().0, 401, "at once where it was done");
    while two.get_with(&officer, "/api/v1/tasks").await.unwrap().0 != 401 {
        assert!(ended.elapsed() < Duration::from_secs(5), "the second server still lets the officer in");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(ended.elapsed() < Duration::from_secs(3), "{:?}", ended.elapsed());
    // Acts on both, so that both keep time and place facts.
    let (a, b) = (one.sign_in("school-clerk").await, two.sign_in("rival-clerk").await);
    for n in 0..40 {
        let body = json!({"name": format!("两台{n}"), "address": "晋江市安海镇同台路 2 号"});
        let (x, y) = (format!("a{n}"), format!("b{n}"));
        let (left, right) = (one.client(), two.client());
        let (left, right) = tokio::join!(left.act(&a, "add-site", &x, &body), right.act(&b, "add-site", &y, &body));
        assert!([left, right].into_iter().all(|answer| answer.unwrap().0 == 200));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (first, second) = (one.log(), two.log());
    assert!(!first.contains("ERROR") && !second.contains("ERROR"), "losing a turn is no error:\n{first}\n{second}");
    assert!(
        !second.is_empty() && second.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()),
        "{second}"
    );
    one.stop();
    two.stop();
    place.verify();
}

/// On a cluster that speaks Chinese (scripts/with_postgres.sh): whoever lost to others is told to come again.
#[tokio::test(flavor = "multi_thread")]
async fn of_300_acts_at_once_by_one_school_each_is_done_or_told_that_many_are_at_it() {
    let place = Place::new().await;
    let server = place.start().await;
    let clerk = server.sign_in("school-clerk").await;
    let at_once = |n: u32| {
        let (client, clerk) = (server.client(), clerk.clone());
        tokio::spawn(async move {
            let body = json!({"name": format!("同时{n}"), "address": "晋江市安海镇同时路 3 号"});
            client.act(&clerk, "add-site", &format!("at-once-{n}"), &body).await.unwrap()
        })
    };
    let all: Vec<_> = (0..300).map(at_once).collect();
    let mut done = 0;
    for one in all {
        match one.await.unwrap() {
            (200, _) => done += 1,
            (503, answer) => assert!(answer["title"] == "现在很忙", "{answer}"),
            (status, answer) => panic!("{status} {answer}"),
        }
    }
    eprintln!("{done} of 300 done at once");
    assert!(done > 30 && !server.log().contains("ERROR"), "{done} {}", server.log());
    // Until the facts have their places.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    server.stop();
    place.verify();
}

/// Whatever is wrong with an address, it stays out of what the operator's terminal and log show.
#[tokio::test(flavor = "multi_thread")]
async fn no_command_prints_the_password_of_an_address_that_it_cannot_read() {
    let place = Place::sqlite();
    let settings = place.data().join("settings.toml");
    let bad = "postgres://jinbu:geheim#1@127.0.0.1/jinbu";
    std::fs::write(&settings, format!("listen = \"127.0.0.1:0\"\ndatabase = \"{bad}\nbase_url = \"http://x\"\n"))
        .unwrap();
    let settings = settings.to_str().unwrap();
    let (sqlite, data) = (&place.database, place.data().join("data"));
    let data = data.to_str().unwrap();
    let commands: [&[&str]; 6] = [
        &["migrate", "--database", bad],
        &["migrate", "--database", "postgres://jinbu:geheim@127.0.0.1:1/jinbu"],
        &["migrate", "--database", "postgres://jinbu:1/jinbu?passw=geheim"],
        &["copy-db", "--from", bad, "--to", sqlite],
        &["demo", "--data", data, "--database", bad],
        &["serve", "--settings", settings],
    ];
    for arguments in commands {
        let said = place.run_with(&[("RUST_LOG", "trace")], arguments);
        let all = format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
        assert!(!said.status.success() && !all.contains("geheim"), "{arguments:?}: {all}");
        assert!(all.contains("没有办成"), "{all}");
    }
}
