//! From a draft to 准予开班 (M3.1, M5.1, M7.1): four people, their refusals, and the neighbour.

use store::tables::supervision::training_class;
use testkit::{Persona, TestHouse};

use crate::fixtures;

#[tokio::test]
async fn the_fixture_stands_on_the_database() {
    let house = TestHouse::new().await;
    let made = fixtures::approved_class(&house).await;
    let reader = house.desk(Persona::JinjiangOfficer).read().await.unwrap();
    assert_eq!(reader.get::<training_class::Entity>(made.class.to_string()).await.unwrap().enrolled_count, 12);
    let neighbour = house.desk(Persona::ShishiOfficer).read().await.unwrap();
    assert!(neighbour.get::<training_class::Entity>(made.class.to_string()).await.is_err());
    assert_eq!((made.sessions.len(), made.enrolments.len()), (6, 12));
}
