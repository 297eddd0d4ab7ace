//! One class: where it stands, what the machine found, what must be handled, whose turn it is (M3.1;
//! pages.md "Dossier"). A clean class is reviewed here in two clicks.

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Pairs, Read};
use foundation::codes::{ClassState, ReviewResult};
use foundation::{AccountId, ClassId, Fault, Function, Office, Permission, Right, Stop};
use maud::{Markup, html};
use store::Reader;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use store::tables::journal::fact;
use store::tables::supervision::{review_line, training_class};
use ui::{Button, CheckLine, Dossier, DossierHead, Due, Material, ShareMeter, Step, TrailLine, section};

use super::classes::state_tag;
use super::{attendance, completion};
use crate::acts::review::{AcceptOpening, ApproveOpening, RefuseOpening, ReturnOpening, ReviewOpening, SubmitOpening, WithdrawClass, lines_of, reviewer_name};
use crate::rules::opening::open_lines;

/// The dossier of a class.
pub struct ClassPage;
impl Read for ClassPage {
    const NAME: &'static str = "class-page";
    const PERMISSION: Permission = Permission::Of(Function::OpeningApplication, Right::Read);
    const CLAUSE: &'static str = "M3.1";
}

/// Facts shown in the trail.
const TRAIL_LINES: u64 = 40;

/// `/classes/{id}`.
pub async fn show(desk: Desk, Path(class): Path<String>) -> Response {
    let Ok(id) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    match body(&desk, &id).await { Ok(body) => desk.page("班级", "/classes", body), Err(stop) => desk.stopped(stop) }
}

async fn body(desk: &Desk, id: &ClassId) -> Result<Markup, Stop> {
    let reader = desk.read().await?;
    let class = reader.get::<training_class::Entity>(id.to_string()).await?;
    let lines = lines_of(&reader, id).await?;
    let mut main = vec![facts(&class)];
    if !class.decision_note.is_empty() && matches!(class.state, ClassState::Returned | ClassState::Refused | ClassState::Suspended | ClassState::Withdrawn) {
        main.push(section("说明", html! { p { (class.decision_note) } }));
    }
    main.extend(review(desk, &class, &lines));
    main.push(attendance::panel(desk, &reader, &class).await?);
    main.push(completion::panel(desk, &reader, &class).await?);
    if matches!(desk.actor.office, Office::Institution { .. }) && matches!(class.state, ClassState::Draft | ClassState::Returned) { main.push(submit_form(&class)); }
    if desk.may(DECIDE) && matches!(class.state, ClassState::Submitted | ClassState::UnderReview) { main.push(refusal_form(&class)); }
    let side = vec![materials(&class), ui::trail(&trail(desk, &reader, &class).await?)];
    let reviewed = reviewer_name(&reader, class.reviewed_by.as_ref()).await?;
    Ok(html! { (Dossier { head: head(desk, &class, &lines), steps: steps(desk, &class, &reviewed), main, side }) })
}

const DECIDE: Permission = Permission::Of(Function::OpeningApplication, Right::Approve);

fn head(desk: &Desk, class: &training_class::Model, lines: &[review_line::Model]) -> DossierHead {
    let mut buttons = attendance::main_buttons(desk, class);
    buttons.extend(completion::main_buttons(desk, class));
    buttons.extend(own_buttons(desk, class, lines));
    let waiting = matches!(class.state, ClassState::Submitted | ClassState::UnderReview | ClassState::Returned);
    DossierHead {
        title: class.title.clone(), state: Some(state_tag(class.state)), due: class.due_on.filter(|_| waiting).map(|due| Due::on(due, desk.today())),
        number: if class.class_no.starts_with("草稿") { "尚未编号".into() } else { class.class_no.clone() }, owner: class.institution_name.clone(), buttons,
    }
}

fn own_buttons(desk: &Desk, class: &training_class::Model, lines: &[review_line::Model]) -> Vec<Button> {
    let at = |what: &str| format!("/classes/{}/{what}", class.id);
    let mine = |account: &Option<AccountId>| account.is_some() && account == &desk.actor.account;
    match class.state {
        ClassState::Draft | ClassState::Returned if matches!(desk.actor.office, Office::Institution { .. }) => vec![Button::link("名册", at("roster")), Button::link("教学计划", at("plan")), Button::link("课程表", at("timetable"))],
        ClassState::Submitted if desk.may(DECIDE) => vec![Button::post("受理", at("accept")).main()],
        ClassState::UnderReview if desk.may(DECIDE) && class.reviewed_by.is_none() => vec![],
        ClassState::UnderReview if desk.may(DECIDE) => {
            let button = Button::post("准予开班", at("approve")).main();
            let open = open_lines(lines).len();
            vec![if mine(&class.reviewed_by) { button.blocked_because("您审核过本班，须由另一位工作人员批准") } else if open > 0 { button.blocked_because(format!("还有 {open} 项须处理")) } else { button }]
        }
        _ => Vec::new(),
    }
}

fn steps(desk: &Desk, class: &training_class::Model, reviewer: &str) -> Vec<Step> {
    let day = |at: Option<foundation::Instant>| at.map_or_else(String::new, |at| ui::dates::day(foundation::clock::day_of(at)));
    let order = ["开班申请", "受理", "审核", "培训", "结业考核", "发证", "学员评价", "补贴"];
    let (now, note) = match class.state {
        ClassState::Draft => (0, "草稿".to_owned()), ClassState::Returned => (0, "补正".to_owned()), ClassState::Submitted => (1, due(class, desk)),
        ClassState::UnderReview => (2, if reviewer.is_empty() { due(class, desk) } else { format!("{reviewer} 已审核，待批准") }), ClassState::Refused => (2, "不予开班".into()),
        ClassState::Approved => (3, format!("{} 开班", ui::dates::day(class.starts_on))), ClassState::InTraining => (3, format!("至 {}", ui::dates::day(class.ends_on))), ClassState::Suspended => (3, "中止".into()),
        ClassState::TrainingEnded => (4, "待录入成绩".into()), ClassState::Examining => (4, "待第二人确认".into()), ClassState::ResultsReview => (5, "待发证".into()),
        ClassState::Certified => (6, "进行中".into()), ClassState::FeedbackDone | ClassState::Claimed => (7, "办理中".into()), ClassState::Archived => (8, String::new()), ClassState::Withdrawn => (0, "已撤销".into()),
    };
    let dates = [day(class.submitted_at), day(class.accepted_at), day(class.decided_at)];
    let stopped = matches!(class.state, ClassState::Refused | ClassState::Suspended | ClassState::Withdrawn | ClassState::Returned);
    order.iter().enumerate().map(|(at, name)| match at.cmp(&now) {
        std::cmp::Ordering::Less => Step::done(*name, dates.get(at).cloned().unwrap_or_default()),
        std::cmp::Ordering::Equal if stopped => Step::stopped(*name, note.clone()),
        std::cmp::Ordering::Equal => Step::now(*name, note.clone()),
        std::cmp::Ordering::Greater => Step::to_come(*name),
    }).collect()
}

fn due(class: &training_class::Model, desk: &Desk) -> String { class.due_on.map_or_else(String::new, |due| format!("限 {}", ui::dates::near_day(due, desk.today()))) }

fn facts(class: &training_class::Model) -> Markup {
    let offline = class.periods_total.0 - class.periods_online.0;
    let count = |n: i32| u32::try_from(n).unwrap_or(0);
    let pinned = class.policy.as_deref().and_then(|text| desk::policy::pinned(Some(text)).ok());
    let rate = pinned.as_ref().map_or_else(|| "准予开班时确定".to_owned(), |policy| format!("{} / 课时，{}—{} 课时", ui::money::text(policy.fen_per_period), policy.min_payable_periods, policy.max_payable_periods));
    let document = pinned.as_ref().map_or_else(String::new, |policy| policy.document("fen_per_period").to_owned());
    section("", html! {
        (ui::facts_grid(&[
            ("证书类型", "培训合格证书（全过程监管）".to_owned()), ("起止", ui::dates::range(class.starts_on, class.ends_on)), ("班主任", class.class_teacher_name.clone()), ("人数 / 额定", format!("{} / {}", class.enrolled_count, class.planned_persons)),
            ("总课时", format!("{}（理论 {} · 实操 {} · 线上 {}）", class.periods_total, class.periods_theory, class.periods_practice, class.periods_online)), ("补贴标准", rate), ("依据", document),
            ("预计补贴", ui::money::text(class.money)), ("线下课时", offline.to_string()),
        ]))
        (ShareMeter::online(count(class.periods_online.0), count(class.periods_total.0), 40))
    })
}

fn review(desk: &Desk, class: &training_class::Model, lines: &[review_line::Model]) -> Vec<Markup> {
    if lines.is_empty() { return Vec::new(); }
    let mut parts = Vec::new();
    let bad: Vec<CheckLine> = lines.iter().filter(|line| matches!(line.result, Some(ReviewResult::Fail | ReviewResult::NeedsFix)))
        .map(|line| CheckLine::fail(format!("{}：{}", line.title, line.fact)).rule(line.code.as_str()).source(line.source.as_str())).collect();
    if !bad.is_empty() { parts.push(ui::must_handle(&bad)); }
    let reviewing = class.state == ClassState::UnderReview && class.reviewed_by.is_none() && desk.may(DECIDE);
    if reviewing { parts.push(human_form(class, lines)); }
    for (list, title) in [("completeness", "完备性"), ("authenticity", "真实性")] {
        let shown: Vec<CheckLine> = lines.iter().filter(|line| line.list == list && (line.by_machine || line.result.is_some())).map(|line| {
            let base = match line.result { Some(ReviewResult::Pass) => CheckLine::pass(line.fact.as_str()), Some(ReviewResult::Fail | ReviewResult::NeedsFix) => CheckLine::fail(line.fact.as_str()), None => CheckLine::look("待核对") };
            base.subject(line.title.as_str()).source(line.source.as_str()).note(format!("{} {}", line.code, line.decided_by_name))
        }).collect();
        parts.push(ui::checklist(&format!("{title} {} 项", shown.len()), &shown));
    }
    parts
}

fn human_form(class: &training_class::Model, lines: &[review_line::Model]) -> Markup {
    section("人工核对", html! {
        form method="post" action={ "/classes/" (class.id) "/review" } {
            (ui::csrf::slot())
            @for line in lines.iter().filter(|line| !line.by_machine) {
                p { label { input type="checkbox" name="passed" value=(line.code) checked[line.result == Some(ReviewResult::Pass)]; " " (line.title) } }
            }
            div class="jb-buttons" {
                button class="btn jb-btn" type="submit" { "按勾选提交" } " "
                button class="btn btn-primary jb-btn" type="submit" name="all" value="1" { "全部核对无误，审核通过" }
            }
        }
    })
}

fn submit_form(class: &training_class::Model) -> Markup {
    section("提交开班申请", html! {
        form method="post" action={ "/classes/" (class.id) "/submit" } {
            (ui::csrf::slot())
            p { label { input type="checkbox" name="pledge" value="1" required; " 本机构承诺：对培训全过程及真实性负责，如有虚假，愿退回补贴并承担责任。" } }
            button class="btn btn-primary jb-btn" type="submit" { "提交开班申请" }
        }
    })
}

fn refusal_form(class: &training_class::Model) -> Markup {
    html! {
        details class="jb-panel jb-section" {
            summary { "退回补正或不予开班" }
            form method="post" action={ "/classes/" (class.id) "/return" } {
                (ui::csrf::slot())
                (ui::Field::text_area("reason", "理由（机构会看到，请一次写清）").required().max_length(1000).show(&ui::FormState::new()))
                div class="jb-buttons" {
                    button class="btn jb-btn" type="submit" { "退回补正" } " "
                    @if class.state == ClassState::UnderReview { button class="btn btn-outline-danger jb-btn" type="submit" name="refuse" value="1" { "不予开班" } }
                }
            }
        }
    }
}

fn materials(class: &training_class::Model) -> Markup {
    let at = |what: &str| format!("/classes/{}/{what}", class.id);
    ui::materials(&[
        Material::new(format!("学员名册 {} 人", class.enrolled_count), at("roster")), Material::new("课程表", at("timetable")), Material::new("教学计划与考核方案", at("plan")), Material::new("证据包（可离线核验）", at("evidence")),
    ])
}

async fn trail(desk: &Desk, reader: &Reader, class: &training_class::Model) -> Result<Vec<TrailLine>, Stop> {
    // Hundreds of sign-ins would bury the decisions: the attendance page has them.
    let quiet = ["TraineeSignedIn", "TraineeSignedOut", "TraineeFeedbackGiven", "CompletionCertificateIssued"];
    let rows = reader.list::<fact::Entity>(|q| q.filter(fact::Column::Class.eq(class.id.clone())).filter(fact::Column::Fact.is_not_in(quiet)).order_by_desc(fact::Column::At).order_by_desc(fact::Column::Id).limit(TRAIL_LINES)).await?;
    Ok(rows.into_iter().map(|one| TrailLine {
        what: one.summary, at: ui::dates::moment(one.at, desk.today()), who: one.actor_name, journal: one.seq.and_then(|seq| u64::try_from(seq).ok()), href: None,
    }).collect())
}

macro_rules! simple_posts {
    ($($(#[$doc:meta])* $name:ident($act:ident) = $said:literal;)+) => {$(
        $(#[$doc])*
        pub async fn $name(desk: Desk, Path(class): Path<String>, _form: Pairs) -> Response {
            let Ok(id) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
            let result = desk.perform($act { class: id }).await;
            desk.after(result, &format!("/classes/{class}"), $said)
        }
    )+};
}
simple_posts! {
    /// POST `/classes/{id}/accept`.
    accept(AcceptOpening) = "已受理，进入审核。";
    /// POST `/classes/{id}/approve`.
    approve(ApproveOpening) = "已准予开班，机构到开班日即可点名。";
}

/// POST `/classes/{id}/submit`.
pub async fn submit(desk: Desk, Path(class): Path<String>, form: Pairs) -> Response {
    let Ok(id) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    match desk.perform(SubmitOpening { class: id.clone(), pledge: form.value("pledge") == "1" }).await {
        Ok(()) => desk.go(&format!("/classes/{class}"), "开班申请已提交，县人社部门会在 2 个工作日内受理。"),
        Err(Stop::Refused(refusals)) => match body(&desk, &id).await {
            Ok(page) => desk.page_status(422, "班级", "/classes", html! { div role="alert" { h2 class="jb-h2" { "还有 " (refusals.len()) " 项没有通过机器核对" } (ui::refusals(&refusals)) } (page) }),
            Err(stop) => desk.stopped(stop),
        },
        Err(stop) => desk.stopped(stop),
    }
}

/// POST `/classes/{id}/review`.
pub async fn review_post(desk: Desk, Path(class): Path<String>, form: Pairs) -> Response {
    let Ok(id) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    let passed = if form.value("all") == "1" {
        let found = match desk.read().await { Ok(reader) => lines_of(&reader, &id).await, Err(stop) => Err(stop) };
        match found { Ok(lines) => lines.into_iter().filter(|line| !line.by_machine).map(|line| line.code).collect(), Err(stop) => return desk.stopped(stop) }
    } else { form.values("passed").map(str::to_owned).collect() };
    let result = desk.perform(ReviewOpening { class: id, passed }).await;
    desk.after(result, &format!("/classes/{class}"), "审核通过，请另一位工作人员批准。")
}

/// POST `/classes/{id}/return`: returned for correction, or refused.
pub async fn send_back(desk: Desk, Path(class): Path<String>, form: Pairs) -> Response {
    let Ok(id) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    let reason = form.value("reason").to_owned();
    let (result, said) = if form.value("refuse") == "1" { (desk.perform(RefuseOpening { class: id, reason }).await, "已不予开班，机构会看到理由。") } else { (desk.perform(ReturnOpening { class: id, reason }).await, "已退回补正，机构会看到理由。") };
    desk.after(result, &format!("/classes/{class}"), said)
}

/// POST `/classes/{id}/withdraw`.
pub async fn withdraw(desk: Desk, Path(class): Path<String>, form: Pairs) -> Response {
    let Ok(id) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    let result = desk.perform(WithdrawClass { class: id, reason: form.value("reason").into() }).await;
    desk.after(result, &format!("/classes/{class}"), "班级已撤销。")
}
