//! Hours, eligibility and money once more, from the facts alone and by the functions that the server
//! uses (M3.2–M3.4, M5.1, M7.1, M8.2; domain.md §6.1, §7.3), against what was claimed and paid.

use std::collections::{BTreeMap, BTreeSet};

use foundation::codes::Regime;
use foundation::{EnrolmentId, Fen};
use reckoning::hours::{self, AttendanceFact, Hours, SessionFact};
use reckoning::money;
use reckoning::policy::Policy;

use crate::facts::{ClaimedItem, ClassFact, ClassOpeningApproved};

use super::chain::Facts;
use super::claims::drafted;
use super::report::{Findings, Source};
use super::rows::{attendance, planned};

/// What the facts before a claim say about everybody.
struct Before {
    sessions: Vec<SessionFact>,
    events: BTreeMap<EnrolmentId, Vec<AttendanceFact>>,
    passed: BTreeMap<EnrolmentId, bool>,
    certified: BTreeSet<EnrolmentId>,
    gave_feedback: BTreeSet<EnrolmentId>,
}

/// Recomputes every claimed trainee and every total.
pub(super) fn check(facts: &Facts, findings: &mut Findings) {
    check_plan(facts, findings);
    let Some((source, draft)) = drafted(facts) else {
        if let Some((paid, _)) = facts.last(|fact| matches!(fact, ClassFact::ClaimPaid(_)).then_some(())) {
            findings.differs(Some(paid), "没有补贴申领就拨付");
        }
        findings.ends("学时和补贴重算", "日志里还没有补贴申领");
        return;
    };
    let approved = facts.last(|fact| if let ClassFact::ClassOpeningApproved(body) = fact { Some(body) } else { None });
    let mut total = None;
    if let Some((_, approved)) = approved {
        let before = Before::read(facts, source.seq);
        let amounts: Vec<Fen> =
            draft.items.iter().map(|item| before.check_item(item, approved, source, findings)).collect();
        total = money::claim_total(amounts);
        if total != Some(draft.total_fen) {
            findings.differs(Some(source), format!("申领总额：申领时是{}元，重算是{}元", draft.total_fen, text(total)));
        }
    } else {
        findings.differs(Some(source), "没有准予开班就申领补贴，无从重算");
    }
    check_paid(facts, total, findings);
    findings.ends("学时和补贴重算", format!("{}人，重算总额{}元", draft.items.len(), text(total)));
}

/// The plan's periods are those of its meetings.
fn check_plan(facts: &Facts, findings: &mut Findings) {
    let Some((source, body)) =
        facts.last(|fact| if let ClassFact::ClassOpeningSubmitted(body) = fact { Some(body) } else { None })
    else {
        return;
    };
    let sum = |only_online: bool| {
        body.sessions.iter().filter(|one| one.online || !only_online).map(|one| i64::from(one.periods.0)).sum::<i64>()
    };
    for (what, said, sum) in [("总课时", body.periods_total, sum(false)), ("线上课时", body.periods_online, sum(true))]
    {
        if i64::from(said.0) != sum {
            findings.differs(Some(source), format!("{what}：申请写{said}课时，各课次合计{sum}课时"));
        }
    }
    findings
        .ends("教学计划", format!("{}课时，其中线上{}课时，与各课次合计核对", body.periods_total, body.periods_online));
}

fn check_paid(facts: &Facts, total: Option<Fen>, findings: &mut Findings) {
    let paid = facts.each(|fact| if let ClassFact::ClaimPaid(body) = fact { Some(body) } else { None });
    let Some((last, _)) = paid.last() else { return };
    let sum = Fen::sum(paid.iter().map(|(_, body)| body.total_fen));
    if sum != total {
        findings.differs(Some(&last.source), format!("拨付总额：拨付了{}元，重算应为{}元", text(sum), text(total)));
    }
    let claim = drafted(facts).map(|(_, draft)| &draft.claim);
    for (one, body) in &paid {
        if claim != Some(&body.claim) {
            findings.differs(Some(&one.source), format!("拨付的是另一份申领 {}", body.claim));
        }
    }
}

impl Before {
    fn read(facts: &Facts, seq: u64) -> Self {
        let sessions = planned(facts, seq)
            .into_values()
            .map(|(_, one)| SessionFact {
                session: one.session,
                starts_at: one.starts_at,
                ends_at: one.ends_at,
                periods: one.periods,
                online: one.online,
            })
            .collect();
        let mut before = Self {
            sessions,
            events: BTreeMap::new(),
            passed: BTreeMap::new(),
            certified: BTreeSet::new(),
            gave_feedback: BTreeSet::new(),
        };
        for row in attendance(facts, seq) {
            let event = AttendanceFact {
                fact: row.fact,
                session: row.session,
                enrolment: row.enrolment.clone(),
                kind: row.kind,
                at: row.at,
            };
            before.events.entry(row.enrolment).or_default().push(event);
        }
        for one in facts.all.iter().filter(|one| one.entry.seq < seq) {
            match &one.fact {
                ClassFact::CompletionExamConfirmed(body) => {
                    before.passed.extend(body.results.iter().map(|one| (one.enrolment.clone(), one.passed)))
                }
                ClassFact::CompletionCertificateIssued(body) => _ = before.certified.insert(body.enrolment.clone()),
                ClassFact::TraineeFeedbackGiven(body) => _ = before.gave_feedback.insert(body.enrolment.clone()),
                _ => {}
            }
        }
        before
    }

    /// Compares one line with its recomputation; returns the recomputed amount.
    fn check_item(
        &self,
        item: &ClaimedItem,
        approved: &ClassOpeningApproved,
        source: &Source,
        findings: &mut Findings,
    ) -> Fen {
        let policy = &approved.policy;
        let events = self.events.get(&item.enrolment).map_or(&[][..], Vec::as_slice);
        let hours = hours::credit(&self.sessions, events, policy);
        let payable = money::payable(&hours, policy);
        let amount = money::amount(&payable, policy).fen;
        let periods = [
            ("实到线下课时", item.credited_offline, hours.offline),
            ("实到线上课时", item.credited_online, hours.online),
            ("可计课时", item.payable, payable.total),
        ];
        for (what, said, again) in periods {
            if said != again {
                findings
                    .differs(Some(source), format!("学员 {} 的{what}：申领时是{said}，重算是{again}", item.enrolment));
            }
        }
        if item.amount_fen != amount {
            findings.differs(
                Some(source),
                format!("学员 {} 的补贴金额：申领时是{}元，重算是{amount}元", item.enrolment, item.amount_fen),
            );
        }
        // What must be there before anybody is paid is the regime's own.
        match approved.regime {
            Regime::FullProcess => self.check_conditions(item, &hours, policy, source, findings),
            Regime::PlanAndVerify | Regime::IndustryLed => {
                findings.differs(
                    Some(source),
                    format!("本程序还不会核对“{}”的申领条件，请用新版的 jinbu 核验", approved.regime.label()),
                );
            }
        }
        amount
    }

    fn check_conditions(
        &self,
        item: &ClaimedItem,
        hours: &Hours,
        policy: &Policy,
        source: &Source,
        findings: &mut Findings,
    ) {
        let who = &item.enrolment;
        if !hours::rate_ok(hours, policy) {
            let rate = hours::rate_text(hours.rate);
            findings.differs(
                Some(source),
                format!("学员 {who} 不应列入申领：出勤率{rate}，不到{}%", policy.min_rate_pct()),
            );
        }
        if self.passed.get(who) != Some(&true) {
            findings.differs(Some(source), format!("学员 {who} 不应列入申领：申领之前没有结业考核合格的事实"));
        }
        if !self.certified.contains(who) {
            findings.differs(Some(source), format!("学员 {who} 不应列入申领：申领之前没有发放合格证的事实"));
        }
        if !self.gave_feedback.contains(who) {
            findings.differs(Some(source), format!("学员 {who} 不应列入申领：申领之前没有学员评价的事实"));
        }
    }
}

fn text(sum: Option<Fen>) -> String {
    sum.map_or_else(|| "无法".to_owned(), |sum| sum.to_string())
}
