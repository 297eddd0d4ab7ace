//! Acts that answer single lines, send an application back or end it (M3.1; domain §4.1): line by line,
//! 退回补正, 不予开班, 撤销 by the institution, by the county, and by silence.

use desk::procedure::{self, Taking, may_take, take};
use desk::{Act, Desk, Done, Example, FactDraft, Hands};
use foundation::codes::{FullProcessState, ReviewResult};
use foundation::limits::TEXT_CHARS;
use foundation::{ClassId, Fen, Function, Permission, Refusal, Right, Stop};
use reckoning::policy::Policy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::Set;
use store::tables::supervision::{review_line, training_class};

use super::attendance::roll_calls_end;
use super::opening::own_institution;
use super::review::{DECIDE, lines_of, refresh_lines};
use crate::declared::CLASS;
use crate::procedures::full_process::{FullProcess, Step};
use crate::refusals::{BY_HAND, TOLD_ONCE, WITHDRAWAL};

/// A human line's answer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AnswerReviewLine {
    /// The class.
    pub class: ClassId,
    /// The line's code, `H01` and on.
    pub code: String,
    /// What it comes to.
    pub result: ReviewResult,
    /// What was seen; needed unless it passes.
    pub note: String,
}

impl Act for AnswerReviewLine {
    const NAME: &'static str = "answer-review-line";
    const PERMISSION: Permission = DECIDE;
    const TITLE: &'static str = "核对一项";
    const HANDS: Hands = Hands::One("审核的一步；批准须由另一人办理");
    const EXAMPLE: Example = Example::NONE.with(r#"{"code": "H01", "note": "看过原件"}"#);
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let class = work.get(&self.class).await?;
        may_take::<FullProcess>(desk, &class, Step::Unreview)?;
        desk.unchanged(&CLASS, &class.id.to_string(), class.version)?;
        let no = |fact: &str, fix: &str, field: &str| BY_HAND.refuse(fact).fix(fix).at(field);
        let lines = lines_of(work, &class.id).await?;
        let line = lines
            .iter()
            .find(|line| line.code == self.code && !line.by_machine)
            .ok_or_else(|| no("没有这一项，或这一项由机器核对", "请从清单里选", "code"))?;
        let note = self.note.trim();
        if !ReviewResult::FOUND.contains(&self.result) {
            return Err(no("没有选核对结果", "请选通过、需补正或不通过", "result").into());
        }
        if self.result != ReviewResult::Pass && note.is_empty() {
            return Err(no("没有写看到了什么", "请写明问题，机构据此补正", "note").into());
        }
        if note.chars().count() > TEXT_CHARS {
            return Err(no("写得太长", "请写在 1000 字以内", "note").into());
        }
        let change = review_line::ActiveModel {
            result: Set(Some(self.result)),
            fact: Set(if note.is_empty() { "已核对".into() } else { note.to_owned() }),
            decided_by: Set(desk.actor.account.clone()),
            decided_by_name: Set(desk.actor.name.clone()),
            decided_at: Set(Some(desk.now())),
            ..Default::default()
        };
        work.save::<review_line::Entity>(line, change).await?;
        let fact =
            FactDraft::new("ReviewLineAnswered", class.district, format!("{}：{}", line.title, self.result.label()))
                .class(&class.id)
                .institution(&class.institution)
                .with("code", self.code.clone())
                .with("result", self.result.code());
        if self.result == ReviewResult::Pass || class.reviewed_by.is_none() {
            return Ok(Done::new((), fact));
        }
        // A line that is no longer a pass takes the first review back with it: the review is asked again.
        let taking = Taking::new(training_class::ActiveModel {
            reviewed_by: Set(None),
            reviewed_at: Set(None),
            ..Default::default()
        });
        let taking = taking.finding("act", format!("{}：{}", line.title, self.result.label()));
        Ok(Done::new((), take::<FullProcess>(desk, work, &class, Step::Unreview, taking, fact).await?))
    }
}

/// 重新机审.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RecheckOpening {
    /// The class.
    pub class: ClassId,
}

impl Act for RecheckOpening {
    const NAME: &'static str = "recheck-opening";
    const PERMISSION: Permission = DECIDE;
    const TITLE: &'static str = "重新机审";
    const HANDS: Hands = Hands::One("审核的一步；批准须由另一人办理");
    const EXAMPLE: Example = Example::at(FullProcessState::UnderReview.code());
    /// How many lines are not a pass.
    type Outcome = u32;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<u32>, Stop> {
        let class = work.get(&self.class).await?;
        if !class.state.is_in(&[FullProcessState::Submitted, FullProcessState::UnderReview]) {
            may_take::<FullProcess>(desk, &class, Step::Return)?;
        }
        let policy = desk::policy::applied_for(work, &class, desk.today()).await?;
        let lines = refresh_lines(desk, work, &class, &policy).await?;
        let failed = u32::try_from(
            lines.iter().filter(|line| line.by_machine && !line.result.is_some_and(ReviewResult::holds)).count(),
        )
        .unwrap_or(u32::MAX);
        let machine = lines.iter().filter(|line| line.by_machine).count();
        let said = if failed == 0 {
            format!("重新机审：{machine} 项全部通过")
        } else {
            format!("重新机审：{machine} 项中 {failed} 项须处理")
        };
        Ok(Done::new(
            failed,
            FactDraft::new("OpeningRechecked", class.district, said)
                .class(&class.id)
                .institution(&class.institution)
                .with("failed", failed),
        ))
    }
}

/// The one-off notice's reason: there, and not endless.
fn reason(text: &str) -> Result<&str, Refusal> {
    let text = text.trim();
    if (4..=TEXT_CHARS).contains(&text.chars().count()) {
        return Ok(text);
    }
    Err(TOLD_ONCE.refuse("没有写理由，或写得太短、太长").at("reason"))
}

/// Sends an application back or ends it, with a reason that the institution reads.
async fn close(
    desk: &Desk,
    work: &Writer,
    class: &training_class::Model,
    step: Step,
    reason: &str,
    policy: Option<&Policy>,
) -> Result<Done<()>, Stop> {
    let row = procedure::row::<FullProcess>(step);
    let mut change = training_class::ActiveModel { decision_note: Set(reason.into()), ..Default::default() };
    if matches!(step, Step::Refuse | Step::Revoke) {
        (change.decided_at, change.decided_by) = (Set(Some(desk.now())), Set(desk.actor.account.clone()));
    }
    let said = match step {
        Step::Withdraw => "机构撤销",
        Step::LapseCorrection => "自动撤销",
        _ => row.called,
    };
    let said = format!("{said}：{}", reason.chars().take(200).collect::<String>());
    let fact = FactDraft::new(row.facts[0], class.district, said).class(&class.id).institution(&class.institution);
    let taking = Taking {
        policy,
        ..Taking::new(change).money(Fen::ZERO).finding("act", reason.chars().take(60).collect::<String>())
    };
    Ok(Done::new((), take::<FullProcess>(desk, work, class, step, taking, fact).await?))
}

/// 退回补正: the list of what is missing, once; silence until the policy's day withdraws the application.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ReturnOpening {
    /// The class.
    pub class: ClassId,
    /// Everything that is missing, shown to the institution.
    pub reason: String,
}

impl Act for ReturnOpening {
    const NAME: &'static str = "return-opening";
    const PERMISSION: Permission = DECIDE;
    const TITLE: &'static str = "退回补正";
    const HANDS: Hands = Hands::One("只是退回补正，一次告知；批准须由另一人办理");
    const EXAMPLE: Example = Example::at(FullProcessState::UnderReview.code());
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let class = work.get(&self.class).await?;
        let policy = desk::policy::applied_for(work, &class, desk.today()).await?;
        close(desk, work, &class, Step::Return, reason(&self.reason)?, Some(&policy)).await
    }
}

/// 不予开班, with reasons.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RefuseOpening {
    /// The class.
    pub class: ClassId,
    /// Why, shown to the institution.
    pub reason: String,
}

impl Act for RefuseOpening {
    const NAME: &'static str = "refuse-opening";
    const PERMISSION: Permission = DECIDE;
    const TITLE: &'static str = "不予开班";
    const HANDS: Hands = Hands::One("不准开班就没有补贴；理由告知机构并留痕");
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let class = work.get(&self.class).await?;
        close(desk, work, &class, Step::Refuse, reason(&self.reason)?, None).await
    }
}

/// 撤销 by the institution, before the class has begun.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct WithdrawClass {
    /// The class.
    pub class: ClassId,
    /// Why.
    pub reason: String,
}

impl Act for WithdrawClass {
    const NAME: &'static str = "withdraw-class";
    const PERMISSION: Permission = Permission::Of(Function::OpeningApplication, Right::Create);
    const TITLE: &'static str = "撤销班级";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        own_institution(desk)?;
        let class = work.get(&self.class).await?;
        if class.state == FullProcessState::Suspended {
            return Err(WITHDRAWAL.refuse("班级已被中止，机构不能自行撤销").into());
        }
        roll_calls_end(desk, work, &class.id).await?;
        close(desk, work, &class, Step::Withdraw, reason(&self.reason)?, None).await
    }
}

/// 撤销 by the authority, on a violation: the class counts as nothing.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RevokeClass {
    /// The class.
    pub class: ClassId,
    /// Why, shown to the institution.
    pub reason: String,
}

impl Act for RevokeClass {
    const NAME: &'static str = "revoke-class";
    const PERMISSION: Permission = DECIDE;
    const TITLE: &'static str = "人社部门撤销班级";
    const HANDS: Hands = Hands::One("撤销只会停止培训和补贴；理由告知机构并留痕");
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let class = work.get(&self.class).await?;
        roll_calls_end(desk, work, &class.id).await?;
        close(desk, work, &class, Step::Revoke, reason(&self.reason)?, None).await
    }
}

/// 补正期限已过: withdrawn by silence.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LapseCorrection {
    /// The class.
    pub class: ClassId,
}

impl Act for LapseCorrection {
    const NAME: &'static str = "lapse-correction";
    const PERMISSION: Permission = Permission::Job;
    const CLAUSE: &'static str = "M3.1";
    const TITLE: &'static str = "补正逾期，自动撤销";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let class = work.get(&self.class).await?;
        if class.state != FullProcessState::Returned || class.due_on.is_none_or(|due| desk.today() <= due) {
            return Ok(Done::Repeat(()));
        }
        let note = format!(
            "补正期限已过，没有重新提交。原退回事项：{}",
            class.decision_note.chars().take(800).collect::<String>()
        );
        close(desk, work, &class, Step::LapseCorrection, &note, None).await
    }
}
