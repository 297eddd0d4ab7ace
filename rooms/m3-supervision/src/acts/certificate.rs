//! Acts of the completion certificate (培训合格证书; M3.1, domain §4.1).

use desk::procedure::{Taking, also, may_take, take};
use desk::tasks::{self, TaskDraft};
use desk::{Act, Desk, Done, FactDraft};
use foundation::{CertificateId, ClassId, Fault, Function, Permission, Right, Stop};
use journal::facts::CompletionCertificateIssued;
use m2_institutions::doorway::Institution;
use reckoning::number::CertificateNumber;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use store::tables::supervision::{certificate, enrolment, training_class};

use crate::declared::GIVE_FEEDBACK;
use crate::hours;
use crate::procedures::full_process::{FullProcess, Step};
use crate::refusals::CERTIFICATE;
use crate::rules::completion;

/// Issues the certificates of everybody who passed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct IssueCertificates {
    /// The class.
    pub class: ClassId,
}

impl Act for IssueCertificates {
    const NAME: &'static str = "issue-certificates";
    const PERMISSION: Permission = Permission::Of(Function::CompletionExam, Right::Create);
    const TITLE: &'static str = "发放培训合格证书";
    /// How many were issued.
    type Outcome = u32;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<u32>, Stop> {
        let class = work.get(&self.class).await?;
        may_take::<FullProcess>(desk, &class, Step::IssueCertificates)?;
        let roster = hours::roster(work, &class.id).await?;
        let passed = completion::to_certify(&roster);
        if passed.is_empty() {
            return Err(CERTIFICATE.refuse("本班没有合格的学员").source("结业考核成绩册").into());
        }
        let issuer = work.get(&class.institution).await?;
        let policy = desk::policy::pinned(class.policy.as_deref())?;
        let due = tasks::days_from(desk.today(), policy.feedback_days());
        let mut next = next_serial(desk, work, &issuer).await?;
        let mut facts = Vec::with_capacity(passed.len());
        let mut rows = Vec::with_capacity(passed.len());
        let mut asked = Vec::with_capacity(passed.len());
        for one in &passed {
            let number = CertificateNumber::make(
                class.district,
                chrono::Datelike::year(&desk.today()),
                u32::try_from(issuer.serial).unwrap_or(0),
                next,
            )
            .map_err(|e| Fault::Db(e.to_string()))?;
            let row = row(desk, &class, one, number.as_str());
            facts.push(fact(&class, one, &row));
            let task = TaskDraft::new(desk, &GIVE_FEEDBACK, &class.id, class.title.clone(), class.district);
            // The institution is named for the reach of its slips (decisions/0008); its own queue is another
            // audience's.
            asked.push(task.for_person(&one.person).for_institution(&class.institution).due(Some(due)));
            rows.push(row);
            next += 1;
        }
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        work.add_many::<certificate::Entity>(rows).await?;
        let mut facts = facts.into_iter();
        let first = facts.next().ok_or_else(|| Fault::Db("certificates without facts".into()))?;
        let taking = Taking::new(training_class::ActiveModel::default()).by(&policy);
        let step = Step::IssueCertificates;
        let mut done = Done::new(count, take::<FullProcess>(desk, work, &class, step, taking, first).await?);
        // Afterwards: the step ends what was asked before it.
        tasks::put_all(work, asked).await?;
        for fact in facts {
            done = done.and(also::<FullProcess>(step, fact)?);
        }
        Ok(done)
    }
}

/// The next serial of this institution and year. Two servers that count the same get one winner: the
/// number is a unique key.
async fn next_serial(desk: &Desk, work: &Writer, issuer: &Institution) -> Result<u32, Stop> {
    let year = chrono::Datelike::year(&desk.today());
    let prefix = format!("PXHG{}{year:04}{:04}", issuer.district, issuer.serial);
    let last = work
        .as_system("certificate-serial")
        .list::<certificate::Entity>(|q| {
            q.filter(certificate::Column::Number.gte(format!("{prefix}000000")))
                .filter(certificate::Column::Number.lte(format!("{prefix}999999Z")))
                .order_by_desc(certificate::Column::Number)
                .limit(1)
        })
        .await?;
    let last =
        last.first().and_then(|row| row.number.parse::<CertificateNumber>().ok()).map_or(0, |number| number.sequence());
    Ok(last + 1)
}

fn row(desk: &Desk, class: &training_class::Model, one: &enrolment::Model, number: &str) -> certificate::Model {
    let id: CertificateId = desk.new_id();
    certificate::Model {
        id,
        number: number.to_owned(),
        class: class.id.clone(),
        enrolment: one.id.clone(),
        person: one.person.clone(),
        name: one.name.clone(),
        id_number_masked: one.id_number_masked.clone(),
        item_name: class.item_name.clone(),
        periods: class.periods_total,
        starts_on: class.starts_on,
        ends_on: class.ends_on,
        institution: class.institution.clone(),
        institution_name: class.institution_name.clone(),
        issued_on: desk.today(),
        salt: hex::encode(desk.premises.ids.bytes::<16>()),
        valid: true,
        annulled_reason: String::new(),
        district: class.district,
        path: class.path.clone(),
        created_at: desk.now(),
        version: 1,
    }
}

fn fact(class: &training_class::Model, one: &enrolment::Model, row: &certificate::Model) -> FactDraft {
    let body = CompletionCertificateIssued {
        class: class.id.clone(),
        enrolment: one.id.clone(),
        certificate: row.id.clone(),
        number: row.number.clone(),
    };
    let salt: [u8; 16] = hex::decode(&row.salt).ok().and_then(|s| s.try_into().ok()).unwrap_or_default();
    FactDraft::of(&body, class.district, format!("发放培训合格证书 {}", row.number))
        .class(&class.id)
        .institution(&class.institution)
        .person(&one.person)
        .about(&crate::declared::CERTIFICATE, &row.id)
        .enrolment(&one.id)
        .commits("name", journal::commit(salt, &row.name))
}
