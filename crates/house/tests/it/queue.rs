//! Nothing enters a queue that cannot leave it (M8.9): every kind of task is closed by an act, or by hand.

use std::path::{Path, PathBuf};

/// Letters after a `close(` or a list of kinds in which a kind is looked for.
const NEAR: usize = 400;

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|one| one == "rs") {
            into.push(path);
        }
    }
}

/// The kinds of a `match` on kinds: `"kind" =>` and `"a" | "b" =>`.
fn kinds_of(source: &str, function: &str) -> Vec<String> {
    let body = source.split(function).nth(1).unwrap_or("").split("\n}").next().unwrap_or("");
    let arms = body.lines().filter(|line| line.contains("=>")).filter_map(|line| line.split("=>").next());
    arms.flat_map(|arm| arm.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn m8_9_every_task_has_an_end() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let all = kinds_of(&read("rooms/notices/src/queue.rs"), "pub(crate) fn matter(");
    let by_hand = kinds_of(&read("rooms/notices/src/settle.rs"), "pub(crate) fn by_hand(");
    assert!(all.len() > 25 && by_hand.len() >= 4, "{all:?} {by_hand:?}");
    let mut files = Vec::new();
    sources(&root.join("rooms"), &mut files);
    let mut ends = String::new();
    for file in files.iter().filter(|one| !one.to_string_lossy().contains("/tests/")) {
        let text = std::fs::read_to_string(file).unwrap();
        for mark in ["close(", "close_among(", "const KINDS", "const TASKS", "const TASK:"] {
            for (at, _) in text.match_indices(mark) {
                ends.extend(text[at..].chars().take(NEAR));
            }
        }
    }
    let endless: Vec<&String> = all.iter().filter(|kind| !by_hand.contains(kind) && !ends.contains(&format!("\"{kind}\""))).collect();
    assert!(endless.is_empty(), "no act closes these: {endless:?}");
}
