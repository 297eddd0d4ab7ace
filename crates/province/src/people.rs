//! Trainees: synthetic documents (prefix 350199), one person per serial.

use chrono::NaiveDate;
use foundation::{IdDocument, IdType};
use m7_registry::RosterRow;

use crate::names::name;

/// Hands out people who are in no class yet.
pub struct People {
    next: usize,
}

impl People {
    /// From the first on; the personas come before all others.
    pub fn new() -> Self {
        Self { next: 2 }
    }

    /// The next `count` people as roster rows.
    pub fn rows(&mut self, count: usize) -> Vec<RosterRow> {
        let from = self.next;
        self.next += count;
        (from..from + count).map(row).collect()
    }
}

/// The two trainees whom the personas page knows.
pub fn personas() -> Vec<RosterRow> {
    (0..2).map(row).collect()
}

/// The document of the n-th person.
pub fn document(n: usize) -> String {
    let days = i64::try_from(n * 37 % 12_000).unwrap_or(0);
    let birth = NaiveDate::from_ymd_opt(1969, 1, 5).unwrap_or_default() + chrono::Duration::days(days);
    let serial = u16::try_from(n / 12_000 * 40 + n % 400).unwrap_or(0) % 1000;
    foundation::id_number::synthetic(birth, serial).unwrap_or_default()
}

/// The n-th person's name: the personas' own first.
pub fn name_of(n: usize) -> String {
    match n {
        0 => "林玉珍".into(),
        1 => "黄小琴".into(),
        other => name(other),
    }
}

fn row(n: usize) -> RosterRow {
    RosterRow {
        row: n,
        name: name_of(n),
        id_type: String::new(),
        id_number: document(n),
        birth: String::new(),
        phone: format!("139{:08}", 50_000_000 + n * 13 % 40_000_000),
        category: String::new(),
        education: "初中".into(),
    }
}

/// The n-th person's document, parsed.
pub fn parsed(n: usize, today: foundation::Date) -> Option<IdDocument> {
    IdDocument::parse(IdType::ResidentCard, &document(n), today, true).ok()
}
