//! Whole pages: queue, dossier, register, phone, public. Invented names, the moments of the drawings.

use chrono::NaiveDate;
use foundation::{Date, Fen, Instant, clock};
use maud::{Markup, html};

use crate::tag;
use crate::*;

fn day(month: u32, day: u32) -> Date {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap_or_default()
}
fn at(month: u32, of: u32, hour: u32, minute: u32) -> Instant {
    clock::at_local(day(month, of).and_hms_opt(hour, minute, 0).unwrap_or_default())
}

/// A county officer's home.
pub fn queue() -> Markup {
    let page = Queue {
        title: "今日待办".into(),
        note: "11月23日 周一 · 按时限与金额排序 · 共 27 件，其中 3 件今天到期".into(),
        cards: vec![
            StatCard::new("正在上课", "14 班").note("应到 512 · 实到 497").opens("/specimens/register"),
            StatCard::new("待审开班", "6").note("最早：明天到期").opens("/specimens/register"),
            StatCard::new("待审补贴", "¥ 386,400").note("212 人 · 全部通过机审 198 人").opens("/specimens/register"),
            StatCard::new("公示中", "3 批").note("11月25日届满 · 异议 0").opens("/specimens/public"),
            StatCard::new("未结预警", "5").note("高 2 · 中 3").opens("/specimens/register").tone(Tone::Act),
        ],
        rows: due_rows(),
        pages: Some((1, 2, "/specimens/queue".into())),
        ..Queue::default()
    };
    html! { (page) }
}

fn row(due: Due, matter: &str, subject: &str, detail: &str, yuan: Option<i64>) -> QueueRow {
    QueueRow {
        due,
        matter: matter.into(),
        subject: subject.into(),
        detail: detail.into(),
        href: Some("/specimens/dossier".into()),
        amount: yuan.and_then(Fen::from_yuan),
        ..QueueRow::default()
    }
}

/// What waits, the most urgent first.
fn due_rows() -> Vec<QueueRow> {
    let now = at(11, 23, 9, 12);
    let today = day(11, 23);
    let open = |label: &str| Some(Button::link(label, "/specimens/dossier"));
    vec![
        QueueRow {
            category: Some(tag::neutral("合格证类")),
            finding: Some(tag::good("全部 31 项通过")),
            button: Some(Button::post("准予开班", "/x").main()),
            ..row(
                Due::at(at(11, 23, 17, 30), now),
                "开班审核",
                "晋江市安海职业培训学校",
                "缝纫工（四级）38 人",
                Some(49_400),
            )
        },
        QueueRow {
            finding: Some(tag::act("高 · 本规则查实率 71%")),
            button: open("核查"),
            ..row(
                Due::at(at(11, 23, 17, 30), now),
                "预警核查",
                "A07 批量秒签",
                "池店电商班 11月21日下午 · 同一设备 12 人 40 秒",
                Some(21_000),
            )
        },
        QueueRow {
            finding: Some(tag::look("待回访")),
            button: open("查看"),
            ..row(
                Due::at(at(11, 23, 23, 59), now),
                "公示异议",
                "2026年第19批",
                "第 7 行 林*辉 · 反映“未参加培训”",
                Some(1_250),
            )
        },
        QueueRow {
            category: Some(tag::neutral("等级证书类")),
            finding: Some(tag::act("2 人须处理")),
            finding_note: "同时段在另一班 1 · 在校生 1".into(),
            button: open("处理"),
            ..row(Due::on(day(11, 24), today), "开班审核", "福建省晋江技师学院", "电工（三级）42 人", Some(81_900))
        },
        QueueRow {
            finding: Some(tag::good("198 人全部通过")),
            button: Some(
                Button::post("整批通过", "/x").main().confirm("198 人、¥ 361,800 将转入公示，确定整批通过吗？"),
            ),
            ..row(Due::on(day(11, 25), today), "补贴复审", "2026年第21批", "4 个机构 · 198 人", Some(361_800))
        },
        QueueRow {
            finding: Some(tag::neutral("已交证据 4 件")),
            button: open("复查"),
            ..row(Due::on(day(11, 27), today), "整改复查", "青阳家政培训中心", "实训设备不足", None)
        },
        QueueRow {
            finding: Some(tag::look("2 人不一致")),
            button: open("核对"),
            ..row(Due::on(day(11, 30), today), "证书核对", "陈埭鞋类设计班", "35 人 · 查询一致 33", Some(52_500))
        },
    ]
}

/// Reviewing a class.
pub fn dossier() -> Markup {
    let today = day(11, 23);
    let line = |what: &str, at: Instant, who: &str, journal: u64| TrailLine {
        what: what.into(),
        at: dates::moment(at, today),
        who: who.into(),
        journal: Some(journal),
        href: Some("/x".into()),
    };
    let page = Dossier {
        head: DossierHead {
            title: "电工（三级）2026年第4期".into(),
            state: Some(tag::look("审核中")),
            due: Some(Due::on(day(11, 24), today)),
            number: "3505822026B00410004".into(),
            owner: "福建省晋江技师学院".into(),
            buttons: vec![
                Button::link("退回补正", "/x"),
                Button::link("不予开班", "/x").danger(),
                Button::post("准予开班", "/x").main().blocked_because("还有 2 人须处理，处理后即可准予"),
            ],
        },
        steps: vec![
            Step::done("计划申报", "11月18日"),
            Step::done("受理", "11月19日 王志强"),
            Step::now("审核", "你 · 限 11月24日"),
            Step::to_come("实施"),
            Step::to_come("证书核对"),
            Step::to_come("学员评价"),
            Step::to_come("补贴"),
        ],
        main: examined(),
        side: vec![
            materials(&[
                Material::new("学员名册 42 人", "/x"),
                Material::new("教学计划与课表 14 次课", "/x"),
                Material::new("机构承诺书 · 学员承诺书 42 份", "/x"),
                Material::missing("考核方案"),
            ]),
            trail(&[
                line("机审完成：31 项中 2 项阻断、1 项提示", at(11, 23, 9, 12), "系统", 184_233),
                line("受理，转审核", at(11, 19, 15, 40), "王志强", 184_007),
                line("名册由 43 人改为 42 人", at(11, 19, 10, 2), "机构 李雪梅", 183_951),
                line("提交计划与承诺", at(11, 18, 16, 25), "机构 李雪梅", 183_610),
            ]),
        ],
    };
    html! { (page) }
}

/// What the reviewer of a class sees: its facts, what must be handled, what was checked.
fn examined() -> Vec<Markup> {
    let facts = [
        ("证书类型", html! { "职业技能等级证书" }),
        ("起止", html! { (dates::range(day(12, 1), day(12, 9))) }),
        ("地点", html! { "晋江市梅岭街道 实训楼 302" }),
        ("人数 / 额定", html! { "42 / 45" }),
        ("总课时", html! { "56（实操 34 · 理论 22）" }),
        ("补贴标准", money::formula(Fen(195_000), "1,500 × 1.3")),
        ("依据", html! { "闽人社发〔2024〕3号" }),
        ("资金", html! { "就业补助资金 · 余 " (money(Fen(238_160_000))) }),
    ];
    vec![
        section("", html! { (facts_grid(&facts)) (ShareMeter::online(20, 56, 40)) }),
        must_handle(&[
            CheckLine::fail("12月3日 08:30 同时段在另一班上课")
                .subject("黄*琴")
                .rule("T01")
                .detail("石狮市 母婴护理第7期 第3次课")
                .source("本系统课表")
                .way_out(Button::link("请其二选一", "/x")),
            CheckLine::fail("在校生，未到毕业学年")
                .subject("吴*凯")
                .rule("E05")
                .detail("泉州轻工职业学院 2025级")
                .source("教育学籍 11月20日")
                .way_out(Button::post("移出名单", "/x").confirm("把吴*凯移出名单？本人会收到短信，可以申诉。")),
        ]),
        checklist(
            "完备性 14 项 · 真实性 17 项",
            &[
                CheckLine::pass("实名核验 42 人一致").note("11月19日"),
                CheckLine::pass("累计次数、同职业同等级、失业保险补贴均不重复").note("E11–E15"),
                CheckLine::pass("3 名教师资质有效、无同时段授课").note("T03"),
                CheckLine::pass("场地与设备 2026年9月12日实地核实，工位 48").note("I10"),
                CheckLine::look("评价机构与培训机构同一举办者，须联考或改派")
                    .rule("C05")
                    .source("统一社会信用代码一致")
                    .way_out(Button::link("改为联考", "/x")),
                CheckLine::new(Outcome::Waiting, "社保参保状态尚未返回").rule("E07").source("社保数据共享"),
            ],
        ),
    ]
}

/// Classes as a register, then an empty one.
pub fn register() -> Markup {
    let data = [
        ("缝纫工（四级）2026年第6期", "晋江市安海职业培训学校", "待审核", 38u32, 49_400i64, 11u32, Tone::Neutral),
        ("电工（三级）2026年第4期", "福建省晋江技师学院", "须处理", 42, 81_900, 12, Tone::Act),
        ("育婴员（五级）2026年第2期", "青阳家政培训中心", "正在上课", 36, 45_000, 11, Tone::Neutral),
        ("鞋类设计师（四级）2026年第1期", "陈埭鞋业公共实训基地", "证书核对", 35, 52_500, 10, Tone::Look),
        ("电子商务师（三级）2026年第9期", "池店镇职业培训站", "已完成", 45, 67_500, 9, Tone::Good),
    ];
    let state = |word: &str, tone: Tone| Tag::new(word, tone);
    let rows = data
        .iter()
        .map(|(class, institution, word, trainees, yuan, month, tone)| {
            Row::link(
                "/specimens/dossier",
                vec![
                    html! { (class) },
                    html! { (institution) },
                    html! { (state(word, *tone)) },
                    html! { (dates::range(day(*month, 1), day(*month, 9))) },
                    html! { (trainees) },
                    money(Fen(yuan * 100)),
                ],
            )
            .tone(*tone)
            .pick("01J")
        })
        .collect();
    let page = Register {
        title: "班级".into(),
        note: "晋江市 · 2026年".into(),
        path: "/specimens/register".into(),
        buttons: vec![Button::link("申报新班", "/x").main()],
        query: vec![("sort".into(), "-starts".into())],
        filters: vec![
            Filter::text("q", "班级、编号或机构"),
            Filter::choice("state", "状态", [("a", "待审核"), ("b", "正在上课")]),
            Filter::day("from", "开班不早于"),
        ],
        columns: vec![
            Column::text("班级").sorts("name"),
            Column::text("机构"),
            Column::text("状态"),
            Column::text("起止").sorts("starts"),
            Column::number("人数").sorts("trainees"),
            Column::number("补贴").sorts("amount"),
        ],
        rows,
        sums: vec![html! { "合计" }, html! {}, html! {}, html! {}, html! { "196" }, money(Fen(29_630_000))],
        total: 1_204,
        page: 1,
        per_page: 50,
        exports: vec![("Excel 表格".into(), "xlsx".into()), ("文本表格".into(), "csv".into())],
        bulk: Some(Bulk {
            action: "/x".into(),
            acts: vec![("通过所选".into(), "approve".into()), ("退回所选".into(), "return".into())],
            all_picked: false,
        }),
        ..Register::default()
    };
    html! { (page) (empty_state("还没有班级。", Some(&Button::link("申报新班", "/x").main()))) }
}

/// A trainee of 52.
pub fn phone() -> Markup {
    html! {
        (PhoneCard {
            title: "育婴员 · 第2期".into(), lines: vec!["今天下午 14:00 — 16:15 · 实训室 2".into(), "老师：许丽华".into()],
            main: Some(Button::post("签到", "/x").field("key", "01J")), keeps_offline: true,
            others: vec![Button::link("没有摄像头", "/x"), Button::post("请老师代点", "/x")],
        })
        (phone_lines(&[
            PhoneLine::score("我的课时", "31", "56").note("要满 45 课时才能结业"),
            PhoneLine::tag("今天上午 08:30", tag::good("✓ 已签 4 课时")),
            PhoneLine::tag("昨天下午", tag::look("少 1 课时 · 看原因")).opens("/x"),
            PhoneLine::text("我不在场？记错了？", "告诉我们").opens("/x"),
        ]))
        (phone_lines(&[PhoneLine::text("结业后预计补贴", "机构代领 ¥ 1,250").opens("/x"),
            PhoneLine::text("谁看过我的资料", "3 次").opens("/x")]))
    }
}

/// A public notice.
pub fn public() -> Markup {
    let rows: Vec<Row> = [
        ("陈*英", "育婴员（五级）", "青阳家政培训中心", 125_000i64),
        ("林*辉", "电工（三级）", "福建省晋江技师学院", 195_000),
        ("黄*琴", "缝纫工（四级）", "晋江市安海职业培训学校", 130_000),
    ]
    .iter()
    .map(|(name, occupation, institution, fen)| {
        Row::plain(vec![html! { (name) }, html! { (occupation) }, html! { (institution) }, money(Fen(*fen))])
    })
    .collect();
    let columns =
        [Column::text("姓名"), Column::text("职业（等级）"), Column::text("机构"), Column::number("补贴金额")];
    html! {
        (page_head("2026年第21批职业培训补贴公示", "公示期 11月19日 — 11月25日 · 晋江市人力资源和社会保障局", &[]))
        (panel("", facts_grid(&[("机构", "4 个"), ("人数", "198 人"), ("金额", "¥ 361,800"), ("依据", "闽人社发〔2024〕3号")])))
        (simple_table("公示名单", &columns, &rows))
    }
}
