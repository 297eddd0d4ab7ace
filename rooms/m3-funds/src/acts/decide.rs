//! The county's answer to an objection (M8.9; domain §7.4 S55): dismissed, the publicity goes on; upheld, lines are
//! struck or the whole claim is sent back. Money, counted subsidies and the journal follow.

use desk::tasks;
use desk::{Act, Desk, Done, FactDraft};
use foundation::codes::{ClaimState, ObjectionState};
use foundation::limits::TEXT_CHARS;
use foundation::{EnrolmentId, Fen, Function, ObjectionId, Permission, Refusal, Right, Stop};
use journal::facts::{ClaimReturned, ObjectionUpheld};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{QueryFilter, Set};
use store::tables::funds::{claim, claim_item, objection};
use store::tables::supervision::training_class;

use super::draft::items;
use super::fund::move_money;
use super::lines::{body, free_slots, persons, total};
use super::objection::open_of;
use super::review::{Next, go, policy_of, workdays};
use crate::rules::fund::Step;
use crate::rules::states::{ClaimMove, after};

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
    const CLAUSE: &'static str = "M8.9";
    const TITLE: &'static str = "处理公示异议";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let one = work.get::<objection::Entity>(self.objection.to_string()).await?;
        let row = work.get::<claim::Entity>(one.claim.to_string()).await?;
        self.check(&one)?;
        close(desk, work, &one, self.verdict != Verdict::Dismiss, self.answer.trim()).await?;
        match self.verdict {
            Verdict::Dismiss => self.dismiss(desk, work, &one, &row).await,
            Verdict::Strike => self.strike(desk, work, &one, &row).await,
            Verdict::SendBack => self.send_back(desk, work, &one, &row).await,
        }
    }
}

impl DecideObjection {
    fn check(&self, one: &objection::Model) -> Result<(), Stop> {
        let no = |fact: String, fix: &str, field: &str| Refusal::new("公示异议", "M8.9", fact, "异议核查", fix).at(field);
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
            let fact =
                if self.struck.is_empty() { "没有勾选要剔除的学员" } else { "勾选了要剔除的学员，但处理结果不是“剔除”" };
            refusals.push(no(fact.into(), "剔除时请勾选学员，其他结果请不要勾选", "struck"));
        }
        if refusals.is_empty() { Ok(()) } else { Err(refusals.into()) }
    }

    /// The other open objections keep the claim where it is; without any its publicity goes on, or ends by itself.
    async fn goes_on(&self, work: &Writer, row: &claim::Model, step: ClaimMove) -> Result<claim::ActiveModel, Stop> {
        let next = after(row.state, step)?;
        let left = work.list::<objection::Entity>(|q| q.filter(open_of(&row.id))).await?;
        let (state, due) = match left.iter().map(|one| one.due_on).min() {
            Some(due) => (row.state, Some(due)),
            None => (next, row.publicity_until),
        };
        Ok(claim::ActiveModel { state: Set(state), due_on: Set(due), ..Default::default() })
    }

    async fn dismiss(&self, _desk: &Desk, work: &Writer, one: &objection::Model, row: &claim::Model) -> Result<Done<()>, Stop> {
        let change = self.goes_on(work, row, ClaimMove::Dismiss).await?;
        let state = change.state.clone().unwrap();
        work.save::<claim::Entity>(row, change).await?;
        Ok(Done::new((), about(FactDraft::new("ObjectionDismissed", "M8.9", row.district, "公示异议不成立"), one, row).with("claim_state", state.code())))
    }

    async fn strike(&self, desk: &Desk, work: &Writer, one: &objection::Model, row: &claim::Model) -> Result<Done<()>, Stop> {
        let mut lines = items(work, &row.id).await?;
        let known = |who: &EnrolmentId| lines.iter().any(|line| line.enrolment == *who && line.eligible);
        if !self.struck.iter().all(known) {
            return Err(Refusal::new("公示异议", "M8.9", "勾选的学员不在本申领的补贴名单里", "补贴公示", "请刷新页面后重新勾选").at("struck").into());
        }
        let why = Refusal::new(
            "公示异议",
            "M8.9",
            "公示期间异议成立，从补贴名单中剔除",
            format!("异议核查答复：{}", self.answer.trim()),
            "不服的可以向上一级人社部门反映",
        );
        let why = serde_json::to_string(&[why]).map_err(|e| foundation::Fault::Db(e.to_string()))?;
        for line in lines.iter_mut().filter(|line| self.struck.contains(&line.enrolment)) {
            let change = claim_item::ActiveModel { eligible: Set(false), amount: Set(Fen::ZERO), refusals: Set(why.clone()), ..Default::default() };
            work.save::<claim_item::Entity>(line, change).await?;
            (line.eligible, line.amount) = (false, Fen::ZERO);
        }
        let rest = total(&lines)?;
        release(work, row, Fen(row.total.0 - rest.0)).await?;
        free_slots(work, &row.id, Some(&self.struck)).await?;
        let mut change = self.goes_on(work, row, ClaimMove::Uphold).await?;
        if rest == Fen::ZERO {
            change.state = Set(after(row.state, ClaimMove::Close)?);
            change.due_on = Set(None);
            change.note = Set(format!("公示异议成立，补贴名单已全部剔除，本申领终止。{}", self.answer.trim()));
            close_others(desk, work, row, self.answer.trim()).await?;
        }
        let state = change.state.clone().unwrap();
        (change.persons, change.total) = (Set(persons(&lines)), Set(rest));
        work.save::<claim::Entity>(row, change).await?;
        let class = work.get::<training_class::Entity>(row.class.to_string()).await?;
        work.save::<training_class::Entity>(&class, training_class::ActiveModel { money: Set(rest), ..Default::default() }).await?;
        let upheld = ObjectionUpheld { class: row.class.clone(), claim: row.id.clone(), struck: self.struck.clone() };
        let upheld = FactDraft::of(&upheld, row.district, format!("公示异议成立，剔除 {} 人", self.struck.len()));
        let drafted = FactDraft::of(&body(row.class.clone(), &row.id, &lines, rest), row.district, format!("剔除后申领 {} 人，{rest} 元", persons(&lines)));
        let drafted = drafted.class(&row.class).institution(&row.institution).about("claim", &row.id).with("claim_state", state.code());
        Ok(Done::new((), about(upheld, one, row)).and(drafted))
    }

    async fn send_back(&self, desk: &Desk, work: &Writer, one: &objection::Model, row: &claim::Model) -> Result<Done<()>, Stop> {
        let state = after(row.state, ClaimMove::SendBackUpheld)?;
        release(work, row, row.total).await?;
        free_slots(work, &row.id, None).await?;
        close_others(desk, work, row, "因另一条异议成立，本申领已退回补正；重新公示时可以再提异议。").await?;
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
        let due = workdays(desk, policy_of(work, row).await?.correction_workdays());
        go(desk, work, row, state, change, Some(Next { audience: "institution", kind: "correct-claim", due: Some(due) })).await?;
        let upheld = ObjectionUpheld { class: row.class.clone(), claim: row.id.clone(), struck: Vec::new() };
        let returned = ClaimReturned { class: row.class.clone(), claim: row.id.clone() };
        let returned = FactDraft::of(&returned, row.district, "公示异议成立，退回补正");
        let returned = returned.class(&row.class).institution(&row.institution).about("claim", &row.id).with("claim_state", ClaimState::Returned.code());
        Ok(Done::new((), about(FactDraft::of(&upheld, row.district, "公示异议成立"), one, row)).and(returned))
    }
}

fn about(fact: FactDraft, one: &objection::Model, row: &claim::Model) -> FactDraft {
    fact.class(&row.class).institution(&row.institution).about("claim", &row.id).about("objection", &one.id)
}

async fn release(work: &Writer, row: &claim::Model, amount: Fen) -> Result<(), Stop> {
    match &row.fund_account {
        Some(account) => move_money(work, account, Step::Release, amount).await,
        None => Ok(()),
    }
}

async fn close(desk: &Desk, work: &Writer, one: &objection::Model, upheld: bool, answer: &str) -> Result<(), Stop> {
    let change = objection::ActiveModel {
        state: Set(if upheld { ObjectionState::Upheld } else { ObjectionState::Dismissed }),
        answer: Set(answer.to_owned()),
        decided_by: Set(desk.actor.account.clone()),
        decided_at: Set(Some(desk.now())),
        ..Default::default()
    };
    work.save::<objection::Entity>(one, change).await?;
    tasks::close(desk, work, &one.id, &["decide-objection"]).await
}

/// The claim is gone from the publicity: what else was said against it is answered with it.
async fn close_others(desk: &Desk, work: &Writer, row: &claim::Model, answer: &str) -> Result<(), Stop> {
    for other in work.list::<objection::Entity>(|q| q.filter(open_of(&row.id))).await? {
        close(desk, work, &other, true, answer).await?;
    }
    Ok(())
}
