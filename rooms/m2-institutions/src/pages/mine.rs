//! The clerk's own page (M2.1): sites, rooms, teachers, directory lines, with what runs out soon.

use axum::response::Response;
use desk::Desk;
use foundation::at;
use foundation::{Date, Stop};
use store::tables::institutions::institution;
use ui::{Button, CheckLine, Dossier, DossierHead, dates, html, must_handle, section, trail};

use super::inside::{self, Inside, WARN_LICENCE_DAYS};
use super::register::state_tag;

const MOST_LINES: u64 = 20;

/// The page.
pub async fn show(desk: Desk) -> Result<Response, Response> {
    page(&desk).await.map_err(|stop| desk.stopped(stop))
}

async fn page(desk: &Desk) -> Result<Response, Stop> {
    let institution = desk.actor.office.institution().ok_or(Stop::Forbidden)?;
    let reader = desk.read().await?;
    let row = reader.get(&institution).await?;
    let parts = Inside::read(&reader, &row.id).await?;
    let lines = desk::trail::outside_classes(
        desk,
        &reader,
        &crate::declared::INSTITUTION,
        row.id.to_string().as_str(),
        MOST_LINES,
    )
    .await?;
    let today = desk.today();
    let warnings = warnings(&row, &parts, today);
    let mut main = Vec::new();
    if !warnings.is_empty() {
        main.push(must_handle(&warnings));
    }
    main.extend([
        section("", inside::facts(&row, true)),
        section(
            "可开展的培训项目",
            html! {
                (parts.lines_table(today, true))
                p class="jb-faint" { "项目由当地人社部门列入；要增加，请联系" (row.district.hr_office_name()) "。" }
            },
        ),
        section(
            "培训场地",
            html! {
                (parts.sites_table(today, true,
                    |site| Some(Button::link("加教室", at::MyInstitutionSitesRoomsNew(&site.id).to_string())
                        .about(site.name.clone()))))
                p { (Button::link("增加场地", "/my-institution/sites/new")) }
            },
        ),
        section(
            "教师",
            html! {
                (parts.teachers_table(|one| Some(Button::link("修改", at::MyInstitutionTeachers(&one.id).to_string())
                    .about(one.name.clone()))))
                p { (Button::link("增加教师", "/my-institution/teachers/new")) }
            },
        ),
    ]);
    let dossier = Dossier {
        head: DossierHead {
            title: row.name.clone(),
            state: Some(state_tag(row.state)),
            number: format!("{}-{:04}", row.district, row.serial),
            owner: row.district.full_name(),
            buttons: vec![Button::link("修改联系方式", "/my-institution/contact")],
            ..DossierHead::default()
        },
        main,
        side: vec![trail(&lines)],
        ..Dossier::default()
    };
    Ok(desk.page("本机构", super::MINE, html! { (dossier) }))
}

/// What keeps this institution from opening classes, now or soon.
fn warnings(row: &institution::Model, parts: &Inside, today: Date) -> Vec<CheckLine> {
    let mut all = Vec::new();
    if !row.state.may_open_classes() {
        all.push(
            CheckLine::fail(format!("机构现在是“{}”，不能申请新班", row.state.label()))
                .source("机构目录")
                .detail("请联系当地人社部门"),
        );
    }
    let left = (row.licence_until - today).num_days();
    if left <= WARN_LICENCE_DAYS {
        let fact = if left < 0 {
            "办学许可证已到期".to_owned()
        } else {
            format!("办学许可证还有 {left} 天到期")
        };
        all.push(
            CheckLine::look(fact)
                .source("办学许可证")
                .detail(format!("到期日：{}", dates::full_day(row.licence_until))),
        );
    }
    for site in &parts.sites {
        let found = inside::verification_tag(parts.verified.get(&site.id), today);
        if found.tone != ui::Tone::Good {
            all.push(
                CheckLine::look(format!("场地“{}”实地核实：{}", site.name, found.word))
                    .rule("M3.7")
                    .source("实地核实记录")
                    .detail("请联系当地人社部门到场核实"),
            );
        }
    }
    for line in &parts.lines {
        let found = inside::until_tag(line.valid_until, today);
        if found.tone != ui::Tone::Good {
            let name = parts.items.get(&line.needs_item.to_string()).map_or("培训项目", |item| item.name.as_str());
            all.push(CheckLine::look(format!("培训项目“{name}”：{}", found.word)).source("机构目录"));
        }
    }
    all
}
