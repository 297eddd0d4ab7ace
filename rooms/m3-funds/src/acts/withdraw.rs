//! A batch that has not gone to the bank is taken back by the county that made it, or sent back by the finance office
//! (M8.9; domain §7.4 S70): its claims wait for another batch, the money is reserved again.

use desk::procedure::{self, Taking, may_take, take};
use desk::{Act, Desk, Done, FactDraft, Hands};
use foundation::limits::TEXT_CHARS;
use foundation::{Fault, Function, PaymentBatchId, Permission, Refusal, Right, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, Set};
use store::tables::funds::{claim, payment_batch, payment_line};

use super::fund::move_money;
use super::review::{go, policy_of, said};
use crate::procedures::batches::{Batches, Step as BatchStep};
use crate::procedures::claims::Step;
use crate::procedures::lines::{Lines, Step as LineStep};
use crate::refusals::BATCH;
use crate::rules::fund::Step as Moves;

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
    const TITLE: &'static str = "撤回拨付批次";
    const HANDS: Hands = Hands::One("撤回只会不付");
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        undo(desk, work, &self.batch, &self.reason, (BatchStep::Withdraw, Step::LeaveBatch)).await
    }
}

impl Act for RefusePaymentBatch {
    const NAME: &'static str = "refuse-payment-batch";
    const PERMISSION: Permission = Permission::Of(Function::ClaimPayment, Right::Approve);
    const TITLE: &'static str = "退回拨付批次";
    const HANDS: Hands = Hands::One("退回只会不付");
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        undo(desk, work, &self.batch, &self.reason, (BatchStep::Refuse, Step::RefuseBatch)).await
    }
}

async fn undo(
    desk: &Desk,
    work: &Writer,
    id: &PaymentBatchId,
    reason: &str,
    (step, leaves): (BatchStep, Step),
) -> Result<Done<()>, Stop> {
    let batch = work.get(&id).await?;
    let reason = reason.trim();
    may_take::<Batches>(desk, &batch, step)?;
    why(reason)?;
    let row = procedure::row::<Batches>(step);
    let word = row.called;
    let summary = format!("{word}拨付批次 {}：{reason}", batch.batch_no);
    let told = FactDraft::new(row.facts[0], batch.district, summary)
        .about(&crate::declared::PAYMENT_BATCH, &batch.id)
        .with("total_fen", batch.total.0);
    let quiet = Taking::new(payment_batch::ActiveModel::default());
    let mut done = Done::new((), take::<Batches>(desk, work, &batch, step, quiet, told).await?);
    let lines = work
        .list::<payment_line::Entity>(|q| {
            q.filter(payment_line::Column::Batch.eq(batch.id.clone())).order_by_asc(payment_line::Column::Id)
        })
        .await?;
    for line in lines {
        let row = work.get(&line.claim).await?;
        let fact = said(&row, "ClaimLeftBatch", format!("{word}拨付批次 {}：{reason}", batch.batch_no));
        let change = payment_line::ActiveModel { reason: Set(reason.to_owned()), ..Default::default() };
        let fact = take::<Lines>(desk, work, &line, LineStep::Withdraw, Taking::new(change), fact).await?;
        let account =
            row.fund_account.clone().ok_or_else(|| Fault::Db("batched claim without a fund account".into()))?;
        move_money(work, &account, Moves::Unbatch, row.total).await?;
        let policy = policy_of(work, &row).await?;
        let change = claim::ActiveModel { batch: Set(None), ..Default::default() };
        done = done.and(go(desk, work, &row, leaves, Taking::new(change).by(&policy), fact).await?);
    }
    Ok(done)
}

/// For a reason that both offices can read.
fn why(reason: &str) -> Result<(), Refusal> {
    let length = reason.chars().count();
    if (REASON_CHARS..=TEXT_CHARS).contains(&length) {
        return Ok(());
    }
    Err(BATCH.refuse(format!("原因有 {length} 个字，应为 {REASON_CHARS} 至 {TEXT_CHARS} 字")).at("undo"))
}
