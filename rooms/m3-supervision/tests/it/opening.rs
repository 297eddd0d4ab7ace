//! From a draft to 准予开班 (M3.1, M8.1): four people, the way back and out, the neighbour.

use axum::http::StatusCode;
use foundation::Stop;
use foundation::codes::{FullProcessState, ReviewResult};
use m3_supervision::acts::decide::{AnswerReviewLine, RefuseOpening, ReturnOpening, RevokeClass, WithdrawClass};
use m3_supervision::acts::review::{AcceptOpening, ApproveOpening, ReviewOpening, SubmitOpening};
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::journal::fact;
use store::tables::supervision::review_line;
use testkit::{Persona, TestHouse};

use crate::opening_support::{all_human, is_gone, open_tasks, ready, row, rules, under_review};
use testkit::fixtures::{self, day};

#[tokio::test]
async fn the_fixture_stands_on_the_database() {
    let house = TestHouse::new().await;
    let made = fixtures::approved_class(&house).await;
    let reader = house.desk(Persona::JinjiangOfficer).read().await.unwrap();
    assert_eq!(reader.get(&made.class).await.unwrap().enrolled_count, 12);
    let neighbour = house.desk(Persona::ShishiOfficer).read().await.unwrap();
    assert!(neighbour.get(&made.class).await.is_err());
    assert_eq!((made.sessions.len(), made.enrolments.len()), (6, 12));
}

#[tokio::test]
async fn m3_1_four_people_take_a_class_from_draft_to_approval() {
    let house = TestHouse::new().await;
    let class = under_review(&house).await;
    let before = row(&house, &class).await;
    assert_eq!((before.state, before.class_no.as_str()), (FullProcessState::UnderReview.into(), "3505822026A00010001"));
    assert_eq!(before.money.0, 12 * 24 * 2500);
    assert_eq!(before.due_on, Some(day(2026, 11, 5)), "three working days after 2 November");
    let lines = house
        .desk(Persona::JinjiangOfficer)
        .read()
        .await
        .unwrap()
        .list::<review_line::Entity>(|q| q.filter(review_line::Column::Class.eq(class.clone())))
        .await
        .unwrap();
    assert_eq!(
        (
            lines.iter().filter(|line| line.by_machine).count(),
            lines.iter().filter(|line| line.result == Some(ReviewResult::Pass)).count()
        ),
        (27, 27)
    );
    let (officer, reviewer) = (house.desk(Persona::JinjiangOfficer), house.desk(Persona::JinjiangReviewer));
    assert_eq!(
        rules(officer.perform(ApproveOpening { class: class.clone() }).await)
            .iter()
            .filter(|rule| *rule == "两人审核")
            .count(),
        1,
        "nobody has reviewed yet"
    );
    officer.perform(ReviewOpening { class: class.clone(), passed: all_human() }).await.unwrap();
    assert_eq!(
        rules(officer.perform(ApproveOpening { class: class.clone() }).await),
        ["职责分离"],
        "the reviewer may not approve"
    );
    let waiting = open_tasks(&house, &class).await;
    assert_eq!(
        (waiting.len(), waiting[0].kind.as_str(), waiting[0].not_for.clone()),
        (1, "approve-opening", Some(Persona::JinjiangOfficer.account()))
    );
    reviewer.perform(ApproveOpening { class: class.clone() }).await.unwrap();
    let after = row(&house, &class).await;
    assert_eq!(
        (after.state, after.decided_by.clone()),
        (FullProcessState::Approved.into(), Some(Persona::JinjiangReviewer.account()))
    );
    assert_eq!(desk::policy::pinned(after.policy.as_deref()).unwrap().online_cap_pct(), 40, "the policy is pinned");
    let facts = house
        .system()
        .read()
        .await
        .unwrap()
        .list::<fact::Entity>(|q| q.filter(fact::Column::Class.eq(class.clone())).order_by_asc(fact::Column::Id))
        .await
        .unwrap();
    let kinds: Vec<&str> = facts.iter().map(|one| one.fact.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "ClassDrafted",
            "TraineesRegistered",
            "TimetableLaid",
            "ClassOpeningSubmitted",
            "ClassOpeningAccepted",
            "ClassOpeningReviewed",
            "ClassOpeningApproved"
        ]
    );
    assert!(
        facts.iter().all(|one| !one.body.contains("350199") && !one.summary.contains("林玉珍")),
        "no personal data in the journal"
    );
    assert!(facts[6].body.contains("\"class_state\":\"A30\""));
}

#[tokio::test]
async fn m3_1_a_clean_class_is_reviewed_in_two_clicks_on_the_page() {
    let house = TestHouse::new().await;
    let class = ready(&house).await;
    let web = house.serve(m3_supervision::room().routes);
    let at = |what: &str| format!("/classes/{class}{what}");
    let draft = web.get(Some(Persona::SchoolClerk), &at("")).await.expect(StatusCode::OK);
    assert!(draft.text.contains("承诺并提交") && !draft.text.contains("须处理"), "{}", draft.text);
    web.post(Some(Persona::SchoolClerk), &at("/submit"), &[("pledge", "1")]).await.expect(StatusCode::SEE_OTHER);
    web.post(Some(Persona::JinjiangOfficer), &at("/accept"), &[]).await.expect(StatusCode::SEE_OTHER);
    let page = web.get(Some(Persona::JinjiangOfficer), &at("")).await.expect(StatusCode::OK);
    assert!(
        page.text.contains("4 项人工核对无误，审核通过")
            && page.text.contains("完备性 14 项")
            && page.text.contains("真实性 17 项"),
        "{}",
        page.text
    );
    assert!(page.text.contains("还可排 5 课时") && page.text.contains("3505822026A00010001"));
    web.post(Some(Persona::JinjiangOfficer), &at("/review"), &[("all", "1")]).await.expect(StatusCode::SEE_OTHER);
    let own = web.get(Some(Persona::JinjiangOfficer), &at("")).await.expect(StatusCode::OK);
    assert!(own.text.contains("须由另一位工作人员批准"));
    web.post(Some(Persona::JinjiangReviewer), &at("/approve"), &[]).await.expect(StatusCode::SEE_OTHER);
    let done = web.get(Some(Persona::SchoolClerk), &at("")).await.expect(StatusCode::OK);
    assert!(done.text.contains("准予开班") && done.text.contains("王志强"), "the institution sees who decided");
    let notice = web.get(Some(Persona::SchoolClerk), &at("/notice")).await.expect(StatusCode::OK);
    assert!(notice.text.contains("准予开班通知书") && notice.text.contains("晋江市人力资源和社会保障局"));
}

#[tokio::test]
async fn m8_1_neighbour_rival_and_stranger_see_nothing() {
    let house = TestHouse::new().await;
    let class = under_review(&house).await;
    for stranger in [Persona::ShishiOfficer, Persona::RivalClerk] {
        assert!(house.desk(stranger).read().await.unwrap().get(&class).await.is_err());
    }
    assert!(is_gone(
        &house.desk(Persona::ShishiOfficer).perform(ReviewOpening { class: class.clone(), passed: all_human() }).await
    ));
    assert!(is_gone(
        &house
            .desk(Persona::RivalClerk)
            .perform(WithdrawClass { class: class.clone(), reason: "人数不足".into() })
            .await
    ));
    assert!(matches!(
        house.desk(Persona::SchoolClerk).perform(ApproveOpening { class: class.clone() }).await,
        Err(Stop::Forbidden)
    ));
    assert!(matches!(
        house.desk(Persona::ProvinceOfficer).perform(ApproveOpening { class: class.clone() }).await,
        Err(Stop::Forbidden)
    ));
    let web = house.serve(m3_supervision::room().routes);
    for path in ["", "/roster", "/timetable", "/attendance"] {
        let address = format!("/classes/{class}{path}");
        web.get(Some(Persona::ShishiOfficer), &address).await.expect(StatusCode::NOT_FOUND);
        web.get(Some(Persona::RivalClerk), &address).await.expect(StatusCode::NOT_FOUND);
        assert_eq!(web.get(None, &address).await.status, 303, "the public is asked to sign in");
    }
    web.get(Some(Persona::JinjiangOfficer), "/classes/not-an-id").await.expect(StatusCode::NOT_FOUND);
    assert!(!web.get(Some(Persona::ShishiOfficer), "/classes").await.expect(StatusCode::OK).text.contains("育婴员"));
    let other = web.get(Some(Persona::OtherTrainee), &format!("/classes/{class}")).await.expect(StatusCode::OK);
    assert!(!other.text.contains("林玉珍"), "a trainee sees the class, not the others on it");
}

#[tokio::test]
async fn m3_1_returned_corrected_handed_in_again() {
    let house = TestHouse::new().await;
    let class = under_review(&house).await;
    let (clerk, officer) = (house.desk(Persona::SchoolClerk), house.desk(Persona::JinjiangOfficer));
    let answer = AnswerReviewLine {
        class: class.clone(),
        code: "H04".into(),
        result: ReviewResult::NeedsFix,
        note: String::new(),
    };
    assert_eq!(rules(officer.perform(answer.clone()).await), ["人工核对"], "a bad line needs a word");
    officer.perform(AnswerReviewLine { note: "照片里没有急救箱".into(), ..answer }).await.unwrap();
    assert!(
        rules(
            officer
                .perform(ReviewOpening { class: class.clone(), passed: vec!["H01".into(), "H02".into(), "H03".into()] })
                .await
        )
        .contains(&"H04".to_owned())
    );
    let web = house.serve(m3_supervision::room().routes);
    let form =
        web.get(Some(Persona::JinjiangOfficer), &format!("/classes/{class}/return")).await.expect(StatusCode::OK);
    assert!(form.text.contains("照片里没有急救箱"), "what failed is already in the notice");
    assert_eq!(
        rules(officer.perform(ReturnOpening { class: class.clone(), reason: "  ".into() }).await),
        ["一次性告知"]
    );
    officer.perform(ReturnOpening { class: class.clone(), reason: "请补急救箱照片".into() }).await.unwrap();
    let returned = row(&house, &class).await;
    assert_eq!(
        (returned.state, returned.due_on),
        (FullProcessState::Returned.into(), Some(day(2026, 11, 16))),
        "ten working days"
    );
    assert_eq!(
        open_tasks(&house, &class).await.iter().map(|one| one.kind.as_str()).collect::<Vec<_>>(),
        ["correct-opening"]
    );
    clerk.perform(SubmitOpening { class: class.clone(), pledge: true }).await.unwrap();
    let again = row(&house, &class).await;
    assert_eq!(
        (again.state, again.class_no.as_str()),
        (FullProcessState::Submitted.into(), "3505822026A00010001"),
        "the number stays"
    );
    assert!(again.decision_note.is_empty());
    let human = house
        .system()
        .read()
        .await
        .unwrap()
        .list::<review_line::Entity>(|q| {
            q.filter(review_line::Column::Class.eq(class.clone())).filter(review_line::Column::ByMachine.eq(false))
        })
        .await
        .unwrap();
    assert!(human.iter().all(|line| line.result.is_none()), "people look again");
}

#[tokio::test]
async fn m3_1_silence_after_a_return_withdraws_the_application() {
    let house = TestHouse::new().await;
    let class = under_review(&house).await;
    house
        .desk(Persona::JinjiangOfficer)
        .perform(ReturnOpening { class: class.clone(), reason: "请补齐材料".into() })
        .await
        .unwrap();
    house.travel_to(2026, 11, 16, 23, 59);
    m3_supervision::room().tick(&house.system()).await.unwrap();
    assert_eq!(row(&house, &class).await.state, FullProcessState::Returned, "until the end of the day");
    house.travel_to(2026, 11, 17, 0, 1);
    m3_supervision::room().tick(&house.system()).await.unwrap();
    m3_supervision::room().tick(&house.system()).await.unwrap();
    assert_eq!(row(&house, &class).await.state, FullProcessState::Withdrawn);
    assert!(open_tasks(&house, &class).await.is_empty());
}

#[tokio::test]
async fn m3_1_refused_withdrawn_revoked() {
    let house = TestHouse::new().await;
    let class = under_review(&house).await;
    let officer = house.desk(Persona::JinjiangOfficer);
    officer.perform(RefuseOpening { class: class.clone(), reason: "场地与申报不符".into() }).await.unwrap();
    assert_eq!(row(&house, &class).await.state, FullProcessState::Refused);
    assert_eq!(
        rules(officer.perform(AcceptOpening { class: class.clone() }).await),
        ["办理步骤"],
        "a refused class does not move"
    );
    let made = fixtures::another_class(&house, 0x503, "3505822026A00010009").await;
    assert!(matches!(
        house
            .desk(Persona::SchoolClerk)
            .perform(RevokeClass { class: made.class.clone(), reason: "查实冒名".into() })
            .await,
        Err(Stop::Forbidden)
    ));
    house
        .desk(Persona::SchoolClerk)
        .perform(WithdrawClass { class: made.class.clone(), reason: "报名人数不足".into() })
        .await
        .unwrap();
    let withdrawn = row(&house, &made.class).await;
    assert_eq!(
        (withdrawn.state, withdrawn.decision_note.as_str()),
        (FullProcessState::Withdrawn.into(), "报名人数不足")
    );
    let other = fixtures::another_class(&house, 0x504, "3505822026A00010010").await;
    officer.perform(RevokeClass { class: other.class.clone(), reason: "查实冒名".into() }).await.unwrap();
    assert_eq!(row(&house, &other.class).await.state, FullProcessState::Withdrawn);
}
