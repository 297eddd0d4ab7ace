//! Tables of identity (M8): accounts, sign-ins, idempotency, settings.
pub mod account;
pub mod sign_in;
pub mod one_time_link;
pub mod idempotency;
pub mod setting;
