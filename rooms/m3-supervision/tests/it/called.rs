//! Whoever was called to a class (a platform, a base, the department that leads it) reaches its rows, in whatever
//! district he sits, and no other class's (M3.6, M5.2; decisions/0017).

use foundation::{ClassId, Scope};
use store::query::Set;
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

/// Whoever was called reads; what is the class's he neither changes nor adds to, and nobody calls himself.
#[tokio::test(flavor = "multi_thread")]
async fn m3_6_who_was_called_writes_nothing_of_the_class_and_calls_nobody() {
    let house = TestHouse::new().await;
    let made = fixtures::approved_class(&house).await;
    let other = fixtures::another_class(&house, 0x503, "3505822026A00010009").await;
    call(&house, &made.class, Persona::Platform).await;
    let desk = house.desk(Persona::Platform);
    let (class, scope) = (made.class.clone(), desk.scope());
    let renamed = house.premises.db.write(scope.clone(), move |work| {
        Box::pin(async move {
            let row = work.get(&class).await?;
            let change = training_class::ActiveModel { title: Set("改名".into()), ..Default::default() };
            work.save::<training_class::Entity>(&row, change).await
        })
    });
    assert!(renamed.await.is_err(), "the class is the school's");
    let mine = desk.read().await.unwrap().list::<class_party::Entity>(|q| q).await.unwrap().remove(0);
    let more = class_party::Model {
        id: house.premises.ids.make(house.premises.clock.now()),
        class: other.class.clone(),
        ..mine.clone()
    };
    let called = house
        .premises
        .db
        .write(scope.clone(), move |work| Box::pin(async move { work.add::<class_party::Entity>(more).await }));
    assert!(called.await.is_err(), "nobody calls himself");
    let elsewhere = other.class.clone();
    let moved = house.premises.db.write(scope, move |work| {
        Box::pin(async move {
            let change = class_party::ActiveModel { class: Set(elsewhere), ..Default::default() };
            work.save::<class_party::Entity>(&mine, change).await
        })
    });
    assert!(moved.await.is_err(), "nor does he move his call to another class");
}

/// PostgreSQL's walls say the same when nobody writes a predicate at all.
#[tokio::test(flavor = "multi_thread")]
async fn m3_6_the_wall_knows_who_was_called() {
    if std::env::var("JINBU_TEST_DB").as_deref() != Ok("postgres") {
        return;
    }
    let house = TestHouse::new().await;
    let made = fixtures::approved_class(&house).await;
    fixtures::another_class(&house, 0x503, "3505822026A00010009").await;
    call(&house, &made.class, Persona::Platform).await;
    let count = async |persona: Persona, table| {
        store::db::count_without_predicate(&house.premises.db, house.desk(persona).scope(), table).await.unwrap()
    };
    for (persona, classes, parties) in [(Persona::Platform, 1, 1), (Persona::Base, 0, 0), (Persona::SchoolClerk, 2, 0)]
    {
        assert_eq!(count(persona, "training_class").await, classes, "{persona:?}");
        assert_eq!(count(persona, "class_party").await, parties, "{persona:?}");
    }
    assert_eq!(count(Persona::Base, "person").await, 0);
    assert!(count(Persona::Platform, "person").await > 0);
}
