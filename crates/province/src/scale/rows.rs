//! The rows of one class of the scale, shaped and sized like those that acts leave.

use chrono::Duration;
use desk::Desk;
use foundation::codes::*;
use foundation::ids::TypedId;
use foundation::{
    CertificateId, ClaimId, ClaimItemId, ClassId, Date, EnrolmentId, Fen, Instant, Periods, PersonId, SessionId,
};
use store::seal::Purpose;
use store::tables::funds::{claim, claim_item};
use store::tables::institutions::{institution, room, teacher};
use store::tables::journal::fact;
use store::tables::needs::needs_item;
use store::tables::notices::task;
use store::tables::registry::person;
use store::tables::supervision::{attendance, certificate, class_session, enrolment, training_class};

use super::around::{facts_of, waiting};
use crate::names::name;

/// Trainees of one class.
pub const CLASS: u64 = 40;
/// Meetings of one class, four periods each.
const MEETINGS: i64 = 14;
/// Every tenth class keeps its attendance and its claim's lines, as if the older ones were in the archive.
const WHOLE_EVERY: u64 = 10;

/// What a class is cut from.
pub struct Pattern {
    pub school: institution::Model,
    pub item: needs_item::Model,
    pub room: room::Model,
    pub teacher: teacher::Model,
    pub policy: String,
}

/// Rows of some classes, table by table.
#[derive(Default)]
pub struct Rows {
    pub people: Vec<person::Model>,
    pub classes: Vec<training_class::Model>,
    pub sessions: Vec<class_session::Model>,
    pub enrolments: Vec<enrolment::Model>,
    pub attendance: Vec<attendance::Model>,
    pub certificates: Vec<certificate::Model>,
    pub claims: Vec<claim::Model>,
    pub items: Vec<claim_item::Model>,
    pub tasks: Vec<task::Model>,
    pub facts: Vec<fact::Model>,
}

fn state_of(n: u64) -> ClassState {
    match n % 50 {
        0 => FullProcessState::UnderReview.into(),
        1 => FullProcessState::Submitted.into(),
        2 | 3 => FullProcessState::InTraining.into(),
        4 => FullProcessState::Approved.into(),
        _ => FullProcessState::Archived.into(),
    }
}

impl Rows {
    /// The n-th class of the scale with everything that belongs to it.
    pub fn class(&mut self, desk: &Desk, of: &Pattern, n: u64) {
        let (id, state) = (desk.new_id::<ClassId>(), state_of(n));
        let back = i64::try_from(n % 900).unwrap_or(0);
        let starts_on = match state {
            ClassState::FullProcess(FullProcessState::Archived) => desk.today() - Duration::days(80 + back),
            ClassState::FullProcess(FullProcessState::InTraining) => desk.today() - Duration::days(3),
            _ => desk.today() + Duration::days(9),
        };
        let class = class_row(of, &id, state, n, starts_on);
        let from = self.sessions.len();
        self.sessions.extend((0..MEETINGS).map(|at| meeting(desk, of, &id, starts_on, at)));
        let whole = n % WHOLE_EVERY == 7 || state == FullProcessState::InTraining;
        let claim: Option<ClaimId> = (state == FullProcessState::Archived).then(|| desk.new_id());
        if let Some(claim) = &claim {
            self.claims.push(claim_row(desk, of, &class, claim));
        }
        for at in 0..CLASS {
            let who = usize::try_from(n * 13 + at).unwrap_or(0);
            let place = self.trainee(desk, of, &class, who, n * CLASS + at);
            if whole {
                self.marks(desk, of, &place, from, state);
            }
            if whole && let Some(claim) = &claim {
                self.items.push(item_row(desk, of, &place, claim));
            }
        }
        if state.is_in(&[FullProcessState::Submitted, FullProcessState::UnderReview]) {
            self.tasks.push(waiting(desk, of, &class));
        }
        self.facts.extend(facts_of(desk, of, &class));
        self.classes.push(class);
    }

    fn trainee(
        &mut self,
        desk: &Desk,
        of: &Pattern,
        class: &training_class::Model,
        who: usize,
        serial: u64,
    ) -> enrolment::Model {
        let person = person_row(desk, of, who, serial);
        let place = enrolment_row(desk, of, class, &person);
        if class.state == FullProcessState::Archived {
            self.certificates.push(certificate_row(desk, of, class, &place, serial));
        }
        self.people.push(person);
        self.enrolments.push(place.clone());
        place
    }

    fn marks(&mut self, desk: &Desk, of: &Pattern, place: &enrolment::Model, from: usize, state: ClassState) {
        let held = if state == FullProcessState::InTraining { 5 } else { usize::try_from(MEETINGS).unwrap_or(0) };
        for session in &self.sessions[from..from + held] {
            self.attendance.push(attendance::Model {
                id: desk.new_id(),
                session: session.id.clone(),
                class: session.class.clone(),
                enrolment: place.id.clone(),
                person: place.person.clone(),
                kind: AttendanceKind::RollCall,
                method: AttendanceMethod::RollCall,
                at: session.starts_at + Duration::minutes(10),
                recorded_by: testkit::Persona::SchoolClerk.account(),
                fact: desk.new_id(),
                institution: of.school.id.clone(),
                district: of.school.district,
                path: of.school.path.clone(),
            });
        }
    }
}

/// A synthetic person whose index no real document can meet.
pub fn person_row(desk: &Desk, of: &Pattern, who: usize, serial: u64) -> person::Model {
    let (id, keys) = (desk.new_id::<PersonId>(), &desk.premises.keyring);
    person::Model {
        id_number: keys.seal(
            Purpose::IdNumber,
            id.as_str(),
            &format!("350199197001010{:03}", serial % 1000),
            desk.premises.ids.bytes(),
        ),
        id_number_index: keys.index(Purpose::IdNumber, &format!("scale{serial}-{id}")),
        id_number_masked: "350199********0000".into(),
        id_type: foundation::IdType::ResidentCard,
        name: name(who),
        sex: "女".into(),
        birth: desk.today() - Duration::days(15_000),
        phone: None,
        phone_index: None,
        phone_masked: String::new(),
        education: "初中".into(),
        district: of.school.district,
        path: of.school.path.clone(),
        created_at: desk.now(),
        version: 1,
        id,
    }
}

/// The person's place in the class.
pub fn enrolment_row(
    desk: &Desk,
    of: &Pattern,
    class: &training_class::Model,
    person: &person::Model,
) -> enrolment::Model {
    enrolment::Model {
        id: desk.new_id::<EnrolmentId>(),
        class: class.id.clone(),
        person: person.id.clone(),
        name: person.name.clone(),
        id_number_masked: person.id_number_masked.clone(),
        phone_masked: String::new(),
        category: PersonCategory::Other,
        education: person.education.clone(),
        pledged_at: Some(desk.now()),
        active: true,
        withdrawn_reason: String::new(),
        credited_offline: Periods(34),
        credited_online: Periods(20),
        passed: (class.state == FullProcessState::Archived).then_some(true),
        institution: of.school.id.clone(),
        district: of.school.district,
        path: of.school.path.clone(),
        created_at: desk.now(),
        version: 1,
    }
}

fn certificate_row(
    desk: &Desk,
    of: &Pattern,
    class: &training_class::Model,
    place: &enrolment::Model,
    serial: u64,
) -> certificate::Model {
    let number = reckoning::number::CertificateNumber::make(
        of.school.district,
        2025,
        u32::try_from(5000 + serial / 900_000).unwrap_or(5000),
        u32::try_from(serial % 900_000 + 1).unwrap_or(1),
    );
    certificate::Model {
        id: desk.new_id::<CertificateId>(),
        number: number.map_or_else(|_| format!("{serial}"), |number| number.as_str().to_owned()),
        class: class.id.clone(),
        enrolment: place.id.clone(),
        person: place.person.clone(),
        name: place.name.clone(),
        id_number_masked: place.id_number_masked.clone(),
        item_name: class.item_name.clone(),
        periods: Periods(56),
        starts_on: class.starts_on,
        ends_on: class.ends_on,
        institution: of.school.id.clone(),
        institution_name: of.school.name.clone(),
        issued_on: class.ends_on + Duration::days(3),
        salt: "00112233445566778899aabbccddeeff".into(),
        valid: true,
        annulled_reason: String::new(),
        district: of.school.district,
        path: of.school.path.clone(),
        created_at: desk.now(),
        version: 1,
    }
}

/// A class of the pattern's school in this state.
pub fn class_row(of: &Pattern, id: &ClassId, state: ClassState, n: u64, starts_on: Date) -> training_class::Model {
    let at = foundation::clock::at_local(starts_on.and_hms_opt(9, 0, 0).unwrap_or_default()) - Duration::days(9);
    training_class::Model {
        id: id.clone(),
        class_no: format!("{}2025A{n:08}", of.school.district),
        regime: Regime::FullProcess,
        state,
        institution: of.school.id.clone(),
        institution_name: of.school.name.clone(),
        needs_item: of.item.id.clone(),
        site: of.room.site.clone(),
        room: of.room.id.clone(),
        title: format!("{} 第{}期", of.item.name, n % 999 + 1),
        item_name: of.item.name.clone(),
        term: i32::try_from(n % 999).unwrap_or(0) + 1,
        planned_persons: 40,
        periods_total: Periods(56),
        periods_theory: Periods(14),
        periods_practice: Periods(20),
        periods_online: Periods(22),
        starts_on,
        ends_on: starts_on + Duration::days(13),
        class_teacher: of.teacher.id.clone(),
        class_teacher_name: of.teacher.name.clone(),
        exam_on: Some(starts_on + Duration::days(15)),
        exam_plan: "理论笔试、实操考核各占一半，各 60 分合格".into(),
        materials: "国家职业技能培训教程，中国劳动社会保障出版社".into(),
        safety_plan: "已购团体意外险；实训室配急救箱和灭火器".into(),
        institution_pledged_at: Some(at),
        submitted_at: Some(at),
        accepted_at: Some(at),
        accepted_by: None,
        reviewed_at: None,
        reviewed_by: None,
        decided_at: Some(at),
        decided_by: None,
        decision_note: String::new(),
        due_on: Some(starts_on),
        policy: Some(of.policy.clone()),
        enrolled_count: i32::try_from(CLASS).unwrap_or(0),
        money: Fen(5_600_000),
        district: of.school.district,
        path: of.school.path.clone(),
        created_at: at,
        created_by: testkit::Persona::SchoolClerk.account(),
        version: 1,
    }
}

/// The at-th meeting of a class: every day from half past eight.
pub fn meeting(desk: &Desk, of: &Pattern, class: &ClassId, starts_on: Date, at: i64) -> class_session::Model {
    let starts_at =
        foundation::clock::at_local((starts_on + Duration::days(at)).and_hms_opt(8, 30, 0).unwrap_or_default());
    session_at(desk, of, class, at, starts_at)
}

/// A meeting of three hours from this moment on.
pub fn session_at(desk: &Desk, of: &Pattern, class: &ClassId, at: i64, starts_at: Instant) -> class_session::Model {
    class_session::Model {
        id: desk.new_id::<SessionId>(),
        class: class.clone(),
        position: i32::try_from(at).unwrap_or(0) + 1,
        held_on: foundation::clock::day_of(starts_at),
        starts_at,
        ends_at: starts_at + Duration::hours(3),
        periods: Periods(4),
        mode: SessionMode::Practice,
        subject: format!("{}（实操）", of.item.name),
        teacher: of.teacher.id.clone(),
        teacher_name: of.teacher.name.clone(),
        room: Some(of.room.id.clone()),
        place: of.room.name.clone(),
        institution: of.school.id.clone(),
        district: of.school.district,
        path: of.school.path.clone(),
        version: 1,
    }
}

fn claim_row(desk: &Desk, of: &Pattern, class: &training_class::Model, id: &ClaimId) -> claim::Model {
    let at = class.created_at + Duration::days(40);
    claim::Model {
        id: id.clone(),
        claim_no: format!("{}-1", class.class_no),
        class: class.id.clone(),
        class_title: class.title.clone(),
        institution: of.school.id.clone(),
        institution_name: of.school.name.clone(),
        state: ClaimState::Paid,
        persons: class.enrolled_count,
        total: class.money,
        drafted_at: at,
        submitted_at: Some(at),
        submitted_by: None,
        first_reviewed_by: None,
        first_reviewed_at: Some(at),
        second_reviewed_by: None,
        second_reviewed_at: Some(at),
        publicity_from: None,
        publicity_until: None,
        note: String::new(),
        due_on: None,
        fund_account: None,
        batch: None,
        paid_at: Some(at),
        district: of.school.district,
        path: of.school.path.clone(),
        created_at: desk.now(),
        version: 1,
    }
}

fn item_row(desk: &Desk, of: &Pattern, place: &enrolment::Model, claim: &ClaimId) -> claim_item::Model {
    claim_item::Model {
        id: desk.new_id::<ClaimItemId>(),
        claim: claim.clone(),
        class: place.class.clone(),
        enrolment: place.id.clone(),
        person: place.person.clone(),
        name: place.name.clone(),
        id_number_masked: place.id_number_masked.clone(),
        credited_offline: Periods(34),
        credited_online: Periods(22),
        payable: Periods(56),
        amount: Fen(140_000),
        eligible: true,
        refusals: "[]".into(),
        trace: "[]".into(),
        institution: of.school.id.clone(),
        district: of.school.district,
        path: of.school.path.clone(),
        version: 1,
    }
}
