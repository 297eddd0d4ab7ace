//! The states of a claim and the moves between them (M8.9; domain §7.4). One exhaustive match:
//! a move that is not named here does not exist.

use foundation::Refusal;
use foundation::codes::ClaimState;

/// What can happen to a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClaimMove {
    Submit,
    FirstReview,
    SecondReview,
    Return,
    Publish,
    EndPublicity,
    MakeBatch,
    LeaveBatch,
    ApproveBatch,
    Pay,
    ReturnPayment,
    Redraft,
    Close,
    Object,
    Dismiss,
    Uphold,
    SendBackUpheld,
}

impl ClaimMove {
    /// All moves.
    pub const fn all() -> &'static [Self] {
        &[
            Self::Submit,
            Self::FirstReview,
            Self::SecondReview,
            Self::Return,
            Self::Publish,
            Self::EndPublicity,
            Self::MakeBatch,
            Self::LeaveBatch,
            Self::ApproveBatch,
            Self::Pay,
            Self::ReturnPayment,
            Self::Redraft,
            Self::Close,
            Self::Object,
            Self::Dismiss,
            Self::Uphold,
            Self::SendBackUpheld,
        ]
    }
    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Submit => "提交申领",
            Self::FirstReview => "受理并初审",
            Self::SecondReview => "复审",
            Self::Return => "退回补正",
            Self::Publish => "公示",
            Self::EndPublicity => "公示期满",
            Self::MakeBatch => "列入拨付批次",
            Self::LeaveBatch => "撤出拨付批次",
            Self::ApproveBatch => "财政复核",
            Self::Pay => "到账",
            Self::ReturnPayment => "退票",
            Self::Redraft => "按最新事实重算",
            Self::Close => "没有可补贴的学员，终止",
            Self::Object => "提出异议",
            Self::Dismiss => "异议不成立，继续公示",
            Self::Uphold => "异议成立，剔除后继续公示",
            Self::SendBackUpheld => "异议成立，退回补正",
        }
    }
}

/// The state after a move. Errors: a refusal saying in which state the claim is and what was tried.
pub fn after(state: ClaimState, step: ClaimMove) -> Result<ClaimState, Refusal> {
    use ClaimState as S;
    let next = match (step, state) {
        (ClaimMove::Submit, S::Draft | S::Returned) => Some(S::Submitted),
        (ClaimMove::FirstReview, S::Submitted) => Some(S::FirstReviewed),
        (ClaimMove::SecondReview, S::FirstReviewed) => Some(S::SecondReviewed),
        (ClaimMove::Return, S::Submitted | S::FirstReviewed) => Some(S::Returned),
        (ClaimMove::Publish, S::SecondReviewed) => Some(S::Published),
        (ClaimMove::EndPublicity, S::Published) => Some(S::NoObjection),
        (ClaimMove::MakeBatch, S::NoObjection | S::PaymentReturned) => Some(S::FinanceReviewed),
        (ClaimMove::LeaveBatch, S::FinanceReviewed) => Some(S::NoObjection),
        (ClaimMove::ApproveBatch, S::FinanceReviewed) => Some(S::Paying),
        (ClaimMove::Pay, S::Paying) => Some(S::Paid),
        (ClaimMove::ReturnPayment, S::Paying) => Some(S::PaymentReturned),
        (ClaimMove::Redraft, S::Draft | S::NotPassed) => Some(S::Draft),
        (ClaimMove::Redraft, S::Returned) => Some(S::Returned),
        // A claim of nothing: at its draft, at a later one, or when objections have struck every line.
        (ClaimMove::Close, S::Draft | S::Returned | S::UnderObjection) => Some(S::NotPassed),
        (ClaimMove::Object, S::Published | S::UnderObjection) => Some(S::UnderObjection),
        (ClaimMove::Dismiss | ClaimMove::Uphold, S::UnderObjection) => Some(S::Published),
        (ClaimMove::SendBackUpheld, S::UnderObjection) => Some(S::Returned),
        (
            ClaimMove::Submit
            | ClaimMove::FirstReview
            | ClaimMove::SecondReview
            | ClaimMove::Return
            | ClaimMove::Publish
            | ClaimMove::EndPublicity
            | ClaimMove::MakeBatch
            | ClaimMove::LeaveBatch
            | ClaimMove::ApproveBatch
            | ClaimMove::Pay
            | ClaimMove::ReturnPayment
            | ClaimMove::Redraft
            | ClaimMove::Close
            | ClaimMove::Object
            | ClaimMove::Dismiss
            | ClaimMove::Uphold
            | ClaimMove::SendBackUpheld,
            _,
        ) => None,
    };
    next.ok_or_else(|| {
        Refusal::new("办理步骤", "M8.9", format!("申领现在是“{}”，不能“{}”", state.label(), step.label()), "补贴申领的办理步骤", "请刷新页面，按当前步骤办理")
    })
}

/// The picture of all states and moves, generated so that it cannot drift.
pub fn mermaid() -> String {
    let mut lines = vec!["stateDiagram-v2".to_owned()];
    for state in ClaimState::all() {
        for step in ClaimMove::all() {
            if let Ok(next) = after(*state, *step) {
                lines.push(format!("  {}_{} --> {}_{} : {}", state.code(), state.label(), next.code(), next.label(), step.label()));
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
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/states/claim.md");
        let text = format!("# 补贴申领：状态\n\n由 `rules/states.rs` 生成，`UPDATE=1 cargo test -p m3-funds` 重写。\n\n```mermaid\n{}```\n", mermaid());
        if std::env::var("UPDATE").is_ok() {
            std::fs::write(path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), text);
    }

    proptest! {
        /// Nothing is paid without second review, publicity and the finance office.
        #[test]
        fn m8_9_every_way_to_payment_passes_every_gate(steps in proptest::collection::vec(0usize..ClaimMove::all().len(), 0..80)) {
            let (mut state, mut seen) = (ClaimState::Draft, vec![]);
            for step in steps {
                if let Ok(next) = after(state, ClaimMove::all()[step]) {
                    // Sent back or closed: whatever was passed before must be passed again.
                    if matches!(next, ClaimState::Returned | ClaimState::NotPassed | ClaimState::Draft) { seen.clear(); }
                    state = next;
                    seen.push(next);
                }
            }
            if state == ClaimState::Paid {
                for gate in [ClaimState::SecondReviewed, ClaimState::Published, ClaimState::NoObjection, ClaimState::FinanceReviewed] { prop_assert!(seen.contains(&gate)); }
            }
        }
    }
}
