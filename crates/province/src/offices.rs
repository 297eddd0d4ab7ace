//! The officers of the counties and cities that have schools, and the counties' money. Inserted as rows:
//! how accounts are made is told elsewhere.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use desk::Desk;
use desk::session::new_account;
use foundation::codes::{AccountRole, FundSource};
use foundation::{AccountId, Actor, DistrictCode, Fen, Office};
use store::tables::funds::fund_account;
use store::tables::identity::account;
use testkit::Persona;

use crate::names::name;
use crate::schools::Seat;

/// The people of a county's two offices.
#[derive(Clone)]
pub struct County {
    /// First reviewer, second reviewer, inspector.
    pub officers: [Actor; 3],
    /// The finance office.
    pub finance: Actor,
}

/// Everybody in office, and the rows that they are.
#[derive(Default)]
pub struct Offices {
    counties: BTreeMap<DistrictCode, County>,
    cities: BTreeMap<DistrictCode, Actor>,
    /// Accounts to add.
    pub accounts: Vec<account::Model>,
    /// Fund accounts to add.
    pub funds: Vec<fund_account::Model>,
}

impl Offices {
    /// The offices of these schools' districts and of all cities.
    pub fn of(desk: &Desk, seats: &[Seat]) -> Self {
        let mut all = Self::default();
        for city in DistrictCode::PROVINCE.subordinates().filter(|one| one.subordinates().next().is_some()) {
            let office = || Office::City { district: city };
            let officer = if city == testkit::district("350500") {
                Persona::QuanzhouOfficer.actor()
            } else {
                all.staff(desk, office(), city.hr_office_name(), city, 1, "h")
            };
            all.cities.insert(city, officer);
        }
        for district in seats.iter().map(|seat| testkit::district(seat.district)).chain([testkit::district("350128")]) {
            if !all.counties.contains_key(&district) {
                let county = all.county(desk, district);
                all.counties.insert(district, county);
                all.funds.extend(budget(desk, district));
            }
        }
        all
    }

    /// A county that has a school.
    pub fn county_of(&self, district: DistrictCode) -> Result<&County> {
        self.counties.get(&district).ok_or_else(|| anyhow!("no offices in {district}"))
    }

    /// Who drafts and publishes the catalogue of a district.
    pub fn drafter(&self, district: DistrictCode) -> Result<Actor> {
        match self.cities.get(&district) {
            Some(officer) => Ok(officer.clone()),
            None => Ok(self.county_of(district)?.officers[0].clone()),
        }
    }

    fn county(&mut self, desk: &Desk, district: DistrictCode) -> County {
        if district == testkit::district(testkit::JINJIANG) {
            let officers = [
                Persona::JinjiangOfficer.actor(),
                Persona::JinjiangReviewer.actor(),
                Persona::JinjiangInspector.actor(),
            ];
            return County { officers, finance: Persona::JinjiangFinance.actor() };
        }
        let known = (district == testkit::district("350581")).then(|| Persona::ShishiOfficer.actor());
        let mut hr =
            |n: usize| self.staff(desk, Office::County { district }, district.hr_office_name(), district, n, "c");
        let officers = [known.unwrap_or_else(|| hr(0)), hr(1), hr(2)];
        let finance = self.staff(desk, Office::Finance { district }, district.finance_office_name(), district, 3, "f");
        County { officers, finance }
    }

    fn staff(
        &mut self,
        desk: &Desk,
        office: Office,
        office_name: String,
        district: DistrictCode,
        n: usize,
        letter: &str,
    ) -> Actor {
        let at: usize = district.to_string().parse().unwrap_or(0);
        let (row, actor) =
            person(desk, office, office_name, district, name(at * 10 + n), format!("{letter}{district}-{n}"));
        self.accounts.push(row);
        actor
    }
}

/// An account without a password, and who it is.
pub fn person(
    desk: &Desk,
    office: Office,
    office_name: String,
    district: DistrictCode,
    name: String,
    login: String,
) -> (account::Model, Actor) {
    let id: AccountId = desk.new_id();
    let actor = Actor { account: Some(id.clone()), name, office_name, office, role: AccountRole::Staff };
    (new_account(id, login, &actor, district, desk.now()), actor)
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
