//! Sums by state: what home pages and the public page say of a room's rows, answered from one index (pages.md "Queue").

use foundation::{Date, Fen};

store::picked! {
    /// One state's rows: how many, how many people, how much, and the first day that counts among them.
    pub struct Sums {
        /// The state's code.
        pub state: String,
        /// Rows.
        pub rows: i64,
        /// People in them.
        pub persons: Option<i64>,
        /// Money in them, fen.
        pub fen: Option<i64>,
        /// The first day that counts.
        pub first: Option<Date>,
    }
}

/// Several states' rows together.
#[derive(Debug, Default)]
pub struct Total {
    /// Rows.
    pub rows: i64,
    /// People in them.
    pub persons: i64,
    /// Money in them, fen.
    pub fen: i64,
    /// The first day that counts.
    pub first: Option<Date>,
}

impl Total {
    /// The states of `all` whose code is one of these.
    pub fn of(all: &[Sums], states: &[&str]) -> Self {
        all.iter().filter(|one| states.contains(&one.state.as_str())).fold(Self::default(), |sum, one| Self {
            rows: sum.rows + one.rows,
            persons: sum.persons + one.persons.unwrap_or(0),
            fen: sum.fen + one.fen.unwrap_or(0),
            first: sum.first.into_iter().chain(one.first).min(),
        })
    }
    /// Yuan of the sum.
    pub fn yuan(&self) -> String {
        ui::money::text(Fen(self.fen))
    }
}

/// `最早 12月3日到期`, or what is said where there is none.
pub fn earliest(day: Option<Date>, today: Date, what: &str, none: &str) -> String {
    match day {
        None => none.to_owned(),
        Some(day) if day < today => format!("最早已超期 {} 天", (today - day).num_days()),
        Some(day) => format!("最早 {} {what}", ui::dates::near_day(day, today)),
    }
}
