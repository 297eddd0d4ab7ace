//! Institutions with their sites, rooms, teachers and directory lines, the needs items they teach, the
//! officers and funds of their counties. Inserted as rows: their own life is told elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Result, anyhow};
use desk::session::office_parts;
use desk::{Desk, Premises};
use foundation::codes::*;
use foundation::{
    AccountId, Actor, Date, DistrictCode, Fen, Instant, InstitutionId, NeedsItemId, Office, Periods, RoomId, Scope, SiteId, SkillLevel, TeacherId,
};
use store::seal::Purpose;
use store::tables::funds::fund_account;
use store::tables::identity::account;
use store::tables::institutions::{directory_item, institution, room, site, site_verification, teacher};
use store::tables::needs::needs_item;
use store::tables::registry::person;
use testkit::{Persona, personas};

use crate::Size;
use crate::names::{TOWNS, name};
use crate::people;

/// A school and the people who act in its stories.
pub struct School {
    /// Its needs item.
    pub item: NeedsItemId,
    /// Its rooms, one a running class.
    pub rooms: Vec<RoomId>,
    /// Its teachers, one a class.
    pub teachers: Vec<TeacherId>,
    /// Its clerk.
    pub clerk: Actor,
    /// Two officers and finance of its county.
    pub officers: [Actor; 3],
    /// Finance.
    pub finance: Actor,
}

/// Classes that one school tells of at most: each has a room and a teacher of its own, so none clash.
const CLASSES_AT_MOST: usize = 12;

/// Everything that is added at once.
#[derive(Default)]
struct Rows {
    needs: Vec<needs_item::Model>,
    institutions: Vec<institution::Model>,
    sites: Vec<site::Model>,
    rooms: Vec<room::Model>,
    items: Vec<directory_item::Model>,
    verifications: Vec<site_verification::Model>,
    teachers: Vec<teacher::Model>,
    accounts: Vec<account::Model>,
    funds: Vec<fund_account::Model>,
    people: Vec<person::Model>,
}

/// Founds the schools of the province.
pub async fn found(premises: &Arc<Premises>, size: Size) -> Result<Vec<School>> {
    let desk = Desk::system(Arc::clone(premises), "demo-province");
    let mut rows = Rows::default();
    let mut counties: BTreeMap<DistrictCode, ([Actor; 3], Actor, i32)> = BTreeMap::new();
    let jinjiang = testkit::district(testkit::JINJIANG);
    counties.insert(
        jinjiang,
        ([Persona::JinjiangOfficer.actor(), Persona::JinjiangReviewer.actor(), Persona::JinjiangInspector.actor()], Persona::JinjiangFinance.actor(), 0),
    );
    rows.funds.extend(budget(&desk, jinjiang));
    for n in 0..2 {
        rows.people.push(registered(&desk, n)?);
    }
    let mut schools = vec![
        school(
            &desk,
            &mut rows,
            &mut counties,
            jinjiang,
            Some((personas::school(), Persona::SchoolClerk.actor())),
            "晋江市安海职业培训学校".into(),
            "育婴员",
            1,
        )?,
        school(
            &desk,
            &mut rows,
            &mut counties,
            jinjiang,
            Some((personas::rival(), Persona::RivalClerk.actor())),
            "晋江市青阳家政培训中心".into(),
            "家政服务员",
            2,
        )?,
    ];
    let item_names = ["养老护理员", "中式烹调师", "缝纫工", "电工", "茶艺师", "母婴护理", "互联网营销师", "叉车司机"];
    let count = match size {
        Size::Small => 2,
        Size::Full => TOWNS.len(),
    };
    for (at, (code, town)) in TOWNS.iter().take(count).enumerate() {
        let district = testkit::district(code);
        let name = format!(
            "{town}{}",
            if at % 3 == 0 {
                "职业培训学校"
            } else if at % 3 == 1 {
                "技能培训中心"
            } else {
                "职业技术学校"
            }
        );
        schools.push(school(&desk, &mut rows, &mut counties, district, None, name, item_names[at % item_names.len()], at + 3)?);
    }
    add(premises, rows).await?;
    Ok(schools)
}

async fn add(premises: &Arc<Premises>, rows: Rows) -> Result<()> {
    premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                work.add_many::<needs_item::Entity>(rows.needs).await?;
                work.add_many::<institution::Entity>(rows.institutions).await?;
                work.add_many::<site::Entity>(rows.sites).await?;
                work.add_many::<room::Entity>(rows.rooms).await?;
                work.add_many::<directory_item::Entity>(rows.items).await?;
                work.add_many::<site_verification::Entity>(rows.verifications).await?;
                work.add_many::<teacher::Entity>(rows.teachers).await?;
                work.add_many::<person::Entity>(rows.people).await?;
                work.add_many::<account::Entity>(rows.accounts).await?;
                work.add_many::<fund_account::Entity>(rows.funds).await
            })
        })
        .await
        .map_err(|stop| anyhow!("{stop}"))
}

fn school(
    desk: &Desk,
    rows: &mut Rows,
    counties: &mut BTreeMap<DistrictCode, ([Actor; 3], Actor, i32)>,
    district: DistrictCode,
    known: Option<(InstitutionId, Actor)>,
    title: String,
    item_name: &str,
    number: usize,
) -> Result<School> {
    let new_county = counties.get(&district).is_none();
    if new_county {
        let office = || Office::County { district };
        let officers =
            [0, 1, 2].map(|n| staff(desk, rows, office(), district.hr_office_name(), district, &name(number * 11 + n * 5 + 3), &format!("c{district}-{n}")));
        let finance =
            staff(desk, rows, Office::Finance { district }, district.finance_office_name(), district, &name(number * 13 + 9), &format!("f{district}"));
        rows.funds.extend(budget(desk, district));
        counties.insert(district, (officers, finance, 0));
    }
    let (officers, finance, serial) = counties
        .get_mut(&district)
        .map(|(o, f, s)| {
            *s += 1;
            (o.clone(), f.clone(), *s)
        })
        .ok_or_else(|| anyhow!("county"))?;
    let id = known.as_ref().map_or_else(|| desk.new_id(), |(id, _)| id.clone());
    let clerk = match known {
        Some((_, actor)) => actor,
        None => staff(desk, rows, Office::Institution { institution: id.clone() }, title.clone(), district, &name(number * 17 + 1), &format!("i{number}")),
    };
    let (item, site): (NeedsItemId, SiteId) = (desk.new_id(), desk.new_id());
    let (mut rooms, mut teachers) = (Vec::new(), Vec::new());
    let existing = rows.needs.iter().find(|one| one.district == district && one.name == item_name).map(|one| one.id.clone());
    if existing.is_none() {
        rows.needs.push(need(item.clone(), district, item_name, desk.now()));
    }
    let item = existing.unwrap_or(item);
    rows.institutions.push(listed(desk, id.clone(), district, &title, serial, number)?);
    rows.sites.push(site::Model {
        id: site.clone(),
        institution: id.clone(),
        name: "实训楼".into(),
        address: format!("{}实训路{}号", district.full_name(), number),
        path: district.management_path(),
        district,
        version: 1,
    });
    for n in 0..CLASSES_AT_MOST {
        let room: RoomId = desk.new_id();
        rows.rooms.push(room::Model {
            id: room.clone(),
            site: site.clone(),
            institution: id.clone(),
            name: format!("实训室 {}0{}", n / 4 + 1, n % 4 + 1),
            seats: 45,
            path: district.management_path(),
            district,
            version: 1,
        });
        rooms.push(room);
        let teacher: TeacherId = desk.new_id();
        rows.teachers.push(teaching(desk, teacher.clone(), id.clone(), district, number * CLASSES_AT_MOST + n)?);
        teachers.push(teacher);
    }
    rows.items.push(directory_item::Model {
        id: desk.new_id(),
        institution: id.clone(),
        needs_item: item.clone(),
        site: site.clone(),
        capacity: 135,
        valid_from: day(2024, 7, 1),
        valid_until: day(2029, 6, 30),
        path: district.management_path(),
        district,
        version: 1,
    });
    rows.verifications.push(site_verification::Model {
        id: desk.new_id(),
        site,
        institution: id.clone(),
        verified_on: desk.today() - chrono::Duration::days(20),
        valid_until: desk.today() + chrono::Duration::days(345),
        inspectors: "两名工作人员".into(),
        conclusion: ReviewResult::Pass,
        note: String::new(),
        path: district.management_path(),
        district,
        created_at: desk.now(),
    });
    Ok(School { item, rooms, teachers, clerk, officers, finance })
}

fn staff(desk: &Desk, rows: &mut Rows, office: Office, office_name: String, district: DistrictCode, name: &str, login: &str) -> Actor {
    let id: AccountId = desk.new_id();
    let (kind, reference) = office_parts(&office);
    // A school's clerk also looks after the school's accounts.
    let role = if matches!(office, Office::Institution { .. }) { AccountRole::Administrator } else { AccountRole::Staff };
    rows.accounts.push(account::Model {
        id: id.clone(),
        login: login.into(),
        name: name.into(),
        office_kind: kind.into(),
        office_ref: reference,
        office_name: office_name.clone(),
        role,
        password_hash: None,
        totp_secret: None,
        totp_last_step: 0,
        failed_count: 0,
        locked_until: None,
        disabled: false,
        institution: if let Office::Institution { institution } = &office { Some(institution.clone()) } else { None },
        person: None,
        path: district.management_path(),
        district,
        created_at: desk.now(),
        version: 1,
    });
    Actor { account: Some(id), name: name.into(), office_name, office, role }
}

fn day(year: i32, month: u32, day: u32) -> Date {
    Date::from_ymd_opt(year, month, day).unwrap_or_default()
}

fn budget(desk: &Desk, district: DistrictCode) -> Vec<fund_account::Model> {
    let year = chrono::Datelike::year(&desk.today());
    (year - 1..=year + 1)
        .map(|year| fund_account::Model {
            id: format!("{district}-{year}-JY"),
            year,
            source: FundSource::Employment,
            budget: Fen(300_000_000),
            reserved: Fen::ZERO,
            paid: Fen::ZERO,
            path: district.management_path(),
            district,
            version: 1,
            batched: Fen::ZERO,
        })
        .collect()
}

fn need(id: NeedsItemId, district: DistrictCode, name: &str, at: Instant) -> needs_item::Model {
    needs_item::Model {
        id,
        path: district.management_path(),
        district,
        year: chrono::Datelike::year(&foundation::clock::day_of(at)),
        training_type: TrainingType::Employment,
        occupation: None,
        name: name.into(),
        level: SkillLevel::Completion,
        certificate_type: CertificateType::Completion,
        periods_min: Periods(20),
        periods_max: Periods(80),
        online_cap_pct: 40,
        shortage: true,
        shortage_class: Some(ShortageClass::Service),
        rate_text: "每课时25元，20—80课时".into(),
        state: NeedsState::Published,
        filing_no: "闽人社备（演示）".into(),
        document: "演示文号〔2026〕1号".into(),
        published_on: Some(foundation::clock::day_of(at) - chrono::Duration::days(150)),
        created_at: at,
        version: 1,
    }
}

fn listed(desk: &Desk, id: InstitutionId, district: DistrictCode, title: &str, serial: i32, number: usize) -> Result<institution::Model> {
    let keys = &desk.premises.keyring;
    let account = format!("62170018{:010}", 1_234_500 + number);
    let organisation = format!("DEM1{number:04}");
    let body = format!("52{district}{organisation}");
    let inner = foundation::uscc::inner_check(&organisation).ok_or_else(|| anyhow!("organisation code"))?;
    let outer = foundation::uscc::outer_check(&format!("{body}{inner}")).ok_or_else(|| anyhow!("credit code"))?;
    let uscc = format!("{body}{inner}{outer}").parse().map_err(|_| anyhow!("credit code {body}"))?;
    Ok(institution::Model {
        account: Some(keys.seal(Purpose::Account, &id.to_string(), &account, desk.premises.ids.bytes())),
        account_index: Some(keys.index(Purpose::Account, &account)),
        account_masked: format!("****{}", &account[account.len() - 4..]),
        id,
        uscc,
        name: title.into(),
        kind: InstitutionKind::PrivateTrainingSchool,
        serial,
        licence_no: format!("人社民{district}{number:04}号"),
        licence_until: desk.today() + chrono::Duration::days(900),
        legal_person: name(number * 3),
        address: format!("{}实训路{number}号", district.full_name()),
        contact: name(number * 17 + 1),
        phone: format!("0595-8578{number:04}"),
        bank: "演示银行".into(),
        state: DirectoryState::Listed,
        listed_on: Some(desk.today() - chrono::Duration::days(140)),
        document: "演示文号〔2026〕2号".into(),
        path: district.management_path(),
        district,
        created_at: desk.now(),
        version: 1,
    })
}

fn teaching(desk: &Desk, id: TeacherId, institution: InstitutionId, district: DistrictCode, number: usize) -> Result<teacher::Model> {
    let document = people::parsed(100_000 + number, desk.today()).ok_or_else(|| anyhow!("document"))?;
    let keys = &desk.premises.keyring;
    Ok(teacher::Model {
        id_number: keys.seal(Purpose::IdNumber, &id.to_string(), document.reveal(), desk.premises.ids.bytes()),
        id_number_index: keys.index(Purpose::IdNumber, &document.index_text()),
        id_number_masked: document.masked(),
        id,
        institution,
        name: name(number * 19 + 4),
        qualification: "二级/技师".into(),
        certificate_no: format!("S0000350200{number:04}"),
        certificate_verified_on: Some(desk.today() - chrono::Duration::days(30)),
        full_time: true,
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
        sex: "女".into(),
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
