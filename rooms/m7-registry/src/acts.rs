//! Acts of the registry: revealing personal data leaves a trace that the person can see (M7.1; §12.1).

use desk::{Act, Desk, Done, FactDraft};
use foundation::limits::LINE_CHARS;
use foundation::{Fault, Function, PersonId, Permission, Refusal, Right, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::seal::Purpose;
use store::tables::registry::{data_view, person};

/// Shows a sealed field once, for a written reason.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RevealPersonalData {
    /// Whose.
    pub person: PersonId,
    /// `id_number` or `phone`.
    pub what: String,
    /// Why; the person reads it.
    pub purpose: String,
}

impl Act for RevealPersonalData {
    const NAME: &'static str = "reveal-personal-data";
    const PERMISSION: Permission = Permission::Of(Function::OpeningApplication, Right::Approve);
    const CLAUSE: &'static str = "M7.1";
    const TITLE: &'static str = "查看完整个人信息";
    const KEEPS_ANSWER: bool = false;
    /// The value.
    type Outcome = String;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<String>, Stop> {
        let row = work.get::<person::Entity>(self.person.to_string()).await?;
        let reason = self.purpose.trim();
        if reason.chars().count() < 4 || reason.chars().count() > LINE_CHARS {
            return Err(Refusal::new("查看事由", "M7.1", "查看完整信息没有写清事由", "个人信息保护", "请写明事由（4 到 100 字），当事人能看到").at("purpose").into());
        }
        let (purpose, sealed) = match self.what.as_str() {
            "id_number" => (Purpose::IdNumber, Some(&row.id_number)),
            "phone" => (Purpose::Phone, row.phone.as_ref()),
            _ => return Err(Refusal::new("查看事由", "M7.1", "不认识要看的内容", "个人信息保护", "只能查看证件号码或电话").at("what").into()),
        };
        let sealed = sealed.ok_or(Fault::Gone)?;
        let value = desk.premises.keyring.open(purpose, &row.id.to_string(), sealed).map_err(|e| Fault::Db(e.to_string()))?;
        work.add::<data_view::Entity>(data_view::Model {
            id: desk.new_id(), person: row.id.clone(), viewer: desk.actor_key(), viewer_name: desk.actor.name.clone(), office_name: desk.actor.office_name.clone(),
            what: self.what.clone(), purpose: reason.to_owned(), at: desk.now(), district: row.district, path: row.path.clone(),
        }).await?;
        let fact = FactDraft::new("PersonalDataRevealed", "M7.1", row.district, "查看完整个人信息").person(&row.id).with("what", self.what.clone());
        Ok(Done::new(value.to_string(), fact))
    }
}
