//! Rosters, single meetings, copies, pledges, and the register (M7.1, M3.1, M3.11).

use axum::http::StatusCode;
use foundation::codes::SessionMode;
use foundation::ids::TypedId;
use foundation::{ClassId, Stop};
use m3_supervision::acts::opening::{AddTrainees, CreateClass, RemoveTrainee};
use m3_supervision::acts::review::SubmitOpening;
use m3_supervision::acts::timetable::{AddSession, EditSession, RemoveSession};
use m3_supervision::rules::opening::Plan;
use m3_supervision::rules::timetable::SessionFields;
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::supervision::{class_session, enrolment};
use testkit::{Persona, TestHouse};

use crate::opening_support::{create, is_gone, plan, ready, roster, row, rules, under_review};
use testkit::fixtures::{self, day};

#[tokio::test]
async fn m7_1_rosters_keep_good_rows_and_say_what_is_wrong_with_the_others() {
    let house = TestHouse::new().await;
    fixtures::directories(&house).await;
    let class = create(&house).await;
    let web = house.serve(m3_supervision::room().routes);
    let good = fixtures::document(0).reveal().to_owned();
    let wrong = format!("{}{}", &good[..17], if good.ends_with('1') { '2' } else { '1' });
    let unborn = foundation::id_number::synthetic(day(2030, 1, 1), 7).unwrap();
    let new = foundation::id_number::synthetic(day(1990, 5, 5), 9).unwrap();
    let text = format!(
        "晋江市安海职业培训学校名册\n\n电话,姓名,身份证号码\n13805000000,林玉珍,{good}\n13805000001,黄小琴,{wrong}\n13805000002,未出生,{unborn}\n\
         ,换名字,{}\n13900000009,曹新人,{new}\n",
        fixtures::document(2).reveal()
    );
    let page = web
        .upload(Persona::SchoolClerk, &format!("/classes/{class}/roster"), "名册.csv", text.as_bytes(), &[])
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["第 5 行", "校验位不对", "第 6 行", "晚于今天", "第 7 行", "已登记在另一个姓名下"]
    {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    let roster = house
        .desk(Persona::SchoolClerk)
        .read()
        .await
        .unwrap()
        .list::<enrolment::Entity>(|q| {
            q.filter(enrolment::Column::Class.eq(class.clone())).order_by_asc(enrolment::Column::Id)
        })
        .await
        .unwrap();
    assert_eq!(roster.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["林玉珍", "曹新人"]);
    assert!(!page.text.contains(&good) && !page.text.contains(&new), "whole numbers are never shown");
    assert_eq!(row(&house, &class).await.enrolled_count, 2);
    let again = web
        .upload(
            Persona::SchoolClerk,
            &format!("/classes/{class}/roster"),
            "名册.csv",
            format!("姓名,证件号码\n林玉珍,{good}\n").as_bytes(),
            &[],
        )
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text.contains("已经在本班名册里"));
    let typed = web
        .post(
            Some(Persona::SchoolClerk),
            &format!("/classes/{class}/trainees"),
            &[("name", "黄小琴"), ("id_number", &wrong), ("phone", "")],
        )
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        typed.text.contains("校验位不对") && typed.text.contains("黄小琴"),
        "what was typed is kept: {}",
        typed.text
    );
    web.post(
        Some(Persona::SchoolClerk),
        &format!("/classes/{class}/trainees"),
        &[("name", "黄小琴"), ("id_number", fixtures::document(1).reveal())],
    )
    .await
    .expect(StatusCode::SEE_OTHER);
    house
        .desk(Persona::SchoolClerk)
        .perform(RemoveTrainee { class: class.clone(), enrolment: roster[1].id.clone() })
        .await
        .unwrap();
    assert_eq!(row(&house, &class).await.enrolled_count, 2);
}

#[tokio::test]
async fn m7_1_broken_files_get_a_plain_word() {
    let house = TestHouse::new().await;
    fixtures::directories(&house).await;
    let class = create(&house).await;
    let web = house.serve(m3_supervision::room().routes);
    for (name, bytes) in [
        ("a.xlsx", &b"PK\x03\x04 not a workbook"[..]),
        ("a.xlsx", b""),
        ("a.xls", b"\xd0\xcf\x11\xe0"),
        ("a.csv", b"\xff\xfe\x00\x01"),
        ("a.csv", b"a,b\n1,2\n"),
    ] {
        let page = web
            .upload(Persona::SchoolClerk, &format!("/classes/{class}/roster"), name, bytes, &[])
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text.contains("请"), "{}", page.text);
    }
}

#[tokio::test]
async fn m3_1_meetings_stay_within_days_hours_and_eight_periods() {
    let house = TestHouse::new().await;
    let class = ready(&house).await;
    let clerk = house.desk(Persona::SchoolClerk);
    let sessions = clerk
        .read()
        .await
        .unwrap()
        .list::<class_session::Entity>(|q| {
            q.filter(class_session::Column::Class.eq(class.clone())).order_by_asc(class_session::Column::StartsAt)
        })
        .await
        .unwrap();
    assert_eq!(
        sessions.iter().map(|one| (one.held_on, one.mode, one.periods.0)).collect::<Vec<_>>()[..3],
        [
            (day(2026, 11, 16), SessionMode::Theory, 4),
            (day(2026, 11, 16), SessionMode::Theory, 4),
            (day(2026, 11, 17), SessionMode::Practice, 4)
        ]
    );
    assert_eq!(sessions[0].place, "实训楼 302");
    let fields = |held_on, starts: &str, periods| SessionFields {
        held_on,
        starts: starts.parse().unwrap(),
        periods,
        mode: SessionMode::Practice,
        subject: "婴儿护理".into(),
        teacher: fixtures::practice_teacher(),
        room: Some(fixtures::small_room()),
    };
    let add = |fields| AddSession { class: class.clone(), fields };
    for (bad, field) in [
        (fields(day(2026, 11, 19), "08:30:00", 4), "held_on"),
        (fields(day(2026, 11, 16), "05:00:00", 1), "starts"),
        (fields(day(2026, 11, 16), "18:00:00", 1), "periods"),
    ] {
        let Err(Stop::Refused(no)) = clerk.perform(add(bad)).await else { panic!("{field} should be refused") };
        assert!(no.iter().any(|one| one.field.as_deref() == Some(field)), "{no:?}");
    }
    clerk.perform(RemoveSession { session: sessions[5].id.clone() }).await.unwrap();
    assert!(
        rules(clerk.perform(SubmitOpening { class: class.clone(), pledge: true }).await).contains(&"W04".to_owned()),
        "four online periods are missing"
    );
    let overlap = clerk
        .perform(EditSession { session: sessions[4].id.clone(), fields: fields(day(2026, 11, 17), "10:00:00", 4) })
        .await;
    assert!(matches!(overlap, Err(Stop::Refused(_))));
    let foreign = SessionFields { teacher: fixtures::rival_teacher(), ..fields(day(2026, 11, 18), "14:00:00", 4) };
    assert!(is_gone(&clerk.perform(add(foreign)).await), "another school's teacher does not exist here");
    let online = SessionFields { mode: SessionMode::Online, room: None, ..fields(day(2026, 11, 18), "14:00:00", 4) };
    clerk.perform(add(online)).await.unwrap();
    clerk.perform(SubmitOpening { class: class.clone(), pledge: true }).await.unwrap();
    assert_eq!(
        rules(clerk.perform(RemoveSession { session: sessions[0].id.clone() }).await),
        ["开班申请"],
        "what was handed in stands"
    );
}

#[tokio::test]
async fn a_copy_takes_plan_and_timetable_along() {
    let house = TestHouse::new().await;
    let first = fixtures::approved_class(&house).await;
    let web = house.serve(m3_supervision::room().routes);
    let form =
        web.get(Some(Persona::SchoolClerk), &format!("/classes/new?from={}", first.class)).await.expect(StatusCode::OK);
    let asked = form.text.matches("jb-field").count();
    assert!(
        form.text.contains("name=\"copy_of\"") && !form.text.contains("<textarea"),
        "only what changes is asked ({asked})"
    );
    let id = first.class.to_string();
    let fields = [
        ("copy_of", id.as_str()),
        ("needs_item", &fixtures::item().to_string()),
        ("term", "2"),
        ("theory", "8"),
        ("practice", "12"),
        ("online", "4"),
        ("exam_plan", "笔试与操作"),
        ("materials", "教材"),
        ("safety_plan", "保险"),
        ("room", &fixtures::big_room().to_string()),
        ("class_teacher", &fixtures::theory_teacher().to_string()),
        ("planned_persons", "12"),
        ("starts_on", "2026-11-23"),
        ("ends_on", "2026-11-25"),
        ("exam_on", "2026-11-27"),
    ];
    let made = web.post(Some(Persona::SchoolClerk), "/classes/new", &fields).await.expect(StatusCode::SEE_OTHER);
    let class: ClassId = made.location.split('/').nth(2).unwrap().parse().unwrap();
    let clerk = house.desk(Persona::SchoolClerk);
    let moved = clerk
        .read()
        .await
        .unwrap()
        .list::<class_session::Entity>(|q| {
            q.filter(class_session::Column::Class.eq(class.clone())).order_by_asc(class_session::Column::StartsAt)
        })
        .await
        .unwrap();
    assert_eq!(
        (moved.len(), moved[0].held_on, moved[0].teacher_name.as_str(), moved[5].place.as_str()),
        (6, day(2026, 11, 23), "苏建平", "线上")
    );
    clerk.perform(AddTrainees { class: class.clone(), rows: roster() }).await.unwrap();
    clerk.perform(SubmitOpening { class, pledge: true }).await.unwrap();
}

#[tokio::test]
async fn m3_1_pledges_are_signed_by_the_trainee_or_collected_on_paper() {
    use m3_supervision::acts::opening::SignPledges;
    let house = TestHouse::new().await;
    let class = ready(&house).await;
    let sign = |persona| {
        let (desk, class) = (house.desk(persona), class.clone());
        async move { desk.perform(SignPledges { class }).await }
    };
    assert_eq!(sign(Persona::Trainee).await.unwrap(), 1, "one's own only");
    assert_eq!(sign(Persona::Trainee).await.unwrap(), 0, "once");
    assert_eq!(sign(Persona::SchoolClerk).await.unwrap(), 11, "the rest on paper");
    assert!(is_gone(&sign(Persona::RivalClerk).await));
    assert!(matches!(sign(Persona::JinjiangOfficer).await, Err(Stop::Forbidden)));
}

#[tokio::test]
async fn a_copy_proposes_the_soonest_days_and_the_next_number() {
    let house = TestHouse::new().await;
    let first = fixtures::approved_class(&house).await;
    let web = house.serve(m3_supervision::room().routes);
    let form =
        web.get(Some(Persona::SchoolClerk), &format!("/classes/new?from={}", first.class)).await.expect(StatusCode::OK);
    for words in ["value=\"2026-11-16\"", "value=\"2026-11-18\"", "value=\"2026-11-20\"", "育婴员 第2期"] {
        assert!(form.text.contains(words), "{words}: {}", form.text);
    }
    web.get(Some(Persona::RivalClerk), &format!("/classes/new?from={}", first.class))
        .await
        .expect(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_typed_stays_text_everywhere() {
    let house = TestHouse::new().await;
    fixtures::directories(&house).await;
    let evil = "<script>alert(1)</script>'; DROP TABLE training_class; --";
    let act = CreateClass {
        needs_item: fixtures::item(),
        room: fixtures::big_room(),
        class_teacher: fixtures::theory_teacher(),
        plan: Plan { exam_plan: evil.into(), materials: evil.into(), safety_plan: evil.into(), ..plan() },
        copy_of: None,
        layout: None,
    };
    let class = house.desk(Persona::SchoolClerk).perform(act).await.unwrap();
    let web = house.serve(m3_supervision::room().routes);
    for path in ["", "/plan", "/roster", "/timetable"] {
        let page = web.get(Some(Persona::SchoolClerk), &format!("/classes/{class}{path}")).await.expect(StatusCode::OK);
        assert!(!page.text.contains("<script>alert"), "{path}");
    }
    let quoted = web
        .get(Some(Persona::JinjiangOfficer), "/classes?q=%27%3B+DROP+TABLE%25&state=nonsense&sort=--&page=-1")
        .await
        .expect(StatusCode::OK);
    assert!(!quoted.text.contains("育婴员"), "{}", quoted.text);
    assert_eq!(
        web.get(Some(Persona::SchoolClerk), &format!("/classes/{class}"))
            .await
            .expect(StatusCode::OK)
            .text
            .matches("&lt;script&gt;")
            .count(),
        3
    );
}

#[tokio::test]
async fn m3_11_the_register_filters_exports_and_answers_programs() {
    let house = TestHouse::new().await;
    let class = under_review(&house).await;
    let web = house.serve(m3_supervision::room().routes);
    let officer = Some(Persona::JinjiangOfficer);
    assert!(
        web.get(officer, "/classes?state=waiting&q=%E8%82%B2%E5%A9%B4")
            .await
            .expect(StatusCode::OK)
            .text
            .contains("育婴员 第2期")
    );
    assert!(!web.get(officer, "/classes?state=A30").await.expect(StatusCode::OK).text.contains("育婴员 第2期"));
    assert!(!web.get(officer, "/classes?from=2026-12-01").await.expect(StatusCode::OK).text.contains("育婴员 第2期"));
    let file = web.get(officer, "/classes?export=xlsx").await.expect(StatusCode::OK);
    assert!(file.text.starts_with("PK"));
    let list = web.get(officer, "/api/v1/classes?limit=1").await.expect(StatusCode::OK);
    let json: serde_json::Value = serde_json::from_str(&list.text).unwrap();
    assert_eq!((json["items"][0]["id"].as_str(), json["next"].as_str()), (Some(class.as_str()), Some(class.as_str())));
    let one: serde_json::Value =
        serde_json::from_str(&web.get(officer, &format!("/api/v1/classes/{class}")).await.expect(StatusCode::OK).text)
            .unwrap();
    assert_eq!((one["state"].as_str(), one["sessions"].as_array().map(Vec::len)), (Some("A20"), Some(6)));
    let roster = web.get(officer, &format!("/api/v1/classes/{class}/roster")).await.expect(StatusCode::OK);
    assert!(
        roster.text.contains("林*珍")
            && !roster.text.contains("林玉珍")
            && !roster.text.contains(fixtures::document(0).reveal())
    );
    web.get(Some(Persona::ShishiOfficer), &format!("/api/v1/classes/{class}")).await.expect(StatusCode::NOT_FOUND);
}
