//! Schema: every entity's columns exist on both databases, and copy-db carries every row.

use foundation::Scope;
use store::query::*;
use store::tables::notices::task;

use crate::support::*;

macro_rules! select_each {
    ($reader:ident) => {
        macro_rules! one {
            ($room:ident $table:ident) => {
                $reader.list::<store::tables::$room::$table::Entity>(|q| q.limit(1)).await.unwrap_or_else(|e| panic!(concat!(stringify!($table), ": {}"), e));
            };
        }
        store::for_each_table!(one);
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn every_entity_reads_from_the_migrated_schema() {
    let house = house().await;
    let reader = house.db.read(Scope::Everything).await.unwrap();
    select_each!(reader);
}

#[tokio::test(flavor = "multi_thread")]
async fn copy_db_carries_every_row_and_verifies() {
    let source = sqlite().await;
    let target = if has_postgres() { postgres().await } else { sqlite().await };
    let ids = ids();
    let mut rows: Vec<_> = (0..1200).map(|n| task(&ids, district("350582"), &format!("第{n}件"))).collect();
    rows[3].due_on = Some(chrono::NaiveDate::from_ymd_opt(2026, 12, 1).unwrap());
    source.db.write(Scope::Everything, move |work| Box::pin(async move { work.add_many::<task::Entity>(rows).await })).await.unwrap();
    let report = store::copy::copy(&source.db, &target.db, false, false).await.unwrap();
    assert!(report.iter().all(|one| one.equal), "{report:?}");
    let verified = store::copy::copy(&source.db, &target.db, false, true).await.unwrap();
    assert!(verified.iter().any(|one| one.table == "task" && one.source_rows == 1200 && one.target_rows == 1200 && one.equal));
    target
        .db
        .write(Scope::Everything, |work| {
            Box::pin(async move {
                work.change_all::<task::Entity>(task::Column::Title.eq("第7件"), task::ActiveModel { title: Set("改过".into()), ..Default::default() }).await
            })
        })
        .await
        .unwrap();
    let differs = store::copy::copy(&source.db, &target.db, false, true).await.unwrap();
    assert!(differs.iter().any(|one| one.table == "task" && !one.equal), "a changed row is noticed");
}

/// At most ten places where the two databases differ, each marked in dialect.rs.
#[test]
fn dialect_branches_stay_within_budget() {
    let text = include_str!("../../src/dialect.rs");
    assert!(text.matches("/// Branch ").count() <= 10);
}
