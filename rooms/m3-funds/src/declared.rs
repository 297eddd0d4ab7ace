//! What the room declares: the things it is about and what stands in queues because of them (M7, M8.9).

use desk::matter::{Ends, Matter};
use desk::subject::{Audience, Subject};
use foundation::{Function, Permission, Right};

/// 补贴申领.
pub static CLAIM: Subject = Subject {
    kind: "claim",
    formerly: "",
    called: "补贴申领",
    folder: "/claims",
    read: Permission::Of(Function::ClaimReview, Right::Read),
};
/// 公示异议.
pub static OBJECTION: Subject = Subject {
    kind: "objection",
    formerly: "",
    called: "公示异议",
    folder: "/objections",
    read: Permission::Of(Function::ClaimReview, Right::Read),
};
/// 拨付批次.
pub static PAYMENT_BATCH: Subject = Subject {
    kind: "payment-batch",
    formerly: "payment_batch",
    called: "拨付批次",
    folder: "/payment-batches",
    read: Permission::Of(Function::ClaimPayment, Right::Read),
};
/// One payee's line of a batch.
pub static PAYMENT_LINE: Subject = Subject {
    kind: "payment-line",
    formerly: "",
    called: "拨付行",
    folder: "",
    read: Permission::Of(Function::ClaimPayment, Right::Read),
};
/// 资金账户.
pub static FUND_ACCOUNT: Subject = Subject {
    kind: "fund-account",
    formerly: "",
    called: "资金账户",
    folder: "",
    read: Permission::Of(Function::ClaimPayment, Right::Read),
};

/// The room's subjects.
pub static SUBJECTS: &[&Subject] = &[&CLAIM, &OBJECTION, &PAYMENT_BATCH, &PAYMENT_LINE, &FUND_ACCOUNT];

const fn matter(
    kind: &'static str,
    called: &'static str,
    audience: Audience,
    about: &'static Subject,
    opens: &'static str,
) -> Matter {
    Matter {
        kind,
        called,
        audience,
        about,
        opens,
        at: "",
        quick: None,
        ends: Ends::ByStep,
        not_his: None,
        in_workdays: false,
    }
}
const fn in_workdays(matter: Matter) -> Matter {
    Matter { in_workdays: true, ..matter }
}

/// 提交申领.
pub static SUBMIT: Matter = matter("submit-claim", "提交申领", Audience::INSTITUTION, &CLAIM, "核对提交");
/// 申领补正.
pub static CORRECT: Matter = in_workdays(matter("correct-claim", "申领补正", Audience::INSTITUTION, &CLAIM, "去补正"));
/// 补贴初审.
pub static FIRST_REVIEW: Matter =
    in_workdays(matter("first-review-claim", "补贴初审", Audience::County, &CLAIM, "审核"));
/// 补贴复审.
pub static SECOND_REVIEW: Matter =
    in_workdays(matter("second-review-claim", "补贴复审", Audience::County, &CLAIM, "审核"));
/// 补贴公示.
pub static PUBLISH: Matter = matter("publish-claim", "补贴公示", Audience::County, &CLAIM, "去公示");
/// 拨付.
pub static PAY: Matter = matter("pay-claim", "拨付", Audience::County, &CLAIM, "去拨付");
/// 退票处理.
pub static CORRECT_PAYMENT: Matter =
    in_workdays(matter("correct-payment", "退票处理", Audience::County, &CLAIM, "去改正"));
/// 批准拨付.
pub static APPROVE_BATCH: Matter =
    in_workdays(matter("approve-batch", "批准拨付", Audience::Finance, &PAYMENT_BATCH, "去批准"));
/// 银行回盘.
pub static SETTLE_BATCH: Matter = matter("settle-batch", "银行回盘", Audience::Finance, &PAYMENT_BATCH, "录回单");
/// 异议核查.
pub static DECIDE_OBJECTION: Matter =
    in_workdays(matter("decide-objection", "异议核查", Audience::County, &OBJECTION, "去核查"));

/// The room's matters.
pub static MATTERS: &[&Matter] = &[
    &SUBMIT,
    &CORRECT,
    &FIRST_REVIEW,
    &SECOND_REVIEW,
    &PUBLISH,
    &PAY,
    &CORRECT_PAYMENT,
    &APPROVE_BATCH,
    &SETTLE_BATCH,
    &DECIDE_OBJECTION,
];
