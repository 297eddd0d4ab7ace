//! Many claims at once: bulk reviews with separated duties, one batch of several, the budget as a hard stop (M8.9).

use foundation::codes::{ClaimState, PaymentState};
use foundation::{ClaimId, Fen, PaymentBatchId, Stop};
use m3_funds::acts::fund::SetFundBudget;
use m3_funds::acts::payment::{ApprovePaymentBatch, MakePaymentBatch, SettlePaymentBatch, SettledLine};
use m3_funds::acts::review::{FirstReviewClaim, SubmitClaim};
use store::query::{ColumnTrait, QueryFilter, QueryOrder, Set};
use store::tables::funds::{payment_batch, payment_line};
use store::tables::institutions::institution;
use testkit::{Persona, TestHouse};

use crate::support::*;

/// Classes of different persons would be truer; different answers keep the same persons apart: class n is answered by
/// nobody but its own n-th trainee.
pub async fn claims(house: &TestHouse, count: usize) -> Vec<ClaimId> {
    more_claims(house, 0, count).await
}

/// The same, from the `from`-th class on.
pub async fn more_claims(house: &TestHouse, from: usize, count: usize) -> Vec<ClaimId> {
    let mut all = Vec::new();
    for n in from..from + count {
        let class = certified(house, 0x501 + n as u128, &format!("3505822026A0001000{}", n + 1), 0).await;
        let row = answer(&house.system(), &class.class, &class.enrolments[n], n);
        house
            .premises
            .db
            .write(foundation::Scope::Everything, move |work| {
                Box::pin(async move { work.add::<store::tables::supervision::feedback::Entity>(row).await })
            })
            .await
            .unwrap();
        all.push(drafted(house, &class.class).await);
    }
    all
}

async fn lines_of(house: &TestHouse, batch: &PaymentBatchId) -> Vec<payment_line::Model> {
    house
        .system()
        .read()
        .await
        .unwrap()
        .list::<payment_line::Entity>(|q| {
            q.filter(payment_line::Column::Batch.eq(batch.clone())).order_by_asc(payment_line::Column::Id)
        })
        .await
        .unwrap()
}

/// Boxes ticked, one press: an act for each claim, and whoever reviewed first is refused by name the second time.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_bulk_reviews_keep_duties_apart() {
    let house = house(Fen(100_000_000)).await;
    let all = claims(&house, 3).await;
    for id in &all {
        assert!(house.desk(Persona::SchoolClerk).perform(SubmitClaim { claim: id.clone() }).await.unwrap().submitted);
    }
    let web = house.serve(m3_funds::room().routes);
    let page = web.get(Some(Persona::JinjiangOfficer), "/claims").await;
    assert!(
        page.text.contains("待初审") && page.text.matches("name=\"pick\"").count() == 3 && page.text.contains("1,800"),
        "{}",
        page.text
    );
    let ids: Vec<String> = all.iter().map(ToString::to_string).collect();
    let two = [("do", "first-review"), ("pick", ids[0].as_str()), ("pick", ids[1].as_str())];
    assert_eq!(web.post(Some(Persona::JinjiangOfficer), "/claims/bulk", &two).await.status, 303);
    house.desk(Persona::JinjiangReviewer).perform(FirstReviewClaim { claim: all[2].clone() }).await.unwrap();
    assert_eq!(fund(&house).await.reserved, Fen(3 * EACH.0));
    // The reviewer did the third's first review: two are done, one is refused and says why.
    let three =
        [("do", "second-review"), ("pick", ids[0].as_str()), ("pick", ids[1].as_str()), ("pick", ids[2].as_str())];
    let page = web.get(Some(Persona::JinjiangReviewer), "/claims").await;
    assert!(page.text.contains("须另一人复审") && page.text.matches("name=\"pick\"").count() == 2, "{}", page.text);
    let answer = web.post(Some(Persona::JinjiangReviewer), "/claims/bulk", &three).await;
    assert_eq!(answer.status, 422);
    assert!(
        answer.text.contains("办成 2 份，没有办成 1 份") && answer.text.contains("您办理了本申领的初审"),
        "{}",
        answer.text
    );
    assert_eq!(claim(&house, &all[0]).await.state, ClaimState::SecondReviewed);
    assert_eq!(claim(&house, &all[2]).await.state, ClaimState::FirstReviewed);
    // Nobody else's: the neighbour gets nothing done, the institution may not at all.
    let one = [("do", "second-review"), ("pick", ids[2].as_str())];
    assert!(web.post(Some(Persona::ShishiOfficer), "/claims/bulk", &one).await.text.contains("不在管辖范围内"));
    assert_eq!(web.post(Some(Persona::SchoolClerk), "/claims/bulk", &one).await.status, 403);
    assert_eq!(claim(&house, &all[2]).await.state, ClaimState::FirstReviewed);
    assert!(
        web.post(Some(Persona::JinjiangOfficer), "/claims/bulk", &[("do", "first-review")])
            .await
            .location
            .contains("step=first-review")
    );
}

/// Three claims in one batch; the bank pays two and returns one, whose money waits reserved and can be batched again.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_one_batch_of_three_and_the_returned_line_again() {
    let house = house(Fen(100_000_000)).await;
    let all = claims(&house, 3).await;
    for id in &all {
        payable(&house, id).await;
    }
    let web = house.serve(m3_funds::room().routes);
    let ids: Vec<String> = all.iter().map(ToString::to_string).collect();
    let fields: Vec<(&str, &str)> =
        std::iter::once(("do", "pay")).chain(ids.iter().map(|id| ("pick", id.as_str()))).collect();
    let made = web.post(Some(Persona::JinjiangInspector), "/claims/bulk", &fields).await;
    let batch: PaymentBatchId = made.location.rsplit('/').next().unwrap().parse().unwrap();
    assert_eq!((fund(&house).await.reserved, fund(&house).await.batched), (Fen::ZERO, Fen(3 * EACH.0)));
    let again = web.post(Some(Persona::JinjiangInspector), "/claims/bulk", &fields).await;
    assert!(
        again.status == 422 && again.text.matches("不能“列入拨付批次”").count() == 3,
        "every refusal is told: {}",
        again.text
    );
    house.desk(Persona::JinjiangFinance).perform(ApprovePaymentBatch { batch: batch.clone() }).await.unwrap();
    let lines = lines_of(&house, &batch).await;
    let said = |at: usize, paid: bool| SettledLine {
        line: lines[at].id.clone(),
        paid,
        reference: if paid { format!("2026{at}") } else { String::new() },
        reason: if paid { String::new() } else { "户名不符".into() },
    };
    let settle = SettlePaymentBatch { batch: batch.clone(), lines: vec![said(0, true), said(1, true), said(2, false)] };
    house.desk(Persona::JinjiangFinance).perform(settle).await.unwrap();
    let now = fund(&house).await;
    assert_eq!((now.reserved, now.batched, now.paid), (EACH, Fen::ZERO, Fen(2 * EACH.0)));
    let returned = lines[2].claim.clone();
    assert_eq!(claim(&house, &returned).await.state, ClaimState::PaymentReturned);
    let second = house
        .desk(Persona::JinjiangOfficer)
        .perform(MakePaymentBatch { claims: vec![returned.clone()] })
        .await
        .unwrap();
    assert_eq!((fund(&house).await.reserved, fund(&house).await.batched), (Fen::ZERO, EACH));
    assert_eq!(lines_of(&house, &second).await[0].state, PaymentState::Pending);
}

/// Finance cuts its budget below what was promised: the batch is refused with the numbers, and made once there is
/// money.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_a_batch_over_the_budget_is_refused() {
    let house = house(Fen(2 * EACH.0)).await;
    let all = claims(&house, 2).await;
    for id in &all {
        payable(&house, id).await;
    }
    let budget = |fen: i64| SetFundBudget { year: 2026, budget_fen: fen, document: "晋财社〔2026〕8号".into() };
    let finance = house.desk(Persona::JinjiangFinance);
    assert!(
        matches!(house.desk(Persona::JinjiangOfficer).perform(budget(1)).await, Err(Stop::Forbidden)),
        "the budget is the finance office's"
    );
    finance.perform(budget(EACH.0 + 1)).await.unwrap();
    let make = || MakePaymentBatch { claims: all.clone() };
    let officer = house.desk(Persona::JinjiangOfficer);
    let no = refusal(officer.perform(make()).await);
    assert!(no.rule == "预算余额" && no.fact.contains("需要 1,200 元") && no.fact.contains("剩余 600.01 元"), "{no}");
    let reader = house.system().read().await.unwrap();
    assert_eq!(reader.count::<payment_batch::Entity>(|q| q).await.unwrap(), 0, "nothing of it stays");
    drop(reader);
    finance.perform(budget(2 * EACH.0)).await.unwrap();
    officer.perform(make()).await.unwrap();
    assert!(refusal(finance.perform(budget(EACH.0)).await).fact.contains("少于已拨付和拨付中"));
    let page = house.serve(m3_funds::room().routes).get(Some(Persona::JinjiangFinance), "/fund-accounts").await;
    assert!(
        page.text.contains("拨付中") && page.text.contains("1,200") && page.text.contains("登记预算"),
        "{}",
        page.text
    );
    assert_eq!(
        house.serve(m3_funds::room().routes).get(Some(Persona::SchoolClerk), "/fund-accounts").await.status,
        404
    );
    // Behind the rule stands the database's own check.
    let row = fund(&house).await;
    let over =
        store::tables::funds::fund_account::ActiveModel { paid: Set(Fen(row.budget.0 + 1)), ..Default::default() };
    let written = house
        .premises
        .db
        .write(foundation::Scope::Everything, move |work| {
            Box::pin(async move { work.save::<store::tables::funds::fund_account::Entity>(&row, over).await })
        })
        .await;
    assert!(written.is_err());
}

/// A payee without an account is named before anything is made.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_a_batch_without_an_account_names_the_payee() {
    let house = house(Fen(100_000_000)).await;
    let all = claims(&house, 1).await;
    payable(&house, &all[0]).await;
    house
        .premises
        .db
        .write(foundation::Scope::Everything, move |work| {
            Box::pin(async move {
                let none = institution::ActiveModel { account: Set(None), ..Default::default() };
                work.change_all::<institution::Entity>(institution::Column::Id.eq(testkit::personas::school()), none)
                    .await
            })
        })
        .await
        .unwrap();
    let no = refusal(house.desk(Persona::JinjiangOfficer).perform(MakePaymentBatch { claims: all.clone() }).await);
    assert!(no.fact.contains("育婴员") && no.fact.contains("没有登记收款账户"), "{no}");
}

/// A batch that has not gone to the bank comes back from either office, for a reason; its money is reserved again and
/// its claims wait for another.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_a_batch_is_taken_back_or_sent_back_before_the_bank() {
    use foundation::codes::PaymentState;
    use m3_funds::acts::withdraw::{RefusePaymentBatch, WithdrawPaymentBatch};
    let house = house(Fen(100_000_000)).await;
    let all = claims(&house, 2).await;
    for id in &all {
        payable(&house, id).await;
    }
    let before = fund(&house).await;
    let make = async || house.desk(Persona::JinjiangInspector).perform(MakePaymentBatch { claims: all.clone() }).await;
    let withdraw =
        |batch: &PaymentBatchId, reason: &str| WithdrawPaymentBatch { batch: batch.clone(), reason: reason.into() };
    let refuse =
        |batch: &PaymentBatchId, reason: &str| RefusePaymentBatch { batch: batch.clone(), reason: reason.into() };
    let first = make().await.unwrap();
    assert!(matches!(house.desk(Persona::JinjiangOfficer).perform(withdraw(&first, "错")).await,
            Err(Stop::Refused(no)) if no[0].field.as_deref() == Some("undo")));
    for outsider in [Persona::ShishiOfficer, Persona::SchoolClerk, Persona::ProvinceOfficer, Persona::JinjiangFinance] {
        assert!(
            house.desk(outsider).perform(withdraw(&first, "清册有误")).await.is_err(),
            "{outsider:?} takes nothing back"
        );
    }
    assert!(
        house.desk(Persona::JinjiangOfficer).perform(refuse(&first, "清册有误")).await.is_err(),
        "sending back is the finance office's"
    );
    house.desk(Persona::JinjiangOfficer).perform(withdraw(&first, "清册有误")).await.unwrap();
    let after = fund(&house).await;
    assert_eq!(
        (after.reserved, after.batched, after.paid),
        (before.reserved, before.batched, before.paid),
        "every fen is where it was"
    );
    for id in &all {
        let row = claim(&house, id).await;
        assert_eq!((row.state, row.batch), (ClaimState::NoObjection, None));
    }
    let second = make().await.unwrap();
    assert_ne!(first, second);
    house.desk(Persona::JinjiangFinance).perform(refuse(&second, "账户要先核对")).await.unwrap();
    let twice = house.desk(Persona::JinjiangFinance).perform(refuse(&second, "账户要先核对")).await;
    assert!(matches!(twice, Err(Stop::Refused(no)) if no[0].fact.contains("已撤回")));
    let approve = house.desk(Persona::JinjiangFinance).perform(ApprovePaymentBatch { batch: second.clone() }).await;
    assert!(matches!(approve, Err(Stop::Refused(_))), "what was sent back cannot be approved");
    let third = make().await.unwrap();
    house.desk(Persona::JinjiangFinance).perform(ApprovePaymentBatch { batch: third.clone() }).await.unwrap();
    // A page opened before is told so in words.
    let stale = house
        .serve(m3_funds::room().routes)
        .post(Some(Persona::JinjiangOfficer), &format!("/payment-batches/{third}/withdraw"), &[("undo", "清册有误")])
        .await;
    assert!(
        stale.status == 303 && stale.location.ends_with(&third.to_string()),
        "back to the batch, with the refusal above it: {}",
        stale.status
    );
    let late = house.desk(Persona::JinjiangOfficer).perform(withdraw(&third, "清册有误")).await;
    assert!(matches!(late, Err(Stop::Refused(no)) if no[0].fact.contains("已送银行")));
    let reader = house.system().read().await.unwrap();
    let lines = reader.list::<store::tables::funds::payment_line::Entity>(|q| q).await.unwrap();
    let of = |state| lines.iter().filter(|one| one.state == state).count();
    assert_eq!((of(PaymentState::Withdrawn), of(PaymentState::Sent)), (4, 2));
}

/// A claim that was sent back is explained by its institution, where the reviewers read it; never by another, never
/// later.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_a_correction_is_explained_by_its_own_institution() {
    use m3_funds::acts::review::{ExplainClaimCorrection, ReturnClaim};
    let house = house(Fen(100_000_000)).await;
    let id = claims(&house, 1).await.remove(0);
    let explain = |note: &str| ExplainClaimCorrection { claim: id.clone(), note: note.into() };
    let clerk = house.desk(Persona::SchoolClerk);
    assert!(matches!(clerk.perform(explain("照片已补")).await, Err(Stop::Refused(_))), "nothing was sent back yet");
    assert!(clerk.perform(SubmitClaim { claim: id.clone() }).await.unwrap().submitted);
    house
        .desk(Persona::JinjiangOfficer)
        .perform(ReturnClaim { claim: id.clone(), note: "请说明第三次课的照片".into() })
        .await
        .unwrap();
    assert!(
        matches!(clerk.perform(explain("补")).await, Err(Stop::Refused(no)) if no[0].field.as_deref() == Some("note"))
    );
    assert!(matches!(
        house.desk(Persona::RivalClerk).perform(explain("照片已补")).await,
        Err(Stop::Fault(foundation::Fault::Gone))
    ));
    clerk.perform(explain("第三次课的照片已补")).await.unwrap();
    let page = house.serve(m3_funds::room().routes).get(Some(Persona::JinjiangOfficer), &format!("/claims/{id}")).await;
    assert!(page.text.contains("补正说明：第三次课的照片已补"), "{}", page.text);
}

/// Two people type the bank's answer beside each other: the second is told what stands, nothing he typed is dropped.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_what_the_bank_said_is_never_dropped_without_a_word() {
    let house = house(Fen(100_000_000)).await;
    let all = claims(&house, 2).await;
    for id in &all {
        payable(&house, id).await;
    }
    let batch = house.desk(Persona::JinjiangOfficer).perform(MakePaymentBatch { claims: all.clone() }).await.unwrap();
    house.desk(Persona::JinjiangFinance).perform(ApprovePaymentBatch { batch: batch.clone() }).await.unwrap();
    let web = house.serve(m3_funds::room().routes);
    let token = desk::session::open(&house.premises, &Persona::JinjiangFinance.account(), true).await.unwrap();
    let at = format!("/payment-batches/{batch}");
    let page = web.get_as(&token, &at).await;
    let lines = lines_of(&house, &batch).await;
    let field = |name: &str, n: usize| format!("{name}_{}", lines[n].id);
    let (result, reason, reference) = (field("result", 0), field("reason", 0), field("reference", 0));
    let first = [("by_line", "1"), (result.as_str(), "returned"), (reason.as_str(), "户名不符")];
    assert_eq!(web.post_from(&token, &page, &format!("{at}/settle"), &first).await.status, 303);
    let stale = [("by_line", "1"), (result.as_str(), "paid"), (reference.as_str(), "REF1")];
    let told = web.post_from(&token, &page, &format!("{at}/settle"), &stale).await;
    assert!(told.status == 422 && told.text.contains("拨付批次已经被办理或改动过"), "{}", told.text);
    let told = web.post_from(&token, &told, &format!("{at}/settle"), &stale).await;
    assert!(
        told.status == 422 && told.text.contains("银行回单"),
        "the bank cannot have paid and returned it: {}",
        told.text
    );
    assert_eq!(lines_of(&house, &batch).await[0].state, PaymentState::Returned);
}

/// Risk rule F04: between making a batch and letting it go the account changes, or is about to.
#[tokio::test(flavor = "multi_thread")]
async fn f04_no_batch_goes_to_an_account_that_does_not_stand() {
    use m2_institutions::acts::payee::{ConfirmPayeeAccount, ProposePayeeAccount};
    let house = house(Fen(100_000_000)).await;
    let all = claims(&house, 1).await;
    payable(&house, &all[0]).await;
    let batch = house.desk(Persona::JinjiangOfficer).perform(MakePaymentBatch { claims: all.clone() }).await.unwrap();
    let (institution, account) = (testkit::personas::school(), "622909123456789012".to_owned());
    let propose = ProposePayeeAccount {
        institution: institution.clone(),
        bank: "兴业银行晋江支行".into(),
        account: account.clone(),
        document: "账户变更函".into(),
    };
    house.desk(Persona::JinjiangOfficer).perform(propose).await.unwrap();
    let approve = || ApprovePaymentBatch { batch: batch.clone() };
    let finance = house.desk(Persona::JinjiangFinance);
    let no = refusal(finance.perform(approve()).await);
    assert!(no.rule == "收款账户" && no.fact.contains("等另一人复核"), "{no}");
    house
        .desk(Persona::JinjiangReviewer)
        .perform(ConfirmPayeeAccount { institution, change: None, account })
        .await
        .unwrap();
    let no = refusal(finance.perform(approve()).await);
    assert!(no.rule == "收款账户" && no.fact.contains("在制单以后改为"), "{no}");
    assert_eq!(lines_of(&house, &batch).await[0].state, PaymentState::Pending);
}

/// The batch was answered to its end while somebody typed: its page has no form any more, and says why, and what he
/// typed.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_a_refusal_is_said_when_its_form_is_gone() {
    let house = house(Fen(100_000_000)).await;
    let all = claims(&house, 1).await;
    payable(&house, &all[0]).await;
    let batch = house.desk(Persona::JinjiangOfficer).perform(MakePaymentBatch { claims: all.clone() }).await.unwrap();
    let finance = house.desk(Persona::JinjiangFinance);
    finance.perform(ApprovePaymentBatch { batch: batch.clone() }).await.unwrap();
    let web = house.serve(m3_funds::room().routes);
    let token = desk::session::open(&house.premises, &Persona::JinjiangFinance.account(), true).await.unwrap();
    let at = format!("/payment-batches/{batch}");
    let page = web.get_as(&token, &at).await;
    let line = lines_of(&house, &batch).await[0].id.clone();
    let paid = SettledLine { line: line.clone(), paid: true, reference: "REF0".into(), reason: String::new() };
    finance.perform(SettlePaymentBatch { batch: batch.clone(), lines: vec![paid] }).await.unwrap();
    let (result, reference) = (format!("result_{line}"), format!("reference_{line}"));
    let typed = [("by_line", "1"), (result.as_str(), "paid"), (reference.as_str(), "REF1")];
    let told = web.post_from(&token, &page, &format!("{at}/settle"), &typed).await;
    assert!(
        told.status == 422 && told.text.contains("拨付批次已经被办理或改动过") && told.text.contains("REF1"),
        "{}",
        told.text
    );
}
