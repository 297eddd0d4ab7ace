//! The system drafts the claim of a class whose feedback is done, and drafts it anew when the facts have changed
//! (M7.1; domain §7.3). A claim that nobody can be paid for is closed with the reason, never handed in.

use desk::procedure::{Taking, begin, may_take, take};
use desk::{Act, Desk, Done, FactDraft};
use foundation::codes::ClaimState;
use foundation::{ClaimId, ClassId, Fault, Function, Office, Permission, Right, Stop};
use m3_supervision::doorway::{self as supervision, Class};
use m3_supervision::procedures::full_process::{FullProcess, Step as ClassStep};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, QueryFilter, Set};
use store::tables::funds::{claim, claim_item};

use super::lines::{Lines, lines};
use super::review::is_own;
use crate::procedures::claims::{Claims, Step};
use crate::refusals::{ARCHIVE, ENDED};

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
        let class = work.get(&self.class).await?;
        may_take::<FullProcess>(desk, &class, ClassStep::DraftClaim)?;
        let id: ClaimId = desk.new_id();
        let now = lines(desk, work, &class, &id).await?;
        let fact = drafted(&class, &id, &now);
        let row = fresh(desk, &class, id.clone(), &now)?;
        let step = if now.persons == 0 { Step::DraftNothing } else { Step::Draft };
        let made =
            begin::<Claims>(desk, work, row.clone(), step, Taking::new(claim::ActiveModel::default()), fact).await?;
        let fact = made.ok_or(Fault::Stale)?;
        work.add_many::<claim_item::Entity>(now.all).await?;
        let change = supervision::costs(row.total);
        Ok(Done::new(
            id,
            take::<FullProcess>(desk, work, &class, ClassStep::DraftClaim, Taking::new(change), fact).await?,
        ))
    }
}

/// The claim as it is drafted; one of nothing is closed at once.
fn fresh(desk: &Desk, class: &Class, id: ClaimId, now: &Lines) -> Result<claim::Model, Stop> {
    let is_nothing = now.persons == 0;
    let months = desk::policy::pinned(class.policy.as_deref())?.claim_window_months();
    Ok(claim::Model {
        id,
        claim_no: format!("{}-1", class.class_no),
        class: class.id.clone(),
        class_title: class.title.clone(),
        institution: class.institution.clone(),
        institution_name: class.institution_name.clone(),
        state: if is_nothing { ClaimState::NotPassed } else { ClaimState::Draft },
        persons: now.persons,
        total: now.total,
        drafted_at: desk.now(),
        submitted_at: None,
        submitted_by: None,
        first_reviewed_by: None,
        first_reviewed_at: None,
        second_reviewed_by: None,
        second_reviewed_at: None,
        publicity_from: None,
        publicity_until: None,
        note: if is_nothing { NOTHING.to_owned() } else { String::new() },
        due_on: if is_nothing { None } else { claim_window_end(class.ends_on, months) },
        fund_account: None,
        batch: None,
        paid_at: None,
        district: class.district,
        path: class.path.clone(),
        created_at: desk.now(),
        version: 1,
    })
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
    const TITLE: &'static str = "按最新事实重算申领";
    type Outcome = Redrafted;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<Redrafted>, Stop> {
        let row = work.get(&self.claim).await?;
        // The job does it too, when late feedback came in.
        if !matches!(desk.actor.office, Office::System { .. }) {
            is_own(desk, &row)?;
        }
        may_take::<Claims>(desk, &row, redraft_step(&row))?;
        if row.second_reviewed_by.is_some() {
            return Err(ENDED.refuse("本申领在公示后因异议成立被终止").into());
        }
        let class = work.get(&row.class).await?;
        let now = lines(desk, work, &class, &row.id).await?;
        let outcome = |changed| Redrafted { changed, persons: now.persons, total_fen: now.total.0 };
        if now.same_as(&items(work, &row.id).await?) && !heard_since(work, &row).await? {
            return Ok(Done::Repeat(outcome(false)));
        }
        let outcome = outcome(true);
        Ok(Done::new(outcome, put(desk, work, &class, &row, now).await?))
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
    supervision::heard_since(&work.as_system("late-feedback"), &row.class, row.drafted_at).await
}

/// What a claim of nothing says.
const NOTHING: &str = "没有可以补贴的学员，本申领已终止。每位学员不予补贴的原因见下表；归档前补齐的（如学员补交评价），系统会自动重新生成。";

/// The step by which a claim in hand is reckoned once more.
fn redraft_step(row: &claim::Model) -> Step {
    if row.state == ClaimState::Returned { Step::RedraftReturned } else { Step::Redraft }
}

/// The fact of a draft: the same kind, whatever comes of it.
fn drafted(class: &Class, claim: &ClaimId, now: &Lines) -> FactDraft {
    let summary = match now.persons {
        0 => "没有可以补贴的学员，申领终止".to_owned(),
        persons => format!("系统按学时生成补贴申领：{persons} 人，{} 元", now.total),
    };
    FactDraft::of(&now.body(class, claim), class.district, summary)
        .class(&class.id)
        .institution(&class.institution)
        .about(&crate::declared::CLAIM, claim)
}

/// Keeps new lines, sums and task of a claim in hand; closes one that nobody is paid for. Returns the fact.
pub(crate) async fn put(
    desk: &Desk,
    work: &Writer,
    class: &Class,
    row: &claim::Model,
    now: Lines,
) -> Result<FactDraft, Stop> {
    let step = if now.persons == 0 { Step::Close } else { redraft_step(row) };
    let fact = drafted(class, &row.id, &now);
    let (persons, total) = (now.persons, now.total);
    keep(work, &row.id, now.all).await?;
    let note = match step {
        Step::Close => NOTHING.to_owned(),
        Step::RedraftReturned => row.note.clone(),
        _ => String::new(),
    };
    let change = claim::ActiveModel {
        persons: Set(persons),
        total: Set(total),
        drafted_at: Set(desk.now()),
        note: Set(note),
        ..Default::default()
    };
    // A draft waits until the claim window is over, a returned one until its correction is due.
    let due = claim_window_end(class.ends_on, desk::policy::pinned(class.policy.as_deref())?.claim_window_months());
    supervision::keep_costs(work, class, total).await?;
    take::<Claims>(desk, work, row, step, Taking::new(change).due(due).money(total), fact).await
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
        let row = work.get(&self.claim).await?;
        let class = work.get(&row.class).await?;
        let policy = desk::policy::pinned(class.policy.as_deref())?;
        let last = claim_window_end(class.ends_on, policy.claim_window_months());
        if row.state != ClaimState::NotPassed || last.is_none_or(|last| desk.today() <= last) {
            return Err(ARCHIVE.refuse("申领还可能重新生成").into());
        }
        let fact = FactDraft::new("UnpaidClassArchived", row.district, "申领期限已过，没有补贴，班级归档")
            .class(&class.id)
            .institution(&class.institution)
            .about(&crate::declared::CLAIM, &row.id);
        let taking = Taking::<FullProcess>::new(Default::default());
        Ok(Done::new((), take::<FullProcess>(desk, work, &class, ClassStep::ArchiveUnpaid, taking, fact).await?))
    }
}

/// The last day on which anything of a class may be claimed, counted from the class's end.
pub(crate) fn claim_window_end(ends_on: foundation::Date, months: i32) -> Option<foundation::Date> {
    ends_on.checked_add_months(chrono::Months::new(u32::try_from(months).unwrap_or(0)))
}
