//! Who was called to a class besides the institution whose class it is (M3.6, M5.2): the department that leads it, the
//! platform of its online lessons, the base where it practises. Whoever stands here reaches the class's rows.
use crate::tables::prelude::*;
table! {
    "class_party" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: ClassPartyId,
        class: ClassId,
        organisation: OrganisationId,
        district: DistrictCode,
        path: ManagementPath,
        created_at: Instant,
        version: i32,
    }
}
reach!(path = Path, owner_reads = Organisation);
