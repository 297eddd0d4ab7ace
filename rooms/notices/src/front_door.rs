//! The public's front door: is this certificate real, what is paid and for whom, who may teach, and the
//! province's numbers, each opening its rows (M8.9; pages.md "Public page").

use std::sync::Arc;

use desk::Desk;
use foundation::codes::{ClaimState, ClassPhase, ClassState, DirectoryState, NeedsState};
use foundation::{DistrictCode, Stop, at};
use maud::{Markup, html};
use store::query::{Alias, ColumnTrait, Expr, ExprTrait, QueryFilter, QueryOrder, QuerySelect};
use store::tables::funds::claim;
use store::tables::institutions::institution;
use store::tables::journal::fact;
use store::tables::needs::needs_item;
use store::tables::supervision::{certificate, training_class};
use ui::{Chart, ChartKind, Series, StatCard};

use crate::cards::{Total, claims, total, yuan};

/// Seconds for which the numbers are kept.
const KEPT_S: i64 = 60;

/// What the province counts in public: no row is smaller than a city's sum.
struct Numbers {
    items: u64,
    institutions: u64,
    shown: Total,
    paid: Total,
    running: i64,
    trained: i64,
    certificates: u64,
    facts: i64,
    cities: Vec<City>,
}

struct City {
    code: DistrictCode,
    name: &'static str,
    trained: i64,
    fen: i64,
}

store::picked! {
    struct ByDistrict {
        district: DistrictCode,
        total: Option<i64>,
    }
}

async fn count(desk: &Desk) -> Result<Numbers, Stop> {
    let reader = desk.as_system("public-numbers").read().await?;
    let taught = ClassState::in_phases(&[
        ClassPhase::Teaching,
        ClassPhase::Assessing,
        ClassPhase::Certified,
        ClassPhase::Archived,
    ]);
    let people = reader
        .pick::<training_class::Entity, ByDistrict>(|q| {
            q.select_only()
                .column(training_class::Column::District)
                .column_as(
                    Expr::col((training_class::Entity, training_class::Column::EnrolledCount))
                        .sum()
                        .cast_as(Alias::new("bigint")),
                    "total",
                )
                .filter(training_class::Column::State.is_in(taught))
                .group_by(training_class::Column::District)
        })
        .await?;
    let money = reader
        .pick::<claim::Entity, ByDistrict>(|q| {
            q.select_only()
                .column(claim::Column::District)
                .column_as(
                    Expr::col((claim::Entity, claim::Column::Total)).sum().cast_as(Alias::new("bigint")),
                    "total",
                )
                .filter(claim::Column::State.eq(ClaimState::Paid))
                .group_by(claim::Column::District)
        })
        .await?;
    let below = |city: DistrictCode, rows: &[ByDistrict]| -> i64 {
        let path = city.management_path();
        rows.iter().filter(|one| path.covers(&one.district.management_path())).filter_map(|one| one.total).sum()
    };
    let cities = DistrictCode::PROVINCE
        .subordinates()
        .map(|city| City { code: city, name: city.name(), trained: below(city, &people), fen: below(city, &money) })
        .collect();
    let claims = claims(&reader, &[ClaimState::Published, ClaimState::UnderObjection, ClaimState::Paid]).await?;
    let running = reader
        .count::<training_class::Entity>(|q| {
            q.filter(training_class::Column::State.is_in(ClassState::in_phases(&[ClassPhase::Teaching])))
        })
        .await?;
    Ok(Numbers {
        items: reader
            .count::<needs_item::Entity>(|q| q.filter(needs_item::Column::State.eq(NeedsState::Published)))
            .await?,
        institutions: reader
            .count::<institution::Entity>(|q| q.filter(institution::Column::State.eq(DirectoryState::Listed)))
            .await?,
        shown: total(&claims, &[ClaimState::Published.code(), ClaimState::UnderObjection.code()]),
        paid: total(&claims, &[ClaimState::Paid.code()]),
        running: i64::try_from(running).unwrap_or(0),
        trained: people.iter().filter_map(|one| one.total).sum(),
        certificates: reader.count::<certificate::Entity>(|q| q.filter(certificate::Column::Valid.eq(true))).await?,
        facts: reader
            .list::<fact::Entity>(|q| {
                q.filter(fact::Column::Seq.is_not_null()).order_by_desc(fact::Column::Seq).limit(1)
            })
            .await?
            .first()
            .and_then(|one| one.seq)
            .map_or(0, |seq| seq + 1),
        cities,
    })
}

/// The page's body.
pub async fn body(desk: &Desk) -> Result<Markup, Stop> {
    let numbers: Arc<Numbers> = desk.premises.memo.get("public-numbers", desk.now(), KEPT_S, count(desk)).await?;
    Ok(html! {
        (ui::page_head("福建省补贴性职业技能培训", "政府补贴的培训，谁都能查、能核对", &[]))
        (question())
        (doors(&numbers))
        (ui::stat_cards(&figures(&numbers)))
        (charts(&numbers))
        (staff(desk))
    })
}

/// The first thing that people come for.
fn question() -> Markup {
    html! {
        form class="jb-panel jb-ask" method="get" action="/verify" role="search" aria-label="查验证书" {
            label class="jb-h2" for="front-number" { "这张证书是真的吗？" }
            div class="jb-ask__row" {
                input class="form-control" type="text" id="front-number" name="number" maxlength="40" autocomplete="off"
                    required aria-describedby="front-hint";
                button class="btn btn-primary jb-btn" type="submit" { "查验证书" }
            }
            p class="jb-faint" id="front-hint" { "填证书上以 PXHG 开头的编号，共 25 位；也可以用手机扫证书上的二维码" }
        }
    }
}

fn doors(numbers: &Numbers) -> Markup {
    let shown = if numbers.shown.rows == 0 {
        "现在没有正在公示的补贴".to_owned()
    } else {
        format!("{} 笔正在公示，共 {}", numbers.shown.rows, yuan(&numbers.shown))
    };
    let doors = [
        ("/needs", "需求指导目录", "政府补贴哪些培训、补多少", format!("{} 个项目已发布", numbers.items)),
        ("/institutions", "培训机构目录", "到哪里学，找谁报名", format!("{} 家机构在目录内", numbers.institutions)),
        ("/publicity", "补贴公示", "钱发给谁，有异议就说", shown),
        (
            "/journal",
            "公开日志",
            "谁都能核对的账，改一个字都看得出",
            format!("{} 条事实", ui::trail::grouped(u64::try_from(numbers.facts).unwrap_or(0))),
        ),
    ];
    html! {
        nav class="jb-doors" aria-label="公众查询" {
            @for (href, name, what, now) in &doors {
                a class="jb-door" href=(href) {
                    strong { (name) " ›" } span { (what) } span class="jb-door__now" { (now) }
                }
            }
        }
    }
}

fn figures(numbers: &Numbers) -> Vec<StatCard> {
    let grouped = |n: i64| ui::trail::grouped(u64::try_from(n).unwrap_or(0));
    vec![
        StatCard::new("正在培训", format!("{} 班", numbers.running)).note("每次课签到、点名都进日志"),
        StatCard::new("参加培训", format!("{} 人次", grouped(numbers.trained))).note("开班以来，含正在培训的"),
        StatCard::new("培训合格证书", format!("{} 张", grouped(i64::try_from(numbers.certificates).unwrap_or(0))))
            .note("有效的，都能扫码查验")
            .opens("/verify"),
        StatCard::new("已拨付补贴", yuan(&numbers.paid))
            .note(format!("{} 人次，均经公示", grouped(numbers.paid.persons))),
    ]
}

fn charts(numbers: &Numbers) -> Markup {
    let chart = |title: &str, unit: &str, name: &str, value: fn(&City) -> i64| Chart {
        title: title.into(),
        kind: ChartKind::Bar,
        categories: numbers.cities.iter().map(|one| one.name.to_owned()).collect(),
        series: vec![Series { name: name.into(), values: numbers.cities.iter().map(value).collect() }],
        unit: unit.into(),
        hrefs: numbers.cities.iter().map(|one| at::Institutions.asking(&[("district", &one.code)])).collect(),
    };
    html! {
        div class="jb-wall" {
            (chart("各地参加培训", "人次", "参加培训", |one| one.trained))
            (chart("各地已拨付补贴", "元", "已拨付", |one| one.fen / 100))
        }
    }
}

fn staff(desk: &Desk) -> Markup {
    html! {
        p class="jb-buttons jb-buttons--left" {
            a class="btn jb-btn" href="/sign-in" { "工作人员、培训机构登录" }
            @if desk.premises.settings.demo { a class="btn jb-btn" href="/personas" { "换个身份体验（演示）" } }
        }
    }
}
