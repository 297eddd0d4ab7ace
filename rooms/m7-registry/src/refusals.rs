//! The rules by which this room refuses (M7.1), each named once: id, clause, where the fact or limit comes
//! from, the usual way out. A refusal is made from one and the facts; a case that has a source or a way out of its own
//! says so where it is refused.

foundation::rules! {
    RULES;
    IDENTITY = "E01", "M7.1", "实名制信息管理系统", "请对照证件核对姓名和号码；改过名的，请学员到县人社部门更正";
    PURPOSE = "查看事由", "M7.1", "个人信息保护", "请写明事由（4 到 100 字），当事人能看到";
    DOCUMENT_NUMBER = "E01", "M7.1", "证件编号规则", "请对照证件把号码写完整";
    ROSTER = "花名册", "M7.1", "花名册", "请按模板填写后再上传";
}
