//! Acts of the registry: revealing personal data leaves a trace that the person can see (M7.1; §12.1).

use crate::refusals::{DOCUMENT_NUMBER, PURPOSE};
use desk::{Act, Desk, Done, Example, FactDraft, Hands};
use foundation::limits::LINE_CHARS;
use foundation::{Fault, Function, IdDocument, IdType, Permission, PersonId, Phone, Right, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Condition};
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
    const CLAUSE_WHY: &'static str = "查看的是实名登记的证件和手机号";
    const TITLE: &'static str = "查看完整个人信息";
    const HANDS: Hands = Hands::One("只看不改；每次写明用途、留痕，本人看得到是谁看的");
    const KEEPS_ANSWER: bool = false;
    const EXAMPLE: Example = Example::NONE.with(r#"{"what": "phone", "purpose": "电话核实到课情况"}"#);
    /// The value.
    type Outcome = String;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<String>, Stop> {
        let row = work.get(&self.person).await?;
        let reason = self.purpose.trim();
        if reason.chars().count() < 4 || reason.chars().count() > LINE_CHARS {
            return Err(PURPOSE.refuse("查看完整信息没有写清事由").at("purpose").into());
        }
        let (purpose, sealed) = match self.what.as_str() {
            "id_number" => (Purpose::IdNumber, Some(&row.id_number)),
            "phone" => (Purpose::Phone, row.phone.as_ref()),
            _ => return Err(PURPOSE.refuse("不认识要看的内容").fix("只能查看证件号码或电话").at("what").into()),
        };
        let sealed = sealed.ok_or(Fault::Gone)?;
        let value =
            desk.premises.keyring.open(purpose, &row.id.to_string(), sealed).map_err(|e| Fault::Db(e.to_string()))?;
        work.add::<data_view::Entity>(data_view::Model {
            id: desk.new_id(),
            person: row.id.clone(),
            viewer: desk.actor_key(),
            viewer_name: desk.actor.name.clone(),
            office_name: desk.actor.office_name.clone(),
            what: self.what.clone(),
            purpose: reason.to_owned(),
            at: desk.now(),
            district: row.district,
            path: row.path.clone(),
        })
        .await?;
        let fact = FactDraft::new("PersonalDataRevealed", row.district, "查看完整个人信息")
            .person(&row.id)
            .with("what", self.what.clone());
        Ok(Done::new(value.to_string(), fact))
    }
}

/// Finds a person by the whole document number, without opening any. An act, not a search: the number
/// stays out of addresses and logs, and a hit leaves a trace.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct FindPerson {
    /// The whole number, of whatever kind of document, or a mobile number.
    pub id_number: String,
}

impl Act for FindPerson {
    const NAME: &'static str = "find-person";
    const PERMISSION: Permission = Permission::Of(Function::Inspection, Right::Read);
    const CLAUSE: &'static str = "M7.1";
    const CLAUSE_WHY: &'static str = "检查的人查的是实名登记";
    const TITLE: &'static str = "按证件号码查人";
    const KEEPS_ANSWER: bool = false;
    const EXAMPLE: Example = Example::NONE.with(r#"{"id_number": "$spare-id-number"}"#);
    /// None when nobody within reach has it.
    type Outcome = Option<PersonId>;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<Option<PersonId>>, Stop> {
        let documents: Vec<IdDocument> = IdType::all()
            .iter()
            .filter_map(|kind| {
                IdDocument::parse(*kind, &self.id_number, desk.today(), desk.premises.settings.demo).ok()
            })
            .collect();
        let keys = &desk.premises.keyring;
        let phone = self.id_number.parse::<Phone>().ok();
        if documents.is_empty() && phone.is_none() {
            return Err(DOCUMENT_NUMBER.refuse("这不是一个完整、正确的证件号码或手机号").at("id_number").into());
        }
        let by_document = person::Column::IdNumberIndex
            .is_in(documents.iter().map(|one| keys.index(Purpose::IdNumber, &one.index_text())));
        let any = phone.iter().fold(Condition::any().add(by_document), |any, phone| {
            any.add(person::Column::PhoneIndex.eq(keys.index(Purpose::Phone, phone.reveal())))
        });
        let Some(found) = work.find::<person::Entity>(any).await? else { return Ok(Done::Repeat(None)) };
        let fact = FactDraft::new("PersonLookedUp", found.district, "按证件号码查人").person(&found.id);
        Ok(Done::new(Some(found.id), fact))
    }
}
