//! The door: group commit, savepoints, compare-and-set, unique keys.

use foundation::{Fault, Scope, Stop};
use store::query::*;
use store::tables::notices::task;

use crate::support::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_error_or_panic_undoes_its_own_act_only() {
    let house = house().await;
    let (ids, jinjiang) = (ids(), district("350582"));
    let mut all = Vec::new();
    for n in 0..60 {
        let (db, row) = (house.db.clone(), task(&ids, jinjiang, &format!("第{n}件")));
        all.push(tokio::spawn(async move {
            db.write(Scope::Everything, move |work| {
                Box::pin(async move {
                    work.add::<task::Entity>(row).await?;
                    assert!(n % 3 != 1, "this act panics on purpose");
                    if n % 3 == 2 { Err(Stop::Forbidden) } else { Ok(n) }
                })
            })
            .await
        }));
    }
    let mut kept = 0;
    for one in all {
        match one.await.unwrap() {
            Ok(_) => kept += 1,
            Err(Stop::Forbidden | Stop::Fault(Fault::Db(_))) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(kept, 20);
    let reader = house.db.read(Scope::Everything).await.unwrap();
    assert_eq!(reader.count::<task::Entity>(|q| q).await.unwrap(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_read_the_same_version_one_is_stale() {
    let house = house().await;
    let row = task(&ids(), district("350582"), "一件");
    let copy = row.clone();
    house
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.add::<task::Entity>(copy).await }))
        .await
        .unwrap();
    let mut results = Vec::new();
    for n in 0..2 {
        let read = row.clone();
        results.push(
            house
                .db
                .write(Scope::Everything, move |work| {
                    Box::pin(async move {
                        work.save::<task::Entity>(
                            &read,
                            task::ActiveModel { title: Set(format!("改{n}")), ..Default::default() },
                        )
                        .await
                    })
                })
                .await,
        );
    }
    assert!(results[0].is_ok());
    assert!(matches!(results[1], Err(Stop::Fault(Fault::Stale))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_unique_key_names_table_and_columns_on_both_databases() {
    let house = house().await;
    let (ids, jinjiang) = (ids(), district("350582"));
    let (one, two) = (needs_item(&ids, jinjiang, "育婴员"), needs_item(&ids, jinjiang, "育婴员"));
    let result = house
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                work.add::<store::tables::needs::needs_item::Entity>(one).await?;
                work.add::<store::tables::needs::needs_item::Entity>(two).await
            })
        })
        .await;
    match result {
        Err(Stop::Fault(Fault::Duplicate(key))) => {
            assert_eq!(key, "needs_item.district,year,name,level,certificate_type")
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn adding_new_rows_skips_repeats_and_counts() {
    let house = house().await;
    let (ids, jinjiang) = (ids(), district("350582"));
    let rows: Vec<_> = (0..700).map(|n| task(&ids, jinjiang, &format!("{n}"))).collect();
    let again = rows.clone();
    let (first, second) = house
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                Ok((work.add_new::<task::Entity>(rows).await?, work.add_new::<task::Entity>(again).await?))
            })
        })
        .await
        .unwrap();
    assert_eq!((first, second), (700, 0));
}

/// An acknowledged act survives kill -9 (SQLite; the child process is killed while writing).
#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_there_after_reopening_without_closing() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("k.db").display());
    let db = store::Db::open(&url).await.unwrap();
    let row = task(&ids(), district("350582"), "已答复");
    db.write(Scope::Everything, move |work| Box::pin(async move { work.add::<task::Entity>(row).await }))
        .await
        .unwrap();
    // A second opening sees it while the first is still open: it is in the log on disk, not in memory.
    let other = store::Db::connect(&url).await.unwrap();
    assert_eq!(other.read(Scope::Everything).await.unwrap().count::<task::Entity>(|q| q).await.unwrap(), 1);
}

/// Rows that go over as JSON are stored as rows that go over one by one: found by the same values, read back equal.
#[tokio::test(flavor = "multi_thread")]
async fn many_rows_in_one_statement_are_stored_as_each_alone_would_be() {
    use store::tables::identity::sign_in;
    let house = house().await;
    let (ids, jinjiang) = (ids(), district("350582"));
    let at = noon() + chrono::Duration::milliseconds(123);
    let made = |n: usize| {
        let mut row = task(&ids, jinjiang, &format!("“引号'\"\\，换行\n第{n}件·𠮷"));
        row.due_on = n.is_multiple_of(2).then(|| chrono::NaiveDate::from_ymd_opt(2026, 12, 31).unwrap());
        row.done_at = n.is_multiple_of(3).then_some(at);
        row.created_at = at;
        row.money = foundation::Fen(i64::MAX - 1);
        row
    };
    let (together, alone): (Vec<_>, Vec<_>) = ((0..40).map(made).collect(), (0..3).map(made).collect());
    let mut all: Vec<task::Model> = together.iter().chain(&alone).cloned().collect();
    house
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                work.add_many::<task::Entity>(together).await?;
                for row in alone {
                    work.add::<task::Entity>(row).await?;
                }
                Ok(())
            })
        })
        .await
        .unwrap();
    let reader = house.db.read(Scope::Everything).await.unwrap();
    let by_moment = reader
        .list::<task::Entity>(|q| q.filter(task::Column::CreatedAt.eq(at)).order_by_asc(task::Column::Id))
        .await
        .unwrap();
    all.sort_by_key(|row| row.id.to_string());
    assert_eq!(by_moment, all, "found by the moment, and read back as they were");
    let due = reader
        .count::<task::Entity>(|q| {
            q.filter(task::Column::DueOn.eq(chrono::NaiveDate::from_ymd_opt(2026, 12, 31).unwrap()))
        })
        .await
        .unwrap();
    assert_eq!(due, 20 + 2);
    assert_eq!(reader.count::<task::Entity>(|q| q.filter(task::Column::DoneAt.is_null())).await.unwrap(), 26 + 2);
    drop(reader);
    // Yes and no, and a broken key in the middle of many.
    let account = store::tables::identity::account::Model { disabled: true, ..account(&ids, "many") };
    let sign = |n: usize| sign_in::Model {
        id: ids.make(noon()),
        account: account.id.clone(),
        token_hash: format!("h{}", n % 5),
        complete: n.is_multiple_of(2),
        institutions: None,
        created_at: at,
        last_seen_at: at,
        ended_at: None,
        version: 1,
    };
    let (holder, rows): (_, Vec<_>) = (account.clone(), (0..6).map(sign).collect());
    let again = rows.clone();
    let broken = house
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                work.add::<store::tables::identity::account::Entity>(holder).await?;
                work.add_many::<sign_in::Entity>(rows).await
            })
        })
        .await;
    assert!(matches!(&broken, Err(Stop::Fault(Fault::Duplicate(key))) if key == "sign_in.token_hash"), "{broken:?}");
    let holder = account.clone();
    let added = house
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                work.add::<store::tables::identity::account::Entity>(holder).await?;
                work.add_new::<sign_in::Entity>(again).await
            })
        })
        .await
        .unwrap();
    assert_eq!(added, 5);
    let reader = house.db.read(Scope::Everything).await.unwrap();
    assert_eq!(reader.count::<sign_in::Entity>(|q| q.filter(sign_in::Column::Complete.eq(true))).await.unwrap(), 3);
}

/// A statement that failed undoes everything on PostgreSQL, whose commit then says nothing: whoever hides it is not
/// done.
#[tokio::test(flavor = "multi_thread")]
async fn an_act_that_hides_a_failed_statement_is_not_done() {
    let house = house().await;
    let (ids, jinjiang) = (ids(), district("350582"));
    let (kept, one, two) =
        (task(&ids, jinjiang, "先写"), needs_item(&ids, jinjiang, "育婴员"), needs_item(&ids, jinjiang, "育婴员"));
    let said = house
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                work.add::<task::Entity>(kept).await?;
                work.add::<store::tables::needs::needs_item::Entity>(one).await?;
                let _ = work.add::<store::tables::needs::needs_item::Entity>(two).await;
                Ok(())
            })
        })
        .await;
    assert!(matches!(said, Err(Stop::Fault(Fault::Db(_)))), "{said:?}");
    assert_eq!(house.db.read(Scope::Everything).await.unwrap().count::<task::Entity>(|q| q).await.unwrap(), 0);
}

/// Rows that cannot be read are told by their key; the others are read all the same.
#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_value_names_its_row_and_hides_no_other() {
    let house = house().await;
    let (ids, jinjiang) = (ids(), district("350582"));
    let rows: Vec<_> = (0..3).map(|n| needs_item(&ids, jinjiang, &format!("工种{n}"))).collect();
    let broken = rows[1].id.to_string();
    house
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move { work.add_many::<store::tables::needs::needs_item::Entity>(rows).await })
        })
        .await
        .unwrap();
    store::db::tamper(&house.db, &[&format!("UPDATE needs_item SET state = 'nonsense' WHERE id = '{broken}'")])
        .await
        .unwrap();
    let reader = house.db.read(Scope::Everything).await.unwrap();
    let (read, unreadable) = reader.sift::<store::tables::needs::needs_item::Entity>(|q| q).await.unwrap();
    assert_eq!(read.len(), 2);
    assert!(
        unreadable.len() == 1
            && unreadable[0].as_str().contains(broken.as_str())
            && unreadable[0].as_str().contains("state"),
        "{unreadable:?}"
    );
}

/// A question that takes long leaves the thread it was asked on, and is answered all the same.
#[tokio::test]
async fn a_long_question_is_answered_beside_the_short_ones() {
    let house = house().await;
    let (ids, jinjiang) = (ids(), district("350582"));
    let rows: Vec<_> = (0..3000).map(|n| task(&ids, jinjiang, &format!("第{n}件"))).collect();
    house
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.add_many::<task::Entity>(rows).await }))
        .await
        .unwrap();
    let reader = house.db.read(Scope::Everything).await.unwrap();
    // Nine million pairs: far beyond what runs on the asker's thread.
    let pairs = Expr::cust("(SELECT count(*) FROM task a, task b WHERE a.id < b.id)");
    let all = reader.count::<task::Entity>(|q| q.filter(Expr::expr(pairs).eq(3000 * 2999 / 2))).await.unwrap();
    assert_eq!(all, 3000);
}
