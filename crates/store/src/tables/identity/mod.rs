//! Tables of identity (M8): accounts, sign-ins, idempotency, settings.
pub mod account;
pub mod idempotency;
pub mod one_time_link;
pub mod organisation;
pub mod setting;
pub mod sign_in;
