//! The system drafts the claim of a class whose feedback is done (M7.1; domain §7.3).

use desk::tasks::TaskDraft;
use desk::{Act, Desk, Done, FactDraft};
use foundation::codes::{ClaimState, ClassState};
use foundation::{ClaimId, ClassId, Fault, Fen, Permission, Stop};
use journal::facts::{ClaimDrafted, ClaimedItem};
use m3_supervision::rules::states::{Move, after};
use reckoning::eligibility::{PersonFacts, check};
use reckoning::money;
use reckoning::policy::Policy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Condition, QueryFilter, Set};
use store::tables::funds::{claim, claim_item};
use store::tables::registry::person;
use store::tables::supervision::{certificate, enrolment, exam_score, feedback, training_class};

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
        let state = after(class.state, Move::DraftClaim)?;
        let policy = desk::policy::pinned(class.policy.as_deref())?;
        let id: ClaimId = desk.new_id();
        let items = items(desk, work, &class, &policy, &id).await?;
        let paid: Vec<&claim_item::Model> = items.iter().filter(|one| one.eligible).collect();
        let total = money::claim_total(paid.iter().map(|one| one.amount)).ok_or_else(|| Fault::Db("claim total out of range".into()))?;
        let body = ClaimDrafted {
            class: class.id.clone(),
            claim: id.clone(),
            total_fen: total,
            items: paid
                .iter()
                .map(|one| ClaimedItem {
                    enrolment: one.enrolment.clone(),
                    credited_offline: one.credited_offline,
                    credited_online: one.credited_online,
                    payable: one.payable,
                    amount_fen: one.amount,
                })
                .collect(),
        };
        let persons = i32::try_from(paid.len()).unwrap_or(i32::MAX);
        work.add::<claim::Entity>(claim::Model {
            id: id.clone(),
            claim_no: format!("{}-1", class.class_no),
            class: class.id.clone(),
            class_title: class.title.clone(),
            institution: class.institution.clone(),
            institution_name: class.institution_name.clone(),
            state: ClaimState::Draft,
            persons,
            total,
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
        })
        .await?;
        work.add_many::<claim_item::Entity>(items).await?;
        work.save::<training_class::Entity>(&class, training_class::ActiveModel { state: Set(state), money: Set(total), ..Default::default() }).await?;
        TaskDraft::new(desk, "institution", "submit-claim", ("claim", id.to_string()), class.title.clone(), class.district)
            .for_institution(&class.institution)
            .money(total)
            .put(work)
            .await?;
        let fact = FactDraft::of(&body, class.district, format!("系统按学时生成补贴申领：{persons} 人，{total} 元"))
            .class(&class.id)
            .institution(&class.institution)
            .about("claim", &id)
            .with("class_state", ClassState::Claimed.code())
            .with("claim_state", ClaimState::Draft.code());
        Ok(Done::new(id, fact))
    }
}

async fn items(desk: &Desk, work: &Writer, class: &training_class::Model, policy: &Policy, claim: &ClaimId) -> Result<Vec<claim_item::Model>, Stop> {
    let hours = m3_supervision::hours::of_class(work, &class.id, policy).await?;
    let mut all = Vec::new();
    for place in m3_supervision::hours::roster(work, &class.id).await? {
        let Some(own) = hours.get(&place.id) else { continue };
        let facts = facts(work, class, &place, own.rate).await?;
        let mut refusals = check(&facts, policy, desk.today());
        let payable = money::payable(own, policy);
        let amount = money::amount(&payable, policy);
        if amount.fen == Fen::ZERO && refusals.is_empty() {
            refusals.push(foundation::Refusal::new(
                "最低课时",
                "M3.4",
                format!("可计课时 {}，不足最低可补课时 {}", payable.total, policy.min_payable_periods),
                policy.document("min_payable_periods"),
                "不能列入本次申领",
            ));
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
    Ok(all)
}

async fn facts(work: &Writer, class: &training_class::Model, place: &enrolment::Model, rate: (i32, i32)) -> Result<PersonFacts, Stop> {
    let system = work.as_system("claim-eligibility");
    let person = system.get::<person::Entity>(place.person.to_string()).await?;
    let earlier = system
        .list::<claim_item::Entity>(|q| q.filter(claim_item::Column::Person.eq(place.person.clone())).filter(claim_item::Column::Eligible.eq(true)))
        .await?;
    let (mut paid_count, mut same_item_paid) = (0, None);
    for one in earlier {
        let Some(paid) =
            system.find::<claim::Entity>(Condition::all().add(claim::Column::Id.eq(one.claim)).add(claim::Column::State.eq(ClaimState::Paid))).await?
        else {
            continue;
        };
        let other = system.get::<training_class::Entity>(paid.class.to_string()).await?;
        if other.needs_item == class.needs_item {
            same_item_paid = Some(other.class_no);
        }
        paid_count += 1;
    }
    let passed_exam = work
        .find::<exam_score::Entity>(Condition::all().add(exam_score::Column::Enrolment.eq(place.id.clone())).add(exam_score::Column::Passed.eq(true)))
        .await?
        .is_some();
    let issued = work
        .find::<certificate::Entity>(Condition::all().add(certificate::Column::Enrolment.eq(place.id.clone())).add(certificate::Column::Valid.eq(true)))
        .await?;
    let feedback_given = work.find::<feedback::Entity>(feedback::Column::Enrolment.eq(place.id.clone())).await?.is_some();
    Ok(PersonFacts {
        birth: person.birth,
        retirement: None,
        class_start: class.starts_on,
        registered: true,
        pension_since: None,
        in_school: false,
        on_fiscal_payroll: false,
        rate,
        passed_exam,
        certificate_issued_on: issued.map(|one| one.issued_on),
        feedback_given,
        paid_count,
        same_item_paid,
        open_risks: 0,
    })
}
