//! Public objections (M8.9; domain §7.4 S55): anybody raises one, the county answers, money and journal follow, the
//! objector reads the answer and nobody learns who it was.

use foundation::codes::{ClaimState, ObjectionState};
use foundation::{ClaimId, Fen, Stop};
use m3_funds::acts::decide::{DecideObjection, Verdict};
use m3_funds::acts::objection::{RaiseObjection, ReadObjectionContact};
use m3_funds::acts::payment::MakePaymentBatch;
use m3_funds::acts::review::SubmitClaim;
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::funds::objection;
use store::tables::journal::fact;
use store::tables::notices::task;
use testkit::{Persona, TestHouse};

use crate::support::*;
use testkit::fixtures;

const REASON: &str = "名单第 1 位没有来上过课，班上同学都知道";

async fn objections(house: &TestHouse, id: &ClaimId) -> Vec<objection::Model> {
    let reader = house.system().read().await.unwrap();
    reader
        .list::<objection::Entity>(|q| {
            q.filter(objection::Column::Claim.eq(id.clone())).order_by_asc(objection::Column::Id)
        })
        .await
        .unwrap()
}

async fn raise(house: &TestHouse, id: &ClaimId) -> String {
    let public = desk::Desk::public(std::sync::Arc::clone(&house.premises));
    public
        .perform(RaiseObjection { claim: id.clone(), reason: REASON.into(), contact: "13805950000".into() })
        .await
        .unwrap()
        .receipt
}

fn decide(one: &objection::Model, verdict: Verdict, struck: Vec<foundation::EnrolmentId>) -> DecideObjection {
    DecideObjection {
        objection: one.id.clone(),
        verdict,
        struck,
        answer: "已调取考勤和现场检查记录，并电话核实本人。".into(),
    }
}

async fn on_show(house: &TestHouse) -> (ClaimId, fixtures::ApprovedClass) {
    let class = certified(house, 0x501, "3505822026A00010001", 4).await;
    let id = drafted(house, &class.class).await;
    published(house, &id).await;
    (id, class)
}

/// By the pages: no account, a receipt shown once, an answer by it; the institution sees that there is one, not whose.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_anybody_objects_and_reads_the_answer_by_receipt() {
    let house = house(Fen(100_000_000)).await;
    let (id, _) = on_show(&house).await;
    let web = house.serve(m3_funds::room().routes);
    let list = web.get(None, "/public/objections/new").await;
    assert!(list.text.contains("育婴员 第1期"), "{}", list.text);
    let path = format!("/public/objections/new?claim={id}");
    let short = web.post(None, &path, &[("reason", "假的"), ("contact", "")]).await;
    assert!(short.status == 422 && short.text.contains("有 2 个字") && short.text.contains("假的"), "{}", short.text);
    // Signed in or not, the public objects: no name in the journal.
    let done = web.post(Some(Persona::OtherTrainee), &path, &[("reason", REASON), ("contact", "13805950000")]).await;
    let receipt = done.text.split("<code>").nth(1).unwrap().split("</code>").next().unwrap().to_owned();
    assert!(done.status == 200 && receipt.len() == 19, "{}", done.text);
    let one = objections(&house, &id).await.remove(0);
    assert_eq!(
        (one.due_on, claim(&house, &id).await.state),
        (fixtures::day(2026, 11, 23), ClaimState::UnderObjection),
        "five working days"
    );
    assert!(!one.receipt_hash.contains(&receipt) && format!("{:?}", one.contact).contains("Sealed(…)"));
    let reader = house.system().read().await.unwrap();
    let raised = reader.find::<fact::Entity>(fact::Column::Fact.eq("ObjectionRaised")).await.unwrap().unwrap();
    assert!(raised.actor == "public" && !raised.body.contains("没有来") && !raised.summary.contains("没有来"));
    let todo = reader.find::<task::Entity>(task::Column::Kind.eq("decide-objection")).await.unwrap().unwrap();
    assert_eq!((todo.due_on, todo.audience.as_str()), (Some(one.due_on), "county"));
    drop(reader);
    // Still in public sight, not payable; strangers and the institution do not see the objection itself.
    assert!(web.get(None, &format!("/publicity/{id}")).await.text.contains("正在核查"));
    let page = format!("/objections/{}", one.id);
    assert!(web.get(Some(Persona::JinjiangOfficer), &page).await.text.contains(REASON));
    for stranger in [Persona::ShishiOfficer, Persona::SchoolClerk, Persona::Trainee] {
        assert_eq!(web.get(Some(stranger), &page).await.status, 404, "{stranger:?}");
    }
    assert!(!web.get(Some(Persona::SchoolClerk), &format!("/claims/{id}")).await.text.contains("没有来"));
    // The contact only for a reason, and that leaves a fact.
    let officer = house.desk(Persona::JinjiangOfficer);
    assert!(officer.perform(ReadObjectionContact { objection: one.id.clone(), purpose: " ".into() }).await.is_err());
    assert_eq!(
        officer.perform(ReadObjectionContact { objection: one.id.clone(), purpose: "核实考勤".into() }).await.unwrap(),
        "13805950000"
    );
    // Answered; the publicity goes on and ends by itself.
    assert!(web.get(None, &format!("/public/objections?receipt={receipt}")).await.text.contains("正在核查"));
    officer.perform(decide(&one, Verdict::Dismiss, Vec::new())).await.unwrap();
    assert!(refusal(officer.perform(decide(&one, Verdict::Dismiss, Vec::new())).await).fact.contains("异议不成立"));
    let told = web.get(None, &format!("/public/objections?receipt={}", receipt.to_lowercase().replace('-', ""))).await;
    assert!(told.text.contains("已调取考勤") && told.text.contains("异议不成立"), "{}", told.text);
    assert_eq!(web.get(None, "/public/objections?receipt=0000-0000-0000-0000").await.status, 404);
    let now = claim(&house, &id).await;
    assert_eq!((now.state, now.due_on), (ClaimState::Published, now.publicity_until));
    go_to(&house, now.publicity_until.unwrap().succ_opt().unwrap());
    m3_funds::room().tick(&house.system()).await.unwrap();
    assert_eq!(claim(&house, &id).await.state, ClaimState::NoObjection);
    let late = web.post(None, &path, &[("reason", REASON)]).await;
    assert_eq!(late.status, 404, "no longer public");
}

/// One of four is struck: her money and her place are free, the rest goes on; a second objection holds it meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_an_upheld_objection_strikes_a_line() {
    let house = house(Fen(100_000_000)).await;
    let (id, class) = on_show(&house).await;
    raise(&house, &id).await;
    raise(&house, &id).await;
    let all = objections(&house, &id).await;
    let officer = house.desk(Persona::JinjiangInspector);
    assert!(refusal(officer.perform(decide(&all[0], Verdict::Strike, Vec::new())).await).fact.contains("没有勾选"));
    let unpaid = decide(&all[0], Verdict::Strike, vec![class.enrolments[9].clone()]);
    assert!(refusal(officer.perform(unpaid).await).fact.contains("不在本申领的补贴名单里"));
    officer.perform(decide(&all[0], Verdict::Strike, vec![class.enrolments[0].clone()])).await.unwrap();
    let now = claim(&house, &id).await;
    assert_eq!(
        (now.state, now.persons, now.total),
        (ClaimState::UnderObjection, 3, Fen(3 * EACH.0)),
        "the second is still open"
    );
    assert_eq!((fund(&house).await.reserved, slots(&house, &id).await), (Fen(3 * EACH.0), 3));
    assert!(officer.perform(MakePaymentBatch { claims: vec![id.clone()] }).await.is_err());
    officer.perform(decide(&all[1], Verdict::Dismiss, Vec::new())).await.unwrap();
    assert_eq!(claim(&house, &id).await.state, ClaimState::Published);
    let struck = lines(&house, &id).await.into_iter().find(|one| one.enrolment == class.enrolments[0]).unwrap();
    assert!(!struck.eligible && struck.amount == Fen::ZERO && struck.refusals.contains("公示期间异议成立"));
    let reader = house.system().read().await.unwrap();
    let kinds: Vec<String> = reader
        .list::<fact::Entity>(|q| q.filter(fact::Column::Class.eq(class.class.clone())).order_by_asc(fact::Column::Id))
        .await
        .unwrap()
        .into_iter()
        .map(|one| one.fact)
        .collect();
    let at = kinds.iter().position(|one| one == "ObjectionUpheld").unwrap();
    assert_eq!(kinds[at + 1], "ClaimDrafted", "{kinds:?}");
}

/// Everybody struck: the claim ends, its money is free, nothing is payable.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_everybody_struck_ends_the_claim() {
    let house = house(Fen(100_000_000)).await;
    let (id, class) = on_show(&house).await;
    raise(&house, &id).await;
    raise(&house, &id).await;
    let all = objections(&house, &id).await;
    let officer = house.desk(Persona::JinjiangOfficer);
    officer.perform(decide(&all[0], Verdict::Strike, class.enrolments[..4].to_vec())).await.unwrap();
    let now = claim(&house, &id).await;
    assert_eq!((now.state, now.total, now.persons), (ClaimState::NotPassed, Fen::ZERO, 0));
    assert_eq!((fund(&house).await.reserved, slots(&house, &id).await), (Fen::ZERO, 0));
    let states: Vec<ObjectionState> = objections(&house, &id).await.iter().map(|one| one.state).collect();
    assert_eq!(
        states,
        [ObjectionState::Upheld, ObjectionState::AnsweredAlong],
        "the other is answered with it, and nobody says that it was right"
    );
    let row = answer(&house.system(), &class.class, &class.enrolments[5], 5);
    house.pass_minutes(60);
    house
        .premises
        .db
        .write(foundation::Scope::Everything, move |work| {
            Box::pin(async move {
                work.add::<store::tables::supervision::feedback::Entity>(store::tables::supervision::feedback::Model {
                    at: row.at,
                    ..row
                })
                .await
            })
        })
        .await
        .unwrap();
    m3_funds::room().tick(&house.system()).await.unwrap();
    assert_eq!(claim(&house, &id).await.state, ClaimState::NotPassed, "no late feedback brings it back");
}

/// Sent back: reviewed from the beginning, by the law of drafts.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_an_upheld_objection_sends_the_claim_back() {
    let house = house(Fen(100_000_000)).await;
    let (id, _) = on_show(&house).await;
    raise(&house, &id).await;
    let one = objections(&house, &id).await.remove(0);
    assert!(matches!(
        house.desk(Persona::SchoolClerk).perform(decide(&one, Verdict::SendBack, Vec::new())).await,
        Err(Stop::Forbidden)
    ));
    house.desk(Persona::JinjiangOfficer).perform(decide(&one, Verdict::SendBack, Vec::new())).await.unwrap();
    let now = claim(&house, &id).await;
    assert_eq!(
        (now.state, now.first_reviewed_by, now.second_reviewed_by, now.publicity_until),
        (ClaimState::Returned, None, None, None)
    );
    assert_eq!(now.due_on, Some(fixtures::day(2026, 11, 30)), "ten working days to correct");
    assert_eq!((fund(&house).await.reserved, slots(&house, &id).await), (Fen::ZERO, 0));
    assert!(house.desk(Persona::SchoolClerk).perform(SubmitClaim { claim: id.clone() }).await.unwrap().submitted);
}

/// Every step's limit, from the policy, on its task; what reaches into a year without a holiday notice says so.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_every_step_has_its_limit() {
    let house = house(Fen(100_000_000)).await;
    let class = certified(&house, 0x501, "3505822026A00010001", 1).await;
    let id = drafted(&house, &class.class).await;
    assert_eq!(claim(&house, &id).await.due_on, Some(fixtures::day(2027, 11, 11)), "until the claim window closes");
    house.desk(Persona::SchoolClerk).perform(SubmitClaim { claim: id.clone() }).await.unwrap();
    let open = async |kind: &str| {
        let reader = house.system().read().await.unwrap();
        reader
            .list::<task::Entity>(|q| q.filter(task::Column::Kind.eq(kind)).filter(task::Column::DoneAt.is_null()))
            .await
            .unwrap()
            .remove(0)
            .due_on
    };
    assert_eq!(
        open("first-review-claim").await,
        Some(fixtures::day(2026, 11, 27)),
        "2 + 7 working days after Monday the 16th"
    );
    house
        .desk(Persona::JinjiangOfficer)
        .perform(m3_funds::acts::review::FirstReviewClaim { claim: id.clone() })
        .await
        .unwrap();
    assert_eq!(open("second-review-claim").await, Some(fixtures::day(2026, 11, 23)));
    house
        .desk(Persona::JinjiangReviewer)
        .perform(m3_funds::acts::review::SecondReviewClaim { claim: id.clone() })
        .await
        .unwrap();
    house.travel_to(2026, 12, 28, 9, 0);
    house
        .desk(Persona::JinjiangOfficer)
        .perform(m3_funds::acts::review::PublishClaim { claim: id.clone() })
        .await
        .unwrap();
    let until = claim(&house, &id).await.publicity_until.unwrap();
    assert_eq!(chrono::Datelike::year(&until), 2027);
    let page = house.serve(m3_funds::room().routes).get(Some(Persona::JinjiangOfficer), &format!("/claims/{id}")).await;
    assert!(page.text.contains("（暂定）"), "the notice for 2027 is not out: {}", page.text);
    go_to(&house, until.succ_opt().unwrap());
    m3_funds::room().tick(&house.system()).await.unwrap();
    assert_eq!(open("pay-claim").await, Some(until.succ_opt().unwrap() + chrono::Days::new(30)));
    let batch =
        house.desk(Persona::JinjiangInspector).perform(MakePaymentBatch { claims: vec![id.clone()] }).await.unwrap();
    assert!(open("approve-batch").await.is_some());
    house.desk(Persona::JinjiangFinance).perform(m3_funds::acts::payment::ApprovePaymentBatch { batch }).await.unwrap();
    assert_eq!(open("settle-batch").await, Some(until.succ_opt().unwrap() + chrono::Days::new(30)));
}
