//! What the rooms below ask of whoever pays (M3.9): who was paid before, and what is claimed for a place?

use std::collections::HashMap;

use foundation::codes::ClaimState;
use foundation::{Refusal, Stop};
use m3_supervision::doorway::{Claimed, ClaimedFor, PaidBefore, PaidPlace};
use store::Reader;
use store::query::{ColumnTrait, QueryFilter};
use store::tables::funds::{claim, claim_item};

/// What these persons were paid, or are being paid, for other classes. Errors: the database's.
pub(crate) async fn paid_before(reader: &Reader, asked: &PaidBefore) -> Result<Vec<PaidPlace>, Stop> {
    let items = reader
        .list::<claim_item::Entity>(|q| {
            q.filter(claim_item::Column::Person.is_in(asked.people.iter().cloned()))
                .filter(claim_item::Column::Eligible.eq(true))
                .filter(claim_item::Column::Class.ne(asked.but.clone()))
        })
        .await?;
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let dead = [ClaimState::NotPassed, ClaimState::Recovered];
    let claims = reader
        .list::<claim::Entity>(|q| {
            q.filter(claim::Column::Id.is_in(items.iter().map(|one| one.claim.clone())))
                .filter(claim::Column::State.is_not_in(dead))
        })
        .await?;
    let alive: HashMap<_, _> =
        claims.into_iter().map(|one| (one.id, foundation::clock::day_of(one.drafted_at))).collect();
    let paid = |one: claim_item::Model| {
        let on = *alive.get(&one.claim)?;
        Some(PaidPlace { person: one.person, name: one.name, class: one.class, on })
    };
    Ok(items.into_iter().filter_map(paid).collect())
}

/// The line of a claim for this place, where one is drafted. Errors: the database's.
pub(crate) async fn claimed_for(reader: &Reader, asked: &ClaimedFor) -> Result<Option<Claimed>, Stop> {
    let line = reader.find::<claim_item::Entity>(claim_item::Column::Enrolment.eq(asked.enrolment.clone())).await?;
    let Some(one) = line else { return Ok(None) };
    let state = reader.get(&one.claim).await?.state;
    let why: Vec<Refusal> = serde_json::from_str(&one.refusals).unwrap_or_default();
    Ok(Some(Claimed { state, eligible: one.eligible, amount: one.amount, why_not: why.into_iter().next() }))
}
