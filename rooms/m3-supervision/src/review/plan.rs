//! What the application itself must have (完备性; M3.1): roster, plan, timetable, papers, pledge, notice.

use foundation::Periods;

use super::Run::Judge;
use super::{Case, Judged, check, chinese};
use crate::rules::{opening, timetable};

check! { ROSTER in Completeness "学员名册", "W01", "M3.1", "花名册", "请补齐名册，人数不少于最低班额、不超过计划", Roster, Judge(roster) }

fn roster(case: &Case<'_>) -> Judged {
    let (count, class, policy) = (i32::try_from(case.roster.len()).unwrap_or(i32::MAX), case.class, case.policy);
    let no_phone = case.roster.iter().filter(|one| one.phone_masked.is_empty()).count();
    let bad = if count == 0 {
        Some("名册还是空的".to_owned())
    } else if count < policy.class_min() {
        Some(format!("名册 {count} 人，不到最少 {} 人", policy.class_min()))
    } else if count > class.planned_persons {
        Some(format!("名册 {count} 人，超过计划的 {} 人", class.planned_persons))
    } else if no_phone > 0 {
        Some(format!("有 {no_phone} 人没有联系电话"))
    } else {
        None
    };
    Judged::of(bad, format!("{count} 人，姓名、证件、电话、类别齐全"))
        .source(format!("花名册；{}", policy.document("class_min")))
}

check! { PERIODS in Completeness "教学计划", "W02", "M3.1", "教学计划；需求指导目录", "请按目录规定的课时安排，各类相加等于总课时", Plan, Judge(periods) }

fn periods(case: &Case<'_>) -> Judged {
    let (class, least, most) = (case.class, case.item.periods_min, case.item.periods_max);
    let total = class.periods_total;
    let sum = Periods::sum([class.periods_theory, class.periods_practice, class.periods_online]);
    let bad = if sum != Some(total) {
        Some(format!("各类课时相加不等于总课时 {total}"))
    } else if !(least..=most).contains(&total) {
        Some(format!("总课时 {total}，目录规定 {least} 到 {most}"))
    } else {
        None
    };
    let good = format!(
        "理论 {} + 实操 {} + 线上 {} = {total} 课时",
        class.periods_theory, class.periods_practice, class.periods_online
    );
    Judged::of(bad, good)
}

check! { ONLINE in Completeness "线上课时占比", "W03", "M5.1", "政策参数", "请减少线上课时，改为线下", Plan, Judge(online) }

fn online(case: &Case<'_>) -> Judged {
    let (class, policy, cap) = (case.class, case.policy, case.item.online_cap_pct);
    let total = class.periods_total;
    let bad = reckoning::share::check_plan(class.periods_online, total, policy).map(|no| no.fact).or_else(|| {
        (!reckoning::share::online_share_ok(class.periods_online, total, cap))
            .then(|| format!("线上 {} 课时，超过本项目 {cap}% 的上限", class.periods_online))
    });
    let good = format!("线上 {} 课时，未超过 {}%", class.periods_online, policy.online_cap_pct().min(cap));
    Judged::of(bad, good).source(policy.document("online_cap_pct"))
}

check! { COVERS in Completeness "课表覆盖计划", "W04", "M3.1", "课程表", "请重新生成课表，或增减课次", Timetable, Judge(|case| {
    let good = format!("{} 次课，各类课时与计划一致，都在班期之内", case.sessions.len());
    Judged::of(opening::timetable_covers(case.class, &case.sessions).err(), good)
}) }

check! { DAILY in Completeness "每日课时", "W05", "M3.1", "政策参数", "请把当天的课分到别的日子", Timetable, Judge(|case| {
    let bad = timetable::overfull_days(&case.sessions, case.policy).into_iter().next();
    let good = format!("每天不超过 {} 课时，课次不重叠", case.policy.max_periods_per_day());
    Judged::of(bad, good).source(case.policy.document("max_periods_per_day"))
}) }

check! { TAUGHT in Completeness "老师和地点", "W06", "M3.1", "课程表", "请在课表里补齐", Timetable, Judge(|case| {
    let open = case.sessions.iter().filter(|one| one.teacher_name.is_empty() || one.place.is_empty()).count();
    Judged::of((open > 0).then(|| format!("有 {open} 次课没有老师或地点")), "每次课都有老师和地点")
}) }

check! { TEACHERS in Completeness "师资材料", "W07", "M3.1", "教师名册", "请在机构资料里补齐教师的资格和证书编号", Institution, Judge(|case| {
    let bad = case.teachers_who(|one| one.qualification.trim().is_empty() || one.certificate_no.trim().is_empty());
    Judged::of(bad, "任课教师的资格和证书编号齐全")
}) }

check! { MATERIALS in Completeness "教学资源", "W08", "M3.1", "开班申请材料", "请填写教材名称、书号或数字课程", Plan, Judge(|case| {
    Judged::of(empty(&case.class.materials, "没有填教材或数字课程"), "已列明教材或数字课程")
}) }

check! { EXAM in Completeness "考核方案", "W09", "M3.1", "政策参数", "请填考核方式、合格线和日期", Plan, Judge(|case| {
    let (class, policy) = (case.class, case.policy);
    let bad = empty(&class.exam_plan, "没有考核方案")
        .or_else(|| opening::exam_day(class.ends_on, class.exam_on, policy).err());
    let good = class.exam_on.map_or_else(String::new, |day| format!("{} 考核，方案已填", chinese(day)));
    Judged::of(bad, good).source(policy.document("exam_within_days"))
}) }

check! { SAFETY in Completeness "保险与安全预案", "W10", "M3.1", "开班申请材料", "请填写保险和安全安排", Plan, Judge(|case| {
    Judged::of(empty(&case.class.safety_plan, "没有填"), "已填写")
}) }

check! { PLEDGE in Completeness "机构承诺书", "W11", "M3.1", "承诺书", "提交时请勾选机构承诺", Office, Judge(|case| {
    Judged::of(case.class.institution_pledged_at.is_none().then(|| "机构还没有承诺".into()), "机构承诺对培训全过程及真实性负责")
}) }

check! { TRAINEES_PLEDGES in Completeness "学员承诺书", "W12", "M7.1", "承诺书", "", Roster, Judge(|case| {
    let signed = case.roster.iter().filter(|one| one.pledged_at.is_some()).count();
    Judged::of(None, format!("已签 {signed} / {} 人，其余学员第一次签到时在手机上签", case.roster.len()))
}) }

check! { EARLY in Completeness "提前申请", "W13", "M3.1", "政策参数", "请推后开班日期", Plan, Judge(|case| {
    let (class, policy) = (case.class, case.policy);
    let days = u32::try_from(policy.submit_workdays_before()).unwrap_or(0);
    let earliest = case.desk.premises.calendar.add_workdays(crate::queries::applied_on(case.desk, class), days).date;
    let bad = (class.starts_on < earliest)
        .then(|| format!("{} 开班，今天申请最早可在 {} 开班", chinese(class.starts_on), chinese(earliest)));
    Judged::of(bad, format!("提前 {} 个工作日以上", policy.submit_workdays_before()))
        .source(policy.document("submit_workdays_before"))
}) }

fn empty(text: &str, words: &str) -> Option<String> {
    text.trim().is_empty().then(|| words.to_owned())
}
