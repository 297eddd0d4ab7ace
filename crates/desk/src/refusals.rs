//! The rules by which this crate refuses (M7, M8), each named once: id, clause, where the fact or limit comes
//! from, the usual way out. A refusal is made from one and the facts; a case that has a source or a way out of its own
//! says so where it is refused.

foundation::rules! {
    RULES;
    EXPORT_LIMIT = "导出上限", "M7.2", "导出设置", "请用筛选缩小范围后再导出";
    ONCE_ONLY = "幂等", "M7.1", "Idempotency-Key", "请为新的办理换一个键";
    PASSWORD = "口令", "M8.2", "网络安全等级保护三级要求", "请另设一个密码";
    PARAMETERS = "政策参数", "M8.1", "政策参数表", "请由省、市人社部门补齐参数后再办";
    /// A step that the thing's state does not allow.
    STEP = "办理步骤", "M8.9", "办理步骤表", "请刷新页面，按当前步骤办理";
    /// Somebody else must do it.
    APART = "职责分离", "M8.4", "办理步骤表", "请由另一位工作人员办理";
    /// What a page showed has changed since.
    CHANGED = "内容已变", "M8.9", "办理记录", "请看最新的内容，再决定怎么办";
}
