//! What the room declares: its things and its matters (M2.1–M2.7; M8.9).

use desk::matter::{Ends, Matter};
use desk::subject::{Audience, Subject};
use foundation::{Function, Permission, Right};

/// 培训机构.
pub static INSTITUTION: Subject = Subject {
    kind: "institution",
    formerly: "",
    called: "培训机构",
    folder: "/institutions",
    read: Permission::Public,
};
/// 培训场地.
pub static SITE: Subject = Subject {
    kind: "site",
    formerly: "",
    called: "培训场地",
    folder: "",
    read: Permission::Of(Function::DirectoryPublication, Right::Read),
};
/// 教师.
pub static TEACHER: Subject = Subject {
    kind: "teacher",
    formerly: "",
    called: "教师",
    folder: "",
    read: Permission::Of(Function::DirectoryPublication, Right::Read),
};

/// 收款账户更正.
pub static PAYEE_CHANGE: Subject = Subject {
    kind: "payee-change",
    formerly: "",
    called: "收款账户更正",
    folder: "/payee-changes",
    read: Permission::Of(Function::ClaimPayment, Right::Read),
};

/// The room's subjects.
pub static SUBJECTS: &[&Subject] = &[&INSTITUTION, &SITE, &TEACHER, &PAYEE_CHANGE];

const fn matter(kind: &'static str, called: &'static str, opens: &'static str, ends: Ends) -> Matter {
    Matter {
        kind,
        called,
        audience: Audience::Keeper,
        about: &PAYEE_CHANGE,
        opens,
        at: "",
        quick: None,
        ends,
        not_his: None,
        in_workdays: false,
    }
}
/// 收款账户更正, to be confirmed by a second person.
pub static CONFIRM_PAYEE: Matter = matter("confirm-payee-account", "复核收款账户", "复核", Ends::ByStep);
/// 更正被退回, to be read by whoever proposed it.
pub static PAYEE_DECLINED: Matter = matter("payee-account-declined", "更正被退回", "查看", Ends::Seen);

/// The room's matters.
pub static MATTERS: &[&Matter] = &[&CONFIRM_PAYEE, &PAYEE_DECLINED];
