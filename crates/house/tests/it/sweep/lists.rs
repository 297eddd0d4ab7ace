//! The sweep's lists: how they are made, compared and kept.

use super::columns::COLUMNS;
use super::{Swept, is_yes};

/// The answers as a table: `·` where the guard says no, `*` behind a status where something was written.
pub fn told(all: &[Swept]) -> String {
    let mut lines: Vec<String> = all
        .iter()
        .map(|one| {
            let cells: Vec<String> = one
                .answers
                .iter()
                .map(|(_, answer)| match answer {
                    None => format!("{:<8}", "·"),
                    Some((_, answer, changed)) => {
                        format!("{:<8}", format!("{}{}", answer.status, if *changed { "*" } else { "" }))
                    }
                })
                .collect();
            format!("{:<4} {:<46} {}", one.route.method, one.route.path, cells.concat()).trim_end().to_owned()
        })
        .collect();
    lines.sort();
    let head: Vec<String> = COLUMNS.iter().map(|one| format!("{:<8}", one.name)).collect();
    let legend = "·: refused by the guard  *: something was written";
    format!("{legend:<51} {}\n{}\n", head.concat().trim_end(), lines.join("\n"))
}

fn path_of(file: &str) -> String {
    format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))
}

/// Compares with a list under review.
pub fn reviewed(file: &str, text: &str) {
    let path = path_of(file);
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(&path, text).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    let changed: Vec<String> = text
        .lines()
        .filter(|line| !known.lines().any(|one| one == *line))
        .map(|line| format!("+ {line}"))
        .chain(known.lines().filter(|line| !text.lines().any(|one| one == *line)).map(|line| format!("- {line}")))
        .collect();
    assert!(
        changed.is_empty(),
        "{file} changed: UPDATE=1 cargo test -p house, then read the difference\n{}",
        changed.join("\n")
    );
}

/// One cell of a table: route, column, what stands in it.
fn cells(text: &str) -> impl Iterator<Item = (String, &str, &str)> {
    let head: Vec<&str> = text.lines().next().unwrap_or("").get(51..).unwrap_or("").split_whitespace().collect();
    text.lines().skip(1).flat_map(move |line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let route = words.iter().take(2).copied().collect::<Vec<_>>().join(" ");
        let cells: Vec<(String, &str, &str)> =
            head.iter().zip(words.into_iter().skip(2)).map(|(column, cell)| (route.clone(), *column, cell)).collect();
        cells
    })
}

fn gets_through(cell: &str) -> bool {
    cell.ends_with('*') || cell.parse().is_ok_and(is_yes)
}

/// A yes of before stays a yes: UPDATE=1 does not rewrite it. Whoever means a no takes the line out by hand first.
pub fn kept_yes(file: &str, text: &str) {
    let known = std::fs::read_to_string(path_of(file)).unwrap_or_default();
    let now: std::collections::BTreeMap<(String, &str), &str> =
        cells(text).map(|(route, column, cell)| ((route, column), cell)).collect();
    assert!(known.is_empty() || cells(&known).count() > 1000, "{file} is not read: its head has moved");
    let lost: Vec<String> = cells(&known)
        .filter(|(_, _, cell)| gets_through(cell))
        .filter_map(|(route, column, was)| match now.get(&(route.clone(), column)) {
            Some(is) if gets_through(is) => None,
            is => Some(format!("{route} as {column}: was {was}, is {}", is.unwrap_or(&"gone"))),
        })
        .collect();
    assert!(
        lost.is_empty(),
        "who got through does no more; where that is meant, take the line out of {file} by hand and write why:\n{}",
        lost.join("\n")
    );
}

/// The routes on which nobody gets through: a list that only hands change, and that only gets shorter.
pub fn nobody(all: &[Swept]) {
    let known = std::fs::read_to_string(path_of("nobody.txt")).unwrap_or_default();
    let known: Vec<&str> =
        known.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split("  ").next()).collect();
    let shut: Vec<String> = all
        .iter()
        .filter(|one| {
            !one.answers
                .iter()
                .filter_map(|(_, answer)| answer.as_ref())
                .any(|(_, answer, changed)| *changed || is_yes(answer.status))
        })
        .map(|one| format!("{} {}", one.route.method, one.route.path))
        .collect();
    let new: Vec<&String> = shut.iter().filter(|one| !known.contains(&one.as_str())).collect();
    let open: Vec<&&str> = known.iter().filter(|one| !shut.iter().any(|shut| shut == **one)).collect();
    assert!(new.is_empty(), "nobody gets through on these: give the act an EXAMPLE on which somebody does:\n{new:#?}");
    assert!(open.is_empty(), "somebody gets through on these now: take them off nobody.txt:\n{open:#?}");
    println!("nobody yet: {} of {} routes", shut.len(), all.len());
}
