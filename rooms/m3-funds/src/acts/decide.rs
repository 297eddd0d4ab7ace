//! The county's answer to an objection (M8.9; domain §7.4 S55): dismissed, the publicity goes on; upheld, lines are
//! struck or the whole claim is sent back. Money, counted subsidies and the journal follow.

use desk::procedure::{Taking, may_take, take};
use desk::{Act, Desk, Done, Example, FactDraft, Hands};
use foundation::codes::ObjectionState;
use foundation::limits::TEXT_CHARS;
use foundation::{Date, EnrolmentId, Fen, Function, ObjectionId, Permission, Right, Stop};
use journal::facts::{ClaimReturned, ObjectionUpheld};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{QueryFilter, Set};
use store::tables::funds::{claim, claim_item, objection};

use super::draft::items;
use super::fund::move_money;
use super::lines::{body, free_slots, persons, total};
use super::objection::open_of;
use super::review::{about, go, only, policy_of};
use crate::procedures::claims::{Claims, Step};
use crate::procedures::objections::{Objections, Step as Objected};
use crate::refusals::OBJECTION;
use crate::rules::fund::Step as Moves;

/// Fewest letters of an answer: a reason, not a word.
const ANSWER_CHARS: usize = 10;

/// How an objection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 异议不成立.
    Dismiss,
    /// 异议成立, lines are struck and the publicity of the rest goes on.
    Strike,
    /// 异议成立, the whole claim is sent back.
    SendBack,
}

/// Decides an objection.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DecideObjection {
    /// The objection.
    pub objection: ObjectionId,
    /// How.
    pub verdict: Verdict,
    /// Whose lines are struck.
    pub struck: Vec<EnrolmentId>,
    /// What the objector reads.
    pub answer: String,
}

impl Act for DecideObjection {
    const NAME: &'static str = "decide-objection";
    const PERMISSION: Permission = Permission::Of(Function::ClaimReview, Right::Approve);
    const TITLE: &'static str = "处理公示异议";
    const HANDS: Hands = Hands::One("答复给异议人看；成立了只会少付");
    const EXAMPLE: Example =
        Example::NONE.with(r#"{"verdict": "dismiss", "struck": [], "answer": "已调取考勤记录核对，没有发现问题。"}"#);
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let one = work.get(&self.objection).await?;
        let row = work.get(&one.claim).await?;
        self.check(&one)?;
        match self.verdict {
            Verdict::Dismiss => self.dismiss(desk, work, &one, &row).await,
            Verdict::Strike => self.strike(desk, work, &one, &row).await,
            Verdict::SendBack => self.send_back(desk, work, &one, &row).await,
        }
    }
}

impl DecideObjection {
    fn check(&self, one: &objection::Model) -> Result<(), Stop> {
        let no = |fact: String, fix: &str, field: &str| OBJECTION.refuse(fact).source("异议核查").fix(fix).at(field);
        let mut refusals = Vec::new();
        if one.state != ObjectionState::Open {
            refusals.push(no(format!("这条异议已经是“{}”", one.state.label()), "请刷新页面", "verdict"));
        }
        let length = self.answer.trim().chars().count();
        if !(ANSWER_CHARS..=TEXT_CHARS).contains(&length) {
            refusals.push(no(
                format!("答复有 {length} 个字，应为 {ANSWER_CHARS} 至 {TEXT_CHARS} 字"),
                "请写清核查了什么、结论和依据；不要写他人的个人信息",
                "answer",
            ));
        }
        if (self.verdict == Verdict::Strike) == self.struck.is_empty() {
            let fact = if self.struck.is_empty() {
                "没有勾选要剔除的学员"
            } else {
                "勾选了要剔除的学员，但处理结果不是“剔除”"
            };
            refusals.push(no(fact.into(), "剔除时请勾选学员，其他结果请不要勾选", "struck"));
        }
        if refusals.is_empty() { Ok(()) } else { Err(refusals.into()) }
    }

    /// The other open objections keep the claim where it is; without any its publicity goes on, or ends by itself.
    async fn goes_on(
        &self,
        work: &Writer,
        row: &claim::Model,
        (one, all): (Step, Step),
    ) -> Result<(Step, Option<Date>), Stop> {
        let left = work.list::<objection::Entity>(|q| q.filter(open_of(&row.id))).await?;
        Ok(match left.iter().map(|one| one.due_on).min() {
            Some(due) => (one, Some(due)),
            None => (all, row.publicity_until),
        })
    }

    async fn dismiss(
        &self,
        desk: &Desk,
        work: &Writer,
        one: &objection::Model,
        row: &claim::Model,
    ) -> Result<Done<()>, Stop> {
        let fact = about(row, FactDraft::new("ObjectionDismissed", row.district, "公示异议不成立"))
            .about(&crate::declared::OBJECTION, &one.id);
        let fact = answer(desk, work, one, Objected::Dismiss, self.answer.trim(), fact).await?;
        let (step, due) = self.goes_on(work, row, (Step::DismissOne, Step::Dismiss)).await?;
        Ok(Done::new((), go(desk, work, row, step, only().due(due), fact).await?))
    }

    async fn strike(
        &self,
        desk: &Desk,
        work: &Writer,
        one: &objection::Model,
        row: &claim::Model,
    ) -> Result<Done<()>, Stop> {
        may_take::<Claims>(desk, row, Step::Uphold)?;
        let mut lines = items(work, &row.id).await?;
        let known = |who: &EnrolmentId| lines.iter().any(|line| line.enrolment == *who && line.eligible);
        if !self.struck.iter().all(known) {
            return Err(OBJECTION
                .refuse("勾选的学员不在本申领的补贴名单里")
                .fix("请刷新页面后重新勾选")
                .at("struck")
                .into());
        }
        let why = OBJECTION
            .refuse("公示期间异议成立，从补贴名单中剔除")
            .source(format!("异议核查答复：{}", self.answer.trim()))
            .fix("不服的可以向上一级人社部门反映");
        let why = serde_json::to_string(&[why]).map_err(|e| foundation::Fault::Db(e.to_string()))?;
        for line in lines.iter_mut().filter(|line| self.struck.contains(&line.enrolment)) {
            let change = claim_item::ActiveModel {
                eligible: Set(false),
                amount: Set(Fen::ZERO),
                refusals: Set(why.clone()),
                ..Default::default()
            };
            work.save::<claim_item::Entity>(line, change).await?;
            (line.eligible, line.amount) = (false, Fen::ZERO);
        }
        let rest = total(&lines)?;
        release(work, row, Fen(row.total.0 - rest.0)).await?;
        free_slots(work, &row.id, Some(&self.struck)).await?;
        let upheld = ObjectionUpheld { class: row.class.clone(), claim: row.id.clone(), struck: self.struck.clone() };
        let upheld = FactDraft::of(&upheld, row.district, format!("公示异议成立，剔除 {} 人", self.struck.len()));
        let upheld = about(row, upheld).about(&crate::declared::OBJECTION, &one.id);
        let mut done = Done::new((), answer(desk, work, one, Objected::Uphold, self.answer.trim(), upheld).await?);
        let (mut step, due) = self.goes_on(work, row, (Step::UpholdOne, Step::Uphold)).await?;
        let mut change = claim::ActiveModel { persons: Set(persons(&lines)), total: Set(rest), ..Default::default() };
        if rest == Fen::ZERO {
            step = Step::StrikeAll;
            change.note = Set(format!("公示异议成立，补贴名单已全部剔除，本申领终止。{}", self.answer.trim()));
            done = answer_others(desk, work, row, self.answer.trim(), done).await?;
        }
        let class = work.get(&row.class).await?;
        m3_supervision::doorway::keep_costs(work, &class, rest).await?;
        let drafted = FactDraft::of(
            &body(row.class.clone(), &row.id, &lines, rest),
            row.district,
            format!("剔除后申领 {} 人，{rest} 元", persons(&lines)),
        );
        Ok(done.and(go(desk, work, row, step, Taking::new(change).due(due), about(row, drafted)).await?))
    }

    async fn send_back(
        &self,
        desk: &Desk,
        work: &Writer,
        one: &objection::Model,
        row: &claim::Model,
    ) -> Result<Done<()>, Stop> {
        may_take::<Claims>(desk, row, Step::SendBack)?;
        release(work, row, row.total).await?;
        free_slots(work, &row.id, None).await?;
        let upheld = ObjectionUpheld { class: row.class.clone(), claim: row.id.clone(), struck: Vec::new() };
        let upheld = about(row, FactDraft::of(&upheld, row.district, "公示异议成立"))
            .about(&crate::declared::OBJECTION, &one.id);
        let done = Done::new((), answer(desk, work, one, Objected::Uphold, self.answer.trim(), upheld).await?);
        let done = answer_others(desk, work, row, "因另一条异议成立，本申领已退回补正；重新公示时可以再提异议。", done)
            .await?;
        let change = claim::ActiveModel {
            note: Set(self.answer.trim().to_owned()),
            fund_account: Set(None),
            first_reviewed_by: Set(None),
            first_reviewed_at: Set(None),
            second_reviewed_by: Set(None),
            second_reviewed_at: Set(None),
            publicity_from: Set(None),
            publicity_until: Set(None),
            ..Default::default()
        };
        let policy = policy_of(work, row).await?;
        let returned = ClaimReturned { class: row.class.clone(), claim: row.id.clone() };
        let returned = about(row, FactDraft::of(&returned, row.district, "公示异议成立，退回补正"));
        Ok(done.and(go(desk, work, row, Step::SendBack, Taking::new(change).by(&policy), returned).await?))
    }
}

async fn release(work: &Writer, row: &claim::Model, amount: Fen) -> Result<(), Stop> {
    match &row.fund_account {
        Some(account) => move_money(work, account, Moves::Release, amount).await,
        None => Ok(()),
    }
}

/// Answers an objection: what the objector reads with his receipt.
async fn answer(
    desk: &Desk,
    work: &Writer,
    one: &objection::Model,
    step: Objected,
    said: &str,
    fact: FactDraft,
) -> Result<FactDraft, Stop> {
    let change = objection::ActiveModel {
        answer: Set(said.to_owned()),
        decided_by: Set(desk.actor.account.clone()),
        decided_at: Set(Some(desk.now())),
        ..Default::default()
    };
    take::<Objections>(desk, work, one, step, Taking::new(change), fact).await
}

/// The claim is gone from the publicity: what else was said against it is answered with it.
async fn answer_others(
    desk: &Desk,
    work: &Writer,
    row: &claim::Model,
    said: &str,
    mut done: Done<()>,
) -> Result<Done<()>, Stop> {
    for other in work.list::<objection::Entity>(|q| q.filter(open_of(&row.id))).await? {
        let fact = FactDraft::new("ObjectionAnswered", row.district, "随另一条异议一并答复");
        let fact = about(row, fact).about(&crate::declared::OBJECTION, &other.id);
        done = done.and(answer(desk, work, &other, Objected::AnswerWithAnother, said, fact).await?);
    }
    Ok(done)
}
