//! Acts from 开班申请 to 准予开班 (M3.1): submit, accept, return, answer the human lines, review, approve
//! by a second person. What ends or sends back an application is in `decide`.

use desk::procedure::{Taking, may_take, take};
use desk::{Act, Before, Desk, Done, Example, FactDraft, Hands};
use foundation::codes::{FullProcessState, ReviewResult};
use foundation::{ClassId, Fault, Fen, Function, Permission, Refusal, Right, Stop};
use journal::facts::{ClassOpeningApproved, ClassOpeningSubmitted, PlannedSession};
use reckoning::policy::Policy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use store::tables::supervision::{review_line, training_class};

use super::opening::own_institution;
use crate::hours;
use crate::procedures::full_process::{FullProcess, Step};
use crate::refusals::{PLEDGE, TWO_REVIEWERS};
use crate::review::{self, Line};
use crate::rules::opening as rules;

pub(super) const DECIDE: Permission = Permission::Of(Function::OpeningApplication, Right::Approve);

/// Hands the application in, with the institution's pledge; the machine answers its lines at once.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SubmitOpening {
    /// The class.
    pub class: ClassId,
    /// 对培训全过程及真实性负责.
    pub pledge: bool,
}

impl Act for SubmitOpening {
    const NAME: &'static str = "submit-opening";
    const PERMISSION: Permission = Permission::Of(Function::OpeningApplication, Right::Create);
    const TITLE: &'static str = "提交开班申请";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        own_institution(desk)?;
        let mut class = work.get(&self.class).await?;
        let step = if class.state == FullProcessState::Returned { Step::Resubmit } else { Step::Submit };
        may_take::<FullProcess>(desk, &class, step)?;
        if !self.pledge {
            return Err(PLEDGE.refuse("没有勾选机构承诺").at("pledge").into());
        }
        let policy = desk::policy::applied_for(work, &class, desk.today()).await?;
        class.institution_pledged_at = Some(desk.now());
        let lines = review::lines(desk, (work, &work.as_system("opening-review")), &class, &policy).await?;
        let refusals = review::failures(&lines);
        if !refusals.is_empty() {
            return Err(refusals.into());
        }
        let class_no = number(desk, work, &class).await?;
        let money = estimate(&class, &policy);
        let change = training_class::ActiveModel {
            class_no: Set(class_no.clone()),
            institution_pledged_at: Set(Some(desk.now())),
            submitted_at: Set(Some(desk.now())),
            accepted_at: Set(None),
            accepted_by: Set(None),
            reviewed_at: Set(None),
            reviewed_by: Set(None),
            decision_note: Set(String::new()),
            money: Set(money),
            ..Default::default()
        };
        replace_lines(desk, work, &class, &lines).await?;
        let body = ClassOpeningSubmitted {
            class: class.id.clone(),
            sessions: hours::session_facts(&hours::sessions(work, &class.id).await?)
                .into_iter()
                .map(|one| PlannedSession {
                    session: one.session,
                    starts_at: one.starts_at,
                    ends_at: one.ends_at,
                    periods: one.periods,
                    online: one.online,
                })
                .collect(),
            enrolments: hours::roster(work, &class.id).await?.into_iter().map(|one| one.id).collect(),
            periods_total: class.periods_total,
            periods_online: class.periods_online,
        };
        let fact = FactDraft::of(&body, class.district, format!("提交开班申请 {class_no}"))
            .class(&class.id)
            .institution(&class.institution);
        // Every machine's line holds by now.
        let (machine, noted) = (
            lines.iter().filter(|l| l.by_machine).count(),
            lines.iter().any(|l| l.result == Some(ReviewResult::Noted)),
        );
        let again = if step == Step::Resubmit { "补正后重报 · " } else { "" };
        let taking = Taking::new(change).by(&policy).money(money);
        let taking =
            taking.finding(if noted { "look" } else { "good" }, format!("{again}机器核对 {machine} 项全部通过"));
        Ok(Done::new((), take::<FullProcess>(desk, work, &class, step, taking, fact).await?))
    }
}

/// What the class will cost at most, if everybody comes to everything.
fn estimate(class: &training_class::Model, policy: &Policy) -> Fen {
    let payable = reckoning::money::Payable {
        offline: foundation::Periods(class.periods_total.0 - class.periods_online.0),
        online: class.periods_online,
        total: class.periods_total,
        online_credited: class.periods_online,
    };
    reckoning::money::amount(&payable, policy).fen.checked_mul(i64::from(class.enrolled_count)).unwrap_or(Fen::ZERO)
}

async fn number(desk: &Desk, work: &Writer, class: &training_class::Model) -> Result<String, Stop> {
    if !class.class_no.starts_with("草稿") {
        return Ok(class.class_no.clone());
    }
    let issuer = work.get(&class.institution).await?;
    let year = chrono::Datelike::year(&desk.today());
    let prefix = format!("{}{year:04}{}{:04}", class.district, class.regime.code(), issuer.serial);
    let last = work
        .as_system("class-number")
        .list::<training_class::Entity>(|q| {
            q.filter(training_class::Column::ClassNo.gte(format!("{prefix}0000")))
                .filter(training_class::Column::ClassNo.lte(format!("{prefix}9999")))
                .order_by_desc(training_class::Column::ClassNo)
                .limit(1)
        })
        .await?;
    let next = last.first().and_then(|one| one.class_no.get(15..)).and_then(|n| n.parse::<u32>().ok()).unwrap_or(0) + 1;
    let made = reckoning::number::ClassNumber::make(
        class.district,
        year,
        class.regime,
        u32::try_from(issuer.serial).unwrap_or(0),
        next,
    );
    Ok(made.map_err(|e| Fault::Db(e.to_string()))?.as_str().to_owned())
}

async fn replace_lines(desk: &Desk, work: &Writer, class: &training_class::Model, lines: &[Line]) -> Result<(), Stop> {
    // The lists belong to the application: the institution's act makes them, only the county answers them.
    let system = work.as_system("review-lines");
    system.remove_all::<review_line::Entity>(review_line::Column::Class.eq(class.id.clone())).await?;
    let rows = lines.iter().zip(1..).map(|(line, position)| row_of(desk, class, line, position)).collect();
    system.add_many::<review_line::Entity>(rows).await
}

fn row_of(desk: &Desk, class: &training_class::Model, line: &Line, position: i32) -> review_line::Model {
    review_line::Model {
        id: desk.new_id(),
        class: class.id.clone(),
        list: line.list.into(),
        code: line.rule.id.into(),
        position,
        title: line.title.into(),
        by_machine: line.by_machine,
        result: line.result,
        fact: line.fact.clone(),
        source: line.source.clone(),
        fix: line.fix.clone(),
        decided_by: None,
        decided_by_name: if line.by_machine { "机器核对".into() } else { String::new() },
        decided_at: line.by_machine.then(|| desk.now()),
        institution: class.institution.clone(),
        district: class.district,
        path: class.path.clone(),
        version: 1,
    }
}

/// The lines of a class, in order.
pub async fn lines_of(reader: &store::Reader, class: &ClassId) -> Result<Vec<review_line::Model>, Stop> {
    reader
        .list::<review_line::Entity>(|q| {
            q.filter(review_line::Column::Class.eq(class.clone()))
                .order_by_asc(review_line::Column::Position)
                .order_by_asc(review_line::Column::Code)
        })
        .await
}

/// 受理.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AcceptOpening {
    /// The class.
    pub class: ClassId,
}

impl Act for AcceptOpening {
    const NAME: &'static str = "accept-opening";
    const PERMISSION: Permission = DECIDE;
    const TITLE: &'static str = "受理开班申请";
    const HANDS: Hands = Hands::One("只是受理；审核、批准另行办理");
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let class = work.get(&self.class).await?;
        may_take::<FullProcess>(desk, &class, Step::Accept)?;
        let policy = desk::policy::applied_for(work, &class, desk.today()).await?;
        let lines = refresh_lines(desk, work, &class, &policy).await?;
        let change = training_class::ActiveModel {
            accepted_at: Set(Some(desk.now())),
            accepted_by: Set(desk.actor.account.clone()),
            ..Default::default()
        };
        let (tone, found) = found(&lines);
        let fact = FactDraft::new("ClassOpeningAccepted", class.district, "受理开班申请，转审核")
            .class(&class.id)
            .institution(&class.institution);
        let taking = Taking::new(change).by(&policy).finding(tone, found);
        Ok(Done::new((), take::<FullProcess>(desk, work, &class, Step::Accept, taking, fact).await?))
    }
}

/// What the lines come to, for whoever is asked next.
fn found(lines: &[review_line::Model]) -> (&'static str, String) {
    let titles = |which: fn(ReviewResult) -> bool| -> Vec<&str> {
        lines.iter().filter(|line| line.result.is_some_and(which)).map(|line| line.title.as_str()).collect()
    };
    let (failed, noted) = (titles(|one| !one.holds()), titles(|one| one == ReviewResult::Noted));
    let machine = lines.iter().filter(|line| line.by_machine).count();
    match (failed.is_empty(), noted.is_empty()) {
        (true, true) => ("good", format!("机器核对 {machine} 项全部通过")),
        (true, false) => ("look", format!("机器核对 {machine} 项通过，请留意：{}", noted.join("、"))),
        (false, _) => ("act", format!("{} 项须处理：{}", failed.len(), failed.join("、"))),
    }
}

/// Answers the machine's lines anew, keeping what people answered: another class may have been accepted,
/// a verification may have run out since.
pub(super) async fn refresh_lines(
    desk: &Desk,
    work: &Writer,
    class: &training_class::Model,
    policy: &Policy,
) -> Result<Vec<review_line::Model>, Stop> {
    let system = work.as_system("opening-review");
    let fresh = review::lines(desk, (work, &system), class, policy).await?;
    let kept = lines_of(work, &class.id).await?;
    let mut new = Vec::new();
    for (now, position) in fresh.iter().zip(1..) {
        match kept.iter().find(|line| line.code == now.rule.id) {
            // A line that came with a later version is asked of applications under way too.
            None => new.push(row_of(desk, class, now, position)),
            // What a person answered stands, and what waits for one.
            Some(line) if !line.by_machine && !now.by_machine => {}
            Some(line) if now.result == line.result && now.fact == line.fact => {}
            Some(line) => {
                let change = review_line::ActiveModel {
                    by_machine: Set(now.by_machine),
                    result: Set(now.result),
                    fact: Set(now.fact.clone()),
                    source: Set(now.source.clone()),
                    fix: Set(now.fix.clone()),
                    decided_by: Set(None),
                    decided_by_name: Set(if now.by_machine { "机器核对".into() } else { String::new() }),
                    decided_at: Set(now.by_machine.then(|| desk.now())),
                    ..Default::default()
                };
                system.save::<review_line::Entity>(line, change).await?;
            }
        }
    }
    if !new.is_empty() {
        system.add_many::<review_line::Entity>(new).await?;
    }
    lines_of(work, &class.id).await
}

/// 审核: the first reviewer answers the human lines (all at once, or those that are wrong) and passes on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ReviewOpening {
    /// The class.
    pub class: ClassId,
    /// Codes of the human lines that the reviewer has checked and found right.
    pub passed: Vec<String>,
}

impl Act for ReviewOpening {
    const NAME: &'static str = "review-opening";
    const PERMISSION: Permission = DECIDE;
    const TITLE: &'static str = "审核开班申请";
    const HANDS: Hands = Hands::One("批准须由另一人办理");
    const EXAMPLE: Example = Example::NONE.with(r#"{"passed": ["H01", "H02", "H03", "H04"]}"#);
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let class = work.get(&self.class).await?;
        may_take::<FullProcess>(desk, &class, Step::Review)?;
        if class.reviewed_by.is_some() {
            let by = reviewer_name(work, class.reviewed_by.as_ref()).await?;
            let fix = "请由另一位工作人员批准；哪一项不对的，改那一项的核对结果";
            return Err(TWO_REVIEWERS.refuse(format!("本班已由{by}审核通过")).fix(fix).into());
        }
        let lines = lines_of(work, &class.id).await?;
        let human: Vec<&review_line::Model> = lines.iter().filter(|line| !line.by_machine).collect();
        let missing: Vec<Refusal> = human
            .iter()
            .filter(|line| line.result.is_none() && !self.passed.contains(&line.code))
            .map(|line| {
                review::rule_of(&line.code)
                    .refuse(format!("“{}”还没有核对", line.title))
                    .source("审核清单")
                    .fix("请核对后勾选；有问题请退回补正")
            })
            .collect();
        let failed: Vec<Refusal> = rules::open_lines(&lines)
            .into_iter()
            .filter(|no| lines.iter().any(|line| line.code == no.rule && (line.by_machine || line.result.is_some())))
            .collect();
        let refusals: Vec<Refusal> = missing.into_iter().chain(failed).collect();
        if !refusals.is_empty() {
            return Err(refusals.into());
        }
        for line in human.iter().filter(|line| self.passed.contains(&line.code)) {
            let change = review_line::ActiveModel {
                result: Set(Some(ReviewResult::Pass)),
                fact: Set("已核对".into()),
                decided_by: Set(desk.actor.account.clone()),
                decided_by_name: Set(desk.actor.name.clone()),
                decided_at: Set(Some(desk.now())),
                ..Default::default()
            };
            work.save::<review_line::Entity>(line, change).await?;
        }
        let change = training_class::ActiveModel {
            reviewed_at: Set(Some(desk.now())),
            reviewed_by: Set(desk.actor.account.clone()),
            ..Default::default()
        };
        let (tone, found) = found(&lines);
        let fact =
            FactDraft::new("ClassOpeningReviewed", class.district, format!("审核通过，{} 项人工核对无误", human.len()))
                .class(&class.id)
                .institution(&class.institution)
                .with("lines", self.passed.clone());
        let taking = Taking::new(change).finding(tone, found).not_for(desk.actor.account.clone());
        Ok(Done::new((), take::<FullProcess>(desk, work, &class, Step::Review, taking, fact).await?))
    }
}

/// 准予开班 by a second person: pins the policy in force.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ApproveOpening {
    /// The class.
    pub class: ClassId,
}

impl Act for ApproveOpening {
    const NAME: &'static str = "approve-opening";
    const PERMISSION: Permission = DECIDE;
    const TITLE: &'static str = "准予开班";
    const HANDS: Hands = Hands::Table;
    const EXAMPLE: Example = Example::NONE.after(&[Before::by::<ReviewOpening>("jinjiang-officer")]);
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let class = work.get(&self.class).await?;
        may_take::<FullProcess>(desk, &class, Step::Approve)?;
        let policy = desk::policy::applied_for(work, &class, desk.today()).await?;
        rules::may_approve(&class, &refresh_lines(desk, work, &class, &policy).await?, desk.today())?;
        let pinned = serde_json::to_string(&policy).map_err(|e| Fault::Db(e.to_string()))?;
        let change = training_class::ActiveModel {
            decided_at: Set(Some(desk.now())),
            decided_by: Set(desk.actor.account.clone()),
            policy: Set(Some(pinned)),
            ..Default::default()
        };
        let body = ClassOpeningApproved { class: class.id.clone(), policy, regime: class.regime };
        let fact = FactDraft::of(&body, class.district, format!("准予开班 {}", class.class_no))
            .class(&class.id)
            .institution(&class.institution);
        let taking = Taking::new(change).due(Some(class.starts_on)).finding("good", "已准予开班");
        Ok(Done::new((), take::<FullProcess>(desk, work, &class, Step::Approve, taking, fact).await?))
    }
}

/// Who holds this account; nothing where nobody does.
pub async fn reviewer_name(reader: &store::Reader, account: Option<&foundation::AccountId>) -> Result<String, Stop> {
    let Some(id) = account else { return Ok(String::new()) };
    Ok(desk::accounts::names(reader, [id.clone()]).await?.remove(id).unwrap_or_default())
}
