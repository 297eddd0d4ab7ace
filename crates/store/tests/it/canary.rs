//! Keys belong to the database (decisions/0013): whoever comes with others is refused before anything is written.

use std::sync::Arc;

use foundation::{Ids, Scope};
use journal::VerifierKeys;
use journal::note::Keys;
use store::query::*;
use store::seal::Keyring;
use store::seal::canary::{self, CANARY, Misfit, Standing};
use store::seal::rotate;
use store::tables::identity::setting;
use store::tables::registry::person;

use crate::rotation::person_row;
use crate::support::*;

const ONE: &str = "1 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n";
const OTHER: &str = "1 AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=\n";
const TWO: &str = "2 AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n";

fn keys(text: &str) -> Arc<Keyring> {
    Arc::new(Keyring::from_text(text).unwrap())
}

fn journal(name: &str, keys: &Keyring) -> VerifierKeys {
    Keys::from_seeds(name, keys.secret("journal ed25519"), keys.secret("journal sm2")).unwrap().verifier_keys()
}

async fn settle(house: &House, keys: &Arc<Keyring>) -> Result<Standing, Misfit> {
    canary::settle(&house.db, keys, &journal("jinbu.test/journal", keys), &ids()).await.unwrap()
}

async fn register(house: &House, keys: &Keyring, ids: &Ids, count: usize) {
    let rows: Vec<person::Model> = (0..count).map(|n| person_row(keys, ids, n)).collect();
    house
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.add_many::<person::Entity>(rows).await }))
        .await
        .unwrap();
}

async fn forget(house: &House) {
    let which = setting::Column::Key.is_in([CANARY, rotate::INDEXED_WITH]);
    house
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.remove_all::<setting::Entity>(which).await }))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_4_a_new_database_takes_its_first_keys_and_no_others_afterwards() {
    let house = house().await;
    let (one, other) = (keys(ONE), keys(OTHER));
    assert_eq!(settle(&house, &one).await, Ok(Standing::New));
    assert_eq!(settle(&house, &one).await, Ok(Standing::Kept { has_newest: true }));
    assert_eq!(settle(&house, &other).await, Err(Misfit::Other(1)));
    // Another secret line: fields open, the journal would go on under other keys.
    let both = keys(&format!("{ONE}{TWO}index 1\nsecret 2\n"));
    assert_eq!(settle(&house, &both).await, Err(Misfit::Journal));
    let renamed = canary::settle(&house.db, &one, &journal("other.test/journal", &one), &ids()).await.unwrap();
    assert!(
        matches!(renamed, Err(Misfit::Origin { ref ours, ref theirs })
            if ours == "other.test/journal" && theirs == "jinbu.test/journal"),
        "{renamed:?}"
    );
    // A newer version is taken in, and from then on missed.
    let both = keys(&format!("{ONE}{TWO}index 1\nsecret 1\n"));
    assert_eq!(settle(&house, &both).await, Ok(Standing::Kept { has_newest: false }));
    assert_eq!(settle(&house, &one).await, Err(Misfit::Missing(2)));
    let told = Misfit::Missing(2).to_string();
    assert!(told.as_str().contains("第 2 版") && told.as_str().contains("keys.txt"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_4_of_two_first_servers_with_different_keys_one_is_refused() {
    let house = house().await;
    let (one, other) = (keys(ONE), keys(OTHER));
    let (a, b) = tokio::join!(settle(&house, &one), settle(&house, &other));
    assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_4_a_database_from_before_is_taken_over_by_the_keys_that_open_it() {
    let house = house().await;
    let ids = ids();
    let (one, other) = (keys(ONE), keys(OTHER));
    register(&house, &one, &ids, 30).await;
    assert_eq!(settle(&house, &other).await, Err(Misfit::Other(1)));
    assert_eq!(settle(&house, &keys(TWO)).await, Err(Misfit::Missing(1)));
    let reindexed = keys(&format!("{ONE}{TWO}index 2\nsecret 1\n"));
    assert_eq!(settle(&house, &reindexed).await, Err(Misfit::Index));
    let reader = house.db.read(Scope::Everything).await.unwrap();
    assert!(
        reader.find::<setting::Entity>(setting::Column::Key.eq(CANARY)).await.unwrap().is_none(),
        "who is refused writes nothing"
    );
    drop(reader);
    assert_eq!(settle(&house, &one).await, Ok(Standing::Before));
    assert_eq!(settle(&house, &one).await, Ok(Standing::Kept { has_newest: true }));
    // Without a sealed row the last checkpoint decides.
    forget(&house).await;
    let signer =
        Keys::from_seeds("jinbu.test/journal", one.secret("journal ed25519"), one.secret("journal sm2")).unwrap();
    let fact = crate::sequencer::row(&ids, 1);
    house
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move { work.add::<store::tables::journal::fact::Entity>(fact).await })
        })
        .await
        .unwrap();
    store::sequencer::sequence(&house.db, &signer, "jinbu.test/journal", noon()).await.unwrap();
    assert_eq!(settle(&house, &other).await, Err(Misfit::Journal));
    assert_eq!(settle(&house, &one).await, Ok(Standing::Before));
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_4_a_rotation_takes_the_canary_with_it() {
    let house = house().await;
    let ids = ids();
    let one = keys(ONE);
    settle(&house, &one).await.unwrap();
    register(&house, &one, &ids, 10).await;
    let both = keys(&format!("{ONE}{TWO}index 1\nsecret 1\n"));
    settle(&house, &both).await.unwrap();
    rotate::rotate(&house.db, &both, crate::rotation::nonce, |_| Ok(())).await.unwrap();
    rotate::finish(&house.db).await.unwrap();
    let new = keys(&format!("{ONE}{TWO}index 2\nsecret 1\n"));
    assert_eq!(settle(&house, &new).await, Ok(Standing::Kept { has_newest: true }));
    assert_eq!(rotate::check(&house.db, &new).await.unwrap(), None);
    assert_eq!(settle(&house, &one).await, Err(Misfit::Missing(2)));
    let other = keys(&format!("{ONE}{}index 2\nsecret 1\n", OTHER.replacen('1', "2", 1)));
    assert_eq!(settle(&house, &other).await, Err(Misfit::Other(2)));
}

/// Half a file, a double line, bytes that are no text: told in words, never with a byte of a key.
#[test]
fn s12_4_a_damaged_key_file_is_told_in_words_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.txt");
    assert!(Keyring::load(&path).unwrap().is_none() && !path.exists(), "looking makes nothing");
    for bytes in [
        &b""[..],
        b"1 AQEBAQEB",
        b"# only words\n",
        b"\xff\xfe\x00key",
        format!("{ONE}{ONE}").as_bytes(),
        format!("{ONE}index 9").as_bytes(),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let told = Keyring::load(&path).unwrap_err().to_string();
        assert!(told.as_str().contains("备份里的密钥文件") && !told.as_str().contains("AQEB"), "{told}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
    std::fs::remove_file(&path).unwrap();
    Keyring::create(&path, [9; 32]).unwrap();
    let first = std::fs::read(&path).unwrap();
    assert!(Keyring::create(&path, [8; 32]).is_err(), "a key file is never overwritten by a new one");
    assert_eq!(std::fs::read(&path).unwrap(), first);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
}
