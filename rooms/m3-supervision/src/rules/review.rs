//! The machine's lines of the authenticity and completeness review (真实性完备性审核; M3.1, domain §4.1).
//! Pure: it is given what was found in the rows and says pass or fail with fact, source and fix.

use foundation::codes::ReviewResult;
use foundation::{Date, Refusal};
use store::tables::supervision::{class_session, enrolment, training_class};

/// One answered or open line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `completeness` or `authenticity`.
    pub list: &'static str,
    /// Stable code.
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

/// What was found in the rows of the database, ready to be judged.
pub struct Found<'a> {
    pub class: &'a training_class::Model,
    pub roster: &'a [enrolment::Model],
    pub sessions: &'a [class_session::Model],
    /// Trainees outside the age limits or otherwise not entitled, with the reason.
    pub not_entitled: Vec<String>,
    /// Same person, overlapping session of another class (masked).
    pub clashes: Vec<String>,
    /// Same teacher or room, overlapping session of another class.
    pub teacher_clashes: Vec<String>,
    pub room_clashes: Vec<String>,
    /// Paid before for the same item.
    pub paid_before: Vec<String>,
    pub unverified_teachers: Vec<String>,
    pub licence_until: Date,
    pub listed: bool,
    pub item_valid: bool,
    pub item_published: bool,
    pub site_verified_until: Option<Date>,
    pub seats: i32,
    pub account_given: bool,
    pub early_enough: bool,
    pub submit_days: i32,
}

/// All lines: the machine's answered, the humans' open.
pub fn lines(found: &Found<'_>) -> Vec<Line> {
    let mut all = completeness(found);
    all.extend(authenticity(found));
    all.extend(human());
    all
}

fn judged(list: &'static str, code: &'static str, title: &'static str, bad: Option<String>, good: String, source: &str, fix: &str) -> Line {
    let (result, fact) = match bad { Some(fact) => (ReviewResult::Fail, fact), None => (ReviewResult::Pass, good) };
    Line { list, code, title, by_machine: true, result: Some(result), fact, source: source.into(), fix: fix.into() }
}

fn completeness(found: &Found<'_>) -> Vec<Line> {
    let (class, roster) = (found.class, found.roster);
    let line = |code, title, bad, good: String, source: &str, fix: &str| judged("completeness", code, title, bad, good, source, fix);
    let persons = roster.len();
    let count_bad = (i32::try_from(persons).unwrap_or(i32::MAX) > class.planned_persons || persons == 0).then(|| format!("名册 {persons} 人，计划 {} 人", class.planned_persons));
    let unsigned = roster.iter().filter(|one| one.pledged_at.is_none()).count();
    vec![
        line("C01", "学员名册", count_bad, format!("名册 {persons} 人，信息齐全"), "学员花名册", "请补齐名册，人数不超过计划"),
        line("C02p", "教学计划与课程表", super::opening::timetable_covers(class, found.sessions).err(), format!("{} 次课，共 {} 课时，与计划一致", found.sessions.len(), class.periods_total), "课程表", "请重新生成课程表，使各类课时与计划相等"),
        line("C03", "每次课有老师和地点", found.sessions.iter().any(|one| one.teacher_name.is_empty() || one.place.is_empty()).then(|| "有的课没有老师或地点".into()), "每次课都有老师和地点".into(), "课程表", "请补齐老师和地点"),
        line("C04", "教学资源", class.materials.trim().is_empty().then(|| "没有填教材或数字课程".into()), "已列明教学资源".into(), "开班申请材料", "请填写教材名称、书号或数字课程"),
        line("C05", "考核方案", (class.exam_plan.trim().is_empty() || class.exam_on.is_none()).then(|| "考核方案不全".into()), "考核方案和日期已填".into(), "开班申请材料", "请填考核方式、合格线和日期"),
        line("C06", "保险与安全预案", class.safety_plan.trim().is_empty().then(|| "没有填".into()), "已填写".into(), "开班申请材料", "请填写保险和安全安排"),
        line("C07", "机构承诺书", class.institution_pledged_at.is_none().then(|| "机构还没有承诺".into()), "机构已对培训真实性作出承诺".into(), "承诺书", "请由机构在提交时承诺"),
        line("C08", "学员承诺书", (unsigned > 0).then(|| format!("还有 {unsigned} 人没有签承诺书")), format!("{persons} 人都已承诺身份真实"), "承诺书", "请收齐学员承诺后再提交"),
        line("C09", "收款账户", (!found.account_given).then(|| "机构没有登记收款账户".into()), "机构账户已登记".into(), "机构目录", "请人社部门在机构目录里登记账户"),
        line("C10", "提前申请", (!found.early_enough).then(|| format!("离开班不足 {} 个工作日", found.submit_days)), format!("提前 {} 个工作日以上", found.submit_days), "开班申请时限", "请推后开班日期"),
    ]
}

fn authenticity(found: &Found<'_>) -> Vec<Line> {
    let class = found.class;
    let line = |code, title, bad, good: &str, source: &str, fix: &str| judged("authenticity", code, title, bad, good.to_owned(), source, fix);
    let some = |list: &[String]| (!list.is_empty()).then(|| list.join("；"));
    let site = match found.site_verified_until {
        None => Some("场地没有实地核实记录".to_owned()),
        Some(until) if until < class.ends_on => Some(format!("场地核实 {until} 到期，早于班期结束")),
        Some(_) => None,
    };
    vec![
        line("E01", "身份证件", None, "全部学员证件号码校验无误、没有重复", "实名库", ""),
        line("E08", "补贴对象资格", some(&found.not_entitled), "全部学员年龄和资格符合", "补贴对象范围", "请把不符合的学员移出名册，可以自费参加"),
        line("E12", "同一项目不重复补贴", some(&found.paid_before), "没有人领过同一项目的补贴", "历史补贴", "请把已领过的学员移出名册"),
        line("T01", "同时段没有在别的班", some(&found.clashes), "没有人同时段在别的班上课", "本系统全省课程表", "请学员二选一，或调整课程表"),
        line("T03", "老师没有同时段两处授课", some(&found.teacher_clashes), "老师没有撞课", "本系统全省课程表", "请换老师或调整时间"),
        line("T05", "教室没有撞课、没有超座", some(&found.room_clashes).or_else(|| (i32::try_from(found.roster.len()).unwrap_or(i32::MAX) > found.seats).then(|| format!("名册 {} 人，教室 {} 座", found.roster.len(), found.seats))), "教室没有撞课，座位够", "机构场地", "请换教室或调整时间"),
        line("T02t", "教师证书", some(&found.unverified_teachers), "任课教师证书已核验", "教师名册", "请县人社部门核验教师证书"),
        line("I01", "在机构目录和需求目录之内", (!found.listed || !found.item_valid || !found.item_published).then(|| "项目不在有效的机构目录或需求目录里".into()), "机构、场地、项目都在目录之内", "机构目录、需求指导目录", "请先列入目录"),
        line("I09", "办学资质", (found.licence_until < class.ends_on).then(|| format!("办学许可证 {} 到期，早于班期结束", found.licence_until)), "许可证在有效期内", "机构目录", "请先换证并更新目录"),
        line("I10", "场地实地核实", site, "场地在核实有效期内", "实地核实记录", "请县人社部门先实地核实"),
    ]
}

fn human() -> Vec<Line> {
    [("H01", "completeness", "教材和考核方案适用"), ("H02", "authenticity", "教师证书与本人一致"), ("H03", "authenticity", "电话抽核学员知情并自愿参加"), ("H04", "authenticity", "场地照片与实地核实一致")]
        .into_iter().map(|(code, list, title)| Line { list, code, title, by_machine: false, result: None, fact: String::new(), source: "经办人核对".into(), fix: "请退回机构补正".into() }).collect()
}

/// The failed lines as refusals, for the institution.
pub fn failures(lines: &[Line]) -> Vec<Refusal> {
    lines.iter().filter(|line| line.result == Some(ReviewResult::Fail)).map(|line| Refusal::new(line.code, "M3.1", format!("{}：{}", line.title, line.fact), line.source.clone(), line.fix.clone())).collect()
}
