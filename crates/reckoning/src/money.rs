//! Payable periods and amounts in whole fen, each with the steps that lead to it (M5.1, M8.2;
//! domain.md §6.1 rule 3, §7.3 rule 9). No floats; the trace is what an auditor checks by hand.

use foundation::{Fen, Periods};
use serde::{Deserialize, Serialize};

use crate::hours::Hours;
use crate::policy::Policy;
pub use crate::words::in_words;

/// What may be paid for, after the online share is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Payable {
    /// Credited offline periods; all of them are payable.
    pub offline: Periods,
    /// Payable online periods: at most 2/3 of the offline ones, so that online stays within 40 % of delivery.
    pub online: Periods,
    /// Both.
    pub total: Periods,
    /// Credited online periods, before the limit.
    pub online_credited: Periods,
}

/// One step of a calculation, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Step {
    /// What is computed, in Chinese.
    pub label: String,
    /// How, with the numbers in it.
    pub formula: String,
    /// The result with its unit.
    pub value: String,
    /// The clause it serves.
    pub clause: String,
    /// The document the numbers come from.
    pub document: String,
}

/// An amount and how it came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Amount {
    /// The amount.
    pub fen: Fen,
    /// Its steps, first to last.
    pub trace: Vec<Step>,
}

/// Payable periods from credited ones (domain.md §6.1 rule 3: unused offline periods cannot be
/// replaced by online ones).
pub fn payable(hours: &Hours, policy: &Policy) -> Payable {
    let offline = Periods(hours.offline.0.max(0));
    let online_credited = Periods(hours.online.0.max(0));
    let online = Periods(online_credited.0.min(online_limit(offline, policy).0));
    Payable { offline, online, total: Periods(offline.0.saturating_add(online.0)), online_credited }
}

fn online_limit(offline: Periods, policy: &Policy) -> Periods {
    let limit = i64::from(offline.0) * i64::from(policy.payable_online_numerator())
        / i64::from(policy.payable_online_denominator().max(1));
    Periods(i32::try_from(limit).unwrap_or(i32::MAX))
}

/// The subsidy for one trainee of a completion-certificate class: nothing below the minimum, the
/// rate per period up to the maximum.
pub fn amount(payable: &Payable, policy: &Policy) -> Amount {
    let (least, most) = (policy.min_payable_periods(), policy.max_payable_periods());
    let counted = if payable.total < least { Periods::ZERO } else { payable.total.min(most) };
    // Both factors are range-checked by the policy, so this is far from overflow.
    let fen = Fen(i64::from(counted.0).saturating_mul(policy.fen_per_period().0));
    let step = |label: &str, formula: String, value: String, clause: &str, key: &str| Step {
        label: label.to_owned(),
        formula,
        value,
        clause: clause.to_owned(),
        document: policy.document(key).to_owned(),
    };
    let (num, den) = (policy.payable_online_numerator(), policy.payable_online_denominator());
    let count_formula = if payable.total < least {
        format!("{}课时不足最低{least}课时，不予补贴", payable.total)
    } else {
        format!("取 {} 与最高 {most} 中较小者", payable.total)
    };
    let trace = vec![
        step(
            "实到线下课时",
            "按签到签退逐次核定".to_owned(),
            format!("{}课时", payable.offline),
            "M3.2",
            "late_minutes",
        ),
        step(
            "可计线上课时",
            format!(
                "取 {} 与 {}×{num}/{den}（舍去不足一课时）={} 中较小者",
                payable.online_credited,
                payable.offline,
                online_limit(payable.offline, policy)
            ),
            format!("{}课时", payable.online),
            "M5.1",
            "online_cap_pct",
        ),
        step(
            "可计课时",
            format!("{}+{}", payable.offline, payable.online),
            format!("{}课时", payable.total),
            "M5.1",
            "payable_online_numerator",
        ),
        step(
            "补贴课时",
            count_formula,
            format!("{counted}课时"),
            "M8.2",
            if payable.total < least { "min_payable_periods" } else { "max_payable_periods" },
        ),
        step(
            "补贴金额",
            format!("{counted}课时×{}元/课时", policy.fen_per_period()),
            format!("{fen}元"),
            "M8.2",
            "fen_per_period",
        ),
    ];
    Amount { fen, trace }
}

/// An amount per certificate: the base times the largest multiplier (they do not stack; domain.md §7.3
/// rules 5 and 9), rounded half-up to whole yuan. `multipliers_bp` are ten-thousandths (12000 = 1.2);
/// none means 1. None on overflow or a negative base or multiplier.
pub fn certificate_amount(base: Fen, multipliers_bp: &[i64]) -> Option<Fen> {
    let multiplier = multipliers_bp.iter().copied().max().unwrap_or(10_000);
    if base.0 < 0 || multipliers_bp.iter().any(|one| *one < 0) {
        return None;
    }
    // fen × bp is in 1/10,000 fen; one yuan is 1,000,000 of those.
    let exact = i128::from(base.0) * i128::from(multiplier);
    let yuan = (exact + 500_000) / 1_000_000;
    i64::try_from(yuan).ok().and_then(Fen::from_yuan)
}

/// The total of a claim's items. None on overflow or when an item is negative.
pub fn claim_total(items: impl IntoIterator<Item = Fen>) -> Option<Fen> {
    items.into_iter().try_fold(Fen::ZERO, |total, one| if one < Fen::ZERO { None } else { total.checked_add(one) })
}
