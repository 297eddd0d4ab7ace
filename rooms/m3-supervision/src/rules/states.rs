//! The states of a regime-A class and the moves between them (M3.1; domain §4.1). One exhaustive match:
//! a move that is not named here does not exist.

use foundation::Refusal;
use foundation::codes::ClassState;

/// What can happen to a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Move {
    Submit,
    Accept,
    ReturnForCorrection,
    Resubmit,
    Refuse,
    Approve,
    StartTraining,
    EndTraining,
    StartExam,
    ConfirmExam,
    IssueCertificates,
    FinishFeedback,
    DraftClaim,
    Archive,
    Suspend,
    Resume,
    Withdraw,
}

impl Move {
    /// All moves.
    pub const fn all() -> &'static [Self] {
        &[
            Self::Submit,
            Self::Accept,
            Self::ReturnForCorrection,
            Self::Resubmit,
            Self::Refuse,
            Self::Approve,
            Self::StartTraining,
            Self::EndTraining,
            Self::StartExam,
            Self::ConfirmExam,
            Self::IssueCertificates,
            Self::FinishFeedback,
            Self::DraftClaim,
            Self::Archive,
            Self::Suspend,
            Self::Resume,
            Self::Withdraw,
        ]
    }
    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Submit => "提交开班申请",
            Self::Accept => "受理",
            Self::ReturnForCorrection => "退回补正",
            Self::Resubmit => "补正后重新提交",
            Self::Refuse => "不予开班",
            Self::Approve => "准予开班",
            Self::StartTraining => "开始培训",
            Self::EndTraining => "培训结束",
            Self::StartExam => "录入考核成绩",
            Self::ConfirmExam => "确认考核成绩",
            Self::IssueCertificates => "发放证书",
            Self::FinishFeedback => "学员评价结束",
            Self::DraftClaim => "生成补贴申领",
            Self::Archive => "归档",
            Self::Suspend => "中止培训",
            Self::Resume => "恢复培训",
            Self::Withdraw => "撤销",
        }
    }
}

/// The state after a move. Errors: a refusal saying in which state the class is and what was tried.
pub fn after(state: ClassState, step: Move) -> Result<ClassState, Refusal> {
    use ClassState as S;
    let next = match (step, state) {
        (Move::Submit, S::Draft) | (Move::Resubmit, S::Returned) => Some(S::Submitted),
        (Move::Accept, S::Submitted) => Some(S::UnderReview),
        (Move::ReturnForCorrection, S::Submitted | S::UnderReview) => Some(S::Returned),
        (Move::Refuse, S::UnderReview) => Some(S::Refused),
        (Move::Approve, S::UnderReview) => Some(S::Approved),
        (Move::StartTraining, S::Approved) => Some(S::InTraining),
        (Move::EndTraining, S::InTraining) => Some(S::TrainingEnded),
        (Move::StartExam, S::TrainingEnded) => Some(S::Examining),
        (Move::ConfirmExam, S::Examining) => Some(S::ResultsReview),
        (Move::IssueCertificates, S::ResultsReview) => Some(S::Certified),
        (Move::FinishFeedback, S::Certified) => Some(S::FeedbackDone),
        (Move::DraftClaim, S::FeedbackDone) => Some(S::Claimed),
        (Move::Archive, S::Claimed) => Some(S::Archived),
        (Move::Suspend, S::InTraining) => Some(S::Suspended),
        (Move::Resume, S::Suspended) => Some(S::InTraining),
        (Move::Withdraw, S::Draft | S::Submitted | S::Returned | S::UnderReview | S::Approved | S::Suspended) => Some(S::Withdrawn),
        (
            Move::Submit
            | Move::Accept
            | Move::ReturnForCorrection
            | Move::Resubmit
            | Move::Refuse
            | Move::Approve
            | Move::StartTraining
            | Move::EndTraining
            | Move::StartExam
            | Move::ConfirmExam
            | Move::IssueCertificates
            | Move::FinishFeedback
            | Move::DraftClaim
            | Move::Archive
            | Move::Suspend
            | Move::Resume
            | Move::Withdraw,
            _,
        ) => None,
    };
    next.ok_or_else(|| {
        Refusal::new(
            "办理步骤",
            "M3.1",
            format!("班级现在是“{}”，不能“{}”", state.label(), step.label()),
            "合格证类全过程监管的办理步骤",
            "请刷新页面，按当前步骤办理",
        )
    })
}

/// The picture of all states and moves, generated so that it cannot drift.
pub fn mermaid() -> String {
    let mut lines = vec!["stateDiagram-v2".to_owned()];
    for state in ClassState::all() {
        lines.push(format!("  {} : {} {}", state.code(), state.code(), state.label()));
    }
    for state in ClassState::all() {
        for step in Move::all() {
            if let Ok(next) = after(*state, *step) {
                lines.push(format!("  {} --> {} : {}", state.code(), next.code(), step.label()));
            }
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_picture_in_docs_is_the_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/states/full-process.md");
        let text = format!(
            "# 合格证类全过程监管：班级状态\n\n由 `rules/states.rs` 生成，`UPDATE=1 cargo test -p m3-supervision` 重写。\n\n```mermaid\n{}```\n",
            mermaid()
        );
        if std::env::var("UPDATE").is_ok() {
            std::fs::create_dir_all(std::path::Path::new(path).parent().unwrap()).unwrap();
            std::fs::write(path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), text, "run UPDATE=1 cargo test -p m3-supervision and look at the difference");
    }

    proptest! {
        /// 凡补必进，不进不补: no claim without approval, attendance, exam, certificate and feedback before it.
        #[test]
        fn m7_1_every_way_to_a_claim_passes_every_gate(steps in proptest::collection::vec(0usize..17, 0..60)) {
            let mut state = ClassState::Draft;
            let mut done = Vec::new();
            for step in steps {
                let step = Move::all()[step];
                if let Ok(next) = after(state, step) { state = next; done.push(step); }
            }
            if matches!(state, ClassState::Claimed | ClassState::Archived) {
                for gate in [Move::Submit, Move::Accept, Move::Approve, Move::StartTraining, Move::EndTraining, Move::StartExam, Move::ConfirmExam, Move::IssueCertificates, Move::FinishFeedback] {
                    prop_assert!(done.contains(&gate), "{gate:?}");
                }
            }
            for end in [ClassState::Withdrawn, ClassState::Refused, ClassState::Archived] {
                prop_assert!(Move::all().iter().all(|step| after(end, *step).is_err()));
            }
        }
    }
}
