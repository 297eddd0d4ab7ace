//! Drafts: late feedback, handing in what was seen, claims of nothing, counted subsidies (M3.4, M3.9, M7.1).

use foundation::codes::{ClaimState, FullProcessState};
use foundation::{Fen, Scope, Stop};
use m3_funds::acts::draft::RedraftClaim;
use m3_funds::acts::review::{FirstReviewClaim, ReturnClaim, SubmitClaim};
use m3_supervision::acts::feedback::GiveFeedback;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, Set};
use store::tables::funds::subsidy_slot;
use store::tables::journal::fact;
use store::tables::supervision::{enrolment, feedback, training_class};
use testkit::{Persona, TestHouse};

use crate::support::*;
use testkit::fixtures;

fn kind_words(class: &foundation::ClassId) -> GiveFeedback {
    GiveFeedback {
        class: class.clone(),
        teacher: 5,
        content: 4,
        practice: 4,
        management: 5,
        employment_help: 4,
        attended_in_person: true,
        was_charged: false,
        text: String::new(),
    }
}

async fn facts(house: &TestHouse, kind: &str) -> Vec<fact::Model> {
    house
        .system()
        .read()
        .await
        .unwrap()
        .list::<fact::Entity>(|q| q.filter(fact::Column::Fact.eq(kind)).order_by_asc(fact::Column::Id))
        .await
        .unwrap()
}

/// The second persona answers a day late: the next tick drafts the claim anew, with a fact of its own.
#[tokio::test(flavor = "multi_thread")]
async fn m3_4_late_feedback_drafts_the_claim_anew() {
    let house = house(Fen(100_000_000)).await;
    let class = certified(&house, 0x501, "3505822026A00010001", 1).await;
    let id = drafted(&house, &class.class).await;
    assert_eq!((claim(&house, &id).await.persons, claim(&house, &id).await.total), (1, EACH));
    house.travel_to(2026, 11, 17, 9, 0);
    house.desk(Persona::OtherTrainee).perform(kind_words(&class.class)).await.unwrap();
    m3_funds::room().tick(&house.system()).await.unwrap();
    let now = claim(&house, &id).await;
    assert_eq!((now.state, now.persons, now.total), (ClaimState::Draft, 2, Fen(EACH.0 * 2)));
    assert_eq!(lines(&house, &id).await.iter().filter(|one| one.eligible).count(), 2);
    assert_eq!(facts(&house, "ClaimDrafted").await.len(), 2);
    m3_funds::room().tick(&house.system()).await.unwrap();
    assert_eq!(facts(&house, "ClaimDrafted").await.len(), 2, "once is enough");
}

/// What is handed in is what was seen: when the facts have changed the claim is drafted anew and waits.
#[tokio::test(flavor = "multi_thread")]
async fn m7_1_handing_in_reckons_once_more() {
    let house = house(Fen(100_000_000)).await;
    let class = certified(&house, 0x501, "3505822026A00010001", 3).await;
    let id = drafted(&house, &class.class).await;
    let row = answer(&house.system(), &class.class, &class.enrolments[3], 3);
    house
        .premises
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.add::<feedback::Entity>(row).await }))
        .await
        .unwrap();
    let clerk = house.desk(Persona::SchoolClerk);
    let first = clerk.perform(SubmitClaim { claim: id.clone() }).await.unwrap();
    assert_eq!((first.submitted, first.persons), (false, 4));
    assert_eq!((claim(&house, &id).await.state, slots(&house, &id).await), (ClaimState::Draft, 0));
    let second = clerk.perform(SubmitClaim { claim: id.clone() }).await.unwrap();
    assert!(second.submitted);
    assert_eq!((claim(&house, &id).await.state, slots(&house, &id).await), (ClaimState::Submitted, 4));
    // Sent back, a trainee leaves the roster, handed in again: the line is gone before anybody reviews it.
    house.desk(Persona::JinjiangOfficer).perform(FirstReviewClaim { claim: id.clone() }).await.unwrap();
    assert_eq!(fund(&house).await.reserved, Fen(EACH.0 * 4));
    house
        .desk(Persona::JinjiangReviewer)
        .perform(ReturnClaim { claim: id.clone(), note: "请核对名单".into() })
        .await
        .unwrap();
    assert_eq!((fund(&house).await.reserved, slots(&house, &id).await), (Fen::ZERO, 0));
    let gone = person_of(&house, &class.enrolments[0]).await;
    let left = enrolment::ActiveModel { active: Set(false), ..Default::default() };
    house
        .premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move { work.save::<enrolment::Entity>(&gone, left).await })
        })
        .await
        .unwrap();
    let third = clerk.perform(SubmitClaim { claim: id.clone() }).await.unwrap();
    assert_eq!((third.submitted, third.persons), (false, 3));
    let now = claim(&house, &id).await;
    assert_eq!((now.state, now.note.as_str()), (ClaimState::Returned, "请核对名单"), "the officer's words stay");
    assert!(clerk.perform(SubmitClaim { claim: id.clone() }).await.unwrap().submitted);
    assert_eq!(lines(&house, &id).await.len(), 11);
    assert!(clerk.perform(RedraftClaim { claim: id.clone() }).await.is_err(), "what was handed in stays as it is");
}

/// Nobody can be paid: closed with the reason, no task, not payable; it comes back to life when somebody can, and the
/// class is archived when the time for claims is over.
#[tokio::test(flavor = "multi_thread")]
async fn m7_1_a_claim_of_nothing_is_closed_and_says_why() {
    let house = house(Fen(100_000_000)).await;
    let class = certified(&house, 0x501, "3505822026A00010001", 0).await;
    let id = drafted(&house, &class.class).await;
    let now = claim(&house, &id).await;
    assert_eq!((now.state, now.persons, now.total), (ClaimState::NotPassed, 0, Fen::ZERO));
    assert!(now.note.contains("没有可以补贴的学员") && lines(&house, &id).await.len() == 12);
    let clerk = house.desk(Persona::SchoolClerk);
    assert!(refusal(clerk.perform(SubmitClaim { claim: id.clone() }).await).fact.contains("不予通过"));
    let page = house.serve(m3_funds::room().routes).get(Some(Persona::SchoolClerk), &format!("/claims/{id}")).await;
    assert!(page.text.contains("还没有做学员评价") && page.text.contains("没有可以补贴的学员"), "{}", page.text);
    house.travel_to(2026, 11, 18, 9, 0);
    house.desk(Persona::Trainee).perform(kind_words(&class.class)).await.unwrap();
    m3_funds::room().tick(&house.system()).await.unwrap();
    let now = claim(&house, &id).await;
    assert_eq!((now.state, now.total, now.note.as_str()), (ClaimState::Draft, EACH, ""));
    // Another class of nobody ends in the archive once the claim window is over.
    let empty = certified(&house, 0x502, "3505822026A00010002", 0).await;
    let closed = drafted(&house, &empty.class).await;
    m3_funds::room().tick(&house.system()).await.unwrap();
    house.travel_to(2027, 11, 12, 9, 0);
    m3_funds::room().tick(&house.system()).await.unwrap();
    let row = house.system().read().await.unwrap().get(&empty.class).await.unwrap();
    assert_eq!(
        (row.state, claim(&house, &closed).await.state),
        (FullProcessState::Archived.into(), ClaimState::NotPassed)
    );
}

/// E12 counts what is handed in, not only what is paid; sent back, the place is free again.
#[tokio::test(flavor = "multi_thread")]
async fn e12_a_claim_in_hand_counts() {
    let house = house(Fen(100_000_000)).await;
    let first = certified(&house, 0x501, "3505822026A00010001", 12).await;
    let second = certified(&house, 0x502, "3505822026A00010002", 12).await;
    let (a, b) = (drafted(&house, &first.class).await, drafted(&house, &second.class).await);
    assert_eq!((claim(&house, &a).await.persons, claim(&house, &b).await.persons), (12, 12), "drafts do not count");
    let clerk = house.desk(Persona::SchoolClerk);
    assert!(clerk.perform(SubmitClaim { claim: a.clone() }).await.unwrap().submitted);
    let no = clerk.perform(SubmitClaim { claim: b.clone() }).await.unwrap();
    assert_eq!((no.submitted, no.persons), (false, 0));
    assert!(
        lines(&house, &b)
            .await
            .iter()
            .all(|one| one.refusals.contains("E12") && one.refusals.contains("3505822026A00010001"))
    );
    house
        .desk(Persona::JinjiangOfficer)
        .perform(ReturnClaim { claim: a.clone(), note: "请核对名单".into() })
        .await
        .unwrap();
    assert_eq!(clerk.perform(RedraftClaim { claim: b.clone() }).await.unwrap().persons, 12);
    assert!(clerk.perform(SubmitClaim { claim: b.clone() }).await.unwrap().submitted);
}

/// E11: three places and no fourth, whatever the items are.
#[tokio::test(flavor = "multi_thread")]
async fn e11_the_fourth_is_refused() {
    let house = house(Fen(100_000_000)).await;
    let clerk = house.desk(Persona::SchoolClerk);
    let mut all = Vec::new();
    for n in 0u32..4 {
        let class = certified(&house, 0x501 + u128::from(n), &format!("3505822026A0001000{}", n + 1), 1).await;
        let (id, item) = (class.class.clone(), other_item(&house, n).await);
        house
            .premises
            .db
            .write(Scope::Everything, move |work| {
                Box::pin(async move {
                    let change = training_class::ActiveModel { needs_item: Set(item), ..Default::default() };
                    work.change_all::<training_class::Entity>(training_class::Column::Id.eq(id), change).await
                })
            })
            .await
            .unwrap();
        let id = drafted(&house, &class.class).await;
        let done = clerk.perform(SubmitClaim { claim: id.clone() }).await;
        if n < 3 {
            assert!(done.unwrap().submitted);
        } else {
            assert!(refusal(done).fact.contains("不予通过"));
            assert!(lines(&house, &id).await[0].refusals.contains("E11"));
        }
        all.push(id);
    }
    let reader = house.system().read().await.unwrap();
    let mut places: Vec<i32> =
        reader.list::<subsidy_slot::Entity>(|q| q).await.unwrap().into_iter().map(|one| one.place).collect();
    places.sort_unstable();
    assert_eq!(places, [1, 2, 3]);
}

async fn other_item(house: &TestHouse, n: u32) -> foundation::NeedsItemId {
    use store::tables::needs::needs_item;
    let row = house.system().read().await.unwrap().get(&fixtures::item()).await.unwrap();
    let id: foundation::NeedsItemId = house.system().new_id();
    let row = needs_item::Model { id: id.clone(), name: format!("育婴员（{n}）"), ..row };
    house
        .premises
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.add::<needs_item::Entity>(row).await }))
        .await
        .unwrap();
    id
}

/// Two claims with the same twelve persons handed in at once, from two desks: each person is counted once.
#[tokio::test(flavor = "multi_thread")]
async fn e12_two_at_once_and_the_key_decides() {
    let house = house(Fen(100_000_000)).await;
    let first = certified(&house, 0x501, "3505822026A00010001", 12).await;
    let second = certified(&house, 0x502, "3505822026A00010002", 12).await;
    let (a, b) = (drafted(&house, &first.class).await, drafted(&house, &second.class).await);
    let (one, two) = (house.desk(Persona::SchoolClerk), house.desk(Persona::ClassTeacher));
    let (left, right) =
        tokio::join!(one.perform(SubmitClaim { claim: a.clone() }), two.perform(SubmitClaim { claim: b.clone() }));
    let handed_in = [left.unwrap().submitted, right.unwrap().submitted];
    assert_eq!(handed_in.iter().filter(|one| **one).count(), 1, "{handed_in:?}");
    assert_eq!(slots(&house, &a).await + slots(&house, &b).await, 12);
    // Behind the rules stands the key itself.
    let row = house.system().read().await.unwrap().list::<subsidy_slot::Entity>(|q| q).await.unwrap().remove(0);
    let again = subsidy_slot::Model { id: house.system().new_id(), place: 99, ..row };
    let double = house
        .premises
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.add::<subsidy_slot::Entity>(again).await }))
        .await;
    assert!(matches!(double, Err(Stop::Fault(foundation::Fault::Duplicate(_)))), "{double:?}");
}
