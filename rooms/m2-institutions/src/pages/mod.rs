//! Pages of the directory (M2).
use desk::Routes;
/// The room's routes.
pub fn routes() -> Routes { Routes::new() }
