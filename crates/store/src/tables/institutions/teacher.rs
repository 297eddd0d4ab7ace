//! Teachers of an institution (授课教师; domain §3.2).
use crate::tables::prelude::*;
table! {
    "teacher" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: TeacherId,
        institution: InstitutionId,
        name: String,
        id_number: Sealed,
        /// Same key as persons': one human teaching for two schools is seen.
        id_number_index: BlindIndex,
        id_number_masked: String,
        /// 职称或职业技能等级证书, e.g. `电工 二级/技师`.
        qualification: String,
        certificate_no: String,
        certificate_verified_on: Option<Date>,
        full_time: bool,
        district: DistrictCode,
        path: ManagementPath,
        created_at: Instant,
        version: i32,
    }
}
reach!(path = Path, owner = Institution);
