//! 拨付批次 (M8.9; domain §7.4 S70–S90): the course of a payment batch, one row a step.

use desk::matter::Matter;
use desk::procedure::{Apart, Change, Model, Procedure, Row, by, either};
use desk::subject::Subject;
use foundation::codes::PaymentState;
use foundation::{Date, DistrictCode, Fen, InstitutionId, Stop};
use store::query::Set;
use store::tables::funds::payment_batch;

use crate::acts::payment::{ApprovePaymentBatch, MakePaymentBatch, SettlePaymentBatch};
use crate::acts::settle::TakeBankReturn;
use crate::acts::withdraw::{RefusePaymentBatch, WithdrawPaymentBatch};
use crate::declared::{APPROVE_BATCH, PAYMENT_BATCH, SETTLE_BATCH};

/// What is asked before the money goes; the page says how much.
const ASKED_FIRST: &str = "送银行拨付，送出后不能撤回。确定批准吗？";

desk::steps! {
    /// What can happen to a batch.
    Step of PaymentState, ROWS {
        Make [] => Pending, "生成拨付批次", by::<MakePaymentBatch>(),
            Workdays(&[desk::limit!(finance_workdays)]), Nothing, Ask(&APPROVE_BATCH), Nowhere, ["PaymentBatchMade"];
        Approve [Pending] => Sent, "财政复核", by::<ApprovePaymentBatch>(), Said("最早一份申领的拨付期限"),
            Asked, Ask(&SETTLE_BATCH), Post("批准拨付", "approve", ASKED_FIRST), ["PaymentBatchApproved"], "银行代发文件";
        Withdraw [Pending] => Withdrawn, "撤回", by::<WithdrawPaymentBatch>(),
            Clear, Asked, Nobody, Form("撤回批次", "withdraw", ""), ["PaymentBatchWithdrawn"];
        Refuse [Pending] => Withdrawn, "财政退回", by::<RefusePaymentBatch>(),
            Clear, Asked, Nobody, Form("退回批次", "refuse", ""), ["PaymentBatchRefused"];
        SettleSome [Sent] => Sent, "登记部分回单", either::<SettlePaymentBatch, TakeBankReturn>(),
            Keep, Nothing, Nobody, Nowhere, ["PaymentBatchSettled"];
        Settle [Sent] => Paid, "银行回单登记完毕", either::<SettlePaymentBatch, TakeBankReturn>(),
            Keep, Asked, Nobody, Form("登记回单", "settle", ""), ["PaymentBatchSettled"];
        SettleReturned [Sent] => Returned, "银行回单登记完毕，全部退票", either::<SettlePaymentBatch, TakeBankReturn>(),
            Keep, Asked, Nobody, Nowhere, ["PaymentBatchSettled"];
    }
}

/// The course of a payment batch.
pub enum Batches {}

impl Procedure for Batches {
    type State = PaymentState;
    type Step = Step;
    type Table = payment_batch::Entity;

    const NAME: &'static str = "payment-batch";
    const TITLE: &'static str = "拨付批次";
    const NOUN: &'static str = "批次";
    const SOURCE: &'static str = "拨付批次";
    const TAG: Option<&'static str> = None;
    const SUBJECT: &'static Subject = &PAYMENT_BATCH;
    const ROWS: &'static [Row<PaymentState, Step>] = ROWS;
    const APART: &'static [Apart<Self>] = &[Apart::<Self>::not(
        Step::Approve,
        Step::Make,
        |row| Some(&row.made_by),
        "本批次由您制单，须由另一位工作人员批准",
    )];
    const ENDS: &'static [PaymentState] = &[PaymentState::Paid, PaymentState::Returned, PaymentState::Withdrawn];

    fn state(row: &Model<Self>) -> Result<PaymentState, Stop> {
        Ok(row.state)
    }
    fn id(row: &Model<Self>) -> String {
        row.id.to_string()
    }
    fn write(change: &mut Change<Self>, state: PaymentState, due: Option<Option<Date>>) {
        change.state = Set(state);
        if let Some(due) = due {
            change.due_on = Set(due);
        }
    }
    fn due(row: &Model<Self>) -> Option<Date> {
        row.due_on
    }
    fn title(row: &Model<Self>, _: &Matter) -> String {
        row.batch_no.clone()
    }
    fn district(row: &Model<Self>) -> DistrictCode {
        row.district
    }
    fn institution(_: &Model<Self>) -> Option<InstitutionId> {
        None
    }
    fn money(row: &Model<Self>) -> Fen {
        row.total
    }
}
