//! A claim's lines from the facts as they stand now (M3.9, M7.1; domain §7.3): the same way for the first draft, for
//! every later one and for the moment of handing in, so that they cannot differ.

use std::collections::{HashMap, HashSet};

use desk::Desk;
use foundation::codes::SubsidyKind;
use foundation::{ClaimId, Date, EnrolmentId, Fault, Fen, PersonId, Refusal, Stop};
use journal::facts::{ClaimDrafted, ClaimedItem};
use m3_supervision::doorway::{self as supervision, Class, Place};
use reckoning::eligibility::{PersonFacts, check};
use reckoning::money;
use reckoning::policy::Policy;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder, padded};
use store::tables::funds::{claim_item, subsidy_slot};
use store::{Reader, Writer};

use crate::refusals::FEWEST_PERIODS;
use crate::rules::slots::{self, Taken};

/// What a claim would say now.
pub struct Lines {
    /// One per trainee on the roster, those not paid among them.
    pub all: Vec<claim_item::Model>,
    /// How many are paid.
    pub persons: i32,
    /// The sum of their amounts.
    pub total: Fen,
}

impl Lines {
    /// Whether a claim's present lines pay the same persons the same. One more reason against somebody who is not paid
    /// anyway is nothing new.
    pub fn same_as(&self, present: &[claim_item::Model]) -> bool {
        let key = |one: &claim_item::Model| {
            (one.enrolment.clone(), one.eligible, one.credited_offline, one.credited_online, one.payable, one.amount)
        };
        let (mut now, mut before): (Vec<_>, Vec<_>) =
            (self.all.iter().map(key).collect(), present.iter().map(key).collect());
        now.sort();
        before.sort();
        now == before
    }

    /// The fact's body.
    pub fn body(&self, class: &Class, claim: &ClaimId) -> ClaimDrafted {
        body(class.id.clone(), claim, &self.all, self.total)
    }
}

/// The body of a draft: the lines that are paid.
pub fn body(class: foundation::ClassId, claim: &ClaimId, items: &[claim_item::Model], total_fen: Fen) -> ClaimDrafted {
    let paid = items.iter().filter(|one| one.eligible).map(|one| ClaimedItem {
        enrolment: one.enrolment.clone(),
        credited_offline: one.credited_offline,
        credited_online: one.credited_online,
        payable: one.payable,
        amount_fen: one.amount,
    });
    ClaimDrafted { class, claim: claim.clone(), items: paid.collect(), total_fen }
}

/// Reads everything with the system's reach: feedback is hidden from institutions, other claims from everybody.
pub async fn lines(desk: &Desk, work: &Writer, class: &Class, claim: &ClaimId) -> Result<Lines, Stop> {
    let system = work.as_system("claim-lines");
    let policy = desk::policy::pinned(class.policy.as_deref())?;
    let item = system.get(&class.needs_item).await?;
    let subject =
        slots::subject(item.occupation.as_ref().map(foundation::OccupationCode::as_str), &item.name, item.level);
    let hours = m3_supervision::hours::of_class(&system, &class.id, &policy).await?;
    let roster = m3_supervision::hours::roster(&system, &class.id).await?;
    let known = Known::of(&system, &roster, claim).await?;
    let mut all = Vec::with_capacity(roster.len());
    for place in roster {
        let Some(own) = hours.get(&place.id) else { continue };
        let facts = known.facts(class, &place, own.rate, &policy, &subject)?;
        let mut refusals = check(&facts, &policy, desk.today());
        let payable = money::payable(own, &policy);
        let amount = money::amount(&payable, &policy);
        if amount.fen == Fen::ZERO && refusals.is_empty() {
            refusals.push(too_few(&payable, &policy));
        }
        let eligible = refusals.is_empty();
        let json = |e: serde_json::Error| Fault::Db(e.to_string());
        all.push(claim_item::Model {
            id: desk.new_id(),
            claim: claim.clone(),
            class: class.id.clone(),
            enrolment: place.id,
            person: place.person,
            name: place.name,
            id_number_masked: place.id_number_masked,
            credited_offline: own.offline,
            credited_online: own.online,
            payable: payable.total,
            amount: if eligible { amount.fen } else { Fen::ZERO },
            eligible,
            refusals: serde_json::to_string(&refusals).map_err(json)?,
            trace: serde_json::to_string(&amount.trace).map_err(json)?,
            institution: class.institution.clone(),
            district: class.district,
            path: class.path.clone(),
            version: 1,
        });
    }
    let total = total(&all)?;
    Ok(Lines { persons: persons(&all), all, total })
}

/// How many lines are paid.
pub fn persons(items: &[claim_item::Model]) -> i32 {
    i32::try_from(items.iter().filter(|one| one.eligible).count()).unwrap_or(i32::MAX)
}

/// Their sum.
pub fn total(items: &[claim_item::Model]) -> Result<Fen, Stop> {
    let paid = items.iter().filter(|one| one.eligible).map(|one| one.amount);
    Ok(money::claim_total(paid).ok_or_else(|| Fault::Db("claim total out of range".into()))?)
}

fn too_few(payable: &money::Payable, policy: &Policy) -> Refusal {
    FEWEST_PERIODS
        .refuse(format!("可计课时 {}，不足最低可补课时 {}", payable.total, policy.min_payable_periods()))
        .source(policy.document("min_payable_periods"))
}

/// What is known of everybody on a roster, read for all of them at once: a class of fifty costs five questions.
struct Known {
    births: HashMap<PersonId, Date>,
    taken: HashMap<PersonId, Vec<Taken>>,
    passed: HashSet<EnrolmentId>,
    issued: HashMap<EnrolmentId, Date>,
    heard: HashSet<EnrolmentId>,
}

impl Known {
    async fn of(system: &Reader, roster: &[Place], claim: &ClaimId) -> Result<Self, Stop> {
        let persons = || padded(roster.iter().map(|one| one.person.clone()));
        let places = || padded(roster.iter().map(|one| one.id.clone()));
        let births = m7_registry::doorway::people(system, persons()).await?;
        let passed = supervision::passed(system, places()).await?;
        let issued = supervision::issued(system, places()).await?;
        let heard = supervision::heard(system, places()).await?;
        Ok(Self {
            births: births.into_iter().map(|one| (one.id, one.birth)).collect(),
            taken: taken(system, persons(), Some(claim)).await?,
            passed,
            issued,
            heard,
        })
    }

    /// Errors: `Gone` for a place whose person is not there.
    fn facts(
        &self,
        class: &Class,
        place: &Place,
        rate: (i32, i32),
        policy: &Policy,
        subject: &str,
    ) -> Result<PersonFacts, Stop> {
        let earlier = self.taken.get(&place.person).map_or(&[][..], Vec::as_slice);
        Ok(PersonFacts {
            birth: *self.births.get(&place.person).ok_or(Fault::Gone)?,
            retirement: None,
            class_start: class.starts_on,
            registered: true,
            pension_since: None,
            in_school: false,
            on_fiscal_payroll: false,
            rate,
            passed_exam: self.passed.contains(&place.id),
            certificate_issued_on: self.issued.get(&place.id).copied(),
            feedback_given: self.heard.contains(&place.id),
            paid_count: slots::count(earlier, policy.count_since()),
            same_item_paid: slots::same_subject(earlier, subject),
            open_risks: 0,
        })
    }
}

/// What persons have in the count, one claim's own places left out.
async fn taken(
    system: &Reader,
    persons: Vec<PersonId>,
    but: Option<&ClaimId>,
) -> Result<HashMap<PersonId, Vec<Taken>>, Stop> {
    let rows = system
        .list::<subsidy_slot::Entity>(|q| {
            q.filter(subsidy_slot::Column::Person.is_in(persons))
                .filter(subsidy_slot::Column::Kind.eq(SubsidyKind::Training))
                .order_by_asc(subsidy_slot::Column::Id)
        })
        .await?;
    let mut all: HashMap<PersonId, Vec<Taken>> = HashMap::new();
    for one in rows.into_iter().filter(|one| but != Some(&one.claim)) {
        all.entry(one.person).or_default().push(Taken {
            place: one.place,
            subject: one.subject,
            on: one.taken_on,
            class_no: one.class_no,
        });
    }
    Ok(all)
}

/// Takes a place for each paid line. A key that somebody else holds already ends the act; the door does it once more,
/// and then the lines say why.
pub async fn take_slots(desk: &Desk, work: &Writer, class: &Class, items: &[claim_item::Model]) -> Result<(), Stop> {
    let system = work.as_system("subsidy-count");
    let item = system.get(&class.needs_item).await?;
    let subject =
        slots::subject(item.occupation.as_ref().map(foundation::OccupationCode::as_str), &item.name, item.level);
    let paid = || items.iter().filter(|one| one.eligible);
    let taken = taken(&system, padded(paid().map(|one| one.person.clone())), None).await?;
    let mut rows = Vec::new();
    for one in paid() {
        rows.push(subsidy_slot::Model {
            id: desk.new_id(),
            kind: SubsidyKind::Training,
            person: one.person.clone(),
            place: slots::next_place(taken.get(&one.person).map_or(&[][..], Vec::as_slice)),
            subject: subject.clone(),
            claim: one.claim.clone(),
            class: class.id.clone(),
            class_no: class.class_no.clone(),
            enrolment: one.enrolment.clone(),
            taken_on: desk.today(),
            institution: class.institution.clone(),
            district: class.district,
            path: class.path.clone(),
        });
    }
    work.add_many::<subsidy_slot::Entity>(rows).await
}

/// Gives the places of a claim (or of some of its lines) back.
pub async fn free_slots(work: &Writer, claim: &ClaimId, only: Option<&[foundation::EnrolmentId]>) -> Result<(), Stop> {
    let mut which = Condition::all().add(subsidy_slot::Column::Claim.eq(claim.clone()));
    if let Some(only) = only {
        which = which.add(subsidy_slot::Column::Enrolment.is_in(only.iter().cloned()));
    }
    work.remove_all::<subsidy_slot::Entity>(which).await?;
    Ok(())
}
