//! Fund accounts of a district and year (domain §7.5): reserved at first review, hard stop when spent.
use crate::tables::prelude::*;
table! {
    /// Key: district + year + source, e.g. `350582-2026-JY`.
    "fund_account" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        year: i32,
        source: FundSource,
        budget: Fen,
        reserved: Fen,
        paid: Fen,
        district: DistrictCode,
        path: ManagementPath,
        version: i32,
    }
}
reach!(path = Path);
