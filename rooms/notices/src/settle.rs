//! Tasks that no act of their own ends (M8.9): somebody telephones, looks into a matter or reads a notice, and says so
//! here. What was found goes into the journal, the task leaves the queue.

use axum::extract::Path;
use axum::response::Response;
use desk::matter::Ends;
use desk::{Act, Desk, Done, FactDraft, Pairs, Read};
use foundation::at;
use foundation::limits::TEXT_CHARS;
use foundation::{ClassId, Fault, Permission, Stop, TaskId};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::query::Set;
use store::tables::notices::task;
use store::{Reader, Writer};
use ui::{Button, Field, Form, FormState, form, page_head, panel};

use crate::queue::{address, called, does_cases};
use crate::refusals::TASK;

/// Fewest letters of a finding.
const NOTE_CHARS: usize = 5;

/// Ends a task of one's own queue.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SettleTask {
    /// The task.
    pub task: TaskId,
    /// What was found; may be empty for a notice.
    pub note: String,
}

impl Act for SettleTask {
    const NAME: &'static str = "settle-task";
    const PERMISSION: Permission = Permission::SignedIn;
    const CLAUSE: &'static str = "M8.9";
    const TITLE: &'static str = "登记办理结果";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let row = own(desk, work, &self.task).await?;
        if row.done_at.is_some() {
            return Ok(Done::Repeat(()));
        }
        let note = self.note.trim();
        let what = called(desk, &row.kind);
        match desk.premises.declared().matter(&row.kind).map(|one| one.ends) {
            None | Some(Ends::ByStep | Ends::ByActs(_)) => {
                return Err(TASK.refuse(format!("“{what}”要在它自己的页面上办")).into());
            }
            Some(Ends::Finding) if !(NOTE_CHARS..=TEXT_CHARS).contains(&note.chars().count()) => {
                let fact = format!("办理结果应写 {NOTE_CHARS} 至 {TEXT_CHARS} 字");
                return Err(TASK
                    .refuse(fact)
                    .fix("请写清找了谁、核实了什么、结论是什么；不要写证件号、电话")
                    .at("note")
                    .into());
            }
            Some(Ends::Seen) if note.chars().count() > TEXT_CHARS => {
                return Err(TASK.refuse("写得太长").fix(format!("请不要超过 {TEXT_CHARS} 字")).at("note").into());
            }
            Some(_) => {}
        }
        work.save::<task::Entity>(
            &row,
            task::ActiveModel { done_at: Set(Some(desk.now())), once: Set(None), ..Default::default() },
        )
        .await?;
        let said = if note.is_empty() { format!("{what}：已阅") } else { format!("{what}：{note}") };
        // Without the institution: what trainees say about it is looked into without telling it who spoke.
        let fact = FactDraft::new("TaskSettled", row.district, said).with("kind", row.kind.as_str());
        Ok(Done::new(
            (),
            match row.about.parse::<ClassId>() {
                Ok(class) => fact.class(&class),
                Err(_) => fact,
            },
        ))
    }
}

/// A task of the asker's own queue: in reach, for this office, and not somebody else's.
async fn own(desk: &Desk, reader: &Reader, id: &TaskId) -> Result<task::Model, Stop> {
    let row = reader.get(&id).await?;
    let is_mine = does_cases(desk)
        && row.audience == desk.actor.office.parts().0
        && (row.not_for.is_none() || row.not_for != desk.actor.account);
    if is_mine { Ok(row) } else { Err(Fault::Gone.into()) }
}

/// The page of such a task.
pub struct TaskPage;
impl Read for TaskPage {
    const NAME: &'static str = "task-page";
    const PERMISSION: Permission = Permission::SignedIn;
    const CLAUSE: &'static str = "M8.9";
}

/// `/tasks/{id}`.
pub async fn show(desk: Desk, Path(id): Path<String>) -> Response {
    shown(&desk, &id, &FormState::new()).await
}

async fn shown(desk: &Desk, id: &str, state: &FormState) -> Response {
    let run = async {
        let id: TaskId = id.parse().map_err(|_| Fault::Gone)?;
        own(desk, &desk.read().await?, &id).await
    };
    match run.await {
        Ok(row) => {
            desk.page_status(if state.is_clean() { 200 } else { 422 }, "登记办理结果", "/", body(desk, &row, state))
        }
        Err(stop) => desk.stopped(stop),
    }
}

fn body(desk: &Desk, row: &task::Model, state: &FormState) -> Markup {
    let options = Form { action: at::TaskSettle(&row.id).to_string(), submit: "办完了".into(), ..Form::default() };
    let what = called(desk, &row.kind);
    let look = Button::link("看这件事", address(desk, row));
    html! {
        (page_head(what, &row.title, &[look, Button::link("返回", "/")]))
        @if !row.finding.is_empty() { (panel("要办的", html! { p { (row.finding) } })) }
        @if row.done_at.is_some() { (panel("", html! { p { "已经办完了。" } })) }
        @else {
            (form(&options, state, Field::text_area("note", "办理结果")
                .hint("找了谁、核实了什么、结论是什么。会记入日志，不要写证件号、电话。").required().max_length(1000).show(state)))
        }
    }
}

/// POST `/tasks/{id}/settle`.
pub async fn settle(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Response {
    let Ok(task) = id.parse::<TaskId>() else { return desk.stopped(Fault::Gone.into()) };
    desk.answer(
        desk.perform(SettleTask { task, note: pairs.value("note").into() }).await,
        |()| ("/".to_owned(), "已登记，这件待办办完了。".to_owned()),
        async |refusals| shown(&desk, &id, &pairs.state().refused(refusals)).await,
    )
    .await
}
