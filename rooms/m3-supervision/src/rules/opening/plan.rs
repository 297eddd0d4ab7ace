//! The plan of a class (教学计划; M3.1, M5.1, domain §4.0–§4.1): what the institution fills in, and everything that may be
//! wrong with it.

use foundation::{Date, Periods, Refusal, Rule};
use reckoning::policy::Policy;
use serde::{Deserialize, Serialize};

use crate::refusals::{CLASS_SIZE, EXAM_PLAN, MATERIALS, ONLINE_SHARE, PLAN, PLAN_PERIODS, SEATS};

/// What the institution plans, as it fills it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Plan {
    /// e.g. `育婴员 第2期`: shown everywhere.
    pub term: i32,
    /// Places.
    pub planned_persons: i32,
    /// Periods of theory, offline.
    pub theory: i32,
    /// Periods of practice, offline.
    pub practice: i32,
    /// Periods online.
    pub online: i32,
    /// First day.
    pub starts_on: Date,
    /// Last day.
    pub ends_on: Date,
    /// Day of the completion exam.
    pub exam_on: Date,
    /// 考核方案.
    pub exam_plan: String,
    /// 教学资源.
    pub materials: String,
    /// 保险与安全预案.
    pub safety_plan: String,
}

/// Everything wrong with a plan, all at once.
pub fn check_plan(
    plan: &Plan,
    needs: (Periods, Periods, i32),
    seats: i32,
    policy: &Policy,
    today: Date,
) -> Vec<Refusal> {
    let mut wrong = Wrong(Vec::new());
    check_hours(plan, needs, policy, &mut wrong);
    check_size(plan, seats, policy, &mut wrong);
    check_days(plan, policy, today, &mut wrong);
    check_texts(plan, &mut wrong);
    wrong.0
}

/// What was found so far.
struct Wrong(Vec<Refusal>);

impl Wrong {
    fn add(&mut self, rule: &Rule, field: &str, fact: String, source: &str, fix: &str) {
        self.0.push(rule.refuse(fact).source(source).fix(fix).at(field));
    }
}

/// Periods: within the catalogue's limits, not too much online.
fn check_hours(plan: &Plan, (least, most, cap): (Periods, Periods, i32), policy: &Policy, wrong: &mut Wrong) {
    let total = plan.theory.saturating_add(plan.practice).saturating_add(plan.online);
    for (field, value) in [("theory", plan.theory), ("practice", plan.practice), ("online", plan.online)] {
        if !(0..=1000).contains(&value) {
            wrong.add(&PLAN, field, format!("课时 {value} 不对"), "教学计划", "请填 0 到 1000 的整数");
        }
    }
    if !(least.0..=most.0).contains(&total) {
        wrong.add(
            &PLAN_PERIODS,
            "theory",
            format!("总课时 {total}，不在 {least} 到 {most} 之间"),
            "需求指导目录",
            "请按目录规定的课时安排",
        );
    }
    let cap = cap.min(policy.online_cap_pct());
    if !reckoning::share::online_share_ok(Periods(plan.online.max(0)), Periods(total.max(0)), cap) {
        let room = reckoning::share::most_online(Periods(total.max(0)), cap);
        wrong.add(
            &ONLINE_SHARE,
            "online",
            format!("线上 {} 课时，超过总课时 {total} 的 {cap}%", plan.online),
            policy.document("online_cap_pct"),
            &format!("线上最多排 {room} 课时，其余请改为线下"),
        );
    }
}

/// Places: as many as a class may have and the room seats.
fn check_size(plan: &Plan, seats: i32, policy: &Policy, wrong: &mut Wrong) {
    if !(policy.class_min()..=policy.class_max()).contains(&plan.planned_persons) {
        wrong.add(
            &CLASS_SIZE,
            "planned_persons",
            format!("计划 {} 人，不在 {} 到 {} 人之间", plan.planned_persons, policy.class_min(), policy.class_max()),
            policy.document("class_max"),
            "请调整人数或分班",
        );
    }
    if plan.planned_persons > seats {
        wrong.add(
            &SEATS,
            "planned_persons",
            format!("计划 {} 人，教室只有 {seats} 座", plan.planned_persons),
            "机构场地",
            "请换大一点的教室或减少人数",
        );
    }
}

/// Term and days: in order, to come, with an exam in time.
fn check_days(plan: &Plan, policy: &Policy, today: Date, wrong: &mut Wrong) {
    if !(1..=999).contains(&plan.term) {
        wrong.add(&PLAN, "term", "期数不对".into(), "教学计划", "请填 1 到 999 的整数");
    }
    if plan.ends_on < plan.starts_on {
        wrong.add(&PLAN, "ends_on", "结束日期早于开始日期".into(), "教学计划", "请核对起止日期");
    }
    if plan.starts_on < today {
        wrong.add(
            &PLAN,
            "starts_on",
            format!("开始日期 {} 已经过去", foundation::dates::full_day(plan.starts_on)),
            "日历",
            "请填今天以后的日期",
        );
    }
    if (plan.ends_on - plan.starts_on).num_days() > 366 {
        wrong.add(&PLAN, "ends_on", "班期超过一年".into(), "教学计划", "请分期办班");
    }
    if let Err(fact) = exam_day(plan.ends_on, Some(plan.exam_on), policy) {
        wrong.add(&EXAM_PLAN, "exam_on", fact, policy.document("exam_within_days"), "请安排在培训结束后规定天数内");
    }
}

/// What is told in words: there, and not too long.
fn check_texts(plan: &Plan, wrong: &mut Wrong) {
    for (field, word, text) in [
        ("exam_plan", "考核方案", &plan.exam_plan),
        ("materials", "教学资源", &plan.materials),
        ("safety_plan", "保险与安全预案", &plan.safety_plan),
    ] {
        if text.trim().is_empty() {
            wrong.add(&MATERIALS, field, format!("{word}没有填"), "开班申请材料", "请填写后再保存");
        }
        if text.chars().count() > foundation::limits::TEXT_CHARS {
            wrong.add(&MATERIALS, field, format!("{word}太长"), "开班申请材料", "请写在 1000 字以内");
        }
    }
}

/// Whether the completion exam is planned between the last day and the policy's limit. Errors: in words.
pub fn exam_day(ends_on: Date, exam_on: Option<Date>, policy: &Policy) -> Result<(), String> {
    let Some(day) = exam_on else { return Err("没有考核日期".into()) };
    let after = (day - ends_on).num_days();
    if (0..=i64::from(policy.exam_within_days())).contains(&after) {
        Ok(())
    } else {
        Err(format!("考核日期 {} 不在结束后 {} 天内", foundation::dates::full_day(day), policy.exam_within_days()))
    }
}
