//! Tests of the needs catalogue (M1.1–M1.5, M5.1) through its acts and pages.

use axum::http::StatusCode;
use foundation::codes::{CertificateType, NeedsState, ShortageClass, TrainingType};
use foundation::{NeedsItemId, SkillLevel, Stop};
use m1_needs::{AddNeedsItem, DelistNeedsItem, EditNeedsItem, FileNeedsItem, NeedsItemFields, PublishNeedsItem};
use store::tables::needs::needs_item;
use testkit::{Persona, TestHouse};

fn sewing() -> NeedsItemFields {
    NeedsItemFields {
        year: 2026,
        training_type: TrainingType::Employment,
        occupation: None,
        name: "缝纫工".into(),
        level: SkillLevel::Four,
        certificate_type: CertificateType::Completion,
        periods_min: 40,
        periods_max: 80,
        online_cap_pct: 40,
        shortage_class: Some(ShortageClass::Manufacturing),
        rate_text: String::new(),
    }
}

async fn drafted(house: &TestHouse) -> NeedsItemId {
    house.desk(Persona::JinjiangOfficer).perform(AddNeedsItem { fields: sewing() }).await.unwrap().item
}

async fn published(house: &TestHouse) -> NeedsItemId {
    let item = drafted(house).await;
    house
        .desk(Persona::ProvinceOfficer)
        .perform(FileNeedsItem { item: item.clone(), filing_no: "闽人社备1号".into() })
        .await
        .unwrap();
    house
        .desk(Persona::JinjiangOfficer)
        .perform(PublishNeedsItem { item: item.clone(), document: "晋人社〔2026〕45号".into() })
        .await
        .unwrap();
    item
}

async fn row(house: &TestHouse, id: &NeedsItemId) -> needs_item::Model {
    house.system().read().await.unwrap().get(&id).await.unwrap()
}

fn rules(stop: Stop) -> Vec<String> {
    match stop {
        Stop::Refused(no) => no.into_iter().map(|one| one.rule).collect(),
        other => panic!("not a refusal: {other}"),
    }
}

const FORM: [(&str, &str); 11] = [
    ("year", "2026"),
    ("training_type", "JY"),
    ("occupation", ""),
    ("name", "沙县小吃制作"),
    ("level", "H"),
    ("certificate_type", "HG"),
    ("periods_min", "20"),
    ("periods_max", "60"),
    ("online_cap_pct", "40"),
    ("shortage_class", "FW"),
    ("rate_text", ""),
];

fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    FORM.iter()
        .map(|(name, value)| changes.iter().find(|(n, _)| n == name).copied().unwrap_or((*name, *value)))
        .collect()
}

#[tokio::test]
async fn m1_2_to_m1_5_an_item_goes_from_draft_to_delisted() {
    let house = TestHouse::new().await;
    let item = published(&house).await;
    let one = row(&house, &item).await;
    assert_eq!(
        (one.state, one.filing_no.as_str(), one.document.as_str()),
        (NeedsState::Published, "闽人社备1号", "晋人社〔2026〕45号")
    );
    assert_eq!(one.rate_text, "每课时25元，20—80课时");
    let reader = house.desk(Persona::SchoolClerk).read().await.unwrap();
    assert_eq!(m1_needs::published_item(&reader, &item).await.unwrap().id, item);
    let desk = house.desk(Persona::JinjiangOfficer);
    assert_eq!(
        rules(desk.perform(DelistNeedsItem { item: item.clone(), reason: " ".into() }).await.unwrap_err()),
        ["必填"]
    );
    desk.perform(DelistNeedsItem { item: item.clone(), reason: "两个半年无人报名".into() }).await.unwrap();
    assert_eq!(rules(m1_needs::published_item(&reader, &item).await.unwrap_err()), ["目录内"]);
}

#[tokio::test]
async fn m1_4_nothing_is_published_without_a_filing_number_and_document() {
    let house = TestHouse::new().await;
    let item = drafted(&house).await;
    let no = house
        .desk(Persona::JinjiangOfficer)
        .perform(PublishNeedsItem { item: item.clone(), document: String::new() })
        .await
        .unwrap_err();
    assert_eq!(rules(no), ["先备案", "必填"]);
    assert_eq!(row(&house, &item).await.state, NeedsState::Draft);
    let web = house.serve(m1_needs::room().routes);
    let answer = web
        .post(Some(Persona::JinjiangOfficer), &format!("/needs/{item}/publish"), &[("document", "晋人社〔2026〕45号")])
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.text.contains("备案号") && answer.text.contains("晋人社〔2026〕45号"),
        "the typed document number must be kept"
    );
}

#[tokio::test]
async fn m1_4_a_change_after_filing_must_be_filed_again() {
    let house = TestHouse::new().await;
    let item = drafted(&house).await;
    house
        .desk(Persona::ProvinceOfficer)
        .perform(FileNeedsItem { item: item.clone(), filing_no: "闽人社备1号".into() })
        .await
        .unwrap();
    let fields = NeedsItemFields { periods_max: 60, ..sewing() };
    house.desk(Persona::JinjiangOfficer).perform(EditNeedsItem { item: item.clone(), fields }).await.unwrap();
    let one = row(&house, &item).await;
    assert_eq!((one.filing_no.as_str(), one.periods_max.0), ("", 60));
}

#[tokio::test]
async fn m5_1_an_online_cap_of_41_per_cent_is_refused_with_all_other_errors_at_once() {
    let house = TestHouse::new().await;
    let web = house.serve(m1_needs::room().routes);
    let form = with(&[("online_cap_pct", "41"), ("periods_min", "90"), ("year", "零"), ("level", "")]);
    let answer =
        web.post(Some(Persona::JinjiangOfficer), "/needs/new", &form).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["线上课时占比上限填了 41%", "最多 60 课时", "年度请填写整数", "请选择等级", "沙县小吃制作"]
    {
        assert!(answer.text.contains(words), "{words} missing");
    }
    let answer = web.post(Some(Persona::JinjiangOfficer), "/needs/new", &with(&[])).await.expect(StatusCode::SEE_OTHER);
    assert!(answer.location.starts_with("/needs/"));
}

#[tokio::test]
async fn m1_1_the_same_line_twice_is_refused() {
    let house = TestHouse::new().await;
    drafted(&house).await;
    assert_eq!(
        rules(house.desk(Persona::JinjiangReviewer).perform(AddNeedsItem { fields: sewing() }).await.unwrap_err()),
        ["重复"]
    );
}

#[tokio::test]
async fn m1_1_a_draft_is_seen_in_its_district_only_and_a_published_item_by_everybody() {
    let house = TestHouse::new().await;
    let web = house.serve(m1_needs::room().routes);
    let item = drafted(&house).await;
    let address = format!("/needs/{item}");
    for stranger in [None, Some(Persona::ShishiOfficer), Some(Persona::SchoolClerk), Some(Persona::Trainee)] {
        web.get(stranger, &address).await.expect(StatusCode::NOT_FOUND);
        assert!(!web.get(stranger, "/needs").await.expect(StatusCode::OK).text.contains("缝纫工"));
        assert!(!web.get(stranger, "/api/v1/needs").await.expect(StatusCode::OK).text.contains("缝纫工"));
    }
    for manager in [Persona::JinjiangOfficer, Persona::QuanzhouOfficer, Persona::ProvinceOfficer, Persona::Auditor] {
        web.get(Some(manager), &address).await.expect(StatusCode::OK);
    }
    let item = {
        house
            .desk(Persona::ProvinceOfficer)
            .perform(FileNeedsItem { item: item.clone(), filing_no: "闽人社备1号".into() })
            .await
            .unwrap();
        house
            .desk(Persona::JinjiangOfficer)
            .perform(PublishNeedsItem { item, document: "晋人社〔2026〕1号".into() })
            .await
            .unwrap()
            .item
    };
    let page = web.get(None, "/needs?q=%E7%BC%9D%E7%BA%AB&district=350500&shortage=1").await.expect(StatusCode::OK);
    assert!(page.text.contains("缝纫工") && page.text.contains(&item.to_string()));
    assert!(!web.get(None, "/needs?district=350581").await.text.contains("缝纫工"));
    assert!(web.get(None, &format!("/needs/{item}")).await.expect(StatusCode::OK).text.contains("每课时25元"));
}

#[tokio::test]
async fn m8_the_neighbour_finds_nothing_to_act_on_and_others_may_not_act() {
    let house = TestHouse::new().await;
    let web = house.serve(m1_needs::room().routes);
    let item = published(&house).await;
    let reason = [("reason", "不要了")];
    web.post(Some(Persona::ShishiOfficer), &format!("/needs/{item}/delist"), &reason)
        .await
        .expect(StatusCode::NOT_FOUND);
    web.post(Some(Persona::SchoolClerk), &format!("/needs/{item}/delist"), &reason).await.expect(StatusCode::FORBIDDEN);
    web.post(Some(Persona::JinjiangOfficer), &format!("/needs/{item}/file"), &[("filing_no", "1")])
        .await
        .expect(StatusCode::FORBIDDEN);
    web.get(Some(Persona::RivalClerk), "/needs/new").await.expect(StatusCode::FORBIDDEN);
    web.get(Some(Persona::ShishiOfficer), &format!("/needs/{item}/edit")).await.expect(StatusCode::NOT_FOUND);
    assert_eq!(row(&house, &item).await.state, NeedsState::Published);
}

#[tokio::test]
async fn what_people_type_is_never_markup() {
    let house = TestHouse::new().await;
    let web = house.serve(m1_needs::room().routes);
    let answer = web
        .post(Some(Persona::JinjiangOfficer), "/needs/new", &with(&[("name", "<b>坏</b>\"'")]))
        .await
        .expect(StatusCode::SEE_OTHER);
    for path in [answer.location.as_str(), "/needs"] {
        let page = web.get(Some(Persona::JinjiangOfficer), path).await.expect(StatusCode::OK).text;
        assert!(!page.contains("<b>坏") && page.contains("&lt;b&gt;坏"), "{path}");
    }
}

#[tokio::test]
async fn m7_2_the_workbook_and_the_api_hold_what_the_screen_holds() {
    let house = TestHouse::new().await;
    let web = house.serve(m1_needs::room().routes);
    published(&house).await;
    let file = web.get(None, "/needs?export=xlsx").await.expect(StatusCode::OK);
    assert_eq!(file.headers["content-type"], desk::workbook::XLSX);
    assert!(file.text.starts_with("PK"));
    let api = web.get(None, "/api/v1/needs?certificate=HG&limit=1").await.expect(StatusCode::OK);
    let json: serde_json::Value = serde_json::from_str(&api.text).unwrap();
    assert_eq!(
        (json["items"][0]["name"].as_str(), json["items"][0]["periods_max"].as_i64()),
        (Some("缝纫工"), Some(80))
    );
    let after = json["next"].as_str().unwrap();
    let rest: serde_json::Value =
        serde_json::from_str(&web.get(None, &format!("/api/v1/needs?after={after}")).await.text).unwrap();
    assert_eq!(rest["items"].as_array().unwrap().len(), 0);
}

proptest::proptest! {
    /// M5.1: whatever else is written, an item above the cap never becomes a row, one below is never refused for it.
    #[test]
    fn m5_1_the_cap_holds_for_every_number(cap in -5i32..120) {
        let limits =
            m1_needs::rules::Limits { online_cap_pct: 40, completion_rate: "x".into(), online_document: "y".into() };
        let today = foundation::clock::day_of(testkit::start_of_tests());
        let refused = m1_needs::rules::check(&NeedsItemFields { online_cap_pct: cap, ..sewing() }, &limits, today)
            .iter()
            .any(|no| no.rule == "线上");
        proptest::prop_assert_eq!(refused, !(0..=40).contains(&cap));
    }
}
