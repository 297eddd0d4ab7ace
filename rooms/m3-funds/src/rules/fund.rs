//! Money of a fund account on its way (M8.9; domain §7.5): reserved at first review, batched when finance is asked to
//! pay, paid when the bank has. The budget is a hard stop at each step; the database keeps the same bounds.

use crate::refusals::{BALANCE, FUND};
use foundation::{Fen, Refusal};
use store::query::Set;
use store::tables::funds::fund_account;

/// The sums of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sums {
    /// What may be spent.
    pub budget: Fen,
    /// Reviewed once, in no batch.
    pub reserved: Fen,
    /// In batches that the bank has not answered.
    pub batched: Fen,
    /// Paid.
    pub paid: Fen,
}

/// What happens to money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// First review.
    Reserve,
    /// Sent back, struck.
    Release,
    /// Put into a batch.
    Batch,
    /// Came back from the bank.
    Unbatch,
    /// Arrived.
    Pay,
}

impl Sums {
    /// Of a row.
    pub fn of(row: &fund_account::Model) -> Self {
        Self { budget: row.budget, reserved: row.reserved, batched: row.batched, paid: row.paid }
    }
    /// What is not promised to anybody.
    pub fn free(&self) -> Fen {
        Fen(self.budget.0.saturating_sub(self.reserved.0).saturating_sub(self.batched.0).saturating_sub(self.paid.0))
    }
    /// The row's change.
    pub fn change(self) -> fund_account::ActiveModel {
        fund_account::ActiveModel {
            budget: Set(self.budget),
            reserved: Set(self.reserved),
            batched: Set(self.batched),
            paid: Set(self.paid),
            ..Default::default()
        }
    }

    /// The sums after a step. Errors: a refusal when the budget does not bear it, or the money is not where it should
    /// be.
    pub fn after(self, step: Step, amount: Fen, account: &str) -> Result<Self, Refusal> {
        let broken = || FUND.refuse(format!("资金账户 {account} 的数目对不上"));
        if amount < Fen::ZERO {
            return Err(broken());
        }
        let from = |sum: Fen| sum.checked_sub(amount).filter(|left| *left >= Fen::ZERO).ok_or_else(broken);
        let to = |sum: Fen| sum.checked_add(amount).ok_or_else(broken);
        let next = match step {
            Step::Reserve if self.free() < amount => return Err(self.short("可用余额", self.free(), amount, account)),
            Step::Reserve => Self { reserved: to(self.reserved)?, ..self },
            Step::Release => Self { reserved: from(self.reserved)?, ..self },
            Step::Batch => {
                let left = Fen(self.budget.0.saturating_sub(self.paid.0).saturating_sub(self.batched.0));
                if left < amount {
                    return Err(self.short("预算扣除已拨付和拨付中后剩余", left, amount, account));
                }
                Self { reserved: from(self.reserved)?, batched: to(self.batched)?, ..self }
            }
            Step::Unbatch => Self { reserved: to(self.reserved)?, batched: from(self.batched)?, ..self },
            Step::Pay => Self { batched: from(self.batched)?, paid: to(self.paid)?, ..self },
        };
        Ok(next)
    }

    fn short(&self, what: &str, left: Fen, amount: Fen, account: &str) -> Refusal {
        BALANCE
            .refuse(format!("需要 {amount} 元，资金账户 {account} {what} {left} 元"))
            .source(format!("资金账户 {account}，年度预算 {} 元", self.budget))
    }

    /// Another budget. Errors: below what is paid or on its way to the bank.
    pub fn with_budget(self, budget: Fen, account: &str) -> Result<Self, Refusal> {
        let least = Fen(self.paid.0.saturating_add(self.batched.0));
        if budget < least || budget < Fen::ZERO {
            let fact = format!("预算 {budget} 元，少于已拨付和拨付中的 {least} 元");
            return Err(BALANCE
                .refuse(fact)
                .source(format!("资金账户 {account}"))
                .fix(format!("预算不能低于 {least} 元"))
                .at("budget"));
        }
        Ok(Self { budget, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STEPS: [Step; 5] = [Step::Reserve, Step::Release, Step::Batch, Step::Unbatch, Step::Pay];

    proptest! {
        /// Whatever happens: nothing negative, never more out than the budget, no fen lost.
        #[test]
        fn m8_9_no_step_pays_over_the_budget(
            start in 0i64..1_000_000, steps in proptest::collection::vec((0usize..6, 0i64..400_000), 0..80)
        ) {
            let mut sums = Sums { budget: Fen(start), reserved: Fen::ZERO, batched: Fen::ZERO, paid: Fen::ZERO };
            for (step, amount) in steps {
                let before = sums;
                if step == 5 {
                    if let Ok(next) = sums.with_budget(Fen(amount * 3), "t") { sums = next; }
                } else if let Ok(next) = sums.after(STEPS[step], Fen(amount), "t") {
                    let all = |one: Sums| one.reserved.0 + one.batched.0 + one.paid.0;
                    let grown = match STEPS[step] { Step::Reserve => amount, Step::Release => -amount, _ => 0 };
                    prop_assert_eq!(all(next), all(before) + grown);
                    sums = next;
                }
                prop_assert!(sums.reserved >= Fen::ZERO && sums.batched >= Fen::ZERO && sums.paid >= before.paid);
                prop_assert!(sums.paid.0 + sums.batched.0 <= sums.budget.0);
            }
        }
    }

    #[test]
    fn m8_9_a_cut_budget_stops_the_batch_and_says_by_how_much() {
        let sums = Sums { budget: Fen(100_000), reserved: Fen(80_000), batched: Fen::ZERO, paid: Fen(10_000) };
        let cut = sums.with_budget(Fen(50_000), "350582-2026-JY").unwrap();
        assert!(cut.after(Step::Batch, Fen(80_000), "350582-2026-JY").unwrap_err().fact.contains("剩余 400 元"));
        assert!(cut.after(Step::Batch, Fen(40_000), "350582-2026-JY").is_ok());
        assert!(sums.with_budget(Fen(9_999), "350582-2026-JY").is_err());
    }
}
