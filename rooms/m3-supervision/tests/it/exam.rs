//! The sheet of marks (M3.1): forty missing marks are one line that leads to the first, and what was typed stays.

use chrono::Duration;
use foundation::codes::FullProcessState;
use m3_supervision::acts::attendance::CallRoll;
use m3_supervision::jobs::attendance::EndTraining;
use store::tables::supervision::training_class;
use testkit::{Persona, TestHouse};

use testkit::fixtures::{self, ApprovedClass, NAMES};

/// A class whose trainees were all present whenever the roll was called, after its last meeting.
pub async fn taught(house: &TestHouse) -> ApprovedClass {
    let class = fixtures::approved_class(house).await;
    let change = training_class::ActiveModel {
        state: store::query::Set(FullProcessState::InTraining.into()),
        ..Default::default()
    };
    crate::opening_support::meddle(house, &class.class, change).await;
    for session in &class.sessions {
        let row = house.system().read().await.unwrap().get(&session).await.unwrap();
        house.premises.clock.travel_to(row.starts_at + Duration::minutes(20));
        house
            .desk(Persona::ClassTeacher)
            .perform(CallRoll { session: session.clone(), present: class.enrolments.clone() })
            .await
            .unwrap();
    }
    house.premises.clock.travel_to(house.system().now() + Duration::days(3));
    house.system().perform(EndTraining { class: class.class.clone() }).await.unwrap();
    class
}

#[tokio::test(flavor = "multi_thread")]
async fn m3_1_missing_marks_are_told_in_one_line_and_marked_one_by_one() {
    let house = TestHouse::new().await;
    let class = taught(&house).await;
    let web = house.serve(m3_supervision::room().routes);
    let at = format!("/classes/{}/exam", class.class);
    let fresh = web.get(Some(Persona::SchoolClerk), &at).await;
    assert_eq!(fresh.text.matches("aria-invalid").count(), 0, "nothing is wrong with what nobody has typed");
    let head =
        [("held_on", "2026-11-14"), ("examiner", "陈志坚"), ("second_examiner", "周美兰"), ("method", "理论笔试")]
            .map(|(name, value)| (name.to_owned(), value));
    let sent = async |fields: Vec<(String, &str)>| {
        let all: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let answer = web.post(Some(Persona::SchoolClerk), &at, &all).await;
        assert_eq!(answer.status, 422);
        answer.text
    };
    let empty = sent(Vec::new()).await;
    assert_eq!(empty.matches("成绩没有填好").count(), 1);
    assert!(
        empty.contains("等 12 人的成绩没有填好") && empty.contains("请填考评人员二") && empty.contains("请填考核日期"),
        "all in one pass: {empty}"
    );
    assert_eq!(empty.matches("aria-invalid=\"true\"").count(), 4 + 24);
    // One mark out of range, everybody else absent: the line names him and leads to that mark, which stays as typed.
    let first = &class.enrolments[0];
    let (theory, practice) = (format!("theory_{first}"), format!("practice_{first}"));
    let absent = class.enrolments.iter().skip(1).map(|one| (format!("absent_{one}"), "1"));
    let one = sent(head.into_iter().chain(absent).chain([(theory, "86"), (practice.clone(), "101")]).collect()).await;
    assert!(
        one.contains(&format!("{}的成绩没有填好", NAMES[0])) && one.contains(&format!("href=\"#field-{practice}\"")),
        "{one}"
    );
    assert!(
        one.contains(&format!("id=\"field-{practice}\""))
            && one.contains("value=\"86\"")
            && one.contains("value=\"101\"")
    );
    assert_eq!(one.matches("aria-invalid=\"true\"").count(), 1);
}
