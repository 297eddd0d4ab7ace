//! Notices: 今日待办 of every role, and the public's front door (M8; domain §1; pages.md "Queue").

mod cards;
mod front_door;
mod overdue;
mod queue;
pub mod refusals;
mod settle;

use desk::{Declared, Routes};

pub use settle::SettleTask;

/// What the room declares: its rules. What stands in queues is declared by those who put it there.
fn declared() -> Declared {
    Declared::default().rules(refusals::RULES)
}

/// The room's routes.
pub fn routes() -> Routes {
    Routes::new()
        .read::<queue::Home, _, _>("/", queue::home)
        .read::<settle::TaskPage, _, _>("/tasks/{id}", settle::show)
        .act::<SettleTask, _, _>("/tasks/{id}/settle", settle::settle)
        .read::<queue::Queue, _, _>("/api/v1/tasks", queue::resource)
        .declare(declared())
}
