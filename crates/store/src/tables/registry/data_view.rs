//! Who looked at whose personal data, when and why (M7; domain §12.1). The person can see it.
use crate::tables::prelude::*;
table! {
    "data_view" key(id: Id) keeps(rows) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: DataViewId,
        person: PersonId,
        viewer: String,
        viewer_name: String,
        office_name: String,
        /// `id_number`, `phone`, `roster`, `account`.
        what: String,
        purpose: String,
        at: Instant,
        district: DistrictCode,
        path: ManagementPath,
    }
}
reach!(path = Path, person = Person, writes = everyone);
