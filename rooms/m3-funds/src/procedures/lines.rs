//! 拨付行 (M8.9; domain §7.4 S80–S90): one payee's line of a payment batch, one row a step.

use desk::matter::Matter;
use desk::procedure::{Change, Model, Procedure, Row, by, either};
use desk::subject::Subject;
use foundation::codes::PaymentState;
use foundation::{Date, DistrictCode, Fen, InstitutionId, Stop};
use store::query::Set;
use store::tables::funds::payment_line;

use crate::acts::payment::{ApprovePaymentBatch, MakePaymentBatch, SettlePaymentBatch};
use crate::acts::settle::TakeBankReturn;
use crate::acts::withdraw::{RefusePaymentBatch, WithdrawPaymentBatch};
use crate::declared::PAYMENT_LINE;

desk::steps! {
    /// What can happen to a line. Its batch's acts do it, and its claim's facts say it.
    Step of PaymentState, ROWS {
        Make [] => Pending, "列入批次", by::<MakePaymentBatch>(), Clear, Nothing, Nobody, Nowhere, ["ClaimBatched"];
        Send [Pending] => Sent, "送银行", by::<ApprovePaymentBatch>(),
            Clear, Nothing, Nobody, Nowhere, ["ClaimSentToBank"];
        Withdraw [Pending] => Withdrawn, "随批次撤回或退回", either::<WithdrawPaymentBatch, RefusePaymentBatch>(),
            Clear, Nothing, Nobody, Nowhere, ["ClaimLeftBatch"];
        Pay [Sent] => Paid, "到账", either::<SettlePaymentBatch, TakeBankReturn>(),
            Clear, Nothing, Nobody, Nowhere, ["ClaimPaid"];
        Return [Sent] => Returned, "退票", either::<SettlePaymentBatch, TakeBankReturn>(),
            Clear, Nothing, Nobody, Nowhere, ["ClaimPaymentReturned"];
    }
}

/// The course of a payment line.
pub enum Lines {}

impl Procedure for Lines {
    type State = PaymentState;
    type Step = Step;
    type Table = payment_line::Entity;

    const NAME: &'static str = "payment-line";
    const TITLE: &'static str = "拨付行";
    const NOUN: &'static str = "这一行";
    const SOURCE: &'static str = "拨付批次";
    const TAG: Option<&'static str> = None;
    const SUBJECT: &'static Subject = &PAYMENT_LINE;
    const ROWS: &'static [Row<PaymentState, Step>] = ROWS;
    const ENDS: &'static [PaymentState] = &[PaymentState::Paid, PaymentState::Returned, PaymentState::Withdrawn];

    fn state(row: &Model<Self>) -> Result<PaymentState, Stop> {
        Ok(row.state)
    }
    fn id(row: &Model<Self>) -> String {
        row.id.to_string()
    }
    fn write(change: &mut Change<Self>, state: PaymentState, _: Option<Option<Date>>) {
        change.state = Set(state);
    }
    fn due(_: &Model<Self>) -> Option<Date> {
        None
    }
    fn title(row: &Model<Self>, _: &Matter) -> String {
        row.payee.clone()
    }
    fn district(row: &Model<Self>) -> DistrictCode {
        row.district
    }
    fn institution(row: &Model<Self>) -> Option<InstitutionId> {
        Some(row.institution.clone())
    }
    fn money(row: &Model<Self>) -> Fen {
        row.amount
    }
}
