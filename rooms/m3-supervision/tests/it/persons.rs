//! Persons seen through their classes (M7.1, M7.2; domain §12.1): masked, revealed for a reason, and the
//! person can read who looked.

use axum::http::StatusCode;
use foundation::Stop;
use m7_registry::acts::RevealPersonalData;
use store::query::{ColumnTrait, QueryFilter};
use store::tables::identity::idempotency;
use store::tables::journal::fact;
use testkit::personas::trainee;
use testkit::{Persona, TestHouse};

use testkit::fixtures;

#[tokio::test]
async fn m7_2_persons_are_found_masked_and_only_within_reach() {
    let house = TestHouse::new().await;
    fixtures::approved_class(&house).await;
    let web = house.serve(m7_registry::room().routes.merge(m3_supervision::room().routes));
    let number = fixtures::document(0).reveal().to_owned();
    let list = web.get(Some(Persona::JinjiangOfficer), "/persons").await.expect(StatusCode::OK);
    assert!(
        list.text.contains("林玉珍")
            && list.text.contains(&fixtures::document(0).masked())
            && !list.text.contains(&number)
    );
    let find = async |persona, number: &str| web.post(Some(persona), "/persons/find", &[("who", number)]).await;
    assert_eq!(
        find(Persona::JinjiangOfficer, &number).await.expect(StatusCode::SEE_OTHER).location,
        format!("/persons/{}", trainee()),
        "a whole number finds its holder"
    );
    assert_eq!(
        find(Persona::ShishiOfficer, &number).await.expect(StatusCode::SEE_OTHER).location,
        "/persons",
        "not beyond reach"
    );
    let wrong = find(Persona::JinjiangOfficer, "350199197503050000").await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("写完整") && !wrong.text.contains("350199197503050000"), "{}", wrong.text);
    assert!(!web.get(Some(Persona::RivalClerk), "/persons").await.expect(StatusCode::OK).text.contains("林玉珍"));
    let page = web.get(Some(Persona::JinjiangOfficer), &format!("/persons/{}", trainee())).await.expect(StatusCode::OK);
    assert!(page.text.contains("育婴员 第1期") && !page.text.contains(&number));
    web.get(Some(Persona::ShishiOfficer), &format!("/persons/{}", trainee())).await.expect(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn m7_1_a_look_needs_a_reason_and_leaves_a_trace_for_the_person() {
    let house = TestHouse::new().await;
    fixtures::approved_class(&house).await;
    let web = house.serve(m7_registry::room().routes.merge(m3_supervision::room().routes));
    let (number, at) = (fixtures::document(0).reveal().to_owned(), format!("/persons/{}/reveal", trainee()));
    let refused = web
        .post(Some(Persona::JinjiangOfficer), &at, &[("what", "id_number"), ("reason", "")])
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!refused.text.contains(&number));
    let shown = web
        .post(Some(Persona::JinjiangOfficer), &at, &[("what", "id_number"), ("reason", "电话抽核学员")])
        .await
        .expect(StatusCode::OK);
    assert!(shown.text.contains(&number) && shown.text.contains("已记入留痕"));
    web.post(Some(Persona::ShishiOfficer), &at, &[("what", "id_number"), ("reason", "电话抽核学员")])
        .await
        .expect(StatusCode::NOT_FOUND);
    web.post(Some(Persona::SchoolClerk), &at, &[("what", "id_number"), ("reason", "电话抽核学员")])
        .await
        .expect(StatusCode::FORBIDDEN);
    let own = web.get(Some(Persona::Trainee), "/me/views").await.expect(StatusCode::OK);
    assert!(own.text.contains("陈秀娟") && own.text.contains("电话抽核学员"), "{}", own.text);
    let reader = house.desk(Persona::OtherTrainee).read().await.unwrap();
    assert_eq!(
        m7_registry::doorway::looks(&reader, &trainee()).await.unwrap(),
        0,
        "somebody else's looks are nobody's business"
    );
    let facts = house
        .system()
        .read()
        .await
        .unwrap()
        .list::<fact::Entity>(|q| q.filter(fact::Column::Fact.eq("PersonalDataRevealed")))
        .await
        .unwrap();
    assert_eq!(facts.len(), 1);
    assert!(!format!("{facts:?}").contains(&number));
}

#[tokio::test]
async fn a_revealed_number_is_never_kept_as_an_answer() {
    let house = TestHouse::new().await;
    fixtures::approved_class(&house).await;
    let act = || RevealPersonalData { person: trainee(), what: "phone".into(), purpose: "电话抽核学员".into() };
    let officer = house.desk(Persona::JinjiangOfficer);
    assert_eq!(officer.perform_keyed(act(), Some("k")).await.unwrap(), "13805000000");
    officer.perform_keyed(act(), Some("k")).await.unwrap();
    let kept = house.system().read().await.unwrap().count::<idempotency::Entity>(|q| q).await.unwrap();
    assert_eq!(kept, 0);
    assert_eq!(
        m7_registry::doorway::looks(&house.system().read().await.unwrap(), &trainee()).await.unwrap(),
        2,
        "each look is a look"
    );
    assert!(matches!(house.desk(Persona::Trainee).perform(act()).await, Err(Stop::Forbidden)));
}
