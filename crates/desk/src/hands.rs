//! Hands (M8.4; domain §1.3 职责分离): of every act that decides something it is said whether one person may do it alone
//! after the other, and why. An act that decides and says nothing does not compile.

use foundation::{Permission, Right};

/// Whether whoever does this may also have done something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hands {
    /// It decides nothing: what is handed in, read, or done by a clock.
    Any,
    /// Not whoever did what the procedure's table says (`APART`).
    Table,
    /// Not whoever did one of these acts to the same thing; the act's own rule looks. Why not, with each.
    Not(&'static [(&'static str, &'static str)]),
    /// One person may, and why that is enough.
    One(&'static str),
}

impl Hands {
    /// What acts of this permission say unless they say otherwise.
    ///
    /// # Panics
    /// At compile time, for acts that decide: they must say with whom they may not be one hand (`const HANDS`).
    pub const fn of(permission: Permission) -> Self {
        match permission {
            Permission::Of(_, Right::Create | Right::Read | Right::Witness)
            | Permission::Public
            | Permission::SignedIn
            | Permission::Job => Self::Any,
            Permission::Of(_, _) => {
                panic!("an act that decides says whose hand must not have done what else (const HANDS: desk::Hands)")
            }
        }
    }
}
