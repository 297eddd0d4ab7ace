//! The components every page is built from (house.md §7, §12; pages.md). Knows words and layout, nothing
//! of rooms, store or desk. One file per component; `/specimens` shows them all.
//!
//! # How to build a page
//!
//! A handler asks the desk for a `Page` (frame: navigation, who, token) and renders
//! `page(&frame, body)`. The body is one of six kinds. Components implement `maud::Render`, so they are
//! put into markup as `(value)`. A fragment for htmx is the same function without `page`; pass it through
//! `csrf::fill` when it holds a POST form. Every POST form has `csrf::slot()` (components do it).
//!
//! **Queue** — home of a role:
//! ```ignore
//! html! { (Queue {
//!     title: "今日待办".into(), note: "11月24日 周二 · 共 27 件，其中 3 件今天到期".into(),
//!     cards: vec![StatCard::new("待审开班", "6").note("最早：明天到期").opens("/openings?state=waiting")],
//!     rows: vec![QueueRow {
//!         due: Due::at(deadline, now), matter: "开班审核".into(), subject: "晋江市安海职业培训学校".into(),
//!         detail: "缝纫工（四级）38 人".into(), href: Some("/classes/01J…".into()),
//!         category: Some(tag::neutral("合格证类")), amount: Some(Fen(4_940_000)),
//!         finding: Some(tag::good("全部 31 项通过")),
//!         button: Some(Button::post("准予开班", "/classes/01J…/opening/approval").main()), // clean: posts
//!         ..QueueRow::default()                                                  // red: Button::link("处理", …)
//!     }], ..Queue::default() }) }
//! ```
//!
//! **Dossier** — one class, person, institution, batch, case:
//! ```ignore
//! html! { (Dossier {
//!     head: DossierHead { title: "电工（三级）2026年第4期".into(), state: Some(tag::look("审核中")),
//!         due: Some(Due::on(limit, today)), number: "3505822026B00410004".into(), owner: "福建省晋江技师学院".into(),
//!         buttons: vec![Button::link("退回补正", "…"), Button::post("准予开班", "…").main().blocked_because("还有 2 人须处理")] },
//!     steps: vec![Step::done("受理", "11月19日 王志强"), Step::now("审核", "你 · 限 11月24日"), Step::to_come("实施")],
//!     main: vec![
//!         section("", html! { (facts_grid(&[("地点", "实训楼 302"), ("总课时", "56（实操 34 · 理论 22）")]))
//!                             (ShareMeter::online(20, 56, 40)) }),
//!         must_handle(&[CheckLine::fail("12月3日 08:30 同时段在另一班上课").subject("黄*琴").rule("T01").source("本系统课表")
//!             .way_out(Button::link("请其二选一", "…"))]),
//!         checklist("完备性 14 项 · 真实性 17 项", &[CheckLine::pass("实名核验 42 人一致").note("11月19日")]),
//!     ],
//!     side: vec![materials(&[Material::new("学员名册 42 人", "…")]),
//!                trail(&[TrailLine { what: "受理，转审核".into(), at: dates::moment(at, today), who: "王志强".into(),
//!                    journal: Some(184_007), href: None }])],
//! }) }
//! ```
//!
//! **Register** — a table whose address holds its filters (`export=` asks the same address for a file):
//! ```ignore
//! html! { (Register {
//!     title: "班级".into(), path: "/classes".into(), query: desk.query_pairs(),
//!     filters: vec![Filter::text("q", "班级或编号"), Filter::choice("state", "状态", [("teaching", "正在上课")])],
//!     columns: vec![Column::text("班级").sorts("name"), Column::number("人数").sorts("trainees"), Column::number("金额")],
//!     rows: classes.iter().map(|class| Row::link(format!("/classes/{}", class.id),
//!         vec![html! { (class.name) }, html! { (class.trainees) }, money(class.amount)])).collect(),
//!     total, page, per_page: 50, exports: vec![("Excel 表格".into(), "xlsx".into())],
//!     empty: "还没有班级。".into(), ..Register::default() }) }
//! ```
//!
//! **Form** — `FormState` keeps what was typed; answer 422 with the same function when `check` or the act refuses:
//! ```ignore
//! fn opening_form(state: &FormState) -> Markup { html! {
//!     (page_head("申报开班", "", &[]))
//!     (form(&Form { action: "/classes".into(), submit: "提交申报".into(), hidden: vec![("key".into(), key)],
//!         ..Form::default() }, state, html! {
//!         (Field::text("place", "上课地点").hint("具体到教室").required().show(state))
//!         (Field::radio("regime", "证书类型", [("completion", "合格证"), ("level", "职业技能等级证书")]).required().show(state))
//!         (Field::number("trainees", "计划人数").unit("人").required().show(state))
//!     })) } }
//! // handler: let mut state = FormState::from_pairs(pairs); if … { state.error("trainees", "请填 20 到 50 之间的人数"); }
//! //          Err(Stop::Refused(list)) => answer 422 with opening_form(&state.refused(list))
//! ```
//!
//! **Public page** — without an account, on a phone, printed:
//! ```ignore
//! public_page(&Page { title: "公示：2026年第21批".into(), crumbs: vec![("公示公开".into(), "/public".into())],
//!     ..Page::default() }, html! {
//!     (page_head("2026年第21批培训补贴公示", "公示期 11月19日 — 11月25日", &[]))
//!     (panel("", facts_grid(&[("机构", "4 个"), ("人数", "198 人")])))
//!     (simple_table("名单", &columns, &rows)) })
//! ```
//!
//! Addresses the frame itself uses; the desk answers them: `/`, `/sign-in`, POST `/sign-out`,
//! POST `/large-text` (`on`, `back`), `/offices`, `/publicity`, `/assets/{file}`.

pub mod assets;
pub mod button;
pub mod chart;
pub mod checklist;
pub mod confirm;
pub mod csrf;
pub mod dates;
pub mod dossier;
pub mod error_page;
pub mod field;
mod filters;
pub mod flash;
pub mod form;
pub mod layout;
pub mod masked;
pub mod meter;
pub mod money;
mod paging;
pub mod phone;
pub mod progress;
pub mod qr;
pub mod queue;
pub mod refusal;
pub mod specimens;
pub mod steps;
pub mod table;
pub mod tag;
pub mod tone;
pub mod trail;
pub mod wall;

pub use button::{Button, Weight, button_row};
pub use chart::{Chart, ChartKind, Series};
pub use checklist::{CheckLine, Outcome, check_lines, checklist, dense_checklist, must_handle};
pub use confirm::Confirm;
pub use dates::Due;
pub use dossier::{Dossier, DossierHead, Material, facts_grid, materials, section};
pub use error_page::error_page;
pub use field::{Field, FieldKind};
pub use flash::Flash;
pub use form::{Form, FormState, error_summary, field_row, fieldset, form};
pub use layout::{NavItem, Page, Who, callout, page, page_head, panel, phone_page, public_page, tabs};
pub use masked::Masked;
pub use meter::ShareMeter;
pub use money::money;
pub use phone::{PhoneCard, PhoneEnd, PhoneLine, phone_lines};
pub use progress::Progress;
pub use qr::{RotatingCode, qr};
pub use queue::{Queue, QueueRow, StatCard, queue_rows, stat_cards};
pub use refusal::{refusal, refusals};
pub use steps::{Step, StepState, steps};
pub use table::{Bulk, Column, Filter, FilterKind, Register, Row, empty_state, simple_table};
pub use tag::Tag;
pub use tone::Tone;
pub use trail::{TrailLine, trail, trail_lines};
pub use wall::{MapRegion, TileMap, WallNumber, wall_numbers};

/// The markup type pages return.
pub use maud::{Markup, Render, html};
