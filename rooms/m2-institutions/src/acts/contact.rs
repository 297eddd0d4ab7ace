//! Contact and telephone of the directory's line, kept fresh by the institution itself (M2.1).

use desk::{Act, Desk, Done};
use foundation::{Function, Permission, Right, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::Set;
use store::tables::institutions::institution;

use super::{fact, own};
use crate::rules;

/// Changes contact and telephone of the actor's own institution.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct EditInstitutionContact {
    /// 联系人.
    pub contact: String,
    /// Published telephone.
    pub phone: String,
}

/// Done.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ContactEdited {}

impl Act for EditInstitutionContact {
    const NAME: &'static str = "edit-institution-contact";
    const PERMISSION: Permission = Permission::Of(Function::DirectoryApplication, Right::Create);
    const TITLE: &'static str = "修改机构联系方式";
    type Outcome = ContactEdited;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<ContactEdited>, Stop> {
        let row = own(desk, work).await?;
        desk.unchanged(&crate::declared::INSTITUTION, &row.id.to_string(), row.version)?;
        let no: Vec<_> = rules::line("contact", "联系人", &self.contact, "M2.1")
            .into_iter()
            .chain(rules::telephone("phone", &self.phone))
            .collect();
        if !no.is_empty() {
            return Err(no.into());
        }
        let change = institution::ActiveModel {
            contact: Set(self.contact.trim().into()),
            phone: Set(self.phone.trim().into()),
            ..Default::default()
        };
        work.save::<institution::Entity>(&row, change).await?;
        Ok(Done::new(ContactEdited {}, fact("InstitutionContactEdited", &row, "修改机构联系人和电话")))
    }
}
