//! Province: the demo province, told as stories from one seed and performed as real acts by named
//! people on a moved clock, so that rows, facts, hours and money agree because they were made the same
//! way as in earnest (house.md §8 "stories").

mod names;
mod people;
mod places;
mod scale;
mod story;

pub use scale::{CheckIns, load_scale, prepare_check_ins};

use std::sync::Arc;

use anyhow::{Result, anyhow};
use desk::{Desk, Premises};
use foundation::Scope;
use foundation::codes::{ClaimState, ClassState};
use foundation::{Instant, clock};
use store::tables::funds::policy_parameter;
use store::tables::identity::{account, setting};

use crate::story::Reaches;

/// How much of the province to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Jinjiang's two schools and its neighbour: a second or two.
    Small,
    /// About forty institutions, two hundred classes, six thousand trainees.
    Full,
}

/// Loads an empty house. The clock is moved back and forth while it runs and stands again at the end.
pub async fn load(premises: &Arc<Premises>, size: Size) -> Result<()> {
    let (parameters, accounts) = (testkit::policy_rows(), testkit::Persona::all().iter().map(|one| one.account_row()).collect::<Vec<account::Model>>());
    premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                if work.count::<policy_parameter::Entity>(|q| q).await? == 0 {
                    work.add_many::<policy_parameter::Entity>(parameters).await?;
                }
                if work.count::<account::Entity>(|q| q).await? == 0 {
                    work.add_many::<account::Entity>(accounts).await?;
                }
                Ok(())
            })
        })
        .await
        .map_err(|stop| anyhow!("{stop}"))?;
    // The demo opens in mid-morning, whatever the hour: classes are being taught, nothing has yet to happen.
    let today = clock::day_of(premises.clock.now());
    let stage = clock::at_local(today.and_hms_opt(10, 5, 0).unwrap_or_default());
    let told = tell(premises, size, stage).await;
    premises.clock.travel_to(stage);
    let offset = setting::Model { key: CLOCK_OFFSET.into(), value: premises.clock.offset_s().to_string() };
    premises
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.put::<setting::Entity>(offset).await }))
        .await
        .map_err(|stop| anyhow!("{stop}"))?;
    told
}

/// Where the demo clock's offset is kept, so that it stands after a restart.
const CLOCK_OFFSET: &str = "demo_clock_offset_s";

const fn at(class: ClassState) -> Reaches {
    Reaches { class, claim: ClaimState::Draft }
}
const fn claimed(claim: ClaimState) -> Reaches {
    Reaches { class: ClassState::Claimed, claim }
}

/// Which states each institution's classes have reached; the first institution has one of every kind.
const EVERY: [Reaches; 15] = [
    at(ClassState::Draft),
    at(ClassState::Submitted),
    at(ClassState::UnderReview),
    at(ClassState::Returned),
    at(ClassState::Approved),
    at(ClassState::InTraining),
    at(ClassState::TrainingEnded),
    at(ClassState::Examining),
    at(ClassState::ResultsReview),
    at(ClassState::Certified),
    at(ClassState::Claimed),
    PAID,
    claimed(ClaimState::Submitted),
    claimed(ClaimState::FirstReviewed),
    claimed(ClaimState::Published),
];
const PAID: Reaches = Reaches { class: ClassState::Archived, claim: ClaimState::Paid };
/// An ordinary school's year: mostly finished or running; its claim is as far as the school's turn.
const CLAIMS: [ClaimState; 4] = [ClaimState::Submitted, ClaimState::Published, ClaimState::FirstReviewed, ClaimState::Draft];
fn ordinary(school: usize) -> [Reaches; 5] {
    [PAID, at(ClassState::InTraining), claimed(CLAIMS[school % CLAIMS.len()]), at(ClassState::UnderReview), at(ClassState::Certified)]
}

async fn tell(premises: &Arc<Premises>, size: Size, stage: Instant) -> Result<()> {
    let system = Desk::system(Arc::clone(premises), "demo-province");
    let mut people = people::People::new();
    let schools = places::found(premises, size).await?;
    for (at, school) in schools.iter().enumerate() {
        let states: Vec<Reaches> = if at == 0 { EVERY.to_vec() } else { ordinary(at).to_vec() };
        let trainees = match size {
            Size::Small => 12,
            Size::Full => 30,
        };
        for (term, state) in states.iter().enumerate() {
            let term = i32::try_from(term).unwrap_or(0) + 1;
            // The personas sit in the first school's running class, and in the one that awaits feedback.
            let with_personas = at == 0 && matches!(state.class, ClassState::InTraining | ClassState::Certified);
            story::run(&system, school, &mut people, stage, story::Story { term, reaches: *state, trainees, with_personas }).await?;
        }
    }
    Ok(())
}
