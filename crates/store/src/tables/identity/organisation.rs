//! Organisations that sign in and stand in no directory of their own (domain §1.1): 评价机构, 线上平台, 企业, 基地,
//! 第三方, 行业主管部门. Training institutions stand in the institution directory.
use crate::tables::prelude::*;
use foundation::OrganisationKind;
table! {
    "organisation" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: OrganisationId,
        kind: OrganisationKind,
        /// Its full name, told apart by kind and district.
        name: String,
        /// Where it sits; of a contracted one, the district that contracted it.
        district: DistrictCode,
        path: ManagementPath,
        created_at: Instant,
        version: i32,
    }
}
reach!(path = Path, owner_reads = Id);
