//! Rooms of a site: classes may not exceed their seats nor meet in one room at once (T05).
use crate::tables::prelude::*;
table! {
    "room" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: RoomId,
        site: SiteId,
        institution: InstitutionId,
        name: String,
        seats: i32,
        district: DistrictCode,
        path: ManagementPath,
        version: i32,
    }
}
reach!(path = Path, owner = Institution, reads = everyone);
