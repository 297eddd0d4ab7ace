//! A province of any size for the benchmark: rows only, no acts, in bounded memory. Not for reading:
//! its people have numbers for names.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use chrono::Duration;
use desk::{Desk, Premises};
use foundation::codes::*;
use foundation::ids::TypedId;
use foundation::{CertificateId, ClassId, DistrictCode, EnrolmentId, Fen, Periods, PersonId, Scope, SessionId, TaskId};
use store::query::QuerySelect;
use store::seal::Purpose;
use store::tables::institutions::{institution, room, site, teacher};
use store::tables::needs::needs_item;
use store::tables::notices::task;
use store::tables::registry::person;
use store::tables::supervision::{certificate, class_session, enrolment, training_class};

use crate::names::name;

/// Trainees of one class.
const CLASS: u64 = 40;
/// Classes written in one transaction.
const STEP: u64 = 100;

/// What every class of the scale is cut from: the first school of the demo.
struct Pattern {
    institution: institution::Model,
    site: site::Model,
    room: room::Model,
    teacher: teacher::Model,
    item: needs_item::Model,
    policy: String,
}

/// Adds classes until there are `enrolments` more, on top of a loaded small demo.
pub async fn load_scale(premises: &Arc<Premises>, enrolments: u64) -> Result<()> {
    let desk = Desk::system(Arc::clone(premises), "scale");
    let pattern = Arc::new(pattern(&desk).await?);
    let districts: Vec<DistrictCode> =
        DistrictCode::all().filter(|one| one.is_administered() && one.level() == foundation::district::DistrictLevel::County).collect();
    let mut from = 0;
    while from < enrolments / CLASS {
        let (desk, pattern, districts, until) = (desk.clone(), Arc::clone(&pattern), districts.clone(), (from + STEP).min(enrolments / CLASS));
        premises
            .db
            .write(Scope::Everything, move |work| {
                Box::pin(async move {
                    let mut rows = Rows::default();
                    for n in from..until {
                        rows.class(&desk, &pattern, districts[usize::try_from(n).unwrap_or(0) % districts.len()], n);
                    }
                    work.add_many::<person::Entity>(rows.people).await?;
                    work.add_many::<training_class::Entity>(rows.classes).await?;
                    work.add_many::<class_session::Entity>(rows.sessions).await?;
                    work.add_many::<enrolment::Entity>(rows.enrolments).await?;
                    work.add_many::<certificate::Entity>(rows.certificates).await?;
                    work.add_many::<task::Entity>(rows.tasks).await
                })
            })
            .await
            .map_err(|stop| anyhow!("{stop}"))?;
        from = until;
        if from % 2500 == 0 {
            println!("{} 人次", from * CLASS);
        }
    }
    Ok(())
}

async fn pattern(desk: &Desk) -> Result<Pattern> {
    let reader = desk.read().await.map_err(|stop| anyhow!("{stop}"))?;
    let told = |stop: foundation::Stop| anyhow!("{stop}");
    let first = |what: &'static str| move || anyhow!("no {what}: load the small demo first");
    let district = testkit::district(testkit::JINJIANG);
    let policy = desk::policy::in_force(&reader, district, desk.today()).await.map_err(told)?;
    Ok(Pattern {
        institution: reader.list::<institution::Entity>(|q| q.limit(1)).await.map_err(told)?.pop().ok_or_else(first("institution"))?,
        site: reader.list::<site::Entity>(|q| q.limit(1)).await.map_err(told)?.pop().ok_or_else(first("site"))?,
        room: reader.list::<room::Entity>(|q| q.limit(1)).await.map_err(told)?.pop().ok_or_else(first("room"))?,
        teacher: reader.list::<teacher::Entity>(|q| q.limit(1)).await.map_err(told)?.pop().ok_or_else(first("teacher"))?,
        item: reader.list::<needs_item::Entity>(|q| q.limit(1)).await.map_err(told)?.pop().ok_or_else(first("needs item"))?,
        policy: serde_json::to_string(&policy)?,
    })
}

#[derive(Default)]
struct Rows {
    people: Vec<person::Model>,
    classes: Vec<training_class::Model>,
    sessions: Vec<class_session::Model>,
    enrolments: Vec<enrolment::Model>,
    certificates: Vec<certificate::Model>,
    tasks: Vec<task::Model>,
}

impl Rows {
    fn class(&mut self, desk: &Desk, pattern: &Pattern, district: DistrictCode, n: u64) {
        let id: ClassId = desk.new_id();
        let state = match n % 10 {
            0 => ClassState::UnderReview,
            1 | 2 => ClassState::InTraining,
            _ => ClassState::Archived,
        };
        let number = usize::try_from(n).unwrap_or(0);
        let starts_on = desk.today() - Duration::days(i64::try_from(n % 700).unwrap_or(0));
        self.classes.push(row(desk, pattern, district, &id, state, n, starts_on));
        for at in 0..3i64 {
            self.sessions.push(meeting(desk, pattern, district, &id, starts_on, at));
        }
        if state == ClassState::UnderReview {
            self.tasks.push(waiting(desk, district, &id, n));
        }
        for at in 0..CLASS {
            self.trainee(desk, pattern, district, &id, state, number * 40 + usize::try_from(at).unwrap_or(0), n * CLASS + at, starts_on);
        }
    }

    fn trainee(
        &mut self,
        desk: &Desk,
        pattern: &Pattern,
        district: DistrictCode,
        class: &ClassId,
        state: ClassState,
        who: usize,
        serial: u64,
        starts_on: foundation::Date,
    ) {
        let (person, place): (PersonId, EnrolmentId) = (desk.new_id(), desk.new_id());
        let keys = &desk.premises.keyring;
        let path = district.management_path();
        self.people.push(person::Model {
            id: person.clone(),
            name: name(who),
            id_type: foundation::IdType::ResidentCard,
            id_number: keys.seal(Purpose::IdNumber, person.as_str(), "scale", desk.premises.ids.bytes()),
            id_number_index: keys.index(Purpose::IdNumber, &format!("scale{serial}")),
            id_number_masked: "350199********0000".into(),
            sex: "女".into(),
            birth: starts_on - Duration::days(15_000),
            phone: None,
            phone_index: None,
            phone_masked: String::new(),
            education: String::new(),
            district,
            path: path.clone(),
            created_at: desk.now(),
            version: 1,
        });
        let archived = state == ClassState::Archived;
        self.enrolments.push(enrolment::Model {
            id: place.clone(),
            class: class.clone(),
            person: person.clone(),
            name: name(who),
            id_number_masked: "350199********0000".into(),
            phone_masked: String::new(),
            category: PersonCategory::Other,
            education: String::new(),
            pledged_at: Some(desk.now()),
            active: true,
            withdrawn_reason: String::new(),
            credited_offline: Periods(34),
            credited_online: Periods(20),
            passed: archived.then_some(true),
            institution: pattern.institution.id.clone(),
            district,
            path: path.clone(),
            created_at: desk.now(),
            version: 1,
        });
        if archived {
            self.certificates.push(certificate::Model {
                id: desk.new_id::<CertificateId>(),
                number: format!("PXHG{district}2025{:04}{:06}X", serial / 1_000_000, serial % 1_000_000),
                class: class.clone(),
                enrolment: place,
                person,
                name: name(who),
                id_number_masked: "350199********0000".into(),
                item_name: pattern.item.name.clone(),
                periods: Periods(56),
                starts_on,
                ends_on: starts_on + Duration::days(12),
                institution: pattern.institution.id.clone(),
                institution_name: pattern.institution.name.clone(),
                issued_on: starts_on + Duration::days(15),
                salt: String::new(),
                valid: true,
                annulled_reason: String::new(),
                district,
                path,
                created_at: desk.now(),
                version: 1,
            });
        }
    }
}

fn row(desk: &Desk, pattern: &Pattern, district: DistrictCode, id: &ClassId, state: ClassState, n: u64, starts_on: foundation::Date) -> training_class::Model {
    training_class::Model {
        id: id.clone(),
        class_no: format!("{district}2025A{:08}", n),
        regime: Regime::FullProcess,
        state,
        institution: pattern.institution.id.clone(),
        institution_name: pattern.institution.name.clone(),
        needs_item: pattern.item.id.clone(),
        site: pattern.site.id.clone(),
        room: pattern.room.id.clone(),
        title: format!("{} 第{n}期", pattern.item.name),
        item_name: pattern.item.name.clone(),
        term: i32::try_from(n % 999).unwrap_or(0) + 1,
        planned_persons: 40,
        periods_total: Periods(56),
        periods_theory: Periods(14),
        periods_practice: Periods(20),
        periods_online: Periods(22),
        starts_on,
        ends_on: starts_on + Duration::days(12),
        class_teacher: pattern.teacher.id.clone(),
        class_teacher_name: pattern.teacher.name.clone(),
        exam_on: None,
        exam_plan: "考核".into(),
        materials: "教材".into(),
        safety_plan: "保险".into(),
        institution_pledged_at: Some(desk.now()),
        submitted_at: Some(desk.now()),
        accepted_at: Some(desk.now()),
        accepted_by: None,
        reviewed_at: None,
        reviewed_by: None,
        decided_at: Some(desk.now()),
        decided_by: None,
        decision_note: String::new(),
        due_on: Some(starts_on),
        policy: Some(pattern.policy.clone()),
        enrolled_count: 40,
        money: Fen(5_600_000),
        district,
        path: district.management_path(),
        created_at: desk.now(),
        created_by: testkit::Persona::SchoolClerk.account(),
        version: 1,
    }
}

fn meeting(desk: &Desk, pattern: &Pattern, district: DistrictCode, class: &ClassId, starts_on: foundation::Date, at: i64) -> class_session::Model {
    let day = starts_on + Duration::days(at);
    let starts_at = foundation::clock::at_local(day.and_hms_opt(8, 30, 0).unwrap_or_default());
    class_session::Model {
        id: desk.new_id::<SessionId>(),
        class: class.clone(),
        position: i32::try_from(at).unwrap_or(0) + 1,
        held_on: day,
        starts_at,
        ends_at: starts_at + Duration::hours(3),
        periods: Periods(4),
        mode: SessionMode::Practice,
        subject: "实操".into(),
        teacher: pattern.teacher.id.clone(),
        teacher_name: pattern.teacher.name.clone(),
        room: Some(pattern.room.id.clone()),
        place: pattern.room.name.clone(),
        institution: pattern.institution.id.clone(),
        district,
        path: district.management_path(),
        version: 1,
    }
}

fn waiting(desk: &Desk, district: DistrictCode, class: &ClassId, n: u64) -> task::Model {
    task::Model {
        id: desk.new_id::<TaskId>(),
        audience: "county".into(),
        kind: "review-opening".into(),
        about_kind: "class".into(),
        about: class.to_string(),
        title: format!("第{n}期 40人"),
        finding: "机器核对全部通过".into(),
        tone: "good".into(),
        money: Fen(5_600_000),
        due_on: Some(desk.today() + Duration::days(i64::try_from(n % 5).unwrap_or(0))),
        not_for: None,
        institution: None,
        person: None,
        path: district.management_path(),
        district,
        created_at: desk.now(),
        done_at: None,
        version: 1,
    }
}
