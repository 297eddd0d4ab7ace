//! The account that an institution's subsidies go to, corrected when the bank has sent money back (M2.1, M8.9; risk
//! rule F04): by the authority, on a document, in the journal; never by the payee itself.

use desk::{Act, Desk, Done};
use foundation::personal::AccountNumber;
use foundation::{Function, InstitutionId, Permission, Refusal, Right, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::Set;
use store::seal::Purpose;
use store::tables::institutions::institution;

use super::{fact, managed};
use crate::rules::{self, SOURCE};

/// Changes bank and account of an institution.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ChangePayeeAccount {
    /// Which institution.
    pub institution: InstitutionId,
    /// 开户银行.
    pub bank: String,
    /// The account; sealed at once.
    pub account: String,
    /// What it rests on: the institution's letter, the bank's certificate.
    pub document: String,
}

/// Changed.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PayeeAccountChanged {
    /// Last four digits.
    pub account_masked: String,
}

impl Act for ChangePayeeAccount {
    const NAME: &'static str = "change-payee-account";
    const PERMISSION: Permission = Permission::Of(Function::DirectoryPublication, Right::Publish);
    const CLAUSE: &'static str = "M8.9";
    const TITLE: &'static str = "更正收款账户";
    type Outcome = PayeeAccountChanged;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<PayeeAccountChanged>, Stop> {
        let row = managed(work, &self.institution).await?;
        let mut no: Vec<Refusal> =
            rules::line("bank", "开户银行", &self.bank, "M8.9").into_iter().chain(rules::line("document", "依据材料", &self.document, "M8.9")).collect();
        let account = self.account.parse::<AccountNumber>().map_err(|bad| no.push(bad.refusal("M2-账号", "M2.1", SOURCE).at("account"))).ok();
        let Some(account) = account.filter(|_| no.is_empty()) else { return Err(no.into()) };
        let keyring = &desk.premises.keyring;
        let change = institution::ActiveModel {
            bank: Set(self.bank.trim().into()),
            account: Set(Some(keyring.seal(Purpose::Account, &row.id.to_string(), account.reveal(), desk.premises.ids.bytes()))),
            account_index: Set(Some(keyring.index(Purpose::Account, account.reveal()))),
            account_masked: Set(account.masked()),
            ..Default::default()
        };
        work.save::<institution::Entity>(&row, change).await?;
        let summary = format!("更正收款账户：{} {}，原为 {} {}（{}）", self.bank.trim(), account.masked(), row.bank, row.account_masked, self.document.trim());
        Ok(Done::new(PayeeAccountChanged { account_masked: account.masked() }, fact("PayeeAccountChanged", "M8.9", &row, summary)))
    }
}
