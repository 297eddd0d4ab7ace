//! Training sites (培训场地; M3.5 site verification).
use crate::tables::prelude::*;
table! {
    "site" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: SiteId,
        institution: InstitutionId,
        name: String,
        address: String,
        district: DistrictCode,
        path: ManagementPath,
        version: i32,
    }
}
reach!(path = Path, owner = Institution, reads = everyone);
