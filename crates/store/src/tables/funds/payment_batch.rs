//! Payment batches (拨付批次; domain §7.4 S70–S90): made by 人社, approved by 财政, answered by the bank.
use crate::tables::prelude::*;
table! {
    "payment_batch" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: PaymentBatchId,
        batch_no: String,
        state: PaymentState,
        total: Fen,
        lines: i32,
        made_by: AccountId,
        made_at: Instant,
        approved_by: Option<AccountId>,
        approved_at: Option<Instant>,
        /// SHA-256 of the bank file that was handed out, hex.
        file_hash: String,
        settled_at: Option<Instant>,
        due_on: Option<Date>,
        district: DistrictCode,
        path: ManagementPath,
        version: i32,
        /// The sealed bank file in the file store.
        file: Option<FileId>,
    }
}
reach!(path = Path);
