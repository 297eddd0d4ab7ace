//! Schema: every entity's columns exist on both databases.

use foundation::Scope;
use store::query::*;

use crate::support::*;

macro_rules! select_each {
    ($reader:ident) => {
        macro_rules! one {
            ($room:ident $table:ident) => {
                $reader
                    .list::<store::tables::$room::$table::Entity>(|q| q.limit(1))
                    .await
                    .unwrap_or_else(|e| panic!(concat!(stringify!($table), ": {}"), e));
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

/// At most ten places where the two databases differ, each marked in dialect.rs.
#[test]
fn dialect_branches_stay_within_budget() {
    let text = include_str!("../../src/dialect.rs");
    assert!(text.matches("/// Branch ").count() <= 10);
}
