//! The rules by which this crate refuses (M3.2–M3.9, M5.1, M7), each named once: id, clause, where the fact or limit
//! comes from, the usual way out. A refusal is made from one and the facts; a case that has a source or a way out of
//! its own says so where it is refused.

foundation::rules! {
    RULES;
    E04 = "E04", "M3.9", "本系统记录", "不能列入补贴对象，可以自费参训；待遇信息有误的，请到社保经办机构更正";
    E05 = "E05", "M3.9", "本系统记录", "不能列入补贴对象，可以自费参训；已毕业或学籍有误的，请补充毕业材料";
    E06 = "E06", "M3.9", "本系统记录", "不能列入补贴对象，可以自费参训；编制信息有误的，请补充证明";
    E17 = "E17", "M7.1", "“凡补必进，不进不补”；实名制登记库", "请先补办求职、失业、就业或培训实名登记，再申请补贴";
    AGE = "E08", "M3.9", "本系统记录", "不能列入补贴对象；出生日期有误的，请核对身份证件";
    ATTENDANCE_RATE = "A01", "M3.2", "本系统记录", "该学员不能申领补贴；考勤有误的，请在补贴申领前提出更正并附证据";
    CERTIFIED = "M3.3", "M3.3", "培训合格证书登记", "请在考核期限内安排补考，或从申领名单中移出";
    FEEDBACK = "M3.4", "M3.4", "学员评价记录", "请提醒学员完成评价";
    CLAIM_WINDOW = "M7.5", "M7.5", "风控预警记录", "请先核查并处理预警";
    PAID_TOO_OFTEN = "E11", "M3.9", "本系统记录", "不能再享受培训补贴，可以自费参训；评价补贴另行计次";
    PAID_BEFORE = "E12", "M3.9", "本系统记录", "同一项目只补贴一次，请从申领名单中移出";
    E16 = "E16", "M3.9", "本系统记录", "已过申领期限，不予受理；因不可抗力耽误的，请附证明由人社部门核定";
    ONLINE_SHARE = "M5.1", "M5.1", "本系统记录", "请减少线上课时，或增加线下课时";
}
