//! Reads that the opening's pages and its machine review need (M3.1). What looks beyond the asker's
//! reach (clashes anywhere in the province) goes through the system's reader and comes back masked.

use std::collections::{BTreeMap, HashMap, HashSet};

use desk::Desk;
use foundation::codes::{CertificateType, ClaimState, ClassState, NeedsState, ReviewResult};
use foundation::{ClassId, PersonId, Stop};
use reckoning::policy::Policy;
use store::Reader;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use store::tables::funds::{claim, claim_item};
use store::tables::institutions::{directory_item, institution, room, site_verification, teacher};
use store::tables::needs::needs_item;
use store::tables::registry::person;
use store::tables::supervision::{class_session, enrolment, training_class};

use crate::acts::attendance::masked;
use crate::hours;
use crate::rules::review::{Account, Found, Line, lines};

/// Answers the machine's lines for a class as it is now. `reader` is the asker's reach; `system` looks
/// across districts for clashes and payments, and only masked sentences come back from it.
pub async fn machine_lines(desk: &Desk, reader: &Reader, system: &Reader, class: &training_class::Model, policy: &Policy) -> Result<Vec<Line>, Stop> {
    let (roster, sessions) = (hours::roster(reader, &class.id).await?, hours::sessions(reader, &class.id).await?);
    let people = system.list::<person::Entity>(|q| q.filter(person::Column::Id.is_in(roster.iter().map(|one| one.person.clone())))).await?;
    let ids: Vec<PersonId> = people.iter().map(|one| one.id.clone()).collect();
    let issuer = reader.get::<institution::Entity>(class.institution.to_string()).await?;
    let item = reader.get::<needs_item::Entity>(class.needs_item.to_string()).await?;
    let verified = reader
        .list::<site_verification::Entity>(|q| {
            q.filter(site_verification::Column::Site.eq(class.site.clone()))
                .filter(site_verification::Column::Conclusion.eq(ReviewResult::Pass))
                .order_by_desc(site_verification::Column::VerifiedOn)
                .limit(1)
        })
        .await?;
    let teaching: HashSet<_> = sessions.iter().map(|one| one.teacher.clone()).collect();
    let teachers: Vec<teacher::Model> = reader
        .list::<teacher::Entity>(|q| q.filter(teacher::Column::Institution.eq(class.institution.clone())))
        .await?
        .into_iter()
        .filter(|one| teaching.contains(&one.id))
        .collect();
    let (teacher_clashes, room_clashes) = resource_clashes(system, class, &sessions, &teachers).await?;
    let (paid_too_often, paid_before) = paid(system, class, &ids, policy).await?;
    let names = |keep: &dyn Fn(&teacher::Model) -> bool| teachers.iter().filter(|one| keep(one)).map(|one| masked(&one.name)).collect::<Vec<_>>();
    let found = Found {
        class,
        roster: &roster,
        sessions: &sessions,
        policy,
        today: desk.today(),
        bad_identity: bad_identity(desk, &roster, &people),
        not_entitled: not_entitled(class, &people, policy),
        paid_too_often,
        paid_before,
        shared_phones: shared_phones(&people),
        clashes: person_clashes(system, class, &roster, &sessions).await?,
        teacher_clashes,
        room_clashes,
        teacher_gaps: names(&|one| one.qualification.trim().is_empty() || one.certificate_no.trim().is_empty()),
        unverified_teachers: names(&|one| one.certificate_verified_on.is_none()),
        capacity: capacity(desk, system, class, roster.len()).await?,
        licence_until: issuer.licence_until,
        institution_state: issuer.state,
        item_state: item.state,
        item_periods: (item.periods_min, item.periods_max),
        item_online_cap: item.online_cap_pct,
        site_verified: verified.first().map(|one| (one.verified_on, one.valid_until)),
        seats: seats(reader, class, &sessions).await?,
        account: account(system, &issuer).await?,
        earliest: desk.premises.calendar.add_workdays(applied_on(desk, class), u32::try_from(policy.submit_workdays_before()).unwrap_or(0)).date,
    };
    Ok(lines(&found))
}

/// The day the application counts from: an application under way was in time on the day it came in.
fn applied_on(desk: &Desk, class: &training_class::Model) -> foundation::Date {
    let under_way = matches!(class.state, ClassState::Submitted | ClassState::UnderReview);
    class.submitted_at.filter(|_| under_way).map_or_else(|| desk.today(), foundation::clock::day_of)
}

/// E01: opens each document for the rule and looks whether it still fits its row.
fn bad_identity(desk: &Desk, roster: &[enrolment::Model], people: &[person::Model]) -> Vec<String> {
    roster
        .iter()
        .filter_map(|place| {
            let fits = people.iter().find(|one| one.id == place.person).is_some_and(|one| {
                one.name == place.name && m7_registry::document_of(desk, one).is_some_and(|paper| paper.birth().is_none_or(|birth| birth == one.birth))
            });
            (!fits).then(|| format!("{} 的证件与实名登记不一致", masked(&place.name)))
        })
        .collect()
}

/// E08, judged on the class's first day. Retirement by the person's own track is not known here.
fn not_entitled(class: &training_class::Model, people: &[person::Model], policy: &Policy) -> Vec<String> {
    people
        .iter()
        .filter_map(|one| reckoning::eligibility::age_refusal(one.birth, None, class.starts_on, policy).map(|no| format!("{}：{}", masked(&one.name), no.fact)))
        .collect()
}

/// C01: one phone of three or more.
fn shared_phones(people: &[person::Model]) -> Vec<String> {
    let mut holders: HashMap<&str, Vec<&person::Model>> = HashMap::new();
    for one in people {
        if let Some(index) = &one.phone_index {
            holders.entry(index.as_str()).or_default().push(one);
        }
    }
    let mut said: Vec<String> = holders.into_values().filter(|all| all.len() >= 3).map(|all| format!("{} 人共用 {}", all.len(), all[0].phone_masked)).collect();
    said.sort();
    said
}

/// C02: whether the account is there and nobody else's.
async fn account(system: &Reader, issuer: &institution::Model) -> Result<Account, Stop> {
    let Some(index) = &issuer.account_index else { return Ok(Account::Missing) };
    let others = Condition::all().add(institution::Column::AccountIndex.eq(index.clone())).add(institution::Column::Id.ne(issuer.id.clone()));
    Ok(if system.find::<institution::Entity>(others).await?.is_some() { Account::Shared } else { Account::Own })
}

/// T05: the smallest room used; the class's own before there is a timetable.
async fn seats(reader: &Reader, class: &training_class::Model, sessions: &[class_session::Model]) -> Result<i32, Stop> {
    let mut rooms: HashSet<_> = sessions.iter().filter_map(|one| one.room.clone()).collect();
    if rooms.is_empty() {
        rooms.insert(class.room.clone());
    }
    let rows = reader.list::<room::Entity>(|q| q.filter(room::Column::Id.is_in(rooms))).await?;
    Ok(rows.iter().map(|one| one.seats).min().unwrap_or(0))
}

/// I01, I02: the directory line of item and site that holds for the whole class, and how many trainees it
/// would have at once.
async fn capacity(desk: &Desk, system: &Reader, class: &training_class::Model, count: usize) -> Result<Option<(i64, i64)>, Stop> {
    let line = Condition::all()
        .add(directory_item::Column::Institution.eq(class.institution.clone()))
        .add(directory_item::Column::NeedsItem.eq(class.needs_item.clone()))
        .add(directory_item::Column::Site.eq(class.site.clone()))
        .add(directory_item::Column::ValidFrom.lte(desk.today()))
        .add(directory_item::Column::ValidUntil.gte(class.ends_on));
    let Some(line) = system.find::<directory_item::Entity>(line).await? else { return Ok(None) };
    let beside = system
        .list::<training_class::Entity>(|q| {
            q.filter(training_class::Column::Institution.eq(class.institution.clone()))
                .filter(training_class::Column::State.is_in(HOLDING))
                .filter(training_class::Column::NeedsItem.eq(class.needs_item.clone()))
                .filter(training_class::Column::Site.eq(class.site.clone()))
                .filter(training_class::Column::Id.ne(class.id.clone()))
                .filter(training_class::Column::StartsOn.lte(class.ends_on))
                .filter(training_class::Column::EndsOn.gte(class.starts_on))
        })
        .await?;
    let at_once = i64::try_from(count).unwrap_or(i64::MAX).saturating_add(beside.iter().map(|one| i64::from(one.enrolled_count)).sum());
    Ok(Some((at_once, i64::from(line.capacity))))
}

/// States in which a class holds its people's time.
const HOLDING: [ClassState; 5] = [ClassState::Submitted, ClassState::UnderReview, ClassState::Approved, ClassState::InTraining, ClassState::Suspended];

/// T01: the same person in an overlapping session of another class, anywhere in the province.
async fn person_clashes(
    system: &Reader,
    class: &training_class::Model,
    roster: &[enrolment::Model],
    sessions: &[class_session::Model],
) -> Result<Vec<String>, Stop> {
    let names: HashMap<&PersonId, &str> = roster.iter().map(|one| (&one.person, one.name.as_str())).collect();
    let elsewhere = system
        .list::<enrolment::Entity>(|q| {
            q.filter(enrolment::Column::Person.is_in(names.keys().map(|id| (*id).clone())))
                .filter(enrolment::Column::Class.ne(class.id.clone()))
                .filter(enrolment::Column::Active.eq(true))
        })
        .await?;
    let others: HashSet<ClassId> = elsewhere.iter().map(|one| one.class.clone()).collect();
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let holding: HashMap<ClassId, &str> = system
        .list::<training_class::Entity>(|q| q.filter(training_class::Column::Id.is_in(others)).filter(training_class::Column::State.is_in(HOLDING)))
        .await?
        .into_iter()
        .map(|one| (one.id, one.district.name()))
        .collect();
    let theirs = system
        .list::<class_session::Entity>(|q| {
            q.filter(class_session::Column::Class.is_in(holding.keys().cloned())).filter(class_session::Column::HeldOn.between(class.starts_on, class.ends_on))
        })
        .await?;
    let mut clashes = Vec::new();
    for place in &elsewhere {
        let hit = theirs
            .iter()
            .filter(|one| one.class == place.class)
            .find(|one| sessions.iter().any(|mine| mine.starts_at < one.ends_at && one.starts_at < mine.ends_at));
        if let Some(hit) = hit {
            clashes.push(format!(
                "{} {} 同时段在{}另一班上课",
                names.get(&place.person).map_or_else(String::new, |name| masked(name)),
                short(hit.starts_at),
                holding[&hit.class]
            ));
        }
    }
    Ok(clashes)
}

/// T03 and T05: teachers and rooms in two places at once. A teacher is the human behind the document, so
/// that one who teaches for two schools is seen.
async fn resource_clashes(
    system: &Reader,
    class: &training_class::Model,
    sessions: &[class_session::Model],
    teachers: &[teacher::Model],
) -> Result<(Vec<String>, Vec<String>), Stop> {
    let same =
        system.list::<teacher::Entity>(|q| q.filter(teacher::Column::IdNumberIndex.is_in(teachers.iter().map(|one| one.id_number_index.clone())))).await?;
    let humans: HashMap<_, _> = same.iter().map(|one| (one.id.clone(), one.id_number_index.clone())).collect();
    let rooms: HashSet<_> = sessions.iter().filter_map(|one| one.room.clone()).collect();
    let near = Condition::any().add(class_session::Column::Teacher.is_in(humans.keys().cloned())).add(class_session::Column::Room.is_in(rooms));
    let theirs = system
        .list::<class_session::Entity>(|q| {
            q.filter(near)
                .filter(class_session::Column::Class.ne(class.id.clone()))
                .filter(class_session::Column::HeldOn.between(class.starts_on, class.ends_on))
        })
        .await?;
    let owners: HashSet<ClassId> = theirs.iter().map(|one| one.class.clone()).collect();
    let holding: HashSet<ClassId> = system
        .list::<training_class::Entity>(|q| q.filter(training_class::Column::Id.is_in(owners)).filter(training_class::Column::State.is_in(HOLDING)))
        .await?
        .into_iter()
        .map(|one| one.id)
        .collect();
    let (mut people, mut places) = (Vec::new(), Vec::new());
    for mine in sessions {
        for one in theirs.iter().filter(|one| holding.contains(&one.class) && mine.starts_at < one.ends_at && one.starts_at < mine.ends_at) {
            let when = short(one.starts_at);
            if humans.contains_key(&one.teacher) && humans.get(&one.teacher) == humans.get(&mine.teacher) {
                people.push(format!("{} {when} 在{}另有课", masked(&mine.teacher_name), one.district.name()));
            }
            if one.room.is_some() && one.room == mine.room {
                places.push(format!("{} {when} 已被占用", one.place));
            }
        }
    }
    people.truncate(5);
    places.truncate(5);
    Ok((people, places))
}

fn short(at: foundation::Instant) -> String {
    format!("{} {}", ui::dates::day(foundation::clock::day_of(at)), ui::dates::time(at))
}

/// E11 and E12: paid or being paid too often, or for a class of the same item.
async fn paid(system: &Reader, class: &training_class::Model, people: &[PersonId], policy: &Policy) -> Result<(Vec<String>, Vec<String>), Stop> {
    let items = system
        .list::<claim_item::Entity>(|q| {
            q.filter(claim_item::Column::Person.is_in(people.iter().cloned()))
                .filter(claim_item::Column::Eligible.eq(true))
                .filter(claim_item::Column::Class.ne(class.id.clone()))
        })
        .await?;
    if items.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let dead = [ClaimState::NotPassed, ClaimState::Recovered];
    let claims = system
        .list::<claim::Entity>(|q| q.filter(claim::Column::Id.is_in(items.iter().map(|one| one.claim.clone()))).filter(claim::Column::State.is_not_in(dead)))
        .await?;
    let alive: HashMap<_, _> = claims.into_iter().map(|one| (one.id, foundation::clock::day_of(one.drafted_at))).collect();
    let same: HashSet<ClassId> = system
        .list::<training_class::Entity>(|q| {
            q.filter(training_class::Column::Id.is_in(items.iter().map(|one| one.class.clone())))
                .filter(training_class::Column::ItemName.eq(class.item_name.clone()))
        })
        .await?
        .into_iter()
        .map(|one| one.id)
        .collect();
    let mut counts: BTreeMap<&PersonId, (i32, &str)> = BTreeMap::new();
    for one in items.iter().filter(|one| alive.get(&one.claim).is_some_and(|on| *on >= policy.count_since())) {
        counts.entry(&one.person).or_insert((0, &one.name)).0 += 1;
    }
    let often = counts
        .into_values()
        .filter(|(count, _)| *count >= policy.max_paid_count())
        .map(|(count, name)| format!("{} 已享受或正在申领 {count} 次", masked(name)))
        .collect();
    let before = items
        .iter()
        .filter(|one| alive.contains_key(&one.claim) && same.contains(&one.class))
        .map(|one| format!("{} 已享受或正在申领“{}”补贴", masked(&one.name), class.item_name))
        .collect();
    Ok((often, before))
}

/// What an institution can choose from for a new class.
pub struct Choices {
    pub items: Vec<needs_item::Model>,
    pub rooms: Vec<room::Model>,
    pub teachers: Vec<teacher::Model>,
}

/// Items of its directory lines that lead to a completion certificate, its rooms, its teachers.
pub async fn choices(reader: &Reader, institution: &foundation::InstitutionId) -> Result<Choices, Stop> {
    let lines = reader.list::<directory_item::Entity>(|q| q.filter(directory_item::Column::Institution.eq(institution.clone()))).await?;
    let items = reader
        .list::<needs_item::Entity>(|q| {
            q.filter(needs_item::Column::Id.is_in(lines.iter().map(|one| one.needs_item.clone())))
                .filter(needs_item::Column::State.eq(NeedsState::Published))
                .filter(needs_item::Column::CertificateType.is_in([CertificateType::Completion, CertificateType::Entrepreneurship]))
                .order_by_asc(needs_item::Column::Name)
        })
        .await?;
    let rooms = reader.list::<room::Entity>(|q| q.filter(room::Column::Institution.eq(institution.clone())).order_by_asc(room::Column::Name)).await?;
    let teachers =
        reader.list::<teacher::Entity>(|q| q.filter(teacher::Column::Institution.eq(institution.clone())).order_by_asc(teacher::Column::Name)).await?;
    Ok(Choices { items, rooms, teachers })
}
