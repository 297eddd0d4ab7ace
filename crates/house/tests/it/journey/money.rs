//! The money of the main job: claim, publicity with an objection, batch, payment; and the evidence of the paid class,
//! which verifies offline until a row or a byte of it is changed (M8.9, M3.11).

use desk::Desk;
use foundation::codes::{ClaimState, FullProcessState, FundSource};
use foundation::{ClassId, Stop};
use store::query::{ColumnTrait, QueryFilter};
use testkit::{Persona, TestHouse};

use super::{certified, opened, stand_at, state, taught};

/// The money: the claim drafts itself, two review it, it is public for five working days, finance pays.
async fn paid(house: &TestHouse, class: &ClassId) -> store::tables::funds::claim::Model {
    use m3_funds::acts::payment::{ApprovePaymentBatch, MakePaymentBatch, SettlePaymentBatch, SettledLine};
    use m3_funds::acts::review::{FirstReviewClaim, PublishClaim, SecondReviewClaim, SubmitClaim};
    use store::tables::funds::{claim, fund_account, payment_line};
    let system = house.system();
    let jinjiang = testkit::district("350582");
    let account = fund_account::Model {
        id: "350582-2026-JY".into(),
        year: 2026,
        source: FundSource::Employment,
        budget: foundation::Fen(500_000_000),
        reserved: foundation::Fen(0),
        paid: foundation::Fen(0),
        path: jinjiang.management_path(),
        district: jinjiang,
        version: 1,
        batched: foundation::Fen(0),
    };
    house
        .premises
        .db
        .write(foundation::Scope::Everything, move |work| {
            Box::pin(async move { work.add::<fund_account::Entity>(account).await })
        })
        .await
        .unwrap();
    let drafted = system
        .read()
        .await
        .unwrap()
        .find::<claim::Entity>(claim::Column::Class.eq(class.clone()))
        .await
        .unwrap()
        .expect("the claim drafts itself");
    // 50 payable periods for 林玉珍 and 56 for 黄小琴, 25 yuan each.
    assert_eq!(drafted.total, foundation::Fen(125_000 + 140_000));
    let id = drafted.id.clone();
    assert!(matches!(
        house.desk(Persona::RivalClerk).perform(SubmitClaim { claim: id.clone() }).await,
        Err(Stop::Fault(foundation::Fault::Gone))
    ));
    house.desk(Persona::SchoolClerk).perform(SubmitClaim { claim: id.clone() }).await.unwrap();
    let officer = house.desk(Persona::JinjiangOfficer);
    officer.perform(FirstReviewClaim { claim: id.clone() }).await.unwrap();
    assert!(
        matches!(officer.perform(SecondReviewClaim { claim: id.clone() }).await, Err(Stop::Refused(_))),
        "one person cannot review twice"
    );
    house.desk(Persona::JinjiangReviewer).perform(SecondReviewClaim { claim: id.clone() }).await.unwrap();
    officer.perform(PublishClaim { claim: id.clone() }).await.unwrap();
    assert!(
        house.desk(Persona::JinjiangOfficer).perform(MakePaymentBatch { claims: vec![id.clone()] }).await.is_err(),
        "not before the publicity is over"
    );
    object(house, &id).await;
    let until = system.read().await.unwrap().get(&id).await.unwrap().publicity_until.unwrap();
    stand_at(house, foundation::clock::at_local(until.succ_opt().unwrap().and_hms_opt(9, 0, 0).unwrap()));
    house::tick(&system).await.unwrap();
    let batch =
        house.desk(Persona::JinjiangInspector).perform(MakePaymentBatch { claims: vec![id.clone()] }).await.unwrap();
    let batch = batch_id(&batch);
    found(house, &drafted.claim_no, &batch).await;
    house.desk(Persona::JinjiangFinance).perform(ApprovePaymentBatch { batch: batch.clone() }).await.unwrap();
    let lines = system
        .read()
        .await
        .unwrap()
        .list::<payment_line::Entity>(|q| q.filter(payment_line::Column::Batch.eq(batch.clone())))
        .await
        .unwrap();
    let settled = lines
        .iter()
        .map(|one| SettledLine {
            line: one.id.clone(),
            paid: true,
            reference: "20261220000001".into(),
            reason: String::new(),
        })
        .collect();
    house.desk(Persona::JinjiangFinance).perform(SettlePaymentBatch { batch, lines: settled }).await.unwrap();
    house::tick(&system).await.unwrap();
    system.read().await.unwrap().get(&id).await.unwrap()
}

/// A claim and a batch are found by their numbers, within reach.
async fn found(house: &TestHouse, claim_no: &str, batch: &foundation::PaymentBatchId) {
    let web = house.serve(house::routes());
    let row = house.system().read().await.unwrap().get(&batch).await.unwrap();
    let at = format!("/payment-batches/{batch}");
    let finds = async |who, words: &str, address: &str| {
        web.post(Some(who), "/search", &[("q", words)]).await.text.find(address).is_some()
    };
    assert!(finds(Persona::JinjiangFinance, &row.batch_no, &at).await);
    for beginning in [&row.batch_no[..10], &row.batch_no[..6]] {
        assert!(finds(Persona::JinjiangOfficer, beginning, &at).await, "by the beginning {beginning}");
    }
    assert!(!finds(Persona::JinjiangOfficer, "%", &at).await, "no pattern");
    assert!(!finds(Persona::ShishiOfficer, &row.batch_no, &at).await);
    assert!(finds(Persona::SchoolClerk, claim_no, "/claims/").await);
    assert!(!finds(Persona::RivalClerk, claim_no, "/claims/").await);
}

/// Somebody objects to the publicity; the county checks and finds nothing.
async fn object(house: &TestHouse, id: &foundation::ClaimId) {
    use m3_funds::acts::decide::{DecideObjection, Verdict};
    use m3_funds::acts::objection::RaiseObjection;
    let public = Desk::public(std::sync::Arc::clone(&house.premises));
    public
        .perform(RaiseObjection {
            claim: id.clone(), reason: "第二位没有来上课".into(), contact: String::new()
        })
        .await
        .unwrap();
    let one = house
        .system()
        .read()
        .await
        .unwrap()
        .list::<store::tables::funds::objection::Entity>(|q| q)
        .await
        .unwrap()
        .remove(0);
    let answer = "核对签到记录，每次课都有本人签到。".into();
    let decide = DecideObjection { objection: one.id, verdict: Verdict::Dismiss, struck: Vec::new(), answer };
    house.desk(Persona::JinjiangInspector).perform(decide).await.unwrap();
}

fn batch_id(outcome: &impl serde::Serialize) -> foundation::PaymentBatchId {
    let value = serde_json::to_value(outcome).unwrap();
    let text = value
        .as_str()
        .map(str::to_owned)
        .or_else(|| value.get("batch").and_then(|b| b.as_str()).map(str::to_owned))
        .expect("the batch's id");
    text.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_paid_yuan_verifies_offline_and_a_changed_row_is_named() {
    let house = TestHouse::new().await.join(house::routes());
    let class = opened(&house).await;
    taught(&house, &class).await;
    certified(&house, &class).await;
    assert_eq!(state(&house, &class).await, FullProcessState::Claimed);
    let claim = paid(&house, &class).await;
    assert_eq!(claim.state, ClaimState::Paid);
    assert_eq!(state(&house, &class).await, FullProcessState::Archived);
    let bundle = async || {
        let reader = house.system().read().await.unwrap();
        house::evidence::export(&house.premises, &reader, &reader, &class).await.unwrap()
    };
    let good = bundle().await;
    let report = journal::verify(&good, Some(&house::evidence::keys(&house.premises).verifier_keys()));
    assert!(report.is_clean(), "{}", report.render());
    assert!(report.render().ends_with("0 处不一致"));
    let whole = house::evidence::verify_database(&house.premises).await.unwrap();
    assert!(whole.is_clean(), "{}", whole.render());
    // One row of the database changed behind everybody's back: by its owner, the house itself could not.
    let later = "UPDATE attendance SET at = (SELECT at FROM attendance ORDER BY at DESC LIMIT 1) \
        WHERE id = (SELECT id FROM attendance ORDER BY at LIMIT 1)";
    // Its owner takes down first what keeps its rows from himself too.
    let first = match house.premises.db.kind() {
        "sqlite" => "DROP TRIGGER attendance_keeps_values",
        _ => "ALTER TABLE attendance NO FORCE ROW LEVEL SECURITY",
    };
    store::db::tamper(&house.premises.db, &[first, later]).await.unwrap();
    let report = journal::verify(&bundle().await, None);
    assert!(report.differences.iter().any(|one| one.seq.is_some()), "{}", report.render());
    // One byte of the file changed.
    let mut bytes = good.to_json().unwrap();
    let at = bytes.len() / 2;
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    let broken = journal::Bundle::from_json(&bytes).map(|bundle| journal::verify(&bundle, None).is_clean());
    assert!(!matches!(broken, Ok(true)));
}
