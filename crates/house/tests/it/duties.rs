//! Separation of duties (M8.4; domain §1.3 职责分离): of every act that decides, whose hand must not have done what else.
//! As complete as the matrix of rights: an act that decides and says nothing does not compile (`Act::HANDS`). Printed
//! for whoever reviews it and reads no Rust.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use desk::Hands;
use desk::api::ActDoc;
use desk::picture::KeptApart;
use foundation::Permission;

/// Act → who is kept from it, as the procedures' tables say.
fn in_tables() -> BTreeMap<&'static str, Vec<KeptApart>> {
    let mut all: BTreeMap<&'static str, Vec<KeptApart>> = BTreeMap::new();
    for line in house::routes().declared.procedures.into_iter().flat_map(|one| one.lines) {
        let acts: Vec<&str> = line.by.all().map(|by| by.act).collect();
        for act in acts {
            let kept = line.apart.iter().map(|one| KeptApart { acts: one.acts.clone(), ..*one });
            all.entry(act).or_default().extend(kept);
        }
    }
    all.retain(|_, kept| !kept.is_empty());
    all
}

fn decides(act: &ActDoc) -> bool {
    use foundation::Right::{Create, Read, Witness};
    matches!(act.permission, Permission::Of(_, right) if !matches!(right, Create | Read | Witness))
}

#[test]
fn m8_4_whose_hand_must_not_have_done_what_else() {
    let routes = house::routes();
    let titles: BTreeMap<&str, &str> = routes.acts.iter().map(|one| (one.name, one.title)).collect();
    let tables = in_tables();
    let title = |act: &str| (*titles.get(act).unwrap_or_else(|| panic!("no act is called {act}"))).to_owned();
    let mut text = "# 职责分离\n\n\
        每一项审批、核实、发布、拨付、设置类的办理：谁办过别的什么就不能再办它，或者为什么一个人办就够。\
        由各办理的声明生成（`UPDATE=1 cargo test -p house duties` 重写），\
        与 crates/foundation/authority.txt（谁能办什么）一起审阅。\n\n\
        | 办理 | 谁可以 | 办过这些的人不可以 | 说明 |\n|---|---|---|---|\n"
        .to_owned();
    let mut said = BTreeSet::new();
    for act in &routes.acts {
        let kept = tables.get(act.name);
        let (others, why) = match act.hands {
            Hands::Any => {
                assert!(!decides(act), "{}: it decides; const HANDS says who else", act.name);
                assert!(kept.is_none(), "{}: its table keeps somebody from it: HANDS = Hands::Table", act.name);
                continue;
            }
            Hands::One(why) => {
                assert!(kept.is_none(), "{}: its table keeps somebody from it: HANDS = Hands::Table", act.name);
                assert!(why.chars().count() > 5, "{}: why is one hand enough?", act.name);
                ("—".to_owned(), why.to_owned())
            }
            Hands::Not(others) => (
                others.iter().map(|(act, _)| title(act)).collect::<Vec<_>>().join("、"),
                others.iter().map(|(_, why)| *why).collect::<Vec<_>>().join("；"),
            ),
            Hands::Table => {
                let kept = kept.unwrap_or_else(|| panic!("{}: no row of APART keeps anybody from it", act.name));
                let other = |one: &KeptApart| {
                    let acts: Vec<String> = one.acts.iter().map(|act| title(act)).collect();
                    if one.is_only { format!("除办过“{}”的本人", acts.join("、")) } else { acts.join("、") }
                };
                let whys: Vec<&str> = kept.iter().map(|one| one.why).collect();
                (kept.iter().map(other).collect::<Vec<_>>().join("、"), whys.join("；"))
            }
        };
        said.insert(act.name);
        let _ = writeln!(text, "| {} `{}` | {} | {others} | {why} |", act.title, act.name, act.permission.words());
    }
    let strange: Vec<&&str> = tables.keys().filter(|act| !said.contains(*act)).collect();
    assert!(strange.is_empty(), "tables keep somebody from these, whose HANDS do not say so: {strange:?}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/duties.zh.md");
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(&path, &text).unwrap();
    }
    let there = std::fs::read_to_string(path).unwrap_or_default();
    assert!(there == text, "docs/duties.zh.md is not what the acts say: UPDATE=1 cargo test -p house duties");
}
