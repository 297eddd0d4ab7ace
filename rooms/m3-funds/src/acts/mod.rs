//! Acts of the claims (M7.1, M8.9; domain §7.3–7.4).
pub mod bank_file;
pub mod decide;
pub mod draft;
pub mod fund;
pub mod lines;
pub mod objection;
pub mod payment;
pub mod review;
pub mod settle;
pub mod withdraw;
