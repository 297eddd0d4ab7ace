//! Notices: 今日待办 of every role, the public's front door, and the search (M8; domain §1; pages.md "Queue").

mod cards;
mod front_door;
mod queue;
mod search;

use desk::Routes;

/// The room's routes.
pub fn routes() -> Routes {
    Routes::new()
        .read::<queue::Home, _, _>("/", queue::home)
        .read::<queue::Queue, _, _>("/api/v1/tasks", queue::resource)
        .read::<search::Search, _, _>("/search", search::show)
}
