//! The institution submits, two officers review, the county publishes (M8.9; domain §7.4).

use std::sync::Arc;

use chrono::Datelike;
use desk::procedure::{Taking, may_take, take};
use desk::{Act, Before, Desk, Done, Example, FactDraft, Hands};
use foundation::codes::{ClaimState, FullProcessState};
use foundation::limits::TEXT_CHARS;
use foundation::{ClaimId, Date, Function, Permission, Right, Stop};
use journal::facts::{ClaimPublished, ClaimReturned};
use reckoning::policy::Policy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::Set;
use store::tables::funds::claim;

use super::draft::{items, keep, put};
use super::fund::{account_id, move_money};
use super::lines::{free_slots, lines, take_slots};
use crate::procedures::claims::{Claims, Step};
use crate::refusals::{EXPLANATION, PUBLICITY, TOLD_ONCE};
use crate::rules::fund::Step as Moves;

/// The policy a claim is judged by: its class's. Read for offices that do not see classes, too.
pub(crate) async fn policy_of(work: &Writer, row: &claim::Model) -> Result<Arc<Policy>, Stop> {
    let class = work.as_system("claim-policy").get(&row.class).await?;
    desk::policy::pinned(class.policy.as_deref())
}

/// The last of so many working days, counted from tomorrow.
pub(crate) fn workdays(desk: &Desk, count: i32) -> Date {
    desk.premises.calendar.add_workdays(desk.today(), u32::try_from(count).unwrap_or(0)).date
}

pub(crate) fn said(row: &claim::Model, kind: &'static str, summary: impl Into<String>) -> FactDraft {
    about(row, FactDraft::new(kind, row.district, summary))
}

/// A fact of a claim.
pub(crate) fn about(row: &claim::Model, fact: FactDraft) -> FactDraft {
    fact.class(&row.class).institution(&row.institution).about(&crate::declared::CLAIM, &row.id)
}

/// Whether the claim is the asker's own to submit and to explain. Errors: `Forbidden` for whoever else reads it.
pub(crate) fn is_own(desk: &Desk, row: &claim::Model) -> Result<(), Stop> {
    if desk.actor.office.institution().as_ref() == Some(&row.institution) { Ok(()) } else { Err(Stop::Forbidden) }
}

/// A step of a claim.
pub(crate) async fn go(
    desk: &Desk,
    work: &Writer,
    row: &claim::Model,
    step: Step,
    taking: Taking<'_, Claims>,
    fact: FactDraft,
) -> Result<FactDraft, Stop> {
    take::<Claims>(desk, work, row, step, taking, fact).await
}

/// Nothing of a claim changes but what the step says.
pub(crate) fn only<'a>() -> Taking<'a, Claims> {
    Taking::new(claim::ActiveModel::default())
}

/// The class whose claim the institution has not handed in yet.
pub(super) const CLAIMED: &str = FullProcessState::Claimed.code();

/// How a claim comes to its publicity: each act's example begins after some of these.
const COURSE: &[Before] = &[
    Before::by::<SubmitClaim>("school-clerk"),
    Before::by::<FirstReviewClaim>("jinjiang-officer"),
    Before::by::<SecondReviewClaim>("jinjiang-reviewer"),
];

macro_rules! act {
    ($(#[$doc:meta])* $name:ident { $($field:ident),* } $kebab:literal $function:ident $right:ident $title:literal
        $hands:expr $(, $example:expr)? => |$self:ident, $desk:ident, $work:ident, $row:ident| $body:block) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub struct $name {
            /// The claim.
            pub claim: ClaimId,
            $(#[doc = "What is said with it."] pub $field: String,)*
        }
        impl Act for $name {
            const NAME: &'static str = $kebab;
            const PERMISSION: Permission = Permission::Of(Function::$function, Right::$right);
            const TITLE: &'static str = $title;
            const HANDS: Hands = $hands;
            $(const EXAMPLE: Example = $example;)?
            type Outcome = ();
            async fn perform(&$self, $desk: &Desk, $work: &Writer) -> Result<Done<()>, Stop> {
                let $row = $work.get(&$self.claim).await?;
                $body
            }
        }
    };
}

/// The institution hands the claim in. It is reckoned once more first: what is handed in is what the institution saw.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SubmitClaim {
    /// The claim.
    pub claim: ClaimId,
}

/// What became of handing in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Submitted {
    /// False when the facts had changed: the claim was drafted anew and waits to be looked at and handed in again.
    pub submitted: bool,
    /// Persons paid for.
    pub persons: i32,
    /// The sum, fen.
    pub total_fen: i64,
}

impl Act for SubmitClaim {
    const NAME: &'static str = "submit-claim";
    const PERMISSION: Permission = Permission::Of(Function::ClaimSubmission, Right::Create);
    const TITLE: &'static str = "提交补贴申领";
    const EXAMPLE: Example = Example::at(CLAIMED);
    type Outcome = Submitted;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<Submitted>, Stop> {
        let row = work.get(&self.claim).await?;
        is_own(desk, &row)?;
        may_take::<Claims>(desk, &row, Step::Submit)?;
        let class = work.get(&row.class).await?;
        let now = lines(desk, work, &class, &row.id).await?;
        let outcome = |submitted| Submitted { submitted, persons: now.persons, total_fen: now.total.0 };
        if now.persons == 0 || !now.same_as(&items(work, &row.id).await?) {
            let outcome = outcome(false);
            return Ok(Done::new(outcome, put(desk, work, &class, &row, now).await?));
        }
        take_slots(desk, work, &class, &now.all).await?;
        let outcome = outcome(true);
        keep(work, &row.id, now.all).await?;
        let change = claim::ActiveModel {
            submitted_at: Set(Some(desk.now())),
            submitted_by: Set(desk.actor.account.clone()),
            ..Default::default()
        };
        let policy = desk::policy::pinned(class.policy.as_deref())?;
        let fact =
            said(&row, "ClaimSubmitted", format!("提交补贴申领 {} 元", row.total)).with("counted", outcome.persons);
        let taking = Taking::new(change).by(&policy);
        let taking = if row.state == ClaimState::Returned { taking.finding("look", "补正后重报") } else { taking };
        let fact = go(desk, work, &row, Step::Submit, taking, fact).await?;
        Ok(Done::new(outcome, fact))
    }
}

/// Fewest letters of an explanation and of why a claim is sent back.
const EXPLAIN_CHARS: usize = 4;

act! {
    /// What the institution says to why a claim was sent back; whoever reviews reads it in the trail.
    ExplainClaimCorrection { note } "explain-claim-correction" ClaimSubmission Create "补正说明"
        Hands::Any,
        Example::at(CLAIMED).after(&[
            Before::by::<SubmitClaim>("school-clerk"),
            Before::by::<ReturnClaim>("jinjiang-officer"),
        ])
        => |self, desk, work, row| {
        is_own(desk, &row)?;
        let note = self.note.trim();
        let mut no = Vec::new();
        if row.state != ClaimState::Returned {
            let fact = format!("申领现在是“{}”", row.state.label());
            no.push(EXPLANATION.refuse(fact));
        }
        let length = note.chars().count();
        if !(EXPLAIN_CHARS..=TEXT_CHARS).contains(&length) {
            let fact = format!("补正说明有 {length} 个字，应为 {EXPLAIN_CHARS} 至 {TEXT_CHARS} 字");
            no.push(EXPLANATION.refuse(fact).source("补贴申领").fix("请写明补了什么、改了什么").at("note"));
        }
        if !no.is_empty() {
            return Err(no.into());
        }
        Ok(Done::new((), said(&row, "ClaimCorrectionExplained", format!("补正说明：{note}"))))
    }
}

act! {
    /// Accepts and reviews first; reserves the money.
    FirstReviewClaim {} "first-review-claim" ClaimReview Approve "受理并初审"
        Hands::One("复审须由另一人办理"), Example::at(CLAIMED).after(COURSE.split_at(1).0)
        => |self, desk, work, row| {
        may_take::<Claims>(desk, &row, Step::FirstReview)?;
        let account = account_id(row.district, desk.today().year());
        move_money(work, &account, Moves::Reserve, row.total).await?;
        let change = claim::ActiveModel {
            first_reviewed_by: Set(desk.actor.account.clone()),
            first_reviewed_at: Set(Some(desk.now())),
            fund_account: Set(Some(account)),
            ..Default::default()
        };
        let policy = policy_of(work, &row).await?;
        let taking = Taking::new(change).by(&policy).not_for(desk.actor.account.clone());
        let fact = said(&row, "ClaimFirstReviewed", "受理并初审通过，资金已预留");
        Ok(Done::new((), go(desk, work, &row, Step::FirstReview, taking, fact).await?))
    }
}
act! {
    /// Reviewed again, by somebody else.
    SecondReviewClaim {} "second-review-claim" ClaimReview Approve "复审"
        Hands::Table, Example::at(CLAIMED).after(COURSE.split_at(2).0)
        => |self, desk, work, row| {
        may_take::<Claims>(desk, &row, Step::SecondReview)?;
        let change = claim::ActiveModel {
            second_reviewed_by: Set(desk.actor.account.clone()),
            second_reviewed_at: Set(Some(desk.now())),
            ..Default::default()
        };
        let fact = said(&row, "ClaimSecondReviewed", "复审通过");
        Ok(Done::new((), go(desk, work, &row, Step::SecondReview, Taking::new(change), fact).await?))
    }
}
act! {
    /// Sent back with a note; reserved money is set free.
    ReturnClaim { note } "return-claim" ClaimReview Approve "退回补正"
        Hands::One("只是退回补正，说明原因；放行须由两人办理"), Example::at(CLAIMED).after(COURSE.split_at(1).0)
        => |self, desk, work, row| {
        may_take::<Claims>(desk, &row, Step::Return)?;
        let length = self.note.trim().chars().count();
        if !(EXPLAIN_CHARS..=TEXT_CHARS).contains(&length) {
            let fact = format!("退回理由有 {length} 个字，应为 {EXPLAIN_CHARS} 至 {TEXT_CHARS} 字");
            return Err(TOLD_ONCE.refuse(fact).at("note").into());
        }
        if let Some(account) = &row.fund_account {
            move_money(work, account, Moves::Release, row.total).await?;
        }
        let change = claim::ActiveModel {
            note: Set(self.note.trim().to_owned()),
            fund_account: Set(None),
            first_reviewed_by: Set(None),
            first_reviewed_at: Set(None),
            ..Default::default()
        };
        free_slots(work, &row.id, None).await?;
        let policy = policy_of(work, &row).await?;
        let fact = about(
            &row,
            FactDraft::of(&ClaimReturned { class: row.class.clone(), claim: row.id.clone() }, row.district, "退回补正"),
        );
        Ok(Done::new((), go(desk, work, &row, Step::Return, Taking::new(change).by(&policy), fact).await?))
    }
}
act! {
    /// Publicity begins tomorrow and lasts the policy's working days.
    PublishClaim {} "publish-claim" ClaimPayment Publish "开始公示"
        Hands::One("初审、复审已由两人办理；公示期满前谁都可以提异议"), Example::at(CLAIMED).after(COURSE)
        => |self, desk, work, row| {
        let policy = policy_of(work, &row).await?;
        let until = workdays(desk, policy.publicity_workdays());
        let change = claim::ActiveModel {
            publicity_from: Set(desk.today().succ_opt()),
            publicity_until: Set(Some(until)),
            ..Default::default()
        };
        let body = ClaimPublished { class: row.class.clone(), claim: row.id.clone() };
        let fact = about(&row, FactDraft::of(&body, row.district, format!("补贴公示至 {}", ui::dates::full_day(until))));
        Ok(Done::new((), go(desk, work, &row, Step::Publish, Taking::new(change).by(&policy), fact).await?))
    }
}

/// Ends a publicity that has run out without objection.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EndPublicity {
    /// The claim.
    pub claim: ClaimId,
}
impl Act for EndPublicity {
    const NAME: &'static str = "end-publicity";
    const PERMISSION: Permission = Permission::Job;
    const CLAUSE: &'static str = "M8.9";
    const TITLE: &'static str = "公示期满";
    type Outcome = ();
    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let row = work.get(&self.claim).await?;
        may_take::<Claims>(desk, &row, Step::EndPublicity)?;
        if row.publicity_until.is_none_or(|until| until >= desk.today()) {
            return Err(PUBLICITY.refuse("公示期还没有满").into());
        }
        let policy = policy_of(work, &row).await?;
        let fact = said(&row, "ClaimPublicityEnded", "公示期满，没有异议");
        Ok(Done::new((), go(desk, work, &row, Step::EndPublicity, only().by(&policy), fact).await?))
    }
}
