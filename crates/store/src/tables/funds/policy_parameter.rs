//! Dated policy parameters (house.md §0.3; domain App. A `policy_param`): no such number in code.
use crate::tables::prelude::*;
table! {
    "policy_parameter" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: PolicyParameterId,
        district: DistrictCode,
        path: ManagementPath,
        scheme: String,
        name: String,
        value: i64,
        unit: String,
        effective_from: Date,
        effective_to: Option<Date>,
        document: String,
        version: i32,
    }
}
reach!(path = Path, reads = everyone);
