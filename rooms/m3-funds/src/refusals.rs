//! The rules by which this room refuses (M7, M8.9), each named once: id, clause, where the fact or limit comes
//! from, the usual way out. A refusal is made from one and the facts; a case that has a source or a way out of its own
//! says so where it is refused.

foundation::rules! {
    RULES;
    FUND = "资金账户", "M8.9", "资金账户", "请联系系统管理员核对账户";
    BALANCE = "预算余额", "M8.9", "本系统记录", "请财政部门追加预算后再办理";
    BANK_RETURN = "银行回盘", "M8.9", "上传的回盘文件", "请核对回盘文件后重新上传";
    RECEIPT = "银行回单", "M8.9", "拨付批次", "请核对回单后重新提交";
    OBJECTION = "公示异议", "M8.9", "补贴公示", "请在公示页面提出，页面提出的异议不记名";
    CONTACT = "查看联系方式", "M8.9", "个人信息保护", "请写明为什么要联系异议人";
    BUDGET = "年度预算", "M8.9", "资金账户表", "请核对预算文件后重新填写";
    ENDED = "申领终止", "M8.9", "异议处理决定", "不再重算；有新情况的请向县人社部门反映";
    ARCHIVE = "归档", "M3.11", "申领期限", "请等申领期限过后归档";
    BATCH = "拨付批次", "M8.9", "拨付批次", "请写明哪里不对，对方会看到";
    FEWEST_PERIODS = "最低课时", "M8.2", "政策参数", "不能列入本次申领";
    NO_BANK_FILE = "银行代发文件", "M8.9", "拨付批次", "请先批准拨付";
    EXPLANATION = "补正说明", "M8.9", "补贴申领的办理步骤", "只有退回补正的申领可以写补正说明";
    TOLD_ONCE = "一次告知", "M8.9", "补正通知", "请一次写清需要补正的内容";
    PUBLICITY = "公示期", "M8.9", "补贴公示", "请等公示期满";
    PAYEE = "收款账户", "M8.9", "机构目录登记的收款账户", "请先在机构目录登记收款账户";
}
