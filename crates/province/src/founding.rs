//! Institutions with their sites, rooms, teachers and directory lines. Inserted as rows, as when a county's old
//! register is taken over; who listed them and who looked at their sites stands in the journal as it does in earnest.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use chrono::Duration;
use desk::Desk;
use foundation::codes::{DirectoryState, ReviewResult};
use foundation::{Actor, DistrictCode, InstitutionId, NeedsItemId, Office, RoomId, Scope, SiteId, TeacherId};
use store::seal::Purpose;
use store::tables::identity::account;
use store::tables::institutions::{directory_item, institution, room, site, site_verification, teacher};
use store::tables::journal::fact;
use store::tables::registry::person;
use testkit::{Persona, personas};

use crate::catalogue::Items;
use crate::names::{draw, person_name};
use crate::offices::{self, County, Offices};
use crate::people;
use crate::schools::{SEATS, Seat};
use crate::stage::{Stage, told};

/// A school and the people who act in its stories.
pub struct School {
    /// Its id.
    pub id: InstitutionId,
    /// What it teaches.
    pub items: Vec<NeedsItemId>,
    /// Its rooms, as many as classes that meet at once.
    pub rooms: Vec<RoomId>,
    /// Its teachers, as many.
    pub teachers: Vec<TeacherId>,
    /// Its clerk.
    pub clerk: Actor,
    /// The county's people.
    pub county: County,
}

/// Rooms and teachers of a school with so many stories to tell.
fn width(at: usize) -> usize {
    match at {
        0 => 12,
        1..=3 => 10,
        _ => 5,
    }
}

/// Everything that is added at once.
#[derive(Default)]
struct Rows {
    institutions: Vec<institution::Model>,
    sites: Vec<site::Model>,
    rooms: Vec<room::Model>,
    items: Vec<directory_item::Model>,
    verifications: Vec<site_verification::Model>,
    teachers: Vec<teacher::Model>,
    accounts: Vec<account::Model>,
    people: Vec<person::Model>,
    facts: Vec<fact::Model>,
}

/// Founds the first `count` schools of the province.
pub async fn found(stage: &Stage, offices: &Offices, items: &Items, count: usize) -> Result<Vec<School>> {
    let desk = stage.system();
    let mut rows = Rows::default();
    for n in 0..2 {
        rows.people.push(registered(desk, n)?);
    }
    let mut serials: BTreeMap<DistrictCode, i32> = BTreeMap::new();
    let mut schools = Vec::new();
    for (at, seat) in SEATS[..count].iter().enumerate() {
        let district = testkit::district(seat.district);
        let serial = serials.entry(district).or_default();
        *serial += 1;
        schools.push(school(desk, &mut rows, (at, seat, *serial), offices.county_of(district)?, items)?);
    }
    add(desk, rows).await?;
    Ok(schools)
}

async fn add(desk: &Desk, rows: Rows) -> Result<()> {
    desk.premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                work.add_many::<institution::Entity>(rows.institutions).await?;
                work.add_many::<site::Entity>(rows.sites).await?;
                work.add_many::<room::Entity>(rows.rooms).await?;
                work.add_many::<directory_item::Entity>(rows.items).await?;
                work.add_many::<site_verification::Entity>(rows.verifications).await?;
                work.add_many::<teacher::Entity>(rows.teachers).await?;
                work.add_many::<person::Entity>(rows.people).await?;
                work.add_many::<account::Entity>(rows.accounts).await?;
                work.add_many::<fact::Entity>(rows.facts).await
            })
        })
        .await
        .map_err(told)
}

fn school(
    desk: &Desk,
    rows: &mut Rows,
    (at, seat, serial): (usize, &Seat, i32),
    county: &County,
    items: &Items,
) -> Result<School> {
    let district = testkit::district(seat.district);
    let (id, clerk) = match at {
        0 => (personas::school(), Persona::SchoolClerk.actor()),
        1 => (personas::rival(), Persona::RivalClerk.actor()),
        _ => {
            let id: InstitutionId = desk.new_id();
            let office = Office::of_institution(&id, district);
            let (row, actor) =
                offices::person(desk, office, seat.name.into(), district, contact(at), format!("i{}", at + 1));
            rows.accounts.push(row);
            (id, actor)
        }
    };
    rows.institutions.push(listed(desk, id.clone(), seat, serial, at)?);
    let site: SiteId = desk.new_id();
    rows.sites.push(site::Model {
        id: site.clone(),
        institution: id.clone(),
        name: "实训楼".into(),
        address: format!("{}{}", district.full_name(), seat.street),
        path: district.management_path(),
        district,
        version: 1,
    });
    let (mut rooms, mut teachers) = (Vec::new(), Vec::new());
    for n in 0..width(at) {
        rows.rooms.push(classroom(desk, &site, &id, district, n));
        rooms.extend(rows.rooms.last().map(|one| one.id.clone()));
        rows.teachers.push(teaching(desk, (at, n), &id, district)?);
        teachers.extend(rows.teachers.last().map(|one| one.id.clone()));
    }
    rows.verifications.extend([340, 20].map(|days| verified(desk, &site, &id, district, county, days)));
    rows.facts.extend(founded(desk, rows, county));
    let items: Vec<NeedsItemId> = seat
        .items
        .iter()
        .map(|name| items.get(&(district, *name)).cloned().ok_or_else(|| anyhow!("{name} is not in the catalogue")))
        .collect::<Result<_>>()?;
    rows.items.extend(items.iter().map(|item| directory_item::Model {
        id: desk.new_id(),
        institution: id.clone(),
        needs_item: item.clone(),
        site: site.clone(),
        capacity: if at == 0 { 260 } else { 135 },
        valid_from: desk.today() - Duration::days(500),
        valid_until: desk.today() + Duration::days(1000),
        path: district.management_path(),
        district,
        version: 1,
    }));
    Ok(School { id, items, rooms, teachers, clerk, county: county.clone() })
}

/// What the county did when it took the school into its register: looked at its site, listed it, looked again.
fn founded(desk: &Desk, rows: &Rows, county: &County) -> Vec<fact::Model> {
    let Some(school) = rows.institutions.last() else { return Vec::new() };
    let by = |at: usize| Desk::of(std::sync::Arc::clone(&desk.premises), county.officers[at].clone());
    let told = |one: &site_verification::Model| {
        let summary = format!(
            "场地“实训楼”实地核实{}，有效至{}",
            one.conclusion.label(),
            one.valid_until.format("%Y年%-m月%-d日")
        );
        m2_institutions::acts::fact("SiteVerified", school, summary)
            .about(&m2_institutions::declared::SITE, &one.site)
            .with("conclusion", one.conclusion.code())
            .with("verified_on", one.verified_on.to_string())
            .with("valid_until", one.valid_until.to_string())
            .row(&by(2), ("record-site-verification", "M3.7"), one.created_at)
    };
    let listed = m2_institutions::acts::fact(
        "InstitutionListed",
        school,
        format!("{}列入机构目录，{}", school.name, school.document),
    )
    .with("uscc", school.uscc.as_str())
    .with("name", school.name.as_str())
    .with("kind", school.kind.code())
    .with("serial", school.serial)
    .with("document", school.document.as_str());
    let on = school.listed_on.and_then(|day| day.and_hms_opt(15, 20, 0)).unwrap_or_default();
    let listed = listed.row(&by(1), ("list-institution", "M2.4"), foundation::clock::at_local(on));
    let mut facts: Vec<fact::Model> =
        rows.verifications.iter().filter(|one| one.institution == school.id).map(told).chain([listed]).collect();
    facts.sort_by_key(|one| one.at);
    facts
}

fn classroom(desk: &Desk, site: &SiteId, institution: &InstitutionId, district: DistrictCode, n: usize) -> room::Model {
    room::Model {
        id: desk.new_id(),
        site: site.clone(),
        institution: institution.clone(),
        name: format!("{} {}0{}", if n % 3 == 2 { "多媒体教室" } else { "实训室" }, n / 4 + 1, n % 4 + 1),
        seats: 45,
        path: district.management_path(),
        district,
        version: 1,
    }
}

fn verified(
    desk: &Desk,
    site: &SiteId,
    institution: &InstitutionId,
    district: DistrictCode,
    county: &County,
    days: i64,
) -> site_verification::Model {
    let on = desk.today() - Duration::days(days);
    site_verification::Model {
        id: desk.new_id(),
        site: site.clone(),
        institution: institution.clone(),
        verified_on: on,
        valid_until: on + Duration::days(365),
        inspectors: format!("{}、{}", county.officers[2].name, county.officers[1].name),
        conclusion: ReviewResult::Pass,
        note: String::new(),
        path: district.management_path(),
        district,
        created_at: foundation::clock::at_local(on.and_hms_opt(10, 30, 0).unwrap_or_default()),
    }
}

fn contact(at: usize) -> String {
    match at {
        0 => "李雪梅".into(),
        1 => "洪志远".into(),
        _ => person_name(at * 17 + 1, draw(at, 6, 2) == 0),
    }
}

fn listed(desk: &Desk, id: InstitutionId, seat: &Seat, serial: i32, at: usize) -> Result<institution::Model> {
    let (keys, district, number) = (&desk.premises.keyring, testkit::district(seat.district), at + 1);
    let account = format!("62170018{:010}", 1_234_500 + number);
    let organisation = format!("DEM1{number:04}");
    let body = format!("52{district}{organisation}");
    let inner = foundation::uscc::inner_check(&organisation).ok_or_else(|| anyhow!("organisation code"))?;
    let outer = foundation::uscc::outer_check(&format!("{body}{inner}")).ok_or_else(|| anyhow!("credit code"))?;
    let uscc = format!("{body}{inner}{outer}").parse().map_err(|_| anyhow!("credit code {body}"))?;
    let banks = ["中国建设银行", "中国农业银行", "福建海峡银行", "兴业银行", "中国邮政储蓄银行"];
    Ok(institution::Model {
        account: Some(keys.seal(Purpose::Account, &id.to_string(), &account, desk.premises.ids.bytes())),
        account_index: Some(keys.index(Purpose::Account, &account)),
        account_masked: format!("****{}", &account[account.len() - 4..]),
        id,
        uscc,
        name: seat.name.into(),
        kind: seat.kind,
        serial,
        licence_no: format!("人社民{district}{number:04}号"),
        licence_until: desk.today() + Duration::days(900),
        legal_person: person_name(number * 3, draw(at, 5, 3) == 0),
        address: format!("{}{}", district.full_name(), seat.street),
        contact: contact(at),
        phone: format!("059{}-8578{number:04}", draw(at, 7, 8) + 1),
        bank: format!(
            "{}{}支行",
            banks[draw(at, 8, banks.len())],
            district.name().trim_end_matches(['市', '县', '区'])
        ),
        state: DirectoryState::Listed,
        listed_on: Some(desk.today() - Duration::days(330)),
        document: format!("{}〔{}〕演示2号", district.authority_name(), chrono::Datelike::year(&desk.today())),
        path: district.management_path(),
        district,
        created_at: desk.now(),
        version: 1,
    })
}

fn teaching(
    desk: &Desk,
    (at, n): (usize, usize),
    institution: &InstitutionId,
    district: DistrictCode,
) -> Result<teacher::Model> {
    let number = at * 16 + n;
    let document = people::parsed(100_000 + number, desk.today()).ok_or_else(|| anyhow!("document"))?;
    let keys = &desk.premises.keyring;
    let id: TeacherId = desk.new_id();
    Ok(teacher::Model {
        id_number: keys.seal(Purpose::IdNumber, &id.to_string(), document.reveal(), desk.premises.ids.bytes()),
        id_number_index: keys.index(Purpose::IdNumber, &document.index_text()),
        id_number_masked: document.masked(),
        id,
        institution: institution.clone(),
        name: if number == 0 { "张伟民".into() } else { people::name_of(100_000 + number) },
        qualification: ["二级/技师", "三级/高级工", "讲师", "一级/高级技师"][draw(number, 9, 4)].into(),
        certificate_no: format!("S0000350200{number:04}"),
        certificate_verified_on: Some(desk.today() - Duration::days(335)),
        full_time: draw(number, 10, 4) > 0,
        path: district.management_path(),
        district,
        created_at: desk.now(),
        version: 1,
    })
}

fn registered(desk: &Desk, n: usize) -> Result<person::Model> {
    let id = if n == 0 { personas::trainee() } else { personas::other_trainee() };
    let document = people::parsed(n, desk.today()).ok_or_else(|| anyhow!("document"))?;
    let keys = &desk.premises.keyring;
    let district = testkit::district(testkit::JINJIANG);
    Ok(person::Model {
        id_number: keys.seal(Purpose::IdNumber, &id.to_string(), document.reveal(), desk.premises.ids.bytes()),
        id_number_index: keys.index(Purpose::IdNumber, &document.index_text()),
        id_number_masked: document.masked(),
        id_type: document.id_type(),
        sex: document.sex().map_or("", |sex| sex.label()).into(),
        birth: document.birth().unwrap_or_default(),
        phone: None,
        phone_index: None,
        phone_masked: String::new(),
        education: "初中".into(),
        name: people::name_of(n),
        id,
        path: district.management_path(),
        district,
        created_at: desk.now(),
        version: 1,
    })
}
