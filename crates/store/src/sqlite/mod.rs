//! SQLite: the one writer on a thread of its own, readers on the threads that ask (house.md §3; decisions/0011).

pub(crate) mod connection;
pub(crate) mod fault;
pub(crate) mod held;
pub(crate) mod pool;
pub(crate) mod values;
pub(crate) mod writer;

pub(crate) use connection::{Opened, Place};
pub(crate) use held::Held;
pub(crate) use pool::Pool;
