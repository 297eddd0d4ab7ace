//! The whole journal and every class against the database (M3.11, M8.9): what `jinbu verify --data` asks. A fact or row
//! that is gone or cannot be read is named, and everything else is checked all the same.

use foundation::{ClassId, Fault, Scope, Stop};
use journal::{Check, Difference, Report, VerifierKeys};
use store::query::{ColumnTrait, QueryFilter, QuerySelect};
use store::tables::journal::fact;
use store::{Reader, sequencer};

use crate::bundle::{export, keys};
use desk::Premises;

/// Entries read in one go.
const STEP: u64 = 2000;

/// The whole log: signature, numbers, tree. What the other tables say of it is `verify_classes`; `jinbu verify --data`
/// asks both. Errors: the database's.
pub async fn verify_database(premises: &Premises) -> Result<Report, Stop> {
    verify_log_by(premises, &keys(premises).verifier_keys()).await
}

/// The same by keys that the asker has from elsewhere.
pub async fn verify_log_by(premises: &Premises, trusted: &VerifierKeys) -> Result<Report, Stop> {
    let reader = premises.db.snapshot(Scope::Everything).await?;
    let Some(latest) = sequencer::latest(&reader).await? else { return without_checkpoint(&reader).await };
    let size = u64::try_from(latest.size).unwrap_or(0);
    let (mut all, mut unread) = (Vec::new(), Vec::new());
    let mut from = 0;
    while from < size {
        let until = (from + STEP).min(size);
        match bytes(&reader, from..until).await {
            Ok(entries) => all.extend(entries),
            Err(_) => one_by_one(&reader, from..until, &mut all, &mut unread).await?,
        }
        from = until;
    }
    let mut report = journal::verify_log(all, &latest.note, trusted);
    if !unread.is_empty() {
        let many = unread.len();
        report.checks.push(Check {
            name_zh: "读得出来".into(),
            ok: false,
            detail_zh: format!("{many} 条事实在数据库里读不出来"),
        });
        report.differences.extend(unread);
    }
    Ok(report)
}

/// A log without a checkpoint is empty, or somebody has taken the checkpoints away.
async fn without_checkpoint(reader: &Reader) -> Result<Report, Stop> {
    let placed = reader.count::<fact::Entity>(|q| q.filter(fact::Column::Seq.is_not_null()).limit(1)).await?;
    let what = "日志里有事实，却没有一个签名的检查点";
    let differences =
        (placed > 0).then(|| Difference { seq: None, fact: String::new(), what_zh: what.into() }).into_iter().collect();
    let check = Check {
        name_zh: "检查点签名".into(),
        ok: placed == 0,
        detail_zh: if placed == 0 { "日志还是空的" } else { what }.into(),
    };
    Ok(Report {
        checks: vec![check],
        differences,
        ..journal::verify_log(Vec::new(), "", &VerifierKeys::new(Vec::new()))
    })
}

async fn bytes(reader: &Reader, places: std::ops::Range<u64>) -> Result<Vec<Vec<u8>>, Stop> {
    let entries = sequencer::entries(reader, places).await?;
    entries.iter().map(|entry| entry.to_bytes().map_err(|e| Fault::Db(e.to_string()).into())).collect()
}

store::picked! {
    struct Placed { id: String, fact: String }
}

/// Where some of these facts cannot be read: the others are, and those are named.
async fn one_by_one(
    reader: &Reader,
    places: std::ops::Range<u64>,
    all: &mut Vec<Vec<u8>>,
    unread: &mut Vec<Difference>,
) -> Result<(), Stop> {
    for place in places {
        let Err(stop) = bytes(reader, place..place + 1).await.map(|entries| all.extend(entries)) else { continue };
        let at = i64::try_from(place).unwrap_or(i64::MAX);
        let row = reader
            .pick::<fact::Entity, Placed>(|q| {
                q.select_only()
                    .column(fact::Column::Id)
                    .column(fact::Column::Fact)
                    .filter(fact::Column::Seq.eq(at))
                    .limit(1)
            })
            .await?;
        let (id, kind) = row.into_iter().next().map_or_else(Default::default, |one| (one.id, one.fact));
        let what_zh = format!("数据库 fact 表 {id} 这一行读不出来，内容被改坏了（{}）", brief(&stop));
        unread.push(Difference { seq: Some(place), fact: kind, what_zh });
    }
    Ok(())
}

/// The first line of what the machinery said.
fn brief(stop: &Stop) -> String {
    stop.to_string().lines().next().unwrap_or("").chars().take(120).collect()
}

/// Every class that was ever approved, one by one: its rows against its facts, hours and money reckoned anew, as the
/// offline verifier does with its bundle. Errors: the database's.
pub async fn verify_classes(premises: &Premises) -> Result<Report, Stop> {
    verify_classes_by(premises, &keys(premises).verifier_keys()).await
}

/// The same by keys that the asker has from elsewhere.
pub async fn verify_classes_by(premises: &Premises, trusted: &VerifierKeys) -> Result<Report, Stop> {
    let reader = premises.db.snapshot(Scope::Everything).await?;
    let mut classes = Vec::new();
    for told in premises.declared().evidence.iter().filter_map(|room| room.classes) {
        classes.extend(told(&reader).await?);
    }
    if !classes.is_empty() && sequencer::latest(&reader).await?.is_none() {
        return Ok(nothing_placed(classes.len()));
    }
    let mut differences = Vec::new();
    for class in &classes {
        let found = match class.id.parse::<ClassId>() {
            Ok(id) => one_class(premises, &reader, &id, trusted).await?,
            Err(_) => vec![plain(format!("数据库 training_class 表 {} 这一行的编号不对", class.id))],
        };
        let named =
            |one: Difference| Difference { what_zh: format!("班级 {}：{}", class.class_no, one.what_zh), ..one };
        differences.extend(found.into_iter().map(named));
    }
    let check = Check {
        name_zh: "各班记录".into(),
        ok: differences.is_empty(),
        detail_zh: format!("{}个准予开班的班级，逐班与日志核对，学时和补贴重算", classes.len()),
    };
    Ok(Report { subject_zh: "各班核验结果".into(), checks: vec![check], differences, notices: Vec::new() })
}

/// A house that was stopped before its first facts got their places: said once, not once a class.
fn nothing_placed(classes: usize) -> Report {
    let what = format!("日志还没有检查点，{classes}个准予开班的班级都没有核对；请启动服务，等几秒钟后再核验");
    let check = Check { name_zh: "各班记录".into(), ok: false, detail_zh: what.clone() };
    Report {
        subject_zh: "各班核验结果".into(),
        checks: vec![check],
        differences: vec![plain(what)],
        notices: Vec::new(),
    }
}

async fn one_class(
    premises: &Premises,
    reader: &Reader,
    class: &ClassId,
    trusted: &VerifierKeys,
) -> Result<Vec<Difference>, Stop> {
    let stop = match export(premises, reader, reader, class).await {
        Ok(bundle) => return Ok(journal::verify(&bundle, Some(trusted)).differences),
        Err(stop) => stop,
    };
    let rows = unreadable(premises, reader, class).await?;
    if rows.is_empty() {
        return Ok(vec![plain(format!("这个班的记录读不出来（{}）", brief(&stop)))]);
    }
    Ok(rows
        .into_iter()
        .map(|row| plain(format!("数据库 {row} 这一行读不出来，内容被改坏了；这个班的其他记录没有核对")))
        .collect())
}

fn plain(what_zh: String) -> Difference {
    Difference { seq: None, fact: String::new(), what_zh }
}

/// The class's rows that cannot be read, `table 表 id`.
async fn unreadable(premises: &Premises, reader: &Reader, class: &ClassId) -> Result<Vec<String>, Stop> {
    let mut found = reader.unreadable::<fact::Entity>(fact::Column::Class.eq(class.clone()).into()).await?;
    for room in &premises.declared().evidence {
        found.extend((room.unreadable)(reader, class).await?);
    }
    Ok(found)
}
