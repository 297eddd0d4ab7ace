//! Pages of disputed attendance (M3.3): the trainee's form on the phone, the county's one page on which it is answered.

use axum::extract::Path;
use axum::response::Response;
use desk::{Act, Desk, Pairs, Read};
use foundation::at;
use foundation::codes::{DisputeState, FullProcessState};
use foundation::{DisputeId, Fault, Function, Permission, Right, SessionId, Stop};
use maud::{Markup, html};
use store::query::{ColumnTrait, QueryFilter};
use store::tables::supervision::{attendance, attendance_dispute, class_session};
use ui::{Button, Dossier, DossierHead, Due, Field, Form, FormState, Tag, Tone, facts_grid, form, page_head, section};

use crate::acts::dispute::{AnswerDispute, DisputeAttendance, DisputeVerdict};
use crate::hours;
use crate::rules::attendance::ANSWER_CHARS;

/// One dispute: answered by the county, read by those above it.
pub struct DisputePage;
impl Read for DisputePage {
    const NAME: &'static str = "dispute-page";
    const PERMISSION: Permission = Permission::Of(Function::Attendance, Right::Read);
    const STAGE: &'static str = FullProcessState::InTraining.code();
}

/// `/me/dispute/{session}`.
pub async fn ask(desk: Desk, Path(session): Path<String>) -> Response {
    asked(&desk, &session, &FormState::new()).await
}

async fn asked(desk: &Desk, session: &str, state: &FormState) -> Response {
    let run = async {
        let session = session.parse::<SessionId>().map_err(|_| Fault::Gone)?;
        desk.read().await?.get(&session).await
    };
    match run.await {
        Ok(row) => desk.page_status(if state.is_clean() { 200 } else { 422 }, "记错了", "/me", ask_body(&row, state)),
        Err(stop) => desk.stopped(stop),
    }
}

fn ask_body(session: &class_session::Model, state: &FormState) -> Markup {
    html! {
        (page_head("这次课记错了",
            &format!("{} {}", ui::dates::day_weekday(session.held_on), ui::dates::time(session.starts_at)), &[]))
        (form(&Form { action: at::MeDispute(&session.id).to_string(), submit: "告诉我们".into(), is_phone: true,
            ..Form::default() }, state, html! {
            (Field::text_area("text", "哪里不对").hint("例如：我来上课了，手机没电").required().max_length(1000).show(state))
        }))
    }
}

/// POST `/me/dispute/{session}`.
pub async fn raise(desk: Desk, Path(session): Path<String>, pairs: Pairs) -> Response {
    let Ok(id) = session.parse::<SessionId>() else { return desk.stopped(Fault::Gone.into()) };
    desk.answer(
        desk.perform(DisputeAttendance { session: id, text: pairs.value("text").into() }).await,
        |()| ("/me".to_owned(), "已经交给县人社部门，答复会写在“我的课时”里。".to_owned()),
        async |refusals| asked(&desk, &session, &pairs.state().refused(refusals)).await,
    )
    .await
}

/// `/disputes/{id}`.
pub async fn show(desk: Desk, Path(id): Path<String>) -> Response {
    shown(&desk, &id, &FormState::new()).await
}

async fn shown(desk: &Desk, id: &str, state: &FormState) -> Response {
    match body(desk, id, state).await {
        Ok(body) => desk.page_status(if state.is_clean() { 200 } else { 422 }, "考勤异议", "/classes", body),
        Err(stop) => desk.stopped(stop),
    }
}

/// The colour of a dispute's state.
pub fn tone(state: DisputeState) -> Tone {
    match state {
        DisputeState::Open => Tone::Look,
        DisputeState::Upheld => Tone::Good,
        DisputeState::Dismissed => Tone::Neutral,
    }
}

async fn body(desk: &Desk, id: &str, state: &FormState) -> Result<Markup, Stop> {
    let id = id.parse::<DisputeId>().map_err(|_| Fault::Gone)?;
    let reader = desk.read().await?;
    let one = reader.get(&id).await?;
    desk.shows(&crate::declared::DISPUTE, &one.id, one.version);
    let class = reader.get(&one.class).await?;
    let place = reader.get(&one.enrolment).await?;
    let session = reader.get(&one.session).await?;
    let policy = desk::policy::of_class(&reader, &class, desk.today()).await?;
    let marks =
        reader.list::<attendance::Entity>(|q| q.filter(attendance::Column::Enrolment.eq(place.id.clone()))).await?;
    let all = hours::sessions(&reader, &class.id).await?;
    let hours = reckoning::hours::credit(&hours::session_facts(&all), &hours::attendance_facts(&marks), &policy);
    let counted = hours.sessions.iter().find(|credit| credit.session == session.id);
    let counted = counted.map_or_else(String::new, |credit| {
        format!("{}，计 {} / {} 课时", credit.reason.sentence(), credit.credited, credit.planned)
    });
    let trail = desk::trail::of(desk, &reader, &crate::declared::DISPUTE, &id.to_string(), 30).await?;
    let when = format!(
        "{} {}—{}",
        ui::dates::day_weekday(session.held_on),
        ui::dates::time(session.starts_at),
        ui::dates::time(session.ends_at)
    );
    let facts: [(&str, String); 4] = [
        ("学员", format!("{} {}", place.name, place.id_number_masked)),
        ("课次", format!("{when} · {} · {}", session.teacher_name, session.place)),
        ("现在的记录", counted),
        ("已计课时", format!("{} / {}（{}）", hours.rate.0, hours.rate.1, reckoning::hours::rate_text(hours.rate))),
    ];
    let is_open = one.state == DisputeState::Open;
    let mut main = vec![section("学员反映", html! { blockquote class="jb-quote" { (one.text) } (facts_grid(&facts)) })];
    if is_open && desk.may(AnswerDispute::PERMISSION) {
        main.push(section("核实和答复", answer_form(&one, state)));
    } else if !is_open {
        main.push(section("答复", html! { p { (one.answer) } }));
    }
    main.insert(0, state.untold());
    let due = Due::on(one.due_on, desk.today());
    Ok(html! { (Dossier {
        head: DossierHead {
            title: format!("{} 考勤异议", place.name),
            state: Some(Tag::new(one.state.label(), tone(one.state))),
            due: is_open.then_some(due),
            number: ui::dates::full_moment(one.raised_at),
            owner: class.institution_name.clone(),
            buttons: vec![Button::link("看考勤", at::ClassAttendance(&class.id).to_string()),
                Button::link("看班级", at::ClassPage(&class.id).to_string())],
        },
        main,
        side: vec![ui::trail(&trail)],
        ..Dossier::default()
    }) })
}

fn answer_form(one: &attendance_dispute::Model, state: &FormState) -> Markup {
    let options =
        Form { action: at::DisputeAnswer(&one.id).to_string(), submit: "答复学员".into(), ..Form::default() };
    form(
        &options,
        state,
        html! {
            (Field::radio("verdict", "核实结论", [
                ("present", "属实，补记到课（按全部课时计，原来的记录保留）"),
                ("upheld", "属实，但不用补记（例如别人代签，另行处理）"),
                ("dismissed", "不属实"),
            ]).required().show(state))
            (Field::text_area("answer", "答复").hint("学员会看到：核实了什么、结论是什么").required().max_length(1000).show(state))
        },
    )
}

/// POST `/disputes/{id}/answer`.
pub async fn answer(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Response {
    let Ok(dispute) = id.parse::<DisputeId>() else { return desk.stopped(Fault::Gone.into()) };
    let mut state = pairs.state();
    let verdict = match pairs.value("verdict") {
        "present" => DisputeVerdict::Present,
        "upheld" => DisputeVerdict::Upheld,
        "dismissed" => DisputeVerdict::Dismissed,
        _ => {
            state.error("verdict", "请选择核实结论");
            if pairs.value("answer").trim().chars().count() < ANSWER_CHARS {
                state.error("answer", "请写清核实了什么、结论是什么");
            }
            return shown(&desk, &id, &state).await;
        }
    };
    desk.answer(
        desk.perform(AnswerDispute { dispute, verdict, answer: pairs.value("answer").into() }).await,
        |()| (at::DisputePage(&id).to_string(), "已答复，学员在“我的课时”里能看到。".to_owned()),
        async |refusals| shown(&desk, &id, &state.refused(refusals)).await,
    )
    .await
}
