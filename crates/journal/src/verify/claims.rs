//! The claim's and the payments' rows against their facts (M7.1, M8.9).

use std::collections::{BTreeMap, BTreeSet};

use foundation::{ClaimId, EnrolmentId, Fen, Periods};

use crate::bundle::Rows;
use crate::facts::{CLAIM_STATE, ClaimDrafted, ClassFact};

use super::chain::Facts;
use super::compare::{Expected, Fields, check_state, compare};
use super::report::{Findings, Source};

/// The last draft of a claim.
pub(super) fn drafted(facts: &Facts) -> Option<(&Source, &ClaimDrafted)> {
    facts.last(|fact| if let ClassFact::ClaimDrafted(body) = fact { Some(body) } else { None })
}

/// Compares claim, items and payments.
pub(super) fn check(rows: &Rows, facts: &Facts, findings: &mut Findings) {
    check_claim(rows, facts, findings);
    check_items(rows, facts, findings);
    check_payments(rows, facts, findings);
    check_redrafts(facts, findings);
}

/// A claim may be drafted anew until it is published. Then it only loses the lines that an upheld objection struck,
/// until it is sent back; a claim of nothing is not published, and what was paid stands.
fn check_redrafts(facts: &Facts, findings: &mut Findings) {
    let (mut draft, mut published, mut paid): (Option<&ClaimDrafted>, bool, bool) = (None, false, false);
    let (mut struck, mut drafts) = (BTreeSet::new(), 0);
    for one in &facts.all {
        match &one.fact {
            ClassFact::ClaimDrafted(body) => {
                if paid {
                    findings.differs(Some(&one.source), "已经拨付的申领又被重新生成");
                }
                if let Some(before) = draft.filter(|_| published) {
                    check_struck(&one.source, before, body, &struck, findings);
                }
                (draft, drafts) = (Some(body), drafts + 1);
                struck.clear();
            }
            ClassFact::ClaimPublished(_) => {
                published = true;
                if draft.is_some_and(|body| body.total_fen <= Fen::ZERO) {
                    findings.differs(Some(&one.source), "公示的申领金额为零");
                }
            }
            ClassFact::ClaimReturned(_) => published = false,
            ClassFact::ObjectionUpheld(body) => struck.extend(&body.struck),
            ClassFact::ClaimPaid(_) => paid = true,
            _ => {}
        }
    }
    findings.ends("申领的重新生成", format!("共生成{drafts}次，公示后只能按异议剔除"));
}

fn check_struck(
    source: &Source,
    before: &ClaimDrafted,
    now: &ClaimDrafted,
    struck: &BTreeSet<&EnrolmentId>,
    findings: &mut Findings,
) {
    for one in now.items.iter().filter(|one| !before.items.contains(one)) {
        findings.differs(Some(source), format!("公示之后，学员 {} 的申领明细被增加或改动", one.enrolment));
    }
    let gone = before.items.iter().filter(|one| now.items.iter().all(|kept| kept.enrolment != one.enrolment));
    for one in gone.filter(|one| !struck.contains(&one.enrolment)) {
        findings.differs(Some(source), format!("公示之后剔除了学员 {}，日志里没有对应的异议成立", one.enrolment));
    }
}

fn check_claim(rows: &Rows, facts: &Facts, findings: &mut Findings) {
    match (drafted(facts), &rows.claim) {
        (Some((source, said)), Some(has)) => {
            if said.claim != has.claim {
                findings.differs(Some(source), format!("补贴申领的编号：日志是{}，数据库是{}", said.claim, has.claim));
            }
            if said.total_fen != has.total_fen {
                findings.differs(
                    Some(source),
                    format!("申领总额：日志是{}元，数据库是{}元", said.total_fen, has.total_fen),
                );
            }
            check_state(CLAIM_STATE, "补贴申领", &has.state, facts, findings);
        }
        (Some((source, said)), None) => {
            findings.differs(Some(source), format!("日志有补贴申领 {}，数据库里没有", said.claim))
        }
        (None, Some(has)) => findings.differs(None, format!("数据库有补贴申领 {}，日志里没有", has.claim)),
        (None, None) => {}
    }
    let total = rows.claim.as_ref().map_or_else(|| "未申领".to_owned(), |claim| format!("总额{}元", claim.total_fen));
    findings.ends("补贴申领", total);
}

fn check_items(rows: &Rows, facts: &Facts, findings: &mut Findings) {
    let draft = drafted(facts);
    let mut expected = Expected::new();
    if let Some((source, said)) = draft {
        for one in &said.items {
            let name = format!("学员 {} 的申领明细", one.enrolment);
            if expected.contains_key(&name) {
                findings.differs(Some(source), format!("{name}在日志里出现两次"));
            }
            expected.insert(
                name,
                (
                    source.clone(),
                    item(&said.claim, one.credited_offline, one.credited_online, one.payable, one.amount_fen),
                ),
            );
        }
    }
    let actual = rows.claim_items.iter().map(|row| {
        let fields = item(&row.claim, row.credited_offline, row.credited_online, row.payable, row.amount_fen);
        (format!("学员 {} 的申领明细", row.enrolment), fields)
    });
    compare(expected, actual, draft.map(|(source, _)| source), findings);
    findings.ends("申领明细", format!("{}人", rows.claim_items.len()));
}

fn item(claim: &ClaimId, offline: Periods, online: Periods, payable: Periods, amount: Fen) -> Fields {
    vec![
        ("申领编号", claim.to_string()),
        ("实到线下课时", offline.to_string()),
        ("实到线上课时", online.to_string()),
        ("可计课时", payable.to_string()),
        ("补贴金额", format!("{amount}元")),
    ]
}

/// A payment is known by claim and reference; its lines must add up to what the fact says was paid.
fn check_payments(rows: &Rows, facts: &Facts, findings: &mut Findings) {
    let name = |claim: &ClaimId, reference: &str| format!("申领 {claim} 凭证号「{reference}」的拨付");
    let mut paid: BTreeMap<String, Option<Fen>> = BTreeMap::new();
    for row in &rows.payments {
        let sum = paid.entry(name(&row.claim, &row.reference)).or_insert(Some(Fen::ZERO));
        *sum = sum.and_then(|sum| sum.checked_add(row.amount_fen));
    }
    let money =
        |sum: Option<Fen>| vec![("金额", sum.map_or_else(|| "超出可计范围".to_owned(), |sum| format!("{sum}元")))];
    let mut expected = Expected::new();
    let draft = drafted(facts);
    for (one, body) in facts.each(|fact| if let ClassFact::ClaimPaid(body) = fact { Some(body) } else { None }) {
        expected.insert(name(&body.claim, &body.reference), (one.source.clone(), money(Some(body.total_fen))));
    }
    let otherwise = draft.map(|(source, _)| source);
    compare(expected, paid.into_iter().map(|(name, sum)| (name, money(sum))), otherwise, findings);
    findings.ends("补贴拨付", format!("{}笔", rows.payments.len()));
}
