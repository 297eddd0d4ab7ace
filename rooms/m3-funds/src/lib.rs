//! M3 funds (M3.1, M7.1, M8.9; domain §7.3–7.4): the claim of a regime-A class from draft to payment.

pub mod acts;
pub mod jobs;
pub mod pages;
pub mod rules;

use desk::{Desk, Routes};
use foundation::Stop;

/// The room's routes.
pub fn routes() -> Routes {
    pages::routes()
}

/// The room's timed acts.
pub async fn tick(desk: &Desk) -> Result<(), Stop> {
    jobs::tick(desk).await
}
