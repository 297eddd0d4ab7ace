//! Doorways (house.md §1): a room names its own tables and asks the others, and rooms stand upon each other one way.
//! What a room needs of one below it is a function in that room's `src/doorway.rs`; what it needs of one above it is a
//! question that the other answers in its manifest (`desk::question`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// What a room's own `Cargo.toml` says of it (`[package.metadata.room]`).
struct Stands {
    /// A room depends on rooms of lower floors only; those of one floor do not know each other.
    floor: u32,
    /// Its tables: a folder of `store::tables`, or one table of another room's folder.
    tables: Vec<String>,
}

/// Every room, by name.
static ROOMS: LazyLock<BTreeMap<String, Stands>> = LazyLock::new(|| {
    let names = std::fs::read_dir(rooms()).expect("rooms").map(|one| one.expect("a room").file_name());
    names
        .filter_map(|name| {
            let name = name.to_string_lossy().into_owned();
            let text = std::fs::read_to_string(rooms().join(&name).join("Cargo.toml")).ok()?;
            Some((name.clone(), stands(&name, &text)))
        })
        .collect()
});

fn stands(room: &str, text: &str) -> Stands {
    let line = |key: &str| {
        let lines = text.lines().skip_while(|line| *line != "[package.metadata.room]");
        lines
            .skip(1)
            .find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('='))
            .unwrap_or_else(|| panic!("rooms/{room}/Cargo.toml: [package.metadata.room] says `floor` and `tables`"))
    };
    Stands {
        floor: line("floor").trim().parse().expect("a floor is a number"),
        tables: line("tables").split('"').skip(1).step_by(2).map(str::to_owned).collect(),
    }
}

/// Tables that a room names though they are not its own: file and table. The list only gets shorter.
const STILL_NAMED: &[(&str, &str)] = &[];

/// Dependencies that no line names and that are used all the same: `html!` of maud writes `maud::…`.
const BY_MACRO: [(&str, &str); 1] = [("maud", "html!")];

fn rooms() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rooms").canonicalize().expect("the folder of the rooms")
}

/// Every room's sources, by room, each with its path within the workspace.
fn sources() -> BTreeMap<String, Vec<(String, String)>> {
    let mut all = BTreeMap::new();
    for room in std::fs::read_dir(rooms()).expect("rooms") {
        let room = room.expect("a room").path();
        let name = room.file_name().expect("a name").to_string_lossy().into_owned();
        let mut files = Vec::new();
        collect(&room.join("src"), &format!("rooms/{name}/src"), &mut files);
        files.sort();
        all.insert(name, files);
    }
    all
}

fn collect(folder: &Path, within: &str, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        let within = format!("{within}/{}", path.file_name().expect("a name").to_string_lossy());
        if path.is_dir() {
            collect(&path, &within, files);
        } else if within.ends_with(".rs") {
            files.push((within, std::fs::read_to_string(&path).expect("a source")));
        }
    }
}

/// A source without its comments, which may speak of anybody's tables.
fn code(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The tables that a source names, `folder::table`; a whole folder is `folder::*`.
fn tables(text: &str) -> BTreeSet<String> {
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut named = BTreeSet::new();
    // Written `store::tables::…`, `use store::{tables::…}`, or `tables::…` after `use store::tables`.
    for (at, _) in text.match_indices("tables::") {
        if !begins(&text, at) {
            continue;
        }
        for path in paths(&text[at + "tables::".len()..]) {
            let mut parts = path.split("::");
            let (folder, table) = (parts.next().unwrap_or(""), parts.next().unwrap_or("*"));
            if ROOMS.values().flat_map(|one| &one.tables).any(|one| one == folder) {
                named.insert(format!("{folder}::{}", if table == "self" { "*" } else { table }));
            }
        }
    }
    named
}

/// Whether a word begins here.
fn begins(text: &str, at: usize) -> bool {
    !text[..at].ends_with(|one: char| one.is_alphanumeric() || one == '_')
}

/// The paths that a tree of a `use` (or a plain path) stands for: `a::{b, c as d}` is `a::b` and `a::c`.
fn paths(tree: &str) -> Vec<String> {
    let tree = tree.trim_start();
    let end = tree.find(|one: char| !(one.is_alphanumeric() || one == '_')).unwrap_or(tree.len());
    let (name, rest) = tree.split_at(end);
    if let Some(list) = tree.strip_prefix('{') {
        return branches(list).iter().flat_map(|one| paths(one)).collect();
    }
    if name.is_empty() {
        return vec!["*".into()];
    }
    match rest.strip_prefix("::") {
        Some(below) => paths(below).into_iter().map(|one| format!("{name}::{one}")).collect(),
        None => vec![name.to_owned()],
    }
}

/// The branches of a list that was opened, up to where it is closed.
fn branches(list: &str) -> Vec<&str> {
    let (mut all, mut depth, mut from) = (Vec::new(), 0, 0);
    for (at, one) in list.char_indices() {
        match one {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                all.push(list[from..at].trim());
                from = at + 1;
                if one == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    all.retain(|one| !one.is_empty());
    all
}

fn owner(table: &str) -> Option<&'static str> {
    let folder = table.split("::").next().unwrap_or("");
    let of = |named: &str| ROOMS.iter().find(|(_, one)| one.tables.iter().any(|one| one == named));
    // One table of a folder may be another room's than the folder is.
    of(table).or_else(|| of(folder)).map(|(room, _)| room.as_str())
}

fn floor(room: &str) -> Option<u32> {
    ROOMS.get(room).map(|one| one.floor)
}

#[test]
fn a_room_names_its_own_tables_only() {
    let (mut wrong, mut still) = (Vec::new(), BTreeSet::new());
    for (room, files) in sources() {
        for (file, text) in files {
            for table in tables(&code(&text)) {
                let Some(owner) = owner(&table).filter(|owner| *owner != room) else { continue };
                if STILL_NAMED.contains(&(file.as_str(), table.as_str())) {
                    still.insert((file.clone(), table));
                    continue;
                }
                let is_below = floor(owner) < floor(&room);
                let remedy = match is_below {
                    true => format!("ask a function of rooms/{owner}/src/doorway.rs, or add one there"),
                    false => format!(
                        "{owner} stands above: ask a question (crates/desk/src/question.rs) that it answers in its \
                         manifest, or a function of desk if desk keeps the table"
                    ),
                };
                wrong.push(format!("{file} names store::tables::{table}, which is {owner}'s: {remedy}"));
            }
        }
    }
    for (file, table) in STILL_NAMED {
        if !still.contains(&((*file).to_owned(), (*table).to_owned())) {
            wrong.push(format!(
                "{file} does not name {table} any more: take it off the list STILL_NAMED in doorways.rs"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The names under `[dependencies]` of a room.
fn dependencies(room: &str) -> Vec<String> {
    let text = std::fs::read_to_string(rooms().join(room).join("Cargo.toml")).expect("a Cargo.toml");
    let listed = text.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    let names = listed.take_while(|line| !line.starts_with('[')).filter_map(|line| line.split(['.', '=', ' ']).next());
    names.filter(|name| !name.is_empty() && !name.starts_with('#')).map(str::to_owned).collect()
}

/// Whether code names a crate: as the first part of a path, or by a macro that writes it.
fn uses(code: &str, dependency: &str) -> bool {
    let name = dependency.replace('-', "_");
    let is_first = |at: usize| begins(code, at) && !code[..at].ends_with(':');
    let is_named = code.match_indices(&format!("{name}::")).any(|(at, _)| is_first(at));
    is_named || BY_MACRO.iter().any(|(one, written)| *one == dependency && code.contains(written))
}

#[test]
fn rooms_stand_upon_each_other_one_way_and_use_what_they_name() {
    let mut wrong = Vec::new();
    for (room, files) in sources() {
        let Some(own) = floor(&room) else {
            wrong.push(format!("rooms/{room}/Cargo.toml does not say on which floor it stands"));
            continue;
        };
        let code: String = files.iter().map(|(_, text)| code(text)).collect::<Vec<_>>().join("\n");
        for dependency in dependencies(&room) {
            if floor(&dependency).is_some_and(|other| other >= own) {
                wrong.push(format!(
                    "rooms/{room}/Cargo.toml names {dependency}, which does not stand below it: take it out; ask a \
                     question that {dependency} answers (crates/desk/src/question.rs)"
                ));
            }
            if !uses(&code, &dependency) {
                wrong.push(format!(
                    "rooms/{room}/Cargo.toml names {dependency}, which nothing in its src uses: take it out, or under \
                     [dev-dependencies] if its tests use it"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_question_is_answered_by_one_room() {
    let (mut asked, mut answered) = (BTreeMap::new(), Vec::new());
    for (room, files) in sources() {
        for (file, text) in files {
            let named = |lead: &str| -> Vec<String> {
                let word = |rest: &str| {
                    rest.split(|one: char| !(one.is_alphanumeric() || one == '_')).next().map(String::from)
                };
                text.split(lead).skip(1).filter_map(word).collect()
            };
            asked.extend(named("impl Question for ").into_iter().map(|question| (question, file.clone())));
            answered.extend(named(".answers::<").into_iter().map(|question| (question, room.clone())));
        }
    }
    let mut wrong = Vec::new();
    for (question, file) in asked {
        let rooms: Vec<&str> = answered.iter().filter(|(one, _)| *one == question).map(|(_, room)| &**room).collect();
        if rooms.len() != 1 {
            wrong.push(format!("{question} of {file} is answered by {rooms:?}: one room answers it in its manifest"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_ways_to_write_a_table_are_all_seen() {
    let seen = |text: &str| tables(text).into_iter().collect::<Vec<_>>();
    assert_eq!(seen("use store::tables::funds::claim;"), ["funds::claim"]);
    assert_eq!(
        seen("use store::tables::funds::{\n    claim, claim_item as line,\n};"),
        ["funds::claim", "funds::claim_item"]
    );
    assert_eq!(seen("use store::tables::{funds::claim::{Column, Entity}, needs};"), ["funds::claim", "needs::*"]);
    assert_eq!(seen("use store::{Reader, tables::notices::task};"), ["notices::task"]);
    assert_eq!(seen("fn a(one: &store::tables::needs::needs_item::Model) {}"), ["needs::needs_item"]);
    assert_eq!(seen("use store::tables::journal::*;"), ["journal::*"]);
    assert_eq!(seen("use other_tables::funds::claim;"), Vec::<String>::new());
}
