//! Lists that say where something stands: the states that procedures move (domain.md §2.3, §3.3, §4.1, §7.4).
//! Serves M1–M8.

use crate::code_enum::code_enum;

code_enum! {
    /// States of a class under full-process supervision (M3.1–M3.4; domain.md §4.1).
    FullProcessState("班级状态") {
        Draft = "A00", "草稿";
        Submitted = "A10", "已提交开班申请";
        Returned = "A15", "补正";
        UnderReview = "A20", "真实性完备性审核中";
        Refused = "A25", "不予开班";
        Approved = "A30", "准予开班";
        InTraining = "A40", "培训中";
        Suspended = "A45", "中止";
        TrainingEnded = "A50", "培训结束";
        Examining = "A60", "结业考核中";
        ResultsReview = "A65", "考核结果复核/公示";
        Certified = "A70", "已发证";
        FeedbackDone = "A80", "学员评价完成";
        Claimed = "A85", "补贴申报";
        Archived = "A90", "已归档";
        Withdrawn = "A99", "撤销";
    }
}

code_enum! {
    /// How far a class is, whatever its regime (M3.11): what cards, public numbers and the register count by.
    ClassPhase("办到哪一步") {
        Draft = "draft", "草稿，还没有提交";
        Returned = "returned", "等机构补正";
        Waiting = "waiting", "等待审核";
        Approved = "approved", "已准予，还没开课";
        Teaching = "teaching", "正在培训";
        Stopped = "stopped", "停课整改";
        Assessing = "assessing", "结业考核";
        Certified = "certified", "已发证，在申领补贴";
        Archived = "archived", "已归档";
        Ended = "ended", "没有开成";
    }
}

code_enum! {
    /// States of a subsidy claim (M3; domain.md §7.4).
    ClaimState("申领状态") {
        Draft = "S00", "草稿";
        Submitted = "S10", "已提交";
        Returned = "S15", "补正";
        Accepted = "S20", "已受理";
        NotPassed = "S25", "不予通过";
        FirstReviewed = "S30", "初审通过";
        SecondReviewed = "S40", "复审通过";
        Published = "S50", "公示中";
        UnderObjection = "S55", "异议核查中";
        NoObjection = "S60", "公示无异议";
        FinanceReviewed = "S70", "已列入批次，待财政复核";
        Paying = "S80", "拨付中";
        PaymentReturned = "S85", "退票";
        Paid = "S90", "已拨付";
        Recovering = "S95", "追回中";
        Recovered = "S99", "已追回";
    }
}

code_enum! {
    /// State of one payee's line in a payment batch (domain.md §7.4 S80–S90).
    PaymentState("拨付状态") {
        Pending = "DB", "待拨付";
        Sent = "YS", "已送银行";
        Paid = "DZ", "已到账";
        Returned = "TP", "退票";
        Withdrawn = "CH", "已撤回";
    }
}

code_enum! {
    /// State of a public objection to a published claim (domain.md §7.4 S55).
    ObjectionState("异议状态") {
        Open = "YY10", "核查中";
        Upheld = "YY20", "异议成立";
        Dismissed = "YY30", "异议不成立";
        AnsweredAlong = "YY40", "随另一条异议答复";
    }
}

code_enum! {
    /// States of a correction of a payee's account (M8.9; domain.md §10.4 F04).
    PayeeState("收款账户更正状态") {
        Proposed = "ZH10", "等待复核";
        Confirmed = "ZH20", "已生效";
        Declined = "ZH30", "已退回";
        Withdrawn = "ZH40", "已撤回";
    }
}

code_enum! {
    /// States of a trainee's word about his attendance (M3.2; domain.md §4.0).
    DisputeState("考勤异议状态") {
        Open = "YY10", "核实中";
        Upheld = "YY20", "属实";
        Dismissed = "YY30", "不属实";
    }
}

code_enum! {
    /// State of an institution or of one of its directory items (M2; domain.md §3.3).
    DirectoryState("目录状态") {
        Applying = "APPLYING", "申报中";
        FormalCheck = "FORMAL", "形式审查";
        OnSiteCheck = "ONSITE", "实地核实";
        Scoring = "SCORING", "评审打分";
        Publicity = "PUBLICITY", "公示中";
        Filing = "FILING", "报省备案中";
        Listed = "LISTED", "目录内";
        Warned = "WARNED", "警示(黄)";
        Suspended = "SUSPENDED", "暂停承训(红)";
        Rectifying = "RECTIFY", "限期整改";
        Removed = "REMOVED", "移出目录";
        Left = "WITHDRAWN", "自愿退出";
        Expired = "EXPIRED", "到期";
    }
}

impl DirectoryState {
    /// True when the institution stands in the published directory and may open new classes (M2; §3.3).
    pub const fn may_open_classes(self) -> bool {
        match self {
            Self::Listed | Self::Warned => true,
            Self::Applying
            | Self::FormalCheck
            | Self::OnSiteCheck
            | Self::Scoring
            | Self::Publicity
            | Self::Filing
            | Self::Suspended
            | Self::Rectifying
            | Self::Removed
            | Self::Left
            | Self::Expired => false,
        }
    }
}

code_enum! {
    /// State of one item of the needs catalogue (M1; domain.md §2.3).
    NeedsState("目录项目状态") {
        Draft = "DRAFT", "起草";
        Published = "PUBLISHED", "已发布";
        Delisted = "DELISTED", "已移出";
    }
}

code_enum! {
    /// Whether an account may sign in (M8.4; domain §12.3).
    AccountState("账号状态") {
        Active = "ON", "在用";
        Disabled = "OFF", "停用";
    }
}
