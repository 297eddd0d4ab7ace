//! Tables of the institution directory (M2) and site verification (M3).
pub mod institution;
pub mod site;
pub mod room;
pub mod directory_item;
pub mod site_verification;
pub mod teacher;
