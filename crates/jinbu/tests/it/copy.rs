//! copy-db by the program itself: SQLite → PostgreSQL → SQLite, every table equal, and the journal verifies on each.

use store::Db;
use store::digest::{difference, fingerprint};

use crate::server::Place;

#[tokio::test(flavor = "multi_thread")]
async fn a_house_moves_to_the_other_database_and_back_unchanged() {
    // Moving needs both databases: it runs in the PostgreSQL lane.
    if std::env::var("JINBU_TEST_DB").as_deref() != Ok("postgres") {
        return;
    }
    let place = Place::sqlite();
    let server = place.start().await;
    // Somebody signs in by the machine's own clock.
    server.sign_in("school-clerk").await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    server.stop();
    let copied = testkit::postgres::clone().await;
    let there = copied.url.clone();
    let back = format!("sqlite:{}", place.data().join("back.db").display());
    for (from, to) in [(&place.database, &there), (&there, &back)] {
        let said = place.run(&["copy-db", "--from", from, "--to", to]);
        let out = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(said.status.success() && !out.contains("不一致"), "{out}{}", String::from_utf8_lossy(&said.stderr));
        let counted = place.run(&["copy-db", "--from", from, "--to", to, "--dry-run"]);
        assert!(counted.status.success());
        let said = place.run(&["copy-db", "--from", from, "--to", to, "--verify"]);
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
    }
    let mut all = Vec::new();
    for url in [&place.database, &there, &back] {
        let db = Db::connect(url).await.unwrap();
        all.push(fingerprint(&db, &[]).await.unwrap());
        db.close().await.unwrap();
    }
    assert_eq!(difference(&all[0], &all[1]), Vec::<String>::new(), "SQLite → PostgreSQL");
    assert_eq!(difference(&all[0], &all[2]), Vec::<String>::new(), "SQLite → PostgreSQL → SQLite");
    assert!(all[0]["fact"].0 > 100 && all[0]["attendance"].0 > 100, "the demo is not empty");
    for database in [&there, &back] {
        place.verify_there(database);
    }
}

/// What cannot be copied is said, and nothing is made or changed.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_makes_no_sense_is_refused_in_words() {
    let place = Place::sqlite();
    let missing = format!("sqlite:{}", place.data().join("missing.db").display());
    let said = place.run(&["copy-db", "--from", &missing, "--to", &place.database]);
    assert!(
        !said.status.success() && String::from_utf8_lossy(&said.stderr).contains("不存在"),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    assert!(!place.data().join("missing.db").exists() && !place.data().join("jinbu.db").exists());
    assert!(place.run(&["migrate", "--database", &place.database]).status.success());
    let said = place.run(&["copy-db", "--from", &place.database, "--to", &missing, "--verify"]);
    assert!(
        !said.status.success() && String::from_utf8_lossy(&said.stderr).contains("目标数据库文件"),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
}
