//! Stored files by hash (材料; house.md §11). Never public; read only through a row in reach.
use crate::tables::prelude::*;
table! {
    "stored_file" key(id: Id) keeps(rows) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: FileId,
        class: Option<ClassId>,
        /// `roster`, `certificate`, `return_file`, …
        kind: String,
        name: String,
        media_type: String,
        bytes: i64,
        /// SHA-256, hex: the object's address.
        hash: String,
        uploaded_by: Option<AccountId>,
        organisation: Option<OrganisationId>,
        district: DistrictCode,
        path: ManagementPath,
        at: Instant,
    }
}
reach!(path = Path, owner = Organisation, class = Class);
