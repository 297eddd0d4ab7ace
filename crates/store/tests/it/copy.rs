//! copy-db in the store: everything or nothing, equal to the last column, in every direction, by an ordinary owner.

use foundation::{Fault, Scope, Stop, clock};
use store::Db;
use store::query::{ColumnTrait, Set};
use store::tables::identity::{account, sign_in};
use store::tables::journal::fact;
use store::tables::notices::task;

use crate::support::*;

/// Rows of several kinds, behind walls and not, with a sign-in made by the machine's own clock.
async fn filled(db: &Db) {
    let ids = ids();
    let mut tasks: Vec<_> = (0..1200).map(|n| task(&ids, district("350582"), &format!("第{n}件"))).collect();
    tasks[3].due_on = Some(chrono::NaiveDate::from_ymd_opt(2026, 12, 1).unwrap());
    let holder = account(&ids, "chen");
    let now = foundation::Clock::system().real_now();
    let signed = sign_in::Model {
        id: ids.make(noon()),
        account: holder.id.clone(),
        token_hash: "h".into(),
        complete: true,
        institutions: None,
        created_at: now,
        last_seen_at: now,
        ended_at: None,
        version: 1,
    };
    let facts: Vec<fact::Model> = (0..40).map(|n| crate::sequencer::row(&ids, n)).collect();
    db.write(Scope::Everything, move |work| {
        Box::pin(async move {
            work.add_many::<task::Entity>(tasks).await?;
            work.add::<account::Entity>(holder).await?;
            work.add::<sign_in::Entity>(signed).await?;
            work.add_many::<fact::Entity>(facts).await
        })
    })
    .await
    .unwrap();
}

/// Every pair of databases that this lane has.
async fn pairs() -> Vec<(House, House)> {
    let mut all = vec![(sqlite().await, sqlite().await)];
    if has_postgres() {
        all.push((sqlite().await, postgres().await));
        all.push((postgres().await, sqlite().await));
        all.push((postgres().await, postgres().await));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_is_carried_and_what_differs_is_named() {
    for (source, target) in pairs().await {
        filled(&source.db).await;
        let counted = store::copy::count(&source.db).await.unwrap();
        let report = store::copy::copy(&source.db, &target.db).await.unwrap();
        assert!(report.iter().all(|one| one.equal), "{report:?}");
        for (table, rows) in [("task", 1200), ("account", 1), ("sign_in", 1), ("fact", 40)] {
            assert!(
                report.iter().any(|one| one.table == table && one.source_rows == rows && one.target_rows == rows),
                "{report:?}"
            );
            assert!(counted.iter().any(|one| one.table == table && one.source_rows == rows));
        }
        // As it stands there now, asked anew.
        assert!(store::copy::verify(&source.db, &target.db).await.unwrap().iter().all(|one| one.equal));
        let change = task::ActiveModel { title: Set("改过".into()), ..Default::default() };
        target
            .db
            .write(Scope::Everything, |work| {
                Box::pin(async move { work.change_all::<task::Entity>(task::Column::Title.eq("第7件"), change).await })
            })
            .await
            .unwrap();
        let differs = store::copy::verify(&source.db, &target.db).await.unwrap();
        let odd: Vec<_> = differs.iter().filter(|one| !one.equal).collect();
        assert!(odd.len() == 1 && odd[0].table == "task" && odd[0].odd.len() == 1, "a changed row is noticed: {odd:?}");
        // A row too many is noticed too.
        let extra = task(&ids(), district("350583"), "多出来的");
        let extra = task::Model { id: foundation::Ids::seeded(99).make(noon()), ..extra };
        source
            .db
            .write(Scope::Everything, |work| Box::pin(async move { work.add::<task::Entity>(extra).await }))
            .await
            .unwrap();
        let differs = store::copy::verify(&source.db, &target.db).await.unwrap();
        assert!(
            differs
                .iter()
                .any(|one| one.table == "task" && one.source_rows == 1201 && one.target_rows == 1200 && !one.equal)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_breaks_leaves_nothing_and_can_be_done_again() {
    for (source, target) in pairs().await {
        filled(&source.db).await;
        // The journal's rows come last: by then everything else is written.
        let (breaks, mends): (&[&str], &[&str]) = if target.db.kind() == "postgres" {
            (
                &["ALTER TABLE fact ADD CONSTRAINT full_disk CHECK (act = '')"],
                &["ALTER TABLE fact DROP CONSTRAINT full_disk"],
            )
        } else {
            (
                &["CREATE TRIGGER full_disk BEFORE INSERT ON fact BEGIN SELECT RAISE(ABORT, 'full'); END"],
                &["DROP TRIGGER full_disk"],
            )
        };
        store::db::tamper(&target.db, breaks).await.unwrap();
        assert!(store::copy::copy(&source.db, &target.db).await.is_err());
        let left = store::copy::count(&target.db).await.unwrap();
        assert!(left.iter().all(|one| one.source_rows == 0), "{left:?}");
        store::db::tamper(&target.db, mends).await.unwrap();
        let report = store::copy::copy(&source.db, &target.db).await.unwrap();
        assert!(report.iter().all(|one| one.equal));
        // A third time there is something there already.
        let again = store::copy::copy(&source.db, &target.db).await;
        assert!(matches!(&again, Err(Stop::Fault(Fault::Upstream(said))) if said.contains("不是空的")), "{again:?}");
    }
}

/// The source is read at one moment, however long it takes.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_meanwhile_is_wholly_in_the_copy_or_not_at_all() {
    for (source, target) in pairs().await {
        filled(&source.db).await;
        let (db, ids) = (source.db.clone(), foundation::Ids::seeded(77));
        let writing = tokio::spawn(async move {
            for n in 0..200 {
                let one = task(&ids, district("350582"), &format!("同时{n}"));
                let two = fact::Model { id: ids.make(noon()), ..crate::sequencer::row(&ids, n) };
                let both = db
                    .write(Scope::Everything, move |work| {
                        Box::pin(async move {
                            work.add::<task::Entity>(one).await?;
                            work.add::<fact::Entity>(two).await
                        })
                    })
                    .await;
                both.unwrap();
            }
        });
        let report = store::copy::copy(&source.db, &target.db).await.unwrap();
        writing.await.unwrap();
        let rows = |table: &str| report.iter().find(|one| one.table == table).unwrap().target_rows;
        assert_eq!(rows("task") - 1200, rows("fact") - 40, "each act is there with its fact or not at all");
    }
}

#[test]
fn a_moment_is_kept_to_the_microsecond() {
    let now = foundation::Clock::system().real_now();
    assert_eq!(now, clock::micros(now));
}
