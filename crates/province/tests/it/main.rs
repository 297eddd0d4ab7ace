//! The demo province: what it holds, that it is the same every time, and that its paid classes verify.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::Days;
use foundation::Scope;
use foundation::codes::{ClaimState, FullProcessState};
use province::{Ending, Plot, Size, of_school, schools, states};
use store::query::*;
use store::tables::funds::{claim, claim_item};
use store::tables::institutions::institution;
use store::tables::notices::task;
use store::tables::registry::person;
use store::tables::supervision::training_class;
use testkit::{Persona, TestHouse};

fn plots(size: Size) -> Vec<Plot> {
    let today = foundation::clock::day_of(testkit::start_of_tests());
    (0..schools(size)).flat_map(|school| of_school(school, today, size)).collect()
}

fn expected(plots: &[Plot]) -> (BTreeSet<String>, BTreeSet<String>) {
    let classes = plots.iter().map(|one| states(one.ending).0.code().to_owned()).collect();
    let claims = plots.iter().filter_map(|one| states(one.ending).1).map(|state| state.code().to_owned()).collect();
    (classes, claims)
}

async fn loaded(size: Size) -> TestHouse {
    let house = TestHouse::new().await.join(house::routes());
    province::load(&house.premises, size).await.unwrap();
    assert_eq!(
        foundation::clock::local(house.premises.clock.now()).format("%H:%M").to_string(),
        "10:05",
        "the demo opens in mid-morning"
    );
    house
}

/// Gives the facts their places, without the timed acts that would move the stories on.
async fn root(house: &TestHouse) -> String {
    let premises = &house.premises;
    let keys = house::evidence::keys(premises);
    store::sequencer::sequence(&premises.db, &keys, &premises.settings.journal_origin, premises.clock.now())
        .await
        .unwrap();
    let reader = premises.db.read(Scope::Everything).await.unwrap();
    let note = store::sequencer::latest(&reader).await.unwrap().unwrap().note;
    // Origin, size, root: what stands above the signatures.
    note.lines().take(3).collect::<Vec<_>>().join("\n")
}

/// No difference anywhere, and each state that the plan promises is there.
async fn holds(house: &TestHouse, size: Size) {
    let reader = house.premises.db.read(Scope::Everything).await.unwrap();
    let classes = reader.list::<training_class::Entity>(|q| q).await.unwrap();
    let claims = reader.list::<claim::Entity>(|q| q).await.unwrap();
    let told = plots(size);
    assert_eq!(classes.len(), told.len());
    let found = (
        classes.iter().map(|one| one.state.code().to_owned()).collect(),
        claims.iter().map(|one| one.state.code().to_owned()).collect(),
    );
    assert_eq!(found, expected(&told));
    let idle: Vec<_> = claims
        .iter()
        .filter(|one| one.state != ClaimState::NotPassed && (one.persons == 0 || one.total.0 == 0))
        .map(|one| &one.claim_no)
        .collect();
    assert!(idle.is_empty(), "claims for nobody: {idle:?}");
    let now = house.premises.clock.now();
    let facts = reader
        .list::<store::tables::journal::fact::Entity>(|q| {
            q.order_by_desc(store::tables::journal::fact::Column::At).limit(1)
        })
        .await
        .unwrap();
    assert!(facts[0].at <= now, "nothing happened later than now: {} {}", facts[0].fact, facts[0].at);
    drop(reader);
    let report = house::evidence::verify_database(&house.premises).await.unwrap();
    assert!(report.is_clean(), "{}", report.render());
}

#[test]
fn the_whole_province_is_as_large_as_promised_and_every_state_occurs() {
    let all = plots(Size::Full);
    assert!(schools(Size::Full) >= 38);
    assert!(all.len() >= 200, "{} classes", all.len());
    let trainees: usize = all.iter().map(|one| one.trainees).sum();
    assert!(trainees >= 6000, "{trainees} trainees");
    for size in [Size::Small, Size::Full] {
        let (classes, claims) = expected(&plots(size));
        assert_eq!(classes.len(), FullProcessState::all().len(), "{size:?}: every state of a class");
        // Those that no move leads to yet are not told of.
        let told = ClaimState::all().iter().filter(|state| claims.contains(state.code())).count();
        assert!(told >= 13, "{size:?}: {told} states of a claim");
    }
    assert!(
        all.iter().filter(|one| one.ending == Ending::Paid).count() * 3 > all.len(),
        "an ordinary year is mostly paid"
    );
}

#[test]
fn a_plan_of_any_day_begins_no_paid_class_on_a_holiday_and_keeps_order() {
    let today = foundation::clock::day_of(testkit::start_of_tests());
    for later in (0..400).step_by(7) {
        let day = today + Days::new(later);
        for school in 0..schools(Size::Full) {
            let all = of_school(school, day, Size::Full);
            assert!(
                all.iter()
                    .filter(|one| one.ending == Ending::Paid)
                    .all(|one| foundation::WorkCalendar::built_in().is_workday(one.first))
            );
            assert!(
                all.iter()
                    .filter(|one| matches!(one.ending, Ending::InTraining | Ending::Suspended))
                    .all(|one| one.first < day)
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_small_province_holds_and_everybody_has_something_to_do() {
    let house = loaded(Size::Small).await;
    root(&house).await;
    holds(&house, Size::Small).await;
    let system = house.system();
    for persona in Persona::all() {
        let desk = house.desk(*persona);
        let kind = desk.actor.office.parts().0;
        let reader = desk.read().await.unwrap();
        let open = reader
            .count::<task::Entity>(|q| q.filter(task::Column::Audience.eq(kind)).filter(task::Column::DoneAt.is_null()))
            .await
            .unwrap();
        let least = match persona {
            // These watch: no act puts anything into their queues.
            Persona::EmploymentBureau | Persona::Auditor | Persona::AssessmentCentre | Persona::TechnicalCentre => 0,
            // Nor of an organisation, but of a school.
            one if one.actor().office.organisation().is_some() && !one.actor().office.is_institution() => 0,
            Persona::Trainee | Persona::OtherTrainee => 1,
            _ => 3,
        };
        assert!(open >= least, "{persona:?} has {open} things to do");
    }
    // The clock goes on: timed acts find nothing broken, and the journal still verifies.
    house.pass_minutes(60 * 24 * 3);
    house::tick(&system).await.unwrap();
    let report = house::evidence::verify_database(&house.premises).await.unwrap();
    assert!(report.is_clean(), "{}", report.render());
    watchers_see_what_lies_too_long(&house).await;
    one_changed_row_is_named(&house).await;
}

/// Each class's rows agree with its facts; one fen more in the database, and the fact that says otherwise is named.
async fn one_changed_row_is_named(house: &TestHouse) {
    let report = house::evidence::verify_classes(&house.premises).await.unwrap();
    assert!(report.is_clean(), "{}", report.render());
    let reader = house.premises.db.read(Scope::Everything).await.unwrap();
    let line = reader
        .list::<claim_item::Entity>(|q| {
            q.filter(claim_item::Column::Eligible.eq(true)).order_by_asc(claim_item::Column::Id).limit(1)
        })
        .await
        .unwrap()
        .remove(0);
    drop(reader);
    let change = claim_item::ActiveModel { amount: Set(foundation::Fen(line.amount.0 + 1)), ..Default::default() };
    let which = claim_item::Column::Id.eq(line.id.clone());
    house
        .premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move { work.change_all::<claim_item::Entity>(which, change).await })
        })
        .await
        .unwrap();
    let report = house::evidence::verify_classes(&house.premises).await.unwrap();
    assert!(report.differences.len() == 1 && report.differences[0].fact == "ClaimDrafted", "{}", report.render());
}

/// Who watches others finds their overdue matters at home and can open each; who does the work has his own queue.
async fn watchers_see_what_lies_too_long(house: &TestHouse) {
    let web = house.serve(house::routes());
    for persona in [
        Persona::ProvinceOfficer,
        Persona::QuanzhouOfficer,
        Persona::EmploymentBureau,
        Persona::Auditor,
        Persona::Monitor,
    ] {
        let home = web.get(Some(persona), "/").await;
        let Some((_, below)) = home.text.split_once("下级超期未办") else { panic!("{persona:?}: {}", home.text) };
        assert!(below.find("没有超期未办").is_none(), "{persona:?} finds nothing overdue in the demo");
        for href in below
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|href| href.starts_with("/cl"))
        {
            assert_eq!(web.get(Some(persona), href).await.status, 200, "{persona:?} {href}");
        }
    }
    let county = web.get(Some(Persona::JinjiangOfficer), "/").await.text;
    assert!(county.find("下级超期未办").is_none(), "the county's own work is in its own queue");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_seed_gives_one_journal() {
    // Told side by side on SQLite only: there the door's order is everybody's order.
    if std::env::var("JINBU_TEST_DB").as_deref() == Ok("postgres") {
        return;
    }
    let (one, other) = (loaded(Size::Small).await, loaded(Size::Small).await);
    assert_eq!(root(&one).await, root(&other).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_province_loads_and_verifies() {
    if std::env::var("JINBU_TEST_DB").as_deref() == Ok("postgres") {
        return;
    }
    let house = loaded(Size::Full).await;
    root(&house).await;
    let reader = Arc::clone(&house.premises).db.read(Scope::Everything).await.unwrap();
    assert!(reader.count::<institution::Entity>(|q| q).await.unwrap() >= 38);
    assert!(reader.count::<training_class::Entity>(|q| q).await.unwrap() >= 200);
    assert!(reader.count::<person::Entity>(|q| q).await.unwrap() >= 6000);
    drop(reader);
    holds(&house, Size::Full).await;
}
