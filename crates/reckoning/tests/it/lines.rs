//! How long lines and files may be (house.md §9), held over all crates and rooms: what does not fit a screen is not
//! read.

use std::collections::BTreeMap;

use crate::words::{ROOT, sources};

const COLUMNS: usize = 120;
const LINES: usize = 400;

/// Files that are longer still. The list only gets shorter: a new long file is split, not entered here.
const STILL_LONG: &[&str] = &[];

/// Every source of the workspace by its path within it, with its text.
fn by_path() -> BTreeMap<String, String> {
    let named = sources().into_iter().map(|(path, text)| {
        let within = path.strip_prefix(ROOT).expect("a file of the workspace");
        (within.display().to_string(), text)
    });
    named.collect()
}

#[test]
fn no_line_is_longer_than_120_columns() {
    let mut wrong = Vec::new();
    for (path, text) in by_path() {
        for (at, line) in text.lines().enumerate() {
            let columns = line.chars().count();
            if columns > COLUMNS {
                wrong.push(format!("{path}:{}: {columns} columns", at + 1));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "break these by hand after at most {COLUMNS} columns; rustfmt skips markup, rows of macros, comments and long \
         literals:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn no_file_is_longer_than_400_lines() {
    let long: BTreeMap<String, usize> = by_path()
        .into_iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES)
        .collect();
    let mut wrong = Vec::new();
    for (path, lines) in &long {
        if !STILL_LONG.contains(&path.as_str()) {
            wrong.push(format!("{path} has {lines} lines: split it by purpose, each part with at most {LINES}"));
        }
    }
    for path in STILL_LONG {
        if !long.contains_key(*path) {
            wrong.push(format!("{path} is short now, or gone: take it off the list STILL_LONG in lines.rs"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
