//! Fund accounts of a district and year (domain §7.5): reserved at first review, batched when finance is asked to
//! pay, paid when the bank has. The database itself keeps `paid + batched` within the budget.
use crate::tables::prelude::*;
table! {
    /// Key: district + year + source, e.g. `350582-2026-JY`.
    "fund_account" plain_key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        year: i32,
        source: FundSource,
        budget: Fen,
        /// Reviewed once, not yet in a batch.
        reserved: Fen,
        paid: Fen,
        district: DistrictCode,
        path: ManagementPath,
        version: i32,
        /// In payment batches that the bank has not answered.
        batched: Fen,
    }
}
reach!(path = Path);
