//! Timed acts after the exam: closing the feedback of classes whose trainees have answered (M3.1).

use desk::Desk;
use foundation::Stop;
use foundation::codes::ClassState;
use store::query::{ColumnTrait, QueryFilter, QuerySelect};
use store::tables::supervision::{certificate, feedback, training_class};

use crate::acts::feedback::FinishFeedback;
use crate::rules::completion::feedback_complete;

/// Classes looked at in one tick.
const CLASSES_PER_TICK: u64 = 200;

/// Closes the feedback of every class that is complete.
pub async fn tick(desk: &Desk) -> Result<(), Stop> {
    let reader = desk.read().await?;
    let classes = reader.list::<training_class::Entity>(|q| q.filter(training_class::Column::State.eq(ClassState::Certified)).limit(CLASSES_PER_TICK)).await?;
    for class in classes {
        let issued = reader.list::<certificate::Entity>(|q| q.filter(certificate::Column::Class.eq(class.id.clone())).limit(1)).await?;
        let Some(first) = issued.first() else { continue };
        let asked = reader.count::<certificate::Entity>(|q| q.filter(certificate::Column::Class.eq(class.id.clone()))).await?;
        let answers = reader.count::<feedback::Entity>(|q| q.filter(feedback::Column::Class.eq(class.id.clone()))).await?;
        let policy = desk::policy::pinned(class.policy.as_deref())?;
        if feedback_complete(answers, asked, first.issued_on, &policy, desk.today()) {
            desk.perform(FinishFeedback { class: class.id }).await?;
        }
    }
    Ok(())
}
