//! Rotating the keys (domain §12.4): in batches, with a crash in the middle, and nothing lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use foundation::ids::*;
use foundation::*;
use store::Keyed;
use store::query::*;
use store::seal::rotate::{Unfit, check, finish, rotate, target};
use store::seal::{Keyring, Purpose};
use store::tables::identity::account;
use store::tables::registry::person;

use crate::support::*;

/// Three batches.
const PERSONS: usize = 450;

pub fn person_row(keys: &Keyring, ids: &Ids, n: usize) -> person::Model {
    let id: PersonId = ids.make(noon());
    let (number, phone) = (format!("3501991970010{n:05}"), format!("138{n:08}"));
    let has_phone = !n.is_multiple_of(3);
    person::Model {
        name: "林玉珍".into(),
        id_type: IdType::ResidentCard,
        id_number: keys.seal(Purpose::IdNumber, &id.to_string(), &number, ids.bytes()),
        id_number_index: keys.index(Purpose::IdNumber, &format!("{}:{number}", IdType::ResidentCard.code())),
        id_number_masked: "3501**********".into(),
        sex: "女".into(),
        birth: noon().date_naive(),
        phone: has_phone.then(|| keys.seal(Purpose::Phone, &id.to_string(), &phone, ids.bytes())),
        phone_index: has_phone.then(|| keys.index(Purpose::Phone, &phone)),
        phone_masked: String::new(),
        education: String::new(),
        path: district("350582").management_path(),
        district: district("350582"),
        created_at: noon(),
        version: 1,
        id,
    }
}

pub fn nonce() -> [u8; 12] {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let mut bytes = [0; 12];
    bytes[..4].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    bytes
}

async fn persons(house: &House) -> Vec<person::Model> {
    house
        .db
        .read(Scope::Everything)
        .await
        .unwrap()
        .list::<person::Entity>(|q| q.order_by_asc(person::Column::Id))
        .await
        .unwrap()
}

fn numbered(text: &str, line: &str) -> Arc<Keyring> {
    Arc::new(Keyring::from_text(&format!("{text}{line}")).unwrap())
}

const ONE: &str = "1 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n";
const BOTH: &str =
    "1 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n2 AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\nsecret 1\n";

#[tokio::test(flavor = "multi_thread")]
async fn s12_4_a_crash_in_the_middle_loses_nothing_and_the_next_run_goes_on() {
    let (house, ids) = (house().await, ids());
    let (old, both) = (numbered(ONE, ""), numbered(BOTH, "index 1"));
    let mut rows: Vec<person::Model> = (0..PERSONS).map(|n| person_row(&old, &ids, n)).collect();
    // Somebody moved another person's number here: it does not open, and is left for people to look at.
    rows[7].id_number = rows[8].id_number.clone();
    let odd = rows[7].id.clone();
    let holder = account::Model { totp_secret: None, ..account(&ids, "officer") };
    let holder = account::Model {
        totp_secret: Some(old.seal(Purpose::TotpSecret, &holder.id.to_string(), "00ff", nonce())),
        ..holder
    };
    let id = holder.id.clone();
    house
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                work.add_many::<person::Entity>(rows).await?;
                work.add::<account::Entity>(holder).await
            })
        })
        .await
        .unwrap();
    assert_eq!(check(&house.db, &old).await.unwrap(), None);

    let batches = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&batches);
    let crashed = rotate(&house.db, &both, nonce, move |_| match seen.fetch_add(1, Ordering::Relaxed) {
        1 => Err(Fault::Upstream("the power went".into())),
        _ => Ok(()),
    })
    .await;
    assert!(crashed.is_err());
    let half = persons(&house).await;
    let done = half.iter().filter(|one| one.id_number.version() == Some(2)).count();
    assert_eq!(done, 199, "the first batch stands but for the odd one, the second is undone whole");
    assert_eq!(
        check(&house.db, &both).await.unwrap(),
        Some(Unfit::Unfinished(2)),
        "no server starts on half-rotated rows"
    );
    assert_eq!(target(&house.db, &both).await.unwrap(), 2);

    let report = rotate(&house.db, &both, nonce, |_| Ok(())).await.unwrap();
    assert_eq!(report.rows, (PERSONS - 200) as u64 + 1);
    assert_eq!(report.odd, [format!("person {odd}")]);
    assert_eq!(check(&house.db, &both).await.unwrap(), Some(Unfit::Unfinished(2)), "until the keys name the new index");
    finish(&house.db).await.unwrap();
    assert_eq!(check(&house.db, &both).await.unwrap(), Some(Unfit::IndexedWith(2)));
    let new = numbered(BOTH, "index 2");
    assert_eq!(check(&house.db, &new).await.unwrap(), None);
    for (n, one) in persons(&house).await.iter().enumerate().filter(|(_, one)| one.id != odd) {
        assert_eq!(one.id_number.version(), Some(2));
        let plain = new.open(Purpose::IdNumber, &one.id.to_string(), &one.id_number).unwrap();
        assert_eq!(new.index(Purpose::IdNumber, &format!("ID:{}", &*plain)), one.id_number_index, "row {n}");
        if let (Some(phone), Some(index)) = (&one.phone, &one.phone_index) {
            let plain = new.open(Purpose::Phone, &one.id.to_string(), phone).unwrap();
            assert_eq!(&new.index(Purpose::Phone, &plain), index);
        }
    }
    let holder = house.db.read(Scope::Everything).await.unwrap().get(&id).await.unwrap();
    assert_eq!(&*new.open(Purpose::TotpSecret, &id.to_string(), &holder.totp_secret.unwrap()).unwrap(), "00ff");
    let again = rotate(&house.db, &new, nonce, |_| Ok(())).await.unwrap();
    assert_eq!(again.rows, 0, "nothing is left to do");
}

#[test]
fn a_key_file_takes_a_version_then_the_index_and_the_secret_never_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.txt");
    let first = Keyring::create(&path, [5; 32]).unwrap();
    let both = Keyring::add_version(&path, [6; 32]).unwrap();
    assert_eq!((both.newest(), both.index_version()), (2, 1));
    assert_eq!(both.secret("x"), first.secret("x"));
    assert_eq!(both.index(Purpose::Phone, "1"), first.index(Purpose::Phone, "1"));
    let done = Keyring::index_by(&path, 2).unwrap();
    assert_eq!((done.newest(), done.index_version()), (2, 2));
    assert_eq!(done.secret("x"), first.secret("x"), "cookies, class codes and the journal's keys stand");
    assert_ne!(done.index(Purpose::Phone, "1"), first.index(Purpose::Phone, "1"));
    assert!(Keyring::from_text("1 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\nindex 3").is_err());
    let third = Keyring::add_version(&path, [7; 32]).unwrap();
    assert_eq!((third.newest(), third.index_version()), (3, 2));
}

/// A table with a sealed field that a rotation forgets would lose it with the old key.
#[test]
fn s12_4_every_sealed_field_of_every_table_is_rotated() {
    let mut fields: Vec<String> = Vec::new();
    macro_rules! note {
        ($room:ident $table:ident) => {
            let sealed = store::tables::$room::$table::Entity::FIELDS.iter().filter(|(_, of)| of.contains("Sealed"));
            fields.extend(sealed.map(|(name, _)| format!("{}.{name}", stringify!($table))));
        };
    }
    store::for_each_table!(note);
    let mut listed = store::seal::rotate::listed();
    fields.sort();
    listed.sort();
    assert_eq!(fields, listed);
}
