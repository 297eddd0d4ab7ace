//! What page forms ask otherwise than the acts behind them, by address: laid over the act's fields as they are.

/// The forms. A name that begins with `?` stands in the address, a `$` in a name or at the head of a text is filled as
/// in an act's example (a field for each of many), and what is called `file` is uploaded.
const FORMS: &[(&str, &str)] = &[
    ("/api/v1/demo-sign-in", r#"{"persona": "school-clerk"}"#),
    ("/claims/bulk", r#"{"do": "pay", "pick": ["$claim"]}"#),
    ("/classes/{id}/exam", r#"{"theory_$each-sitter": "80", "practice_$each-sitter": "75"}"#),
    ("/classes/{id}/roster", r#"{"file": "$roster-file"}"#),
    ("/classes/{id}/sessions", r#"{"starts": "06:00"}"#),
    ("/classes/{id}/slips", r#"{"pick": ["$enrolment"]}"#),
    ("/classes/{id}/submit", r#"{"pledge": "1"}"#),
    (
        "/classes/{id}/timetable",
        r#"{"weekdays": ["1", "2", "3", "4", "5", "6", "7"], "morning": "08:30", "afternoon": "14:00",
            "evening": "19:00"}"#,
    ),
    (
        "/classes/{id}/trainees",
        r#"{"name": "陈进补", "id_type": "居民身份证", "id_number": "$spare-id-number", "phone": "13905951234"}"#,
    ),
    ("/feedback-desk/{class}", r#"{"code": "$desk-code", "name": "$desk-name", "last": "$desk-last"}"#),
    ("/feedback-desk/{class}/answers", r#"{"attended_in_person": "yes", "was_charged": "no"}"#),
    ("/fund-accounts", r#"{"budget": "4000000"}"#),
    ("/me/feedback/{class}", r#"{"attended_in_person": "yes", "was_charged": "no"}"#),
    ("/payment-batches/{id}/refuse", r#"{"undo": "收款账户有误，请核对后重做"}"#),
    ("/payment-batches/{id}/withdraw", r#"{"undo": "收款账户有误，请核对后重做"}"#),
    ("/payment-batches/{id}/return", r#"{"file": "$bank-answer"}"#),
    ("/payment-batches/{id}/settle", r#"{"result_$line": "paid", "reference_$line": "2026110200017"}"#),
    ("/personas", r#"{"login": "school-clerk"}"#),
    ("/persons/{id}/reveal", r#"{"reason": "电话核实到课情况"}"#),
    ("/public/objections/new", r#"{"?claim": "$claim"}"#),
    ("/sessions/{id}/edit", r#"{"starts": "06:00"}"#),
];

/// What the form at an address asks otherwise; empty for nothing.
pub fn form(path: &str) -> &'static str {
    FORMS.iter().find(|(one, _)| *one == path).map_or("", |(_, text)| text)
}

/// A form that no page has would be asked of nobody.
#[test]
fn every_form_stands_at_an_address() {
    let routes = house::routes();
    for (path, text) in FORMS {
        assert!(routes.list.iter().any(|one| one.method == "POST" && one.path == *path), "{path}");
        assert!(serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).is_ok(), "{path}: {text}");
    }
}
