//! 合格证类全过程监管 (M3.1–M3.4; domain §4.1): the course of a class, one row a step. A step that is not here does
//! not exist; `docs/procedures.zh.md` and the picture in `docs/states` are made from it.

use desk::limit;
use desk::matter::Matter;
use desk::procedure::{Apart, By, Change, Model, Procedure, Row, by};
use desk::subject::{Audience, Subject};
use foundation::codes::{ClassState, FullProcessState};
use foundation::{Date, DistrictCode, Fen, InstitutionId, Permission, Stop};
use store::query::Set;
use store::tables::supervision::training_class;

use crate::acts::certificate::IssueCertificates;
use crate::acts::decide::{
    AnswerReviewLine, LapseCorrection, RefuseOpening, ReturnOpening, RevokeClass, WithdrawClass,
};
use crate::acts::exam::{ConfirmExam, EnterScores};
use crate::acts::feedback::FinishFeedback;
use crate::acts::inspection::{RecordInspection, ResumeClass};
use crate::acts::opening::CreateClass;
use crate::acts::review::{AcceptOpening, ApproveOpening, ReviewOpening, SubmitOpening};
use crate::declared::{
    ACCEPT, APPROVE, CLASS, CONFIRM_EXAM, CORRECT, ENTER_SCORES, GIVE_FEEDBACK, INSPECT, ISSUE, NOBODY_PASSED, REFUSED,
    REVIEW, REVOKED, START,
};
use crate::jobs::attendance::{EndTraining, LapseClass, StartTraining};

/// Steps that the funds' room takes: their acts live there (`house/tests/it/declared.rs` compares them).
const fn job(act: &'static str, title: &'static str, clause: &'static str) -> By {
    By { act, title, permission: Permission::Job, clause, or: &[] }
}
const DRAFTED: By = job("draft-claim", "生成补贴申领", "M7.1");
const UNPAID: By = job("archive-unpaid-class", "没有补贴的班级归档", "M3.11");
/// The bank's answer archives a paid class: typed, or taken from its file.
const PAID: By = By {
    or: &[paid("take-bank-return", "上传银行回盘文件")],
    ..paid("settle-payment-batch", "登记银行回单")
};
const fn paid(act: &'static str, title: &'static str) -> By {
    By {
        act,
        title,
        permission: Permission::Of(foundation::Function::ClaimPayment, foundation::Right::Pay),
        clause: "M8.9",
        or: &[],
    }
}

desk::steps! {
    /// What can happen to a class.
    Step of FullProcessState, ROWS {
        Draft [] => Draft, "新建班级", by::<CreateClass>(), Clear, Nothing, Nobody, Nowhere, ["ClassDrafted"];
        Submit [Draft] => Submitted, "提交开班申请", by::<SubmitOpening>(), Workdays(&[limit!(accept_workdays)]),
            Asked, Ask(&ACCEPT), Post("承诺并提交", "submit", ""), ["ClassOpeningSubmitted"], "机构承诺书";
        Resubmit [Returned] => Submitted, "补正后重新提交", by::<SubmitOpening>(), Workdays(&[limit!(accept_workdays)]),
            Asked, Ask(&ACCEPT), Post("承诺并重新提交", "submit", ""), ["ClassOpeningSubmitted"], "机构承诺书";
        Accept [Submitted] => UnderReview, "受理", by::<AcceptOpening>(), Workdays(&[limit!(review_workdays)]),
            Asked, Ask(&REVIEW), Post("受理", "accept", ""), ["ClassOpeningAccepted"];
        Return [Submitted | UnderReview] => Returned, "退回补正", by::<ReturnOpening>(),
            Workdays(&[limit!(correction_workdays)]), Everything, Ask(&CORRECT), Page("退回补正", "return"),
            ["ClassOpeningReturned"];
        Refuse [UnderReview] => Refused, "不予开班", by::<RefuseOpening>(),
            Clear, Everything, Ask(&REFUSED), Danger("不予开班", "refuse"), ["ClassOpeningRefused"];
        Review [UnderReview] => UnderReview, "审核通过", by::<ReviewOpening>(),
            Keep, Asked, Ask(&APPROVE), Post("审核通过", "review", ""), ["ClassOpeningReviewed"];
        Unreview [UnderReview] => UnderReview, "核对有误，退回审核", by::<AnswerReviewLine>(),
            Keep, Asked, Ask(&REVIEW), Nowhere, ["ReviewLineAnswered"];
        Approve [UnderReview] => Approved, "准予开班", by::<ApproveOpening>(),
            Said("开班日"), Asked, Ask(&START), Post("准予开班", "approve", ""), ["ClassOpeningApproved"], "准予开班通知书";
        StartTraining [Approved] => InTraining, "开始培训", by::<StartTraining>(),
            Said("结束日"), Asked, Ask(&INSPECT), Nowhere, ["TrainingStarted"];
        Suspend [InTraining] => Suspended, "中止培训", by::<RecordInspection>(),
            Keep, Asked, Nobody, Nowhere, ["ClassInspected"];
        Resume [Suspended] => InTraining, "恢复培训", by::<ResumeClass>(),
            Keep, Nothing, Ask(&INSPECT), Form("恢复培训", "resume", ""), ["ClassResumed"];
        EndTraining [InTraining] => TrainingEnded, "培训结束", by::<EndTraining>(),
            Said("结束日后的考核期限"), Asked, Ask(&ENTER_SCORES), Nowhere, ["TrainingEnded"];
        EnterScores [TrainingEnded] => Examining, "录入考核成绩", by::<EnterScores>(), Clear, Asked, Ask(&CONFIRM_EXAM),
            Page("录入考核成绩", "exam"), ["CompletionScoresEntered"], "结业考核成绩册";
        MendScores [Examining] => Examining, "更正考核成绩", by::<EnterScores>(), Clear, Asked, Ask(&CONFIRM_EXAM),
            Page("更正考核成绩", "exam"), ["CompletionScoresEntered"], "结业考核成绩册";
        ConfirmExam [Examining] => ResultsReview, "确认考核成绩", by::<ConfirmExam>(),
            Clear, Asked, Ask(&ISSUE), Page("核对并确认成绩", "exam"), ["CompletionExamConfirmed"];
        ConfirmNobody [Examining] => Archived, "确认成绩，无人合格，归档", by::<ConfirmExam>(),
            Clear, Everything, Ask(&NOBODY_PASSED), Nowhere, ["CompletionExamConfirmed"];
        IssueCertificates [ResultsReview] => Certified, "发放证书", by::<IssueCertificates>(), Days(limit!(feedback_days)),
            Asked, Each(&GIVE_FEEDBACK), Post("发放证书", "certificates", ""), ["CompletionCertificateIssued"], "培训合格证书";
        FinishFeedback [Certified] => FeedbackDone, "学员评价结束", by::<FinishFeedback>(),
            Clear, Asked, Nobody, Nowhere, ["TraineeFeedbackFinished"];
        DraftClaim [FeedbackDone] => Claimed, "生成补贴申领", DRAFTED, Clear, Asked, Nobody, Nowhere, ["ClaimDrafted"];
        Archive [Claimed] => Archived, "补贴到账，归档", PAID, Clear, Asked, Nobody, Nowhere, ["ClaimPaid"];
        ArchiveUnpaid [Claimed] => Archived, "申领期限已过，归档", UNPAID,
            Clear, Asked, Nobody, Nowhere, ["UnpaidClassArchived"];
        Withdraw [Draft | Submitted | Returned | UnderReview | Approved] => Withdrawn, "撤销", by::<WithdrawClass>(),
            Clear, Everything, Nobody, Page("撤销", "withdraw"), ["ClassWithdrawn"];
        Revoke [Approved | Suspended] => Withdrawn, "人社部门撤销", by::<RevokeClass>(), Clear, Everything,
            Ask(&REVOKED), Danger("撤销", "revoke"), ["ClassRevoked"];
        LapseCorrection [Returned] => Withdrawn, "补正逾期，自动撤销", by::<LapseCorrection>(),
            Clear, Everything, Nobody, Nowhere, ["ClassOpeningLapsed"];
        LapseClass [Approved] => Withdrawn, "逾期未开班，自动撤销", by::<LapseClass>(),
            Clear, Everything, Nobody, Nowhere, ["ClassLapsed"];
    }
}

/// The course of a class under full-process supervision.
pub enum FullProcess {}

impl Procedure for FullProcess {
    type State = FullProcessState;
    type Step = Step;
    type Table = training_class::Entity;

    const NAME: &'static str = "full-process";
    const TITLE: &'static str = "合格证类全过程监管：班级";
    const NOUN: &'static str = "班级";
    const SOURCE: &'static str = "合格证类全过程监管的办理步骤";
    const TAG: Option<&'static str> = Some(journal::facts::CLASS_STATE);
    const SUBJECT: &'static Subject = &CLASS;
    const ROWS: &'static [Row<FullProcessState, Step>] = ROWS;
    const APART: &'static [Apart<Self>] = &[Apart::<Self>::not(
        Step::Approve,
        Step::Review,
        |class| class.reviewed_by.as_ref(),
        "您审核过本班，须由另一位工作人员批准",
    )];
    const ENDS: &'static [FullProcessState] =
        &[FullProcessState::Refused, FullProcessState::Archived, FullProcessState::Withdrawn];

    fn state(row: &Model<Self>) -> Result<FullProcessState, Stop> {
        match row.state {
            ClassState::FullProcess(state) => Ok(state),
        }
    }
    fn id(row: &Model<Self>) -> String {
        row.id.to_string()
    }
    fn write(change: &mut Change<Self>, state: FullProcessState, due: Option<Option<Date>>) {
        change.state = Set(state.into());
        if let Some(due) = due {
            change.due_on = Set(due);
        }
    }
    fn due(row: &Model<Self>) -> Option<Date> {
        row.due_on
    }
    fn title(row: &Model<Self>, matter: &Matter) -> String {
        match matter.audience {
            Audience::County => format!("{} · {} {}人", row.institution_name, row.title, row.enrolled_count),
            _ => row.title.clone(),
        }
    }
    fn district(row: &Model<Self>) -> DistrictCode {
        row.district
    }
    fn institution(row: &Model<Self>) -> Option<InstitutionId> {
        Some(row.institution.clone())
    }
    fn money(row: &Model<Self>) -> Fen {
        row.money
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk::procedure::after;
    use proptest::prelude::*;

    proptest! {
        /// 凡补必进，不进不补: no claim without approval, attendance, exam, certificate and feedback before it.
        #[test]
        fn m7_1_every_way_to_a_claim_passes_every_gate(
            steps in proptest::collection::vec(0usize..Step::all().len(), 0..80)
        ) {
            let mut state = FullProcessState::Draft;
            let mut done = Vec::new();
            for step in steps {
                let step = Step::all()[step];
                if let Ok(next) = after::<FullProcess>(state, step) { state = next; done.push(step); }
            }
            if state == FullProcessState::Claimed || done.contains(&Step::DraftClaim) {
                for gate in [
                    Step::Submit, Step::Accept, Step::Approve, Step::StartTraining, Step::EndTraining,
                    Step::EnterScores, Step::ConfirmExam, Step::IssueCertificates, Step::FinishFeedback
                ] {
                    prop_assert!(done.contains(&gate), "{gate:?}");
                }
            }
            for end in [FullProcessState::Withdrawn, FullProcessState::Refused, FullProcessState::Archived] {
                prop_assert!(Step::all().iter().all(|step| after::<FullProcess>(end, *step).is_err()));
            }
        }
    }
}
