//! Whether one trainee's item of a completion-certificate claim may be paid (M3.2–M3.4, M3.9, M7.1;
//! domain.md §7.2, §7.3; risk rules E04–E06, E08, E11, E12, E16, E17, A01). All refusals at once,
//! each with rule, fact, source and fix.

use chrono::{Datelike, Months, NaiveDate};
use foundation::Refusal;
use serde::{Deserialize, Serialize};

use crate::hours::{rate_reached, rate_text};
use crate::policy::Policy;
use crate::refusals::{
    AGE, ATTENDANCE_RATE, CERTIFIED, CLAIM_WINDOW, E04, E05, E06, E16, E17, FEEDBACK, PAID_BEFORE, PAID_TOO_OFTEN,
};
use crate::retirement::{self, Track};

/// What is known about one trainee when the claim is judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PersonFacts {
    /// Date of birth, from the identity document.
    pub birth: NaiveDate,
    /// Whose retirement age applies; none when unknown, then only the policy's age limits count.
    pub retirement: Option<Track>,
    /// First day of the class: age and status are judged on it.
    pub class_start: NaiveDate,
    /// True when the person was in the real-name registry before the class began.
    pub registered: bool,
    /// First day of a basic pension, when one is known.
    pub pension_since: Option<NaiveDate>,
    /// True for pupils and students outside their graduation year.
    pub in_school: bool,
    /// True for staff on the fiscal payroll.
    pub on_fiscal_payroll: bool,
    /// Attendance rate as (credited, planned) periods.
    pub rate: (i32, i32),
    /// True when the completion exam was passed.
    pub passed_exam: bool,
    /// Day of issue of a valid completion certificate, none without one.
    pub certificate_issued_on: Option<NaiveDate>,
    /// True when the trainee's feedback was given.
    pub feedback_given: bool,
    /// Training subsidies paid or in hand since the policy's `count_since`, this item not counted.
    pub paid_count: i32,
    /// The number or name of an earlier paid class of the same catalogue item, if any.
    pub same_item_paid: Option<String>,
    /// Open high risk warnings about this trainee or class.
    pub open_risks: i32,
}

/// Every reason why the item may not be paid on `day`; empty when it may.
pub fn check(facts: &PersonFacts, policy: &Policy, day: NaiveDate) -> Vec<Refusal> {
    let mut refusals = beneficiary(facts, policy);
    refusals.extend(process(facts, policy));
    refusals.extend(history(facts, policy, day));
    refusals
}

/// Whether the person may be subsidised at all, judged on the class's first day: also used at
/// enrolment and in the authenticity and completeness review (M3.1).
pub fn beneficiary(facts: &PersonFacts, policy: &Policy) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    refusals.extend(age_refusal(facts.birth, facts.retirement, facts.class_start, policy));
    let exclusions = policy.document("age_max");
    if facts.pension_since.is_some_and(|since| month(since) <= month(facts.class_start)) {
        let since = facts.pension_since.map(|day| day.format("%Y年%-m月").to_string()).unwrap_or_default();
        refusals.push(E04.refuse(format!("该学员自{since}起已领取基本养老保险待遇")).source(exclusions));
    }
    if facts.in_school {
        refusals.push(E05.refuse("该学员开班时是非毕业学年的在校生").source(exclusions));
    }
    if facts.on_fiscal_payroll {
        refusals.push(E06.refuse("该学员开班时是机关事业单位在编人员").source(exclusions));
    }
    if !facts.registered {
        refusals.push(E17.refuse("该学员开班前没有实名登记"));
    }
    refusals
}

/// E08: the age on `day` by the calendar, not by years' difference; somebody past the upper limit who
/// has not reached the personal retirement age is inside.
pub fn age_refusal(birth: NaiveDate, track: Option<Track>, day: NaiveDate, policy: &Policy) -> Option<Refusal> {
    let age = age_on(birth, day);
    let limits = || {
        format!("开班当天（{}）{}周岁", date(day), age.map_or_else(|| "不足0".to_owned(), |years| years.to_string()))
    };
    let Some(years) = age.filter(|years| *years >= policy.age_min()) else {
        return Some(
            AGE.refuse(format!("该学员{}，未满{}周岁", limits(), policy.age_min()))
                .source(policy.document("age_min"))
                .at("birth"),
        );
    };
    let not_retired = track.and_then(|track| retirement::retires_on(birth, track)).is_some_and(|retires| day < retires);
    if years <= policy.age_max() || not_retired {
        return None;
    }
    Some(
        AGE.refuse(format!("该学员{}，超过{}周岁", limits(), policy.age_max()))
            .source(policy.document("age_max"))
            .fix("不能列入补贴对象，可以自费参训；出生日期有误的，请核对身份证件")
            .at("birth"),
    )
}

/// Whole years of age on a day; a person born on 29 February is a year older on 1 March of other
/// years. None before birth.
pub fn age_on(birth: NaiveDate, day: NaiveDate) -> Option<i32> {
    if day < birth {
        return None;
    }
    let birthday_to_come = (day.month(), day.day()) < (birth.month(), birth.day());
    Some(day.year() - birth.year() - i32::from(birthday_to_come))
}

/// The chain of full-process supervision: attendance, completion exam, certificate, feedback, no open risk.
fn process(facts: &PersonFacts, policy: &Policy) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let (credited, planned) = facts.rate;
    if !rate_reached(facts.rate, policy) {
        let fact = format!(
            "出勤率{}（实到{credited}课时，应到{planned}课时），不到{}%",
            rate_text(facts.rate),
            policy.min_rate_pct()
        );
        refusals.push(ATTENDANCE_RATE.refuse(fact).source(format!("考勤记录；{}", policy.document("min_rate_pct"))));
    }
    if !facts.passed_exam {
        refusals.push(CERTIFIED.refuse("该学员没有通过结业考核").source("结业考核成绩册"));
    }
    if facts.certificate_issued_on.is_none() {
        refusals.push(CERTIFIED.refuse("该学员没有有效的培训合格证书").fix("请先发证；证书已作废的，从申领名单中移出"));
    }
    if !facts.feedback_given {
        refusals.push(
            FEEDBACK
                .refuse("该学员还没有做学员评价")
                .fix(format!("请提醒学员评价；发证后{}日内可评价", policy.feedback_days())),
        );
    }
    if facts.open_risks > 0 {
        refusals.push(CLAIM_WINDOW.refuse(format!("还有{}条高风险预警没有处理", facts.open_risks)));
    }
    refusals
}

/// What was paid before, and whether the claim is in time.
fn history(facts: &PersonFacts, policy: &Policy, day: NaiveDate) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if facts.paid_count >= policy.max_paid_count() {
        let fact = format!(
            "该学员自{}起已享受或正在申领培训补贴{}次，累计不得超过{}次",
            date(policy.count_since()),
            facts.paid_count,
            policy.max_paid_count()
        );
        refusals.push(PAID_TOO_OFTEN.refuse(fact).source(policy.document("max_paid_count")));
    }
    if let Some(earlier) = &facts.same_item_paid {
        refusals.push(
            PAID_BEFORE
                .refuse(format!("该学员已享受过同一培训项目的补贴（{earlier}）"))
                .source(policy.document("max_paid_count")),
        );
    }
    if let Some(issued) = facts.certificate_issued_on {
        let last = issued.checked_add_months(Months::new(u32::try_from(policy.claim_window_months()).unwrap_or(0)));
        if last.is_none_or(|last| day > last) {
            let fact = format!(
                "证书{}发放，到{}已超过{}个月的申领期限",
                date(issued),
                date(day),
                policy.claim_window_months()
            );
            refusals.push(E16.refuse(fact).source(policy.document("claim_window_months")));
        }
        if issued > day {
            refusals.push(
                CERTIFIED
                    .refuse(format!("证书发放日期{}晚于申领日期{}", date(issued), date(day)))
                    .fix("请核对发证日期"),
            );
        }
    }
    refusals
}

fn month(day: NaiveDate) -> (i32, u32) {
    (day.year(), day.month())
}

fn date(day: NaiveDate) -> String {
    day.format("%Y年%-m月%-d日").to_string()
}
