//! One class: where it stands, what the machine found, what must be handled, whose turn it is (M3.1;
//! pages.md "Dossier"). A clean class is reviewed here in two clicks.

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Read};
use foundation::codes::{ClassState, FullProcessState, ReviewResult};
use foundation::{Function, Permission, Right, Stop};
use maud::{Markup, html};
use reckoning::policy::Policy;
use store::Reader;
use store::query::{ColumnTrait, QueryFilter};
use store::tables::supervision::{class_session, enrolment, review_line, training_class};
use ui::{Button, CheckLine, Dossier, FormState, Material, ShareMeter, TrailLine, section, tag};

use super::class_head::Names;
use super::classes::seen;
use super::opening::{RosterPage, TimetablePage};
use super::{attendance, completion};
use crate::acts::review::lines_of;
use crate::review::{self, Line, Mend};

/// The dossier of a class.
pub struct ClassPage;
impl Read for ClassPage {
    const NAME: &'static str = "class-page";
    const PERMISSION: Permission = Permission::Of(Function::OpeningApplication, Right::Read);
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
pub(super) struct View<'a> {
    pub(super) desk: &'a Desk,
    pub(super) class: &'a training_class::Model,
    pub(super) lines: Vec<Shown>,
    policy: std::sync::Arc<Policy>,
    pub(super) own: bool,
}

/// A review line, stored or (for drafts) answered just now.
pub(super) struct Shown {
    list: String,
    code: String,
    title: String,
    pub(super) by_machine: bool,
    pub(super) result: Option<ReviewResult>,
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
            code: one.rule.id.into(),
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
    let own = desk.actor.office.institution().as_ref() == Some(&class.institution) && desk.may(EDIT);
    let policy = desk::policy::of_class(&reader, &class, desk.today()).await?;
    let editable = class.state.is_in(&[FullProcessState::Draft, FullProcessState::Returned]);
    let lines = if editable && own {
        // What the machine would say to an application handed in now: the pledge is given with it.
        let pledged = training_class::Model { institution_pledged_at: Some(desk.now()), ..class.clone() };
        let system = desk.as_system("opening-precheck").read().await?;
        review::lines(desk, (&reader, &system), &pledged, &policy)
            .await?
            .into_iter()
            .filter(|line| line.by_machine)
            .map(Shown::from)
            .collect()
    } else {
        lines_of(&reader, &class.id).await?.into_iter().map(Shown::from).collect()
    };
    let view = View { desk, class: &class, lines, policy, own };
    let mut main = Vec::new();
    if editable && own {
        let how = format!("点“{}”即作出承诺。", view.submit_word());
        main.push(ui::callout(ui::Tone::Neutral, html! { (super::decide::pledge_text(&class.title)) (how) }));
    }
    main.push(view.facts(&reader).await?);
    if !class.decision_note.is_empty()
        && class.state.is_in(&[
            FullProcessState::Returned,
            FullProcessState::Refused,
            FullProcessState::Suspended,
            FullProcessState::Withdrawn,
        ])
    {
        let ClassState::FullProcess(state) = class.state;
        let title = match state {
            FullProcessState::Returned => "退回补正的事项",
            FullProcessState::Refused => "不予开班的理由（可在收到之日起向上一级人社部门申诉）",
            _ => "说明",
        };
        main.push(section(title, html! { @for line in class.decision_note.lines() { p { (line) } } }));
    }
    if own && class.state == FullProcessState::Returned {
        main.push(super::decide::explain_form(&class.id, &FormState::new()));
    }
    // Once decided, what happens in the class comes first and the lists fold away.
    let later = [attendance::panel(desk, &reader, &class).await?, completion::panel(desk, &reader, &class).await?];
    if class.decided_at.is_some() && view.failed() == 0 {
        main.extend(later);
        main.push(html! {
            details class="jb-section" {
                summary { "审核清单 " (view.lines.len()) " 项" } @for part in view.review() { (part) }
            }
        });
    } else {
        main.extend(view.review());
        main.extend(later);
    }
    main.push(view.application());
    let side = vec![view.materials(&reader).await?, ui::trail(&trail(desk, &reader, &class).await?)];
    let names = Names::of(desk, &class).await?;
    Ok((class.title.clone(), html! { (Dossier { head: view.head(), steps: view.steps(&names), main, side }) }))
}

impl View<'_> {
    pub(super) fn failed(&self) -> usize {
        self.lines
            .iter()
            .filter(|line| matches!(line.result, Some(ReviewResult::Fail | ReviewResult::NeedsFix)))
            .count()
    }
    /// What the button that hands the application in is called.
    pub(super) fn submit_word(&self) -> &'static str {
        if self.class.state == FullProcessState::Draft { "承诺并提交" } else { "承诺并重新提交" }
    }
    pub(super) fn at(&self, what: &str) -> String {
        format!("/classes/{}/{what}", self.class.id)
    }
    pub(super) fn decides(&self) -> bool {
        self.desk.may(DECIDE)
    }

    async fn facts(&self, reader: &Reader) -> Result<Markup, Stop> {
        let (class, policy) = (self.class, &self.policy);
        let room = reader.get(&class.room).await?;
        let site = reader.get(&class.site).await?;
        let counted = class.periods_total.0.min(policy.max_payable_periods().0);
        let each = foundation::Fen(i64::from(counted).saturating_mul(policy.fen_per_period().0));
        let rate = format!(
            "每人至多 {} = {counted} 课时 × {}",
            ui::money::text(each),
            ui::money::text(policy.fen_per_period())
        );
        let money = if class.money == foundation::Fen::ZERO {
            html! { "提交时估算" }
        } else {
            html! { (ui::money(class.money)) @if class.state != FullProcessState::Archived { " 以内" } }
        };
        let count = |n: i32| u32::try_from(n).unwrap_or(0);
        Ok(section(
            "",
            html! {
                (ui::facts_grid(&[
                    ("证书类型", html! { "培训合格证书" }), ("起止", html! { (ui::dates::range(class.starts_on, class.ends_on)) }),
                    ("地点", html! { (site.name) " " (room.name) }),
                    ("人数 / 计划", html! { (class.enrolled_count) " / " (class.planned_persons) }),
                    ("总课时", html! {
                        (class.periods_total) "（理论 " (class.periods_theory) " · 实操 " (class.periods_practice)
                        " · 线上 " (class.periods_online) "）"
                    }),
                    ("补贴标准", html! { (rate) }), ("依据", html! { (policy.document("fen_per_period")) }),
                    (if class.state == FullProcessState::Archived { "补贴" } else { "预计补贴" }, money),
                    ("班主任", html! { (class.class_teacher_name) }),
                    ("结业考核", html! {
                        @if let Some(day) = class.exam_on { (ui::dates::day_weekday(day)) } @else { "未定" }
                    }),
                ]))
                (ShareMeter::online(count(class.periods_online.0), count(class.periods_total.0),
                    count(policy.online_cap_pct())))
            },
        ))
    }

    fn review(&self) -> Vec<Markup> {
        if self.lines.is_empty() {
            return Vec::new();
        }
        let editable = self.own && self.class.state.is_in(&[FullProcessState::Draft, FullProcessState::Returned]);
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
        let answering = self.answers();
        for (list, title) in [("completeness", "完备性"), ("authenticity", "真实性")] {
            let shown: Vec<CheckLine> = self
                .lines
                .iter()
                .filter(|line| {
                    line.list == list && !matches!(line.result, Some(ReviewResult::Fail | ReviewResult::NeedsFix))
                })
                .map(|line| self.check_line(line, answering))
                .collect();
            parts.push(ui::dense_checklist(
                &format!("{title} {} 项", self.lines.iter().filter(|line| line.list == list).count()),
                &shown,
            ));
        }
        parts
    }

    /// Whether this office answers the human lines now.
    fn answers(&self) -> bool {
        self.class.state == FullProcessState::UnderReview && self.decides()
    }

    fn check_line(&self, line: &Shown, answering: bool) -> CheckLine {
        let base = match line.result {
            Some(ReviewResult::Noted) => CheckLine::look(line.fact.as_str()),
            Some(_) => CheckLine::pass(line.fact.as_str()),
            None => CheckLine::look(if line.fact.is_empty() { "待人工核对" } else { line.fact.as_str() }),
        };
        let shown = base.subject(line.title.as_str()).note(if line.by.is_empty() {
            line.code.clone()
        } else {
            format!("{} {}", line.by, line.code)
        });
        if answering && !line.by_machine {
            let word = if line.result.is_none() { "有问题" } else { "改核对结果" };
            shown.way_out(Button::link(word, self.at(&format!("lines/{}", line.code))).quiet())
        } else {
            shown
        }
    }

    /// Where a red line is put right: by the institution on its own pages, by the officer through a return.
    fn way_out(&self, line: &Shown, editable: bool) -> Option<Button> {
        if self.answers() && !line.by_machine {
            return Some(Button::link("改核对结果", self.at(&format!("lines/{}", line.code))));
        }
        if !editable {
            return (self.decides()
                && self.class.state.is_in(&[FullProcessState::Submitted, FullProcessState::UnderReview]))
            .then(|| Button::link("退回补正", self.at("return")));
        }
        match review::mended_at(&line.code) {
            Mend::Roster => Some(Button::link("去名册", self.at("roster"))),
            Mend::Timetable => Some(Button::link("去课程表", self.at("timetable"))),
            Mend::Plan => Some(Button::link("去教学计划", self.at("plan"))),
            Mend::Institution => Some(Button::link("机构资料", "/my-institution")),
            Mend::Office => None,
        }
    }

    /// What the application says in words.
    fn application(&self) -> Markup {
        let class = self.class;
        section(
            "申请内容",
            html! {
                (ui::facts_grid(&[("考核方案", html! { (class.exam_plan) }), ("教学资源", html! { (class.materials) }),
                    ("保险与安全预案", html! { (class.safety_plan) })]))
            },
        )
    }

    async fn materials(&self, reader: &Reader) -> Result<Markup, Stop> {
        let class = self.class;
        let sessions = reader
            .count::<class_session::Entity>(|q| q.filter(class_session::Column::Class.eq(class.id.clone())))
            .await?;
        let signed = reader
            .count::<enrolment::Entity>(|q| {
                q.filter(enrolment::Column::Class.eq(class.id.clone()))
                    .filter(enrolment::Column::Active.eq(true))
                    .filter(enrolment::Column::PledgedAt.is_not_null())
            })
            .await?;
        let (roster, timetable) = (self.desk.may(RosterPage::PERMISSION), self.desk.may(TimetablePage::PERMISSION));
        // Who pays sees that they are there, not the names.
        let opens = |may: bool, name: String, at: &str| {
            if may { Material::new(name, self.at(at)) } else { Material::closed(name) }
        };
        let mut list = vec![
            opens(roster, format!("学员名册 {} 人", class.enrolled_count), "roster"),
            opens(timetable, format!("教学计划与课表 {sessions} 次课"), "timetable"),
            if class.institution_pledged_at.is_some() {
                Material::new("机构承诺书", self.at("pledge")).state(tag::good("已签"))
            } else {
                Material::missing("机构承诺书")
            },
            opens(roster, format!("学员承诺书 {signed} 份"), "roster"),
        ];
        if class.submitted_at.is_some() && self.desk.may(Permission::Of(Function::Inspection, Right::Read)) {
            list.push(Material::new("证据包（可离线核验）", self.at("evidence")));
        }
        Ok(ui::materials(&list))
    }
}

async fn trail(desk: &Desk, reader: &Reader, class: &training_class::Model) -> Result<Vec<TrailLine>, Stop> {
    // Hundreds of sign-ins and roll-calls would bury the decisions: the attendance page has them.
    let quiet =
        ["TraineesSignedIn", "TraineesSignedOut", "RollCalled", "TraineeFeedbackGiven", "CompletionCertificateIssued"];
    desk::trail::of_class(desk, reader, &class.id, &quiet, TRAIL_LINES).await
}
