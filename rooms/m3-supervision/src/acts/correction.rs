//! 补正说明 (M3.1): what the institution says to the one-off list of what was missing. It changes nothing; whoever reviews
//! reads it in the trail.

use desk::{Act, Desk, Done, Example, FactDraft};
use foundation::codes::FullProcessState;
use foundation::limits::TEXT_CHARS;
use foundation::{ClassId, Function, Permission, Right, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;

use super::opening::own_institution;
use crate::refusals::EXPLANATION;

/// Fewest letters of an explanation.
const NOTE_CHARS: usize = 4;

/// Explains a correction, while the application is with the institution.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ExplainCorrection {
    /// The class.
    pub class: ClassId,
    /// What was put right, and how.
    pub note: String,
}

impl Act for ExplainCorrection {
    const NAME: &'static str = "explain-correction";
    const PERMISSION: Permission = Permission::Of(Function::OpeningApplication, Right::Create);
    const TITLE: &'static str = "补正说明";
    const EXAMPLE: Example = Example::at(FullProcessState::Returned.code());
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        own_institution(desk)?;
        let class = work.get(&self.class).await?;
        let (note, mut no) = (self.note.trim(), Vec::new());
        if class.state != FullProcessState::Returned {
            let fact = format!("班级现在是“{}”", class.state.label());
            no.push(EXPLANATION.refuse(fact));
        }
        let length = note.chars().count();
        if !(NOTE_CHARS..=TEXT_CHARS).contains(&length) {
            let fact = format!("补正说明有 {length} 个字，应为 {NOTE_CHARS} 至 {TEXT_CHARS} 字");
            no.push(EXPLANATION.refuse(fact).source("一次性告知").fix("请逐条写明补了什么、改了什么").at("note"));
        }
        if !no.is_empty() {
            return Err(no.into());
        }
        let fact = FactDraft::new("CorrectionExplained", class.district, format!("补正说明：{note}"));
        Ok(Done::new((), fact.class(&class.id).institution(&class.institution)))
    }
}
