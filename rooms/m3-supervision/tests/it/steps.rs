//! What a step must not leave behind (M3.1–M3.3): reviews that two made, requests that nobody can answer, classes that
//! stand still, a class that goes on though nobody looked again.

use chrono::Duration;
use foundation::codes::{FullProcessState, InspectionKind, InspectionOpinion, ReviewResult};
use foundation::{InspectionId, Stop};
use m3_supervision::acts::attendance::{AskForRollCall, CallRoll};
use m3_supervision::acts::decide::{AnswerReviewLine, RevokeClass};
use m3_supervision::acts::exam::{ConfirmExam, EnterScores};
use m3_supervision::acts::inspection::{AnswerInspection, RecordInspection, ResumeClass};
use m3_supervision::acts::review::{ApproveOpening, ReviewOpening};
use m3_supervision::rules::completion::{Marks, Sitting};
use store::query::{ColumnTrait, QueryFilter, Set};
use store::tables::notices::task;
use store::tables::supervision::training_class;
use testkit::{Persona, TestHouse};

use crate::check_in::{accounts, trainee};
use crate::opening_support::{all_human, meddle, open_tasks, row, rules, under_review};
use testkit::fixtures;

async fn open_kinds(house: &TestHouse) -> Vec<String> {
    let reader = house.system().read().await.unwrap();
    let mut all: Vec<String> = reader
        .list::<task::Entity>(|q| q.filter(task::Column::DoneAt.is_null()))
        .await
        .unwrap()
        .into_iter()
        .map(|one| one.kind)
        .collect();
    all.sort();
    all
}

/// Of two who press 审核通过 on the same class the second is told, and may still approve; the first may not.
#[tokio::test(flavor = "multi_thread")]
async fn m3_1_a_class_is_reviewed_once_and_approved_by_another() {
    let house = TestHouse::new().await;
    let class = under_review(&house).await;
    let (officer, reviewer) = (house.desk(Persona::JinjiangOfficer), house.desk(Persona::JinjiangReviewer));
    let review = || ReviewOpening { class: class.clone(), passed: all_human() };
    officer.perform(review()).await.unwrap();
    assert_eq!(rules(reviewer.perform(review()).await), ["两人审核"]);
    assert_eq!(rules(officer.perform(ApproveOpening { class: class.clone() }).await), ["职责分离"]);
    reviewer.perform(ApproveOpening { class: class.clone() }).await.unwrap();
}

/// A line found wrong after the review: the review is asked again, the approval no more.
#[tokio::test(flavor = "multi_thread")]
async fn m3_1_a_line_found_wrong_asks_for_the_review_again() {
    let house = TestHouse::new().await;
    let class = under_review(&house).await;
    house
        .desk(Persona::JinjiangOfficer)
        .perform(ReviewOpening { class: class.clone(), passed: all_human() })
        .await
        .unwrap();
    let answer =
        |result, note: &str| AnswerReviewLine { class: class.clone(), code: "H01".into(), result, note: note.into() };
    house.desk(Persona::JinjiangReviewer).perform(answer(ReviewResult::NeedsFix, "教材不是本级别的")).await.unwrap();
    let waiting = open_tasks(&house, &class).await;
    assert_eq!((waiting.len(), waiting[0].kind.as_str(), waiting[0].tone.as_str()), (1, "review-opening", "act"));
    assert!(row(&house, &class).await.reviewed_by.is_none());
    assert_eq!(
        rules(house.desk(Persona::JinjiangInspector).perform(answer(ReviewResult::Noted, "记下")).await).len(),
        1,
        "a remark is the machine's"
    );
}

/// A roll that cannot be called any more is not asked for, and what was asked ends with the class.
#[tokio::test(flavor = "multi_thread")]
async fn m3_3_nobody_is_asked_for_a_roll_that_cannot_be_called() {
    let house = TestHouse::new().await;
    let class = fixtures::approved_class(&house).await;
    accounts(&house).await;
    let session = house.system().read().await.unwrap().get(&class.sessions[0]).await.unwrap();
    house.premises.clock.travel_to(session.starts_at + Duration::minutes(10));
    let ask = || AskForRollCall { session: session.id.clone() };
    trainee(&house, 0).perform(ask()).await.unwrap();
    assert!(open_kinds(&house).await.contains(&"call-roll".to_owned()));
    let revoke = RevokeClass { class: class.class.clone(), reason: "经查实学员名单不真实".into() };
    house.desk(Persona::JinjiangReviewer).perform(revoke).await.unwrap();
    assert!(!open_kinds(&house).await.contains(&"call-roll".to_owned()), "it ends with the class");
    assert_eq!(rules(trainee(&house, 1).perform(ask()).await), ["点名"]);
    let state = |one: FullProcessState| training_class::ActiveModel { state: Set(one.into()), ..Default::default() };
    meddle(&house, &class.class, state(FullProcessState::TrainingEnded)).await;
    assert_eq!(rules(trainee(&house, 1).perform(ask()).await), ["点名"], "training has ended");
    meddle(&house, &class.class, state(FullProcessState::InTraining)).await;
    house.premises.clock.travel_to(session.ends_at + Duration::hours(25));
    assert_eq!(rules(trainee(&house, 1).perform(ask()).await), ["点名"], "too late to be called");
}

fn check(class: &foundation::ClassId, opinion: InspectionOpinion, note: &str) -> RecordInspection {
    RecordInspection {
        class: class.clone(),
        session: None,
        kind: InspectionKind::OnSite,
        unannounced: true,
        second_inspector: "周志明".into(),
        present_count: 0,
        teacher_present: false,
        content_matches: true,
        problems: Vec::new(),
        opinion,
        note: note.into(),
    }
}

/// Each check is answered for itself and once; a stopped class goes on when somebody has looked again.
#[tokio::test(flavor = "multi_thread")]
async fn m3_2_a_stopped_class_goes_on_when_somebody_has_looked_again() {
    let house = TestHouse::new().await;
    let class = fixtures::approved_class(&house).await.class;
    meddle(
        &house,
        &class,
        training_class::ActiveModel { state: Set(FullProcessState::InTraining.into()), ..Default::default() },
    )
    .await;
    let (inspector, clerk) = (house.desk(Persona::JinjiangInspector), house.desk(Persona::SchoolClerk));
    let first: InspectionId = inspector.perform(check(&class, InspectionOpinion::Rectify, "教师不在岗")).await.unwrap();
    house.pass_minutes(5);
    let second = inspector.perform(check(&class, InspectionOpinion::Stop, "又不在岗，停课")).await.unwrap();
    let answer =
        |inspection: &InspectionId| AnswerInspection { inspection: inspection.clone(), text: "已更换教师".into() };
    clerk.perform(answer(&first)).await.unwrap();
    assert_eq!(rules(clerk.perform(answer(&first)).await).len(), 1, "once");
    let kinds = open_kinds(&house).await;
    assert_eq!(kinds.iter().filter(|one| *one == "answer-inspection").count(), 1, "the other still waits: {kinds:?}");
    let resume = || ResumeClass { class: class.clone(), note: "已整改".into() };
    let officer = house.desk(Persona::JinjiangOfficer);
    assert_eq!(rules(officer.perform(resume()).await), ["恢复培训"], "nobody has looked again");
    clerk.perform(answer(&second)).await.unwrap();
    assert_eq!(rules(officer.perform(resume()).await), ["恢复培训"], "the school's word is not enough");
    house.pass_minutes(5);
    inspector.perform(check(&class, InspectionOpinion::Normal, "复查：教师在岗")).await.unwrap();
    assert!(
        open_kinds(&house).await.iter().all(|one| one != "inspection-answered"),
        "whoever looked again has seen the answers"
    );
    officer.perform(resume()).await.unwrap();
    assert_eq!(row(&house, &class).await.state, FullProcessState::InTraining);
}

/// Fewer are there than have signed in, and all is well: somebody says where the others are.
#[tokio::test(flavor = "multi_thread")]
async fn m3_2_who_signed_in_and_is_not_there_is_accounted_for() {
    let house = TestHouse::new().await;
    let class = fixtures::approved_class(&house).await;
    meddle(
        &house,
        &class.class,
        training_class::ActiveModel { state: Set(FullProcessState::InTraining.into()), ..Default::default() },
    )
    .await;
    let session = house.system().read().await.unwrap().get(&class.sessions[0]).await.unwrap();
    house.premises.clock.travel_to(session.starts_at + Duration::minutes(20));
    let roll = CallRoll { session: session.id.clone(), present: class.enrolments.clone() };
    house.desk(Persona::ClassTeacher).perform(roll).await.unwrap();
    let seen = |note: &str| RecordInspection {
        session: Some(session.id.clone()),
        present_count: 9,
        teacher_present: true,
        ..check(&class.class, InspectionOpinion::Normal, note)
    };
    let inspector = house.desk(Persona::JinjiangInspector);
    match inspector.perform(seen("")).await {
        Err(Stop::Refused(no)) => {
            assert!(no.len() == 1 && no[0].fact.contains("已签到 12 人，现场只有 9 人"), "{no:?}")
        }
        other => panic!("{other:?}"),
    }
    inspector.perform(seen("三人请假，已看请假条")).await.unwrap();
}

/// Nobody passed: the class is over, and does not wait for certificates that nobody may issue.
#[tokio::test(flavor = "multi_thread")]
async fn m3_3_a_class_in_which_nobody_passed_is_over() {
    let house = TestHouse::new().await;
    let class = crate::exam::taught(&house).await;
    let held_on = house.system().today();
    let sitting =
        Sitting {
            held_on, examiner: "陈志坚".into(), second_examiner: "周美兰".into(), method: "理论笔试".into()
        };
    let marks = class
        .enrolments
        .iter()
        .map(|one| Marks { enrolment: one.clone(), theory: 20, practice: 30, absent: false })
        .collect();
    house.desk(Persona::SchoolClerk).perform(EnterScores { class: class.class.clone(), sitting, marks }).await.unwrap();
    house.desk(Persona::JinjiangOfficer).perform(ConfirmExam { class: class.class.clone() }).await.unwrap();
    assert_eq!(row(&house, &class.class).await.state, FullProcessState::Archived);
    let left: Vec<String> = open_tasks(&house, &class.class).await.into_iter().map(|one| one.kind).collect();
    assert_eq!(left, ["nobody-passed"]);
    let again = house.desk(Persona::JinjiangOfficer).perform(ConfirmExam { class: class.class.clone() }).await;
    assert!(matches!(again, Err(Stop::Refused(_))));
}
