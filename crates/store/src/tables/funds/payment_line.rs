//! One payee's line of a payment batch.
use crate::tables::prelude::*;
table! {
    "payment_line" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: PaymentLineId,
        batch: PaymentBatchId,
        claim: ClaimId,
        institution: InstitutionId,
        payee: String,
        bank: String,
        account: Sealed,
        account_masked: String,
        amount: Fen,
        state: PaymentState,
        bank_reference: String,
        reason: String,
        district: DistrictCode,
        path: ManagementPath,
        version: i32,
    }
}
reach!(path = Path, owner = Institution);
