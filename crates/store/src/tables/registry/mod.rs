//! Tables of the real-name registry (M7.1): persons, and who looked at their data.
pub mod data_view;
pub mod person;
