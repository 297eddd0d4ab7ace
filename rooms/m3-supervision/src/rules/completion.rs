//! Rules of the completion exam, the certificate and the trainee's feedback (M3.1; domain §4.1).

use std::collections::{HashMap, HashSet};

use crate::refusals::{EXAM, FEEDBACK, TWO_PEOPLE};
use foundation::codes::FullProcessState;
use foundation::{AccountId, Date, EnrolmentId, Refusal};
use reckoning::hours::{Hours, rate_ok, rate_text};
use reckoning::policy::Policy;
use serde::{Deserialize, Serialize};
use store::tables::supervision::{completion_exam, enrolment, training_class};

/// Highest mark of each part.
pub const FULL_MARKS: i32 = 100;

/// One trainee's marks as entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Marks {
    /// Whose.
    pub enrolment: EnrolmentId,
    /// Theory, 0 to 100.
    pub theory: i32,
    /// Practice, 0 to 100.
    pub practice: i32,
    /// Did not come: no marks count.
    pub absent: bool,
}

/// What an exam sheet says besides the marks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Sitting {
    /// The day of the exam.
    pub held_on: Date,
    /// First examiner.
    pub examiner: String,
    /// Second examiner.
    pub second_examiner: String,
    /// 理论笔试＋现场操作, …
    pub method: String,
}

/// Passed: both parts at or above the line, and there.
pub fn passed(marks: &Marks, pass_line: i32) -> bool {
    !marks.absent && marks.theory >= pass_line && marks.practice >= pass_line
}

/// Who may sit the exam: the attendance rate reaches the policy's minimum.
pub fn may_sit(hours: Option<&Hours>, policy: &Policy) -> Result<(), String> {
    match hours {
        Some(hours) if rate_ok(hours, policy) => Ok(()),
        Some(hours) => Err(format!("出勤率 {}，不到 {}%", rate_text(hours.rate), policy.min_rate_pct())),
        None => Err("没有考勤记录".into()),
    }
}

/// Everything that is wrong with an exam sheet; empty when it may be entered.
pub fn check_sheet(
    class: &training_class::Model,
    teachers: &HashSet<String>,
    sitting: &Sitting,
    marks: &[Marks],
    eligible: &HashSet<EnrolmentId>,
    policy: &Policy,
    today: Date,
) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let mut no = |field: &str, fact: String, source: &str, fix: &str| {
        refusals.push(EXAM.refuse(fact).source(source).fix(fix).at(field))
    };
    if !class.state.is_in(&[FullProcessState::TrainingEnded, FullProcessState::Examining]) {
        no("held_on", format!("班级现在是“{}”", class.state.label()), "班级状态", "培训结束后再录入成绩");
    }
    let last = class.ends_on + chrono::Days::new(u64::try_from(policy.exam_within_days()).unwrap_or(0));
    if sitting.held_on < class.ends_on || sitting.held_on > last {
        no(
            "held_on",
            format!("考核日期 {} 不在 {} 至 {} 之间", sitting.held_on, class.ends_on, last),
            policy.document("exam_within_days"),
            "请填培训结束后规定天数内的实际考核日期",
        );
    }
    if sitting.held_on > today {
        no("held_on", format!("考核日期 {} 还没有到", sitting.held_on), "日历", "请在考核之后录入成绩");
    }
    for (field, who) in [("examiner", &sitting.examiner), ("second_examiner", &sitting.second_examiner)] {
        if who.trim().is_empty() {
            no(field, "考评人员没有填".into(), "结业考核须两人考评", "请填考评人员姓名");
        }
    }
    if !sitting.examiner.trim().is_empty() && sitting.examiner.trim() == sitting.second_examiner.trim() {
        no("second_examiner", "两名考评人员是同一个人".into(), "结业考核须两人考评", "请换一名考评人员");
    }
    if teachers.len() == 1
        && teachers.contains(sitting.examiner.trim())
        && teachers.contains(sitting.second_examiner.trim())
    {
        no("examiner", "考评人员是本班唯一的授课教师".into(), "考培分离", "请至少安排一名没有教过本班的考评人员");
    }
    refusals.extend(check_marks(marks, eligible));
    refusals
}

fn check_marks(marks: &[Marks], eligible: &HashSet<EnrolmentId>) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let mut no = |fact: String, fix: &str| refusals.push(EXAM.refuse(fact).fix(fix).at("marks"));
    let given: HashSet<&EnrolmentId> = marks.iter().map(|one| &one.enrolment).collect();
    if given.len() != marks.len() {
        no("有学员的成绩录了两次".into(), "请每人只录一行");
    }
    if given.iter().any(|one| !eligible.contains(*one)) {
        no("有人不在可以考核的名单里".into(), "出勤率不够的学员不能参加结业考核，请去掉");
    }
    let missing = eligible.iter().filter(|one| !given.contains(one)).count();
    if missing > 0 {
        no(format!("还有 {missing} 名学员没有成绩"), "缺考的请勾选“缺考”");
    }
    let wild = marks
        .iter()
        .filter(|one| {
            !one.absent && (!(0..=FULL_MARKS).contains(&one.theory) || !(0..=FULL_MARKS).contains(&one.practice))
        })
        .count();
    if wild > 0 {
        no(format!("有 {wild} 名学员的分数不在 0 到 {FULL_MARKS} 之间"), "请按百分制填整数");
    }
    refusals
}

/// The second person: not the one who entered the marks, and marks must have been entered.
pub fn may_confirm(exam: &completion_exam::Model, who: Option<&AccountId>) -> Result<(), Refusal> {
    let no = |fact: &str, fix: &str| TWO_PEOPLE.refuse(fact).source("结业考核成绩由两人经手").fix(fix);
    if exam.entered_by.is_none() {
        return Err(no("成绩还没有录入", "请先由培训机构录入成绩"));
    }
    if exam.confirmed_by.is_some() {
        return Err(no("成绩已经确认过", "如需更正，请走成绩更正程序"));
    }
    if who.is_none() || exam.entered_by.as_ref() == who {
        return Err(no("录入成绩的人不能自己确认", "请换另一位工作人员确认"));
    }
    Ok(())
}

/// The names on the roster whose certificates can be issued: passed, still there.
pub fn to_certify(roster: &[enrolment::Model]) -> Vec<&enrolment::Model> {
    roster.iter().filter(|one| one.active && one.passed == Some(true)).collect()
}

/// Five marks of 1 to 5 each.
pub fn check_ratings(ratings: &[(&str, i32)]) -> Vec<Refusal> {
    ratings
        .iter()
        .filter(|(_, mark)| !(1..=5).contains(mark))
        .map(|(field, _)| FEEDBACK.refuse("有一项还没有打分").at(field))
        .collect()
}

/// Whether the class's feedback is complete: enough answers, or the days have passed.
pub fn feedback_complete(answers: u64, asked: u64, issued_on: Date, policy: &Policy, today: Date) -> bool {
    let enough = asked > 0
        && answers.saturating_mul(100) >= asked.saturating_mul(u64::try_from(policy.feedback_pct()).unwrap_or(100));
    let days = u64::try_from(policy.feedback_days()).unwrap_or(0);
    enough || today > issued_on + chrono::Days::new(days)
}

/// Marks by enrolment, for pages.
pub fn by_enrolment(marks: &[Marks]) -> HashMap<&EnrolmentId, &Marks> {
    marks.iter().map(|one| (&one.enrolment, one)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use foundation::Ids;
    use proptest::prelude::*;

    fn enrolment() -> EnrolmentId {
        Ids::seeded(1).make(chrono::DateTime::UNIX_EPOCH)
    }

    #[test]
    fn m3_1_both_parts_must_reach_the_line() {
        let marks = |theory, practice, absent| Marks { enrolment: enrolment(), theory, practice, absent };
        assert!(passed(&marks(60, 60, false), 60));
        assert!(!passed(&marks(59, 100, false), 60));
        assert!(!passed(&marks(100, 59, false), 60));
        assert!(!passed(&marks(100, 100, true), 60), "an absent trainee has no marks");
    }

    #[test]
    fn m3_1_everybody_eligible_has_one_line() {
        let one = enrolment();
        let eligible = HashSet::from([one.clone()]);
        let line = Marks { enrolment: one, theory: 80, practice: 80, absent: false };
        assert!(check_marks(std::slice::from_ref(&line), &eligible).is_empty());
        assert_eq!(check_marks(&[], &eligible).len(), 1);
        assert_eq!(check_marks(&[line.clone(), line.clone()], &eligible).len(), 1);
        assert_eq!(check_marks(std::slice::from_ref(&line), &HashSet::new()).len(), 1);
        assert_eq!(check_marks(&[Marks { theory: 101, ..line }], &eligible).len(), 1);
    }

    proptest! {
        #[test]
        fn more_marks_never_fail_who_passed(
            theory in 0..=100i32, practice in 0..=100i32, more in 0..=50i32, line in 0..=100i32
        ) {
            let marks = Marks { enrolment: enrolment(), theory, practice, absent: false };
            let better = Marks { theory: (theory + more).min(100), ..marks.clone() };
            prop_assert!(!passed(&marks, line) || passed(&better, line));
        }
    }
}
