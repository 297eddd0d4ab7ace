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
use foundation::codes::ClassState;
use store::tables::funds::policy_parameter;
use store::tables::identity::account;

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
    let offset = premises.clock.offset_s();
    let told = tell(premises, size).await;
    premises.clock.set_offset_s(offset);
    told
}

/// Which states each institution's classes have reached; the first institution has one of every kind.
const EVERY: [ClassState; 12] = [
    ClassState::Draft,
    ClassState::Submitted,
    ClassState::UnderReview,
    ClassState::Returned,
    ClassState::Approved,
    ClassState::InTraining,
    ClassState::TrainingEnded,
    ClassState::Examining,
    ClassState::ResultsReview,
    ClassState::Certified,
    ClassState::Claimed,
    ClassState::Archived,
];
/// An ordinary school's year: mostly finished or running.
const ORDINARY: [ClassState; 5] = [ClassState::Archived, ClassState::InTraining, ClassState::Claimed, ClassState::UnderReview, ClassState::Certified];

async fn tell(premises: &Arc<Premises>, size: Size) -> Result<()> {
    let system = Desk::system(Arc::clone(premises), "demo-province");
    let mut people = people::People::new();
    let schools = places::found(premises, size).await?;
    for (at, school) in schools.iter().enumerate() {
        let states: &[ClassState] = if at == 0 { &EVERY } else { &ORDINARY };
        let trainees = match size {
            Size::Small => 12,
            Size::Full => 30,
        };
        for (term, state) in states.iter().enumerate() {
            let term = i32::try_from(term).unwrap_or(0) + 1;
            // The personas sit in the first school's running class, and in the one that awaits feedback.
            let with_personas = at == 0 && matches!(state, ClassState::InTraining | ClassState::Certified);
            story::run(&system, school, &mut people, story::Story { term, reaches: *state, trainees, with_personas }).await?;
        }
    }
    Ok(())
}
