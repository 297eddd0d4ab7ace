//! One class's story, performed act by act on a moved clock until it has reached its state.

use anyhow::{Result, anyhow};
use chrono::{Duration, NaiveTime};
use desk::session::office_parts;
use desk::{Act, Desk};
use foundation::codes::{AccountRole, ClaimState, ClassState, InspectionKind, InspectionOpinion};
use foundation::{Actor, ClaimId, ClassId, Date, EnrolmentId, Instant, Office, PersonId, Scope};
use m3_funds::acts::draft::DraftClaim;
use m3_funds::acts::payment::{ApprovePaymentBatch, MakePaymentBatch, SettlePaymentBatch, SettledLine};
use m3_funds::acts::review::{EndPublicity, FirstReviewClaim, PublishClaim, SecondReviewClaim, SubmitClaim};
use m3_supervision::acts::attendance::CallRoll;
use m3_supervision::acts::certificate::IssueCertificates;
use m3_supervision::acts::decide::ReturnOpening;
use m3_supervision::acts::exam::{ConfirmExam, EnterScores};
use m3_supervision::acts::feedback::{FinishFeedback, GiveFeedback};
use m3_supervision::acts::inspection::RecordInspection;
use m3_supervision::acts::opening::{AddTrainees, CreateClass, LayTimetable, SignPledges};
use m3_supervision::acts::review::{AcceptOpening, ApproveOpening, ReviewOpening, SubmitOpening};
use m3_supervision::jobs::attendance::{EndTraining, StartTraining};
use m3_supervision::rules::completion::{Marks, Sitting};
use m3_supervision::rules::opening::{Layout, Plan};
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::funds::{claim, payment_line};
use store::tables::identity::account;
use store::tables::supervision::{class_session, enrolment};

use crate::people::{self, People};
use crate::places::School;

/// What becomes of a class.
pub struct Story {
    /// Which term.
    pub term: i32,
    /// The state it has reached by today.
    pub reaches: Reaches,
    /// How many trainees.
    pub trainees: usize,
    /// The two trainees of the personas page are in it.
    pub with_personas: bool,
}

/// How far a class has come, and its claim with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reaches {
    /// The class.
    pub class: ClassState,
    /// The claim, once there is one; `Draft` otherwise.
    pub claim: ClaimState,
}

/// The steps in order; a story stops when its state is reached.
const ORDER: [ClassState; 12] = [
    ClassState::Draft,
    ClassState::Submitted,
    ClassState::UnderReview,
    ClassState::Approved,
    ClassState::InTraining,
    ClassState::TrainingEnded,
    ClassState::Examining,
    ClassState::ResultsReview,
    ClassState::Certified,
    ClassState::FeedbackDone,
    ClassState::Claimed,
    ClassState::Archived,
];

/// Days from today to the class's first day, so that it is in its state today and nothing lies ahead of it:
/// applications are made twelve days before, certificates come on the sixteenth day, the claim on the eighteenth.
fn starts(reaches: Reaches) -> i64 {
    match (reaches.class, reaches.claim) {
        (ClassState::Draft | ClassState::Submitted | ClassState::Returned, _) => 11,
        (ClassState::UnderReview, _) => 10,
        (ClassState::Approved, _) => 1,
        (ClassState::InTraining, _) => -4,
        (ClassState::TrainingEnded, _) => -13,
        (ClassState::Examining, _) => -15,
        (ClassState::ResultsReview, _) => -16,
        (ClassState::Certified, _) => -18,
        (ClassState::FeedbackDone | ClassState::Claimed, ClaimState::Draft) => -19,
        (ClassState::FeedbackDone | ClassState::Claimed, ClaimState::Submitted) => -20,
        (ClassState::FeedbackDone | ClassState::Claimed, ClaimState::FirstReviewed) => -22,
        (ClassState::FeedbackDone | ClassState::Claimed, _) => -26,
        _ => -80,
    }
}

struct Teller<'a> {
    system: &'a Desk,
    school: &'a School,
    class: ClassId,
    first: Date,
    /// The moment at which the demo stands: nothing is told that lies after it.
    stage: Instant,
    claim: ClaimState,
}

fn told(stop: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("{stop}")
}

/// Tells one story.
pub async fn run(system: &Desk, school: &School, people: &mut People, stage: Instant, story: Story) -> Result<()> {
    let today = foundation::clock::day_of(stage);
    // Each term of a school has its own weeks, so that rooms and teachers never clash.
    let first = today + Duration::days(starts(story.reaches) - i64::from(story.term % 2));
    let hour = |day: Date| foundation::clock::at_local(day.and_time(NaiveTime::from_hms_opt(9, i_minute(story.term), 0).unwrap_or_default()));
    system.premises.clock.travel_to(hour(applied_on(system, first)));
    let mut teller =
        Teller { system, school, class: ClassId::try_from("00000000000000000000000000".to_owned()).map_err(told)?, first, stage, claim: story.reaches.claim };
    teller.class = teller.draft(&story, people).await?;
    if story.reaches.class == ClassState::Returned {
        teller.submit().await?;
        return teller
            .by(&teller.school.officers[0], ReturnOpening { class: teller.class.clone(), reason: "请补充实训设备清单，并写明每名学员的工位安排。".into() })
            .await
            .map(|_| ());
    }
    let last = ORDER.iter().position(|one| *one == story.reaches.class).unwrap_or(0);
    for step in ORDER.iter().take(last + 1).skip(1) {
        teller.step(*step).await?;
    }
    Ok(())
}

/// Twelve days before the class, earlier where a long holiday leaves too few working days between (W13).
fn applied_on(system: &Desk, first: Date) -> Date {
    const WORKDAYS: u32 = 6;
    let mut day = first - Duration::days(12);
    while system.premises.calendar.add_workdays(day, WORKDAYS).date > first {
        day -= Duration::days(1);
    }
    day
}

fn i_minute(term: i32) -> u32 {
    u32::try_from(term * 3 % 60).unwrap_or(0)
}

impl Teller<'_> {
    async fn by<A: Act>(&self, actor: &Actor, act: A) -> Result<A::Outcome> {
        Desk::of(std::sync::Arc::clone(&self.system.premises), actor.clone()).perform(act).await.map_err(|stop| anyhow!("{}：{stop}", A::TITLE))
    }
    fn at(&self, days: i64, hour: u32) {
        let wall = (self.first + Duration::days(days)).and_time(NaiveTime::from_hms_opt(hour, 5, 0).unwrap_or_default());
        self.system.premises.clock.travel_to(foundation::clock::at_local(wall));
    }

    async fn draft(&self, story: &Story, people: &mut People) -> Result<ClassId> {
        let last = self.first + Duration::days(11);
        let at = usize::try_from(story.term - 1).unwrap_or(0) % self.school.rooms.len();
        // 56 periods, 34 offline and 22 online: Appendix B example 1's class.
        let plan = Plan {
            term: story.term,
            planned_persons: 40,
            theory: 14,
            practice: 20,
            online: 22,
            starts_on: self.first,
            ends_on: last,
            exam_on: last + Duration::days(3),
            exam_plan: "理论笔试、实操考核各占一半，各 60 分合格".into(),
            materials: "国家职业技能培训教程，中国劳动社会保障出版社".into(),
            safety_plan: "已购团体意外险；实训室配急救箱和灭火器".into(),
        };
        let act = CreateClass {
            needs_item: self.school.item.clone(),
            room: self.school.rooms[at].clone(),
            class_teacher: self.school.teachers[at].clone(),
            copy_of: None,
            plan,
        };
        let class = self.by(&self.school.clerk, act).await?;
        let mut rows = people.rows(story.trainees);
        if story.with_personas {
            rows.extend(people::personas());
        }
        self.by(&self.school.clerk, AddTrainees { class: class.clone(), rows }).await?;
        self.by(&self.school.clerk, SignPledges { class: class.clone() }).await?;
        let time = |h, m| NaiveTime::from_hms_opt(h, m, 0);
        // Odd terms meet in the mornings and afternoons, even ones too but on other hours: no clash in one room.
        let (morning, afternoon) = if story.term % 2 == 0 { (time(8, 0), time(13, 30)) } else { (time(8, 30), time(14, 0)) };
        let layout = Layout { weekdays: vec![1, 2, 3, 4, 5, 6, 7], morning, afternoon, evening: time(19, 0), block: 4 };
        self.by(&self.school.clerk, LayTimetable { class: class.clone(), layout, teacher: None }).await?;
        self.accounts(&class).await?;
        Ok(class)
    }

    async fn submit(&self) -> Result<()> {
        self.by(&self.school.clerk, SubmitOpening { class: self.class.clone(), pledge: true }).await
    }

    async fn step(&self, reached: ClassState) -> Result<()> {
        let (class, school) = (self.class.clone(), self.school);
        match reached {
            ClassState::Submitted => self.submit().await,
            ClassState::UnderReview => {
                self.at(-11, 10);
                self.by(&school.officers[0], AcceptOpening { class }).await
            }
            ClassState::Approved => {
                self.at(-10, 10);
                self.by(&school.officers[0], ReviewOpening { class: class.clone(), passed: ["H01", "H02", "H03", "H04"].map(String::from).to_vec() }).await?;
                self.at(-9, 10);
                self.by(&school.officers[1], ApproveOpening { class }).await
            }
            ClassState::InTraining => self.teach().await,
            ClassState::TrainingEnded => {
                self.at(12, 8);
                self.job(EndTraining { class }).await
            }
            ClassState::Examining => self.examine().await,
            ClassState::ResultsReview => {
                self.at(15, 10);
                self.by(&school.officers[0], ConfirmExam { class }).await
            }
            ClassState::Certified => {
                self.at(15, 14);
                self.by(&school.clerk, IssueCertificates { class }).await.map(|_| ())
            }
            ClassState::FeedbackDone => {
                self.feedback().await?;
                self.at(17, 8);
                self.job(FinishFeedback { class }).await
            }
            ClassState::Claimed => {
                self.at(17, 9);
                self.job(DraftClaim { class }).await?;
                if self.claim == ClaimState::Draft { Ok(()) } else { self.claim_on().await.map(|_| ()) }
            }
            ClassState::Archived => self.pay().await,
            _ => Ok(()),
        }
    }

    async fn job<A: Act>(&self, act: A) -> Result<A::Outcome> {
        self.system.perform(act).await.map_err(|stop| anyhow!("{}：{stop}", A::TITLE))
    }

    async fn places(&self) -> Result<Vec<enrolment::Model>> {
        let reader = self.system.read().await.map_err(told)?;
        reader.list::<enrolment::Entity>(|q| q.filter(enrolment::Column::Class.eq(self.class.clone())).order_by_asc(enrolment::Column::Id)).await.map_err(told)
    }

    /// Roll-calls of every session that has begun; the last two of the roster miss one in eight, and have
    /// yet to sign in to the session that runs now.
    async fn teach(&self) -> Result<()> {
        let reader = self.system.read().await.map_err(told)?;
        let sessions = reader
            .list::<class_session::Entity>(|q| q.filter(class_session::Column::Class.eq(self.class.clone())).order_by_asc(class_session::Column::StartsAt))
            .await
            .map_err(told)?;
        drop(reader);
        let roster = self.places().await?;
        let called = |one: &class_session::Model| one.starts_at + Duration::minutes(12);
        for (at, session) in sessions.iter().enumerate().filter(|(_, one)| called(one) <= self.stage) {
            self.system.premises.clock.travel_to(called(session));
            let missing = at % 8 == 1 || session.ends_at > self.stage;
            let present: Vec<EnrolmentId> =
                roster.iter().enumerate().filter(|(n, _)| !(missing && *n + 2 >= roster.len())).map(|(_, one)| one.id.clone()).collect();
            self.by(&self.school.clerk, CallRoll { session: session.id.clone(), present }).await?;
            if at == 0 {
                self.job(StartTraining { class: self.class.clone() }).await?;
            }
            if at == 2 {
                self.inspect(session, roster.len()).await?;
            }
        }
        Ok(())
    }

    async fn inspect(&self, session: &class_session::Model, persons: usize) -> Result<()> {
        self.system.premises.clock.travel_to(session.starts_at + Duration::minutes(40));
        let act = RecordInspection {
            class: self.class.clone(),
            session: Some(session.id.clone()),
            kind: InspectionKind::OnSite,
            unannounced: true,
            second_inspector: "庄淑华".into(),
            present_count: i32::try_from(persons).unwrap_or(0),
            teacher_present: true,
            content_matches: true,
            problems: Vec::new(),
            opinion: InspectionOpinion::Normal,
            note: String::new(),
        };
        self.by(&self.school.officers[2], act).await.map(|_| ())
    }

    async fn examine(&self) -> Result<()> {
        self.at(14, 15);
        let reader = self.system.read().await.map_err(told)?;
        let row = reader.get::<store::tables::supervision::training_class::Entity>(self.class.to_string()).await.map_err(told)?;
        let policy = desk::policy::pinned(row.policy.as_deref()).map_err(told)?;
        let eligible = m3_supervision::acts::exam::eligible(&reader, &row, &policy).await.map_err(told)?;
        drop(reader);
        let marks = self
            .places()
            .await?
            .into_iter()
            .filter(|one| eligible.contains(&one.id))
            .enumerate()
            .map(|(n, one)| Marks {
                enrolment: one.id,
                theory: 62 + i32::try_from(n * 7 % 35).unwrap_or(0),
                practice: if n == 3 { 55 } else { 65 + i32::try_from(n * 5 % 30).unwrap_or(0) },
                absent: false,
            })
            .collect();
        let sitting = Sitting {
            held_on: self.first + Duration::days(14),
            examiner: "曾庆华".into(),
            second_examiner: "施美玲".into(),
            method: "理论笔试＋现场操作".into(),
        };
        self.by(&self.school.clerk, EnterScores { class: self.class.clone(), sitting, marks }).await
    }

    async fn feedback(&self) -> Result<()> {
        self.at(16, 19);
        for (n, one) in self.places().await?.into_iter().filter(|one| one.passed == Some(true)).enumerate() {
            let mark = |shift: usize| i32::try_from(5 - (n + shift) % 3 / 2).unwrap_or(5);
            let act = GiveFeedback {
                class: self.class.clone(),
                teacher: mark(0),
                content: mark(1),
                practice: mark(2),
                management: 5,
                employment_help: 4,
                attended_in_person: true,
                was_charged: false,
                text: String::new(),
            };
            self.by(&self.trainee(&one.person, &one.name).await?, act).await?;
        }
        Ok(())
    }

    async fn trainee(&self, person: &PersonId, name: &str) -> Result<Actor> {
        let reader = self.system.read().await.map_err(told)?;
        let account = reader
            .find::<account::Entity>(account::Column::Person.eq(person.clone()))
            .await
            .map_err(told)?
            .ok_or_else(|| anyhow!("trainee without account"))?;
        Ok(Actor {
            account: Some(account.id),
            name: name.into(),
            office_name: "学员".into(),
            office: Office::Trainee { person: person.clone() },
            role: AccountRole::Staff,
        })
    }

    /// Trainees' accounts: no password, signed in by slip.
    async fn accounts(&self, class: &ClassId) -> Result<()> {
        let reader = self.system.read().await.map_err(told)?;
        let places = reader.list::<enrolment::Entity>(|q| q.filter(enrolment::Column::Class.eq(class.clone()))).await.map_err(told)?;
        let known: std::collections::HashSet<Option<PersonId>> = reader
            .list::<account::Entity>(|q| q.filter(account::Column::Person.is_in(places.iter().map(|one| one.person.clone()))))
            .await
            .map_err(told)?
            .into_iter()
            .map(|one| one.person)
            .collect();
        drop(reader);
        let rows: Vec<account::Model> = places
            .into_iter()
            .filter(|one| !known.contains(&Some(one.person.clone())))
            .map(|one| {
                let (kind, reference) = office_parts(&Office::Trainee { person: one.person.clone() });
                account::Model {
                    id: self.system.new_id(),
                    login: format!("trainee-{}", one.person),
                    name: one.name,
                    office_kind: kind.into(),
                    office_ref: reference,
                    office_name: "学员".into(),
                    role: AccountRole::Staff,
                    password_hash: None,
                    totp_secret: None,
                    totp_last_step: 0,
                    failed_count: 0,
                    locked_until: None,
                    disabled: false,
                    institution: None,
                    person: Some(one.person),
                    path: one.path,
                    district: one.district,
                    created_at: one.created_at,
                    version: 1,
                }
            })
            .collect();
        self.system.premises.db.write(Scope::Everything, move |work| Box::pin(async move { work.add_many::<account::Entity>(rows).await })).await.map_err(told)
    }

    async fn claim_of(&self) -> Result<ClaimId> {
        let reader = self.system.read().await.map_err(told)?;
        Ok(reader.find::<claim::Entity>(claim::Column::Class.eq(self.class.clone())).await.map_err(told)?.ok_or_else(|| anyhow!("no claim"))?.id)
    }

    /// Hands the claim in and takes it as far as the story goes.
    async fn claim_on(&self) -> Result<ClaimId> {
        let school = self.school;
        let claim = self.claim_of().await?;
        self.at(18, 9);
        self.by(&school.clerk, SubmitClaim { claim: claim.clone() }).await?;
        if self.claim == ClaimState::Submitted {
            return Ok(claim);
        }
        self.at(20, 9);
        self.by(&school.officers[0], FirstReviewClaim { claim: claim.clone() }).await?;
        if self.claim == ClaimState::FirstReviewed {
            return Ok(claim);
        }
        self.at(22, 9);
        self.by(&school.officers[1], SecondReviewClaim { claim: claim.clone() }).await?;
        self.at(23, 9);
        self.by(&school.officers[0], PublishClaim { claim: claim.clone() }).await?;
        Ok(claim)
    }

    async fn pay(&self) -> Result<()> {
        let school = self.school;
        let claim = self.claim_of().await?;
        self.at(38, 9);
        self.job(EndPublicity { claim: claim.clone() }).await?;
        let batch = self.by(&school.officers[2], MakePaymentBatch { claims: vec![claim.clone()] }).await?;
        let reader = self.system.read().await.map_err(told)?;
        let lines = reader.list::<payment_line::Entity>(|q| q.filter(payment_line::Column::Claim.eq(claim))).await.map_err(told)?;
        drop(reader);
        self.at(40, 9);
        self.by(&school.finance, ApprovePaymentBatch { batch: batch.clone() }).await?;
        self.at(42, 9);
        let settled = lines
            .into_iter()
            .map(|one| SettledLine { line: one.id.clone(), paid: true, reference: format!("DEMO{}", one.id), reason: String::new() })
            .collect();
        self.by(&school.finance, SettlePaymentBatch { batch, lines: settled }).await.map(|_| ())
    }
}
