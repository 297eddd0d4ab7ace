//! What the bank says settles a batch (M8.9; domain §7.4 S80–S90): money that arrived is paid and its class archived;
//! what came back goes to the county to be corrected and batched again. Typed line by line or read from the bank's
//! file.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use desk::procedure::{Taking, may_take, take};
use desk::reading::Going;
use desk::sheet::{self, Wanted};
use desk::{Act, Desk, Done, Example, FactDraft, Hands};
use foundation::codes::PaymentState;
use foundation::limits::{BATCH_LINES, LINE_CHARS, UPLOAD_BYTES};
use foundation::{Fault, Function, PaymentBatchId, PaymentLineId, Permission, Right, Stop};
use journal::facts::ClaimPaid;
use m3_supervision::procedures::full_process::{FullProcess, Step as ClassStep};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, QueryFilter, Set};
use store::tables::funds::{claim, payment_batch, payment_line};

use super::bank_file::keep_file;
use super::fund::move_money;
use super::review::{about, go, policy_of, said};
use crate::declared::PAYMENT_BATCH;
use crate::procedures::batches::{Batches, Step as BatchStep};
use crate::procedures::claims::{Claims, Step};
use crate::procedures::lines::{Lines, Step as LineStep};
use crate::refusals::RECEIPT;
pub use crate::rules::bank::SettledLine;
use crate::rules::bank::{self, KnownLine};
use crate::rules::fund::Step as Moves;

/// What a bank's answer file is.
const RETURN: Wanted = Wanted {
    rule: &crate::refusals::BANK_RETURN,
    noun: "回盘",
    most: BATCH_LINES,
    split: "一个批次没有这么多笔，请核对文件",
};

/// Takes the bank's answer in, line by line as it was typed.
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
    const TITLE: &'static str = "登记银行回单";
    const HANDS: Hands = Hands::One("批次已由制单人和批准人两人办理，这里只记银行结果");
    const EXAMPLE: Example = Example::at(PaymentState::Sent.code())
        .with(r#"{"lines": [{"line": "$line", "paid": true, "reference": "2026110200017", "reason": ""}]}"#);
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let batch = work.get(&self.batch).await?;
        if self.lines.is_empty() {
            return Err(RECEIPT.refuse("回单没有可登记的行").source(format!("拨付批次 {}", batch.batch_no)).into());
        }
        desk.unchanged(&PAYMENT_BATCH, &batch.id.to_string(), batch.version)?;
        let settled = settle(desk, work, &batch, &self.lines).await?;
        let fact = settled.finish(desk, work, &batch, fact(&batch, settled.paid, settled.returned)).await?;
        Ok(settled.done((), fact))
    }
}

/// Reads the bank's answer file: all of it is right, or all its errors are told and nothing is taken. Given twice it
/// changes nothing.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TakeBankReturn {
    /// The batch.
    pub batch: PaymentBatchId,
    /// The file's name.
    pub name: String,
    /// The file, `.xlsx` or CSV, in base64.
    pub content: String,
    #[serde(skip)]
    read: Option<ReadReturn>,
}

/// The file as it was read before the door opened.
#[derive(Debug, Clone)]
struct ReadReturn {
    bytes: Vec<u8>,
    rows: Vec<Vec<String>>,
}

impl TakeBankReturn {
    /// An uploaded file for a batch.
    pub fn new(batch: PaymentBatchId, name: String, bytes: &[u8]) -> Self {
        Self { batch, name, content: STANDARD.encode(bytes), read: None }
    }
}

/// What the file changed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ReturnTaken {
    /// Lines that are paid now.
    pub paid: usize,
    /// Lines that came back now.
    pub returned: usize,
    /// Lines that had been told before.
    pub repeated: usize,
    /// Lines that the bank has not answered yet.
    pub open: usize,
}

impl Act for TakeBankReturn {
    const NAME: &'static str = "take-bank-return";
    const PERMISSION: Permission = Permission::Of(Function::ClaimPayment, Right::Pay);
    const TITLE: &'static str = "上传银行回盘文件";
    const HANDS: Hands = Hands::One("批次已由制单人和批准人两人办理，这里只读银行回单");
    const EXAMPLE: Example =
        Example::at(PaymentState::Sent.code()).with(r#"{"name": "回盘.csv", "content": "$bank-return"}"#);
    type Outcome = ReturnTaken;

    async fn prepare(&mut self, desk: &Desk) -> Result<(), Stop> {
        let bytes = STANDARD.decode(&self.content).ok().filter(|bytes| bytes.len() <= UPLOAD_BYTES);
        let bytes = bytes.ok_or_else(|| RETURN.whole("文件内容不对，或超过 5 MB", "请重新选择文件上传"))?;
        let name = self.name.clone();
        let read = move |going: &Going| {
            Ok(ReadReturn { rows: sheet::rows_while(&name, &bytes, &RETURN, going).map_err(|no| vec![no])?, bytes })
        };
        self.read = Some(desk.read_apart(&RETURN, read).await?);
        Ok(())
    }

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<ReturnTaken>, Stop> {
        let batch = work.get(&self.batch).await?;
        let Some(ReadReturn { bytes, rows }) = &self.read else {
            return Err(Fault::Db("a bank's answer that was not read".into()).into());
        };
        let lines = bank::read_return(
            rows,
            &known(work, &batch.id).await?.values().map(|(known, _)| known.clone()).collect::<Vec<_>>(),
        )?;
        let settled = settle(desk, work, &batch, &lines).await?;
        let outcome = ReturnTaken {
            paid: settled.paid,
            returned: settled.returned,
            repeated: settled.repeated,
            open: settled.open,
        };
        if settled.facts.is_empty() {
            return Ok(Done::Repeat(outcome));
        }
        let name: String = self.name.chars().take(LINE_CHARS).collect();
        let (_, hash) = keep_file(desk, work, &batch, "bank-return", &name, bytes).await?;
        let fact = fact(&batch, settled.paid, settled.returned).with("file_sha256", hash);
        let fact = settled.finish(desk, work, &batch, fact).await?;
        Ok(settled.done(outcome, fact))
    }
}

fn fact(batch: &payment_batch::Model, paid: usize, returned: usize) -> FactDraft {
    FactDraft::new("PaymentBatchSettled", batch.district, format!("登记银行回单：到账 {paid} 笔，退票 {returned} 笔"))
        .about(&crate::declared::PAYMENT_BATCH, &batch.id)
        .with("paid", paid)
        .with("returned", returned)
}

/// What became of the lines that were said.
struct Settled {
    paid: usize,
    returned: usize,
    repeated: usize,
    open: usize,
    /// How the batch ends, where its last line was answered now.
    ends: Option<BatchStep>,
    facts: Vec<FactDraft>,
}

impl Settled {
    async fn finish(
        &self,
        desk: &Desk,
        work: &Writer,
        batch: &payment_batch::Model,
        fact: FactDraft,
    ) -> Result<FactDraft, Stop> {
        if self.facts.is_empty() {
            return Ok(fact);
        }
        // Every answer makes the batch another: who typed beside it types again on what stands.
        let settled_at = if self.ends.is_some() { Set(Some(desk.now())) } else { Default::default() };
        let change = payment_batch::ActiveModel { settled_at, ..Default::default() };
        take::<Batches>(desk, work, batch, self.ends.unwrap_or(BatchStep::SettleSome), Taking::new(change), fact).await
    }

    fn done<O>(self, outcome: O, first: FactDraft) -> Done<O> {
        if self.facts.is_empty() {
            return Done::Repeat(outcome);
        }
        self.facts.into_iter().fold(Done::new(outcome, first), Done::and)
    }
}

/// The batch's lines, as the rules know them and as they are.
async fn known(
    work: &Writer,
    batch: &PaymentBatchId,
) -> Result<HashMap<PaymentLineId, (KnownLine, payment_line::Model)>, Stop> {
    let rows = work.list::<payment_line::Entity>(|q| q.filter(payment_line::Column::Batch.eq(batch.clone()))).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let said = if row.state == PaymentState::Paid { row.bank_reference.clone() } else { row.reason.clone() };
            (
                row.id.clone(),
                (
                    KnownLine {
                        line: row.id.clone(),
                        payee: row.payee.clone(),
                        amount: row.amount,
                        state: row.state,
                        said,
                    },
                    row,
                ),
            )
        })
        .collect())
}

async fn settle(
    desk: &Desk,
    work: &Writer,
    batch: &payment_batch::Model,
    lines: &[SettledLine],
) -> Result<Settled, Stop> {
    let mut known = known(work, &batch.id).await?;
    let (mut settled, mut refusals) =
        (Settled { paid: 0, returned: 0, repeated: 0, open: 0, ends: None, facts: Vec::new() }, Vec::new());
    let (mut todo, mut any_paid) = (Vec::new(), false);
    for said in lines {
        let Some((one, row)) = known.remove(&said.line) else {
            let fact = "回单里有不属于本批次的行，或同一行出现两次";
            refusals.push(RECEIPT.refuse(fact).source(format!("拨付批次 {}", batch.batch_no)));
            continue;
        };
        match bank::settles(&one, said) {
            Ok(Some(_)) => todo.push((row, said)),
            Ok(None) => {
                settled.repeated += 1;
                any_paid |= row.state == PaymentState::Paid;
            }
            Err(refusal) => refusals.push(refusal),
        }
    }
    if !refusals.is_empty() {
        return Err(refusals.into());
    }
    for (row, said) in todo {
        let fact =
            if said.paid { arrived(desk, work, &row, said).await? } else { came_back(desk, work, &row, said).await? };
        settled.facts.push(fact);
        *(if said.paid { &mut settled.paid } else { &mut settled.returned }) += 1;
    }
    settled.open = known.values().filter(|(one, _)| one.state == PaymentState::Sent).count();
    if settled.open == 0 && batch.state == PaymentState::Sent {
        any_paid |= settled.paid > 0 || known.values().any(|(one, _)| one.state == PaymentState::Paid);
        settled.ends = Some(if any_paid { BatchStep::Settle } else { BatchStep::SettleReturned });
    }
    Ok(settled)
}

async fn came_back(
    desk: &Desk,
    work: &Writer,
    line: &payment_line::Model,
    answer: &SettledLine,
) -> Result<FactDraft, Stop> {
    let row = work.get(&line.claim).await?;
    may_take::<Claims>(desk, &row, Step::ReturnPayment)?;
    let reason = answer.reason.trim().to_owned();
    let fact = said(&row, "ClaimPaymentReturned", format!("银行退票：{reason}"));
    let change = payment_line::ActiveModel { reason: Set(reason), ..Default::default() };
    let fact = take::<Lines>(desk, work, line, LineStep::Return, Taking::new(change), fact).await?;
    move_money(work, &account_of(&row)?, Moves::Unbatch, row.total).await?;
    let policy = policy_of(work, &row).await?;
    let change = claim::ActiveModel { batch: Set(None), ..Default::default() };
    go(desk, work, &row, Step::ReturnPayment, Taking::new(change).by(&policy), fact).await
}

async fn arrived(
    desk: &Desk,
    work: &Writer,
    line: &payment_line::Model,
    answer: &SettledLine,
) -> Result<FactDraft, Stop> {
    let row = work.get(&line.claim).await?;
    may_take::<Claims>(desk, &row, Step::Pay)?;
    let reference = answer.reference.trim().to_owned();
    let body = ClaimPaid {
        class: row.class.clone(),
        claim: row.id.clone(),
        total_fen: row.total,
        reference: reference.clone(),
    };
    let fact = about(&row, FactDraft::of(&body, row.district, format!("补贴 {} 元已到账", row.total)));
    let change = payment_line::ActiveModel { bank_reference: Set(reference), ..Default::default() };
    let fact = take::<Lines>(desk, work, line, LineStep::Pay, Taking::new(change), fact).await?;
    let change = claim::ActiveModel { paid_at: Set(Some(desk.now())), ..Default::default() };
    let fact = go(desk, work, &row, Step::Pay, Taking::new(change), fact).await?;
    move_money(work, &account_of(&row)?, Moves::Pay, row.total).await?;
    // The finance office does not write classes: the archive follows from the payment, not from its own decision.
    let system = work.as_system("archive-paid-class");
    let class = system.get(&row.class).await?;
    take::<FullProcess>(desk, &system, &class, ClassStep::Archive, Taking::new(Default::default()), fact).await
}

fn account_of(row: &claim::Model) -> Result<String, Stop> {
    Ok(row.fund_account.clone().ok_or_else(|| Fault::Db("paid claim without a fund account".into()))?)
}
