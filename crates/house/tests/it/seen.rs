//! What a form does is done to what its page showed, or to nothing; what is done from the queue goes on there (house.md
//! §6; pages.md "Queue").

use axum::http::StatusCode;
use foundation::ClassId;
use foundation::codes::FullProcessState;
use store::query::{ColumnTrait, Set};
use store::tables::supervision::training_class;
use testkit::{Persona, TestHouse};

use testkit::fixtures;

async fn meddle(house: &TestHouse, class: &ClassId, change: training_class::ActiveModel) {
    let class = class.clone();
    house
        .premises
        .db
        .write(foundation::Scope::Everything, move |work| {
            Box::pin(async move {
                work.change_all::<training_class::Entity>(training_class::Column::Id.eq(class), change).await
            })
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn nobody_decides_on_what_has_changed_since_he_looked() {
    let house = TestHouse::new().await.join(house::routes());
    let class = fixtures::approved_class(&house).await.class;
    let web = house.serve(house::routes());
    let officer = desk::session::open(&house.premises, &Persona::JinjiangOfficer.account(), true).await.unwrap();
    let address = format!("/classes/{class}/revoke");
    let page = web.get_as(&officer, &address).await.expect(StatusCode::OK);
    meddle(&house, &class, training_class::ActiveModel { money: Set(foundation::Fen(1)), ..Default::default() }).await;
    let reason = [("reason", "查实学员名单不真实")];
    let refused = web.post_from(&officer, &page, &address, &reason).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("班级已经被办理或改动过") && refused.text.contains("查实学员名单不真实"),
        "told, and nothing typed is lost"
    );
    let state = house.system().read().await.unwrap().get(&class).await.unwrap().state;
    assert_eq!(state, FullProcessState::Approved, "and nothing was done");
    web.post_from(&officer, &refused, &address, &reason).await.expect(StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_is_done_from_the_queue_goes_on_in_the_queue() {
    let house = TestHouse::new().await.join(house::routes());
    let class = fixtures::approved_class(&house).await.class;
    let web = house.serve(house::routes());
    let officer = desk::session::open(&house.premises, &Persona::JinjiangOfficer.account(), true).await.unwrap();
    let submitted =
        || training_class::ActiveModel { state: Set(FullProcessState::Submitted.into()), ..Default::default() };
    for (page, then) in [("/".to_owned(), "/".to_owned()), (format!("/classes/{class}"), format!("/classes/{class}"))] {
        meddle(&house, &class, submitted()).await;
        let page = web.get_as(&officer, &page).await.expect(StatusCode::OK);
        let done = web
            .post_from(&officer, &page, &format!("/classes/{class}/accept"), &[])
            .await
            .expect(StatusCode::SEE_OTHER);
        assert_eq!(done.location, then);
    }
}

/// A form that was refused for something else comes back speaking of what its page showed at first: whoever mends the
/// other thing is still told that the class has changed.
#[tokio::test]
async fn a_form_that_comes_back_does_not_forget_what_it_showed() {
    let house = TestHouse::new().await.join(house::routes());
    let class = fixtures::approved_class(&house).await.class;
    let web = house.serve(house::routes());
    let officer = desk::session::open(&house.premises, &Persona::JinjiangOfficer.account(), true).await.unwrap();
    let address = format!("/classes/{class}/revoke");
    let page = web.get_as(&officer, &address).await.expect(StatusCode::OK);
    meddle(&house, &class, training_class::ActiveModel { money: Set(foundation::Fen(1)), ..Default::default() }).await;
    let short =
        web.post_from(&officer, &page, &address, &[("reason", "短")]).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!short.text.contains("办理或改动过"));
    let told = web
        .post_from(&officer, &short, &address, &[("reason", "查实学员名单不真实")])
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.text.contains("班级已经被办理或改动过"), "{}", told.text);
}

/// What a queue's link opened goes back to the queue when it is done.
#[tokio::test]
async fn what_was_opened_from_the_queue_comes_back_to_it() {
    let house = TestHouse::new().await.join(house::routes());
    let class = fixtures::approved_class(&house).await.class;
    let web = house.serve(house::routes());
    let officer = desk::session::open(&house.premises, &Persona::JinjiangOfficer.account(), true).await.unwrap();
    meddle(
        &house,
        &class,
        training_class::ActiveModel { state: Set(FullProcessState::Submitted.into()), ..Default::default() },
    )
    .await;
    let page = web.get_as(&officer, &format!("/classes/{class}?from=queue")).await.expect(StatusCode::OK);
    let done =
        web.post_from(&officer, &page, &format!("/classes/{class}/accept"), &[]).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(done.location, "/");
}

/// An address that a form names leads into this house or home.
#[tokio::test]
async fn no_form_leads_out_of_the_house() {
    let house = TestHouse::new().await.join(house::routes());
    let web = house.serve(house::routes());
    let token = desk::session::open(&house.premises, &Persona::JinjiangOfficer.account(), true).await.unwrap();
    let page = web.get_as(&token, "/classes").await.expect(StatusCode::OK);
    for (back, leads) in [
        ("/\t/evil.example/x", "/"),
        ("/\n/x", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/classes?q=a", "/classes?q=a"),
    ] {
        let answer = web
            .post_from(&token, &page, "/large-text", &[("back", back), ("on", "1")])
            .await
            .expect(StatusCode::SEE_OTHER);
        assert_eq!(answer.location, leads, "{back:?}");
    }
}
