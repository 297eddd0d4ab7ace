//! What an institution may teach: the lines of the institution directory (附表2; M2.1).
use crate::tables::prelude::*;
table! {
    "directory_item" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: DirectoryItemId,
        institution: InstitutionId,
        needs_item: NeedsItemId,
        site: SiteId,
        /// Trainees at once.
        capacity: i32,
        valid_from: Date,
        valid_until: Date,
        district: DistrictCode,
        path: ManagementPath,
        version: i32,
    }
}
reach!(path = Path, owner = Institution, reads = everyone);
