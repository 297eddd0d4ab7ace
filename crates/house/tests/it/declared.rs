//! What the rooms declare holds together: every state is reached and left, every matter ends, every button leads
//! somewhere, every parameter is read, and nobody moves a thing but by a step (house.md §0; M8.9).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use desk::Act;
use desk::matter::Ends;
use desk::procedure::{Line, Table};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every source file of the rooms and crates, with its text; tests are others' business.
fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("tests") {
                walk(&path, into);
            } else if path.extension().is_some_and(|one| one == "rs") {
                into.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(&root().join("rooms"), &mut files);
    walk(&root().join("crates"), &mut files);
    files.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

/// The rooms' sources.
fn in_rooms() -> Vec<(PathBuf, String)> {
    sources().into_iter().filter(|(path, _)| path.components().any(|one| one.as_os_str() == "rooms")).collect()
}

/// Compares a document with what is made; `UPDATE=1` writes it.
fn stands(path: &str, text: &str) {
    let at = root().join(path);
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(&at, text).unwrap();
    }
    let there = std::fs::read_to_string(at).unwrap_or_default();
    assert!(
        there == text,
        "{path} is not what the tables say: run `UPDATE=1 cargo test -p house declared` and look at the difference"
    );
}

#[test]
fn every_state_is_reached_and_every_matter_ends() {
    let declared = house::routes().declared;
    let faults: Vec<&String> = declared.procedures.iter().flat_map(|one| &one.faults).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let asked: BTreeSet<&str> = declared.procedures.iter().flat_map(|one| one.asked.iter().copied()).collect();
    let stepped =
        declared.procedures.iter().flat_map(|table| &table.lines).flat_map(|line| line.by.all()).map(|by| by.act);
    let routes = house::routes();
    let acts: BTreeSet<&str> = routes.list.iter().map(|one| one.name).chain(stepped).collect();
    let mut kinds = BTreeSet::new();
    for one in &declared.matters {
        assert!(kinds.insert(one.kind), "two matters are called {}", one.kind);
        match one.ends {
            Ends::ByStep => assert!(asked.contains(one.kind), "{}: no procedure asks it, so no step ends it", one.kind),
            Ends::ByActs(ends) => {
                for act in ends {
                    assert!(acts.contains(act), "{}: there is no act {act}", one.kind);
                }
            }
            Ends::Finding | Ends::Seen => {}
        }
        assert!(
            declared.subject(one.about.kind).is_some(),
            "{} is about {}, which no room declares",
            one.kind,
            one.about.kind
        );
    }
    for kind in desk::FactDraft::COMMON {
        assert!(declared.subject(kind).is_some(), "facts speak of {kind}, which no room declares");
    }
    for kind in asked {
        assert!(kinds.contains(kind), "{kind} is asked by a step; put it into its room's MATTERS");
    }
}

#[test]
fn every_button_and_address_leads_somewhere() {
    let routes = house::routes();
    let declared = &routes.declared;
    let there = |method: &str, folder: &str, at: &str| {
        let path = if at.is_empty() {
            format!("{folder}/{{id}}")
        } else {
            format!("{folder}/{{id}}/{}", at.trim_start_matches('/'))
        };
        assert!(
            routes.list.iter().any(|one| one.method == method && one.path == path),
            "nothing answers {method} {path}"
        );
    };
    for one in declared.subjects.iter().filter(|one| !one.folder.is_empty() && one.kind != "certificate") {
        there("GET", one.folder, "");
    }
    for one in &declared.matters {
        if !one.at.is_empty() {
            there("GET", one.about.folder, one.at);
        }
        if let Some(quick) = &one.quick {
            there("POST", one.about.folder, quick.post);
        }
    }
    for (table, line) in declared.procedures.iter().flat_map(|table| table.lines.iter().map(move |line| (table, line)))
    {
        if let Some((method, at)) = line.press {
            there(method, table.subject.folder, at);
        }
        // A step's act is asked with the same permission and clause wherever it stands.
        for by in line.by.all() {
            for route in routes.list.iter().filter(|one| one.is_act && one.name == by.act) {
                assert_eq!(
                    (route.permission, route.clause),
                    (by.permission, by.clause),
                    "{}: {}",
                    table.name,
                    line.called
                );
            }
        }
    }
}

/// The class's table names acts of the funds' room, which it cannot see.
#[test]
fn the_acts_that_another_room_does_are_what_the_table_says() {
    use m3_funds::acts::draft::{ArchiveUnpaidClass, DraftClaim};
    use m3_funds::acts::payment::SettlePaymentBatch;
    use m3_funds::acts::settle::TakeBankReturn;
    fn said<A: Act>() -> (&'static str, &'static str, foundation::Permission, &'static str) {
        (A::NAME, A::TITLE, A::PERMISSION, A::CLAUSE)
    }
    let declared = house::routes().declared;
    let class = declared.procedures.iter().find(|one| one.name == "full-process").unwrap();
    for act in
        [said::<DraftClaim>(), said::<ArchiveUnpaidClass>(), said::<SettlePaymentBatch>(), said::<TakeBankReturn>()]
    {
        let mut all = class.lines.iter().flat_map(|one| one.by.all());
        let by = all.find(|one| one.act == act.0).unwrap_or_else(|| panic!("{} takes no step of a class", act.0));
        assert_eq!((by.act, by.title, by.permission, by.clause), act);
    }
}

#[test]
fn from_a_form_there_is_one_way_to_what_comes_after() {
    // A bulk step tells each that was refused by its name: it has no one form to show again.
    let by_hand: Vec<String> = in_rooms()
        .into_iter()
        .filter(|(path, _)| {
            !path.ends_with("m3-funds/src/pages/register.rs") && !path.components().any(|one| one.as_os_str() == "acts")
        })
        .flat_map(|(path, text)| {
            let found = text.lines().filter(|line| line.trim_start().starts_with("Err(Stop::Refused("));
            found.map(|line| format!("{}: {}", path.display(), line.trim())).collect::<Vec<_>>()
        })
        .collect();
    assert!(by_hand.is_empty(), "use desk.answer or desk.after: {by_hand:#?}");
}

#[test]
fn nobody_moves_a_thing_but_by_a_step() {
    let by_hand: Vec<String> = in_rooms()
        .iter()
        .flat_map(|(path, text)| {
            let is_table = text.contains("impl Procedure for");
            text.lines()
                .filter(|line| {
                    !is_table
                        && (line.contains("state: Set(")
                            || line.contains(".state = Set(")
                            || line.contains("disabled: Set("))
                })
                .map(|line| format!("{}: {}", path.display(), line.trim()))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(by_hand.is_empty(), "take the step instead (desk::procedure::take): {by_hand:#?}");
    let tags: Vec<String> = in_rooms()
        .iter()
        .filter(|(_, text)| text.contains("\"class_state\"") || text.contains("\"claim_state\""))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(tags.is_empty(), "the step puts the state on the fact: {tags:?}");
}

#[test]
fn m8_1_every_parameter_is_read_or_waits() {
    let texts: Vec<String> =
        sources().into_iter().filter(|(path, _)| !path.ends_with("policy_table.rs")).map(|(_, text)| text).collect();
    for key in reckoning::policy::KEYS {
        let (call, limit) = (format!(".{}()", key.key), format!("limit!({})", key.key));
        let is_read = texts.iter().any(|text| text.contains(&call) || text.contains(&limit));
        assert_eq!(
            is_read,
            key.waits_for.is_none(),
            "{}: read by somebody, or `waits` says which issue it waits for",
            key.key
        );
    }
}

#[test]
fn the_tables_and_pictures_in_docs_are_the_code() {
    let routes = house::routes();
    let declared = &routes.declared;
    let stepped = declared
        .procedures
        .iter()
        .flat_map(|table| &table.lines)
        .flat_map(|line| line.by.all())
        .map(|by| (by.act, by.title));
    let titles: BTreeMap<&str, &str> = routes.acts.iter().map(|one| (one.name, one.title)).chain(stepped).collect();
    let title = |act: &str| (*titles.get(act).unwrap_or_else(|| panic!("there is no act {act}"))).to_owned();
    let mut text = "# 办理步骤\n\n由各房间的步骤表生成（`UPDATE=1 cargo test -p house declared` 重写）。\
        每一行是一步：从哪里、到哪里、谁办、限期、下一步轮到谁、留下什么事实。\n"
        .to_owned();
    for one in &declared.procedures {
        let _ = write!(text, "\n## {}\n\n{}", one.title, rows(one));
        let picture = format!(
            "# {}：状态\n\n由步骤表生成，`UPDATE=1 cargo test -p house declared` 重写。\n\n```mermaid\n{}```\n",
            one.title, one.picture
        );
        stands(&format!("docs/states/{}.md", one.name), &picture);
    }
    text.push_str("\n## 待办\n\n| 待办 | 谁的 | 关于 | 怎样结束 |\n|---|---|---|---|\n");
    for one in &declared.matters {
        let ends = match one.ends {
            Ends::ByStep => "办下一步".to_owned(),
            Ends::ByActs(acts) => acts.iter().map(|act| title(act)).collect::<Vec<_>>().join("、"),
            Ends::Finding => "登记结果".to_owned(),
            Ends::Seen => "知道了".to_owned(),
        };
        let _ = writeln!(
            text,
            "| {} `{}` | {} | {} | {ends} |",
            one.called,
            one.kind,
            one.audience.called(),
            one.about.called
        );
    }
    stands("docs/procedures.zh.md", &text);
}

fn rows(table: &Table) -> String {
    let mut text = "| 步骤 | 从 | 到 | 办理 | 谁可以 | 谁不可以 | 条款 | 限期 | 下一步 | 按钮 | 事实 | 文书 |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for Line { from, to, called, by, due, next, button, facts, document, apart, .. } in &table.lines {
        let acts = by.all().map(|one| format!("{} `{}`", one.title, one.act)).collect::<Vec<_>>().join(" 或 ");
        let mut who: Vec<String> = by.all().map(|one| one.permission.words()).collect();
        who.dedup();
        let apart: Vec<&str> = apart.iter().map(|one| one.why).collect();
        let (who, apart) = (who.join(" 或 "), apart.join("、"));
        let from = if from.is_empty() { "—".to_owned() } else { from.join("、") };
        let facts = facts.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(" ");
        let _ = writeln!(
            text,
            "| {called} | {from} | {to} | {acts} | {who} | {apart} | {} | {due} | {next} | {button} | {facts} | \
             {document} |",
            by.clause
        );
    }
    text
}

#[test]
fn m8_9_who_serves_another_clause_than_his_function_says_why() {
    let clauses = std::fs::read_to_string(root().join("policy/clauses.csv")).unwrap();
    let known: BTreeSet<&str> = clauses.lines().filter_map(|line| line.split(',').next()).collect();
    for one in house::routes().list {
        assert!(known.contains(one.clause), "{}: {} is no clause of the measures", one.name, one.clause);
        let foundation::Permission::Of(function, _) = one.permission else { continue };
        assert_eq!(
            one.clause != function.clause(),
            !one.clause_why.is_empty(),
            "{} {}: clause {}, function {} {}",
            one.path,
            one.name,
            one.clause,
            function.clause(),
            function.title()
        );
    }
}

#[test]
fn m3_11_rules_are_declared_once_each_under_its_name() {
    let clauses = std::fs::read_to_string(root().join("policy/clauses.csv")).unwrap();
    let known: BTreeSet<&str> = clauses.lines().filter_map(|line| line.split(',').next()).collect();
    let declared = house::routes().declared;
    let mut seen = BTreeSet::new();
    for rule in &declared.rules {
        assert!(known.contains(rule.clause), "{}: {} is no clause of the measures", rule.id, rule.clause);
        assert!(
            seen.insert((rule.id, rule.clause, rule.source)),
            "{} ({}, {}) is declared twice: name one and use it",
            rule.id,
            rule.clause,
            rule.source
        );
    }
    assert!(seen.len() > 100, "{}", seen.len());
}

#[test]
fn every_address_is_answered_and_none_is_put_together_from_pieces() {
    let plain = |path: &str| {
        path.split('/')
            .map(|part| if part.starts_with('{') && part.ends_with('}') { "{}" } else { part })
            .collect::<Vec<_>>()
            .join("/")
    };
    let answered: BTreeSet<String> = house::routes().list.iter().map(|one| plain(&one.path)).collect();
    for pattern in foundation::at::ALL.iter().chain(foundation::at::ASKED) {
        assert!(answered.contains(*pattern), "nothing answers {pattern}");
    }
    // What has a word of its own for its last part is told apart by the part itself.
    let is_piece =
        |literal: &str| literal.starts_with('/') && literal.contains('{') && answered.contains(&plain(literal));
    let asks = |literal: &str| {
        let asked = literal.split_once('?').map_or("", |(_, rest)| rest);
        asked
            .split_once('=')
            .is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|one| one.is_ascii_lowercase()))
    };
    let mut pieces = Vec::new();
    for (path, text) in in_rooms() {
        let made = text
            .match_indices("format!(\"")
            .filter_map(|(at, found)| text[at + found.len()..].split('"').next())
            .filter(|one| is_piece(one));
        let asked = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .flat_map(|line| line.split('"').skip(1).step_by(2))
            .filter(|one| asks(one));
        pieces.extend(made.chain(asked).map(|literal| format!("{}: {literal}", path.display())));
    }
    assert!(pieces.is_empty(), "use foundation::at: {pieces:#?}");
}

/// A room stands in the house by its manifest: each folder of `rooms/` is joined, once.
#[test]
fn every_room_is_joined() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rooms");
    let there: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|one| one.unwrap())
        .filter(|one| one.path().join("Cargo.toml").exists())
        .map(|one| one.file_name().into_string().unwrap())
        .collect();
    let joined: Vec<&str> = house::rooms().iter().map(|one| one.name).collect();
    assert_eq!(
        there,
        joined.iter().map(|one| (*one).to_owned()).collect(),
        "a room is joined by a line in house::rooms()"
    );
    assert_eq!(there.len(), joined.len(), "joined twice");
}
