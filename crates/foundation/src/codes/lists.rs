//! Lists that say what something is: its kind, its route, its source, its result (domain.md §2–§7; code_lists.csv).
//! Serves M1–M8.

use crate::code_enum::code_enum;

code_enum! {
    /// Sex as the identity document says it (GB/T 2261.1).
    Sex("性别") { Male = "1", "男"; Female = "2", "女"; }
}

code_enum! {
    /// Which group a trainee belongs to; the first six are the 六类人员 (domain.md §7.2).
    PersonCategory("人员类别") {
        PovertyMonitored = "C6_1", "防止返贫监测对象/脱贫人员";
        Graduate = "C6_2", "毕业学年(年度)高校毕业生";
        SchoolLeaver = "C6_3", "城乡未继续升学的应届初高中毕业生";
        RuralMigrant = "C6_4", "农村转移就业劳动者";
        RegisteredUnemployed = "C6_5", "城镇登记失业人员";
        HardToEmploy = "C6_6", "就业困难人员";
        EnterpriseEmployee = "EMP", "企业职工";
        Veteran = "VET", "退役军人";
        FlexibleWorker = "FLEX", "灵活就业/新就业形态";
        Other = "OTHER", "其他城乡劳动者";
    }
}

impl PersonCategory {
    /// True for the 六类人员, whom several cities pay more (domain.md §7.2).
    pub const fn is_one_of_six(self) -> bool {
        match self {
            Self::PovertyMonitored
            | Self::Graduate
            | Self::SchoolLeaver
            | Self::RuralMigrant
            | Self::RegisteredUnemployed
            | Self::HardToEmploy => true,
            Self::EnterpriseEmployee | Self::Veteran | Self::FlexibleWorker | Self::Other => false,
        }
    }
}

code_enum! {
    /// What a trainee ends up holding; it decides the supervision regime (M3; domain.md §4).
    CertificateType("证书类型") {
        Completion = "HG", "培训合格证书";
        Qualification = "ZG", "职业资格证书";
        SkillLevel = "DJ", "职业技能等级证书";
        SpecificAbility = "ZX", "专项职业能力证书";
        Entrepreneurship = "CY", "创业培训合格证书";
        Industry = "TZ", "特种作业操作证等行业证";
    }
}

impl CertificateType {
    /// The regime for a class towards this certificate, unless an industry department leads it (M3.3).
    pub const fn regime(self) -> Regime {
        match self {
            Self::Completion | Self::Entrepreneurship => Regime::FullProcess,
            Self::Qualification | Self::SkillLevel | Self::SpecificAbility | Self::Industry => Regime::PlanAndVerify,
        }
    }
}

code_enum! {
    /// The three supervision regimes (M3; domain.md §4.1–§4.3).
    Regime("监管方式") {
        FullProcess = "A", "合格证类（全过程监管）";
        PlanAndVerify = "B", "证书类（计划申报、证书核对）";
        IndustryLed = "C", "行业牵头类（行业主管部门监管）";
    }
}

code_enum! {
    /// Kinds of training in the needs catalogue (M1; domain.md §2.2).
    TrainingType("培训类型") {
        Employment = "JY", "就业技能培训";
        Post = "GW", "岗位技能提升培训(含岗前)";
        Apprenticeship = "XT", "企业新型学徒制培训";
        Entrepreneurship = "CY", "创业培训";
        ProjectBased = "XM", "项目制培训";
        IndustryLed = "HY", "行业主管部门牵头急需紧缺培训";
        OnCertificate = "JZ", "个人见证(自学/自主参训取证)";
    }
}

code_enum! {
    /// 办学性质 of an institution (M2, annex table 2).
    InstitutionKind("办学性质") {
        VocationalSchool = "1", "职业院校";
        TechnicalCollege = "2", "技工院校";
        PrivateTrainingSchool = "3", "民办职业技能培训学校";
        OtherSchool = "4", "其他学校或教育机构";
        Enterprise = "5", "企业(职工培训中心)";
        SocialOrganisation = "6", "社会组织";
        PublicBase = "7", "公共实训基地/高技能人才培训基地";
    }
}

code_enum! {
    /// How an institution came into the directory (M2).
    SelectionRoute("遴选方式") {
        Selection = "LX", "遴选";
        OpenChallenge = "JB", "揭榜挂帅";
        AssessedRecommendation = "PG", "评估推荐";
        Registration = "BA", "备案";
        Tender = "ZB", "招投标";
    }
}

code_enum! {
    /// Class of a shortage programme; drives the multiplier (M1; domain.md §2.2). Absent = no shortage.
    ShortageClass("急需紧缺类别") {
        Service = "FW", "综合服务类";
        Manufacturing = "ZZ", "生产制造类";
        Other = "QT", "其他";
    }
}

code_enum! {
    /// 文化程度 (GB/T 4658-2006, grouped).
    Education("文化程度") {
        Postgraduate = "10", "研究生";
        Bachelor = "20", "大学本科";
        College = "30", "大学专科";
        SecondaryVocational = "40", "中专/技校/职高";
        SeniorHigh = "60", "普通高中";
        JuniorHigh = "70", "初中";
        Primary = "80", "小学";
        Other = "90", "其他";
    }
}

code_enum! {
    /// Where the money comes from; one item has one source (domain.md §7.1).
    FundSource("资金来源") {
        Employment = "JY", "就业补助资金";
        SkillAction = "TS", "职业技能提升行动专账资金";
        UnemploymentInsurance = "SY", "失业保险基金";
        Local = "CZ", "地方财政";
        Industry = "HY", "行业/其他资金";
    }
}

code_enum! {
    /// Kinds of subsidy (domain.md §7.1). `UnemploymentSkill` is another system's, compared only.
    SubsidyKind("补贴种类") {
        Training = "PX", "职业培训补贴";
        Living = "SH", "培训期间生活费补贴";
        Assessment = "PJ", "职业技能评价补贴";
        EmploymentReward = "JC", "培训促进就业奖补";
        Apprenticeship = "XT", "企业新型学徒制补贴";
        UnemploymentSkill = "TS", "失业保险技能提升补贴";
    }
}

code_enum! {
    /// How a subsidy reaches its payee (domain.md §7.4).
    PayMode("拨付方式") {
        ToPerson = "ZB_P", "直补个人";
        ToInstitution = "ZB_O", "直补机构(代领)";
        PayFirst = "XD", "先垫后补";
        OnCertificate = "JZ", "个人见证";
        Prepaid = "YB", "预拨+结算";
    }
}

code_enum! {
    /// How a class meeting is held (domain.md §4.0).
    SessionMode("授课方式") {
        Theory = "THEORY", "理论授课";
        Practice = "PRACTICE", "实操训练";
        Online = "ONLINE", "线上学习";
    }
}

code_enum! {
    /// What an attendance event says (domain.md §4.0).
    AttendanceKind("考勤类别") {
        SignIn = "IN", "签到";
        SignOut = "OUT", "签退";
        RollCall = "ROLL", "点名";
        Correction = "CORR", "更正";
    }
}

code_enum! {
    /// How an attendance event was taken; face is never the only way (domain.md §4.0, §12.2).
    AttendanceMethod("考勤方式") {
        Code = "QR", "动态二维码";
        RollCall = "ROLL", "教师点名";
        FaceApp = "FACE_APP", "手机人脸+定位";
        Kiosk = "KIOSK", "现场人脸终端";
        Manual = "MANUAL", "人工补录(需审批)";
        Online = "ONLINE", "线上学时";
    }
}

code_enum! {
    /// Result of one line of the authenticity and completeness review (M3.2; domain.md §4.1).
    ReviewResult("审核结果") {
        Pass = "PASS", "通过";
        Fail = "FAIL", "不通过";
        NeedsFix = "FIX", "需补正";
        Noted = "NOTE", "请留意";
    }
}

impl ReviewResult {
    /// What a person may find; the machine's remarks are its own.
    pub const FOUND: [Self; 3] = [Self::Pass, Self::NeedsFix, Self::Fail];
    /// Whether nothing waits for it.
    pub const fn holds(self) -> bool {
        match self {
            Self::Pass | Self::Noted => true,
            Self::Fail | Self::NeedsFix => false,
        }
    }
}

code_enum! {
    /// How a process check was made (M3.2; domain.md §4.4).
    InspectionKind("检查方式") {
        OnSite = "SITE", "现场检查";
        Video = "VIDEO", "视频抽查";
        Phone = "PHONE", "电话回访";
        Monitor = "MONITOR", "第三方监督";
    }
}

code_enum! {
    /// What a process check concludes (domain.md §4.4).
    InspectionOpinion("检查意见") {
        Normal = "OK", "正常";
        Rectify = "FIX", "限期整改";
        Stop = "STOP", "停课";
    }
}

code_enum! {
    /// Problems a process check may find (domain.md §4.4).
    InspectionProblem("检查问题") {
        HeadCount = "RS", "人数不符";
        Impostor = "MM", "冒名顶替";
        Teacher = "JS", "教师不符";
        Content = "NR", "内容不符";
        Time = "SJ", "时间不符";
        Place = "DD", "地点不符";
        Equipment = "SB", "设备不足";
        Safety = "AQ", "安全隐患";
        Charging = "SF", "收费问题";
        Papers = "ZL", "资料缺失";
        CameraOffline = "LX", "监控设备离线";
    }
}

code_enum! {
    /// What an account is for within its office (M8.4; domain.md §1.3: the administrator does not decide cases).
    AccountRole("账号岗位") {
        Staff = "staff", "经办人员";
        Administrator = "administrator", "系统管理员";
    }
}

code_enum! {
    /// How a trainee's feedback came in (M3.4): one's own phone, or the class's shared device, where the institution
    /// stands by and whoever reads the answers must know that.
    FeedbackChannel("评价方式") {
        Own = "own", "本人手机";
        Desk = "desk", "评价台";
    }
}
