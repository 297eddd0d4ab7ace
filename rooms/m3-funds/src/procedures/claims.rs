//! 补贴申领 (M7.1, M8.9; domain §7.4): the course of a claim, one row a step.

use desk::limit;
use desk::matter::Matter;
use desk::procedure::{Apart, Change, Model, Procedure, Row, by, either};
use desk::subject::{Audience, Subject};
use foundation::codes::ClaimState;
use foundation::{Date, DistrictCode, Fen, InstitutionId, Stop};
use store::query::Set;
use store::tables::funds::claim;

use crate::acts::decide::DecideObjection;
use crate::acts::draft::{DraftClaim, RedraftClaim};
use crate::acts::objection::RaiseObjection;
use crate::acts::payment::{ApprovePaymentBatch, MakePaymentBatch, SettlePaymentBatch};
use crate::acts::review::{EndPublicity, FirstReviewClaim, PublishClaim, ReturnClaim, SecondReviewClaim, SubmitClaim};
use crate::acts::settle::TakeBankReturn;
use crate::acts::withdraw::{RefusePaymentBatch, WithdrawPaymentBatch};
use crate::declared::{CLAIM, CORRECT, CORRECT_PAYMENT, FIRST_REVIEW, PAY, PUBLISH, SECOND_REVIEW, SUBMIT};

/// What is asked before a publicity begins.
const BEFORE_PUBLICITY: &str = "公示从明天起满规定的工作日，名单（姓名、证件号遮盖）和金额对外公开。确定开始公示吗？";

desk::steps! {
    /// What can happen to a claim.
    Step of ClaimState, ROWS {
        Draft [] => Draft, "生成申领", by::<DraftClaim>(), Said("申领期限"), Nothing, Ask(&SUBMIT), Nowhere, ["ClaimDrafted"];
        DraftNothing [] => NotPassed, "生成时没有可补贴的学员", by::<DraftClaim>(),
            Clear, Nothing, Nobody, Nowhere, ["ClaimDrafted"];
        Redraft [Draft | NotPassed] => Draft, "按最新事实重算", either::<RedraftClaim, SubmitClaim>(),
            Said("申领期限"), Asked, Ask(&SUBMIT), Nowhere, ["ClaimDrafted"];
        RedraftReturned [Returned] => Returned, "补正中重算", either::<RedraftClaim, SubmitClaim>(),
            Keep, Asked, Ask(&CORRECT), Nowhere, ["ClaimDrafted"];
        Close [Draft | Returned | NotPassed] => NotPassed, "没有可补贴的学员，终止", either::<RedraftClaim, SubmitClaim>(),
            Clear, Asked, Nobody, Nowhere, ["ClaimDrafted"];
        StrikeAll [UnderObjection] => NotPassed, "异议成立，名单全部剔除，终止", by::<DecideObjection>(),
            Clear, Asked, Nobody, Nowhere, ["ClaimDrafted"];
        Submit [Draft | Returned] => Submitted, "提交申领", by::<SubmitClaim>(),
            Workdays(&[limit!(claim_accept_workdays), limit!(first_review_workdays)]), Asked, Ask(&FIRST_REVIEW),
            Post("核对无误，提交申领", "submit", ""), ["ClaimSubmitted"], "补贴申领表";
        FirstReview [Submitted] => FirstReviewed, "受理并初审", by::<FirstReviewClaim>(),
            Workdays(&[limit!(second_review_workdays)]), Asked, Ask(&SECOND_REVIEW),
            Post("受理并初审通过", "first-review", ""), ["ClaimFirstReviewed"];
        // The text sets no limit for beginning the publicity: whatever waited longest comes first by its money.
        SecondReview [FirstReviewed] => SecondReviewed, "复审", by::<SecondReviewClaim>(), Clear, Asked, Ask(&PUBLISH),
            Post("复审通过", "second-review", ""), ["ClaimSecondReviewed"];
        Return [Submitted | FirstReviewed] => Returned, "退回补正", by::<ReturnClaim>(),
            Workdays(&[limit!(correction_workdays)]), Asked, Ask(&CORRECT), Form("退回补正", "return", ""),
            ["ClaimReturned"];
        Publish [SecondReviewed] => Published, "公示", by::<PublishClaim>(), Workdays(&[limit!(publicity_workdays)]),
            Asked, Nobody, Post("开始公示", "publish", BEFORE_PUBLICITY), ["ClaimPublished"], "补贴公示";
        Object [Published | UnderObjection] => UnderObjection, "提出异议", by::<RaiseObjection>(),
            Said("最早的异议答复期限"), Nothing, Nobody, Nowhere, ["ObjectionRaised"];
        DismissOne [UnderObjection] => UnderObjection, "一条异议不成立，其余还在核查", by::<DecideObjection>(),
            Said("最早的异议答复期限"), Nothing, Nobody, Nowhere, ["ObjectionDismissed"];
        Dismiss [UnderObjection] => Published, "异议不成立，继续公示", by::<DecideObjection>(),
            Said("公示截止日"), Nothing, Nobody, Nowhere, ["ObjectionDismissed"];
        UpholdOne [UnderObjection] => UnderObjection, "一条异议成立，剔除，其余还在核查", by::<DecideObjection>(),
            Said("最早的异议答复期限"), Nothing, Nobody, Nowhere, ["ClaimDrafted"];
        Uphold [UnderObjection] => Published, "异议成立，剔除后继续公示", by::<DecideObjection>(),
            Said("公示截止日"), Nothing, Nobody, Nowhere, ["ClaimDrafted"];
        SendBack [UnderObjection] => Returned, "异议成立，退回补正", by::<DecideObjection>(),
            Workdays(&[limit!(correction_workdays)]), Asked, Ask(&CORRECT), Nowhere, ["ClaimReturned"];
        EndPublicity [Published] => NoObjection, "公示期满", by::<EndPublicity>(),
            Days(limit!(payment_days)), Asked, Ask(&PAY), Nowhere, ["ClaimPublicityEnded"];
        MakeBatch [NoObjection | PaymentReturned] => FinanceReviewed, "列入拨付批次", by::<MakePaymentBatch>(),
            Keep, Asked, Nobody, Post("做拨付批次", "batch", ""), ["ClaimBatched"];
        LeaveBatch [FinanceReviewed] => NoObjection, "撤出拨付批次", by::<WithdrawPaymentBatch>(),
            Workdays(&[limit!(correction_workdays)]), Asked, Ask(&PAY), Nowhere, ["ClaimLeftBatch"];
        RefuseBatch [FinanceReviewed] => NoObjection, "财政退回拨付批次", by::<RefusePaymentBatch>(),
            Workdays(&[limit!(correction_workdays)]), Asked, Ask(&PAY), Nowhere, ["ClaimLeftBatch"];
        ApproveBatch [FinanceReviewed] => Paying, "财政复核，送银行", by::<ApprovePaymentBatch>(),
            Keep, Asked, Nobody, Nowhere, ["ClaimSentToBank"];
        Pay [Paying] => Paid, "到账", either::<SettlePaymentBatch, TakeBankReturn>(),
            Clear, Asked, Nobody, Nowhere, ["ClaimPaid"];
        ReturnPayment [Paying] => PaymentReturned, "退票", either::<SettlePaymentBatch, TakeBankReturn>(),
            Workdays(&[limit!(correction_workdays)]), Asked, Ask(&CORRECT_PAYMENT), Nowhere, ["ClaimPaymentReturned"];
    }
}

/// The course of a claim.
pub enum Claims {}

impl Procedure for Claims {
    type State = ClaimState;
    type Step = Step;
    type Table = claim::Entity;

    const NAME: &'static str = "claim";
    const TITLE: &'static str = "补贴申领";
    const NOUN: &'static str = "申领";
    const SOURCE: &'static str = "补贴申领的办理步骤";
    const TAG: Option<&'static str> = Some(journal::facts::CLAIM_STATE);
    const SUBJECT: &'static Subject = &CLAIM;
    const ROWS: &'static [Row<ClaimState, Step>] = ROWS;
    const ENDS: &'static [ClaimState] = &[ClaimState::Paid];
    const APART: &'static [Apart<Self>] = &[Apart::<Self>::not(
        Step::SecondReview,
        Step::FirstReview,
        |row| row.first_reviewed_by.as_ref(),
        "您办理了本申领的初审，复审须由另一位工作人员办理",
    )];
    const WAITS: &'static [(ClaimState, &'static str)] = &[
        (ClaimState::Accepted, "受理和初审现在是一步"),
        (ClaimState::Recovering, "追回还没有办理步骤"),
        (ClaimState::Recovered, "追回还没有办理步骤"),
    ];

    fn state(row: &Model<Self>) -> Result<ClaimState, Stop> {
        Ok(row.state)
    }
    fn id(row: &Model<Self>) -> String {
        row.id.to_string()
    }
    fn write(change: &mut Change<Self>, state: ClaimState, due: Option<Option<Date>>) {
        change.state = Set(state);
        if let Some(due) = due {
            change.due_on = Set(due);
        }
    }
    fn due(row: &Model<Self>) -> Option<Date> {
        row.due_on
    }
    fn title(row: &Model<Self>, matter: &Matter) -> String {
        match matter.audience {
            Audience::INSTITUTION => row.class_title.clone(),
            _ => format!("{} · {}", row.institution_name, row.class_title),
        }
    }
    fn district(row: &Model<Self>) -> DistrictCode {
        row.district
    }
    fn institution(row: &Model<Self>) -> Option<InstitutionId> {
        Some(row.institution.clone())
    }
    fn money(row: &Model<Self>) -> Fen {
        row.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk::procedure::after;
    use proptest::prelude::*;

    proptest! {
        /// Nothing is paid without second review, publicity and the finance office.
        #[test]
        fn m8_9_every_way_to_payment_passes_every_gate(
            steps in proptest::collection::vec(0usize..Step::all().len(), 0..80)
        ) {
            let (mut state, mut seen) = (ClaimState::Draft, vec![]);
            for step in steps {
                if let Ok(next) = after::<Claims>(state, Step::all()[step]) {
                    // Sent back or closed: whatever was passed before must be passed again.
                    if matches!(next, ClaimState::Returned | ClaimState::NotPassed | ClaimState::Draft) {
                        seen.clear();
                    }
                    state = next;
                    seen.push(next);
                }
            }
            if state == ClaimState::Paid {
                for gate in [
                    ClaimState::SecondReviewed, ClaimState::Published, ClaimState::NoObjection,
                    ClaimState::FinanceReviewed
                ] {
                    prop_assert!(seen.contains(&gate));
                }
            }
        }
    }
}
