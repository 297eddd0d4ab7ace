//! Tables of the institution directory (M2) and site verification (M3).
pub mod directory_item;
pub mod institution;
pub mod payee_change;
pub mod room;
pub mod site;
pub mod site_verification;
pub mod teacher;
