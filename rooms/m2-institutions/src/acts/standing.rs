//! An institution's standing in the directory: suspended, restored, removed, always with a reason (M2.7).

use desk::procedure::{self, Taking, take};
use desk::{Act, Before, Desk, Done, Example, Hands};
use foundation::codes::DirectoryState;
use foundation::{Function, InstitutionId, Permission, Right, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::tables::institutions::institution;

use super::{fact, managed};
use crate::procedures::standing::{Standing, Step};
use crate::rules;

/// Where it stands now.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Stands {
    /// Its new state.
    pub state: DirectoryState,
}

async fn perform(
    desk: &Desk,
    work: &Writer,
    id: &InstitutionId,
    step: Step,
    reason: &str,
) -> Result<Done<Stands>, Stop> {
    let row = managed(work, id).await?;
    rules::standing(&row, step, reason)?;
    let (reason, way) = (reason.trim(), procedure::row::<Standing>(step));
    let fact = fact(way.facts[0], &row, format!("{}{}：{reason}", row.name, way.called));
    let fact = fact.with("from", row.state.code()).with("to", way.to.code()).with("reason", reason);
    let fact = take::<Standing>(desk, work, &row, step, Taking::new(institution::ActiveModel::default()), fact).await?;
    Ok(Done::new(Stands { state: way.to }, fact))
}

macro_rules! standing_acts {
    ($($(#[$doc:meta])* $act:ident = $name:literal, $title:literal, $step:ident $(, $example:expr)?;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Serialize, Deserialize, JsonSchema)]
        pub struct $act {
            /// Which institution.
            pub institution: InstitutionId,
            /// Why; the institution and the trail show it.
            pub reason: String,
        }
        impl Act for $act {
            const NAME: &'static str = $name;
            const PERMISSION: Permission = Permission::Of(Function::DirectoryPublication, Right::Approve);
            const CLAUSE: &'static str = "M2.7";
            const CLAUSE_WHY: &'static str = "发布目录的人维护它：暂停、恢复、移出是动态维护";
            const TITLE: &'static str = $title;
            const HANDS: Hands = Hands::One("只管能不能开新班；理由告知机构并留痕");
            $(const EXAMPLE: Example = $example;)?
            type Outcome = Stands;
            async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<Stands>, Stop> {
                perform(desk, work, &self.institution, Step::$step, &self.reason).await
            }
        }
    )+};
}

standing_acts! {
    /// No new classes until restored.
    SuspendInstitution = "suspend-institution", "暂停承训", Suspend;
    /// May open classes again.
    RestoreInstitution = "restore-institution", "恢复承训", Restore,
        Example::NONE.after(&[Before::by::<SuspendInstitution>("jinjiang-officer")]);
    /// Out of the directory.
    RemoveInstitution = "remove-institution", "移出目录", Remove;
}
