//! The account that an institution's subsidies go to, corrected when the bank has sent money back (M2.1, M8.9; risk
//! rule F04): by the authority, on a document, never by the payee itself. One person types it, another types it again
//! from the document: only two equal accounts take effect, and nothing is batched for the payee meanwhile.

use desk::procedure::{Taking, begin, may_take, take};
use desk::{Act, Desk, Done, Example, FactDraft, Hands, tasks};
use foundation::personal::AccountNumber;
use foundation::{AccountId, Function, InstitutionId, PayeeChangeId, Permission, Refusal, Right, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::Set;
use store::seal::Purpose;
use store::tables::institutions::{institution, payee_change};

use super::{fact, managed};
use crate::declared::{CONFIRM_PAYEE, PAYEE_CHANGE};
use crate::doorway;
use crate::procedures::payee::{PayeeChanges, Step};
use crate::refusals::{ACCOUNT_NUMBER, PAYEE};
use crate::rules;

/// Proposes bank and account of an institution.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ProposePayeeAccount {
    /// Which institution.
    pub institution: InstitutionId,
    /// 开户银行.
    pub bank: String,
    /// The account; sealed at once.
    pub account: String,
    /// What it rests on: the institution's letter, the bank's certificate.
    pub document: String,
}

/// Another person types the proposed account again: it takes effect when both are equal.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ConfirmPayeeAccount {
    /// Which institution.
    pub institution: InstitutionId,
    /// Which correction; without it the one that waits.
    #[serde(default)]
    pub change: Option<PayeeChangeId>,
    /// The whole account, from the document.
    pub account: String,
}

/// Takes one's own proposal back; the account stays as it was.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct WithdrawPayeeAccount {
    /// Which institution.
    pub institution: InstitutionId,
    /// Which correction; without it the one that waits.
    #[serde(default)]
    pub change: Option<PayeeChangeId>,
    /// Why.
    pub reason: String,
}

/// Sends another's proposal back; the account stays as it was.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct DeclinePayeeAccount {
    /// Which institution.
    pub institution: InstitutionId,
    /// Which correction; without it the one that waits.
    #[serde(default)]
    pub change: Option<PayeeChangeId>,
    /// Why.
    pub reason: String,
}

/// What became of it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PayeeAccount {
    /// Last four digits of the proposed account.
    pub account_masked: String,
}

impl Act for ProposePayeeAccount {
    const NAME: &'static str = "propose-payee-account";
    const PERMISSION: Permission = Permission::Of(Function::DirectoryPublication, Right::Publish);
    const CLAUSE: &'static str = "M8.9";
    const CLAUSE_WHY: &'static str = "账户登记在机构目录里，决定的是补贴付到哪里";
    const TITLE: &'static str = "提出更正收款账户";
    const HANDS: Hands = Hands::One("只是提出，另一人复核以后才生效");
    const EXAMPLE: Example = Example::NONE.with(r#"{"account": "622909123456789012"}"#);
    type Outcome = PayeeAccount;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<PayeeAccount>, Stop> {
        let row = managed(work, &self.institution).await?;
        let proposed_by = person(desk)?;
        let account = self.checked(desk, work, &row).await?;
        let id: PayeeChangeId = desk.new_id();
        let keyring = &desk.premises.keyring;
        let change = payee_change::Model {
            institution: row.id.clone(),
            bank: self.bank.trim().into(),
            account: keyring.seal(Purpose::Account, &id.to_string(), account.reveal(), desk.premises.ids.bytes()),
            account_index: keyring.index(Purpose::Account, account.reveal()),
            account_masked: account.masked(),
            document: self.document.trim().into(),
            proposed_by: proposed_by.clone(),
            proposed_at: desk.now(),
            open: Some(row.id.to_string()),
            decided_by: None,
            decided_at: None,
            accepted: None,
            reason: String::new(),
            district: row.district,
            path: row.path.clone(),
            version: 1,
            id,
        };
        let summary = format!(
            "提出更正收款账户：{} {}，原为 {} {}（{}）",
            change.bank, change.account_masked, row.bank, row.account_masked, change.document
        );
        let fact = about(fact("PayeeAccountProposed", &row, summary), &change);
        let taking = Taking::new(payee_change::ActiveModel::default())
            .titled(row.name.clone())
            .finding("look", format!("改为 {} {}，依据：{}", change.bank, change.account_masked, change.document))
            .not_for(Some(proposed_by));
        let outcome = PayeeAccount { account_masked: change.account_masked.clone() };
        // Of two proposals at once the database's key lets one in.
        let made = begin::<PayeeChanges>(desk, work, change, Step::Propose, taking, fact).await?;
        Ok(Done::new(outcome, made.ok_or_else(|| already(None))?))
    }
}

impl ProposePayeeAccount {
    /// The account. Errors: everything wrong at once.
    async fn checked(&self, desk: &Desk, work: &Writer, row: &institution::Model) -> Result<AccountNumber, Stop> {
        let mut no: Vec<Refusal> = rules::line("bank", "开户银行", &self.bank, "M8.9")
            .into_iter()
            .chain(rules::line("document", "依据材料", &self.document, "M8.9"))
            .collect();
        no.extend(doorway::open_payee_change(work, &row.id).await?.as_ref().map(|open| already(Some(open))));
        let account = typed(&self.account, &mut no);
        let index = account.as_ref().map(|account| desk.premises.keyring.index(Purpose::Account, account.reveal()));
        if index.is_some() && index == row.account_index && row.bank == self.bank.trim() {
            let fact = format!("现在登记的就是 {} {}", row.bank, row.account_masked);
            no.push(PAYEE.refuse(fact).fix("不用更正；要换账户的，请填新账号").at("account"));
        }
        account.filter(|_| no.is_empty()).ok_or_else(|| no.into())
    }
}

impl Act for ConfirmPayeeAccount {
    const NAME: &'static str = "confirm-payee-account";
    const PERMISSION: Permission = Permission::Of(Function::DirectoryPublication, Right::Approve);
    const CLAUSE: &'static str = "M8.9";
    const CLAUSE_WHY: &'static str = "账户登记在机构目录里，决定的是补贴付到哪里";
    const TITLE: &'static str = "复核收款账户";
    const HANDS: Hands = Hands::Table;
    // The account of the demo's letter (province/src/lib.rs), which waits for its second person.
    const EXAMPLE: Example = Example::NONE.with(r#"{"account": "6228480018012399904"}"#);
    type Outcome = PayeeAccount;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<PayeeAccount>, Stop> {
        let row = managed(work, &self.institution).await?;
        let open = waiting(work, &row.id, self.change.as_ref()).await?;
        may_take::<PayeeChanges>(desk, &open, Step::Confirm)?;
        let mut no: Vec<Refusal> = Vec::new();
        let keyring = &desk.premises.keyring;
        let Some(account) = typed(&self.account, &mut no) else { return Err(no.into()) };
        if keyring.index(Purpose::Account, account.reveal()) != open.account_index {
            let fix = "请照依据材料再输一遍；还是不一致的，请退回，由提出人核对";
            return Err(PAYEE
                .refuse("两人输入的账号不一致")
                .source("职责分离：收款账户更正由两人经手")
                .fix(fix)
                .at("account")
                .into());
        }
        let change = institution::ActiveModel {
            bank: Set(open.bank.clone()),
            account: Set(Some(keyring.seal(
                Purpose::Account,
                &row.id.to_string(),
                account.reveal(),
                desk.premises.ids.bytes(),
            ))),
            account_index: Set(Some(open.account_index.clone())),
            account_masked: Set(open.account_masked.clone()),
            ..Default::default()
        };
        work.save::<institution::Entity>(&row, change).await?;
        let summary = format!(
            "更正收款账户：{} {}，原为 {} {}（{}）",
            open.bank, open.account_masked, row.bank, row.account_masked, open.document
        );
        let fact =
            about(fact("PayeeAccountChanged", &row, summary).with("proposed_by", open.proposed_by.to_string()), &open);
        let fact = decide(desk, work, &open, (Step::Confirm, ""), fact).await?;
        Ok(Done::new(PayeeAccount { account_masked: open.account_masked }, fact))
    }
}

impl Act for DeclinePayeeAccount {
    const NAME: &'static str = "decline-payee-account";
    const PERMISSION: Permission = Permission::Of(Function::DirectoryPublication, Right::Publish);
    const CLAUSE: &'static str = "M8.9";
    const CLAUSE_WHY: &'static str = "账户登记在机构目录里，决定的是补贴付到哪里";
    const TITLE: &'static str = "退回收款账户更正";
    const HANDS: Hands = Hands::Table;
    type Outcome = PayeeAccount;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<PayeeAccount>, Stop> {
        let row = managed(work, &self.institution).await?;
        let open = waiting(work, &row.id, self.change.as_ref()).await?;
        may_take::<PayeeChanges>(desk, &open, Step::Decline)?;
        let reason = self.reason.trim();
        if let Some(no) = rules::line("reason", "原因", reason, "M8.9") {
            return Err(no.into());
        }
        let summary = format!("退回收款账户更正（{} {}）：{reason}", open.bank, open.account_masked);
        let fact = about(fact("PayeeAccountDeclined", &row, summary), &open);
        let fact = decide(desk, work, &open, (Step::Decline, reason), fact).await?;
        Ok(Done::new(PayeeAccount { account_masked: open.account_masked }, fact))
    }
}

impl Act for WithdrawPayeeAccount {
    const NAME: &'static str = "withdraw-payee-account";
    const PERMISSION: Permission = Permission::Of(Function::DirectoryPublication, Right::Publish);
    const CLAUSE: &'static str = "M8.9";
    const CLAUSE_WHY: &'static str = "账户登记在机构目录里，决定的是补贴付到哪里";
    const TITLE: &'static str = "撤回收款账户更正";
    const HANDS: Hands = Hands::Table;
    type Outcome = PayeeAccount;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<PayeeAccount>, Stop> {
        let row = managed(work, &self.institution).await?;
        let open = waiting(work, &row.id, self.change.as_ref()).await?;
        may_take::<PayeeChanges>(desk, &open, Step::Withdraw)?;
        let reason = self.reason.trim();
        if let Some(no) = rules::line("reason", "原因", reason, "M8.9") {
            return Err(no.into());
        }
        let summary = format!("撤回收款账户更正（{} {}）：{reason}", open.bank, open.account_masked);
        let fact = about(fact("PayeeAccountWithdrawn", &row, summary), &open);
        let fact = decide(desk, work, &open, (Step::Withdraw, reason), fact).await?;
        Ok(Done::new(PayeeAccount { account_masked: open.account_masked }, fact))
    }
}

/// Both hands must be known: an office without a person cannot be one of two people.
fn person(desk: &Desk) -> Result<AccountId, Stop> {
    desk.actor.account.clone().ok_or(Stop::Forbidden)
}

fn typed(account: &str, no: &mut Vec<Refusal>) -> Option<AccountNumber> {
    account.parse::<AccountNumber>().map_err(|bad| no.push(bad.refusal(&ACCOUNT_NUMBER).at("account"))).ok()
}

fn already(open: Option<&payee_change::Model>) -> Refusal {
    let fact = open.map_or_else(
        || "已有一项更正等着复核".to_owned(),
        |one| format!("改为 {} {} 的更正正等着复核", one.bank, one.account_masked),
    );
    PAYEE.refuse(fact).fix("请先由另一人复核，或者退回，再提出新的")
}

/// The correction that waits. Errors: none does; another than the one that the page showed.
async fn waiting(
    work: &Writer,
    institution: &InstitutionId,
    meant: Option<&PayeeChangeId>,
) -> Result<payee_change::Model, Stop> {
    let none = || PAYEE.refuse("没有等着复核的收款账户更正").fix("可能已经复核或退回，请看机构页面的留痕");
    let open = doorway::open_payee_change(work, institution).await?.ok_or_else(none)?;
    match meant.is_none_or(|meant| *meant == open.id) {
        true => Ok(open),
        false => Err(PAYEE
            .refuse("这项更正已经办理，现在等着复核的是另一项")
            .fix("请打开等着复核的那一项，对照它的材料办理")
            .into()),
    }
}

fn about(fact: FactDraft, change: &payee_change::Model) -> FactDraft {
    fact.about(&PAYEE_CHANGE, &change.id)
}

async fn decide(
    desk: &Desk,
    work: &Writer,
    open: &payee_change::Model,
    (step, reason): (Step, &str),
    fact: FactDraft,
) -> Result<FactDraft, Stop> {
    let me = person(desk)?;
    let change = payee_change::ActiveModel {
        decided_by: Set(Some(me.clone())),
        decided_at: Set(Some(desk.now())),
        reason: Set(reason.into()),
        ..Default::default()
    };
    // What an earlier version asked stands under the institution.
    tasks::close(desk, work, &open.institution, &[&CONFIRM_PAYEE]).await?;
    // Whoever proposed it learns why; whoever decided knows.
    let taking = Taking::new(change).finding("act", reason).not_for(Some(me));
    take::<PayeeChanges>(desk, work, open, step, taking, fact).await
}
