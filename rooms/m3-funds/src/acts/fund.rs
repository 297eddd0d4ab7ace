//! The budget of a fund account (M8.9; domain §7.5), and money moved on it by the other acts.

use chrono::Datelike;
use desk::{Act, Desk, Done, Example, FactDraft, Hands};
use foundation::codes::FundSource;
use foundation::limits::LINE_CHARS;
use foundation::{DistrictCode, Fen, Function, Office, Permission, Right, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::ColumnTrait;
use store::tables::funds::fund_account;

use crate::refusals::{BUDGET, FUND};
use crate::rules::fund::{Step, Sums};

/// The account that a county's training subsidies of a year are paid from.
pub fn account_id(district: DistrictCode, year: i32) -> String {
    format!("{district}-{year}-{}", FundSource::Employment.code())
}

/// Moves money on an account: compare-and-set, so two acts at once cannot both spend the last fen.
pub(crate) async fn move_money(work: &Writer, account: &str, step: Step, amount: Fen) -> Result<(), Stop> {
    let Some(row) = work.find::<fund_account::Entity>(fund_account::Column::Id.eq(account)).await? else {
        return Err(FUND
            .refuse(format!("没有资金账户 {account}"))
            .source("资金账户表")
            .fix("请财政部门先登记本年度就业补助资金预算")
            .into());
    };
    let next = Sums::of(&row).after(step, amount, account)?;
    work.save::<fund_account::Entity>(&row, next.change()).await
}

/// The finance office sets or changes its budget of a year.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SetFundBudget {
    /// The year.
    pub year: i32,
    /// The budget, fen.
    pub budget_fen: i64,
    /// The document it comes from.
    pub document: String,
}

impl Act for SetFundBudget {
    const NAME: &'static str = "set-fund-budget";
    const PERMISSION: Permission = Permission::Of(Function::ClaimPayment, Right::Approve);
    const TITLE: &'static str = "登记或调整预算";
    const HANDS: Hands = Hands::One("只定额度；付款须另有制单和批准");
    const EXAMPLE: Example =
        Example::NONE.with(r#"{"year": 2026, "budget_fen": 400000000, "document": "晋财社〔2026〕18号"}"#);
    type Outcome = String;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<String>, Stop> {
        let Office::Finance { district } = desk.actor.office else { return Err(Stop::Forbidden) };
        let (document, this_year) = (self.document.trim(), desk.today().year());
        let no = |fact: String, fix: &str, field: &str| BUDGET.refuse(fact).fix(fix).at(field);
        let mut refusals = Vec::new();
        if !(this_year - 1..=this_year + 1).contains(&self.year) {
            refusals.push(no(format!("年度 {} 不对", self.year), "请填上一年、本年或下一年", "year"));
        }
        if document.is_empty() || document.chars().count() > LINE_CHARS {
            refusals.push(no(
                "没有写预算文件，或超过 100 字".into(),
                "请填写预算下达或调整的文件名称、文号",
                "document",
            ));
        }
        if self.budget_fen < 0 {
            refusals.push(no("预算不能是负数".into(), "请填写元，最多两位小数", "budget"));
        }
        if !refusals.is_empty() {
            return Err(refusals.into());
        }
        let (id, budget) = (account_id(district, self.year), Fen(self.budget_fen));
        let before = match work.find::<fund_account::Entity>(fund_account::Column::Id.eq(id.clone())).await? {
            Some(row) => {
                let next = Sums::of(&row).with_budget(budget, &id)?;
                work.save::<fund_account::Entity>(&row, next.change()).await?;
                row.budget
            }
            None => {
                work.add::<fund_account::Entity>(opened(&id, self.year, budget, district)).await?;
                Fen::ZERO
            }
        };
        let fact = FactDraft::new(
            "FundBudgetSet",
            district,
            format!("{} 年就业补助资金预算：{before} 元改为 {budget} 元（{document}）", self.year),
        )
        .about(&crate::declared::FUND_ACCOUNT, &id)
        .with("before_fen", before.0)
        .with("budget_fen", budget.0)
        .with("document", document);
        Ok(Done::new(id, fact))
    }
}

fn opened(id: &str, year: i32, budget: Fen, district: DistrictCode) -> fund_account::Model {
    fund_account::Model {
        id: id.to_owned(),
        year,
        source: FundSource::Employment,
        budget,
        reserved: Fen::ZERO,
        paid: Fen::ZERO,
        path: district.management_path(),
        district,
        version: 1,
        batched: Fen::ZERO,
    }
}
