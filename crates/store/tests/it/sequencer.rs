//! The sequencer on both databases: no gap, one winner, checkpoints that other verifiers accept.

use foundation::{FactId, Ids, Scope};
use journal::note::Keys;
use journal::tree;
use store::query::*;
use store::sequencer::{self, sequence};
use store::tables::journal::{fact, journal_checkpoint};

use crate::support::*;

pub fn keys() -> Keys {
    Keys::from_seeds("jinbu.test/journal", [3; 32], [5; 32]).unwrap()
}

pub fn row(ids: &Ids, n: usize) -> fact::Model {
    let jinjiang = district("350582");
    fact::Model {
        id: ids.make::<FactId>(noon()),
        seq: None,
        at: noon(),
        act: "test".into(),
        fact: "Tested".into(),
        clause: "M7.1".into(),
        actor: "job:test".into(),
        actor_name: "系统".into(),
        office: "system:test".into(),
        office_name: "系统".into(),
        class: None,
        about: format!("[[\"class\",\"C{}\"],[\"row\",\"{n}\"]]", n % 7),
        summary: format!("第{n}条"),
        body: "{\"n\":1}".into(),
        commitments: "{}".into(),
        organisation: None,
        person: None,
        path: jinjiang.management_path(),
        district: jinjiang,
    }
}

async fn add(house: &House, rows: Vec<fact::Model>) {
    house
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.add_many::<fact::Entity>(rows).await }))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_get_places_without_gaps_and_every_one_is_provable() {
    let house = house().await;
    let ids = ids();
    for batch in [3usize, 1, 500, 1700] {
        add(&house, (0..batch).map(|n| row(&ids, n)).collect()).await;
        assert_eq!(sequence(&house.db, &keys(), "jinbu.test/journal", noon()).await.unwrap(), batch as u64);
    }
    let reader = house.db.read(Scope::Everything).await.unwrap();
    let size = sequencer::size(&reader).await.unwrap();
    assert_eq!(size, 2204);
    let note = sequencer::latest(&reader).await.unwrap().unwrap().note;
    let signed = journal::verify_checkpoint(&note, &keys().verifier_keys()).unwrap();
    assert_eq!(signed.size, size);
    let entries = sequencer::entries(&reader, 0..size).await.unwrap();
    assert_eq!(entries.len(), 2204);
    for seq in [0u64, 1, 255, 256, 1000, 2203] {
        let proof = sequencer::with_nodes(&reader, |read| tree::inclusion_proof(size, seq, &|w: &[u64]| read(w)))
            .await
            .unwrap();
        let bytes = entries[usize::try_from(seq).unwrap()].to_bytes().unwrap();
        assert!(tree::includes(&proof, size, signed.root, seq, &bytes), "{seq}");
    }
    let report = journal::verify_log(entries.iter().map(|e| e.to_bytes().unwrap()), &note, &keys().verifier_keys());
    assert!(report.is_clean(), "{}", report.render());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_sequencers_each_fact_is_placed_once() {
    let house = house().await;
    let ids = ids();
    add(&house, (0..900).map(|n| row(&ids, n)).collect()).await;
    let keys = keys();
    let (a, b) = tokio::join!(
        sequence(&house.db, &keys, "jinbu.test/journal", noon()),
        sequence(&house.db, &keys, "jinbu.test/journal", noon())
    );
    assert_eq!(a.unwrap() + b.unwrap(), 900);
    let reader = house.db.read(Scope::Everything).await.unwrap();
    assert_eq!(reader.count::<fact::Entity>(|q| q.filter(fact::Column::Seq.is_null())).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_fact_row_no_longer_fits_the_signed_tree() {
    let house = house().await;
    let ids = ids();
    add(&house, (0..40).map(|n| row(&ids, n)).collect()).await;
    sequence(&house.db, &keys(), "jinbu.test/journal", noon()).await.unwrap();
    let insider: &[&str] = &["DROP TRIGGER fact_keeps_values", "UPDATE fact SET body = '{\"n\":2}' WHERE seq = 17"];
    store::db::tamper(&house.db, if house.db.kind() == "sqlite" { insider } else { &insider[1..] }).await.unwrap();
    let reader = house.db.read(Scope::Everything).await.unwrap();
    let entries = sequencer::entries(&reader, 0..40).await.unwrap();
    let note = reader.list::<journal_checkpoint::Entity>(|q| q).await.unwrap().pop().unwrap().note;
    let report = journal::verify_log(entries.iter().map(|e| e.to_bytes().unwrap()), &note, &keys().verifier_keys());
    assert!(!report.is_clean());
}

/// What was recorded cannot be changed or removed through the house, whatever the code asks for: the database refuses.
#[tokio::test(flavor = "multi_thread")]
async fn the_database_itself_keeps_what_was_recorded() {
    let house = house().await;
    let ids = ids();
    add(&house, (0..3).map(|n| row(&ids, n)).collect()).await;
    sequence(&house.db, &keys(), "jinbu.test/journal", noon()).await.unwrap();
    let changed = house
        .db
        .write(Scope::Everything, |work| {
            Box::pin(async move {
                work.change_all::<fact::Entity>(
                    fact::Column::Seq.eq(1),
                    fact::ActiveModel { summary: Set("改".into()), ..Default::default() },
                )
                .await
            })
        })
        .await;
    assert!(changed.is_err(), "a fact was changed");
    let moved = house
        .db
        .write(Scope::Everything, |work| {
            Box::pin(async move {
                work.change_all::<fact::Entity>(
                    fact::Column::Seq.eq(1),
                    fact::ActiveModel { seq: Set(Some(9)), ..Default::default() },
                )
                .await
            })
        })
        .await;
    assert!(moved.is_err(), "a place once given was changed");
    let removed = house
        .db
        .write(Scope::Everything, |work| {
            Box::pin(async move {
                work.remove_all::<journal_checkpoint::Entity>(journal_checkpoint::Column::Size.gt(0)).await
            })
        })
        .await;
    assert!(removed.is_err(), "a checkpoint was removed");
    assert_eq!(house.db.read(Scope::Everything).await.unwrap().count::<fact::Entity>(|q| q).await.unwrap(), 3);
}

/// A clock set back by an hour: the fact is placed all the same, one mark says so, and verifying tells without a
/// difference.
#[tokio::test(flavor = "multi_thread")]
async fn a_fact_dated_before_its_predecessor_is_marked_and_never_refused() {
    let house = house().await;
    let ids = ids();
    let later =
        |n: usize, minutes: i64| fact::Model { at: noon() + chrono::TimeDelta::minutes(minutes), ..row(&ids, n) };
    let place = async |rows: Vec<fact::Model>, minutes: i64| {
        add(&house, rows).await;
        sequence(&house.db, &keys(), "jinbu.test/journal", noon() + chrono::TimeDelta::minutes(minutes)).await.unwrap()
    };
    assert_eq!(place(vec![later(0, 0)], 0).await, 1);
    // Within the skew: two servers' clocks, an act that waited for its commit.
    assert_eq!(place(vec![later(1, -2)], 0).await, 1);
    let marks = async || {
        let reader = house.db.read(Scope::Everything).await.unwrap();
        reader.list::<fact::Entity>(|q| q.filter(fact::Column::Fact.eq(store::clock_mark::DATED_BACK))).await.unwrap()
    };
    assert!(marks().await.is_empty());
    let back = later(2, -60);
    let marked = back.id.clone();
    // The fact, and its mark in the next turn.
    assert_eq!(place(vec![back, later(3, -59)], -59).await, 3);
    let found = marks().await;
    assert!(
        found.len() == 1 && found[0].body.as_str().contains(&*marked.to_string()) && found[0].seq.is_some(),
        "{found:?}"
    );
    assert_eq!(place(vec![later(4, -58)], -58).await, 1);
    assert_eq!(marks().await.len(), 1, "one jump, one mark");
    let reader = house.db.read(Scope::Everything).await.unwrap();
    assert!(store::clock_mark::last_mark_ms(&reader).await.unwrap().is_some());
    let size = sequencer::size(&reader).await.unwrap();
    let entries = sequencer::entries(&reader, 0..size).await.unwrap();
    let note = sequencer::latest(&reader).await.unwrap().unwrap().note;
    let report = journal::verify_log(entries.iter().map(|e| e.to_bytes().unwrap()), &note, &keys().verifier_keys());
    assert!(report.is_clean() && report.notices.len() == 1, "{}", report.render());
    assert!(
        report.render().as_str().contains("58分钟") || report.render().as_str().contains("59分钟"),
        "{}",
        report.render()
    );
}
