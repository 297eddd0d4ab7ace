//! Rules of the process check (过程检查; M3.1, domain §4.4, §1.3 separation of duties).

use crate::refusals::INSPECTION;
use foundation::codes::{ClassPhase, FullProcessState, InspectionOpinion};
use foundation::{AccountId, Refusal};
use store::tables::supervision::{class_session, training_class};

/// States in which a class can be looked at.
pub const INSPECTED: &[FullProcessState] = &[
    FullProcessState::Approved,
    FullProcessState::InTraining,
    FullProcessState::Suspended,
    FullProcessState::TrainingEnded,
];

/// Whether this person reviewed or approved the class: somebody else must look at it (职责分离; domain §1.3).
pub fn has_decided(class: &training_class::Model, who: Option<&AccountId>) -> bool {
    who.is_some() && (who == class.reviewed_by.as_ref() || who == class.decided_by.as_ref())
}

/// Everything that is wrong with an inspection record.
pub fn check(
    class: &training_class::Model,
    meeting: Option<&class_session::Model>,
    inspector: Option<&AccountId>,
    inspector_name: &str,
    second: &str,
    signed_in: i32,
    present: i32,
    opinion: InspectionOpinion,
    problems: &[String],
    note: &str,
) -> Vec<Refusal> {
    let mut refusals = check_moment(class, meeting, present, opinion);
    refusals.extend(check_inspectors(class, inspector, inspector_name, second));
    refusals.extend(check_finding(class.enrolled_count, signed_in, present, opinion, problems, note));
    refusals
}

fn no(field: &str, fact: String, source: &str, fix: &str) -> Refusal {
    INSPECTION.refuse(fact).source(source).fix(fix).at(field)
}

/// The moment: the class can be looked at, and meets.
fn check_moment(
    class: &training_class::Model,
    meeting: Option<&class_session::Model>,
    present: i32,
    opinion: InspectionOpinion,
) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if !class.state.is_in(INSPECTED) {
        refusals.push(no(
            "opinion",
            format!("班级现在是“{}”", class.state.label()),
            "班级状态",
            "只有准予开班以后、结业考核以前的班级可以检查",
        ));
    }
    // A class that was stopped does not meet: what is looked at again is what was wrong.
    let is_stopped = class.state.phase() == ClassPhase::Stopped;
    if meeting.is_none() && opinion == InspectionOpinion::Normal && !is_stopped {
        refusals.push(no(
            "opinion",
            "现在没有在上课，看不到上课的情况".into(),
            "课程表",
            "请在上课时去检查；按课表应当上课却没有人的，请选“限期整改”或“停课”并写明情况",
        ));
    }
    if meeting.is_none() && present > 0 {
        refusals.push(no(
            "present_count",
            format!("现在没有在上课，现场却写了 {present} 人"),
            "课程表",
            "没有在上课的，现场人数请填 0",
        ));
    }
    refusals
}

/// The inspectors: two, and not he who approved.
fn check_inspectors(
    class: &training_class::Model,
    inspector: Option<&AccountId>,
    inspector_name: &str,
    second: &str,
) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if inspector.is_none() || has_decided(class, inspector) {
        refusals.push(no(
            "opinion",
            "检查人审过这个班的开班申请".into(),
            "职责分离：检查人不得是同一班的审批人",
            "请换一位没有审过本班的工作人员检查",
        ));
    }
    if second.trim().is_empty() || second.trim() == inspector_name {
        refusals.push(no("second_inspector", "检查须两人进行".into(), "过程检查记录表", "请填另一位检查人的姓名"));
    }
    refusals
}

/// What they found goes with what they say of it.
fn check_finding(
    planned: i32,
    signed_in: i32,
    present: i32,
    opinion: InspectionOpinion,
    problems: &[String],
    note: &str,
) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if !(0..=1000).contains(&present) {
        refusals.push(no("present_count", "现场人数不对".into(), "过程检查记录表", "请填 0 以上的整数"));
    }
    if opinion != InspectionOpinion::Normal && problems.is_empty() && note.trim().is_empty() {
        refusals.push(no(
            "problems",
            format!("意见是“{}”，但没有写发现了什么问题", opinion.label()),
            "过程检查记录表",
            "请勾选问题或写明情况",
        ));
    }
    // Who is signed in and not there was signed for, or has left: the inspector says which.
    if opinion == InspectionOpinion::Normal && signed_in > present && note.trim().is_empty() {
        let fact = format!("已签到 {signed_in} 人，现场只有 {present} 人，意见却是“正常”");
        refusals.push(no(
            "note",
            fact,
            "本次课的签到记录",
            "请写明缺的人去了哪里（如请假）；有人代签的，请勾选“人数不符”并改为“限期整改”",
        ));
    } else if opinion == InspectionOpinion::Normal && present * 10 < planned * 5 && note.trim().is_empty() {
        refusals.push(no(
            "note",
            format!("应到 {planned} 人，现场只有 {present} 人，意见却是“正常”"),
            "过程检查记录表",
            "请写明原因，或改为“限期整改”",
        ));
    }
    refusals
}
