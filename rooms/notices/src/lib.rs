//! Notices: 今日待办 of every role, and the public's front door (M8; domain §1; pages.md "Queue").

mod front_door;
mod overdue;
mod queue;
pub mod refusals;
mod settle;

use desk::{NavEntry, Room, Routes, Whom};
use foundation::Permission;

pub use settle::SettleTask;

/// What the room brings. What stands in queues is declared by those who put it there.
pub fn room() -> Room {
    let routes = Routes::new()
        .read::<queue::Home, _, _>("/", queue::home)
        .read::<settle::TaskPage, _, _>("/tasks/{id}", settle::show)
        .act::<SettleTask, _, _>("/tasks/{id}/settle", settle::settle)
        .read::<queue::Queue, _, _>("/api/v1/tasks", queue::resource);
    Room::new("notices").routes(routes).rules(refusals::RULES).navigation(NAVIGATION)
}

const NAVIGATION: [NavEntry; 1] =
    [NavEntry { place: 20, label: "今日待办", href: "/", permission: Permission::SignedIn, whom: Whom::Desks }];
