//! What stands around a class of the scale: the county's task and the trail of facts.

use chrono::Duration;
use desk::Desk;
use foundation::codes::{ClassState, FullProcessState};
use foundation::{FactId, TaskId};
use serde_json::json;
use store::tables::journal::fact;
use store::tables::notices::task;
use store::tables::supervision::training_class;

use super::rows::Pattern;

/// The task that lies in the county's queue.
pub fn waiting(desk: &Desk, of: &Pattern, class: &training_class::Model) -> task::Model {
    task::Model {
        id: desk.new_id::<TaskId>(),
        audience: "county".into(),
        kind: if class.state == FullProcessState::Submitted { "accept-opening" } else { "review-opening" }.into(),
        about_kind: "class".into(),
        about: class.id.to_string(),
        title: format!("{} · {} 40人", of.school.name, class.title),
        finding: "机器核对 27 项全部通过".into(),
        tone: "good".into(),
        money: class.money,
        due_on: Some(desk.today() + Duration::days(i64::from(class.term % 5))),
        not_for: None,
        organisation: None,
        person: None,
        path: of.school.path.clone(),
        district: of.school.district,
        created_at: desk.now(),
        done_at: None,
        once: None,
        version: 1,
    }
}

/// The trail that a class leaves on its way to this state.
pub fn facts_of(desk: &Desk, of: &Pattern, class: &training_class::Model) -> Vec<fact::Model> {
    const TRAIL: [(&str, &str); 10] = [
        ("ClassDrafted", "新建班级"),
        ("TraineesRegistered", "登记学员 40 人"),
        ("ClassOpeningSubmitted", "提交开班申请"),
        ("ClassOpeningAccepted", "受理开班申请，转审核"),
        ("ClassOpeningReviewed", "审核通过，4 项人工核对无误"),
        ("ClassOpeningApproved", "准予开班"),
        ("TrainingStarted", "首次考勤，开始培训"),
        ("ClassInspected", "现场检查：正常，现场 39 人"),
        ("CompletionExamConfirmed", "确认成绩：40 人参加，39 人合格"),
        ("ClaimPaid", "补贴已到账"),
    ];
    let many = match class.state {
        ClassState::FullProcess(FullProcessState::Submitted) => 3,
        ClassState::FullProcess(FullProcessState::UnderReview) => 4,
        ClassState::FullProcess(FullProcessState::Approved) => 6,
        ClassState::FullProcess(FullProcessState::InTraining) => 8,
        _ => TRAIL.len(),
    };
    let officer = testkit::Persona::JinjiangOfficer.actor();
    let row = |(nth, (kind, said)): (usize, &(&str, &str))| fact::Model {
        id: desk.new_id::<FactId>(),
        seq: None,
        at: class.created_at + Duration::days(i64::try_from(nth).unwrap_or(0)),
        act: "scale".into(),
        fact: (*kind).into(),
        clause: "M3.1".into(),
        actor: testkit::Persona::JinjiangOfficer.account().to_string(),
        actor_name: officer.name.clone(),
        office: format!("county:{}", of.school.district),
        office_name: officer.office_name.clone(),
        class: Some(class.id.clone()),
        about: json!([["class", class.id.to_string()], ["institution", of.school.id.to_string()]]).to_string(),
        summary: (*said).into(),
        body: json!({"class_state": class.state.code(), "persons": 40, "title": class.title}).to_string(),
        commitments: "{}".into(),
        organisation: Some((&of.school.id).into()),
        person: None,
        district: of.school.district,
        path: of.school.path.clone(),
    };
    TRAIL.iter().take(many).enumerate().map(row).collect()
}
