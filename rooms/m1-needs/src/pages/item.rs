//! The dossier of one item (M1.1): facts, way, trail; filing, publication, removal (M1.3–M1.5).

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Pairs, procedure};
use foundation::Stop;
use foundation::at;
use foundation::codes::NeedsState;
use store::tables::needs::needs_item::Model;
use ui::{Dossier, DossierHead, Field, FormState, Markup, Step, dates, facts_grid, form, html, section, trail};

use super::register::{periods, seen, state_tag};
use crate::acts::{DelistNeedsItem, FileNeedsItem, PublishNeedsItem};
use crate::declared::{NeedsItems, Step as Taken};
use crate::queries;

const MOST_LINES: u64 = 50;

/// The dossier.
pub async fn show(desk: Desk, Path(id): Path<String>) -> Result<Response, Response> {
    let run = async {
        let row = seen(&desk, &id).await?;
        page(&desk, 200, &row, &FormState::new(), "").await
    };
    run.await.map_err(|stop| desk.stopped(stop))
}

async fn page(desk: &Desk, status: u16, row: &Model, state: &FormState, doing: &str) -> Result<Response, Stop> {
    let reader = desk.read().await?;
    let manages = queries::manages(reader.scope(), row);
    if manages {
        desk.shows(&crate::declared::NEEDS_ITEM, &row.id, row.version);
    }
    let lines = if manages {
        desk::trail::of(desk, &reader, &crate::declared::NEEDS_ITEM, row.id.to_string().as_str(), MOST_LINES).await?
    } else {
        Vec::new()
    };
    let here = at::NeedsItemPage(&row.id).to_string();
    let buttons =
        procedure::button::<NeedsItems>(desk, row, Taken::Edit, &here).filter(|_| manages).into_iter().collect();
    let mut main = vec![section("", facts(row)), section("补贴标准", html! { p { (row.rate_text) } })];
    if manages {
        main.extend(handling(desk, row, state, doing));
    }
    main.insert(0, state.untold());
    let dossier = Dossier {
        head: DossierHead {
            title: format!("{}（{}）", row.name, row.level.label()),
            state: Some(state_tag(row)),
            number: row.occupation.as_ref().map(ToString::to_string).unwrap_or_default(),
            owner: format!("{} {}年", row.district.full_name(), row.year),
            buttons,
            ..DossierHead::default()
        },
        steps: way(row),
        main,
        side: if manages { vec![trail(&lines)] } else { Vec::new() },
    };
    Ok(desk.page_status(status, &row.name, super::NAV, html! { (dossier) }))
}

fn facts(row: &Model) -> Markup {
    let or_dash = |text: &str| if text.is_empty() { "—".to_owned() } else { text.to_owned() };
    facts_grid(&[
        ("培训类型", row.training_type.label().to_owned()),
        ("证书类型", row.certificate_type.label().to_owned()),
        ("等级", row.level.label().to_owned()),
        ("课时", format!("{} 课时", periods(row))),
        ("线上课时", format!("最多 {}%", row.online_cap_pct)),
        ("急需紧缺", row.shortage_class.map_or("否".to_owned(), |class| format!("是，{}", class.label()))),
        ("省备案号", or_dash(&row.filing_no)),
        ("发布文号", or_dash(&row.document)),
        ("发布日期", row.published_on.map_or("—".to_owned(), dates::full_day)),
    ])
}

fn way(row: &Model) -> Vec<Step> {
    let filed = !row.filing_no.is_empty();
    let document = row.published_on.map(dates::day).unwrap_or_default();
    match row.state {
        NeedsState::Draft if !filed => {
            vec![Step::done("起草", ""), Step::now("报省备案", "省人社厅"), Step::to_come("发布")]
        }
        NeedsState::Draft => vec![
            Step::done("起草", ""),
            Step::done("报省备案", row.filing_no.clone()),
            Step::now("发布", row.district.name()),
        ],
        NeedsState::Published => {
            vec![Step::done("起草", ""), Step::done("报省备案", row.filing_no.clone()), Step::done("发布", document)]
        }
        NeedsState::Delisted => vec![
            Step::done("起草", ""),
            Step::done("报省备案", row.filing_no.clone()),
            Step::done("发布", document),
            Step::stopped("已移出目录", "已准予的班不受影响"),
        ],
    }
}

/// The forms of what can be done now.
fn handling(desk: &Desk, row: &Model, state: &FormState, doing: &str) -> Vec<Markup> {
    let fresh = FormState::new();
    let of = |act: &str| if act == doing { state } else { &fresh };
    let mut all = Vec::new();
    let here = at::NeedsItemPage(&row.id).to_string();
    let way = |step| procedure::form::<NeedsItems>(desk, row, step, &here);
    if let Some(options) = way(Taken::File).filter(|_| row.filing_no.is_empty()) {
        let field = Field::text("filing_no", "备案号").hint("例如：闽人社目录备〔2026〕12号").required();
        all.push(section("给予备案", form(&options, of("file"), field.show(of("file")))));
    }
    if let Some(options) = way(Taken::Publish) {
        let field = Field::text("document", "发布文号").hint("例如：晋人社〔2026〕45号").required();
        all.push(section(
            "发布",
            html! {
                @if row.filing_no.is_empty() { p class="jb-faint" { "还没有省备案号，备案后才能发布。" } }
                (form(&options, of("publish"), field.show(of("publish"))))
            },
        ));
    }
    if let Some(options) = way(Taken::Delist) {
        let field = Field::text("reason", "移出原因").hint("移出后，已准予的班不受影响").required();
        // Folded: what takes back should not look like the page's main act.
        let body = form(&options, of("delist"), field.show(of("delist")));
        all.push(section("", html! { details open[doing == "delist"] { summary { (options.submit) } (body) } }));
    }
    all
}

async fn done<T>(
    desk: Desk,
    id: &str,
    pairs: Pairs,
    doing: &str,
    result: Result<T, Stop>,
    message: &str,
) -> Result<Response, Response> {
    let again = async |no| {
        let run = async { page(&desk, 422, &seen(&desk, id).await?, &pairs.state().refused(no), doing).await };
        run.await.unwrap_or_else(|stop: Stop| desk.stopped(stop))
    };
    Ok(desk.answer(result, |_| (at::NeedsItemPage(id).to_string(), message), again).await)
}

/// The province gives a filing number.
pub async fn file(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Result<Response, Response> {
    let row = seen(&desk, &id).await.map_err(|stop| desk.stopped(stop))?;
    let result = desk.perform(FileNeedsItem { item: row.id, filing_no: pairs.value("filing_no").into() }).await;
    done(desk, &id, pairs, "file", result, "已备案。").await
}

/// Publication.
pub async fn publish(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Result<Response, Response> {
    let row = seen(&desk, &id).await.map_err(|stop| desk.stopped(stop))?;
    let result = desk.perform(PublishNeedsItem { item: row.id, document: pairs.value("document").into() }).await;
    done(desk, &id, pairs, "publish", result, "已发布，公众可以查到。").await
}

/// Removal.
pub async fn delist(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Result<Response, Response> {
    let row = seen(&desk, &id).await.map_err(|stop| desk.stopped(stop))?;
    let result = desk.perform(DelistNeedsItem { item: row.id, reason: pairs.value("reason").into() }).await;
    done(desk, &id, pairs, "delist", result, "已移出目录，已准予的班不受影响。").await
}
