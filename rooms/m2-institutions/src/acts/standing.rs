//! An institution's standing in the directory: suspended, restored, removed, always with a reason (M2.5).

use desk::{Act, Desk, Done};
use foundation::codes::DirectoryState;
use foundation::{Function, InstitutionId, Permission, Right, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::tables::institutions::institution;

use super::{fact, managed};
use crate::rules::{self, Move};

/// Where it stands now.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    /// Its new state.
    pub state: DirectoryState,
}

async fn perform(work: &Writer, id: &InstitutionId, step: Move, reason: &str, kind: &'static str, what: &str) -> Result<Done<Standing>, Stop> {
    let row = managed(work, id).await?;
    let change = rules::standing(&row, step, reason)?;
    let state = rules::after(row.state, step).unwrap_or(row.state);
    let reason = reason.trim();
    work.save::<institution::Entity>(&row, change).await?;
    let fact = fact(kind, "M2.5", &row, format!("{}{what}：{reason}", row.name)).with("from", row.state.code()).with("to", state.code()).with("reason", reason);
    Ok(Done::new(Standing { state }, fact))
}

macro_rules! standing_acts {
    ($($(#[$doc:meta])* $act:ident = $name:literal, $title:literal, $step:ident, $fact:literal, $what:literal;)+) => {$(
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
            const CLAUSE: &'static str = "M2.5";
            const TITLE: &'static str = $title;
            type Outcome = Standing;
            async fn perform(&self, _: &Desk, work: &Writer) -> Result<Done<Standing>, Stop> {
                perform(work, &self.institution, Move::$step, &self.reason, $fact, $what).await
            }
        }
    )+};
}

standing_acts! {
    /// No new classes until restored.
    SuspendInstitution = "suspend-institution", "暂停承训", Suspend, "InstitutionSuspended", "暂停承训";
    /// May open classes again.
    RestoreInstitution = "restore-institution", "恢复承训", Restore, "InstitutionRestored", "恢复承训";
    /// Out of the directory.
    RemoveInstitution = "remove-institution", "移出目录", Remove, "InstitutionRemoved", "移出目录";
}
