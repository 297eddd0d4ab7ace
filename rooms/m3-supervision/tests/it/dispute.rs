//! 考勤异议 (M3.3): raised by the trainee, answered by the county, corrected without touching what was recorded.

use chrono::Duration;
use desk::Desk;
use foundation::codes::{AttendanceKind, ClassState, DisputeState, FullProcessState};
use foundation::{Fault, Office, Stop};
use m3_supervision::acts::dispute::{AnswerDispute, DisputeAttendance, DisputeVerdict};
use store::query::{ColumnTrait, QueryFilter};
use store::tables::journal::fact;
use store::tables::notices::task;
use store::tables::supervision::{attendance, attendance_dispute, class_session, training_class};
use testkit::{Persona, TestHouse};

use crate::check_in::{accounts, trainee};
use testkit::fixtures::{self, ApprovedClass};

const TEXT: &str = "我来上课了，手机没电，没签上，班主任可以作证；那天下午还帮忙搬了设备，签退的时候教室里没有信号，请帮我核一下，谢谢你们。";

/// A class whose first meeting is over; nobody signed in.
async fn after_the_first(house: &TestHouse) -> (ApprovedClass, class_session::Model) {
    let class = fixtures::approved_class(house).await;
    accounts(house).await;
    in_state(house, &class, FullProcessState::InTraining.into()).await;
    let first = house.system().read().await.unwrap().get(&class.sessions[0]).await.unwrap();
    house.premises.clock.travel_to(first.ends_at + Duration::hours(1));
    (class, first)
}

async fn in_state(house: &TestHouse, class: &ApprovedClass, state: ClassState) {
    let change = training_class::ActiveModel { state: store::query::Set(state), ..Default::default() };
    crate::opening_support::meddle(house, &class.class, change).await;
}

async fn dispute(
    house: &TestHouse,
    who: &Desk,
    session: &class_session::Model,
) -> Result<attendance_dispute::Model, Stop> {
    who.perform(DisputeAttendance { session: session.id.clone(), text: TEXT.into() }).await?;
    let reader = house.system().read().await?;
    let person = attendance_dispute::Column::State.eq(DisputeState::Open);
    Ok(reader.find::<attendance_dispute::Entity>(person).await?.expect("it stands"))
}

fn answer(one: &attendance_dispute::Model, verdict: DisputeVerdict) -> AnswerDispute {
    AnswerDispute {
        dispute: one.id.clone(), verdict, answer: "问过班主任和同班两名学员，当天在场。".into()
    }
}

async fn open_tasks(house: &TestHouse) -> Vec<task::Model> {
    let reader = house.system().read().await.unwrap();
    let all = reader.list::<task::Entity>(|q| q.filter(task::Column::Kind.eq("attendance-dispute"))).await.unwrap();
    all.into_iter().filter(|one| one.done_at.is_none()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn m3_3_a_dispute_found_true_counts_the_session_and_keeps_what_was_recorded() {
    let house = TestHouse::new().await;
    let (class, first) = after_the_first(&house).await;
    let one = dispute(&house, &trainee(&house, 0), &first).await.unwrap();
    assert_eq!(open_tasks(&house).await.len(), 1);
    assert!(
        matches!(dispute(&house, &trainee(&house, 0), &first).await,
            Err(Stop::Refused(no)) if no[0].fact.contains("还在核实")),
        "once while it waits"
    );
    for outsider in
        [Persona::ShishiOfficer, Persona::RivalClerk, Persona::SchoolClerk, Persona::JinjiangFinance, Persona::Monitor]
    {
        assert!(
            house.desk(outsider).perform(answer(&one, DisputeVerdict::Present)).await.is_err(),
            "{outsider:?} does not answer"
        );
    }
    assert!(trainee(&house, 0).perform(answer(&one, DisputeVerdict::Present)).await.is_err(), "nobody answers himself");
    house.desk(Persona::JinjiangOfficer).perform(answer(&one, DisputeVerdict::Present)).await.unwrap();
    let reader = house.system().read().await.unwrap();
    let marks = reader
        .list::<attendance::Entity>(|q| q.filter(attendance::Column::Enrolment.eq(one.enrolment.clone())))
        .await
        .unwrap();
    assert_eq!(marks.iter().map(|mark| mark.kind).collect::<Vec<_>>(), [AttendanceKind::Correction]);
    let policy = desk::policy::pinned(reader.get(&class.class).await.unwrap().policy.as_deref()).unwrap();
    let hours = m3_supervision::hours::of_class(&reader, &class.class, &policy).await.unwrap();
    let his = &hours[&one.enrolment];
    assert_eq!(his.offline, first.periods);
    drop(reader);
    assert!(open_tasks(&house).await.is_empty(), "answered, so out of the queue");
    let twice = house.desk(Persona::JinjiangReviewer).perform(answer(&one, DisputeVerdict::Dismissed)).await;
    assert!(matches!(twice, Err(Stop::Refused(no)) if no[0].fact.contains("已经是")));
    // The journal holds no word of it, and can prove every one.
    let facts = house
        .system()
        .read()
        .await
        .unwrap()
        .list::<fact::Entity>(|q| q.filter(fact::Column::Fact.eq("AttendanceDisputed")))
        .await
        .unwrap();
    assert!(!facts[0].body.contains("手机没电") && !facts[0].summary.contains("手机没电"));
    let salt: [u8; 16] = hex::decode(&one.salt).unwrap().try_into().unwrap();
    assert!(facts[0].commitments.contains(&journal::commit(salt, TEXT)), "{}", facts[0].commitments);
}

#[tokio::test(flavor = "multi_thread")]
async fn m3_3_a_dispute_is_read_and_answered_on_its_page_and_told_on_the_phone() {
    let house = TestHouse::new().await;
    let (class, first) = after_the_first(&house).await;
    let one = dispute(&house, &trainee(&house, 0), &first).await.unwrap();
    let web = house.serve(m3_supervision::room().routes);
    let at = format!("/disputes/{}", one.id);
    let page = web.get(Some(Persona::JinjiangOfficer), &at).await;
    assert!(
        page.status == 200 && page.text.contains(TEXT) && page.text.contains("没有签到"),
        "the whole word, and the record: {}",
        page.text
    );
    for stranger in [Persona::ShishiOfficer, Persona::SchoolClerk, Persona::RivalClerk, Persona::OtherTrainee] {
        assert_eq!(web.get(Some(stranger), &at).await.status, 404, "{stranger:?}");
    }
    let province = web.get(Some(Persona::ProvinceOfficer), &at).await;
    assert!(province.status == 200 && !province.text.contains("答复学员"), "read above, answered in the county");
    let empty = web
        .post(Some(Persona::JinjiangOfficer), &format!("{at}/answer"), &[("verdict", "dismissed"), ("answer", "无")])
        .await;
    assert!(empty.status == 422 && empty.text.contains("答复有 1 个字"), "{}", empty.text);
    let said = "调了当天的签到大屏记录，没有看到您到过教室。";
    assert_eq!(
        web.post(
            Some(Persona::JinjiangOfficer),
            &format!("{at}/answer"),
            &[("verdict", "dismissed"), ("answer", said)]
        )
        .await
        .status,
        303
    );
    let row = house.system().read().await.unwrap().get(&one.id).await.unwrap();
    assert_eq!((row.state, row.open, row.answer.as_str()), (DisputeState::Dismissed, None, said));
    // He may speak again, and be heard again.
    assert!(dispute(&house, &trainee(&house, 0), &first).await.is_ok());
    assert_eq!(class.sessions[0], first.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn m3_3_nothing_is_corrected_that_counts_already_or_that_scores_rest_on() {
    let house = TestHouse::new().await;
    let (class, first) = after_the_first(&house).await;
    let later = house
        .system()
        .read()
        .await
        .unwrap()
        .list::<class_session::Entity>(|q| {
            q.filter(class_session::Column::StartsAt.gt(first.ends_at + Duration::hours(2)))
        })
        .await
        .unwrap();
    assert!(
        matches!(dispute(&house, &trainee(&house, 1), &later[0]).await,
            Err(Stop::Refused(no)) if no[0].fact.contains("才开始")),
        "before the meeting"
    );
    let one = dispute(&house, &trainee(&house, 1), &first).await.unwrap();
    in_state(&house, &class, FullProcessState::Examining.into()).await;
    let refused = house.desk(Persona::JinjiangOfficer).perform(answer(&one, DisputeVerdict::Present)).await;
    assert!(matches!(refused, Err(Stop::Refused(no)) if no[0].fact.contains("成绩已按当时的考勤录入")));
    in_state(&house, &class, FullProcessState::TrainingEnded.into()).await;
    house.desk(Persona::JinjiangOfficer).perform(answer(&one, DisputeVerdict::Present)).await.unwrap();
    let place = house.system().read().await.unwrap().get(&one.enrolment).await.unwrap();
    assert_eq!(place.credited_offline, first.periods, "the frozen hours are reckoned anew");
    in_state(&house, &class, FullProcessState::InTraining.into()).await;
    let again = dispute(&house, &trainee(&house, 1), &first).await.unwrap();
    let refused = house.desk(Persona::JinjiangOfficer).perform(answer(&again, DisputeVerdict::Present)).await;
    assert!(matches!(refused, Err(Stop::Refused(no)) if no[0].fact.contains("已经计了")));
    house.desk(Persona::JinjiangOfficer).perform(answer(&again, DisputeVerdict::Upheld)).await.unwrap();
    let mut stranger = trainee(&house, 2);
    std::sync::Arc::make_mut(&mut stranger.actor).office =
        Office::Trainee { person: testkit::personas::fixed(0x7777), institutions: None };
    assert!(matches!(dispute(&house, &stranger, &first).await, Err(Stop::Fault(Fault::Gone))), "a stranger's class");
}
