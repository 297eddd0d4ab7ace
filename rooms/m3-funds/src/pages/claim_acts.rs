//! What is done to a claim from its dossier (M8.9; domain §7.3): handed in, reviewed, sent back, made public, paid out.

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Next, Pairs};
use foundation::at;
use foundation::{ClaimId, Fault, Fen};

use crate::acts::draft::{RedraftClaim, Redrafted};
use crate::acts::payment::MakePaymentBatch;
use crate::acts::review::{
    ExplainClaimCorrection, FirstReviewClaim, PublishClaim, ReturnClaim, SecondReviewClaim, SubmitClaim, Submitted,
};

/// POST `/claims/{id}/submit`: handed in, or told that the facts have changed meanwhile.
pub async fn submit(desk: Desk, Path(id): Path<String>, _form: Pairs) -> Response {
    let Ok(claim) = id.parse::<ClaimId>() else { return desk.stopped(Fault::Gone.into()) };
    let here = at::ClaimPage(&id).to_string();
    let said = |one: Submitted| match one {
        one if one.submitted => Next::Go(here.clone(), "申领已提交，县人社部门会审核。".into()),
        one if one.persons == 0 => Next::Stay(
            here.clone(),
            "!按最新事实重算后，没有可以补贴的学员，申领已终止。请看下面每位学员的原因。".into(),
        ),
        one => {
            let sum = ui::money::text(Fen(one.total_fen));
            let now = format!(
                "!还没有提交：事实有变化，申领已按最新事实重算为 {} 人 {sum}。请核对后再提交一次。",
                one.persons
            );
            Next::Stay(here.clone(), now)
        }
    };
    desk.answer(desk.perform(SubmitClaim { claim }).await, said, async |no| desk.refused(&here, &no)).await
}

/// POST `/claims/{id}/redraft`.
pub async fn redraft(desk: Desk, Path(id): Path<String>, _form: Pairs) -> Response {
    let Ok(claim) = id.parse::<ClaimId>() else { return desk.stopped(Fault::Gone.into()) };
    let here = at::ClaimPage(&id).to_string();
    let said = |one: Redrafted| match one.changed {
        true => Next::Stay(
            here.clone(),
            format!("已按最新事实重算：{} 人 {}。", one.persons, ui::money::text(Fen(one.total_fen))),
        ),
        false => Next::Stay(here.clone(), "已按最新事实重算，没有变化。".into()),
    };
    desk.answer(desk.perform(RedraftClaim { claim }).await, said, async |no| desk.refused(&here, &no)).await
}

/// POST `/claims/{id}/explain`.
pub async fn explain(desk: Desk, Path(id): Path<String>, form: Pairs) -> Response {
    let Ok(claim) = id.parse::<ClaimId>() else { return desk.stopped(Fault::Gone.into()) };
    let result = desk.perform(ExplainClaimCorrection { claim, note: form.value("note").into() }).await;
    desk.after(result, &at::ClaimPage(&id).to_string(), "补正说明已记下，审核人看得到。改好后请提交。")
}

macro_rules! posts {
    ($($name:ident($act:ident) = $said:literal;)+) => {$(
        #[doc = concat!("POST of ", stringify!($act), ".")]
        pub async fn $name(desk: Desk, Path(id): Path<String>, _form: Pairs) -> Response {
            let Ok(claim) = id.parse::<ClaimId>() else { return desk.stopped(Fault::Gone.into()) };
            let result = desk.perform($act { claim }).await;
            desk.after(result, &at::ClaimPage(&id).to_string(), $said)
        }
    )+};
}
posts! {
    first_review(FirstReviewClaim) = "初审通过，资金已预留，请另一位工作人员复审。";
    second_review(SecondReviewClaim) = "复审通过，可以公示了。";
    publish(PublishClaim) = "已开始公示，从明天起计；截止日和名单在“公示”里。";
}

/// POST `/claims/{id}/return`.
pub async fn send_back(desk: Desk, Path(id): Path<String>, form: Pairs) -> Response {
    let Ok(claim) = id.parse::<ClaimId>() else { return desk.stopped(Fault::Gone.into()) };
    let result = desk.perform(ReturnClaim { claim, note: form.value("note").into() }).await;
    desk.after(result, &at::ClaimPage(&id).to_string(), "已退回补正。")
}

/// POST `/claims/{id}/batch`.
pub async fn batch(desk: Desk, Path(id): Path<String>, _form: Pairs) -> Response {
    let Ok(claim) = id.parse::<ClaimId>() else { return desk.stopped(Fault::Gone.into()) };
    desk.answer(
        desk.perform(MakePaymentBatch { claims: vec![claim] }).await,
        // Its number is what the maker looks for next.
        |batch| Next::Stay(at::PaymentBatchPage(&batch).to_string(), "拨付批次已做好，等财政复核。".to_owned()),
        async |refusals| desk.refused(&at::ClaimPage(&id).to_string(), &refusals),
    )
    .await
}
