//! 收款账户更正 (M8.9; risk rule F04; decisions/0009): typed by one person, typed again by another, one row a step. While
//! it waits nothing is batched for the payee, no batch with it is approved, and an approved one says so on its page.

use desk::matter::Matter;
use desk::procedure::{Apart, Change, Model, Procedure, Row, by};
use desk::subject::Subject;
use foundation::codes::PayeeState;
use foundation::{Date, DistrictCode, Fen, InstitutionId, Stop};
use store::query::Set;
use store::tables::institutions::payee_change;

use crate::acts::payee::{ConfirmPayeeAccount, DeclinePayeeAccount, ProposePayeeAccount, WithdrawPayeeAccount};
use crate::declared::{CONFIRM_PAYEE, PAYEE_CHANGE, PAYEE_DECLINED};

desk::steps! {
    /// What can happen to a correction.
    Step of PayeeState, ROWS {
        Propose [] => Proposed, "提出更正", by::<ProposePayeeAccount>(),
            Clear, Nothing, Ask(&CONFIRM_PAYEE), Nowhere, ["PayeeAccountProposed"];
        Confirm [Proposed] => Confirmed, "复核通过，生效", by::<ConfirmPayeeAccount>(),
            Clear, Asked, Nobody, Form("复核通过", "confirm", ""), ["PayeeAccountChanged"];
        Decline [Proposed] => Declined, "退回", by::<DeclinePayeeAccount>(),
            Clear, Asked, Ask(&PAYEE_DECLINED), Form("退回", "decline", ""), ["PayeeAccountDeclined"];
        Withdraw [Proposed] => Withdrawn, "提出人撤回", by::<WithdrawPayeeAccount>(),
            Clear, Asked, Nobody, Form("撤回", "withdraw", ""), ["PayeeAccountWithdrawn"];
    }
}

/// The course of a correction.
pub enum PayeeChanges {}

impl Procedure for PayeeChanges {
    type State = PayeeState;
    type Step = Step;
    type Table = payee_change::Entity;

    const NAME: &'static str = "payee-change";
    const TITLE: &'static str = "收款账户更正";
    const NOUN: &'static str = "这项更正";
    const SOURCE: &'static str = "收款账户更正记录";
    const TAG: Option<&'static str> = None;
    const SUBJECT: &'static Subject = &PAYEE_CHANGE;
    const ROWS: &'static [Row<PayeeState, Step>] = ROWS;
    const APART: &'static [Apart<Self>] = &[
        Apart::<Self>::not(
            Step::Confirm,
            Step::Propose,
            |row| Some(&row.proposed_by),
            "这项更正由您提出，须由另一人复核",
        ),
        Apart::<Self>::not(
            Step::Decline,
            Step::Propose,
            |row| Some(&row.proposed_by),
            "这项更正由您提出，填错了请撤回",
        ),
        Apart::<Self>::only(
            Step::Withdraw,
            Step::Propose,
            |row| Some(&row.proposed_by),
            "由提出人撤回；您可以写明原因退回",
        ),
    ];
    const ENDS: &'static [PayeeState] = &[PayeeState::Confirmed, PayeeState::Declined, PayeeState::Withdrawn];

    fn state(row: &Model<Self>) -> Result<PayeeState, Stop> {
        Ok(match (&row.open, row.accepted) {
            (Some(_), _) | (None, None) => PayeeState::Proposed,
            (None, Some(true)) => PayeeState::Confirmed,
            (None, Some(false)) if row.decided_by.as_ref() == Some(&row.proposed_by) => PayeeState::Withdrawn,
            (None, Some(false)) => PayeeState::Declined,
        })
    }
    fn id(row: &Model<Self>) -> String {
        row.id.to_string()
    }
    fn write(change: &mut Change<Self>, state: PayeeState, _: Option<Option<Date>>) {
        // One waits at most: the database's key is free again.
        change.open = Set(None);
        change.accepted = Set(Some(state == PayeeState::Confirmed));
    }
    fn due(_: &Model<Self>) -> Option<Date> {
        None
    }
    fn title(row: &Model<Self>, _: &Matter) -> String {
        format!("{} {}", row.bank, row.account_masked)
    }
    fn district(row: &Model<Self>) -> DistrictCode {
        row.district
    }
    fn institution(_: &Model<Self>) -> Option<InstitutionId> {
        None
    }
    fn money(_: &Model<Self>) -> Fen {
        Fen::ZERO
    }
}
