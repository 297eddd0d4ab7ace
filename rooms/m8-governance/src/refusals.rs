//! The rules by which this room refuses (M8), each named once: id, clause, where the fact or limit comes
//! from, the usual way out. A refusal is made from one and the facts; a case that has a source or a way out of its own
//! says so where it is refused.

foundation::rules! {
    RULES;
    PASSWORD = "口令", "M8.4", "网络安全等级保护三级要求", "请另设一个密码";
    ACCOUNT_REACH = "账号范围", "M8.4", "账号管理规定", "学员账号随登录条建立，请在班级页发登录条";
    ACCOUNT_NAME = "账号名", "M8.4", "账号管理规定", "请用 3 到 40 个小写字母、数字、点或横线，以字母或数字开头，不要用证件号码";
    DEMO_CLOCK = "演示时钟", "M8.9", "演示环境", "请选近一些的时间";
    ONE_TIME_CODE = "动态口令", "M8.4", "网络安全等级保护三级要求", "请看手机上的动态口令，重新输入六位数字";
    ACCOUNT_OFFICE = "账号单位", "M8.4", "账号管理规定", "请写单位全称，不超过 100 字";
    INSTITUTION_ACCOUNT = "机构账号", "M2.4", "账号登记", "请让该机构的系统管理员在“账号”页给同事开账号；他忘了密码时，请本局系统管理员重置";
    ACCOUNT_REASON = "账号事由", "M8.4", "账号管理规定", "请写明原因（2 到 100 字），例如：调离岗位、手机丢失";
    ACCOUNT_STATE = "账号状态", "M8.4", "账号登记", "请先启用，再重置";
    SLIP = "登录条", "M7.1", "班级状态", "准予开班之后才能发登录条";
    PARAMETERS = "政策参数", "M8.2", "政策参数文件", "请对照政策文件改好参数后再载入";
    HOLDER_NAME = "账号姓名", "M8.4", "账号管理规定", "请填写本人姓名";
}
