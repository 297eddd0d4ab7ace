//! Tables of the funds (M3, domain §7): parameters, accounts, claims, payments.
pub mod claim;
pub mod claim_item;
pub mod fund_account;
pub mod payment_batch;
pub mod payment_line;
pub mod policy_parameter;
