//! The words of the project (house.md §9), held over all crates and rooms: no name contains a word that
//! GLOSSARY.md forbids, every clause id in the code is a clause of policy/clauses.csv, and
//! policy/clauses.md shows every clause. They live here because this crate owns both lists' use.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Where the workspace is.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// All Rust sources of the workspace's crates and rooms.
pub fn sources() -> Vec<(PathBuf, String)> {
    let mut folders = vec![Path::new(ROOT).join("crates"), Path::new(ROOT).join("rooms")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the workspace").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_some_and(|end| end == "rs") {
                // A file may vanish between listing and reading while somebody is at work.
                if let Ok(text) = std::fs::read_to_string(&path) {
                    found.push((path, text));
                }
            }
        }
    }
    found
}

/// The words of the glossary's last table, each with what to say instead.
fn forbidden() -> BTreeMap<String, String> {
    let glossary = include_str!("../../../../GLOSSARY.md");
    let (_, table) = glossary.split_once("## Forbidden in names").expect("the glossary has its last section");
    let rows = table.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "));
    rows.filter(|(word, _)| *word != "word").map(|(word, say)| (word.to_owned(), say.to_owned())).collect()
}

/// The name that a line declares, if it declares one: after a keyword, or a field `name: Type`.
fn declared(line: &str) -> Option<&str> {
    let line = line.trim_start();
    if line.starts_with("//") || line.starts_with('"') {
        return None;
    }
    let words: Vec<&str> =
        line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
    let keyword = |word: &&str| ["struct", "enum", "fn", "trait", "type", "mod", "const", "static"].contains(word);
    let lead = |word: &&str| ["pub", "crate", "async", "const", "fn", "in", "super"].contains(word) || keyword(word);
    let led = words.iter().take_while(|word| lead(word)).count();
    if words[..led].iter().any(keyword) {
        return words.get(led).copied();
    }
    let (name, rest) = line.strip_prefix("pub ").unwrap_or(line).split_once(": ")?;
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (plain && rest.ends_with(',')).then_some(name)
}

/// `ClassLessonPlans` and `class_lesson_plans` → class, lesson, plan.
fn words_of(name: &str) -> Vec<String> {
    let mut spaced = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() || letter == '_' {
            spaced.push(' ');
        }
        if letter != '_' {
            spaced.extend(letter.to_lowercase());
        }
    }
    spaced.split(' ').map(|word| word.strip_suffix('s').unwrap_or(word).to_owned()).collect()
}

#[test]
fn no_name_contains_a_word_the_glossary_forbids() {
    let forbidden = forbidden();
    assert!(forbidden.len() > 20 && forbidden.contains_key("clawback"), "the glossary's table is still read");
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for (at, line) in text.lines().enumerate() {
            let Some(name) = declared(line) else { continue };
            for word in words_of(name) {
                if let Some(say) = forbidden.get(&word) {
                    wrong.push(format!(
                        "{}:{}: `{name}` — say {say} instead of {word} (GLOSSARY.md)",
                        path.display(),
                        at + 1
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn declared_names_are_found_and_split() {
    assert_eq!(declared("pub struct LessonPlan {"), Some("LessonPlan"));
    assert_eq!(declared("    pub(crate) async fn refund_all<T>(x: T) {"), Some("refund_all"));
    assert_eq!(declared("    pub course_no: String,"), Some("course_no"));
    assert_eq!(declared("    // a student: once,"), None);
    assert_eq!(declared("    let student = 3;"), None);
    assert_eq!(words_of("ClassLessonPlans"), ["", "clas", "lesson", "plan"]);
    assert_eq!(words_of("refund_all"), ["refund", "all"]);
}

fn clauses() -> Vec<Vec<&'static str>> {
    include_str!("../../../../policy/clauses.csv").lines().skip(1).map(|line| line.split(',').collect()).collect()
}

#[test]
fn clauses_have_four_cells_run_on_within_each_measure_and_are_all_on_the_page() {
    let page = include_str!("../../../../policy/clauses.md");
    let mut expected = (1, 1);
    for row in clauses() {
        assert_eq!(row.len(), 4, "{row:?}");
        assert!(row.iter().all(|cell| !cell.is_empty()), "{row:?}");
        let (measure, number) = row[0].trim_start_matches('M').split_once('.').expect("M1.1");
        let got: (u32, u32) = (measure.parse().expect("a measure"), number.parse().expect("a number"));
        if got.0 == expected.0 + 1 {
            expected = (got.0, 1);
        }
        assert_eq!(got, expected, "clause ids run on");
        expected.1 += 1;
        assert!(page.contains(&format!("| {} |", row.join(" | "))), "policy/clauses.md does not show {}", row[0]);
    }
    assert_eq!(expected.0, 8, "eight measures");
}

#[test]
fn every_clause_id_in_the_code_is_a_clause() {
    let known: BTreeSet<&str> = clauses().iter().map(|row| row[0]).collect();
    let mut wrong = Vec::new();
    let mut cited = 0;
    for (path, text) in sources() {
        for (at, line) in text.lines().enumerate() {
            // Whole string literals only: "M5.1", not a sentence that mentions a model number.
            for quoted in line.split('"').skip(1).step_by(2).filter(|quoted| is_clause_id(quoted)) {
                cited += 1;
                if !known.contains(quoted) {
                    wrong.push(format!("{}:{}: {quoted}", path.display(), at + 1));
                }
            }
        }
    }
    assert!(cited > 50, "the search still finds citations");
    assert!(wrong.is_empty(), "not in policy/clauses.csv:\n{}", wrong.join("\n"));
}

fn is_clause_id(text: &str) -> bool {
    let parts = text.strip_prefix('M').and_then(|rest| rest.split_once('.'));
    parts.is_some_and(|(measure, number)| {
        [measure, number].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    })
}
