//! Desk: what stands between a request and the rooms (M8; house.md §2, §4). Session, permission,
//! scope, idempotency, clock; the one door for acts; routes that cannot be registered without the act
//! or read they need; error pages and the generated API.

pub mod accounts;
pub mod act;
pub mod answer;
pub mod api;
mod archive;
pub mod cookies;
pub mod declared;
pub mod desk;
pub mod example;
pub mod extract;
pub mod fact;
pub mod filters;
pub mod gather;
pub mod guard;
pub mod hands;
pub mod health;
pub mod matter;
pub mod memo;
pub mod password;
pub mod picture;
pub mod policy;
pub mod premises;
pub mod procedure;
pub mod question;
pub mod reading;
pub mod refusals;
pub mod room;
pub mod routes;
pub mod seen;
pub mod session;
pub mod sheet;
pub mod subject;
pub mod sums;
pub mod tasks;
pub mod totp;
pub mod trail;
pub mod tries;
pub mod turns;
pub mod workbook;

pub use act::{Act, Asked, Done, Many, Plan, Read, WriteTogether};
pub use answer::Next;
pub use declared::Declared;
pub use desk::Desk;
pub use example::{Before, Example};
pub use extract::{Form, Pairs, Query, Upload};
pub use fact::FactDraft;
pub use hands::Hands;
pub use matter::Matter;
pub use premises::{NavEntry, Premises, Settings, Whom};
pub use room::Room;
pub use routes::{RouteInfo, Routes};
pub use subject::Subject;
