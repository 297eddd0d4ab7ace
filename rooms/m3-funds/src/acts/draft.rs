//! The system drafts the claim of a class whose feedback is done, and drafts it anew when the facts have changed
//! (M7.1; domain §7.3). A claim that nobody can be paid for is closed with the reason, never handed in.

use desk::tasks::{self, TaskDraft};
use desk::{Act, Desk, Done, FactDraft};
use foundation::codes::{ClaimState, ClassState};
use foundation::{ClaimId, ClassId, Function, Permission, Refusal, Right, Stop};
use m3_supervision::rules::states::{Move, after as class_after};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Condition, QueryFilter, Set};
use store::tables::funds::{claim, claim_item};
use store::tables::supervision::{feedback, training_class};

use super::lines::{Lines, lines};
use super::review::KINDS;
use crate::rules::states::{ClaimMove, after};

/// Drafts the only claim of a class.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DraftClaim {
    /// The class.
    pub class: ClassId,
}

impl Act for DraftClaim {
    const NAME: &'static str = "draft-claim";
    const PERMISSION: Permission = Permission::Job;
    const CLAUSE: &'static str = "M7.1";
    const TITLE: &'static str = "生成补贴申领";
    type Outcome = ClaimId;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<ClaimId>, Stop> {
        let class = work.get::<training_class::Entity>(self.class.to_string()).await?;
        let class_state = class_after(class.state, Move::DraftClaim)?;
        let id: ClaimId = desk.new_id();
        let now = lines(desk, work, &class, &id).await?;
        let row = fresh(desk, &class, id.clone());
        work.add::<claim::Entity>(row.clone()).await?;
        let fact = put(desk, work, &class, &row, ClaimState::Draft, now).await?;
        let saved = work.get::<training_class::Entity>(class.id.to_string()).await?;
        work.save::<training_class::Entity>(&saved, training_class::ActiveModel { state: Set(class_state), ..Default::default() }).await?;
        Ok(Done::new(id, fact.with("class_state", ClassState::Claimed.code())))
    }
}

fn fresh(desk: &Desk, class: &training_class::Model, id: ClaimId) -> claim::Model {
    claim::Model {
        id,
        claim_no: format!("{}-1", class.class_no),
        class: class.id.clone(),
        class_title: class.title.clone(),
        institution: class.institution.clone(),
        institution_name: class.institution_name.clone(),
        state: ClaimState::Draft,
        persons: 0,
        total: foundation::Fen::ZERO,
        drafted_at: desk.now(),
        submitted_at: None,
        submitted_by: None,
        first_reviewed_by: None,
        first_reviewed_at: None,
        second_reviewed_by: None,
        second_reviewed_at: None,
        publicity_from: None,
        publicity_until: None,
        note: String::new(),
        due_on: None,
        fund_account: None,
        batch: None,
        paid_at: None,
        district: class.district,
        path: class.path.clone(),
        created_at: desk.now(),
        version: 1,
    }
}

/// Reckons a claim that was not handed in (or was sent back) once more, from the facts as they are now.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RedraftClaim {
    /// The claim.
    pub claim: ClaimId,
}

/// What a redraft found.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Redrafted {
    /// Something in it is new.
    pub changed: bool,
    /// Persons paid for now.
    pub persons: i32,
    /// The sum now, fen.
    pub total_fen: i64,
}

impl Act for RedraftClaim {
    const NAME: &'static str = "redraft-claim";
    const PERMISSION: Permission = Permission::Of(Function::ClaimSubmission, Right::Create);
    const CLAUSE: &'static str = "M7.1";
    const TITLE: &'static str = "按最新事实重算申领";
    type Outcome = Redrafted;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<Redrafted>, Stop> {
        let row = work.get::<claim::Entity>(self.claim.to_string()).await?;
        let state = after(row.state, ClaimMove::Redraft)?;
        if row.second_reviewed_by.is_some() {
            return Err(Refusal::new("办理步骤", "M8.9", "本申领在公示后因异议成立被终止", "异议处理决定", "不再重算；有新情况的请向县人社部门反映").into());
        }
        let class = work.get::<training_class::Entity>(row.class.to_string()).await?;
        let now = lines(desk, work, &class, &row.id).await?;
        let outcome = |changed| Redrafted { changed, persons: now.persons, total_fen: now.total.0 };
        if now.same_as(&items(work, &row.id).await?) && !heard_since(work, &row).await? {
            return Ok(Done::Repeat(outcome(false)));
        }
        let outcome = outcome(true);
        Ok(Done::new(outcome, put(desk, work, &class, &row, state, now).await?))
    }
}

/// The claim's lines as they are kept.
pub(crate) async fn items(work: &Writer, claim: &ClaimId) -> Result<Vec<claim_item::Model>, Stop> {
    work.list::<claim_item::Entity>(|q| q.filter(claim_item::Column::Claim.eq(claim.clone()))).await
}

/// Puts lines in the place of those that are kept.
pub(crate) async fn keep(work: &Writer, claim: &ClaimId, lines: Vec<claim_item::Model>) -> Result<(), Stop> {
    work.remove_all::<claim_item::Entity>(claim_item::Column::Claim.eq(claim.clone())).await?;
    work.add_many::<claim_item::Entity>(lines).await
}

/// Whether a trainee has answered after the claim was drafted. The institution may not see who: the system asks.
async fn heard_since(work: &Writer, row: &claim::Model) -> Result<bool, Stop> {
    let late = Condition::all().add(feedback::Column::Class.eq(row.class.clone())).add(feedback::Column::At.gt(row.drafted_at));
    Ok(work.as_system("late-feedback").find::<feedback::Entity>(late).await?.is_some())
}

/// Keeps new lines, sums and task of a claim in hand; closes one that nobody is paid for. Returns the fact.
pub(crate) async fn put(
    desk: &Desk,
    work: &Writer,
    class: &training_class::Model,
    row: &claim::Model,
    state: ClaimState,
    now: Lines,
) -> Result<FactDraft, Stop> {
    let state = if now.persons == 0 { after(state, ClaimMove::Close)? } else { state };
    let body = now.body(class, &row.id);
    let (persons, total) = (now.persons, now.total);
    keep(work, &row.id, now.all).await?;
    let note = match state {
        ClaimState::NotPassed => {
            "没有可以补贴的学员，本申领已终止。每位学员不予补贴的原因见下表；归档前补齐的（如学员补交评价），系统会自动重新生成。".to_owned()
        }
        ClaimState::Returned => row.note.clone(),
        _ => String::new(),
    };
    // A draft waits until the claim window is over, a returned one until its correction is due.
    let due = match state {
        ClaimState::Returned => row.due_on,
        ClaimState::NotPassed => None,
        _ => claim_window_end(class.ends_on, desk::policy::pinned(class.policy.as_deref())?.claim_window_months()),
    };
    let change = claim::ActiveModel {
        due_on: Set(due),
        state: Set(state),
        persons: Set(persons),
        total: Set(total),
        drafted_at: Set(desk.now()),
        note: Set(note),
        ..Default::default()
    };
    work.save::<claim::Entity>(row, change).await?;
    work.save::<training_class::Entity>(class, training_class::ActiveModel { money: Set(total), ..Default::default() }).await?;
    tasks::close(desk, work, &row.id, KINDS).await?;
    if state != ClaimState::NotPassed {
        let kind = if state == ClaimState::Returned { "correct-claim" } else { "submit-claim" };
        TaskDraft::new(desk, "institution", kind, ("claim", row.id.to_string()), class.title.clone(), class.district)
            .for_institution(&class.institution)
            .money(total)
            .due(due)
            .put(work)
            .await?;
    }
    let summary = match state {
        ClaimState::NotPassed => "没有可以补贴的学员，申领终止".to_owned(),
        _ => format!("系统按学时生成补贴申领：{persons} 人，{total} 元"),
    };
    Ok(FactDraft::of(&body, class.district, summary).class(&class.id).institution(&class.institution).about("claim", &row.id).with("claim_state", state.code()))
}

/// Ends a class whose claim was closed, once nothing can be claimed any more.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ArchiveUnpaidClass {
    /// The closed claim.
    pub claim: ClaimId,
}

impl Act for ArchiveUnpaidClass {
    const NAME: &'static str = "archive-unpaid-class";
    const PERMISSION: Permission = Permission::Job;
    const CLAUSE: &'static str = "M3.11";
    const TITLE: &'static str = "没有补贴的班级归档";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let row = work.get::<claim::Entity>(self.claim.to_string()).await?;
        let class = work.get::<training_class::Entity>(row.class.to_string()).await?;
        let policy = desk::policy::pinned(class.policy.as_deref())?;
        let last = claim_window_end(class.ends_on, policy.claim_window_months());
        if row.state != ClaimState::NotPassed || last.is_none_or(|last| desk.today() <= last) {
            return Err(Refusal::new("归档", "M3.11", "申领还可能重新生成", "申领期限", "请等申领期限过后归档").into());
        }
        let state = class_after(class.state, Move::Archive)?;
        work.save::<training_class::Entity>(&class, training_class::ActiveModel { state: Set(state), ..Default::default() }).await?;
        let fact = FactDraft::new("UnpaidClassArchived", "M3.11", row.district, "申领期限已过，没有补贴，班级归档")
            .class(&class.id)
            .institution(&class.institution)
            .about("claim", &row.id)
            .with("class_state", state.code());
        Ok(Done::new((), fact))
    }
}

/// The last day on which anything of a class may be claimed, counted from the class's end.
pub(crate) fn claim_window_end(ends_on: foundation::Date, months: i32) -> Option<foundation::Date> {
    ends_on.checked_add_months(chrono::Months::new(u32::try_from(months).unwrap_or(0)))
}
