//! The dossier of a claim (M8.9; domain §7.3): where it stands and whose turn it is. What its parts say is in
//! `claim_parts`, what can be done to it in `claim_acts`.

use axum::extract::Path;
use axum::response::Response;
use desk::procedure::{self, button};
use desk::{Desk, Read};
use foundation::at;
use foundation::codes::ClaimState;
use foundation::ids::TypedId;
use foundation::{ClaimId, Fault, Function, Permission, Right, Stop};
use maud::{Markup, html};
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::funds::{claim, claim_item, objection, payment_line};
use ui::{Button, Dossier, DossierHead, Due, Step, Tag, Tone, section};

use super::claim_parts::{objected, paid_out, people, sums, unpaid};
use crate::declared::CLAIM;
use crate::procedures::claims::{Claims, Step as ClaimStep};

/// Claims within reach.
pub struct ClaimRegister;
impl Read for ClaimRegister {
    const NAME: &'static str = "claim-register";
    const PERMISSION: Permission = Permission::Of(Function::ClaimReview, Right::Read);
}
/// One claim.
pub struct ClaimPage;
impl Read for ClaimPage {
    const NAME: &'static str = "claim-page";
    const PERMISSION: Permission = Permission::Of(Function::ClaimReview, Right::Read);
}

/// The colour of a state.
pub(super) fn tone(state: ClaimState) -> Tone {
    match state {
        ClaimState::Paid | ClaimState::NoObjection => Tone::Good,
        ClaimState::NotPassed | ClaimState::PaymentReturned | ClaimState::UnderObjection | ClaimState::Recovering => {
            Tone::Act
        }
        ClaimState::Draft | ClaimState::Recovered => Tone::Neutral,
        _ => Tone::Look,
    }
}

/// Until when the claim's present step must be done; provisional where the year's holidays are not known yet.
pub(super) fn due(desk: &Desk, row: &claim::Model) -> Option<Due> {
    // Only limits in working days move with the holidays.
    let in_days = matches!(
        row.state,
        ClaimState::Draft | ClaimState::NoObjection | ClaimState::FinanceReviewed | ClaimState::Paying
    );
    row.due_on.map(|due| Due::on(due, desk.today()).certain(in_days || desk.premises.calendar.is_certain(due)))
}

/// `/claims/{id}`.
pub async fn show(desk: Desk, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<ClaimId>() else { return desk.stopped(Fault::Gone.into()) };
    match body(&desk, &id).await {
        Ok(body) => desk.page("补贴申领", "/claims", body),
        Err(stop) => desk.stopped(stop),
    }
}

async fn body(desk: &Desk, id: &ClaimId) -> Result<Markup, Stop> {
    let reader = desk.read().await?;
    let row = reader.get(&id).await?;
    desk.shows(&CLAIM, &row.id, row.version);
    let items = reader
        .list::<claim_item::Entity>(|q| {
            q.filter(claim_item::Column::Claim.eq(id.clone())).order_by_asc(claim_item::Column::Name)
        })
        .await?;
    let payments = reader
        .list::<payment_line::Entity>(|q| {
            q.filter(payment_line::Column::Claim.eq(id.clone())).order_by_desc(payment_line::Column::Id)
        })
        .await?;
    let trail = desk::trail::of(desk, &reader, &CLAIM, &id.to_string(), 30).await?;
    let waits = m2_institutions::doorway::open_payee_change(&reader, &row.institution).await?;
    let mut main = vec![sums(&row, &items)];
    if !row.note.is_empty() {
        main.push(section("说明", html! { p { (row.note) } }));
    }
    if row.state == ClaimState::Returned && desk.may(Permission::Of(Function::ClaimSubmission, Right::Create)) {
        let options = ui::Form {
            action: at::ClaimExplain(&id).to_string(),
            submit: "记下补正说明".into(),
            ..ui::Form::default()
        };
        let state = ui::FormState::new();
        let field = ui::Field::text_area("note", "补正说明")
            .hint("写明补了什么、改了什么，审核人在留痕里看得到；写好再提交")
            .required()
            .max_length(1000);
        main.push(section(
            "",
            html! { details { summary { "写补正说明" } (ui::form(&options, &state, field.show(&state))) } },
        ));
    }
    let objections = reader
        .list::<objection::Entity>(|q| {
            q.filter(objection::Column::Claim.eq(id.clone())).order_by_asc(objection::Column::Id)
        })
        .await?;
    if !objections.is_empty() {
        main.push(objected(&objections));
    }
    if !payments.is_empty() {
        main.push(paid_out(desk, &row, &payments, waits.is_some()));
    }
    main.push(people(&items));
    main.push(unpaid(row.state, &items));
    let returning = procedure::form::<Claims>(desk, &row, ClaimStep::Return, &at::ClaimPage(&id).to_string());
    main.extend(returning.map(|options| return_form(&options)));
    Ok(html! {
        (Dossier { head: head(desk, &row, waits.is_some()), steps: steps(&row), main,
            side: vec![ui::trail(&trail)] })
    })
}

fn head(desk: &Desk, row: &claim::Model, payee_waits: bool) -> DossierHead {
    let mut buttons = Vec::new();
    // Who reads claims may yet not read openings (省鉴定中心, domain §1.3 row 11).
    if desk.may(Permission::Of(Function::OpeningApplication, Right::Read)) {
        buttons.push(Button::link("看班级", at::ClassPage(&row.class).to_string()));
    }
    if matches!(row.state, ClaimState::Draft | ClaimState::Returned | ClaimState::NotPassed)
        && row.second_reviewed_by.is_none()
        && desk.may(Permission::Of(Function::ClaimSubmission, Right::Create))
    {
        buttons.push(Button::post("按最新事实重算", at::ClaimRedraft(&row.id).to_string()));
    }
    buttons.extend(main_button(desk, row, payee_waits));
    DossierHead {
        title: format!("{} 补贴申领", row.class_title),
        state: Some(Tag::new(row.state.label(), tone(row.state))),
        due: due(desk, row),
        number: row.claim_no.clone(),
        owner: row.institution_name.clone(),
        buttons,
    }
}

/// The act whose turn it is, for this office; blocked with the reason where duties must be separate.
fn main_button(desk: &Desk, row: &claim::Model, payee_waits: bool) -> Option<Button> {
    use crate::procedures::claims::Step::{FirstReview, MakeBatch, Publish, SecondReview, Submit};
    let page = CLAIM.address(row.id.as_str());
    let steps = [Submit, FirstReview, SecondReview, Publish, MakeBatch];
    let (step, button) = steps.into_iter().find_map(|step| Some((step, button::<Claims>(desk, row, step, &page)?)))?;
    Some(match step {
        MakeBatch if payee_waits => button.blocked_because("收款账户正在更正，等另一人复核后再做"),
        _ => button,
    })
}

fn steps(row: &claim::Model) -> Vec<Step> {
    let day = |at: Option<foundation::Instant>| {
        at.map_or_else(String::new, |at| ui::dates::day(foundation::clock::day_of(at)))
    };
    let now = match row.state {
        ClaimState::Draft | ClaimState::Returned => 0,
        ClaimState::Submitted | ClaimState::Accepted | ClaimState::NotPassed => 1,
        ClaimState::FirstReviewed => 2,
        ClaimState::SecondReviewed | ClaimState::Published | ClaimState::UnderObjection => 3,
        ClaimState::NoObjection | ClaimState::FinanceReviewed | ClaimState::Paying | ClaimState::PaymentReturned => 4,
        ClaimState::Paid | ClaimState::Recovering | ClaimState::Recovered => 5,
    };
    let publicity = match (row.publicity_from, row.publicity_until) {
        (Some(from), Some(until)) => ui::dates::range(from, until),
        _ => String::new(),
    };
    let notes =
        [day(row.submitted_at), day(row.first_reviewed_at), day(row.second_reviewed_at), publicity, day(row.paid_at)];
    ["提交", "初审", "复审", "公示", "拨付"]
        .iter()
        .zip(notes)
        .enumerate()
        .map(|(at, (name, note))| match at.cmp(&now) {
            std::cmp::Ordering::Less => Step::done(*name, note),
            std::cmp::Ordering::Equal => Step::now(*name, note),
            std::cmp::Ordering::Greater => Step::to_come(*name),
        })
        .collect()
}

fn return_form(options: &ui::Form) -> Markup {
    let (state, field) =
        (ui::FormState::new(), ui::Field::text_area("note", "理由（机构会看到）").required().max_length(1000));
    html! {
        details class="jb-panel jb-section" {
            summary { (options.submit) } (ui::form(options, &state, field.show(&state)))
        }
    }
}
