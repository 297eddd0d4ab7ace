//! Slips of paper: who signs in by one, once, on one phone, and what it opens of which school (M7.1; decisions/0008).

use foundation::{Scope, Stop};
use m8_governance::acts::slips::IssueSlips;
use store::query::{ColumnTrait, QueryFilter, Set};
use store::tables::identity::account;
use store::tables::supervision::{enrolment, training_class};
use testkit::{Persona, TestHouse};

use crate::identity::{count_of, path};
use testkit::fixtures;

#[tokio::test(flavor = "multi_thread")]
async fn m7_1_a_trainee_with_an_old_phone_signs_in_by_a_slip_of_paper() {
    let house = TestHouse::new().await.join(house::routes());
    let class = fixtures::approved_class(&house).await;
    let web = house.serve(house::routes());
    let at = format!("/classes/{}/slips", class.class);
    let page = web.get(Some(Persona::ClassTeacher), &at).await;
    assert!(page.status == 200 && page.text.contains("林玉珍") && page.text.contains("没发过"), "{}", page.text);
    assert_eq!(web.get(Some(Persona::RivalClerk), &at).await.status, 404);
    assert_eq!(web.get(Some(Persona::JinjiangOfficer), &at).await.status, 403, "an office signs nobody in");
    let none = web.post(Some(Persona::ClassTeacher), &at, &[("do", "picked")]).await;
    assert!(none.status == 422 && none.text.contains("没有选学员"));
    let sheet = web.post(Some(Persona::ClassTeacher), &at, &[("do", "waiting")]).await;
    assert!(
        sheet.status == 200 && sheet.text.matches("jb-slip__name").count() == class.enrolments.len(),
        "{}",
        sheet.text
    );
    assert!(!sheet.text.contains("/links/") || sheet.text.contains("<svg"), "the address is in the picture");

    let teacher = house.desk(Persona::ClassTeacher);
    let one = IssueSlips { class: class.class.clone(), enrolments: vec![class.enrolments[3].clone()] };
    let slips = teacher.perform(one.clone()).await.unwrap();
    let link = path(&slips[0].link.address);
    let hello = web.get(None, &link).await;
    assert!(
        hello.text.contains("是我，登录") && !hello.text.contains(&slips[0].name),
        "masked to whoever found the slip"
    );
    let later = teacher.perform(one.clone()).await.unwrap();
    assert_eq!(web.get(None, &link).await.status, 404, "a new slip voids the old");
    let entered = web.post(None, &path(&later[0].link.address), &[]).await;
    let cookie = entered
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|v| v.to_str().ok())
        .find(|v| v.starts_with("jinbu="))
        .unwrap()
        .to_owned();
    assert!(cookie.contains("Max-Age=2592000"), "stays on the phone: {cookie}");
    let token = entered.session().unwrap();
    assert_eq!(web.get_as(&token, "/me").await.status, 200);
    assert_eq!(web.post(None, &path(&later[0].link.address), &[]).await.status, 404, "works once");
    let third = teacher.perform(one).await.unwrap();
    assert_eq!(web.get_as(&token, "/me").await.status, 200, "signed in until the new slip is used");
    assert_eq!(web.post(None, &path(&third[0].link.address), &[]).await.status, 303);
    assert_eq!(web.get_as(&token, "/me").await.status, 303, "one trainee, one phone");
    assert_eq!(count_of(&house, "TraineeSlipUsed").await, 2);
    let reader = house.premises.db.read(Scope::Everything).await.unwrap();
    let accounts =
        reader.list::<account::Entity>(|q| q.filter(account::Column::OfficeKind.eq("trainee"))).await.unwrap();
    let persons: std::collections::HashSet<_> = accounts.iter().map(|one| one.person.clone()).collect();
    assert_eq!(persons.len(), accounts.len(), "one account for each person");
    assert!(matches!(
        house.desk(Persona::RivalClerk).perform(IssueSlips { class: class.class, enrolments: vec![] }).await,
        Err(Stop::Fault(_))
    ));
}

/// The classes that a browser's sign-in reaches.
async fn reached(house: &TestHouse, token: &str) -> Vec<foundation::ClassId> {
    let known = desk::session::recognise(&house.premises, token).await.unwrap().expect("signed in");
    let reader = desk::Desk::of(house.premises.clone(), known.actor).read().await.unwrap();
    let mut classes: Vec<_> =
        reader.list::<enrolment::Entity>(|q| q).await.unwrap().into_iter().map(|one| one.class).collect();
    assert_eq!(classes.len(), reader.list::<training_class::Entity>(|q| q).await.unwrap().len());
    classes.sort();
    classes
}

#[tokio::test(flavor = "multi_thread")]
async fn m7_1_a_slip_opens_what_its_giver_has_and_nothing_of_another_school() {
    let house = TestHouse::new().await.join(house::routes());
    let mine = fixtures::approved_class(&house).await;
    let theirs = fixtures::another_class(&house, 0x601, "3505822026A00010002").await;
    let (rival, id) = (testkit::personas::rival(), theirs.class.clone());
    house
        .premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                let class = training_class::ActiveModel { institution: Set(rival.clone()), ..Default::default() };
                work.change_all::<training_class::Entity>(training_class::Column::Id.eq(id.clone()), class).await?;
                let places = enrolment::ActiveModel { institution: Set(rival), ..Default::default() };
                work.change_all::<enrolment::Entity>(enrolment::Column::Class.eq(id), places).await
            })
        })
        .await
        .unwrap();
    let web = house.serve(house::routes());
    let slip = async |persona, class: &fixtures::ApprovedClass| {
        let one = IssueSlips { class: class.class.clone(), enrolments: vec![class.enrolments[3].clone()] };
        path(&house.desk(persona).perform(one).await.unwrap()[0].link.address)
    };
    let by_rival = slip(Persona::RivalClerk, &theirs).await;
    let rivals_phone = web.post(None, &by_rival, &[]).await.session().unwrap();
    assert_eq!(
        reached(&house, &rivals_phone).await,
        std::slice::from_ref(&theirs.class),
        "the rival learns nothing of the other school"
    );
    assert_eq!(web.get_as(&rivals_phone, &format!("/me/hours/{}", mine.class)).await.status, 404);
    let elsewhere = format!("/sessions/{}/sign-in", mine.sessions[0]);
    assert_eq!(
        web.post_as(&rivals_phone, &elsewhere, &[("code", "ABCDEF")]).await.status,
        404,
        "nor signs in there, whatever the code"
    );
    // On the trainee's own phone the second school's slip adds its classes to the first one's.
    let phone = web.post(None, &slip(Persona::ClassTeacher, &mine).await, &[]).await.session().unwrap();
    assert_eq!(reached(&house, &phone).await, std::slice::from_ref(&mine.class));
    let again = web.post_as(&phone, &slip(Persona::RivalClerk, &theirs).await, &[]).await.session().unwrap();
    let mut both = vec![mine.class, theirs.class];
    both.sort();
    assert_eq!(reached(&house, &again).await, both);
}
