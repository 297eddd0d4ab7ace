//! Forms, walls and small parts, in their states. Invented names.

use foundation::Fen;
use maud::{Markup, html};

use crate::tag;
use crate::*;

fn fields(state: &FormState) -> Markup {
    html! {
        (Field::text("place", "上课地点").hint("具体到楼层和教室，检查人员要按它找到").required().max_length(60).show(state))
        (Field::radio("regime", "证书类型", [("completion", "合格证"), ("level", "职业技能等级证书"), ("ability", "专项职业能力证书")])
            .required().show(state))
        (Field::select("occupation", "职业（工种）", [("6-31-01-03", "电工"), ("4-10-01-02", "育婴员")]).required().show(state))
        (Field::number("trainees", "计划人数").unit("人").required().show(state))
        (Field::money("fee", "收费标准").hint("不收费填 0").show(state))
        (Field::date("starts", "开班日期").required().show(state))
        (Field::checkboxes("weekdays", "上课日", [("1", "周一"), ("3", "周三"), ("6", "周六")]).show(state))
        (Field::file("plan", "教学计划", ".pdf,.docx").hint("不超过 10 兆").show(state))
        (Field::text_area("note", "说明").max_length(200).show(state))
        (Field::checkbox("pledge", "承诺以上内容真实，如有虚假，退回补贴并承担责任").required().show(state))
    }
}

/// A form that was refused, with what was typed still there.
pub fn forms() -> Markup {
    let refusal =
        foundation::Rule { id: "T02", clause: "M3.1", source: "本系统课表", fix: "请改日期或教室" }
            .refuse("12月3日 实训楼 302 已排另一班")
            .at("starts");
    let mut state = FormState::from_pairs([
        ("place", "实训楼 302"),
        ("regime", "level"),
        ("trainees", "62"),
        ("starts", "2026-12-03"),
        ("fee", "0"),
    ]);
    state.error("trainees", "每班不超过 45 人，请拆成两班或减少人数").error("pledge", "请先阅读并承诺");
    let state = state.refused([refusal]);
    let options = Form {
        action: "/x".into(),
        submit: "提交申报".into(),
        also: vec![("存草稿".into(), "draft".into())],
        has_files: true,
        others: vec![Button::link("取消，回班级", "/x").quiet()],
        ..Form::default()
    };
    html! { (page_head("申报开班", "已照上一班填好，只改不同的地方", &[])) (form(&options, &state, fields(&state))) }
}

/// Live numbers, the schematic map and charts.
pub fn wall() -> Markup {
    let number = |label: &str, value: &str, unit: &str, note: &str, tone: Tone| WallNumber {
        label: label.into(),
        value: value.into(),
        unit: unit.into(),
        note: note.into(),
        href: "/specimens/register".into(),
        tone,
    };
    let region = |code: &str, name: &str, count: u32, shade: u8| MapRegion {
        code: code.into(),
        name: name.into(),
        value: format!("{count} 个"),
        shade,
        href: "/x".into(),
    };
    let cities = ["福州", "厦门", "漳州", "泉州", "三明", "莆田", "南平", "龙岩", "宁德", "平潭"];
    let chart = |title: &str, kind: ChartKind, series: Vec<Series>| Chart {
        title: title.into(),
        kind,
        unit: "人".into(),
        categories: cities.iter().map(|city| (*city).into()).collect(),
        series,
        hrefs: cities.iter().map(|_| "/specimens/register".into()).collect(),
    };
    let series = |name: &str, values: &[i64]| Series { name: name.into(), values: values.to_vec() };
    let (this, last) = (
        [4210, 3120, 2204, 6530, 1480, 1720, 1105, 1630, 1390, 210],
        [3900, 3300, 2010, 5980, 1520, 1490, 1200, 1580, 1210, 180],
    );
    html! {
        (page_head("全省看板", "每个数字都能点开看明细 · 每半分钟更新", &[]))
        (wall_numbers(&[
            number("今日在训", "12,480", "人", "比昨天多 312", Tone::Neutral),
            number("今日上课", "318", "班", "已点名 301", Tone::Neutral),
            number("本年补贴", "8,642", "万元", "预算的 71%", Tone::Neutral), number("未结预警", "47", "条", "超期 2 条", Tone::Act),
        ], None))
        div class="jb-wall" {
            (TileMap { title: "培训基地分布".into(), legend: "颜色越深，基地越多".into(), regions: vec![
                region("350700", "南平", 41, 1), region("350900", "宁德", 38, 1), region("350400", "三明", 52, 2),
                region("350100", "福州", 118, 4), region("350128", "平潭", 6, 0),
                region("350800", "龙岩", 47, 2), region("350500", "泉州", 126, 4), region("350300", "莆田", 44, 1),
                region("350600", "漳州", 63, 2), region("350200", "厦门", 92, 3)] })
            (chart("各设区市参训人数", ChartKind::Bar, vec![series("今年", &this), series("去年", &last)]))
            (chart("参训人数走势", ChartKind::Line, vec![series("今年", &this)]))
            (chart("参训人数占比", ChartKind::Pie, vec![series("今年", &this)]))
        }
    }
}

/// Small parts and error pages.
pub fn small_parts() -> Markup {
    let refusal = foundation::Rule {
        id: "M5.1",
        clause: "M5.1",
        source: "凡补必进、不进不补",
        fix: "请先在实名制系统登记后再申领",
    }
    .refuse("林*辉不在实名制系统登记名单中");
    html! {
        (page_head("小部件", "", &[Button::link("打印", "/x"),
            Button::post("停止培训", "/x").danger().confirm("停止后 42 名学员会收到通知，确定停止吗？"), Button::post("办结", "/x").main()]))
        (tabs("视图", &[NavItem { label: "待审".into(), href: "/specimens/parts".into(), count: Some(6) },
            NavItem::new("已审", "/specimens/parts?view=done"), NavItem::new("全部", "/specimens/parts?view=all")],
            "/specimens/parts"))
        (callout(Tone::Look, html! { "公示还有 2 天届满，届满前可以提出异议。" }))
        (refusals(std::slice::from_ref(&refusal)))
        (panel("状态与数字", html! {
            p {
                (tag::neutral("合格证类")) " " (tag::good("全部通过")) " " (tag::look("待回访"))
                " " (tag::act("高风险")) "　" (money(Fen(195_000))) "　" (money::formula(Fen(195_000), "1,500 × 1.3")) "　"
                (money::maybe(None))
            }
            div { "身份证号 " (Masked::new("身份证号", "3505**********1234").reveal_at("/x").field("person", "1")) }
            div { "手机号 " (Masked { is_revealed: true, ..Masked::new("手机号", "139 0000 1234") }) }
            (ShareMeter::online(26, 56, 40))
        }))
        (steps(&[Step::done("计划申报", "11月18日"), Step::stopped("审核", "11月24日 不予开班")]))
        (Progress { label: "导入花名册".into(), done: 620, total: 2_000, unit: "行".into(), note: "正在核对身份，约剩 1 分钟".into(),
            refresh: None, buttons: vec![Button::link("先去做别的", "/x")] })
        (panel("签到码", html! {
            (RotatingCode { text: "https://jinbu.invalid/c/483920".into(), digits: "483 920".into(),
                refresh: "/specimens/parts".into(), seconds_left: 60 })
        }))
        (queue_rows(&[], ""))
        (trail(&[]))
        (Confirm { title: "不予开班：电工（三级）2026年第4期".into(),
            effects: vec!["机构会收到决定书，可在 60 日内申请行政复议。".into(), "名册 42 人退回，可另报他班。".into()],
            form: Form { action: "/x".into(), submit: "不予开班".into(), is_danger: true, ..Form::default() },
            fields: Some(Field::text_area("reason", "理由").required().max_length(200).show(&FormState::new())),
            state: FormState::new(), back: "/x".into() })
        (error_page(404, "01JA8K2", None))
        (error_page(503, "01JA8K2", Some("/specimens/parts")))
    }
}
