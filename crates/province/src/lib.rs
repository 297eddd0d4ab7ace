//! Province: the demo province, told as stories from one seed and performed as real acts by named
//! people on moved clocks, so that rows, facts, hours and money agree because they were made the same
//! way as in earnest (house.md §8 "stories").

mod catalogue;
mod finishing;
mod founding;
mod names;
mod offices;
mod people;
mod plan;
mod scale;
mod schools;
mod stage;
mod story;
mod teaching;

pub use plan::{Ending, Plot, of_school, schools, states};
pub use scale::{CheckIns, load_scale, prepare_check_ins};

use std::sync::Arc;

use anyhow::Result;
use chrono::Duration;
use desk::Premises;
use foundation::Scope;
use m2_institutions::acts::payee::ProposePayeeAccount;
use m2_institutions::acts::standing::SuspendInstitution;
use store::query::ColumnTrait;
use store::tables::funds::{fund_account, policy_parameter};
use store::tables::identity::{account, organisation, setting};
use tokio::task::JoinSet;

use crate::founding::School;
use crate::offices::Offices;
use crate::people::People;
use crate::schools::SEATS;
use crate::stage::{Stage, told};

/// How much of the province to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Jinjiang's four schools and the neighbour's: some seconds.
    Small,
    /// About forty institutions, two hundred classes, six thousand trainees.
    Full,
}

/// Counties whose schools' stories are told side by side: on SQLite their acts share the door's commits; on PostgreSQL
/// they would only make each other do their transactions again.
fn side_by_side(premises: &Premises) -> usize {
    if premises.db.kind() == "sqlite" { 8 } else { 1 }
}

/// The school that the county has suspended, where the whole province is told.
const SUSPENDED: usize = 37;
/// The school whose bank sent a payment back.
const RETURNED: usize = 3;

/// Where the demo clock's offset is kept, so that it stands after a restart.
const CLOCK_OFFSET: &str = "demo_clock_offset_s";
/// Stands while the demo is being loaded.
const LOADING: &str = "demo_loading";

/// Loads an empty house. The demo opens in mid-morning, whatever the hour: classes are being taught, nothing has yet
/// to happen. Only there the house's own clock moves: every story has a stage of its own.
pub async fn load(premises: &Arc<Premises>, size: Size) -> Result<()> {
    load_telling(premises, size, &|_, _| ()).await
}

/// Whether an earlier load was interrupted: half a province would be no demo.
pub async fn is_half_loaded(premises: &Premises) -> Result<bool> {
    let reader = premises.db.read(Scope::Everything).await.map_err(told)?;
    Ok(reader.find::<setting::Entity>(setting::Column::Key.eq(LOADING)).await.map_err(told)?.is_some())
}

async fn put(premises: &Premises, key: &'static str, value: String) -> Result<()> {
    let row = setting::Model { key: key.into(), value };
    premises
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.put::<setting::Entity>(row).await }))
        .await
        .map_err(told)
}

/// The same; says after each school how many of how many have been told.
pub async fn load_telling(premises: &Arc<Premises>, size: Size, heard: &(dyn Fn(usize, usize) + Sync)) -> Result<()> {
    put(premises, LOADING, String::new()).await?;
    let today = foundation::clock::day_of(premises.clock.now());
    let now = foundation::clock::at_local(today.and_hms_opt(10, 5, 0).unwrap_or_default());
    let stage = Stage::new(premises, 0, now);
    let count = schools(size);
    let mut offices = Offices::of(stage.system(), &SEATS[..count]);
    seat(premises, &mut offices).await?;
    stage.at(today - Duration::days(330), 9, 0);
    let items = catalogue::make(&stage, count, &offices).await?;
    stage.travel_to(stage.curtain());
    let schools = founding::found(&stage, &offices, &items, count).await?;
    // A county's numbers run over all its schools: those are told one after the other, so that one seed gives one
    // journal.
    let mut counties: Vec<(&str, Vec<(usize, School)>)> = Vec::new();
    for (at, school) in schools.into_iter().enumerate() {
        match counties.iter_mut().find(|(district, _)| *district == SEATS[at].district) {
            Some((_, neighbours)) => neighbours.push((at, school)),
            None => counties.push((SEATS[at].district, vec![(at, school)])),
        }
    }
    let mut waiting = counties.into_iter();
    let mut telling = JoinSet::new();
    let mut done = 0;
    loop {
        while telling.len() < side_by_side(premises)
            && let Some((_, neighbours)) = waiting.next()
        {
            let (premises, many) = (Arc::clone(premises), neighbours.len());
            telling.spawn(async move {
                for (at, school) in neighbours {
                    tell(Stage::new(&premises, at as u64 + 1, now), school, at, size).await?;
                }
                Ok::<usize, anyhow::Error>(many)
            });
        }
        match telling.join_next().await {
            Some(told) => {
                done += told??;
                heard(done, count);
            }
            None => break,
        }
    }
    premises.clock.travel_to(now);
    put(premises, CLOCK_OFFSET, premises.clock.offset_s().to_string()).await?;
    let loaded = setting::Column::Key.eq(LOADING);
    premises
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.remove_all::<setting::Entity>(loaded).await }))
        .await
        .map_err(told)?;
    premises.db.tidy().await.map_err(told)
}

/// Policy, the personas' accounts and the offices, where they are not there yet.
async fn seat(premises: &Arc<Premises>, offices: &mut Offices) -> Result<()> {
    let (parameters, mut accounts) = (
        testkit::policy_rows(),
        testkit::Persona::all().iter().map(|one| one.account_row()).collect::<Vec<account::Model>>(),
    );
    let (officers, funds) = (std::mem::take(&mut offices.accounts), std::mem::take(&mut offices.funds));
    let add = premises.db.write(Scope::Everything, move |work| {
        Box::pin(async move {
            if work.count::<policy_parameter::Entity>(|q| q).await? == 0 {
                work.add_many::<policy_parameter::Entity>(parameters).await?;
            }
            if work.count::<account::Entity>(|q| q).await? > 0 {
                accounts.clear();
            } else {
                work.add_many::<organisation::Entity>(testkit::personas::organisations()).await?;
            }
            accounts.extend(officers);
            work.add_many::<account::Entity>(accounts).await?;
            work.add_many::<fund_account::Entity>(funds).await
        })
    });
    add.await.map_err(told)
}

/// All stories of one school.
async fn tell(stage: Stage, school: School, at: usize, size: Size) -> Result<()> {
    let mut people = People::of_school(at);
    for plot in of_school(at, foundation::clock::day_of(stage.curtain()), size) {
        story::tell(&stage, &school, at, plot, &mut people).await?;
    }
    if at == SUSPENDED {
        stage.travel_to(stage.curtain() - Duration::days(2));
        let reason = "一期班级代签到查实，暂停承训三个月，整改验收后恢复。".into();
        stage.by(&school.county.officers[1], SuspendInstitution { institution: school.id.clone(), reason }).await?;
    }
    if at == RETURNED {
        // What the bank sent back waits for its account: proposed by one, to be typed again by another.
        stage.travel_to(stage.curtain() - Duration::hours(2));
        let institution = school.id.clone();
        let (bank, account, document) =
            ("中国农业银行晋江池店支行".into(), "6228480018012399904".into(), "池店机电账户变更函".into());
        stage.by(&school.county.officers[0], ProposePayeeAccount { institution, bank, account, document }).await?;
    }
    Ok(())
}
