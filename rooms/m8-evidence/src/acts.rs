//! Taking a class's evidence away (M3.11): a fact says who took it.

use chrono::TimeDelta;
use desk::{Act, Desk, Done, FactDraft};
use foundation::{ClassId, FactId, Function, Instant, Permission, Right, Stop, at};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;

/// The fact of an export.
pub(crate) const EXPORTED: &str = "EvidenceExported";
/// How long whoever exported may fetch what he exported: a broken line is no second export.
pub(crate) const HANDED_OUT_FOR: TimeDelta = TimeDelta::minutes(15);

/// Where the exported evidence lies.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceExported {
    /// GET it here, as the one who exported it.
    pub address: String,
    /// Until then.
    pub until: Instant,
}

/// Taking a class's evidence leaves a fact: who took it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ExportEvidence {
    /// The class.
    pub class: ClassId,
}

impl Act for ExportEvidence {
    const NAME: &'static str = "export-evidence";
    const PERMISSION: Permission = Permission::Of(Function::OpeningApplication, Right::Read);
    const CLAUSE: &'static str = "M3.11";
    const CLAUSE_WHY: &'static str = "能看申请的人可带走全班的记录";
    const TITLE: &'static str = "导出证据包";
    type Outcome = EvidenceExported;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<EvidenceExported>, Stop> {
        if matches!(desk.actor.office, foundation::Office::Trainee { .. }) {
            return Err(Stop::Forbidden);
        }
        let class = work.get(&self.class).await?;
        let id: FactId = desk.new_id();
        let fact = FactDraft::new(EXPORTED, class.district, "导出证据包")
            .with_id(id.clone())
            .class(&class.id)
            .institution(&class.institution);
        Ok(Done::new(
            EvidenceExported { address: at::ApiV1Evidence(&id).to_string(), until: desk.now() + HANDED_OUT_FOR },
            fact,
        ))
    }
}
