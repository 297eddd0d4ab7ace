//! A class application on one page (M3.1, M5.1, M7.1; pages.md: four clicks).

use axum::http::StatusCode;
use foundation::ClassId;
use foundation::codes::FullProcessState;
use m3_supervision::acts::review::SubmitOpening;
use store::query::{ColumnTrait, QueryFilter};
use store::tables::supervision::{class_session, enrolment, training_class};
use testkit::web::{Answer, Web};
use testkit::{Persona, TestHouse};

use crate::opening_support::row;
use testkit::fixtures::{self, NAMES};

/// The form as the page proposes it, some fields changed.
fn fields<'a>(
    item: &'a str,
    room: &'a str,
    teacher: &'a str,
    changed: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![
        ("needs_item", item),
        ("room", room),
        ("class_teacher", teacher),
        ("term", "2"),
        ("planned_persons", "12"),
        ("theory", "8"),
        ("practice", "12"),
        ("online", "4"),
        ("starts_on", "2026-11-16"),
        ("ends_on", "2026-11-18"),
        ("exam_on", "2026-11-20"),
        ("exam_plan", "理论笔试、现场操作各100分"),
        ("materials", "《育婴员（初级）》"),
        ("safety_plan", "人身意外险，急救员一名"),
        ("weekdays", "1"),
        ("weekdays", "2"),
        ("weekdays", "3"),
        ("morning", "08:30"),
        ("afternoon", "14:00"),
        ("evening", ""),
        ("block", "4"),
    ];
    for (name, value) in changed {
        match all.iter_mut().find(|(n, _)| n == name) {
            Some(one) => one.1 = value,
            None => all.push((name, value)),
        }
    }
    all
}

fn file(wrong: &str) -> Vec<u8> {
    let rows = (0..NAMES.len())
        .map(|n| format!("{},{},138050{n:05}\n", NAMES[n], fixtures::document(n).reveal()))
        .collect::<String>();
    format!("姓名,证件号码,联系电话\n{rows}{wrong}").into_bytes()
}

async fn post(web: &Web, name: &str, bytes: &[u8], changed: &[(&str, &str)]) -> Answer {
    let (item, room, teacher) =
        (fixtures::item().to_string(), fixtures::big_room().to_string(), fixtures::theory_teacher().to_string());
    web.upload(Persona::SchoolClerk, "/classes/new", name, bytes, &fields(&item, &room, &teacher, changed)).await
}

async fn classes(house: &TestHouse) -> u64 {
    house.desk(Persona::SchoolClerk).read().await.unwrap().count::<training_class::Entity>(|q| q).await.unwrap()
}

#[tokio::test]
async fn m3_1_one_page_makes_an_application_that_can_be_handed_in() {
    let house = TestHouse::new().await;
    fixtures::directories(&house).await;
    let web = house.serve(m3_supervision::room().routes);
    let form = web.get(Some(Persona::SchoolClerk), "/classes/new").await.expect(StatusCode::OK);
    for name in ["file", "pledged", "weekdays", "morning", "block"] {
        assert!(form.text.contains(&format!("name=\"{name}\"")), "{name}: {}", form.text);
    }
    let made = post(&web, "名册.csv", &file(""), &[("pledged", "1")]).await.expect(StatusCode::SEE_OTHER);
    let class: ClassId =
        made.location.strip_prefix("/classes/").unwrap().parse().expect("the class itself is what comes next");
    let reader = house.desk(Persona::SchoolClerk).read().await.unwrap();
    let sessions = reader
        .list::<class_session::Entity>(|q| q.filter(class_session::Column::Class.eq(class.clone())))
        .await
        .unwrap();
    assert_eq!(sessions.iter().map(|one| one.periods.0).sum::<i32>(), 24, "the whole plan is laid out");
    let roster =
        reader.list::<enrolment::Entity>(|q| q.filter(enrolment::Column::Class.eq(class.clone()))).await.unwrap();
    assert_eq!(
        (roster.len(), roster.iter().filter(|one| one.pledged_at.is_some()).count()),
        (NAMES.len(), NAMES.len())
    );
    drop(reader);
    let page = web.get(Some(Persona::SchoolClerk), &made.location).await.expect(StatusCode::OK);
    assert!(
        page.text.contains("我单位承诺") && page.text.contains("承诺并提交"),
        "the promise is read before it is made: {}",
        page.text
    );
    house.desk(Persona::SchoolClerk).perform(SubmitOpening { class: class.clone(), pledge: true }).await.unwrap();
    assert_eq!(row(&house, &class).await.state, FullProcessState::Submitted);
}

#[tokio::test]
async fn m7_1_wrong_rows_are_shown_on_the_roster_and_the_others_kept() {
    let house = TestHouse::new().await;
    fixtures::directories(&house).await;
    let web = house.serve(m3_supervision::room().routes);
    let page = post(&web, "名册.csv", &file("写错的人,350582199001011234,\n"), &[])
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.text.contains("写错的人") && page.text.contains(NAMES[3]) && page.text.contains("/roster\""),
        "{}",
        page.text
    );
    let reader = house.desk(Persona::SchoolClerk).read().await.unwrap();
    assert_eq!(
        reader.count::<enrolment::Entity>(|q| q.filter(enrolment::Column::PledgedAt.is_null())).await.unwrap(),
        NAMES.len() as u64,
        "nobody's pledge was said to be there"
    );
}

#[tokio::test]
async fn m3_1_nothing_is_made_of_a_form_that_is_wrong() {
    let house = TestHouse::new().await;
    fixtures::directories(&house).await;
    let web = house.serve(m3_supervision::room().routes);
    let refused = |words: &'static str, answer: Answer| {
        let answer = answer.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            answer.text.contains(words) && answer.text.contains("人身意外险"),
            "{words}, and what was typed is kept: {}",
            answer.text
        );
    };
    refused("排不下", post(&web, "名册.csv", &file(""), &[("afternoon", "")]).await);
    refused("08:30 的样子", post(&web, "名册.csv", &file(""), &[("morning", "早上")]).await);
    refused("线上最多排", post(&web, "名册.csv", &file(""), &[("online", "20")]).await);
    refused("请填整数", post(&web, "名册.csv", &file(""), &[("term", "二")]).await);
    refused("名册", post(&web, "名册.xlsx", b"no workbook at all", &[]).await);
    assert_eq!(classes(&house).await, 0);
    // Without a file and with no layout the draft is made all the same: both can follow.
    let made = post(&web, "", b"", &[("block", "")]).await.expect(StatusCode::SEE_OTHER);
    assert!(made.location.ends_with("/roster"), "{}", made.location);
    assert_eq!(classes(&house).await, 1);
}
