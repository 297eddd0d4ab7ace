//! The rules by which this room refuses (M8.9), each named once: id, clause, where the fact or limit comes
//! from, the usual way out. A refusal is made from one and the facts; a case that has a source or a way out of its own
//! says so where it is refused.

foundation::rules! {
    RULES;
    TASK = "待办", "M8.9", "今日待办", "请打开这件待办去办理";
}
