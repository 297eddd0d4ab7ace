//! The lines of the authenticity and completeness review (真实性完备性审核; M3.1, domain §4.1, risk rules of
//! §10.4). Pure: it is given what was found in the rows and says pass or fail with fact, source and fix.

use foundation::codes::{DirectoryState, NeedsState, ReviewResult};
use foundation::{Date, Periods, Refusal};
use reckoning::policy::Policy;
use store::tables::supervision::{class_session, enrolment, training_class};

use super::{opening, timetable};

/// One answered or open line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `completeness` or `authenticity`.
    pub list: &'static str,
    /// Stable code: `W…` of the application's own completeness, a risk rule's id, `H…` for humans.
    pub code: &'static str,
    /// What is checked.
    pub title: &'static str,
    /// False: a human must answer.
    pub by_machine: bool,
    /// None: open.
    pub result: Option<ReviewResult>,
    /// What is so.
    pub fact: String,
    /// Where it is from.
    pub source: String,
    /// How to fix.
    pub fix: String,
}

/// The account that the institution's money goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Account {
    Missing,
    Own,
    Shared,
}

/// What was found in the rows of the database, ready to be judged. Lists hold masked sentences.
pub struct Found<'a> {
    /// The class.
    pub class: &'a training_class::Model,
    /// Its roster.
    pub roster: &'a [enrolment::Model],
    /// Its timetable.
    pub sessions: &'a [class_session::Model],
    /// The policy in force today.
    pub policy: &'a Policy,
    /// Today.
    pub today: Date,
    /// E01: documents that do not fit their holder's row.
    pub bad_identity: Vec<String>,
    /// E08: outside the age limits on the first day.
    pub not_entitled: Vec<String>,
    /// E11: paid or being paid as often as the policy allows.
    pub paid_too_often: Vec<String>,
    /// E12: paid or being paid for the same item.
    pub paid_before: Vec<String>,
    /// C01: phones of three or more on the roster.
    pub shared_phones: Vec<String>,
    /// T01: same person, overlapping session of another class.
    pub clashes: Vec<String>,
    /// T03: same teacher elsewhere.
    pub teacher_clashes: Vec<String>,
    /// T05: same room, another class.
    pub room_clashes: Vec<String>,
    /// Teachers whose papers are not on file.
    pub teacher_gaps: Vec<String>,
    /// Teachers whose certificate nobody has verified.
    pub unverified_teachers: Vec<String>,
    /// I02: trainees at once with this class, and the directory line's capacity; none without a line.
    pub capacity: Option<(i64, i64)>,
    /// I09.
    pub licence_until: Date,
    /// I01: the institution's state.
    pub institution_state: DirectoryState,
    /// I01: the item's state and its least and most periods.
    pub item_state: NeedsState,
    /// See above.
    pub item_periods: (Periods, Periods),
    /// The item's own cap on online periods, percent.
    pub item_online_cap: i32,
    /// I10: day of the last verification that passed, and until when it says it holds.
    pub site_verified: Option<(Date, Date)>,
    /// Seats of the smallest room used.
    pub seats: i32,
    /// C02.
    pub account: Account,
    /// First day that may be applied for today.
    pub earliest: Date,
}

/// All lines: the machine's answered, the humans' open.
pub fn lines(found: &Found<'_>) -> Vec<Line> {
    let mut all = completeness(found);
    all.extend(authenticity(found));
    all.extend(human(found));
    all
}

fn judged(list: &'static str, code: &'static str, title: &'static str, bad: Option<String>, good: String, source: &str, fix: &str) -> Line {
    let (result, fact) = match bad {
        Some(fact) => (ReviewResult::Fail, fact),
        None => (ReviewResult::Pass, good),
    };
    Line { list, code, title, by_machine: true, result: Some(result), fact, source: source.into(), fix: fix.into() }
}

fn completeness(found: &Found<'_>) -> Vec<Line> {
    let (class, policy) = (found.class, found.policy);
    let line = |code, title, bad, good: String, source: &str, fix: &str| judged("completeness", code, title, bad, good, source, fix);
    let total = class.periods_total;
    let sum = Periods::sum([class.periods_theory, class.periods_practice, class.periods_online]);
    let (least, most) = found.item_periods;
    let plan = if sum != Some(total) {
        Some(format!("各类课时相加不等于总课时 {total}"))
    } else if !(least..=most).contains(&total) {
        Some(format!("总课时 {total}，目录规定 {least} 到 {most}"))
    } else {
        None
    };
    let share = reckoning::share::check_plan(class.periods_online, total, policy).map(|no| no.fact).or_else(|| {
        (!reckoning::share::online_share_ok(class.periods_online, total, found.item_online_cap))
            .then(|| format!("线上 {} 课时，超过本项目 {}% 的上限", class.periods_online, found.item_online_cap))
    });
    let no_place = found.sessions.iter().filter(|one| one.teacher_name.is_empty() || one.place.is_empty()).count();
    let exam =
        if class.exam_plan.trim().is_empty() { Some("没有考核方案".to_owned()) } else { opening::exam_day(class.ends_on, class.exam_on, policy).err() };
    let empty = |text: &str, words: &str| text.trim().is_empty().then(|| words.to_owned());
    let signed = found.roster.iter().filter(|one| one.pledged_at.is_some()).count();
    let first = |list: Vec<String>| list.into_iter().next();
    vec![
        roster_line(found),
        line(
            "W02",
            "教学计划",
            plan,
            format!("理论 {} + 实操 {} + 线上 {} = {total} 课时", class.periods_theory, class.periods_practice, class.periods_online),
            "教学计划；需求指导目录",
            "请按目录规定的课时安排，各类相加等于总课时",
        ),
        line(
            "W03",
            "线上课时占比",
            share,
            format!("线上 {} 课时，未超过 {}%", class.periods_online, policy.online_cap_pct().min(found.item_online_cap)),
            policy.document("online_cap_pct"),
            "请减少线上课时，改为线下",
        ),
        line(
            "W04",
            "课表覆盖计划",
            opening::timetable_covers(class, found.sessions).err(),
            format!("{} 次课，各类课时与计划一致，都在班期之内", found.sessions.len()),
            "课程表",
            "请重新生成课表，或增减课次",
        ),
        line(
            "W05",
            "每日课时",
            first(timetable::overfull_days(found.sessions, policy)),
            format!("每天不超过 {} 课时，课次不重叠", policy.max_periods_per_day()),
            policy.document("max_periods_per_day"),
            "请把当天的课分到别的日子",
        ),
        line(
            "W06",
            "老师和地点",
            (no_place > 0).then(|| format!("有 {no_place} 次课没有老师或地点")),
            "每次课都有老师和地点".into(),
            "课程表",
            "请在课表里补齐",
        ),
        line("W07", "师资材料", some(&found.teacher_gaps), "任课教师的资格和证书编号齐全".into(), "教师名册", "请在机构资料里补齐教师的资格和证书编号"),
        line(
            "W08",
            "教学资源",
            empty(&class.materials, "没有填教材或数字课程"),
            "已列明教材或数字课程".into(),
            "开班申请材料",
            "请填写教材名称、书号或数字课程",
        ),
        line(
            "W09",
            "考核方案",
            exam,
            class.exam_on.map_or_else(String::new, |day| format!("{} 考核，方案已填", chinese(day))),
            policy.document("exam_within_days"),
            "请填考核方式、合格线和日期",
        ),
        line("W10", "保险与安全预案", empty(&class.safety_plan, "没有填"), "已填写".into(), "开班申请材料", "请填写保险和安全安排"),
        line(
            "W11",
            "机构承诺书",
            class.institution_pledged_at.is_none().then(|| "机构还没有承诺".into()),
            "机构承诺对培训全过程及真实性负责".into(),
            "承诺书",
            "提交时请勾选机构承诺",
        ),
        line("W12", "学员承诺书", None, format!("已签 {signed} / {} 人，其余学员第一次签到时在手机上签", found.roster.len()), "承诺书", ""),
        line(
            "W13",
            "提前申请",
            (class.starts_on < found.earliest).then(|| format!("{} 开班，今天申请最早可在 {} 开班", chinese(class.starts_on), chinese(found.earliest))),
            format!("提前 {} 个工作日以上", policy.submit_workdays_before()),
            policy.document("submit_workdays_before"),
            "请推后开班日期",
        ),
    ]
}

fn roster_line(found: &Found<'_>) -> Line {
    let (count, class, policy) = (i32::try_from(found.roster.len()).unwrap_or(i32::MAX), found.class, found.policy);
    let no_phone = found.roster.iter().filter(|one| one.phone_masked.is_empty()).count();
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
    judged(
        "completeness",
        "W01",
        "学员名册",
        bad,
        format!("{count} 人，姓名、证件、电话、类别齐全"),
        &format!("花名册；{}", policy.document("class_min")),
        "请补齐名册，人数不少于最低班额、不超过计划",
    )
}

fn authenticity(found: &Found<'_>) -> Vec<Line> {
    let (class, policy, count) = (found.class, found.policy, found.roster.len());
    let line = |code, title, bad, good: String, source: &str, fix: &str| judged("authenticity", code, title, bad, good, source, fix);
    let crowded = i32::try_from(count).unwrap_or(i32::MAX) > found.seats;
    let room = some(&found.room_clashes).or_else(|| crowded.then(|| format!("名册 {count} 人，教室只有 {} 座", found.seats)));
    let account = match found.account {
        Account::Missing => Some("机构没有登记收款账户".to_owned()),
        Account::Shared => Some("收款账户同时登记在另一家机构名下".to_owned()),
        Account::Own => None,
    };
    let full = found.capacity.and_then(|(at_once, most)| (at_once > most).then(|| format!("连同在办的班共 {at_once} 人，机构目录核定 {most} 人")));
    let licence = (found.licence_until < class.ends_on).then(|| format!("办学许可证 {} 到期，早于班期结束", chinese(found.licence_until)));
    vec![
        line(
            "E01",
            "身份证件",
            some(&found.bad_identity),
            format!("{count} 人证件号码、出生日期、校验位一致，没有重复"),
            "实名制信息管理系统",
            "请对照证件核对后重新登记",
        ),
        line(
            "E08",
            "补贴对象年龄",
            some(&found.not_entitled),
            format!("{count} 人开班当天都在 {} 到 {} 周岁之内", policy.age_min(), policy.age_max()),
            policy.document("age_max"),
            "请移出名册，可以自费参加",
        ),
        line(
            "E11",
            "累计享受次数",
            some(&found.paid_too_often),
            format!("没有人达到 {} 次", policy.max_paid_count()),
            policy.document("max_paid_count"),
            "请移出名册，可以自费参加",
        ),
        line("E12", "同一项目不重复", some(&found.paid_before), "没有人领过同一项目的补贴".into(), "本系统补贴记录", "请把已领过的学员移出名册"),
        line("T01", "同时段多班", some(&found.clashes), "没有人同时段在别的班上课".into(), "本系统全省课程表", "请学员二选一，或调整课程表"),
        line("T03", "教师同时段两处授课", some(&found.teacher_clashes), "老师没有同时段在别处上课".into(), "本系统全省课程表", "请换老师或调整时间"),
        line("T05", "教室冲突与容量", room, format!("教室没有冲突，{} 座够用", found.seats), "机构场地；课程表", "请换教室或调整时间"),
        line("C02", "收款账户", account, "机构收款账户已登记，没有与别的机构共用".into(), "机构目录", "请到县人社部门核对机构账户"),
        line("J01", "教师证书", some(&found.unverified_teachers), "任课教师证书已经核验".into(), "教师名册", "请先由县人社部门核验教师证书"),
        line(
            "I01",
            "目录内项目",
            directory_gap(found),
            "项目、场地在机构目录和需求目录之内".into(),
            "机构目录；需求指导目录",
            "目录外的项目不能开班，请先列入目录",
        ),
        line(
            "I02",
            "培训能力",
            full,
            found.capacity.map_or_else(String::new, |(at_once, most)| format!("连同在办的班共 {at_once} 人，核定 {most} 人")),
            "机构目录",
            "请减少人数或推后开班",
        ),
        line("I09", "办学资质", licence, format!("办学许可证有效到 {}", chinese(found.licence_until)), "机构目录", "请先换证并更新目录"),
        line(
            "I10",
            "场地实地核实",
            site_gap(found),
            found.site_verified.map_or_else(String::new, |(on, _)| format!("{} 实地核实合格", chinese(on))),
            policy.document("site_valid_months"),
            "请县人社部门先实地核实",
        ),
    ]
}

fn directory_gap(found: &Found<'_>) -> Option<String> {
    if !found.institution_state.may_open_classes() {
        return Some(format!("机构现在是“{}”，不能开新班", found.institution_state.label()));
    }
    if found.item_state != NeedsState::Published {
        return Some(format!("“{}”不在现行的需求指导目录里", found.class.item_name));
    }
    found.capacity.is_none().then(|| format!("机构目录里没有这个场地的“{}”", found.class.item_name))
}

fn site_gap(found: &Found<'_>) -> Option<String> {
    let Some((on, until)) = found.site_verified else { return Some("场地没有合格的实地核实记录".into()) };
    let months = chrono::Months::new(u32::try_from(found.policy.site_valid_months()).unwrap_or(0));
    let last = on.checked_add_months(months).unwrap_or(on).min(until);
    (last < found.today || last < found.class.starts_on).then(|| format!("上次核实是 {}，{} 到期", chinese(on), chinese(last)))
}

fn some(list: &[String]) -> Option<String> {
    (!list.is_empty()).then(|| list.join("；"))
}

fn chinese(day: Date) -> String {
    ui::dates::full_day(day)
}

/// What only people can see; what the machine noticed on the way is said as a hint.
fn human(found: &Found<'_>) -> Vec<Line> {
    let count = i64::try_from(found.roster.len()).unwrap_or(0);
    let sample = (count * i64::from(found.policy.phone_sample_pct())).div_euclid(100) + i64::from(count * i64::from(found.policy.phone_sample_pct()) % 100 > 0);
    let shared = some(&found.shared_phones).map_or_else(String::new, |who| format!("；注意 C01：{who}"));
    [
        ("H01", "completeness", "教材和考核方案适用", String::new()),
        ("H02", "authenticity", "教师证书原件与本人一致", String::new()),
        ("H03", "authenticity", "电话抽核：本人知情并自愿参加", format!("至少抽 {sample} 人{shared}")),
        ("H04", "authenticity", "场地照片与实地核实一致", String::new()),
    ]
    .into_iter()
    .map(|(code, list, title, fact)| Line {
        list,
        code,
        title,
        by_machine: false,
        result: None,
        fact,
        source: "经办人核对".into(),
        fix: "请退回机构补正".into(),
    })
    .collect()
}

/// The failed lines as refusals, for the institution.
pub fn failures(lines: &[Line]) -> Vec<Refusal> {
    lines
        .iter()
        .filter(|line| line.result == Some(ReviewResult::Fail))
        .map(|line| Refusal::new(line.code, "M3.1", format!("{}：{}", line.title, line.fact), line.source.clone(), line.fix.clone()))
        .collect()
}
