//! Whoever was called to a class (a platform, a base, the department that leads it) reaches its rows, in whatever
//! district he sits, and no other class's (M3.6, M5.2; decisions/0017).

use foundation::{ClassId, Scope};
use store::tables::supervision::{attendance, class_party, class_session, enrolment, training_class};
use testkit::{Persona, TestHouse, fixtures};

async fn call(house: &TestHouse, class: &ClassId, whom: Persona) {
    let organisation = whom.actor().office.organisation().expect("an organisation").id.clone();
    let row = house.system().read().await.unwrap().get(class).await.unwrap();
    let party = class_party::Model {
        id: house.premises.ids.make(house.premises.clock.now()),
        class: class.clone(),
        organisation,
        path: row.path,
        district: row.district,
        created_at: house.premises.clock.now(),
        version: 1,
    };
    house
        .premises
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.add::<class_party::Entity>(party).await }))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn m3_6_who_was_called_to_a_class_reaches_it_and_no_other() {
    let house = TestHouse::new().await;
    let made = fixtures::approved_class(&house).await;
    let other = fixtures::another_class(&house, 0x503, "3505822026A00010009").await;
    let web = house.serve(m3_supervision::room().routes);
    let (mine, theirs) = (format!("/classes/{}", made.class), format!("/classes/{}", other.class));
    assert_eq!(web.get(Some(Persona::Platform), &mine).await.status, 404, "nobody called it yet");
    call(&house, &made.class, Persona::Platform).await;
    assert_eq!(web.get(Some(Persona::Platform), &mine).await.status, 200);
    assert_eq!(web.get(Some(Persona::Platform), &theirs).await.status, 404, "the other class is none of its business");
    assert_eq!(web.get(Some(Persona::Base), &mine).await.status, 404, "nor is this one a base's");

    let desk = house.desk(Persona::Platform);
    let reader = desk.read().await.unwrap();
    let classes = reader.list::<training_class::Entity>(|q| q).await.unwrap();
    assert_eq!(classes.iter().map(|one| &one.id).collect::<Vec<_>>(), [&made.class]);
    for class in [
        reader.list::<enrolment::Entity>(|q| q).await.unwrap().into_iter().map(|one| one.class).collect::<Vec<_>>(),
        reader.list::<class_session::Entity>(|q| q).await.unwrap().into_iter().map(|one| one.class).collect(),
    ] {
        assert!(!class.is_empty() && class.iter().all(|one| *one == made.class));
    }
    assert_eq!(reader.count::<attendance::Entity>(|q| q).await.unwrap(), 0);
}

/// The roster's persons are seen through the class, and only they.
#[tokio::test(flavor = "multi_thread")]
async fn m3_6_persons_are_reached_through_the_class_alone() {
    let house = TestHouse::new().await;
    let made = fixtures::approved_class(&house).await;
    let desk = house.desk(Persona::Platform);
    let before = desk.read().await.unwrap().count::<store::tables::registry::person::Entity>(|q| q).await.unwrap();
    assert_eq!(before, 0);
    call(&house, &made.class, Persona::Platform).await;
    let reader = desk.read().await.unwrap();
    let places = reader.list::<enrolment::Entity>(|q| q).await.unwrap().len() as u64;
    assert_eq!(reader.count::<store::tables::registry::person::Entity>(|q| q).await.unwrap(), places);
}
