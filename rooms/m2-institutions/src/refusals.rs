//! The rules by which this room refuses (M2, M3.7), each named once: id, clause, where the fact or limit comes
//! from, the usual way out. A refusal is made from one and the facts; a case that has a source or a way out of its own
//! says so where it is refused.

foundation::rules! {
    RULES;
    IN_DIRECTORY = "目录内", "M2.4", "《进一步强化技能培训八条措施》第二条", "请先按通知整改，由目录所在地人社部门恢复后再申请";
    TELEPHONE = "电话", "M2.1", "《进一步强化技能培训八条措施》第二条", "请填写区号加座机号（如 0595-85780001）或 11 位手机号";
    LICENCE = "许可证", "M2.1", "办学许可证", "请换证后再列入目录";
    SEATS = "座位", "M2.1", "《进一步强化技能培训八条措施》第二条", "请填写 1 以上的座位数";
    PAYEE = "收款账户", "M8.9", "机构目录", "请换一位工作人员复核";
    TWO_INSPECTORS = "两人核实", "M3.7", "《进一步强化技能培训八条措施》第三条（实地核实）", "实地核实须两人到场，请填写另一人";
    CHECKED_ON = "核实日期", "M3.7", "《进一步强化技能培训八条措施》第三条（实地核实）", "请填写实际到场核实的日期";
    SAME_DISTRICT = "同地区", "M2.1", "职业技能培训需求指导目录", "请选择机构所在地或上级发布的项目";
    SITE_OF = "场地", "M2.1", "机构场地记录", "请选择本机构的场地";
    ON_SITE = "实地核实", "M3.7", "《进一步强化技能培训八条措施》第三条（实地核实）", "请先安排两人到场核实并登记通过";
    CAPACITY = "规模", "M2.1", "《进一步强化技能培训八条措施》第二条", "请填写 1 以上的同时培训人数";
    VALIDITY = "有效期", "M2.1", "《进一步强化技能培训八条措施》第二条", "请改好有效期";
    CHECKED_ALREADY = "已核", "M2.1", "教师记录", "不用再办；证书变更后才需要重核";
    TWICE = "重复", "M2.1", "机构场地记录", "请换一个能区分的名称";
    SERIAL = "序号", "M2.1", "编号规则", "请联系省级管理员";
    REQUIRED = "必填", "M2.1", "《进一步强化技能培训八条措施》第二条", "请填写";
    USCC = "信用代码", "M2.1", "GB 32100-2015", "请对照营业执照填写";
    ACCOUNT_NUMBER = "账号", "M2.1", "《进一步强化技能培训八条措施》第二条", "请对照开户证明填写";
    PERSON_NAME = "姓名", "M2.1", "居民身份证", "请对照证件填写";
    DOCUMENT = "证件", "M2.1", "居民身份证", "请对照证件填写";
}
