//! Reads that the opening's pages and its machine review need (M3.1). What looks beyond the asker's
//! reach (clashes anywhere in the province) goes through the system's reader and comes back masked.

use std::collections::{HashMap, HashSet};

use desk::Desk;
use foundation::codes::{CertificateType, ClaimState, ClassState, DirectoryState, NeedsState, ReviewResult};
use foundation::{ClassId, PersonId, Stop};
use reckoning::eligibility::{PersonFacts, beneficiary};
use reckoning::policy::Policy;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use store::tables::funds::{claim, claim_item};
use store::tables::institutions::{directory_item, institution, room, site_verification, teacher};
use store::tables::needs::needs_item;
use store::tables::registry::person;
use store::tables::supervision::{class_session, enrolment, training_class};
use store::{Reader, Writer};

use crate::acts::attendance::masked;
use crate::hours;
use crate::rules::review::{Found, Line, lines};

/// Answers the machine's lines for a class as it is now.
pub async fn machine_lines(desk: &Desk, work: &Writer, class: &training_class::Model, policy: &Policy) -> Result<Vec<Line>, Stop> {
    let system = work.as_system("opening-review");
    let roster = hours::roster(work, &class.id).await?;
    let sessions = hours::sessions(work, &class.id).await?;
    let people: Vec<PersonId> = roster.iter().map(|one| one.person.clone()).collect();
    let issuer = work.get::<institution::Entity>(class.institution.to_string()).await?;
    let item = work.get::<needs_item::Entity>(class.needs_item.to_string()).await?;
    let room = work.get::<room::Entity>(class.room.to_string()).await?;
    let today = desk.today();
    let listed = Condition::all().add(directory_item::Column::Institution.eq(class.institution.clone())).add(directory_item::Column::NeedsItem.eq(class.needs_item.clone()))
        .add(directory_item::Column::ValidFrom.lte(today)).add(directory_item::Column::ValidUntil.gte(today));
    let verified = work.list::<site_verification::Entity>(|q| {
        q.filter(site_verification::Column::Site.eq(class.site.clone())).filter(site_verification::Column::Conclusion.eq(ReviewResult::Pass)).order_by_desc(site_verification::Column::ValidUntil).limit(1)
    }).await?;
    let earliest = desk.premises.calendar.add_workdays(today, u32::try_from(policy.submit_workdays_before).unwrap_or(0)).date;
    let teachers: HashSet<_> = sessions.iter().map(|one| one.teacher.clone()).collect();
    let unverified = work.list::<teacher::Entity>(|q| q.filter(teacher::Column::Institution.eq(class.institution.clone()))).await?
        .into_iter().filter(|one| teachers.contains(&one.id) && one.certificate_verified_on.is_none()).map(|one| masked(&one.name)).collect();
    let (teacher_clashes, room_clashes) = resource_clashes(&system, class, &sessions).await?;
    let found = Found {
        class, roster: &roster, sessions: &sessions, not_entitled: not_entitled(&system, class, &people, policy).await?, clashes: person_clashes(&system, class, &roster, &sessions).await?,
        teacher_clashes, room_clashes, paid_before: paid_before(&system, class, &people).await?, unverified_teachers: unverified, licence_until: issuer.licence_until,
        listed: issuer.state == DirectoryState::Listed, item_valid: work.find::<directory_item::Entity>(listed).await?.is_some(), item_published: item.state == NeedsState::Published,
        site_verified_until: verified.first().map(|one| one.valid_until), seats: room.seats, account_given: issuer.account.is_some(), early_enough: class.starts_on >= earliest,
        submit_days: policy.submit_workdays_before,
    };
    Ok(lines(&found))
}

async fn not_entitled(system: &Writer, class: &training_class::Model, people: &[PersonId], policy: &Policy) -> Result<Vec<String>, Stop> {
    let rows = system.list::<person::Entity>(|q| q.filter(person::Column::Id.is_in(people.iter().cloned()))).await?;
    Ok(rows.into_iter().filter_map(|one| {
        let facts = PersonFacts {
            birth: one.birth, retirement: None, class_start: class.starts_on, registered: true, pension_since: None, in_school: false, on_fiscal_payroll: false, rate: (0, 0),
            passed_exam: false, certificate_issued_on: None, feedback_given: false, paid_count: 0, same_item_paid: None, open_risks: 0,
        };
        let refusals = beneficiary(&facts, policy);
        (!refusals.is_empty()).then(|| format!("{}：{}", masked(&one.name), refusals.iter().map(|r| r.fact.as_str()).collect::<Vec<_>>().join("，")))
    }).collect())
}

/// States in which a class holds its people's time.
const HOLDING: [ClassState; 5] = [ClassState::Submitted, ClassState::UnderReview, ClassState::Approved, ClassState::InTraining, ClassState::Suspended];

/// T01: the same person in an overlapping session of another class, anywhere in the province.
async fn person_clashes(system: &Writer, class: &training_class::Model, roster: &[enrolment::Model], sessions: &[class_session::Model]) -> Result<Vec<String>, Stop> {
    let names: HashMap<&PersonId, &str> = roster.iter().map(|one| (&one.person, one.name.as_str())).collect();
    let elsewhere = system.list::<enrolment::Entity>(|q| {
        q.filter(enrolment::Column::Person.is_in(names.keys().map(|id| (*id).clone()))).filter(enrolment::Column::Class.ne(class.id.clone())).filter(enrolment::Column::Active.eq(true))
    }).await?;
    let others: HashSet<ClassId> = elsewhere.iter().map(|one| one.class.clone()).collect();
    if others.is_empty() { return Ok(Vec::new()); }
    let holding: HashMap<ClassId, String> = system.list::<training_class::Entity>(|q| q.filter(training_class::Column::Id.is_in(others)).filter(training_class::Column::State.is_in(HOLDING))).await?
        .into_iter().map(|one| (one.id, format!("{} {}", one.district.name(), one.title))).collect();
    let theirs = system.list::<class_session::Entity>(|q| q.filter(class_session::Column::Class.is_in(holding.keys().cloned())).filter(class_session::Column::HeldOn.between(class.starts_on, class.ends_on))).await?;
    let mut clashes = Vec::new();
    for place in &elsewhere {
        let hit = theirs.iter().filter(|one| one.class == place.class).find(|one| sessions.iter().any(|mine| mine.starts_at < one.ends_at && one.starts_at < mine.ends_at));
        if let Some(hit) = hit {
            clashes.push(format!("{} {} 在{}上课", names.get(&place.person).map_or_else(String::new, |name| masked(name)), foundation::clock::local(hit.starts_at).format("%m月%d日 %H:%M"), holding[&hit.class]));
        }
    }
    Ok(clashes)
}

/// T03 and T05: teachers and rooms in two places at once.
async fn resource_clashes(system: &Writer, class: &training_class::Model, sessions: &[class_session::Model]) -> Result<(Vec<String>, Vec<String>), Stop> {
    let teachers: HashSet<_> = sessions.iter().map(|one| one.teacher.clone()).collect();
    let rooms: HashSet<_> = sessions.iter().filter_map(|one| one.room.clone()).collect();
    let near = Condition::any().add(class_session::Column::Teacher.is_in(teachers)).add(class_session::Column::Room.is_in(rooms));
    let theirs = system.list::<class_session::Entity>(|q| q.filter(near).filter(class_session::Column::Class.ne(class.id.clone())).filter(class_session::Column::HeldOn.between(class.starts_on, class.ends_on))).await?;
    let owners: HashSet<ClassId> = theirs.iter().map(|one| one.class.clone()).collect();
    let holding: HashSet<ClassId> = system.list::<training_class::Entity>(|q| q.filter(training_class::Column::Id.is_in(owners)).filter(training_class::Column::State.is_in(HOLDING))).await?.into_iter().map(|one| one.id).collect();
    let (mut people, mut places) = (Vec::new(), Vec::new());
    for mine in sessions {
        for one in theirs.iter().filter(|one| holding.contains(&one.class) && mine.starts_at < one.ends_at && one.starts_at < mine.ends_at) {
            let when = foundation::clock::local(one.starts_at).format("%m月%d日 %H:%M").to_string();
            if one.teacher == mine.teacher { people.push(format!("{} {when} 另有课", masked(&one.teacher_name))); }
            if one.room.is_some() && one.room == mine.room { places.push(format!("{} {when} 已被占用", one.place)); }
        }
    }
    people.truncate(5);
    places.truncate(5);
    Ok((people, places))
}

/// E12: paid, or being paid, for a class of the same item.
async fn paid_before(system: &Writer, class: &training_class::Model, people: &[PersonId]) -> Result<Vec<String>, Stop> {
    let items = system.list::<claim_item::Entity>(|q| q.filter(claim_item::Column::Person.is_in(people.iter().cloned())).filter(claim_item::Column::Eligible.eq(true)).filter(claim_item::Column::Class.ne(class.id.clone()))).await?;
    if items.is_empty() { return Ok(Vec::new()); }
    let dead = [ClaimState::NotPassed, ClaimState::Recovered];
    let alive: HashSet<_> = system.list::<claim::Entity>(|q| q.filter(claim::Column::Id.is_in(items.iter().map(|one| one.claim.clone()))).filter(claim::Column::State.is_not_in(dead))).await?.into_iter().map(|one| one.id).collect();
    let same: HashSet<ClassId> = system.list::<training_class::Entity>(|q| q.filter(training_class::Column::Id.is_in(items.iter().map(|one| one.class.clone()))).filter(training_class::Column::ItemName.eq(class.item_name.clone()))).await?
        .into_iter().map(|one| one.id).collect();
    Ok(items.iter().filter(|one| alive.contains(&one.claim) && same.contains(&one.class)).map(|one| format!("{} 已领过“{}”补贴", masked(&one.name), class.item_name)).collect())
}

/// What an institution can choose from for a new class.
pub struct Choices { pub items: Vec<needs_item::Model>, pub rooms: Vec<room::Model>, pub teachers: Vec<teacher::Model> }

/// Items of its directory lines that lead to a completion certificate, its rooms, its teachers.
pub async fn choices(reader: &Reader, institution: &foundation::InstitutionId) -> Result<Choices, Stop> {
    let lines = reader.list::<directory_item::Entity>(|q| q.filter(directory_item::Column::Institution.eq(institution.clone()))).await?;
    let items = reader.list::<needs_item::Entity>(|q| {
        q.filter(needs_item::Column::Id.is_in(lines.iter().map(|one| one.needs_item.clone()))).filter(needs_item::Column::State.eq(NeedsState::Published))
            .filter(needs_item::Column::CertificateType.is_in([CertificateType::Completion, CertificateType::Entrepreneurship])).order_by_asc(needs_item::Column::Name)
    }).await?;
    let rooms = reader.list::<room::Entity>(|q| q.filter(room::Column::Institution.eq(institution.clone())).order_by_asc(room::Column::Name)).await?;
    let teachers = reader.list::<teacher::Entity>(|q| q.filter(teacher::Column::Institution.eq(institution.clone())).order_by_asc(teacher::Column::Name)).await?;
    Ok(Choices { items, rooms, teachers })
}
