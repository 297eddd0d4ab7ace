//! The rules by which this room refuses (M1), each named once: id, clause, where the fact or limit comes
//! from, the usual way out. A refusal is made from one and the facts; a case that has a source or a way out of its own
//! says so where it is refused.

foundation::rules! {
    RULES;
    IN_DIRECTORY = "目录内", "M1.3", "职业技能培训需求指导目录", "请选择已发布的目录项目";
    FILING = "备案", "M1.4", "备案记录", "不用再办；项目修改后才需要重新备案";
    FILED_FIRST = "先备案", "M1.4", "《进一步强化技能培训八条措施》第一条", "目录发布前须报省人社厅备案；请等备案号下达后再发布";
    STATE = "状态", "M1.3", "目录项目记录", "请刷新页面，看这个项目现在能办什么";
    TWICE = "重复", "M1.1", "本系统目录", "请修改原来的项目，或者换一个年度、等级";
    YEAR = "年度", "M1.2", "《进一步强化技能培训八条措施》第一条", "请填写今年前后一年的年度";
    OCCUPATION = "职业", "M1.1", "《中华人民共和国职业分类大典》", "请从列表中选择职业";
    NAME = "名称", "M1.1", "《进一步强化技能培训八条措施》第一条", "请选择职业，或者填写项目名称";
    PERIODS = "课时", "M1.1", "《进一步强化技能培训八条措施》第一条", "请填写合理的课时";
    ONLINE = "线上", "M5.1", "《进一步强化技能培训八条措施》第一条", "请降低线上课时占比";
    LEVEL = "等级", "M1.1", "技能等级代码表", "请从列表中选择等级";
    RATE = "标准", "M1.1", "填写说明", "请写短一些";
    DOCUMENT_NO = "文号", "M1.3", "《进一步强化技能培训八条措施》第一条", "请照文件填写完整的文号，例如：晋人社〔2026〕45号";
    REQUIRED = "必填", "M1.3", "《进一步强化技能培训八条措施》第一条", "请填写";
}
