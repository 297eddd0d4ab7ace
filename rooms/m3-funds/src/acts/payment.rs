//! The county makes a batch, the finance office approves it, the bank's answer settles it (M8.9; domain §7.4 S70–S90).

use std::collections::HashMap;

use desk::tasks::{self, TaskDraft};
use desk::{Act, Desk, Done, FactDraft};
use foundation::codes::{ClaimState, PaymentState};
use foundation::{ClaimId, Fault, Fen, Function, PaymentBatchId, PaymentLineId, Permission, Refusal, Right, Stop};
use journal::facts::ClaimPaid;
use m3_supervision::rules::states::{Move, after as class_after};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, QueryFilter, Set};
use store::seal::Purpose;
use store::tables::funds::{claim, fund_account, payment_batch, payment_line};
use store::tables::institutions::institution;
use store::tables::supervision::training_class;

use super::review::{go, said};
use crate::rules::states::{ClaimMove, after};

/// Puts claims into one payment batch.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MakePaymentBatch {
    /// The claims.
    pub claims: Vec<ClaimId>,
}

impl Act for MakePaymentBatch {
    const NAME: &'static str = "make-payment-batch";
    const PERMISSION: Permission = Permission::Of(Function::ClaimPayment, Right::Publish);
    const CLAUSE: &'static str = "M8.9";
    const TITLE: &'static str = "生成拨付批次";
    type Outcome = PaymentBatchId;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<PaymentBatchId>, Stop> {
        let id: PaymentBatchId = desk.new_id();
        let (mut rows, mut lines) = (Vec::new(), Vec::new());
        for claim in &self.claims {
            let row = work.get::<claim::Entity>(claim.to_string()).await?;
            let state = after(row.state, ClaimMove::MakeBatch)?;
            lines.push(line(desk, work, &id, &row).await?);
            rows.push((row, state));
        }
        let Some(district) = rows.first().map(|(row, _)| row.district) else {
            return Err(Refusal::new("拨付批次", "M8.9", "没有选择申领", "待拨付申领", "请至少选择一份公示无异议的申领").into());
        };
        if rows.iter().any(|(row, _)| row.district != district) {
            return Err(Refusal::new("拨付批次", "M8.9", "选择的申领不属于同一个县（市、区）", "资金账户", "请按县（市、区）分别生成批次").into());
        }
        let total = Fen::sum(rows.iter().map(|(row, _)| row.total)).ok_or_else(|| Fault::Db("batch total out of range".into()))?;
        let made_by = desk.actor.account.clone().ok_or(Stop::SignedOut)?;
        let before = work.count::<payment_batch::Entity>(|q| q.filter(payment_batch::Column::District.eq(district))).await?;
        let batch_no = format!("{district}-{}-{:03}", desk.today().format("%Y%m%d"), before + 1);
        work.add::<payment_batch::Entity>(payment_batch::Model {
            id: id.clone(),
            batch_no: batch_no.clone(),
            state: PaymentState::Pending,
            total,
            lines: i32::try_from(lines.len()).unwrap_or(i32::MAX),
            made_by: made_by.clone(),
            made_at: desk.now(),
            approved_by: None,
            approved_at: None,
            file_hash: String::new(),
            settled_at: None,
            due_on: None,
            district,
            path: district.management_path(),
            version: 1,
            file: None,
        })
        .await?;
        work.add_many::<payment_line::Entity>(lines).await?;
        let mut done = Done::new(
            id.clone(),
            FactDraft::new("PaymentBatchMade", "M8.9", district, format!("生成拨付批次 {batch_no}，{total} 元")).about("payment-batch", &id),
        );
        for (row, state) in rows {
            go(desk, work, &row, state, claim::ActiveModel { batch: Set(Some(id.clone())), ..Default::default() }, None).await?;
            done = done.and(said(&row, "ClaimBatched", state, format!("列入拨付批次 {batch_no}")));
        }
        TaskDraft::new(desk, "finance", "approve-batch", ("payment-batch", id.to_string()), batch_no, district)
            .money(total)
            .not_for(Some(made_by))
            .put(work)
            .await?;
        Ok(done)
    }
}

async fn line(desk: &Desk, work: &Writer, batch: &PaymentBatchId, row: &claim::Model) -> Result<payment_line::Model, Stop> {
    let payee = work.get::<institution::Entity>(row.institution.to_string()).await?;
    let Some(sealed) = &payee.account else {
        return Err(Refusal::new("收款账户", "M8.9", format!("{} 没有登记收款账户", payee.name), "机构目录", "请先在机构目录登记收款账户").into());
    };
    let id: PaymentLineId = desk.new_id();
    // A seal belongs to its row: copied under another owner it would not open.
    let keyring = &desk.premises.keyring;
    let plain = keyring.open(Purpose::Account, &payee.id.to_string(), sealed).map_err(|e| Fault::Db(e.to_string()))?;
    let account = keyring.seal(Purpose::Account, &id.to_string(), &plain, desk.premises.ids.bytes());
    Ok(payment_line::Model {
        id,
        batch: batch.clone(),
        claim: row.id.clone(),
        institution: payee.id,
        payee: payee.name,
        bank: payee.bank,
        account,
        account_masked: payee.account_masked,
        amount: row.total,
        state: PaymentState::Pending,
        bank_reference: String::new(),
        reason: String::new(),
        district: row.district,
        path: row.path.clone(),
        version: 1,
    })
}

/// The finance office lets a batch go to the bank.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ApprovePaymentBatch {
    /// The batch.
    pub batch: PaymentBatchId,
}

impl Act for ApprovePaymentBatch {
    const NAME: &'static str = "approve-payment-batch";
    const PERMISSION: Permission = Permission::Of(Function::ClaimPayment, Right::Approve);
    const CLAUSE: &'static str = "M8.9";
    const TITLE: &'static str = "财政复核拨付批次";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let batch = work.get::<payment_batch::Entity>(self.batch.to_string()).await?;
        if batch.state != PaymentState::Pending {
            return Err(
                Refusal::new("办理步骤", "M8.9", format!("批次现在是“{}”，不能复核", batch.state.label()), "拨付批次", "请刷新页面，按当前步骤办理").into()
            );
        }
        if Some(&batch.made_by) == desk.actor.account.as_ref() {
            return Err(Refusal::new("两人复核", "M8.9", "本批次由您生成", "制单、复核分岗", "请由另一位工作人员复核").into());
        }
        let change = payment_batch::ActiveModel {
            state: Set(PaymentState::Sent),
            approved_by: Set(desk.actor.account.clone()),
            approved_at: Set(Some(desk.now())),
            ..Default::default()
        };
        work.save::<payment_batch::Entity>(&batch, change).await?;
        let mut done = Done::new(
            (),
            FactDraft::new("PaymentBatchApproved", "M8.9", batch.district, format!("财政复核拨付批次 {}", batch.batch_no)).about("payment-batch", &batch.id),
        );
        for one in work.list::<payment_line::Entity>(|q| q.filter(payment_line::Column::Batch.eq(batch.id.clone()))).await? {
            let row = work.get::<claim::Entity>(one.claim.to_string()).await?;
            let state = after(row.state, ClaimMove::ApproveBatch)?;
            work.save::<payment_line::Entity>(&one, payment_line::ActiveModel { state: Set(PaymentState::Sent), ..Default::default() }).await?;
            go(desk, work, &row, state, claim::ActiveModel::default(), None).await?;
            done = done.and(said(&row, "ClaimSentToBank", state, "财政复核通过，已送银行"));
        }
        tasks::close(desk, work, &batch.id, &["approve-batch"]).await?;
        TaskDraft::new(desk, "finance", "settle-batch", ("payment-batch", batch.id.to_string()), batch.batch_no, batch.district)
            .money(batch.total)
            .put(work)
            .await?;
        Ok(done)
    }
}

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
    let account = row.fund_account.clone().ok_or_else(|| Fault::Db("paid claim without a fund account".into()))?;
    let fund = work.get::<fund_account::Entity>(account).await?;
    let (Some(paid), Some(reserved)) = (fund.paid.checked_add(row.total), fund.reserved.checked_sub(row.total)) else {
        return Err(Fault::Db("fund account out of range".into()).into());
    };
    work.save::<fund_account::Entity>(&fund, fund_account::ActiveModel { paid: Set(paid), reserved: Set(reserved), ..Default::default() }).await?;
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
