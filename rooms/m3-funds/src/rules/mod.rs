//! Rules of the claims (M8.9; domain §7.4).
pub mod bank;
pub mod fund;
pub mod slots;
