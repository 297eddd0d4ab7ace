//! Bundles: a good one is clean; a changed row, a dishonest claim, an omitted fact or another key is
//! told with the fact it concerns (M3.11, M8.9).

use foundation::{ClaimId, Fen, Periods};
use journal::bundle::{Bundle, Contents, Rows};
use journal::facts::ClaimedItem;
use journal::{Keys, Report, verify, verify_log};

use reckoning::hours::Kind;

use crate::world::{World, example_1, example_1_claiming, example_1_then, keys};

/// Seals what `change` makes of the contents: somebody inside with the keys, or an honest export of a
/// changed database.
fn sealed(world: &World, change: impl FnOnce(&mut Contents)) -> Report {
    let mut contents = world.contents();
    change(&mut contents);
    verify(&Bundle::seal(contents, &keys()).unwrap(), Some(&keys().verifier_keys()))
}

#[test]
fn app_b_example_1_verifies_to_the_fen() {
    let bundle = example_1().bundle();
    let report = verify(&bundle, Some(&keys().verifier_keys()));
    assert!(report.is_clean(), "{}", report.render());
    let text = report.render();
    assert!(text.ends_with("\n0 处不一致"), "{text}");
    assert!(text.contains("2人，重算总额2,650元"), "{text}");
    assert!(report.checks.iter().all(|check| check.ok) && report.checks.len() >= 14, "{text}");
    let read = Bundle::from_json(&bundle.to_json().unwrap()).unwrap();
    assert_eq!(read, bundle);
    assert!(verify(&read, None).render().contains("请与公开发布的公钥核对"));
}

/// Changing one row makes one difference at one fact, told in Chinese.
#[track_caller]
fn row_changed(change: impl FnOnce(&mut Rows), fact: &str, what: &str) {
    let report = sealed(&example_1(), |contents| change(&mut contents.rows));
    let told: Vec<_> = report
        .differences
        .iter()
        .filter(|one| one.fact == fact && one.seq.is_some() && one.what_zh.contains(what))
        .collect();
    assert!(!told.is_empty(), "wanted {fact} {what}:\n{}", report.render());
    assert!(report.differences.iter().all(|one| one.seq.is_some()), "{}", report.render());
    assert!(report.render().ends_with(&format!("{} 处不一致", report.differences.len())));
}

#[test]
fn one_changed_row_names_its_fact() {
    row_changed(|rows| rows.class.state = "A99".into(), "ClaimPaid", "班级状态：日志是「A90」，数据库是「A99」");
    row_changed(
        |rows| rows.class.policy = rows.class.policy.clone().map(|policy| policy.with("fen_per_period", 2600)),
        "ClassOpeningApproved",
        "政策参数「每课时补贴标准」：日志是2500分/课时，数据库是2600分/课时",
    );
    row_changed(|rows| rows.class.policy = None, "ClassOpeningApproved", "没有固定政策参数");
    row_changed(
        |rows| rows.class.periods_online = Periods(20),
        "ClassOpeningSubmitted",
        "班级线上课时：日志是22课时，数据库是20课时",
    );
    row_changed(|rows| rows.class.facts += 1, "ClaimPaid", "数据库记有本班级事实");
    row_changed(
        |rows| rows.sessions[0].periods = Periods(8),
        "ClassOpeningSubmitted",
        "课时：日志是4课时，数据库是8课时",
    );
    row_changed(|rows| drop(rows.sessions.pop()), "ClassOpeningSubmitted", "数据库里没有");
    row_changed(|rows| drop(rows.enrolments.pop()), "ClassOpeningSubmitted", "数据库里没有");
    row_changed(
        |rows| rows.attendance[0].at += chrono::TimeDelta::minutes(1),
        "TraineesSignedIn",
        "时间：日志是2026-03-02 08:25:00，数据库是2026-03-02 08:26:00",
    );
    row_changed(|rows| rows.attendance[1].method = Some("manual".into()), "TraineesSignedOut", "方式：日志是qr");
    row_changed(
        |rows| rows.attendance[2].enrolment = rows.enrolments[2].enrolment.clone(),
        "RollCalled",
        "的学员：日志是",
    );
    row_changed(|rows| rows.attendance[2].fact = rows.attendance[0].fact.clone(), "RollCalled", "对应的事实编号");
    row_changed(
        |rows| rows.attendance.iter_mut().find(|row| row.kind == Kind::Correction).unwrap().kind = Kind::RollCall,
        "AttendanceCorrected",
        "类别：日志是更正，数据库是点名",
    );
    row_changed(|rows| drop(rows.attendance.remove(0)), "TraineesSignedIn", "数据库里没有");
    row_changed(|rows| rows.attendance.push(rows.attendance[0].clone()), "TraineesSignedIn", "出现两次");
    row_changed(
        |rows| rows.exam_results[0].practice = 59,
        "CompletionExamConfirmed",
        "实操成绩：日志是75分，数据库是59分",
    );
    row_changed(|rows| rows.certificates[0].number.push('X'), "CompletionCertificateIssued", "证书编号");
    row_changed(
        |rows| rows.claim.as_mut().unwrap().total_fen = Fen(265_001),
        "ClaimDrafted",
        "申领总额：日志是2,650元，数据库是2,650.01元",
    );
    row_changed(|rows| rows.claim.as_mut().unwrap().state = "draft".into(), "ClaimPaid", "补贴申领状态");
    row_changed(|rows| rows.claim = None, "ClaimDrafted", "数据库里没有");
    row_changed(
        |rows| rows.claim_items[0].amount_fen = Fen(130_000),
        "ClaimDrafted",
        "补贴金额：日志是1,250元，数据库是1,300元",
    );
    row_changed(
        |rows| rows.claim_items[0].credited_online = Periods(20),
        "ClaimDrafted",
        "实到线上课时：日志是22，数据库是20",
    );
    row_changed(|rows| rows.claim_items.push(rows.claim_items[0].clone()), "ClaimDrafted", "出现两次");
    row_changed(|rows| rows.payments[0].amount_fen = Fen(125_100), "ClaimPaid", "金额：日志是2,650元，数据库是2,651元");
    row_changed(|rows| rows.payments[0].reference.push('8'), "ClaimPaid", "金额：日志是2,650元，数据库是1,400元");
}

/// Rows and facts may agree with each other and still be wrong: the reckoning tells.
#[track_caller]
fn dishonest(claimed: impl Fn(&mut Vec<journal::facts::ClaimedItem>), fact: &str, what: &str) {
    let world = example_1_claiming(|mut items| {
        claimed(&mut items);
        items
    });
    let report = sealed(&world, |_| {});
    assert!(
        report.differences.iter().any(|one| one.fact == fact && one.what_zh.contains(what)),
        "wanted {fact} {what}:\n{}",
        report.render()
    );
}

#[test]
fn a_claim_that_the_facts_do_not_bear_is_told() {
    dishonest(|items| items[0].amount_fen = Fen(130_000), "ClaimDrafted", "补贴金额：申领时是1,300元，重算是1,250元");
    dishonest(|items| items[0].amount_fen = Fen(130_000), "ClaimDrafted", "申领总额：申领时是2,700元，重算是2,650元");
    dishonest(|items| items[0].amount_fen = Fen(130_000), "ClaimPaid", "拨付总额：拨付了2,700元，重算应为2,650元");
    dishonest(|items| items[0].credited_offline = Periods(34), "ClaimDrafted", "实到线下课时：申领时是34，重算是30");
    dishonest(|items| items[0].payable = Periods(52), "ClaimDrafted", "可计课时：申领时是52，重算是50");
    dishonest(|items| items.push(items[0].clone()), "ClaimDrafted", "出现两次");
    let absent = example_1().rows.enrolments[2].enrolment.clone();
    for what in ["出勤率0.00%，不到80%", "没有结业考核合格的事实", "没有发放合格证的事实", "没有学员评价的事实"]
    {
        dishonest(|items| items[1].enrolment = absent.clone(), "ClaimDrafted", what);
    }
}

/// A published claim loses lines only by an upheld objection; sent back, it is drafted anew like any draft.
#[test]
fn m8_9_a_published_claim_changes_only_by_objection_or_return() {
    let told = |then: fn(&mut World, &ClaimId, Vec<ClaimedItem>) -> Vec<ClaimedItem>| {
        verify(&example_1_then(then).bundle(), Some(&keys().verifier_keys()))
    };
    let struck = told(|world, claim, mut items| {
        let gone = items.pop().unwrap();
        world.upheld(claim, &[gone.enrolment]);
        world.draft(claim, &items);
        items
    });
    assert!(struck.is_clean(), "{}", struck.render());
    let silently = told(|world, claim, mut items| {
        items.pop();
        world.draft(claim, &items);
        items
    });
    assert!(
        silently.differences.iter().any(|one| one.fact == "ClaimDrafted" && one.what_zh.contains("没有对应的异议成立")),
        "{}",
        silently.render()
    );
    let added = told(|world, claim, items| {
        world.sent_back(claim);
        world.draft(claim, &items[..1]);
        world.published(claim);
        world.draft(claim, &items);
        items
    });
    assert!(added.differences.iter().any(|one| one.what_zh.contains("被增加或改动")), "{}", added.render());
    let again = told(|world, claim, items| {
        world.sent_back(claim);
        world.draft(claim, &items[..1]);
        world.draft(claim, &items);
        world.published(claim);
        items
    });
    assert!(again.is_clean(), "{}", again.render());
    let nothing = told(|world, claim, _| {
        world.sent_back(claim);
        world.draft(claim, &[]);
        world.published(claim);
        Vec::new()
    });
    assert!(nothing.differences.iter().any(|one| one.what_zh.contains("金额为零")), "{}", nothing.render());
}

#[test]
fn an_omitted_fact_leaves_a_gap() {
    let world = example_1();
    let count = world.contents().entries.len();
    for gone in [0, 1, 5, count - 2, count - 1] {
        let report = sealed(&world, |contents| drop(contents.entries.remove(gone)));
        let wanted = if gone == count - 1 { "证据包里到第" } else { "的事实不连续" };
        assert!(
            report.differences.iter().any(|one| one.seq.is_some() && one.what_zh.contains(wanted)),
            "{gone}:\n{}",
            report.render()
        );
    }
    let doubled = sealed(&world, |contents| contents.entries.insert(3, contents.entries[3].clone()));
    assert!(doubled.differences.iter().any(|one| one.what_zh.contains("重复出现")), "{}", doubled.render());
}

#[test]
fn a_rewritten_fact_does_not_prove() {
    let mut world = example_1();
    let honest = world.contents();
    let paid = world.entries.len() - 1;
    world.entries[paid].body["total_fen"] = 300_000.into();
    let report = sealed(&world, |contents| {
        let rewritten = contents.entries.pop().unwrap();
        *contents = honest;
        contents.entries.pop();
        contents.entries.push(rewritten);
    });
    assert!(
        report
            .differences
            .iter()
            .any(|one| one.seq == Some(paid as u64) && one.fact == "ClaimPaid" && one.what_zh.contains("内容被改动过")),
        "{}",
        report.render()
    );
}

#[test]
fn other_keys_are_not_ours() {
    let world = example_1();
    let others = Keys::from_seeds(crate::world::ORIGIN, [8; 32], [9; 32]).unwrap();
    let forged = Bundle::seal(world.contents(), &others).unwrap();
    assert!(!verify(&forged, None).is_clean(), "the checkpoint is signed by other keys than the bundle brings");
    let report = verify(&world.bundle(), Some(&others.verifier_keys()));
    assert!(report.differences.iter().any(|one| one.what_zh.contains("核验人持有的公钥不同")), "{}", report.render());
    let bundle = Bundle { keys: others.verifier_keys(), ..world.bundle() };
    assert!(!verify(&bundle, Some(&keys().verifier_keys())).is_clean());
}

#[test]
fn an_opened_value_must_be_the_committed_one() {
    let report = sealed(&example_1(), |contents| contents.openings.as_mut().unwrap()[0].value = "陈秀媚".into());
    assert!(
        report.differences.iter().any(|one| one.seq == Some(1) && one.what_zh.contains("承诺值不符")),
        "{}",
        report.render()
    );
}

#[test]
fn a_class_on_its_way_verifies_too() {
    let mut world = example_1();
    // Only the application and the approval have happened.
    world.entries.truncate(3);
    let rows = &mut world.rows;
    (rows.class.state, rows.class.facts) = ("A30".into(), 2);
    (rows.attendance, rows.exam_results, rows.certificates) = (vec![], vec![], vec![]);
    (rows.claim, rows.claim_items, rows.payments) = (None, vec![], vec![]);
    let report = sealed(&world, |_| {});
    assert!(report.is_clean(), "{}", report.render());
}

#[test]
fn the_whole_log_verifies_and_any_change_shows() {
    let world = example_1();
    let (bytes, _) = world.log();
    let (checkpoint, public) = (world.checkpoint(), keys().verifier_keys());
    let clean = verify_log(bytes.clone(), &checkpoint, &public);
    assert!(clean.is_clean() && clean.render().ends_with("0 处不一致"), "{}", clean.render());
    let told = |bytes: Vec<Vec<u8>>, what: &str| {
        let report = verify_log(bytes, &checkpoint, &public);
        assert!(report.differences.iter().any(|one| one.what_zh.contains(what)), "wanted {what}:\n{}", report.render());
    };
    let mut swapped = bytes.clone();
    swapped.swap(4, 5);
    told(swapped, "实际排在");
    let mut shorter = bytes.clone();
    shorter.pop();
    told(shorter, "日志只有");
    let mut changed = bytes.clone();
    let text = String::from_utf8(changed[1].clone()).unwrap().replace("350582", "350583");
    changed[1] = text.into_bytes();
    told(changed, "树根与检查点不同");
    let mut longer = bytes.clone();
    longer.push(b"not yet signed".to_vec());
    assert!(verify_log(longer, &checkpoint, &public).is_clean(), "a checkpoint speaks of its first entries only");
}

/// One fact taken out of the middle: one line says which, the rest of the log is still held against its own places.
#[test]
fn a_deleted_fact_is_one_line_and_not_one_for_every_fact_after_it() {
    let world = example_1();
    let (bytes, _) = world.log();
    let (checkpoint, public) = (world.checkpoint(), keys().verifier_keys());
    let mut without = bytes.clone();
    without.remove(2);
    let report = verify_log(without, &checkpoint, &public);
    let lines: Vec<&str> = report.differences.iter().map(|one| one.what_zh.as_str()).collect();
    assert!(
        lines.len() <= 3 && lines.iter().any(|line| line.contains("日志第2号事实不在数据库里")),
        "{}",
        report.render()
    );
    assert!(lines.iter().any(|line| line.contains("共缺少1条事实")), "{}", report.render());
    let mut without = bytes;
    without.drain(2..5);
    let report = verify_log(without, &checkpoint, &public);
    assert!(report.differences.iter().any(|one| one.what_zh.contains("第2号至第4号共3条事实")), "{}", report.render());
}
