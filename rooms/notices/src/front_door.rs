//! The public's front door: is this certificate real, what is paid and for whom, who may teach, and the
//! province's numbers, each opening its rows (M8.9; pages.md "Public page").

use std::sync::Arc;

use desk::Desk;
use desk::room::{ByDistrict, Counted};
use foundation::{DistrictCode, Stop, at};
use maud::{Markup, html};
use ui::{Chart, ChartKind, Series, StatCard};

/// Seconds for which the numbers are kept.
const KEPT_S: i64 = 60;

/// Everything that the rooms count in public, each in its place.
async fn count(desk: &Desk) -> Result<Counted, Stop> {
    let reader = desk.as_system("public-numbers").read().await?;
    let mut all = Counted::default();
    for numbers in &desk.premises.declared().numbers {
        let more = numbers(&reader).await?;
        all.figures.extend(more.figures);
        all.doors.extend(more.doors);
        all.charts.extend(more.charts);
    }
    all.figures.sort_by_key(|(place, _)| *place);
    all.charts.sort_by_key(|one| one.place);
    Ok(all)
}

/// The page's body.
pub async fn body(desk: &Desk) -> Result<Markup, Stop> {
    let numbers: Arc<Counted> = desk.premises.memo.get("public-numbers", desk.now(), KEPT_S, count(desk)).await?;
    let figures: Vec<StatCard> = numbers.figures.iter().map(|(_, card)| card.clone()).collect();
    Ok(html! {
        (ui::page_head("福建省补贴性职业技能培训", "政府补贴的培训，谁都能查、能核对", &[]))
        (question())
        (doors(&numbers))
        (ui::stat_cards(&figures))
        div class="jb-wall" { @for one in &numbers.charts { (chart(one)) } }
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

fn doors(numbers: &Counted) -> Markup {
    const DOORS: [(&str, &str, &str); 4] = [
        ("/needs", "需求指导目录", "政府补贴哪些培训、补多少"),
        ("/institutions", "培训机构目录", "到哪里学，找谁报名"),
        ("/publicity", "补贴公示", "钱发给谁，有异议就说"),
        ("/journal", "公开日志", "谁都能核对的账，改一个字都看得出"),
    ];
    let now = |href: &str| numbers.doors.iter().find(|(door, _)| *door == href).map_or("", |(_, now)| now.as_str());
    html! {
        nav class="jb-doors" aria-label="公众查询" {
            @for (href, name, what) in &DOORS {
                a class="jb-door" href=(href) {
                    strong { (name) " ›" } span { (what) } span class="jb-door__now" { (now(href)) }
                }
            }
        }
    }
}

/// City by city.
fn chart(one: &ByDistrict) -> Markup {
    let cities: Vec<DistrictCode> = DistrictCode::PROVINCE.subordinates().collect();
    let below = |city: &DistrictCode| -> i64 {
        let path = city.management_path();
        let of_it = one.sums.iter().filter(|(district, _)| path.covers(&district.management_path()));
        of_it.map(|(_, sum)| sum).sum::<i64>() / one.parts
    };
    let chart = Chart {
        title: one.title.into(),
        kind: ChartKind::Bar,
        categories: cities.iter().map(|city| city.name().to_owned()).collect(),
        series: vec![Series { name: one.called.into(), values: cities.iter().map(below).collect() }],
        unit: one.unit.into(),
        hrefs: cities.iter().map(|city| at::Institutions.asking(&[("district", city)])).collect(),
    };
    html! { (chart) }
}

fn staff(desk: &Desk) -> Markup {
    html! {
        p class="jb-buttons jb-buttons--left" {
            a class="btn jb-btn" href="/sign-in" { "工作人员、培训机构登录" }
            @if desk.premises.settings.demo { a class="btn jb-btn" href="/personas" { "换个身份体验（演示）" } }
        }
    }
}
