//! Timed acts after the exam: closing the feedback of classes whose trainees have answered (M3.1).

use desk::Desk;
use desk::turns::Told;
use foundation::Stop;
use foundation::codes::FullProcessState;
use store::Reader;
use store::query::{ColumnTrait, QueryFilter, QuerySelect};
use store::tables::supervision::{certificate, feedback, training_class};

use crate::acts::feedback::FinishFeedback;
use crate::rules::completion::feedback_complete;

/// Closes the feedback of every class that is complete.
pub(crate) async fn tick(desk: &Desk, told: &mut Told) -> Result<(), Stop> {
    let reader = desk.read().await?;
    let certified = |q: store::query::Select<training_class::Entity>| {
        q.filter(training_class::Column::State.eq(FullProcessState::Certified))
    };
    for class in desk.premises.turns.next::<training_class::Entity>(&reader, "finish-feedback", certified).await? {
        told.note(&class.id, finish(desk, &reader, &class).await);
    }
    Ok(())
}

async fn finish(desk: &Desk, reader: &Reader, class: &training_class::Model) -> Result<(), Stop> {
    let issued = reader
        .list::<certificate::Entity>(|q| q.filter(certificate::Column::Class.eq(class.id.clone())).limit(1))
        .await?;
    let Some(first) = issued.first() else { return Ok(()) };
    let asked =
        reader.count::<certificate::Entity>(|q| q.filter(certificate::Column::Class.eq(class.id.clone()))).await?;
    let answers = reader.count::<feedback::Entity>(|q| q.filter(feedback::Column::Class.eq(class.id.clone()))).await?;
    let policy = desk::policy::pinned(class.policy.as_deref())?;
    match feedback_complete(answers, asked, first.issued_on, &policy, desk.today()) {
        true => desk.perform(FinishFeedback { class: class.id.clone() }).await,
        false => Ok(()),
    }
}
