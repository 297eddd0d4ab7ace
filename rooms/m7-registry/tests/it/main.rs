//! Registration on the database that the environment names (M7.1; domain §12.7). Pages of persons are
//! tested where classes are: a person is seen through his classes.

use std::sync::Arc;

use axum::http::StatusCode;
use foundation::{PersonId, Scope, Stop};
use m7_registry::{RosterRow, document_of, register};
use store::tables::registry::person;
use testkit::{JINJIANG, Persona, TestHouse, district};

fn row(name: &str, serial: u16, phone: &str) -> RosterRow {
    let born = chrono::NaiveDate::from_ymd_opt(1975, 3, 5).unwrap();
    RosterRow {
        name: name.into(),
        id_number: foundation::id_number::synthetic(born, serial).unwrap(),
        phone: phone.into(),
        ..RosterRow::default()
    }
}

async fn put(house: &TestHouse, row: RosterRow) -> Result<PersonId, Stop> {
    let premises = Arc::clone(&house.premises);
    house
        .premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                let desk = desk::Desk::of(Arc::clone(&premises), Persona::SchoolClerk.actor());
                let one = row.check(desk.today(), true).expect("the test's own row is right");
                register(&desk, work, &one, district(JINJIANG)).await
            })
        })
        .await
}

async fn read(house: &TestHouse, id: &PersonId) -> person::Model {
    house.system().read().await.unwrap().get(&id).await.unwrap()
}

#[tokio::test]
async fn m7_1_one_document_is_one_person_and_nothing_lies_open() {
    let house = TestHouse::new().await;
    let given = row("林玉珍", 21, "13805000001");
    let first = put(&house, given.clone()).await.unwrap();
    assert_eq!(
        put(&house, RosterRow { id_number: format!(" {} ", given.id_number.to_lowercase()), ..given.clone() })
            .await
            .unwrap(),
        first,
        "spaces and small letters change nothing"
    );
    assert_ne!(put(&house, row("黄小琴", 23, "13805000002")).await.unwrap(), first);
    let kept = read(&house, &first).await;
    assert_eq!((kept.name.as_str(), kept.sex.as_str(), kept.phone_masked.as_str()), ("林玉珍", "男", "138****0001"));
    assert!(!format!("{kept:?}").contains(&given.id_number) && !kept.id_number.as_str().contains(&given.id_number));
    assert_eq!(document_of(&house.system(), &kept).unwrap().reveal(), given.id_number);
    let stolen = person::Model { id_number: read(&house, &first).await.id_number, id: house.system().new_id(), ..kept };
    assert!(document_of(&house.system(), &stolen).is_none(), "a number moved to another row does not open");
}

#[tokio::test]
async fn m7_1_a_newer_phone_replaces_the_older() {
    let house = TestHouse::new().await;
    let id = put(&house, row("林玉珍", 21, "13805000001")).await.unwrap();
    put(&house, row("林玉珍", 21, "13905001001")).await.unwrap();
    assert_eq!(read(&house, &id).await.phone_masked, "139****1001");
    put(&house, row("林玉珍", 21, "")).await.unwrap();
    assert_eq!(read(&house, &id).await.phone_masked, "139****1001", "a missing phone takes nothing away");
    // Same mask, another number: the blind index tells them apart.
    put(&house, row("林玉珍", 21, "13999991001")).await.unwrap();
    let opened = house
        .premises
        .keyring
        .open(store::seal::Purpose::Phone, &id.to_string(), &read(&house, &id).await.phone.unwrap())
        .unwrap();
    assert_eq!(opened.as_str(), "13999991001");
}

#[tokio::test]
async fn e01_a_document_under_another_name_is_refused() {
    let house = TestHouse::new().await;
    put(&house, row("林玉珍", 21, "")).await.unwrap();
    let Err(Stop::Refused(no)) = put(&house, row("林玉真", 21, "")).await else { panic!("two names, one document") };
    assert_eq!(no[0].rule, "E01");
    assert!(!no[0].fact.contains("林玉珍"), "the registered name is not given away: {}", no[0].fact);
}

#[tokio::test]
async fn passes_without_a_birth_date_ask_for_one() {
    let house = TestHouse::new().await;
    let pass = |birth: &str| RosterRow {
        name: "陈港生".into(),
        id_type: "港澳居民来往内地通行证".into(),
        id_number: "H12345678".into(),
        birth: birth.into(),
        ..RosterRow::default()
    };
    assert_eq!(pass("").check(house.system().today(), true).unwrap_err()[0].column, "出生日期");
    for birth in ["1980-07-01", "1980/7/1", "1980年7月1日", "19800701"] {
        assert_eq!(pass(birth).check(house.system().today(), true).unwrap().birth.to_string(), "1980-07-01");
    }
    assert!(pass("2980-07-01").check(house.system().today(), true).is_err());
    let id = put(&house, pass("1980-07-01")).await.unwrap();
    assert_eq!(read(&house, &id).await.birth.to_string(), "1980-07-01");
}

#[tokio::test]
async fn demo_numbers_do_not_enter_a_real_system() {
    let house = TestHouse::new().await;
    assert!(row("林玉珍", 21, "").check(house.system().today(), false).unwrap_err()[0].reason.contains("演示"));
}

#[tokio::test]
async fn the_template_is_for_those_who_keep_rosters() {
    let house = TestHouse::new().await;
    let web = house.serve(m7_registry::room().routes);
    let file = web.get(Some(Persona::SchoolClerk), "/roster-template.xlsx").await.expect(StatusCode::OK);
    assert!(file.text.starts_with("PK"));
    assert_eq!(web.get(None, "/roster-template.xlsx").await.status, 303);
    web.get(Some(Persona::Trainee), "/persons").await.expect(StatusCode::FORBIDDEN);
}
