//! Migrations: what they leave in a database is what they always left; lists and tables that contradict each other are
//! told in words.

use foundation::Fault;
use store::query::DbBackend;
use store::{Db, migrations};

use crate::support::*;

/// A migration that was released never changes, on either database.
#[test]
fn released_migrations_stay_as_they_are() {
    for (name, backend) in [("sqlite", DbBackend::Sqlite), ("postgres", DbBackend::Postgres)] {
        let all = migrations::all(backend);
        assert!(
            migrations::make_table(backend)
                .contains("\"seaql_migrations\" ( \"version\" varchar NOT NULL PRIMARY KEY, \"applied_at\"")
        );
        let released = all.iter().filter(|one| !one.name.starts_with("walls_"));
        let text =
            released.map(|one| format!("-- {}\n{};\n", one.name, one.statements.join(";\n"))).collect::<String>();
        insta::assert_snapshot!(format!("migrations_{name}"), text);
    }
}

/// What the walls say, for whoever reviews them. A changed wall is a new edition: raise `walls::EDITION`, so that a
/// program of before does not put its own back.
#[test]
fn walls_are_as_reviewed() {
    for (name, backend) in [("sqlite", DbBackend::Sqlite), ("postgres", DbBackend::Postgres)] {
        let (title, statements) = store::walls::raise(backend);
        insta::assert_snapshot!(format!("walls_{name}"), format!("-- {title}\n{};\n", statements.join(";\n")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn walls_of_a_newer_program_are_left_alone() {
    let (url, _folder) = fresh().await;
    Db::open(&url).await.unwrap().close().await.unwrap();
    let said =
        told(&url, &["UPDATE seaql_migrations SET version = 'walls_9999_ab' WHERE version LIKE 'walls_%'"]).await;
    assert!(said.contains("比程序新") && said.contains("walls_9999_ab"), "{said}");
}

/// A fresh address of the lane's kind, nothing in it yet.
async fn fresh() -> (String, Option<tempfile::TempDir>) {
    if std::env::var("JINBU_TEST_DB").as_deref() == Ok("postgres") {
        return (new_postgres().await, None);
    }
    let folder = tempfile::tempdir().unwrap();
    (format!("sqlite:{}", folder.path().join("m.db").display()), Some(folder))
}

async fn told(url: &str, statements: &[&str]) -> String {
    let db = Db::connect(url).await.unwrap();
    store::db::tamper(&db, statements).await.unwrap();
    db.close().await.unwrap();
    match Db::migrate(url).await {
        Err(Fault::Upstream(text)) => text,
        Err(other) => panic!("not in words: {other:?}"),
        Ok((_, done)) => panic!("said to be up to date: {done:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_first_migrations_at_once_all_end_well() {
    if !has_postgres() {
        return;
    }
    let url = new_postgres().await;
    let all = (0..3).map(|_| {
        let url = url.clone();
        tokio::spawn(async move { Db::migrate(&url).await.map(|(_, done)| done.len()) })
    });
    let mut done: Vec<usize> =
        futures::future::join_all(all).await.into_iter().map(|one| one.unwrap().unwrap()).collect();
    done.sort_unstable();
    assert_eq!(done, [0, 0, migrations::all(DbBackend::Postgres).len()], "one does it all, two find it done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_migrations_that_lacks_a_line_is_told_and_nothing_is_changed() {
    let (url, _folder) = fresh().await;
    Db::open(&url).await.unwrap().close().await.unwrap();
    let said = told(&url, &["DELETE FROM seaql_migrations WHERE version IN ('m0002_money', 'm0003_slips')"]).await;
    assert!(
        said.contains("m0002_money（subsidy_slot 等 4 项）")
            && said.contains("m0003_slips（sign_in.institutions 等 2 项）"),
        "{said}"
    );
    // What it says helps.
    let repaired: Vec<String> = said
        .split("：")
        .last()
        .unwrap()
        .split(';')
        .map(str::trim)
        .filter(|one| !one.is_empty())
        .map(String::from)
        .collect();
    let db = Db::connect(&url).await.unwrap();
    store::db::tamper(&db, &repaired.iter().map(String::as_str).collect::<Vec<_>>()).await.unwrap();
    db.close().await.unwrap();
    assert_eq!(Db::migrate(&url).await.unwrap().1, Vec::<&str>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_that_our_rows_do_not_know_or_miss_are_told() {
    let (url, _folder) = fresh().await;
    Db::open(&url).await.unwrap().close().await.unwrap();
    // A column that may stay empty harms nobody.
    let db = Db::connect(&url).await.unwrap();
    store::db::tamper(&db, &["ALTER TABLE task ADD COLUMN note text"]).await.unwrap();
    db.close().await.unwrap();
    Db::open(&url).await.unwrap().close().await.unwrap();
    let more = if url.starts_with("postgres") {
        "ALTER TABLE task ADD COLUMN colour text NOT NULL"
    } else {
        // SQLite adds no such column to a table that stands; a table made anew has it.
        "CREATE TABLE task_2 AS SELECT * FROM task; DROP TABLE task; ALTER TABLE task_2 RENAME TO task"
    };
    let said = told(&url, &[more, "ALTER TABLE setting RENAME COLUMN value TO worth"]).await;
    assert!(
        said.contains("表 setting 没有列 value") && said.contains("表 setting 多了列 worth，它不许为空又没有默认值"),
        "{said}"
    );
    assert!(!url.starts_with("postgres") || said.contains("表 task 多了列 colour"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_version_is_left_alone() {
    let (url, _folder) = fresh().await;
    Db::open(&url).await.unwrap().close().await.unwrap();
    let said = told(&url, &["INSERT INTO seaql_migrations VALUES ('m9999_future', 0)"]).await;
    assert!(said.contains("比程序新") && said.contains("m9999_future"), "{said}");
}
