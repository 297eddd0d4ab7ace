//! What the room declares: the things it is about and what stands in queues because of them (M3; M8.9).

use std::collections::HashMap;

use desk::Desk;
use desk::matter::{Ends, Matter, Quick};
use desk::subject::{Audience, Subject};
use foundation::{Function, Permission, Right, Stop};
use futures::future::BoxFuture;
use store::query::{ColumnTrait, QueryFilter};
use store::tables::supervision::training_class;

use crate::rules::inspection::has_decided;

const fn read(function: Function) -> Permission {
    Permission::Of(function, Right::Read)
}

/// 班级.
pub static CLASS: Subject = Subject {
    kind: "class",
    formerly: "",
    called: "班级",
    folder: "/classes",
    read: read(Function::OpeningApplication),
};
/// 课次.
pub static SESSION: Subject =
    Subject { kind: "session", formerly: "", called: "课次", folder: "/sessions", read: read(Function::Attendance) };
/// 考勤异议.
pub static DISPUTE: Subject = Subject {
    kind: "dispute",
    formerly: "",
    called: "考勤异议",
    folder: "/disputes",
    read: read(Function::Attendance),
};
/// 证书.
pub static CERTIFICATE: Subject =
    Subject { kind: "certificate", formerly: "", called: "证书", folder: "/certificates", read: Permission::Public };
/// 名册上的位置.
pub static ENROLMENT: Subject =
    Subject { kind: "enrolment", formerly: "", called: "学员", folder: "", read: read(Function::Roster) };
/// 结业考核.
pub static EXAM: Subject =
    Subject { kind: "exam", formerly: "", called: "结业考核", folder: "", read: read(Function::CompletionExam) };
/// 过程检查.
pub static INSPECTION: Subject =
    Subject { kind: "inspection", formerly: "", called: "过程检查", folder: "", read: read(Function::Inspection) };

/// The room's subjects.
pub static SUBJECTS: &[&Subject] = &[&CLASS, &SESSION, &DISPUTE, &CERTIFICATE, &ENROLMENT, &EXAM, &INSPECTION];

/// A class's matter that the next step of its course ends.
const fn matter(kind: &'static str, called: &'static str, audience: Audience, opens: &'static str) -> Matter {
    Matter {
        kind,
        called,
        audience,
        about: &CLASS,
        opens,
        at: "",
        quick: None,
        ends: Ends::ByStep,
        not_his: None,
        in_workdays: false,
    }
}

/// 开班受理.
pub static ACCEPT: Matter = Matter {
    quick: Some(Quick { word: "受理", post: "accept", question: "" }),
    in_workdays: true,
    ..matter("accept-opening", "开班受理", Audience::County, "审核")
};
/// 开班审核.
pub static REVIEW: Matter = Matter {
    quick: Some(Quick {
        word: "核对无误，审核通过",
        post: "review",
        question: "教材和考核方案、教师证书原件、学员电话抽核、场地照片四项人工核对无误，确认审核通过？",
    }),
    in_workdays: true,
    ..matter("review-opening", "开班审核", Audience::County, "审核")
};
/// 开班批准.
pub static APPROVE: Matter = Matter {
    quick: Some(Quick {
        word: "准予开班", post: "approve", question: "机器核对和人工核对都已通过，确认准予开班？"
    }),
    in_workdays: true,
    ..matter("approve-opening", "开班批准", Audience::County, "审核")
};
/// 补正.
pub static CORRECT: Matter =
    Matter { in_workdays: true, ..matter("correct-opening", "补正", Audience::INSTITUTION, "去补正") };
/// 不予开班, to be read.
pub static REFUSED: Matter =
    Matter { ends: Ends::Seen, ..matter("opening-refused", "不予开班", Audience::INSTITUTION, "查看") };
/// 班级已撤销, to be read.
pub static REVOKED: Matter =
    Matter { ends: Ends::Seen, ..matter("class-revoked", "班级已撤销", Audience::INSTITUTION, "查看") };
/// 开班准备.
pub static START: Matter = matter("start-class", "开班准备", Audience::INSTITUTION, "查看");
/// Who reviewed or approved a class does not inspect it (domain §1.3).
fn decided_by_him(desk: &Desk, classes: Vec<String>) -> BoxFuture<'_, Result<HashMap<String, &'static str>, Stop>> {
    Box::pin(async move {
        let rows = desk
            .read()
            .await?
            .list::<training_class::Entity>(|q| q.filter(training_class::Column::Id.is_in(classes)))
            .await?;
        let his = rows.into_iter().filter(|one| has_decided(one, desk.actor.account.as_ref()));
        Ok(his.map(|one| (one.id.to_string(), "您审过这个班，须由另一人检查")).collect())
    })
}
/// 过程检查.
pub static INSPECT: Matter = Matter {
    at: "/inspections/new",
    not_his: Some(decided_by_him),
    ..matter("inspect-class", "过程检查", Audience::County, "去检查")
};
/// 回复检查.
pub static ANSWER_INSPECTION: Matter = Matter {
    ends: Ends::ByActs(&["answer-inspection"]),
    ..matter("answer-inspection", "回复检查", Audience::INSTITUTION, "回复")
};
/// 整改复查.
/// Another check ends it, or what was found out is written down: after the exam there is nothing to check any more.
pub static INSPECTION_ANSWERED: Matter =
    Matter { ends: Ends::Finding, ..matter("inspection-answered", "整改复查", Audience::County, "复查") };
/// 录入成绩.
pub static ENTER_SCORES: Matter =
    Matter { at: "/exam", ..matter("enter-scores", "录入成绩", Audience::INSTITUTION, "录成绩") };
/// 确认成绩.
pub static CONFIRM_EXAM: Matter =
    Matter { at: "/exam", ..matter("confirm-exam", "确认成绩", Audience::County, "去确认") };
/// 无人合格, to be read.
pub static NOBODY_PASSED: Matter =
    Matter { ends: Ends::Seen, ..matter("nobody-passed", "考核无人合格", Audience::INSTITUTION, "查看") };
/// 发放证书.
pub static ISSUE: Matter = Matter {
    quick: Some(Quick { word: "发放证书", post: "certificates", question: "" }),
    ..matter("issue-certificates", "发放证书", Audience::INSTITUTION, "去发证")
};
/// 评价培训.
pub static GIVE_FEEDBACK: Matter = matter("give-feedback", "评价培训", Audience::Trainee, "去评价");
/// 评价抽核.
pub static PHONE_FEEDBACK: Matter =
    Matter { ends: Ends::Finding, ..matter("phone-desk-feedback", "评价抽核", Audience::County, "查看") };
/// 评价核实.
pub static FEEDBACK_DISOWNED: Matter =
    Matter { ends: Ends::Finding, ..matter("feedback-disowned", "评价核实", Audience::County, "查看") };
/// 考勤异议.
pub static ANSWER_DISPUTE: Matter =
    Matter { about: &DISPUTE, ..matter("attendance-dispute", "考勤异议", Audience::County, "核实") };
/// 请求点名.
pub static CALL_ROLL: Matter = Matter {
    about: &SESSION,
    ends: Ends::ByActs(&[
        "call-roll",
        "sign-in-to-session",
        "end-training",
        "withdraw-class",
        "revoke-class",
        "lapse-class",
    ]),
    ..matter("call-roll", "请求点名", Audience::INSTITUTION, "去点名")
};

/// The room's matters.
pub static MATTERS: &[&Matter] = &[
    &ACCEPT,
    &REVIEW,
    &APPROVE,
    &CORRECT,
    &REFUSED,
    &REVOKED,
    &START,
    &INSPECT,
    &ANSWER_INSPECTION,
    &INSPECTION_ANSWERED,
    &ENTER_SCORES,
    &CONFIRM_EXAM,
    &NOBODY_PASSED,
    &ISSUE,
    &GIVE_FEEDBACK,
    &PHONE_FEEDBACK,
    &FEEDBACK_DISOWNED,
    &ANSWER_DISPUTE,
    &CALL_ROLL,
];
