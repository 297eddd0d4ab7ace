//! Subsidised training institutions (M2.1; domain §3.2).
use crate::tables::prelude::*;
table! {
    "institution" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: InstitutionId,
        uscc: Uscc,
        name: String,
        kind: InstitutionKind,
        /// Serial within the district, four digits, used in class and certificate numbers.
        serial: i32,
        licence_no: String,
        licence_until: Date,
        legal_person: String,
        address: String,
        contact: String,
        /// The published office telephone (机构目录 prints it).
        phone: String,
        bank: String,
        account: Option<Sealed>,
        account_index: Option<BlindIndex>,
        account_masked: String,
        state: DirectoryState,
        listed_on: Option<Date>,
        document: String,
        district: DistrictCode,
        path: ManagementPath,
        created_at: Instant,
        version: i32,
    }
}
reach!(path = Path, owner = Id, reads = everyone);
