//! The list of parameters behind `policy::Policy`, one line each: key, type, default, unit, range,
//! Chinese name, source. Numbers here fill and test `policy/parameters.csv`; none is a fallback.
//! A new parameter is a line here and a line there (docs/adding.md); one that came later than a pin has `absent`.

use chrono::NaiveDate;
use foundation::{Fen, Periods};

use crate::policy::{Absent, FromValue, Key, Policy};

/// The measures themselves.
const MEASURES: &str = "《关于进一步规范职业技能培训管理工作八条措施》";
/// Beneficiaries, counting and exclusion.
const FJ3: &str = "闽人社发〔2024〕3号";
/// Quanzhou's money for completion-certificate classes.
const QZ: &str = "泉人社文〔2024〕88号";

macro_rules! absent {
    () => {
        Absent::Never
    };
    ($value:literal) => {
        Absent::Means($value)
    };
}

macro_rules! policy_table {
    ($($key:ident: $ty:ty = $default:literal $unit:literal, $min:literal ..= $max:literal, $label:literal, $source:expr,
        design $design:literal, waits $waits:expr $(, absent $absent:literal)?;)+) => {
        /// Every parameter of the scheme, in the order in which pins write them.
        pub const KEYS: &[Key] = &[$(
            Key {
                key: stringify!($key), label: $label, default: $default, unit: $unit, range: ($min, $max),
                source: $source,
                is_design: $design, absent: absent!($($absent)?), waits_for: $waits, form: <$ty as FromValue>::FORM,
                fits: |value| <$ty as FromValue>::from_value(value).is_some(),
            },
        )+];
        /// Each key's place in `KEYS`.
        #[derive(Clone, Copy)]
        #[allow(non_camel_case_types)]
        enum Place { $($key,)+ }
        impl Policy {
            $(
                #[doc = concat!($label, "（", $unit, "）")]
                pub fn $key(&self) -> $ty {
                    self.value(Place::$key as usize)
                }
            )+
        }
    };
}

policy_table! {
    // Attendance and hours (domain.md §4.0).
    late_minutes: i32 = 15 "分钟", 0..=60, "签到宽限", "domain §4.0", design true, waits None;
    early_minutes: i32 = 15 "分钟", 0..=60, "签退宽限", "domain §4.0", design true, waits None;
    sign_in_before_minutes: i32 = 60 "分钟", 0..=240, "最早可提前签到", "domain §10.4 T06", design true, waits None;
    sign_out_after_minutes: i32 = 60 "分钟", 0..=240, "下课后可签退", "domain §4.0", design true, waits None;
    roll_call_after_hours: i32 = 24 "小时", 1..=168, "下课后可点名", "domain §4.0", design true, waits None;
    empty_classroom_minutes: i32 = 15 "分钟", 0..=120, "上课多久无人签到须关注", "domain §4.0", design true, waits None, absent 15;
    code_seconds: i32 = 30 "秒", 10..=300, "签到码更换间隔", "domain §4.0", design true, waits None;
    dispute_answer_days: i32 = 2 "日", 1..=30, "考勤异议答复期限", "domain §4.0", design true, waits None;
    slip_days: i32 = 7 "日", 1..=60, "登录条有效期", "domain §12.3", design true, waits None;
    period_minutes: i32 = 45 "分钟", 30..=60, "每课时时长", "domain §4.0", design true, waits None;
    min_rate_pct: i32 = 80 "%", 1..=100, "最低出勤率", "domain §4.0", design true, waits None;
    max_periods_per_day: Periods = 8 "课时", 1..=12, "每日最多课时", "domain §4.0", design true, waits None;
    // Online share (M5.1; domain.md §6.1).
    online_cap_pct: i32 = 40 "%", 0..=99, "线上课时占比上限", MEASURES, design false, waits None;
    payable_online_numerator: i32 = 2 "份", 0..=99, "可计线上课时与实到线下课时之比的分子", "domain §6.1", design true, waits None;
    payable_online_denominator: i32 = 3 "份", 1..=100, "可计线上课时与实到线下课时之比的分母", "domain §6.1", design true, waits None;
    // Money (domain.md §7.1, §7.3 rule 9).
    fen_per_period: Fen = 2500 "分/课时", 0..=100_000, "每课时补贴标准", QZ, design false, waits None;
    min_payable_periods: Periods = 20 "课时", 0..=1000, "最低可补课时", QZ, design false, waits None;
    max_payable_periods: Periods = 80 "课时", 1..=1000, "最高可补课时", QZ, design false, waits None;
    // The class (domain.md §4.0, §4.1).
    class_min: i32 = 10 "人", 1..=1000, "班级最少人数", "domain §4.0", design true, waits None;
    class_max: i32 = 50 "人", 1..=1000, "班级最多人数", "domain §4.0", design true, waits None;
    roster_add_days: i32 = 2 "日", 0..=30, "开班后可增补学员的期限", "domain §4.0", design true, waits Some(19);
    roster_replace_pct: i32 = 20 "%", 0..=100, "可替换学员比例", "domain §4.0", design true, waits Some(19);
    change_max_pct: i32 = 20 "%", 0..=100, "教学计划可变更比例", "domain §4.1", design true, waits Some(19);
    change_notice_hours: i32 = 24 "小时", 0..=720, "变更须提前", "domain §4.1", design true, waits Some(19);
    site_valid_months: i32 = 12 "月", 1..=120, "实地核实有效期", "domain §4.1", design true, waits None;
    // Supervision (domain.md §4.0 spot checks, §8.1).
    inspections_on_site_min: i32 = 1 "次", 0..=100, "每班最少不预告现场检查", "domain §4.0", design true, waits Some(15);
    inspections_video_min: i32 = 2 "次", 0..=100, "每班最少视频检查", "domain §4.0", design true, waits Some(15);
    inspection_answer_days: i32 = 7 "日", 1..=60, "检查意见回复期限", "domain §8.1", design true, waits None;
    phone_sample_pct: i32 = 10 "%", 0..=100, "电话抽查比例", "domain §4.0", design true, waits None;
    rectify_min_days: i32 = 7 "日", 1..=365, "限期整改最短期限", "domain §8.1", design true, waits Some(19);
    rectify_max_days: i32 = 30 "日", 1..=365, "限期整改最长期限", "domain §8.1", design true, waits Some(19);
    // Completion exam and feedback (domain.md §4.1).
    exam_pass_line: i32 = 60 "分", 0..=100, "结业考核合格线", "domain §4.1", design true, waits None;
    exam_min_examiners: i32 = 2 "人", 1..=20, "结业考核最少考评人员", "domain §4.1", design true, waits Some(15);
    feedback_days: i32 = 7 "日", 1..=365, "学员评价期限", "domain §4.1", design true, waits None;
    feedback_pct: i32 = 80 "%", 0..=100, "学员评价完成率", "domain §4.1", design true, waits None;
    // Beneficiaries and counting (domain.md §7.2, §7.3).
    age_min: i32 = 16 "周岁", 14..=30, "最低年龄", "domain §7.2", design true, waits None;
    age_max: i32 = 60 "周岁", 40..=100, "最高年龄", FJ3, design false, waits None;
    max_paid_count: i32 = 3 "次", 0..=100, "培训补贴累计次数上限", FJ3, design false, waits None;
    count_since: NaiveDate = 20_231_220 "年月日", 20_000_101..=29_991_231, "累计次数起算日", "domain §7.3",
        design true, waits None;
    claim_window_months: i32 = 12 "月", 1..=120, "发证后可申领期限", "domain §7.3", design true, waits None;
    // Time limits of a class (domain.md §4.1).
    submit_workdays_before: i32 = 5 "工作日", 0..=90, "开班申请须提前", "domain §4.1", design true, waits None;
    accept_workdays: i32 = 2 "工作日", 1..=90, "开班申请受理期限", "domain §4.1", design true, waits None;
    correction_workdays: i32 = 10 "工作日", 1..=90, "补正期限", "domain §4.1", design true, waits None;
    review_workdays: i32 = 3 "工作日", 1..=90, "真实性完备性审核期限", "domain §4.1", design true, waits None;
    start_within_days: i32 = 30 "日", 1..=365, "准予开班后须开班期限", "domain §4.1", design true, waits None;
    exam_within_days: i32 = 15 "日", 1..=365, "培训结束后须考核期限", "domain §4.1", design true, waits None;
    // Time limits of a claim (domain.md §7.4) and of publicity.
    claim_accept_workdays: i32 = 2 "工作日", 1..=90, "补贴申领受理期限", "domain §7.4", design true, waits None;
    first_review_workdays: i32 = 7 "工作日", 1..=90, "初审期限", "domain §7.4", design true, waits None;
    second_review_workdays: i32 = 5 "工作日", 1..=90, "复审期限", "domain §7.4", design true, waits None;
    publicity_workdays: i32 = 5 "工作日", 1..=90, "公示期", "domain §7.4", design true, waits None;
    objection_workdays: i32 = 5 "工作日", 1..=90, "异议核查期限", "domain §7.4", design true, waits None;
    finance_workdays: i32 = 5 "工作日", 1..=90, "财政复核期限", "domain §7.4", design true, waits None;
    payment_days: i32 = 30 "日", 1..=365, "拨付期限", "domain §7.4", design true, waits None;
    objections_open_max: i32 = 20 "条", 1..=1000, "一份公示同时核查的异议上限", "domain §7.4 S55", design true, waits None, absent 20;
    recovery_days: i32 = 30 "日", 1..=365, "追回缴款期限", "domain §8.3", design true, waits Some(15);
}
