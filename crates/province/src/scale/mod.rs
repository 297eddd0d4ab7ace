//! A province of any size for the benchmark: rows and facts of ordinary shape and length, no acts, in
//! bounded memory, on top of the loaded demo. Nine of ten classes are archived, as after some years.

mod around;
mod check_ins;
mod rows;

use std::sync::Arc;

use anyhow::{Result, anyhow};
use desk::{Desk, Premises};
use foundation::Scope;
use journal::note::Keys;
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::funds::{claim, claim_item};
use store::tables::institutions::{directory_item, institution, room, teacher};
use store::tables::journal::fact;
use store::tables::notices::task;
use store::tables::registry::person;
use store::tables::supervision::{attendance, certificate, class_session, enrolment, training_class};

pub use check_ins::{CheckIns, prepare_check_ins};
use rows::{CLASS, Pattern, Rows};

/// Classes written in one transaction.
const STEP: u64 = 50;

/// Adds classes until there are `enrolments` more. `keys` and `origin` are the journal's.
pub async fn load_scale(premises: &Arc<Premises>, enrolments: u64, keys: &Keys, origin: &str) -> Result<()> {
    let desk = Desk::system(Arc::clone(premises), "scale");
    let patterns = Arc::new(patterns(&desk).await?);
    let (mut from, last) = (0, enrolments / CLASS);
    while from < last {
        let (desk, patterns, until) = (desk.clone(), Arc::clone(&patterns), (from + STEP).min(last));
        let added = premises.db.write(Scope::Everything, move |work| {
            Box::pin(async move {
                let mut rows = Rows::default();
                for n in from..until {
                    rows.class(&desk, &patterns[usize::try_from(n).unwrap_or(0) % patterns.len()], n);
                }
                work.add_many::<person::Entity>(rows.people).await?;
                work.add_many::<training_class::Entity>(rows.classes).await?;
                work.add_many::<class_session::Entity>(rows.sessions).await?;
                work.add_many::<enrolment::Entity>(rows.enrolments).await?;
                work.add_many::<attendance::Entity>(rows.attendance).await?;
                work.add_many::<certificate::Entity>(rows.certificates).await?;
                work.add_many::<claim::Entity>(rows.claims).await?;
                work.add_many::<claim_item::Entity>(rows.items).await?;
                work.add_many::<task::Entity>(rows.tasks).await?;
                work.add_many::<fact::Entity>(rows.facts).await
            })
        });
        added.await.map_err(told)?;
        from = until;
        if from % 2500 == 0 {
            store::sequencer::sequence(&premises.db, keys, origin, premises.clock.now()).await.map_err(told)?;
            println!("{} 人次", from * CLASS);
        }
    }
    store::sequencer::sequence(&premises.db, keys, origin, premises.clock.now()).await.map_err(told)?;
    premises.db.tidy().await.map_err(told)
}

pub(crate) fn told(stop: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("{stop}")
}

/// What classes are cut from: each school of the demo with its first item, room and teacher.
async fn patterns(desk: &Desk) -> Result<Vec<Pattern>> {
    let reader = desk.read().await.map_err(told)?;
    let mut all = Vec::new();
    for school in reader.list::<institution::Entity>(|q| q.order_by_asc(institution::Column::Id)).await.map_err(told)? {
        let line = reader
            .find::<directory_item::Entity>(directory_item::Column::Institution.eq(school.id.clone()))
            .await
            .map_err(told)?;
        let Some(line) = line else { continue };
        let item = reader.get(&line.needs_item).await.map_err(told)?;
        let rooms = reader
            .list::<room::Entity>(|q| q.filter(room::Column::Institution.eq(school.id.clone())))
            .await
            .map_err(told)?;
        let teachers = reader
            .list::<teacher::Entity>(|q| q.filter(teacher::Column::Institution.eq(school.id.clone())))
            .await
            .map_err(told)?;
        let policy = serde_json::to_string(
            &desk::policy::in_force(
                &reader,
                desk::policy::Scheme::CompletionCertificate,
                school.district,
                desk.today(),
            )
            .await
            .map_err(told)?,
        )?;
        if let (Some(room), Some(teacher)) = (rooms.into_iter().next(), teachers.into_iter().next()) {
            all.push(Pattern { school, item, room, teacher, policy });
        }
    }
    if all.is_empty() { Err(anyhow!("load the demo first")) } else { Ok(all) }
}
