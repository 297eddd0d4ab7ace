//! PostgreSQL as people run it: an ordinary owner, in whatever language, with a database that is locked, restored
//! elsewhere, half changed by hand, or not there at all (decisions/0012).

use std::time::{Duration, Instant};

use foundation::{Fault, Scope, Stop, Trouble};
use sea_orm::sqlx::{self, Connection, PgConnection};
use store::Db;
use store::query::Set;
use store::tables::identity::setting;
use store::tables::notices::task;

use crate::support::*;

/// Runs statements as whoever `url` says.
async fn run(url: &str, statements: &[&str]) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    for statement in statements {
        sqlx::raw_sql(sqlx::AssertSqlSafe((*statement).to_owned())).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
}

fn words(result: Result<Db, Fault>) -> String {
    match result {
        Err(Fault::Upstream(text)) => text,
        Err(other) => panic!("not in words: {other:?}"),
        Ok(_) => panic!("it opened"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_runs_as_an_ordinary_user_who_cannot_pass_the_walls() {
    if !has_postgres() {
        return;
    }
    let house = postgres().await;
    let mut connection = PgConnection::connect(house.db.url()).await.unwrap();
    let row: (bool, bool, bool) =
        sqlx::query_as("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert_eq!(row, (false, false, false));
}

#[tokio::test]
async fn an_address_that_is_not_understood_is_never_repeated() {
    for (address, part) in [
        ("postgres://jinbu:Geheim#12@db.example/jinbu", "Geheim"),
        ("postgres://jinbu:4711#geheim@db.example/jinbu", "4711"),
        ("postgres://jinbu:47/geheim@db.example/jinbu", "geheim"),
        ("postgres://jinbu:47?geheim@db.example/jinbu", "geheim"),
        ("postgres://jinbu:geheim@:x/jinbu", "geheim"),
        ("postgres://jinbu:geheim@db.example:port/jinbu", "geheim"),
        ("postgres://jinbu:geheim@db.example/jinbu?passwrd=geheim", "geheim"),
        ("mysql://jinbu:geheim@db.example/jinbu", "geheim"),
        ("postgres//jinbu:geheim@db.example/jinbu", "geheim"),
        ("postgres://jinbu:geheim@[db.example/jinbu", "geheim"),
    ] {
        let said = words(Db::connect(address).await);
        assert!(said.contains("数据库地址写错了") && said.contains("%XX"), "{said}");
        assert!(!said.contains(part) && !said.contains("db.example"), "{said}");
    }
}

#[tokio::test]
async fn a_first_connection_that_is_not_made_says_why() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let began = Instant::now();
    let said = words(Db::connect(&format!("postgres://jinbu:geheim@127.0.0.1:{free}/jinbu")).await);
    assert!(said.contains("127.0.0.1 拒绝连接") && !said.contains("geheim"), "{said}");
    let said = words(Db::connect("postgres://jinbu:geheim@no-such-host.invalid/jinbu").await);
    assert!(said.contains("连不上主机 no-such-host.invalid") && !said.contains("geheim"), "{said}");
    assert!(began.elapsed() < Duration::from_secs(12));
    if !has_postgres() {
        return;
    }
    let here = std::env::var("JINBU_TEST_PG").unwrap();
    let base = here.rsplit_once('/').unwrap().0;
    let said = words(Db::connect(&format!("{base}/no_such_database")).await);
    assert!(said.contains("没有数据库 no_such_database"), "{said}");
    let said = words(Db::connect(&base.replace("jinbu_house@", "nobody:geheim@")).await);
    assert!(said.contains("不让用户 nobody"), "{said}");
    let house = postgres().await;
    let admin = std::env::var("JINBU_PG_ADMIN").unwrap();
    let name = house.db.url().rsplit('/').next().unwrap().to_owned();
    house.db.clone().close().await.unwrap();
    run(&admin, &[&format!("ALTER DATABASE {name} CONNECTION LIMIT 0")]).await;
    let said = words(Db::connect(house.db.url()).await);
    assert!(said.contains("连接数已满"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_locked_is_told_within_two_seconds_and_the_rest_goes_on() {
    if !has_postgres() {
        return;
    }
    let house = postgres().await;
    house.db.health().unwrap().start().await;
    let mut holder = PgConnection::connect(house.db.url()).await.unwrap();
    sqlx::raw_sql("BEGIN; LOCK TABLE task IN ACCESS EXCLUSIVE MODE").execute(&mut holder).await.unwrap();
    let began = Instant::now();
    let mut waiting = Vec::new();
    for _ in 0..8 {
        let db = house.db.clone();
        waiting.push(tokio::spawn(async move {
            db.read(Scope::Everything).await.unwrap().count::<task::Entity>(|q| q).await
        }));
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let others = house.db.read(Scope::Everything).await.unwrap().count::<setting::Entity>(|q| q).await.unwrap();
    assert!(
        others == 0 && began.elapsed() < Duration::from_millis(700),
        "others are not kept waiting: {:?}",
        began.elapsed()
    );
    house.db.ping().await.unwrap();
    for one in waiting {
        let stopped = one.await.unwrap();
        assert!(matches!(stopped, Err(Stop::Fault(Fault::Unavailable(Trouble::Locked, _)))), "{stopped:?}");
    }
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    // An act that meets the lock is told the same.
    let row = task(&ids(), district("350582"), "一件");
    let stopped = house
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.add::<task::Entity>(row).await }))
        .await;
    assert!(matches!(stopped, Err(Stop::Fault(Fault::Unavailable(Trouble::Locked, _)))), "{stopped:?}");
    sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
    assert_eq!(house.db.read(Scope::Everything).await.unwrap().count::<task::Entity>(|q| q).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_every_connection_waits_for_a_lock_it_is_told_so_and_not_that_the_database_is_gone() {
    if !has_postgres() {
        return;
    }
    let house = postgres().await;
    house.db.health().unwrap().start().await;
    let mut holder = PgConnection::connect(house.db.url()).await.unwrap();
    sqlx::raw_sql("BEGIN; LOCK TABLE task IN ACCESS EXCLUSIVE MODE").execute(&mut holder).await.unwrap();
    let began = Instant::now();
    let all = (0..60).map(|_| {
        let db = house.db.clone();
        async move { db.read(Scope::Everything).await?.count::<task::Entity>(|q| q).await }
    });
    for stopped in futures::future::join_all(all).await {
        assert!(matches!(stopped, Err(Stop::Fault(Fault::Unavailable(Trouble::Locked, _)))), "{stopped:?}");
    }
    assert!(began.elapsed() < Duration::from_millis(3500), "{:?}", began.elapsed());
    house.db.ping().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_300_acts_at_once_on_one_row_each_is_done_or_told_to_come_again() {
    let house = house().await;
    let row = task(&ids(), district("350582"), "0");
    let (key, first) = (row.id.clone(), row.clone());
    house
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.add::<task::Entity>(first).await }))
        .await
        .unwrap();
    let all = (0..300).map(|_| {
        let (db, key) = (house.db.clone(), key.clone());
        tokio::spawn(async move {
            db.write(Scope::Everything, move |work| {
                Box::pin(async move {
                    let row = work.get(&key).await?;
                    let next = row.title.parse::<u32>().unwrap() + 1;
                    work.save::<task::Entity>(
                        &row,
                        task::ActiveModel { title: Set(next.to_string()), ..Default::default() },
                    )
                    .await
                })
            })
            .await
        })
    });
    let mut done = 0;
    for one in futures::future::join_all(all).await {
        match one.unwrap() {
            Ok(()) => done += 1,
            Err(Stop::Fault(Fault::Stale | Fault::Unavailable(Trouble::Locked | Trouble::Unreachable, _))) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    let row = house.db.read(Scope::Everything).await.unwrap().get(&key).await.unwrap();
    assert_eq!(row.title, done.to_string(), "each that was answered counts once");
    assert!(done > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_not_granted_is_told_with_the_statement_that_grants_it() {
    if !has_postgres() {
        return;
    }
    let admin = std::env::var("JINBU_PG_ADMIN").unwrap();
    let name = format!("s{}_owner", std::process::id());
    run(&admin, &[&format!("CREATE ROLE \"{name}\" LOGIN"), &format!("CREATE DATABASE \"{name}\" OWNER \"{name}\"")])
        .await;
    let url = format!("{}/{name}", admin.rsplit_once('/').unwrap().0.replace("jinbu@", &format!("{name}@")));
    let said = words(Db::open(&url).await);
    let grant = format!("GRANT jinbu_app TO \"{name}\";");
    assert!(said.contains(&grant) && said.contains("数据库管理员"), "{said}");
    run(&admin, &[&grant]).await;
    let db = Db::open(&url).await.unwrap();
    db.close().await.unwrap();
    run(&admin, &[&format!("DROP DATABASE \"{name}\" WITH (FORCE)"), &format!("DROP ROLE \"{name}\"")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_restored_without_its_grants_gets_them_again() {
    if !has_postgres() {
        return;
    }
    let house = postgres().await;
    house.db.clone().close().await.unwrap();
    run(
        house.db.url(),
        &[
            "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM jinbu_app",
            "REVOKE ALL ON SCHEMA public FROM jinbu_app, PUBLIC",
        ],
    )
    .await;
    let db = Db::open(house.db.url()).await.unwrap();
    let row = task(&ids(), district("350582"), "一件");
    db.write(Scope::Everything, move |work| Box::pin(async move { work.add::<task::Entity>(row).await }))
        .await
        .unwrap();
    // And no more than the schema says: the journal's rows can be added to, not changed.
    let mut connection = PgConnection::connect(db.url()).await.unwrap();
    let may: (bool, bool, bool, bool) = sqlx::query_as(
        "SELECT has_table_privilege('jinbu_app', 'fact', 'INSERT'), \
         has_table_privilege('jinbu_app', 'fact', 'UPDATE'), \
         has_column_privilege('jinbu_app', 'fact', 'seq', 'UPDATE'), \
         has_table_privilege('jinbu_app', 'attendance', 'DELETE')",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(may, (true, false, true, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_somebody_ends_are_made_anew_and_nobody_says_that_the_database_is_gone() {
    if !has_postgres() {
        return;
    }
    let house = postgres().await;
    house.db.health().unwrap().start().await;
    house.db.read(Scope::Everything).await.unwrap().count::<task::Entity>(|q| q).await.unwrap();
    run(
        house.db.url(),
        &["SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
        AND pid <> pg_backend_pid()"],
    )
    .await;
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(70)).await;
        house.db.ping().await.unwrap();
    }
    house.db.read(Scope::Everything).await.unwrap().count::<task::Entity>(|q| q).await.unwrap();
}
