//! What a form does is done to what its page showed, or to nothing; what is done from the queue goes on there (house.md
//! §6; pages.md "Queue").

use axum::http::StatusCode;
use foundation::ClassId;
use foundation::codes::FullProcessState;
use store::query::{ColumnTrait, Set};
use store::tables::supervision::training_class;
use testkit::{Persona, TestHouse};

use crate::fixtures;

async fn meddle(house: &TestHouse, class: &ClassId, change: training_class::ActiveModel) {
    let class = class.clone();
    house
        .premises
        .db
        .write(foundation::Scope::Everything, move |work| {
            Box::pin(async move { work.change_all::<training_class::Entity>(training_class::Column::Id.eq(class), change).await })
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn nobody_decides_on_what_has_changed_since_he_looked() {
    let house = TestHouse::new().await;
    let class = fixtures::approved_class(&house).await.class;
    let web = house.serve(house::routes());
    let officer = desk::session::open(&house.premises, &Persona::JinjiangOfficer.account(), true).await.unwrap();
    let address = format!("/classes/{class}/revoke");
    let page = web.get_as(&officer, &address).await.expect(StatusCode::OK);
    meddle(&house, &class, training_class::ActiveModel { money: Set(foundation::Fen(1)), ..Default::default() }).await;
    let reason = [("reason", "查实学员名单不真实")];
    let refused = web.post_from(&officer, &page, &address, &reason).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("班级已经被办理或改动过") && refused.text.contains("查实学员名单不真实"), "told, and nothing typed is lost");
    let state = house.system().read().await.unwrap().get::<training_class::Entity>(class.to_string()).await.unwrap().state;
    assert_eq!(state, FullProcessState::Approved, "and nothing was done");
    web.post_from(&officer, &refused, &address, &reason).await.expect(StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_is_done_from_the_queue_goes_on_in_the_queue() {
    let house = TestHouse::new().await;
    let class = fixtures::approved_class(&house).await.class;
    let web = house.serve(house::routes());
    let officer = desk::session::open(&house.premises, &Persona::JinjiangOfficer.account(), true).await.unwrap();
    let submitted = || training_class::ActiveModel { state: Set(FullProcessState::Submitted.into()), ..Default::default() };
    for (page, then) in [("/".to_owned(), "/".to_owned()), (format!("/classes/{class}"), format!("/classes/{class}"))] {
        meddle(&house, &class, submitted()).await;
        let page = web.get_as(&officer, &page).await.expect(StatusCode::OK);
        let done = web.post_from(&officer, &page, &format!("/classes/{class}/accept"), &[]).await.expect(StatusCode::SEE_OTHER);
        assert_eq!(done.location, then);
    }
}
