//! Tables of the funds (M3, domain §7): parameters, accounts, claims, payments.
pub mod claim;
pub mod claim_item;
pub mod fund_account;
pub mod objection;
pub mod payment_batch;
pub mod payment_line;
pub mod policy_parameter;
pub mod subsidy_slot;
