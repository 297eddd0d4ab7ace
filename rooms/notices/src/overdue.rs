//! What lies too long below (督办; M8.9): for offices that watch others, the matters of their district whose day has
//! passed, the longest first. Nothing here is theirs to do; each opens the file it is about, where they may read it.

use desk::Desk;
use foundation::organisation::Range;
use foundation::{Fen, Office, Stop};
use maud::{Markup, html};
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use store::tables::notices::task;
use ui::{Column, Due, Row, Tone, simple_table};

use crate::queue::{address, called};

/// Rows shown.
const ROWS: u64 = 20;

/// Whose matters are watched, and what follows the name of their district.
const BELOW: [(&str, &str); 4] =
    [("county", "人社局"), ("city", "人社局"), ("finance", "财政局"), ("institution", "培训机构")];

/// Offices that see others' work: those that do the work have it in their own queue.
fn watches(office: &Office) -> bool {
    match *office {
        Office::Province
        | Office::EmploymentBureau
        | Office::AssessmentCentre
        | Office::TechnicalEducationCentre
        | Office::City { .. }
        | Office::Audit { .. } => true,
        // Who watches a district on its behalf; the others see their own matters in their own queue.
        Office::Organisation { ref organisation } => organisation.kind.of().range == Range::Contract,
        Office::County { .. }
        | Office::Finance { .. }
        | Office::Trainee { .. }
        | Office::Public
        | Office::System { .. } => false,
    }
}

/// The section below the queue; nothing for offices that watch nobody.
pub async fn below(desk: &Desk) -> Result<Markup, Stop> {
    if !watches(&desk.actor.office) {
        return Ok(html! {});
    }
    let today = desk.today();
    let rows = desk
        .read()
        .await?
        .list::<task::Entity>(|q| {
            q.filter(task::Column::DoneAt.is_null())
                .filter(task::Column::DueOn.lt(today))
                .filter(task::Column::Audience.is_in(BELOW.map(|(kind, _)| kind)))
                .order_by_asc(task::Column::DueOn)
                .order_by_asc(task::Column::Id)
                .limit(ROWS)
        })
        .await?;
    if rows.is_empty() {
        return Ok(html! { h2 class="jb-h2" { "下级超期未办" } p { "没有超期未办的事项。" } });
    }
    let title = if rows.len() as u64 == ROWS {
        format!("下级超期未办，最久的 {ROWS} 件")
    } else {
        format!("下级超期未办 {} 件", rows.len())
    };
    let columns = [
        Column::text("案卷"),
        Column::text("事项"),
        Column::text("该谁办"),
        Column::text("时限"),
        Column::number("金额"),
    ];
    let rows: Vec<Row> = rows.iter().map(|one| line(desk, one)).collect();
    Ok(html! { h2 class="jb-h2" { (title) } (simple_table(&title, &columns, &rows)) })
}

fn line(desk: &Desk, one: &task::Model) -> Row {
    let whose = BELOW.iter().find(|(kind, _)| *kind == one.audience).map_or("人社局", |(_, called)| called);
    let cells = vec![
        html! { (one.title) },
        html! { (called(desk, &one.kind)) },
        html! { (one.district.name()) " " (whose) },
        html! { @if let Some(due) = one.due_on { (Due::on(due, desk.today())) } },
        html! { @if one.money != Fen::ZERO { (ui::money(one.money)) } },
    ];
    let row = if reads(desk, &one.kind) { Row::link(address(desk, one), cells) } else { Row::plain(cells) };
    row.tone(Tone::Act)
}

/// Whether this office may open what a matter is about.
fn reads(desk: &Desk, kind: &str) -> bool {
    desk.premises.declared().matter(kind).is_some_and(|one| !one.about.folder.is_empty() && desk.may(one.about.read))
}
