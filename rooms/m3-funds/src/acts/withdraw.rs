//! A batch that has not gone to the bank is taken back by the county that made it, or sent back by the finance office
//! (M8.9; domain §7.4 S70): its claims wait for another batch, the money is reserved again.

use desk::{Act, Desk, Done, FactDraft, tasks};
use foundation::codes::PaymentState;
use foundation::limits::TEXT_CHARS;
use foundation::{Fault, Function, PaymentBatchId, Permission, Refusal, Right, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, Set};
use store::tables::funds::{claim, payment_batch, payment_line};

use super::fund::move_money;
use super::review::{Next, go, policy_of, said, workdays};
use crate::rules::fund::Step;
use crate::rules::states::{ClaimMove, after};

/// Fewest letters of a reason.
const REASON_CHARS: usize = 4;

/// The county takes its batch back.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct WithdrawPaymentBatch {
    /// The batch.
    pub batch: PaymentBatchId,
    /// Why.
    pub reason: String,
}

/// The finance office sends a batch back.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RefusePaymentBatch {
    /// The batch.
    pub batch: PaymentBatchId,
    /// Why.
    pub reason: String,
}

impl Act for WithdrawPaymentBatch {
    const NAME: &'static str = "withdraw-payment-batch";
    const PERMISSION: Permission = Permission::Of(Function::ClaimPayment, Right::Publish);
    const CLAUSE: &'static str = "M8.9";
    const TITLE: &'static str = "撤回拨付批次";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        undo(desk, work, &self.batch, &self.reason, ("PaymentBatchWithdrawn", "撤回")).await
    }
}

impl Act for RefusePaymentBatch {
    const NAME: &'static str = "refuse-payment-batch";
    const PERMISSION: Permission = Permission::Of(Function::ClaimPayment, Right::Approve);
    const CLAUSE: &'static str = "M8.9";
    const TITLE: &'static str = "退回拨付批次";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        undo(desk, work, &self.batch, &self.reason, ("PaymentBatchRefused", "财政退回")).await
    }
}

async fn undo(desk: &Desk, work: &Writer, id: &PaymentBatchId, reason: &str, (fact, word): (&'static str, &str)) -> Result<Done<()>, Stop> {
    let batch = work.get::<payment_batch::Entity>(id.to_string()).await?;
    let reason = reason.trim();
    may_undo(batch.state, reason)?;
    work.save::<payment_batch::Entity>(&batch, payment_batch::ActiveModel { state: Set(PaymentState::Withdrawn), due_on: Set(None), ..Default::default() })
        .await?;
    tasks::close(desk, work, &batch.id, &["approve-batch"]).await?;
    let summary = format!("{word}拨付批次 {}：{reason}", batch.batch_no);
    let told = FactDraft::new(fact, "M8.9", batch.district, summary).about("payment-batch", &batch.id).with("total_fen", batch.total.0);
    let mut done = Done::new((), told);
    let lines =
        work.list::<payment_line::Entity>(|q| q.filter(payment_line::Column::Batch.eq(batch.id.clone())).order_by_asc(payment_line::Column::Id)).await?;
    for line in lines {
        let change = payment_line::ActiveModel { state: Set(PaymentState::Withdrawn), reason: Set(reason.to_owned()), ..Default::default() };
        work.save::<payment_line::Entity>(&line, change).await?;
        let row = work.get::<claim::Entity>(line.claim.to_string()).await?;
        let state = after(row.state, ClaimMove::LeaveBatch)?;
        let account = row.fund_account.clone().ok_or_else(|| Fault::Db("batched claim without a fund account".into()))?;
        move_money(work, &account, Step::Unbatch, row.total).await?;
        let due = workdays(desk, policy_of(work, &row).await?.correction_workdays());
        let next = Next { audience: "county", kind: "pay-claim", due: Some(due) };
        go(desk, work, &row, state, claim::ActiveModel { batch: Set(None), ..Default::default() }, Some(next)).await?;
        done = done.and(said(&row, "ClaimLeftBatch", state, format!("{word}拨付批次 {}：{reason}", batch.batch_no)));
    }
    Ok(done)
}

/// Only what has not gone to the bank, and for a reason. Errors: both refusals at once.
fn may_undo(state: PaymentState, reason: &str) -> Result<(), Vec<Refusal>> {
    let mut no = Vec::new();
    if state != PaymentState::Pending {
        let fact = format!("批次现在是“{}”", state.label());
        no.push(Refusal::new("办理步骤", "M8.9", fact, "拨付批次", "只有待财政批准的批次可以撤回或退回；已送银行的，请等银行回盘"));
    }
    let length = reason.chars().count();
    if !(REASON_CHARS..=TEXT_CHARS).contains(&length) {
        let fact = format!("原因有 {length} 个字，应为 {REASON_CHARS} 至 {TEXT_CHARS} 字");
        no.push(Refusal::new("拨付批次", "M8.9", fact, "拨付批次", "请写明哪里不对，对方会看到").at("undo"));
    }
    if no.is_empty() { Ok(()) } else { Err(no) }
}
