//! One class: where it stands, what the machine found, what must be handled, whose turn it is (M3.1;
//! pages.md "Dossier"). A clean class is reviewed here in two clicks.

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Read};
use foundation::codes::{ClassState, ReviewResult};
use foundation::{AccountId, Function, Instant, Office, Permission, Right, Stop, clock};
use maud::{Markup, html};
use reckoning::policy::Policy;
use store::Reader;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use store::tables::identity::account;
use store::tables::institutions::{room, site};
use store::tables::journal::fact;
use store::tables::supervision::{class_session, enrolment, review_line, training_class};
use ui::{Button, CheckLine, Dossier, DossierHead, Due, Material, ShareMeter, Step, TrailLine, section, tag};

use super::classes::{due, number, seen, state_tag};
use super::{attendance, completion};
use crate::acts::review::lines_of;
use crate::queries::machine_lines;
use crate::rules::review::Line;

/// The dossier of a class.
pub struct ClassPage;
impl Read for ClassPage {
    const NAME: &'static str = "class-page";
    const PERMISSION: Permission = Permission::Of(Function::OpeningApplication, Right::Read);
    const CLAUSE: &'static str = "M3.1";
}

/// Facts shown in the trail.
const TRAIL_LINES: u64 = 40;

pub(super) const DECIDE: Permission = Permission::Of(Function::OpeningApplication, Right::Approve);
const EDIT: Permission = Permission::Of(Function::OpeningApplication, Right::Create);

/// `/classes/{id}`.
pub async fn show(desk: Desk, Path(class): Path<String>) -> Response {
    match body(&desk, &class).await {
        Ok((title, body)) => desk.page(&title, "/classes", body),
        Err(stop) => desk.stopped(stop),
    }
}

/// What the page is drawn from.
struct View<'a> {
    desk: &'a Desk,
    class: &'a training_class::Model,
    lines: Vec<Shown>,
    policy: std::sync::Arc<Policy>,
    own: bool,
}

/// A review line, stored or (for drafts) answered just now.
struct Shown {
    list: String,
    code: String,
    title: String,
    by_machine: bool,
    result: Option<ReviewResult>,
    fact: String,
    source: String,
    fix: String,
    by: String,
}

impl From<review_line::Model> for Shown {
    fn from(one: review_line::Model) -> Self {
        let by = if one.by_machine { String::new() } else { one.decided_by_name };
        Self {
            list: one.list,
            code: one.code,
            title: one.title,
            by_machine: one.by_machine,
            result: one.result,
            fact: one.fact,
            source: one.source,
            fix: one.fix,
            by,
        }
    }
}
impl From<Line> for Shown {
    fn from(one: Line) -> Self {
        Self {
            list: one.list.into(),
            code: one.code.into(),
            title: one.title.into(),
            by_machine: one.by_machine,
            result: one.result,
            fact: one.fact,
            source: one.source,
            fix: one.fix,
            by: String::new(),
        }
    }
}

/// The body of the page, for this handler and for acts that were refused.
pub(super) async fn body(desk: &Desk, id: &str) -> Result<(String, Markup), Stop> {
    let (reader, class) = seen(desk, id).await?;
    let own = matches!(&desk.actor.office, Office::Institution { institution } if *institution == class.institution) && desk.may(EDIT);
    let policy = desk::policy::of_class(&reader, class.policy.as_deref(), class.district, desk.today()).await?;
    let editable = matches!(class.state, ClassState::Draft | ClassState::Returned);
    let lines = if editable && own {
        // What the machine would say to an application handed in now: the pledge is given with it.
        let pledged = training_class::Model { institution_pledged_at: Some(desk.now()), ..class.clone() };
        let system = desk.as_system("opening-precheck").read().await?;
        machine_lines(desk, &reader, &system, &pledged, &policy).await?.into_iter().filter(|line| line.by_machine).map(Shown::from).collect()
    } else {
        lines_of(&reader, &class.id).await?.into_iter().map(Shown::from).collect()
    };
    let view = View { desk, class: &class, lines, policy, own };
    let mut main = vec![view.facts(&reader).await?];
    if !class.decision_note.is_empty() && matches!(class.state, ClassState::Returned | ClassState::Refused | ClassState::Suspended | ClassState::Withdrawn) {
        let title = match class.state {
            ClassState::Returned => "退回补正的事项",
            ClassState::Refused => "不予开班的理由（可在收到之日起向上一级人社部门申诉）",
            _ => "说明",
        };
        main.push(section(title, html! { @for line in class.decision_note.lines() { p { (line) } } }));
    }
    // Once decided, what happens in the class comes first and the lists fold away.
    let later = [attendance::panel(desk, &reader, &class).await?, completion::panel(desk, &reader, &class).await?];
    if class.decided_at.is_some() && view.failed() == 0 {
        main.extend(later);
        main.push(html! { details class="jb-section" { summary { "审核清单 " (view.lines.len()) " 项" } @for part in view.review() { (part) } } });
    } else {
        main.extend(view.review());
        main.extend(later);
    }
    main.push(view.application());
    let side = vec![view.materials(&reader).await?, ui::trail(&trail(desk, &reader, &class).await?)];
    let names = Names::of(desk, &class).await?;
    Ok((class.title.clone(), html! { (Dossier { head: view.head(), steps: view.steps(&names), main, side }) }))
}

/// Who did what, for the steps.
struct Names {
    accepted: String,
    reviewed: String,
    decided: String,
}

impl Names {
    /// Only names are read beyond reach: institutions may know who handles their application.
    async fn of(desk: &Desk, class: &training_class::Model) -> Result<Self, Stop> {
        let ids: Vec<AccountId> = [&class.accepted_by, &class.reviewed_by, &class.decided_by].into_iter().flatten().cloned().collect();
        if ids.is_empty() {
            return Ok(Self { accepted: String::new(), reviewed: String::new(), decided: String::new() });
        }
        let found = desk.as_system("names-of-officers").read().await?.list::<account::Entity>(|q| q.filter(account::Column::Id.is_in(ids))).await?;
        let name = |id: &Option<AccountId>| found.iter().find(|one| Some(&one.id) == id.as_ref()).map_or_else(String::new, |one| one.name.clone());
        Ok(Self { accepted: name(&class.accepted_by), reviewed: name(&class.reviewed_by), decided: name(&class.decided_by) })
    }
}

fn days_done(at: Option<Instant>, name: &str) -> String {
    at.map_or_else(String::new, |at| format!("{} {name}", ui::dates::day(clock::day_of(at))).trim_end().to_owned())
}

impl View<'_> {
    fn failed(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line.result, Some(ReviewResult::Fail | ReviewResult::NeedsFix))).count()
    }
    fn at(&self, what: &str) -> String {
        format!("/classes/{}/{what}", self.class.id)
    }
    fn decides(&self) -> bool {
        self.desk.may(DECIDE)
    }

    fn head(&self) -> DossierHead {
        let class = self.class;
        let mut buttons = if self.own {
            self.own_buttons()
        } else if self.decides() {
            self.office_buttons()
        } else {
            Vec::new()
        };
        buttons.extend(attendance::main_buttons(self.desk, class));
        buttons.extend(completion::main_buttons(self.desk, class));
        DossierHead {
            title: class.title.clone(),
            state: Some(state_tag(class.state)),
            due: due(class).map(|day| Due::on(day, self.desk.today()).certain(self.desk.premises.calendar.is_certain(day))),
            number: number(class).into(),
            owner: class.institution_name.clone(),
            buttons,
        }
    }

    fn own_buttons(&self) -> Vec<Button> {
        let copy = Button::link("照此再办一期", format!("/classes/new?from={}", self.class.id));
        let withdraw = Button::link("撤销", self.at("withdraw"));
        let slips = Button::link("签到条", self.at("slips"));
        match self.class.state {
            ClassState::Draft | ClassState::Returned => {
                let pledge = "我单位承诺：对培训全过程及真实性负责，如有虚假，愿退回补贴并承担责任。";
                let submit = Button::post(if self.class.state == ClassState::Draft { "承诺并提交" } else { "承诺并重新提交" }, self.at("submit"))
                    .field("pledge", "1")
                    .confirm(pledge)
                    .main();
                let submit = if self.failed() > 0 { submit.blocked_because(format!("还有 {} 项须处理", self.failed())) } else { submit };
                vec![
                    withdraw,
                    Button::link("教学计划", self.at("plan")),
                    Button::link("名册", self.at("roster")),
                    Button::link("课程表", self.at("timetable")),
                    submit,
                ]
            }
            ClassState::Submitted | ClassState::UnderReview => vec![withdraw],
            ClassState::Approved => vec![withdraw, copy, slips, Button::link("准予开班通知书", self.at("notice"))],
            ClassState::Suspended | ClassState::Refused | ClassState::Withdrawn => vec![copy],
            ClassState::InTraining | ClassState::TrainingEnded | ClassState::Examining | ClassState::ResultsReview | ClassState::Certified => {
                vec![copy, slips, Button::link("准予开班通知书", self.at("notice"))]
            }
            ClassState::FeedbackDone | ClassState::Claimed | ClassState::Archived => vec![copy, Button::link("准予开班通知书", self.at("notice"))],
        }
    }

    fn office_buttons(&self) -> Vec<Button> {
        let class = self.class;
        let recheck = Button::post("重新机审", self.at("recheck")).quiet();
        let (back, refuse) = (Button::link("退回补正", self.at("return")), Button::link("不予开班", self.at("refuse")).danger());
        let red = |button: Button| if self.failed() > 0 { button.blocked_because(format!("还有 {} 项须处理", self.failed())) } else { button };
        match class.state {
            ClassState::Submitted => vec![recheck, back, Button::post("受理", self.at("accept")).main()],
            ClassState::UnderReview if class.reviewed_by.is_none() => {
                let open = self.lines.iter().filter(|line| !line.by_machine && line.result.is_none()).count();
                let label = if open > 0 { format!("{open} 项人工核对无误，审核通过") } else { "审核通过".to_owned() };
                vec![recheck, back, refuse, red(Button::post(label, self.at("review")).field("all", "1").main())]
            }
            ClassState::UnderReview => {
                let approve = red(Button::post("准予开班", self.at("approve")).main());
                let mine = class.reviewed_by.is_some() && class.reviewed_by == self.desk.actor.account;
                vec![recheck, back, refuse, if mine { approve.blocked_because("您审核过本班，须由另一位工作人员批准") } else { approve }]
            }
            ClassState::Approved => vec![Button::link("撤销", self.at("revoke")).danger(), Button::link("准予开班通知书", self.at("notice"))],
            ClassState::Suspended => vec![Button::link("撤销", self.at("revoke")).danger()],
            ClassState::Draft | ClassState::Returned | ClassState::Refused | ClassState::Withdrawn => Vec::new(),
            ClassState::InTraining
            | ClassState::TrainingEnded
            | ClassState::Examining
            | ClassState::ResultsReview
            | ClassState::Certified
            | ClassState::FeedbackDone
            | ClassState::Claimed
            | ClassState::Archived => vec![Button::link("准予开班通知书", self.at("notice"))],
        }
    }

    fn steps(&self, names: &Names) -> Vec<Step> {
        let (class, today) = (self.class, self.desk.today());
        let order = ["开班申请", "受理", "审核", "批准", "培训", "结业考核", "发证", "学员评价", "补贴"];
        let limit = || due(class).map_or_else(String::new, |day| format!("限 {}", ui::dates::near_day(day, today)));
        let turn = || if self.decides() { format!("你 · {}", limit()) } else { limit() };
        let (now, note) = match class.state {
            ClassState::Draft => (0, "草稿".to_owned()),
            ClassState::Returned => (0, format!("补正 · {}", limit())),
            ClassState::Submitted => (1, turn()),
            ClassState::UnderReview if class.reviewed_by.is_none() => (2, turn()),
            ClassState::UnderReview if class.reviewed_by == self.desk.actor.account => (3, format!("等另一位同事 · {}", limit())),
            ClassState::UnderReview => (3, turn()),
            ClassState::Refused => (3, days_done(class.decided_at, &names.decided)),
            ClassState::Approved => (4, format!("{} 开班", ui::dates::day(class.starts_on))),
            ClassState::InTraining => (4, format!("至 {}", ui::dates::day(class.ends_on))),
            ClassState::Suspended => (4, "中止".into()),
            ClassState::TrainingEnded => (5, "待录入成绩".into()),
            ClassState::Examining => (5, "待第二人确认".into()),
            ClassState::ResultsReview => (6, "待发证".into()),
            ClassState::Certified => (7, "进行中".into()),
            ClassState::FeedbackDone | ClassState::Claimed => (8, "办理中".into()),
            ClassState::Archived => (9, String::new()),
            ClassState::Withdrawn => (if class.decided_at.is_some() { 4 } else { usize::from(class.submitted_at.is_some()) }, "已撤销".into()),
        };
        let dates = [
            days_done(class.submitted_at, ""),
            days_done(class.accepted_at, &names.accepted),
            days_done(class.reviewed_at, &names.reviewed),
            days_done(class.decided_at, &names.decided),
            ui::dates::range(class.starts_on, class.ends_on),
        ];
        let stopped = matches!(class.state, ClassState::Refused | ClassState::Suspended | ClassState::Withdrawn);
        order
            .iter()
            .enumerate()
            .map(|(at, name)| match at.cmp(&now) {
                std::cmp::Ordering::Less => Step::done(*name, dates.get(at).cloned().unwrap_or_default()),
                std::cmp::Ordering::Equal if stopped => Step::stopped(*name, note.clone()),
                std::cmp::Ordering::Equal => Step::now(*name, note.clone()),
                std::cmp::Ordering::Greater => Step::to_come(*name),
            })
            .collect()
    }

    async fn facts(&self, reader: &Reader) -> Result<Markup, Stop> {
        let (class, policy) = (self.class, &self.policy);
        let room = reader.get::<room::Entity>(class.room.to_string()).await?;
        let site = reader.get::<site::Entity>(class.site.to_string()).await?;
        let counted = class.periods_total.0.min(policy.max_payable_periods.0);
        let each = foundation::Fen(i64::from(counted).saturating_mul(policy.fen_per_period.0));
        let rate = format!("每人至多 {} = {counted} 课时 × {}", ui::money::text(each), ui::money::text(policy.fen_per_period));
        let money = if class.money == foundation::Fen::ZERO {
            html! { "提交时估算" }
        } else {
            html! { (ui::money(class.money)) " 以内" }
        };
        let count = |n: i32| u32::try_from(n).unwrap_or(0);
        Ok(section(
            "",
            html! {
                (ui::facts_grid(&[
                    ("证书类型", html! { "培训合格证书" }), ("起止", html! { (ui::dates::range(class.starts_on, class.ends_on)) }), ("地点", html! { (site.name) " " (room.name) }),
                    ("人数 / 计划", html! { (class.enrolled_count) " / " (class.planned_persons) }),
                    ("总课时", html! { (class.periods_total) "（理论 " (class.periods_theory) " · 实操 " (class.periods_practice) " · 线上 " (class.periods_online) "）" }),
                    ("补贴标准", html! { (rate) }), ("依据", html! { (policy.document("fen_per_period")) }), ("预计补贴", money),
                    ("班主任", html! { (class.class_teacher_name) }), ("结业考核", html! { @if let Some(day) = class.exam_on { (ui::dates::day_weekday(day)) } @else { "未定" } }),
                ]))
                (ShareMeter::online(count(class.periods_online.0), count(class.periods_total.0), count(policy.online_cap_pct)))
            },
        ))
    }

    fn review(&self) -> Vec<Markup> {
        if self.lines.is_empty() {
            return Vec::new();
        }
        let editable = self.own && matches!(self.class.state, ClassState::Draft | ClassState::Returned);
        let mut parts = vec![ui::must_handle(
            &self
                .lines
                .iter()
                .filter(|line| matches!(line.result, Some(ReviewResult::Fail | ReviewResult::NeedsFix)))
                .map(|line| {
                    let shown = CheckLine::fail(line.fact.as_str())
                        .subject(line.title.as_str())
                        .rule(line.code.as_str())
                        .source(line.source.as_str())
                        .detail(line.fix.as_str());
                    match self.way_out(line, editable) {
                        Some(button) => shown.way_out(button),
                        None => shown,
                    }
                })
                .collect::<Vec<_>>(),
        )];
        let answering = self.class.state == ClassState::UnderReview && self.class.reviewed_by.is_none() && self.decides();
        for (list, title) in [("completeness", "完备性"), ("authenticity", "真实性")] {
            let shown: Vec<CheckLine> = self
                .lines
                .iter()
                .filter(|line| line.list == list && !matches!(line.result, Some(ReviewResult::Fail | ReviewResult::NeedsFix)))
                .map(|line| self.check_line(line, answering))
                .collect();
            parts.push(ui::dense_checklist(&format!("{title} {} 项", self.lines.iter().filter(|line| line.list == list).count()), &shown));
        }
        parts
    }

    fn check_line(&self, line: &Shown, answering: bool) -> CheckLine {
        let base = match line.result {
            Some(_) => CheckLine::pass(line.fact.as_str()),
            None => CheckLine::look(if line.fact.is_empty() { "待人工核对" } else { line.fact.as_str() }),
        };
        let shown = base.subject(line.title.as_str()).note(if line.by.is_empty() { line.code.clone() } else { format!("{} {}", line.by, line.code) });
        if answering && !line.by_machine && line.result.is_none() {
            shown.way_out(Button::link("有问题", self.at(&format!("lines/{}", line.code))).quiet())
        } else {
            shown
        }
    }

    /// Where a red line is put right: by the institution on its own pages, by the officer through a return.
    fn way_out(&self, line: &Shown, editable: bool) -> Option<Button> {
        if !editable {
            return (self.decides() && matches!(self.class.state, ClassState::Submitted | ClassState::UnderReview))
                .then(|| Button::link("退回补正", self.at("return")));
        }
        match line.code.as_str() {
            "W01" | "E01" | "E08" | "E11" | "E12" | "W12" => Some(Button::link("去名册", self.at("roster"))),
            "W04" | "W05" | "W06" | "T01" | "T03" | "T05" => Some(Button::link("去课程表", self.at("timetable"))),
            "W02" | "W03" | "W08" | "W09" | "W10" | "W13" | "I02" => Some(Button::link("去教学计划", self.at("plan"))),
            "W07" | "J01" | "C02" | "I01" | "I09" | "I10" => Some(Button::link("机构资料", "/my-institution")),
            _ => None,
        }
    }

    /// What the application says in words.
    fn application(&self) -> Markup {
        let class = self.class;
        section(
            "申请内容",
            html! {
                (ui::facts_grid(&[("考核方案", html! { (class.exam_plan) }), ("教学资源", html! { (class.materials) }), ("保险与安全预案", html! { (class.safety_plan) })]))
            },
        )
    }

    async fn materials(&self, reader: &Reader) -> Result<Markup, Stop> {
        let class = self.class;
        let sessions = reader.count::<class_session::Entity>(|q| q.filter(class_session::Column::Class.eq(class.id.clone()))).await?;
        let signed = reader
            .count::<enrolment::Entity>(|q| {
                q.filter(enrolment::Column::Class.eq(class.id.clone()))
                    .filter(enrolment::Column::Active.eq(true))
                    .filter(enrolment::Column::PledgedAt.is_not_null())
            })
            .await?;
        let mut list = vec![
            Material::new(format!("学员名册 {} 人", class.enrolled_count), self.at("roster")),
            Material::new(format!("教学计划与课表 {sessions} 次课"), self.at("timetable")),
            if class.institution_pledged_at.is_some() {
                Material::new("机构承诺书", self.at("pledge")).state(tag::good("已签"))
            } else {
                Material::missing("机构承诺书")
            },
            Material::new(format!("学员承诺书 {signed} 份"), self.at("roster")),
        ];
        if class.submitted_at.is_some() && self.desk.may(Permission::Of(Function::Inspection, Right::Read)) {
            list.push(Material::new("证据包（可离线核验）", self.at("evidence")));
        }
        Ok(ui::materials(&list))
    }
}

store::picked! {
    /// What the trail shows of a fact: not its body, which may list a whole class.
    #[derive(Debug)]
    struct Told {
        summary: String,
        at: Instant,
        actor_name: String,
        seq: Option<i64>,
    }
}

async fn trail(desk: &Desk, reader: &Reader, class: &training_class::Model) -> Result<Vec<TrailLine>, Stop> {
    // Hundreds of sign-ins and roll-calls would bury the decisions: the attendance page has them.
    let quiet = ["TraineesSignedIn", "TraineesSignedOut", "RollCalled", "TraineeFeedbackGiven", "CompletionCertificateIssued"];
    let rows = reader
        .pick::<fact::Entity, Told>(|q| {
            q.select_only()
                .columns([fact::Column::Summary, fact::Column::At, fact::Column::ActorName, fact::Column::Seq])
                .filter(fact::Column::Class.eq(class.id.clone()))
                .filter(fact::Column::Fact.is_not_in(quiet))
                .order_by_desc(fact::Column::At)
                .order_by_desc(fact::Column::Id)
                .limit(TRAIL_LINES)
        })
        .await?;
    Ok(rows
        .into_iter()
        .map(|one| TrailLine {
            what: one.summary,
            at: ui::dates::moment(one.at, desk.today()),
            who: one.actor_name,
            journal: one.seq.and_then(|seq| u64::try_from(seq).ok()),
            href: None,
        })
        .collect())
}
