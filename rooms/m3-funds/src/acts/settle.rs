//! What the bank says settles a batch (M8.9; domain §7.4 S80–S90): money that arrived is paid and its class archived;
//! what came back goes to the county to be corrected and batched again.

use std::collections::HashMap;

use desk::tasks;
use desk::{Act, Desk, Done, FactDraft};
use foundation::codes::{ClaimState, PaymentState};
use foundation::{Fault, Function, PaymentBatchId, PaymentLineId, Permission, Refusal, Right, Stop};
use journal::facts::ClaimPaid;
use m3_supervision::rules::states::{Move, after as class_after};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, QueryFilter, Set};
use store::tables::funds::{claim, payment_batch, payment_line};
use store::tables::supervision::training_class;

use super::fund::move_money;
use super::review::{go, said};
use crate::rules::fund::Step;
use crate::rules::states::{ClaimMove, after};

/// What the bank says of one line.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SettledLine {
    /// The line.
    pub line: PaymentLineId,
    /// Paid or returned.
    pub paid: bool,
    /// The bank's reference, for paid lines.
    pub reference: String,
    /// Why it came back, for returned lines.
    pub reason: String,
}

/// Takes the bank's answer in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SettlePaymentBatch {
    /// The batch.
    pub batch: PaymentBatchId,
    /// Its answered lines.
    pub lines: Vec<SettledLine>,
}

impl Act for SettlePaymentBatch {
    const NAME: &'static str = "settle-payment-batch";
    const PERMISSION: Permission = Permission::Of(Function::ClaimPayment, Right::Pay);
    const CLAUSE: &'static str = "M8.9";
    const TITLE: &'static str = "登记银行回单";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let batch = work.get::<payment_batch::Entity>(self.batch.to_string()).await?;
        let mut open: HashMap<PaymentLineId, payment_line::Model> = work
            .list::<payment_line::Entity>(|q| {
                q.filter(payment_line::Column::Batch.eq(batch.id.clone())).filter(payment_line::Column::State.eq(PaymentState::Sent))
            })
            .await?
            .into_iter()
            .map(|one| (one.id.clone(), one))
            .collect();
        let no = |fact: &str| Refusal::new("银行回单", "M8.9", fact, format!("拨付批次 {}", batch.batch_no), "请核对回单后重新提交");
        if self.lines.is_empty() {
            return Err(no("回单没有可登记的行").into());
        }
        let mut done = Done::new(
            (),
            FactDraft::new("PaymentBatchSettled", "M8.9", batch.district, format!("登记银行回单 {} 行", self.lines.len())).about("payment-batch", &batch.id),
        );
        for said in &self.lines {
            let Some(line) = open.remove(&said.line) else { return Err(no("回单里有不属于本批次待回单的行，或同一行出现两次").into()) };
            if said.paid && said.reference.trim().is_empty() {
                return Err(no("到账的行没有银行流水号").into());
            }
            if !said.paid && said.reason.trim().is_empty() {
                return Err(no("退票的行没有写原因").into());
            }
            done = done.and(settle(desk, work, &line, said).await?);
        }
        if open.is_empty() {
            work.save::<payment_batch::Entity>(
                &batch,
                payment_batch::ActiveModel { state: Set(PaymentState::Paid), settled_at: Set(Some(desk.now())), ..Default::default() },
            )
            .await?;
            tasks::close(desk, work, &batch.id, &["settle-batch"]).await?;
        }
        Ok(done)
    }
}

async fn settle(desk: &Desk, work: &Writer, line: &payment_line::Model, answer: &SettledLine) -> Result<FactDraft, Stop> {
    let row = work.get::<claim::Entity>(line.claim.to_string()).await?;
    let reference = answer.reference.trim().to_owned();
    if !answer.paid {
        let state = after(row.state, ClaimMove::ReturnPayment)?;
        let change = payment_line::ActiveModel { state: Set(PaymentState::Returned), reason: Set(answer.reason.trim().to_owned()), ..Default::default() };
        work.save::<payment_line::Entity>(line, change).await?;
        move_money(work, &account_of(&row)?, Step::Unbatch, row.total).await?;
        go(desk, work, &row, state, claim::ActiveModel::default(), Some(("county", "correct-payment"))).await?;
        return Ok(said(&row, "ClaimPaymentReturned", state, "银行退票"));
    }
    let state = after(row.state, ClaimMove::Pay)?;
    work.save::<payment_line::Entity>(
        line,
        payment_line::ActiveModel { state: Set(PaymentState::Paid), bank_reference: Set(reference.clone()), ..Default::default() },
    )
    .await?;
    go(desk, work, &row, state, claim::ActiveModel { paid_at: Set(Some(desk.now())), ..Default::default() }, None).await?;
    move_money(work, &account_of(&row)?, Step::Pay, row.total).await?;
    // The finance office does not write classes: the archive follows from the payment, not from its own decision.
    let system = work.as_system("archive-paid-class");
    let class = system.get::<training_class::Entity>(row.class.to_string()).await?;
    let class_state = class_after(class.state, Move::Archive)?;
    system.save::<training_class::Entity>(&class, training_class::ActiveModel { state: Set(class_state), ..Default::default() }).await?;
    let body = ClaimPaid { class: row.class.clone(), claim: row.id.clone(), total_fen: row.total, reference };
    Ok(FactDraft::of(&body, row.district, format!("补贴 {} 元已到账", row.total))
        .class(&row.class)
        .institution(&row.institution)
        .about("claim", &row.id)
        .with("claim_state", ClaimState::Paid.code())
        .with("class_state", class_state.code()))
}

fn account_of(row: &claim::Model) -> Result<String, Stop> {
    Ok(row.fund_account.clone().ok_or_else(|| Fault::Db("paid claim without a fund account".into()))?)
}
