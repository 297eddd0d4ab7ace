//! Trainees: synthetic documents (prefix 350199), one person per number. Even numbers are women, odd ones
//! men, as the document's own digit says.

use chrono::NaiveDate;
use foundation::codes::PersonCategory;
use foundation::{IdDocument, IdType};
use m7_registry::RosterRow;

use crate::names::{draw, person_name};

/// Numbers that each school's trainees are taken from.
const PER_SCHOOL: usize = 1000;

/// Hands out people of one school who are in no class yet.
pub struct People {
    next: usize,
}

impl People {
    /// Those of the `at`-th school; the personas come before all others.
    pub fn of_school(at: usize) -> Self {
        Self { next: 10 + at * PER_SCHOOL }
    }

    /// The next `count` people as roster rows.
    pub fn rows(&mut self, count: usize) -> Vec<RosterRow> {
        let from = self.next;
        self.next += count;
        (from..self.next).map(row).collect()
    }
}

/// The two trainees whom the personas page knows.
pub fn personas() -> Vec<RosterRow> {
    (0..2).map(row).collect()
}

/// Both personas are women; of the others every second.
fn is_woman(n: usize) -> bool {
    n < 2 || n.is_multiple_of(2)
}

/// The document of the n-th person.
pub fn document(n: usize) -> String {
    let birth = match n {
        0 => NaiveDate::from_ymd_opt(1974, 3, 7),
        1 => NaiveDate::from_ymd_opt(1986, 9, 21),
        _ => NaiveDate::from_ymd_opt(1969, 1, 5)
            .map(|first| first + chrono::Duration::days(i64::try_from(n * 37 % 12_000).unwrap_or(0))),
    };
    // Twelve thousand days apart the serial differs: no two share a document.
    let serial = if n < 2 { 990 + 2 * n } else { n / 12_000 * 40 + n % 400 };
    foundation::id_number::synthetic(birth.unwrap_or_default(), u16::try_from(serial % 1000).unwrap_or(0))
        .unwrap_or_default()
}

/// The n-th person's name: the personas' own first.
pub fn name_of(n: usize) -> String {
    match n {
        0 => "林玉珍".into(),
        1 => "黄小琴".into(),
        other => person_name(other, is_woman(other)),
    }
}

fn row(n: usize) -> RosterRow {
    use PersonCategory::{
        EnterpriseEmployee, FlexibleWorker, HardToEmploy, Other, PovertyMonitored, RegisteredUnemployed, RuralMigrant,
    };
    let categories = [
        RuralMigrant,
        RuralMigrant,
        RuralMigrant,
        RuralMigrant,
        RegisteredUnemployed,
        RegisteredUnemployed,
        Other,
        Other,
        FlexibleWorker,
        HardToEmploy,
        PovertyMonitored,
        EnterpriseEmployee,
    ];
    let educations = ["初中", "初中", "初中", "普通高中", "普通高中", "中专/技校/职高", "大学专科", "小学"];
    let prefixes = ["134", "135", "138", "139", "150", "152", "158", "159", "186", "189"];
    RosterRow {
        row: n,
        name: name_of(n),
        id_type: String::new(),
        id_number: document(n),
        birth: String::new(),
        phone: format!("{}{:08}", prefixes[draw(n, 11, prefixes.len())], 50_000_000 + n * 13 % 40_000_000),
        category: categories[draw(n, 12, categories.len())].label().into(),
        education: educations[draw(n, 13, educations.len())].into(),
    }
}

/// The n-th person's document, parsed.
pub fn parsed(n: usize, today: foundation::Date) -> Option<IdDocument> {
    IdDocument::parse(IdType::ResidentCard, &document(n), today, true).ok()
}
