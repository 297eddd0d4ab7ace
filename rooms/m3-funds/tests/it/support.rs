//! A class that has been taught, examined and certified, so that a claim can be drafted; and the way to wherever a
//! test begins.

use desk::Desk;
use foundation::codes::{AttendanceKind, AttendanceMethod, ClaimState, FullProcessState, FundSource};
use foundation::{ClaimId, ClassId, Date, Fen, Periods, Scope, Stop};
use m3_funds::acts::draft::DraftClaim;
use m3_funds::acts::review::{FirstReviewClaim, PublishClaim, SecondReviewClaim, SubmitClaim};
use store::query::{ColumnTrait, QueryFilter, QueryOrder, Set};
use store::tables::funds::{claim, claim_item, fund_account, subsidy_slot};
use store::tables::supervision::{
    attendance, certificate, completion_exam, enrolment, exam_score, feedback, training_class,
};
use testkit::{JINJIANG, Persona, TestHouse, district};

use testkit::fixtures::{self, ApprovedClass, person_id};

/// Everybody of a fixture class who came to all of it: 20 offline and 4 online periods, 25 yuan each.
pub const EACH: Fen = Fen(24 * 2500);

/// A house with its directories and a fund account of Jinjiang.
pub async fn house(budget: Fen) -> TestHouse {
    let house = TestHouse::new().await;
    fixtures::directories(&house).await;
    let row = fund_account::Model {
        id: format!("{JINJIANG}-2026-JY"),
        year: 2026,
        source: FundSource::Employment,
        budget,
        reserved: Fen::ZERO,
        paid: Fen::ZERO,
        district: district(JINJIANG),
        path: district(JINJIANG).management_path(),
        version: 1,
        batched: Fen::ZERO,
    };
    house
        .premises
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.add::<fund_account::Entity>(row).await }))
        .await
        .unwrap();
    house
}

/// A class of twelve with attendance, passed exams and certificates; the first `answered` have given feedback.
pub async fn certified(house: &TestHouse, number: u128, class_no: &str, answered: usize) -> ApprovedClass {
    let made = fixtures::another_class(house, number, class_no).await;
    house.travel_to(2026, 11, 16, 9, 0);
    let desk = house.system();
    let (class, sessions, roster) = (made.class.clone(), made.sessions.clone(), made.enrolments.clone());
    house
        .premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                let rows = sessions
                    .iter()
                    .enumerate()
                    .flat_map(|(at, session)| roster.iter().enumerate().map(move |(n, who)| (at, session, n, who)));
                let day = |at: usize| fixtures::day(2026, 11, 9 + u32::try_from(at / 2).unwrap());
                let events = rows.map(|(at, session, n, who)| attendance::Model {
                    id: desk.new_id(),
                    session: session.clone(),
                    class: class.clone(),
                    enrolment: who.clone(),
                    person: person_id(n),
                    kind: AttendanceKind::RollCall,
                    method: AttendanceMethod::RollCall,
                    at: foundation::clock::at_local(
                        day(at).and_hms_opt(if at % 2 == 0 { 9 } else { 15 }, 0, 0).unwrap(),
                    ),
                    recorded_by: Persona::ClassTeacher.account(),
                    fact: desk.new_id(),
                    institution: testkit::personas::school(),
                    district: district(JINJIANG),
                    path: district(JINJIANG).management_path(),
                });
                work.add_many::<attendance::Entity>(events.collect()).await?;
                finish(&desk, work, &class, &roster, answered).await
            })
        })
        .await
        .unwrap();
    made
}

async fn finish(
    desk: &Desk,
    work: &store::Writer,
    class: &ClassId,
    roster: &[foundation::EnrolmentId],
    answered: usize,
) -> Result<(), Stop> {
    let (at, path, institution) = (desk.now(), district(JINJIANG).management_path(), testkit::personas::school());
    let exam = completion_exam::Model {
        id: desk.new_id(),
        class: class.clone(),
        held_on: fixtures::day(2026, 11, 13),
        examiner: "曾庆华".into(),
        second_examiner: "施美玲".into(),
        method: "理论笔试".into(),
        pass_line: 60,
        entered_by: Some(Persona::SchoolClerk.account()),
        entered_at: Some(at),
        confirmed_by: Some(Persona::JinjiangOfficer.account()),
        confirmed_at: Some(at),
        institution: institution.clone(),
        district: district(JINJIANG),
        path: path.clone(),
        version: 1,
    };
    let exam_id = exam.id.clone();
    work.add::<completion_exam::Entity>(exam).await?;
    for (n, who) in roster.iter().enumerate() {
        work.add::<exam_score::Entity>(exam_score::Model {
            id: desk.new_id(),
            exam: exam_id.clone(),
            class: class.clone(),
            enrolment: who.clone(),
            person: person_id(n),
            theory: 80,
            practice: 75,
            absent: false,
            passed: true,
            institution: institution.clone(),
            district: district(JINJIANG),
            path: path.clone(),
            version: 1,
        })
        .await?;
        work.add::<certificate::Entity>(certificate::Model {
            id: desk.new_id(),
            number: format!("PXHG{}", &who.to_string()[4..]),
            class: class.clone(),
            enrolment: who.clone(),
            person: person_id(n),
            name: fixtures::NAMES[n].into(),
            id_number_masked: fixtures::document(n).masked(),
            item_name: "育婴员".into(),
            periods: Periods(24),
            starts_on: fixtures::day(2026, 11, 9),
            ends_on: fixtures::day(2026, 11, 11),
            institution: institution.clone(),
            institution_name: "晋江市安海职业培训学校".into(),
            issued_on: fixtures::day(2026, 11, 13),
            salt: String::new(),
            valid: true,
            annulled_reason: String::new(),
            district: district(JINJIANG),
            path: path.clone(),
            created_at: at,
            version: 1,
        })
        .await?;
        if n < answered {
            work.add::<feedback::Entity>(answer(desk, class, who, n)).await?;
        }
    }
    let row = work.get(&class).await?;
    work.save::<training_class::Entity>(
        &row,
        training_class::ActiveModel { state: Set(FullProcessState::FeedbackDone.into()), ..Default::default() },
    )
    .await
}

/// One trainee's feedback as a row.
pub fn answer(desk: &Desk, class: &ClassId, who: &foundation::EnrolmentId, n: usize) -> feedback::Model {
    feedback::Model {
        id: desk.new_id(),
        class: class.clone(),
        enrolment: who.clone(),
        person: person_id(n),
        teacher: 5,
        content: 5,
        practice: 5,
        management: 5,
        employment_help: 5,
        attended_in_person: true,
        was_charged: false,
        text: String::new(),
        channel: foundation::codes::FeedbackChannel::Own,
        at: desk.now(),
        district: district(JINJIANG),
        path: district(JINJIANG).management_path(),
    }
}

/// Drafts a class's claim.
pub async fn drafted(house: &TestHouse, class: &ClassId) -> ClaimId {
    house.system().perform(DraftClaim { class: class.clone() }).await.unwrap()
}

/// The claim as it stands.
pub async fn claim(house: &TestHouse, id: &ClaimId) -> claim::Model {
    house.system().read().await.unwrap().get(&id).await.unwrap()
}

/// Its lines, in the roster's order.
pub async fn lines(house: &TestHouse, id: &ClaimId) -> Vec<claim_item::Model> {
    house
        .system()
        .read()
        .await
        .unwrap()
        .list::<claim_item::Entity>(|q| {
            q.filter(claim_item::Column::Claim.eq(id.clone())).order_by_asc(claim_item::Column::Enrolment)
        })
        .await
        .unwrap()
}

/// Places taken for a claim.
pub async fn slots(house: &TestHouse, id: &ClaimId) -> u64 {
    house
        .system()
        .read()
        .await
        .unwrap()
        .count::<subsidy_slot::Entity>(|q| q.filter(subsidy_slot::Column::Claim.eq(id.clone())))
        .await
        .unwrap()
}

/// Jinjiang's account.
pub async fn fund(house: &TestHouse) -> fund_account::Model {
    house
        .system()
        .read()
        .await
        .unwrap()
        .get_keyed::<fund_account::Entity>(&format!("{JINJIANG}-2026-JY"))
        .await
        .unwrap()
}

/// Through both reviews.
pub async fn reviewed(house: &TestHouse, id: &ClaimId) {
    assert!(house.desk(Persona::SchoolClerk).perform(SubmitClaim { claim: id.clone() }).await.unwrap().submitted);
    house.desk(Persona::JinjiangOfficer).perform(FirstReviewClaim { claim: id.clone() }).await.unwrap();
    house.desk(Persona::JinjiangReviewer).perform(SecondReviewClaim { claim: id.clone() }).await.unwrap();
}

/// Published.
pub async fn published(house: &TestHouse, id: &ClaimId) {
    reviewed(house, id).await;
    house.desk(Persona::JinjiangOfficer).perform(PublishClaim { claim: id.clone() }).await.unwrap();
}

/// Past its publicity, without objection.
pub async fn payable(house: &TestHouse, id: &ClaimId) {
    published(house, id).await;
    let until = claim(house, id).await.publicity_until.unwrap();
    go_to(house, until.succ_opt().unwrap());
    m3_funds::room().tick(&house.system()).await.unwrap();
    assert_eq!(claim(house, id).await.state, ClaimState::NoObjection);
}

/// Nine in the morning of a day.
pub fn go_to(house: &TestHouse, day: Date) {
    house.premises.clock.travel_to(foundation::clock::at_local(day.and_hms_opt(9, 0, 0).unwrap()));
}

/// The first refusal of a stop.
#[track_caller]
pub fn refusal<T: std::fmt::Debug>(result: Result<T, Stop>) -> foundation::Refusal {
    match result {
        Err(Stop::Refused(all)) => all.into_iter().next().unwrap(),
        other => panic!("a refusal was wanted: {other:?}"),
    }
}

/// Row of an enrolment.
pub async fn person_of(house: &TestHouse, who: &foundation::EnrolmentId) -> enrolment::Model {
    house.system().read().await.unwrap().get(&who).await.unwrap()
}
