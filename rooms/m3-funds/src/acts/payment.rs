//! The county makes a batch, the finance office approves it, the bank's answer settles it (M8.9; domain §7.4 S70–S90).

use std::collections::{BTreeMap, HashSet};

use desk::procedure::{Taking, begin, may_take, take};
use desk::{Act, Desk, Done, Example, FactDraft, Hands};
use foundation::codes::{ClaimState, PaymentState};
use foundation::limits::BATCH_LINES;
use foundation::{ClaimId, Fault, Fen, Function, PaymentBatchId, PaymentLineId, Permission, Refusal, Right, Stop};
use m2_institutions::doorway::{Institution, PayeeChange, open_payee_change};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::query::{ColumnTrait, QueryFilter, Set};
use store::seal::Purpose;
use store::tables::funds::{claim, payment_batch, payment_line};
use store::{Reader, Writer};

use super::bank_file;
use super::fund::move_money;
use super::review::{go, only, policy_of, said, workdays};
pub use super::settle::{SettlePaymentBatch, SettledLine};
use crate::procedures::batches::{Batches, Step as BatchStep};
use crate::procedures::claims::{Claims, Step};
use crate::procedures::lines::{Lines, Step as LineStep};
use crate::refusals::{BATCH, PAYEE};
use crate::rules::fund::Step as Moves;

/// Puts claims into one payment batch.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MakePaymentBatch {
    /// The claims.
    pub claims: Vec<ClaimId>,
}

impl Act for MakePaymentBatch {
    const NAME: &'static str = "make-payment-batch";
    const PERMISSION: Permission = Permission::Of(Function::ClaimPayment, Right::Publish);
    const TITLE: &'static str = "生成拨付批次";
    const HANDS: Hands = Hands::One("制单后须由财政部门另一人批准");
    const EXAMPLE: Example = Example::at(ClaimState::NoObjection.code());
    type Outcome = PaymentBatchId;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<PaymentBatchId>, Stop> {
        let id: PaymentBatchId = desk.new_id();
        let rows = self.rows(desk, work, &id).await?;
        let Some(district) = rows.first().map(|(row, _)| row.district) else {
            return Err(BATCH.refuse("没有选择申领").source("待拨付申领").fix("请至少选择一份公示无异议的申领").into());
        };
        if rows.iter().any(|(row, _)| row.district != district) {
            return Err(BATCH
                .refuse("选择的申领不属于同一个县（市、区）")
                .source("资金账户")
                .fix("请按县（市、区）分别生成批次")
                .into());
        }
        for (account, sum) in by_account(&rows)? {
            move_money(work, &account, Moves::Batch, sum).await?;
        }
        let policy = policy_of(work, &rows[0].0).await?;
        let due = workdays(desk, policy.finance_workdays());
        let total = Fen::sum(rows.iter().map(|(row, _)| row.total))
            .ok_or_else(|| Fault::Db("batch total out of range".into()))?;
        let made_by = desk.actor.account.clone().ok_or(Stop::SignedOut)?;
        let before =
            work.count::<payment_batch::Entity>(|q| q.filter(payment_batch::Column::District.eq(district))).await?;
        let batch_no = format!("{district}-{}-{:03}", desk.today().format("%Y%m%d"), before + 1);
        let batch = payment_batch::Model {
            id: id.clone(),
            batch_no: batch_no.clone(),
            state: PaymentState::Pending,
            total,
            lines: i32::try_from(rows.len()).unwrap_or(i32::MAX),
            made_by: made_by.clone(),
            made_at: desk.now(),
            approved_by: None,
            approved_at: None,
            file_hash: String::new(),
            settled_at: None,
            due_on: Some(due),
            district,
            path: district.management_path(),
            version: 1,
            file: None,
        };
        let fact = FactDraft::new("PaymentBatchMade", district, format!("生成拨付批次 {batch_no}，{total} 元"))
            .about(&crate::declared::PAYMENT_BATCH, &id);
        let taking = Taking::new(payment_batch::ActiveModel::default()).by(&policy).not_for(Some(made_by));
        let made = begin::<Batches>(desk, work, batch, BatchStep::Make, taking, fact).await?;
        let mut done = Done::new(id.clone(), made.ok_or(Fault::Stale)?);
        for (row, line) in rows {
            let fact = said(&row, "ClaimBatched", format!("列入拨付批次 {batch_no}"));
            let quiet = Taking::new(payment_line::ActiveModel::default());
            let fact = begin::<Lines>(desk, work, line, LineStep::Make, quiet, fact).await?.ok_or(Fault::Stale)?;
            let change = claim::ActiveModel { batch: Set(Some(id.clone())), ..Default::default() };
            done = done.and(go(desk, work, &row, Step::MakeBatch, Taking::new(change), fact).await?);
        }
        Ok(done)
    }
}

/// Each claim with its line.
type Rows = Vec<(claim::Model, payment_line::Model)>;

impl MakePaymentBatch {
    /// The claims and their lines; every claim that cannot come in is named, all at once.
    async fn rows(&self, desk: &Desk, work: &Writer, id: &PaymentBatchId) -> Result<Rows, Stop> {
        if self.claims.len() > BATCH_LINES {
            let fact = format!("选择了 {} 份申领，一个批次最多 {BATCH_LINES} 份", self.claims.len());
            return Err(BATCH.refuse(fact).fix("请分成几个批次").into());
        }
        let (mut rows, mut refusals, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        for claim in self.claims.iter().filter(|one| seen.insert(one.to_string())) {
            let row = work.get(&claim).await?;
            let made = match may_take::<Claims>(desk, &row, Step::MakeBatch) {
                Ok(_) => line(desk, work, id, &row).await,
                Err(stop) => Err(stop),
            };
            match made {
                Ok(line) => rows.push((row, line)),
                Err(Stop::Refused(why)) => refusals.extend(
                    why.into_iter().map(|one| Refusal { fact: format!("{}：{}", row.class_title, one.fact), ..one }),
                ),
                Err(stop) => return Err(stop),
            }
        }
        if refusals.is_empty() { Ok(rows) } else { Err(refusals.into()) }
    }
}

/// What is asked of each account.
fn by_account(rows: &Rows) -> Result<BTreeMap<String, Fen>, Stop> {
    let mut sums: BTreeMap<String, Fen> = BTreeMap::new();
    for (row, _) in rows {
        let account =
            row.fund_account.clone().ok_or_else(|| Fault::Db("reviewed claim without a fund account".into()))?;
        let sum = sums.entry(account).or_insert(Fen::ZERO);
        *sum = sum.checked_add(row.total).ok_or_else(|| Fault::Db("batch total out of range".into()))?;
    }
    Ok(sums)
}

async fn line(
    desk: &Desk,
    work: &Writer,
    batch: &PaymentBatchId,
    row: &claim::Model,
) -> Result<payment_line::Model, Stop> {
    let payee = work.get(&row.institution).await?;
    let Some(sealed) = &payee.account else {
        return Err(PAYEE.refuse(format!("{} 没有登记收款账户", payee.name)).into());
    };
    if let Some(open) = open_payee_change(work, &payee.id).await? {
        return Err(waits(&payee.name, &open).into());
    }
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

fn waits(payee: &str, open: &PayeeChange) -> Refusal {
    PAYEE
        .refuse(format!("{payee} 的收款账户正在更正为 {} {}，等另一人复核", open.bank, open.account_masked))
        .fix("请先由人社部门在机构页面复核或退回这项更正")
}

/// What is odd about the payees of these lines, once each: an account that is being corrected, or was after the batch
/// was made (risk rule F04).
pub(crate) async fn payees_odd(reader: &Reader, lines: &[payment_line::Model]) -> Result<Vec<Refusal>, Stop> {
    let (mut seen, mut odd) = (HashSet::new(), Vec::new());
    for line in lines.iter().filter(|line| seen.insert(line.institution.to_string())) {
        let payee = reader.get(&line.institution).await?;
        match open_payee_change(reader, &payee.id).await? {
            Some(open) => odd.push(waits(&payee.name, &open)),
            None if payee.bank != line.bank || payee.account_masked != line.account_masked => {
                odd.push(changed(&payee, line))
            }
            None => {}
        }
    }
    Ok(odd)
}

fn changed(payee: &Institution, line: &payment_line::Model) -> Refusal {
    let fact = format!(
        "{} 的收款账户在制单以后改为 {} {}，批次里还是 {}",
        payee.name, payee.bank, payee.account_masked, line.account_masked
    );
    PAYEE.refuse(fact).fix("还没有批准的请退回批次，由人社部门重新制单；已经批准的请先与人社部门核对，再送银行")
}

/// What goes to the bank goes to the account that is registered now, to the last figure. Errors: every payee whose
/// account does not stand.
async fn payees_stand(desk: &Desk, work: &Writer, lines: &[payment_line::Model]) -> Result<(), Stop> {
    let (keyring, no) = (&desk.premises.keyring, payees_odd(work, lines).await?);
    for line in lines.iter().filter(|_| no.is_empty()) {
        let payee = work.get(&line.institution).await?;
        let plain = keyring
            .open(Purpose::Account, &line.id.to_string(), &line.account)
            .map_err(|e| Fault::Db(e.to_string()))?;
        if payee.account_index != Some(keyring.index(Purpose::Account, &plain)) {
            return Err(changed(&payee, line).into());
        }
    }
    if no.is_empty() { Ok(()) } else { Err(no.into()) }
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
    const TITLE: &'static str = "财政复核拨付批次";
    const HANDS: Hands = Hands::Table;
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let batch = work.get(&self.batch).await?;
        may_take::<Batches>(desk, &batch, BatchStep::Approve)?;
        let lines =
            work.list::<payment_line::Entity>(|q| q.filter(payment_line::Column::Batch.eq(batch.id.clone()))).await?;
        payees_stand(desk, work, &lines).await?;
        let (file, hash) = bank_file::write(desk, work, &batch).await?;
        // The money must be there when the first of its claims is due.
        let claims = work
            .list::<claim::Entity>(|q| q.filter(claim::Column::Id.is_in(lines.iter().map(|one| one.claim.clone()))))
            .await?;
        let due = claims.iter().filter_map(|one| one.due_on).min();
        let change = payment_batch::ActiveModel {
            approved_by: Set(desk.actor.account.clone()),
            approved_at: Set(Some(desk.now())),
            file: Set(Some(file)),
            file_hash: Set(hash.clone()),
            ..Default::default()
        };
        let fact = FactDraft::new(
            "PaymentBatchApproved",
            batch.district,
            format!("财政复核拨付批次 {}，生成银行代发文件", batch.batch_no),
        )
        .about(&crate::declared::PAYMENT_BATCH, &batch.id)
        .with("file_sha256", hash)
        .with("lines", batch.lines)
        .with("total_fen", batch.total.0);
        let mut done = Done::new(
            (),
            take::<Batches>(desk, work, &batch, BatchStep::Approve, Taking::new(change).due(due), fact).await?,
        );
        for one in lines {
            let row = work.get(&one.claim).await?;
            let fact = said(&row, "ClaimSentToBank", "财政复核通过，已送银行");
            let fact = take::<Lines>(
                desk,
                work,
                &one,
                LineStep::Send,
                Taking::new(payment_line::ActiveModel::default()),
                fact,
            )
            .await?;
            done = done.and(go(desk, work, &row, Step::ApproveBatch, only(), fact).await?);
        }
        Ok(done)
    }
}
