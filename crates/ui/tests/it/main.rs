//! Snapshots of the few components whose markup other parts rely on (styles, scripts, end-to-end tests):
//! a queue row, a line that must be handled, a field with an error, a share meter. house.md §7, §8.

use foundation::Fen;
use ui::{
    Button, CheckLine, Due, Field, FormState, Markup, QueueRow, Render, ShareMeter, must_handle, queue_rows, tag,
};

/// One tag a line, so that a change reads as a change.
fn lines(markup: Markup) -> String {
    markup.into_string().replace("><", ">\n<")
}

#[test]
fn a_clean_queue_row_posts_in_one_click() {
    let row = QueueRow {
        due: Due {
            text: "今天 17:30".into(),
            tone: ui::Tone::Act,
            days: 0,
            date: foundation::Date::from_ymd_opt(2026, 11, 24),
        },
        matter: "开班审核".into(),
        subject: "安海职业培训学校".into(),
        detail: "缝纫工（四级）38 人".into(),
        amount: Some(Fen(4_940_000)),
        finding: Some(tag::good("全部 31 项通过")),
        button: Some(Button::post("准予开班", "/classes/1/opening/approval").main()),
        ..QueueRow::default()
    };
    insta::assert_snapshot!(lines(queue_rows(&[row], "")));
}

#[test]
fn m3_1_a_line_to_handle_names_rule_fact_source_and_way_out() {
    let line = CheckLine::fail("在校生，未到毕业学年")
        .subject("吴*凯")
        .rule("E05")
        .source("教育学籍 11月20日")
        .way_out(Button::post("移出名单", "/x").confirm("移出？"));
    insta::assert_snapshot!(lines(must_handle(&[line])));
}

#[test]
fn a_wrong_field_keeps_its_value_and_says_why() {
    let mut state = FormState::new().with("trainees", "62");
    state.error("trainees", "每班不超过 45 人");
    insta::assert_snapshot!(lines(
        Field::number("trainees", "计划人数").unit("人").hint("按花名册").required().show(&state)
    ));
}

#[test]
fn m6_a_share_meter_draws_without_inline_style() {
    insta::assert_snapshot!(lines(ShareMeter::online(26, 56, 40).render()));
}
