//! Every row of the database against the fact it came from (M3.11, M8.9): what facts say and rows do
//! not, what rows say and facts do not, and where both speak and differ.

use std::collections::{BTreeMap, BTreeSet};

use foundation::{FactId, Instant, Periods, SessionId, TypedId};
use reckoning::hours::Kind;
use reckoning::policy::Policy;

use crate::bundle::{AttendanceRow, CertificateRow, ExamResultRow, Rows, SessionRow};
use crate::facts::{CLASS_STATE, ClassFact, PlannedSession, SignEntry};

use super::chain::Facts;
use super::compare::{Expected, Fields, check_state, compare, compare_fields, when};
use super::report::{Findings, Source};

/// Compares all rows.
pub(super) fn check(rows: &Rows, facts: &Facts, findings: &mut Findings) {
    check_class(rows, facts, findings);
    check_sessions(rows, facts, findings);
    check_enrolments(rows, facts, findings);
    check_attendance(rows, facts, findings);
    check_exams(rows, facts, findings);
    check_certificates(rows, facts, findings);
}

/// The class's meetings as the facts before `before` leave them, each with its fact.
pub(super) fn planned(facts: &Facts, before: u64) -> BTreeMap<SessionId, (Source, PlannedSession)> {
    let mut sessions = BTreeMap::new();
    for one in facts.all.iter().filter(|one| one.entry.seq < before) {
        let changed = match &one.fact {
            ClassFact::ClassOpeningSubmitted(body) => {
                sessions.clear();
                &body.sessions
            }
            ClassFact::ClassScheduleChanged(body) => &body.sessions,
            _ => continue,
        };
        sessions.extend(changed.iter().map(|session| (session.session.clone(), (one.source.clone(), session.clone()))));
    }
    sessions
}

fn check_class(rows: &Rows, facts: &Facts, findings: &mut Findings) {
    let approved = facts.last(|fact| if let ClassFact::ClassOpeningApproved(body) = fact { Some(body) } else { None });
    match (approved, &rows.class.policy) {
        (Some((source, body)), Some(policy)) => compare_policies(source, &body.policy, policy, findings),
        (Some((source, _)), None) => findings.differs(Some(source), "数据库里的班级没有固定政策参数"),
        (None, Some(_)) => findings.differs(None, "数据库里的班级固定了政策参数，日志里没有准予开班的事实"),
        (None, None) => {}
    }
    if let Some((source, body)) =
        facts.last(|fact| if let ClassFact::ClassOpeningSubmitted(body) = fact { Some(body) } else { None })
    {
        let differ = [
            ("总课时", body.periods_total, rows.class.periods_total),
            ("线上课时", body.periods_online, rows.class.periods_online),
        ];
        for (what, said, has) in differ {
            if said != has {
                findings.differs(Some(source), format!("班级{what}：日志是{said}课时，数据库是{has}课时"));
            }
        }
    }
    let has_state = check_state(CLASS_STATE, "班级", &rows.class.state, facts, findings);
    findings.ends(
        "班级",
        if has_state {
            "核对政策参数、课时和状态"
        } else {
            "核对政策参数和课时；日志没有记状态，状态未核对"
        },
    );
}

fn compare_policies(source: &Source, said: &Policy, has: &Policy, findings: &mut Findings) {
    let differences = said.differences(has);
    for one in differences.iter().filter(|one| one.values.0 != one.values.1) {
        let ((said, has), unit) = (&one.values, one.unit);
        findings.differs(Some(source), format!("政策参数「{}」：日志是{said}{unit}，数据库是{has}{unit}", one.label));
    }
    for one in differences.iter().filter(|one| one.documents.0 != one.documents.1) {
        let (said, has) = &one.documents;
        findings.differs(Some(source), format!("政策参数「{}」的依据文件：日志是{said}，数据库是{has}", one.label));
    }
    if said.scheme() != has.scheme() {
        findings.differs(Some(source), "政策参数属于哪种补贴：数据库与日志不同");
    }
}

fn check_sessions(rows: &Rows, facts: &Facts, findings: &mut Findings) {
    let name = |id: &SessionId| format!("课次 {id}");
    let fields = |starts: Instant, ends: Instant, periods: Periods, online: bool| -> Fields {
        vec![
            ("开始时间", when(starts)),
            ("结束时间", when(ends)),
            ("课时", format!("{periods}课时")),
            ("授课方式", if online { "线上" } else { "线下" }.to_owned()),
        ]
    };
    let expected: Expected = planned(facts, u64::MAX)
        .into_iter()
        .map(|(id, (source, one))| (name(&id), (source, fields(one.starts_at, one.ends_at, one.periods, one.online))))
        .collect();
    let actual = rows
        .sessions
        .iter()
        .map(|row: &SessionRow| (name(&row.session), fields(row.starts_at, row.ends_at, row.periods, row.online)));
    let submitted =
        facts.last(|fact| matches!(fact, ClassFact::ClassOpeningSubmitted(_)).then_some(())).map(|(source, ())| source);
    compare(expected, actual, submitted, findings);
    findings.ends("课次", format!("{}次", rows.sessions.len()));
}

/// The roster may grow after the opening: an enrolment is accounted for by the application or by any
/// fact about it.
fn check_enrolments(rows: &Rows, facts: &Facts, findings: &mut Findings) {
    let name = |id: &str| format!("学员 {id}");
    let mut expected = Expected::new();
    let mut submitted = None;
    for one in &facts.all {
        let about = one.entry.about.iter().filter(|about| about.kind == "enrolment").map(|about| about.id.as_str());
        let mut said: Vec<&str> = about.collect();
        if let ClassFact::ClassOpeningSubmitted(body) = &one.fact {
            said.extend(body.enrolments.iter().map(TypedId::as_str));
            submitted = Some(&one.source);
        }
        for id in said {
            expected.entry(name(id)).or_insert_with(|| (one.source.clone(), Vec::new()));
        }
    }
    let actual = rows.enrolments.iter().map(|row| (name(row.enrolment.as_str()), Vec::new()));
    compare(expected, actual, submitted, findings);
    findings.ends("花名册", format!("{}人", rows.enrolments.len()));
}

fn check_attendance(rows: &Rows, facts: &Facts, findings: &mut Findings) {
    let mut expected = Expected::new();
    for row in attendance(facts, u64::MAX) {
        let source = facts
            .all
            .iter()
            .find(|one| one.entry.id == row.fact)
            .map(|one| one.source.clone())
            .expect("rows are made from these facts");
        let name = format!("考勤记录 {}", row.attendance);
        if expected.contains_key(&name) {
            findings.differs(Some(&source), format!("{name}在日志里出现两次"));
        }
        expected.insert(name, (source, attendance_fields(&row)));
    }
    let mut seen = BTreeSet::new();
    for row in &rows.attendance {
        // A row that no fact speaks of is told with the fact it points at, where that is here.
        let points_at = facts.all.iter().find(|one| one.entry.id == row.fact).map(|one| &one.source);
        let name = format!("考勤记录 {}", row.attendance);
        if !seen.insert(name.clone()) {
            findings.differs(points_at, format!("{name}在数据库里出现两次"));
        }
        match expected.get(&name) {
            Some((source, said)) => compare_fields(source, &name, said, &attendance_fields(row), findings),
            None => findings.differs(points_at, format!("数据库有{name}，日志里没有")),
        }
    }
    for (name, (source, _)) in expected.iter().filter(|(name, _)| !seen.contains(*name)) {
        findings.differs(Some(source), format!("日志有{name}，数据库里没有"));
    }
    findings.ends("考勤", format!("{}条", rows.attendance.len()));
}

/// The attendance rows that the facts before `before` make.
pub(super) fn attendance(facts: &Facts, before: u64) -> Vec<AttendanceRow> {
    let mut rows = Vec::new();
    for one in facts.all.iter().filter(|one| one.entry.seq < before) {
        let fact = &one.entry.id;
        match &one.fact {
            ClassFact::TraineesSignedIn(b) => {
                rows.extend(b.entries.iter().map(|entry| signed(entry, fact, &b.session, Kind::SignIn)))
            }
            ClassFact::TraineesSignedOut(b) => {
                rows.extend(b.entries.iter().map(|entry| signed(entry, fact, &b.session, Kind::SignOut)))
            }
            ClassFact::RollCalled(b) => rows.extend(b.entries.iter().map(|entry| AttendanceRow {
                attendance: entry.attendance.clone(),
                fact: fact.clone(),
                session: b.session.clone(),
                enrolment: entry.enrolment.clone(),
                kind: Kind::RollCall,
                at: entry.at,
                method: None,
            })),
            ClassFact::AttendanceCorrected(b) => rows.push(AttendanceRow {
                attendance: b.attendance.clone(),
                fact: fact.clone(),
                session: b.session.clone(),
                enrolment: b.enrolment.clone(),
                kind: Kind::Correction,
                at: b.at,
                method: None,
            }),
            _ => {}
        }
    }
    rows
}

fn signed(entry: &SignEntry, fact: &FactId, session: &SessionId, kind: Kind) -> AttendanceRow {
    AttendanceRow {
        attendance: entry.attendance.clone(),
        fact: fact.clone(),
        session: session.clone(),
        enrolment: entry.enrolment.clone(),
        kind,
        at: entry.at,
        method: Some(entry.method.clone()),
    }
}

fn attendance_fields(row: &AttendanceRow) -> Fields {
    let kind = match row.kind {
        Kind::SignIn => "签到",
        Kind::SignOut => "签退",
        Kind::RollCall => "点名",
        Kind::Correction => "更正",
    };
    vec![
        ("对应的事实编号", row.fact.to_string()),
        ("课次", row.session.to_string()),
        ("学员", row.enrolment.to_string()),
        ("类别", kind.to_owned()),
        ("时间", when(row.at)),
        ("方式", row.method.clone().unwrap_or_else(|| "无".to_owned())),
    ]
}

fn check_exams(rows: &Rows, facts: &Facts, findings: &mut Findings) {
    let fields = |theory: i32, practice: i32, passed: bool| -> Fields {
        vec![
            ("理论成绩", format!("{theory}分")),
            ("实操成绩", format!("{practice}分")),
            ("结果", if passed { "合格" } else { "不合格" }.to_owned()),
        ]
    };
    let mut expected = Expected::new();
    let mut confirmed = None;
    for one in &facts.all {
        let ClassFact::CompletionExamConfirmed(body) = &one.fact else { continue };
        confirmed = Some(&one.source);
        for result in &body.results {
            let name = format!("学员 {} 结业考核 {} 的成绩", result.enrolment, body.exam);
            expected.insert(name, (one.source.clone(), fields(result.theory, result.practice, result.passed)));
        }
    }
    let name = |row: &ExamResultRow| format!("学员 {} 结业考核 {} 的成绩", row.enrolment, row.exam);
    compare(
        expected,
        rows.exam_results.iter().map(|row| (name(row), fields(row.theory, row.practice, row.passed))),
        confirmed,
        findings,
    );
    findings.ends("结业考核成绩", format!("{}条", rows.exam_results.len()));
}

fn check_certificates(rows: &Rows, facts: &Facts, findings: &mut Findings) {
    let mut expected = Expected::new();
    for one in &facts.all {
        let ClassFact::CompletionCertificateIssued(body) = &one.fact else { continue };
        let fields = vec![("学员", body.enrolment.to_string()), ("证书编号", body.number.clone())];
        expected.insert(format!("合格证 {}", body.certificate), (one.source.clone(), fields));
    }
    let fields = |row: &CertificateRow| vec![("学员", row.enrolment.to_string()), ("证书编号", row.number.clone())];
    compare(
        expected,
        rows.certificates.iter().map(|row| (format!("合格证 {}", row.certificate), fields(row))),
        None,
        findings,
    );
    findings.ends("合格证", format!("{}本", rows.certificates.len()));
}
