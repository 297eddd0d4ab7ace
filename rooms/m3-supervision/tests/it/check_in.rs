//! Check-ins that come together (M3.3): everybody gets an answer of his own, one fact tells of a meeting's group.

use chrono::Duration;
use desk::Desk;
use foundation::codes::AttendanceKind;
use foundation::{AccountId, Actor, Fault, Office, Stop};
use m3_supervision::acts::check_in::{SignIn, SignOut};
use m3_supervision::rules::attendance::code_at;
use store::query::{ColumnTrait, QueryFilter};
use store::tables::journal::fact;
use store::tables::supervision::attendance;
use testkit::TestHouse;

use testkit::fixtures::{self, NAMES};

pub fn trainee(house: &TestHouse, n: usize) -> Desk {
    let account: AccountId = testkit::personas::fixed(0x9000 + n as u128);
    let actor = Actor {
        account: Some(account),
        name: NAMES[n].into(),
        office_name: "学员".into(),
        office: Office::Trainee { person: fixtures::person_id(n), institutions: None },
        role: foundation::codes::AccountRole::Staff,
    };
    Desk::of(std::sync::Arc::clone(&house.premises), actor)
}

pub async fn accounts(house: &TestHouse) {
    use store::tables::identity::account;
    let rows: Vec<account::Model> = (0..NAMES.len())
        .map(|n| account::Model {
            id: testkit::personas::fixed(0x9000 + n as u128),
            login: format!("t{n}"),
            office_kind: "trainee".into(),
            office_ref: fixtures::person_id(n).to_string(),
            person: Some(fixtures::person_id(n)),
            ..testkit::Persona::Trainee.account_row()
        })
        .collect();
    house
        .premises
        .db
        .write(foundation::Scope::Everything, move |work| {
            Box::pin(async move { work.add_many::<account::Entity>(rows).await })
        })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn m3_3_many_who_sign_in_at_once_each_get_their_own_answer() {
    let house = TestHouse::new().await;
    let class = fixtures::approved_class(&house).await;
    accounts(&house).await;
    let reader = house.system().read().await.unwrap();
    let first = reader.get(&class.sessions[0]).await.unwrap();
    drop(reader);
    house.premises.clock.travel_to(first.starts_at - Duration::minutes(3));
    let code = code_at(&house.premises.settings.secret, &first.id, 30, house.premises.clock.now());
    let mut asked = Vec::new();
    // Everybody three times at once; the last of the roster always with a wrong code.
    for n in (0..NAMES.len()).cycle().take(NAMES.len() * 3) {
        let (desk, wrong) = (trainee(&house, n), n == NAMES.len() - 1);
        let (session, code) = (first.id.clone(), if wrong { "AAAAAA".to_owned() } else { code.clone() });
        asked.push((n, tokio::spawn(async move { desk.perform(SignIn { session, code }).await })));
    }
    let (mut fresh, mut repeated, mut refused) = (0, 0, 0);
    for (n, one) in asked {
        match one.await.unwrap() {
            Ok(marked) if marked.repeated => repeated += 1,
            Ok(_) => fresh += 1,
            Err(Stop::Refused(why)) => {
                assert!(n == NAMES.len() - 1 && why[0].fact.contains("签到码"), "{n}: {why:?}");
                refused += 1;
            }
            Err(other) => panic!("{n}: {other}"),
        }
    }
    assert_eq!((fresh, repeated, refused), (11, 22, 3));
    let reader = house.system().read().await.unwrap();
    let rows = reader
        .list::<attendance::Entity>(|q| q.filter(attendance::Column::Kind.eq(AttendanceKind::SignIn)))
        .await
        .unwrap();
    assert_eq!(rows.len(), 11);
    let facts = reader.list::<fact::Entity>(|q| q.filter(fact::Column::Fact.eq("TraineesSignedIn"))).await.unwrap();
    let told: usize = facts
        .iter()
        .map(|one| serde_json::from_str::<serde_json::Value>(&one.body).unwrap()["entries"].as_array().unwrap().len())
        .sum();
    assert_eq!(told, 11, "every mark is in exactly one fact");
    assert!(rows.iter().all(|row| facts.iter().any(|one| one.id == row.fact)), "every row points at its fact");
}

#[tokio::test(flavor = "multi_thread")]
async fn m3_3_a_stranger_a_closed_window_and_a_repeat_after_it_are_told_apart() {
    let house = TestHouse::new().await;
    let class = fixtures::approved_class(&house).await;
    accounts(&house).await;
    let first = house.system().read().await.unwrap().get(&class.sessions[0]).await.unwrap();
    let ask = async |desk: Desk| {
        let code = code_at(&house.premises.settings.secret, &first.id, 30, desk.now());
        desk.perform(SignIn { session: first.id.clone(), code }).await
    };
    house.premises.clock.travel_to(first.starts_at - Duration::hours(3));
    assert!(
        matches!(ask(trainee(&house, 0)).await, Err(Stop::Refused(why)) if why[0].fact.contains("还没到签到时间")),
        "a session outside the class's window"
    );
    house.premises.clock.travel_to(first.starts_at);
    let at = ask(trainee(&house, 0)).await.unwrap().at;
    let mut stranger = trainee(&house, 1);
    std::sync::Arc::make_mut(&mut stranger.actor).office =
        Office::Trainee { person: testkit::personas::fixed(0x7777), institutions: None };
    assert!(
        matches!(ask(stranger).await, Err(Stop::Fault(Fault::Gone))),
        "who is not on the roster sees no such session"
    );
    assert!(matches!(ask(house.desk(testkit::Persona::SchoolClerk)).await, Err(Stop::Forbidden)));
    house.premises.clock.travel_to(first.ends_at + Duration::hours(5));
    let again = ask(trainee(&house, 0)).await.unwrap();
    assert_eq!((again.at, again.repeated), (at, true), "a repeat is answered with the first mark, whenever it comes");
    assert!(matches!(ask(trainee(&house, 2)).await, Err(Stop::Refused(_))));
    let code = code_at(&house.premises.settings.secret, &first.id, 30, house.premises.clock.now());
    assert!(
        matches!(trainee(&house, 0).perform(SignOut { session: first.id.clone(), code }).await, Err(Stop::Refused(_))),
        "too late to sign out"
    );
}
