//! The directory through its pages: what a form says, who stays outside, what the public register shows (M2.1–M2.5,
//! M7.2).

use axum::http::StatusCode;
use foundation::Stop;
use m2_institutions::{AddRoom, VerifyTeacherCertificate};
use testkit::Persona;
use testkit::personas::school;

use crate::support::{code, house, line, site, teacher, visit};

#[tokio::test]
async fn m2_1_a_wrong_check_digit_is_refused_with_all_other_errors_and_what_was_typed_is_kept() {
    let (house, _) = house().await;
    let web = house.serve(m2_institutions::room().routes);
    let mut wrong = code("MJB12345");
    let last = wrong.pop().unwrap();
    wrong.push(if last == '0' { '1' } else { '0' });
    let form = [
        ("uscc", wrong.as_str()),
        ("name", "<i>某校</i>"),
        ("kind", ""),
        ("licence_until", "2020-01-01"),
        ("phone", "abc"),
        ("account", "12"),
        ("route", "LX"),
    ];
    let page = web
        .post(Some(Persona::JinjiangOfficer), "/institutions/new", &form)
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY)
        .text;
    for words in [
        "最后一位（校验位）不对",
        "请选择办学性质",
        "到期",
        "联系电话不像",
        "银行账号应为",
        "没有填写开户银行",
        wrong.as_str(),
        "&lt;i&gt;某校",
    ] {
        assert!(page.contains(words), "{words} missing");
    }
    assert!(!page.contains("<i>某校"));
}

#[tokio::test]
async fn m8_the_rival_the_neighbour_and_the_public_stay_outside() {
    let (house, item) = house().await;
    let web = house.serve(m2_institutions::room().routes);
    let (site, teacher) = (site(&house).await, teacher(&house).await);
    let address = format!("/institutions/{}", school());
    for stranger in [None, Some(Persona::RivalClerk), Some(Persona::ShishiOfficer), Some(Persona::Trainee)] {
        let page = web.get(stranger, &address).await.expect(StatusCode::OK).text;
        assert!(page.contains("安海校区"), "the directory is public");
        for inside in ["许志强", "****5678", "留痕", "暂停承训"] {
            assert!(!page.contains(inside), "{inside} leaks to {stranger:?}");
        }
    }
    web.get(Some(Persona::RivalClerk), &format!("/my-institution/teachers/{teacher}"))
        .await
        .expect(StatusCode::NOT_FOUND);
    web.get(Some(Persona::RivalClerk), &format!("/my-institution/sites/{site}/rooms/new"))
        .await
        .expect(StatusCode::NOT_FOUND);
    web.post(Some(Persona::ShishiOfficer), &format!("/sites/{site}/verification"), &[])
        .await
        .expect(StatusCode::NOT_FOUND);
    web.post(Some(Persona::ShishiOfficer), &format!("{address}/suspend"), &[("reason", "x")])
        .await
        .expect(StatusCode::NOT_FOUND);
    web.get(Some(Persona::SchoolClerk), "/institutions/new").await.expect(StatusCode::FORBIDDEN);
    web.get(Some(Persona::JinjiangOfficer), "/my-institution").await.expect(StatusCode::FORBIDDEN);
    assert!(matches!(
        house.desk(Persona::RivalClerk).perform(AddRoom { site: site.clone(), name: "偷".into(), seats: 5 }).await,
        Err(Stop::Fault(foundation::Fault::Gone))
    ));
    assert!(matches!(
        house.desk(Persona::ShishiOfficer).perform(line(&item, &site)).await,
        Err(Stop::Fault(foundation::Fault::Gone))
    ));
    assert!(matches!(
        house.desk(Persona::ShishiOfficer).perform(VerifyTeacherCertificate { teacher }).await,
        Err(Stop::Fault(foundation::Fault::Gone))
    ));
}

#[tokio::test]
async fn m7_2_register_workbook_and_api_agree() {
    let (house, item) = house().await;
    let web = house.serve(m2_institutions::room().routes);
    let site = site(&house).await;
    let county = house.desk(Persona::JinjiangOfficer);
    county.perform(visit(&site)).await.unwrap();
    county.perform(line(&item, &site)).await.unwrap();
    let page = web.get(None, "/institutions?item=%E7%BC%9D%E7%BA%AB").await.expect(StatusCode::OK).text;
    assert!(page.contains("安海职业培训学校") && page.contains("缝纫工（四级/中级工）") && !page.contains("青阳"));
    let file = web.get(None, "/institutions?export=xlsx").await.expect(StatusCode::OK);
    assert!(file.text.starts_with("PK"));
    let json: serde_json::Value = serde_json::from_str(
        &web.get(None, &format!("/api/v1/institutions/{}", school())).await.expect(StatusCode::OK).text,
    )
    .unwrap();
    assert_eq!(json["programmes"][0], "缝纫工（四级/中级工）");
    assert!(json.get("account_masked").is_none());
    for path in ["/institutions/xyz", "/api/v1/institutions/xyz"] {
        web.get(None, path).await.expect(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn every_form_opens_for_its_office() {
    let (house, _) = house().await;
    let web = house.serve(m2_institutions::room().routes);
    let (site, teacher) = (site(&house).await, teacher(&house).await);
    for path in [
        "/my-institution".to_owned(),
        "/my-institution/sites/new".into(),
        format!("/my-institution/sites/{site}/rooms/new"),
        "/my-institution/teachers/new".into(),
        format!("/my-institution/teachers/{teacher}"),
        "/my-institution/contact".into(),
    ] {
        web.get(Some(Persona::SchoolClerk), &path).await.expect(StatusCode::OK);
    }
    for path in [
        "/institutions/new".to_owned(),
        format!("/institutions/{}/items/new", school()),
        format!("/sites/{site}/verification"),
    ] {
        web.get(Some(Persona::JinjiangOfficer), &path).await.expect(StatusCode::OK);
    }
    web.post(
        Some(Persona::SchoolClerk),
        &format!("/my-institution/sites/{site}/rooms/new"),
        &[("name", ""), ("seats", "多")],
    )
    .await
    .expect(StatusCode::UNPROCESSABLE_ENTITY);
    web.post(
        Some(Persona::SchoolClerk),
        &format!("/my-institution/sites/{site}/rooms/new"),
        &[("name", "302"), ("seats", "40")],
    )
    .await
    .expect(StatusCode::SEE_OTHER);
    web.post(
        Some(Persona::SchoolClerk),
        "/my-institution/contact",
        &[("contact", "李雪梅"), ("phone", "0595-85780009")],
    )
    .await
    .expect(StatusCode::SEE_OTHER);
    assert!(web.get(None, &format!("/institutions/{}", school())).await.text.contains("302（40 座）"));
}
