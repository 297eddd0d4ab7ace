//! Forms of the authorities (M2.1, M2.4, M3.7): list an institution, add a directory line, record a verification.

use axum::extract::Path;
use axum::response::Response;
use chrono::Datelike;
use desk::{Desk, Pairs};
use foundation::at;
use foundation::codes::{InstitutionKind, ReviewResult, SelectionRoute};
use foundation::{Date, Fault, NeedsItemId, SiteId, Stop, TeacherId};
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::institutions::{institution, site};
use ui::{Field, FormState, Markup, fieldset, html};

use super::dossier::found;
use super::{FormPage, all_at_once, day, number, settle};
use crate::acts::directory::{AddDirectoryItem, ListInstitution};
use crate::acts::sites::RecordSiteVerification;
use crate::acts::teachers::VerifyTeacherCertificate;
use crate::{queries, rules};

/// The form of a new institution.
pub async fn new_institution(desk: Desk) -> Response {
    institution_form(&desk, &FormState::new().with("route", SelectionRoute::Selection.code()))
}

fn institution_form(desk: &Desk, state: &FormState) -> Response {
    let page = FormPage {
        title: "列入新机构",
        note: "依据：八条措施第二条 · 附表2",
        action: "/institutions/new".into(),
        submit: "列入目录",
        back: "/institutions".into(),
        current: super::NAV,
    };
    page.draw(
        desk,
        state,
        html! {
            (fieldset("机构", html! {
                (Field::text("name", "机构名称").hint("与办学许可证一致").required().max_length(100).show(state))
                (Field::text("uscc", "统一社会信用代码").hint("18 位").required().max_length(18).show(state))
                (Field::select("kind", "办学性质", InstitutionKind::all().iter().map(|one| (one.code(), one.label())))
                    .required().show(state))
                (Field::text("legal_person", "法定代表人").required().max_length(50).show(state))
                (Field::text("licence_no", "办学许可证号").required().max_length(100).show(state))
                (Field::date("licence_until", "许可证到期日").required().show(state))
            }))
            (fieldset("公布的联系方式", html! {
                (Field::text("address", "地址").required().max_length(100).show(state))
                (Field::text("contact", "联系人").required().max_length(50).show(state))
                (Field::text("phone", "联系电话").hint("会在目录里公布，请填办公电话").required().max_length(30).show(state))
            }))
            (fieldset("收款账户", html! {
                (Field::text("bank", "开户银行").required().max_length(100).show(state))
                (Field::text("account", "账号").hint("加密保存，页面只显示后四位").required().max_length(40).show(state))
            }))
            (fieldset("列入依据", html! {
                (Field::radio("route", "遴选方式", SelectionRoute::all().iter().map(|one| (one.code(), one.label())))
                    .required().show(state))
                (Field::text("document", "文号").hint("例如：晋人社〔2026〕46号").required().max_length(100).show(state))
            }))
        },
    )
}

/// Lists it.
pub async fn list_institution(desk: Desk, pairs: Pairs) -> Response {
    let mut state = pairs.state();
    let text = |name: &str| pairs.value(name).to_owned();
    let act = ListInstitution {
        uscc: text("uscc"),
        name: text("name"),
        licence_no: text("licence_no"),
        legal_person: text("legal_person"),
        address: text("address"),
        contact: text("contact"),
        phone: text("phone"),
        bank: text("bank"),
        account: text("account"),
        document: text("document"),
        kind: text("kind").parse().unwrap_or_else(|_| {
            state.error("kind", "请选择办学性质");
            InstitutionKind::PrivateTrainingSchool
        }),
        licence_until: day(&pairs, &mut state, "licence_until", "许可证到期日", Date::MAX),
        route: text("route").parse().unwrap_or_else(|_| {
            state.error("route", "请选择遴选方式");
            SelectionRoute::Selection
        }),
    };
    if !state.is_clean() {
        let no = rules::listing(&act.filled(), desk.today()).err().unwrap_or_default();
        return institution_form(&desk, &all_at_once(state, no));
    }
    desk.answer(
        desk.perform(act).await,
        |listed| {
            (
                at::InstitutionPage(&listed.institution).to_string(),
                format!("已列入目录，序号 {:04}。下一步：开通机构账号，机构登记场地后安排实地核实。", listed.serial),
            )
        },
        async |no| institution_form(&desk, &state.refused(no)),
    )
    .await
}

/// An institution this desk manages, for its forms.
pub(super) async fn managed(desk: &Desk, id: &str) -> Result<institution::Model, Stop> {
    let row = found(desk, id).await?;
    if queries::manages(&desk.scope(), &row.path) { Ok(row) } else { Err(Fault::Gone.into()) }
}

/// The form of a directory line.
pub async fn new_item(desk: Desk, Path(id): Path<String>) -> Result<Response, Response> {
    let run = async {
        let row = managed(&desk, &id).await?;
        let until = row.licence_until.min(desk.today().with_year(desk.today().year() + 1).unwrap_or(row.licence_until));
        let state =
            FormState::new().with("valid_from", desk.today().to_string()).with("valid_until", until.to_string());
        item_form(&desk, &row, &state).await
    };
    run.await.map_err(|stop| desk.stopped(stop))
}

async fn item_form(desk: &Desk, row: &institution::Model, state: &FormState) -> Result<Response, Stop> {
    let reader = desk.read().await?;
    let items = m1_needs::doorway::published(&reader).await?;
    let items = items
        .iter()
        .filter(|item| item.path.covers(&row.path))
        .map(|item| {
            (
                item.id.to_string(),
                format!("{}（{}，{}，{}年）", item.name, item.level.label(), item.certificate_type.label(), item.year),
            )
        })
        .collect::<Vec<_>>();
    let sites = reader
        .list::<site::Entity>(|q| {
            q.filter(site::Column::Institution.eq(row.id.to_string())).order_by_asc(site::Column::Name)
        })
        .await?;
    let page = FormPage {
        title: "增加可开展的培训项目",
        note: &row.name,
        action: at::InstitutionItemsNew(&row.id).to_string(),
        submit: "增加",
        back: at::InstitutionPage(&row.id).to_string(),
        current: super::NAV,
    };
    Ok(page.draw(desk, state, html! {
        (Field::select("needs_item", "目录项目", items).hint("当地和上级已发布的需求指导目录项目").required().show(state))
        (Field::select("site", "培训场地", sites.iter().map(|site| (site.id.to_string(), site.name.clone())))
            .hint("场地要有有效的实地核实").required().show(state))
        (Field::number("capacity", "同时培训人数").unit("人").required().show(state))
        (Field::date("valid_from", "有效期开始").required().show(state))
        (Field::date("valid_until", "有效期结束").hint("不能晚于办学许可证到期日").required().show(state))
    }))
}

/// Adds it.
pub async fn add_item(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Result<Response, Response> {
    let run = async {
        let row = managed(&desk, &id).await?;
        let mut state = pairs.state();
        let (item, site) =
            (pairs.value("needs_item").parse::<NeedsItemId>().ok(), pairs.value("site").parse::<SiteId>().ok());
        if item.is_none() {
            state.error("needs_item", "请选择目录项目");
        }
        if site.is_none() {
            state.error("site", "请选择培训场地");
        }
        let capacity = number(&pairs, &mut state, "capacity", "同时培训人数");
        let (valid_from, valid_until) = (
            day(&pairs, &mut state, "valid_from", "有效期开始", Date::MIN),
            day(&pairs, &mut state, "valid_until", "有效期结束", Date::MAX),
        );
        let (Some(needs_item), Some(site), true) = (item, site, state.is_clean()) else {
            return item_form(&desk, &row, &state).await;
        };
        let added = desk
            .perform(AddDirectoryItem {
                institution: row.id.clone(),
                needs_item,
                site,
                capacity,
                valid_from,
                valid_until,
            })
            .await;
        let next = |_| (at::InstitutionPage(&row.id).to_string(), "已增加培训项目，目录里可以查到。");
        let again =
            async |no| item_form(&desk, &row, &state.refused(no)).await.unwrap_or_else(|stop| desk.stopped(stop));
        Ok(desk.answer(added, next, again).await)
    };
    run.await.map_err(|stop| desk.stopped(stop))
}

async fn site_of(desk: &Desk, id: &str) -> Result<site::Model, Stop> {
    let id: SiteId = id.parse().map_err(|_| Fault::Gone)?;
    let row = desk.read().await?.get(&id).await?;
    if queries::manages(&desk.scope(), &row.path) { Ok(row) } else { Err(Fault::Gone.into()) }
}

/// The form of a verification.
pub async fn new_verification(desk: Desk, Path(id): Path<String>) -> Result<Response, Response> {
    let site = site_of(&desk, &id).await.map_err(|stop| desk.stopped(stop))?;
    let state =
        FormState::new().with("verified_on", desk.today().to_string()).with("inspector_1", desk.actor.name.clone());
    Ok(verification_form(&desk, &site, &state))
}

fn verification_form(desk: &Desk, site: &site::Model, state: &FormState) -> Response {
    let note = format!("{} · {}", site.name, site.address);
    let page = FormPage {
        title: "登记实地核实",
        note: &note,
        action: at::SiteVerification(&site.id).to_string(),
        submit: "登记",
        back: at::InstitutionPage(&site.institution).to_string(),
        current: super::NAV,
    };
    page.draw(desk, state, verification_fields(state))
}

fn verification_fields(state: &FormState) -> Markup {
    html! {
        (Field::date("verified_on", "核实日期").required().show(state))
        (Field::text("inspector_1", "第一名核实人员").required().max_length(50).show(state))
        (Field::text("inspector_2", "第二名核实人员").hint("实地核实须两人到场").required().max_length(50).show(state))
        (Field::radio("conclusion", "结论", ReviewResult::FOUND.iter().map(|one| (one.code(), one.label())))
            .required().show(state))
        (Field::text_area("note", "情况说明").hint("场地、设备、消防等；不通过或需补正时必填").max_length(1000).show(state))
    }
}

/// Records it.
pub async fn verify(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Result<Response, Response> {
    let site = site_of(&desk, &id).await.map_err(|stop| desk.stopped(stop))?;
    let mut state = pairs.state();
    let conclusion = pairs.value("conclusion").parse::<ReviewResult>();
    if conclusion.is_err() {
        state.error("conclusion", "请选择结论");
    }
    let act = RecordSiteVerification {
        site: site.id.clone(),
        verified_on: day(&pairs, &mut state, "verified_on", "核实日期", Date::MIN),
        inspector_1: pairs.value("inspector_1").into(),
        inspector_2: pairs.value("inspector_2").into(),
        conclusion: conclusion.unwrap_or(ReviewResult::Pass),
        note: pairs.value("note").into(),
    };
    if !state.is_clean() {
        let no = rules::verification(&act.visit(), 1, desk.today()).err().unwrap_or_default();
        return Ok(verification_form(&desk, &site, &all_at_once(state, no)));
    }
    let result = desk.perform(act).await;
    Ok(settle(
        &desk,
        result,
        state,
        &at::InstitutionPage(&site.institution).to_string(),
        "已登记实地核实。",
        |state| verification_form(&desk, &site, state),
    )
    .await)
}

/// One button: the certificate was compared.
pub async fn verify_certificate(desk: Desk, Path(id): Path<String>) -> Result<Response, Response> {
    let run = async {
        let id: TeacherId = id.parse().map_err(|_| Fault::Gone)?;
        let row = desk.read().await?.get(&id).await?;
        let result = desk.perform(VerifyTeacherCertificate { teacher: row.id }).await;
        Ok::<_, Stop>(desk.after(result, &at::InstitutionPage(&row.institution).to_string(), "已核对教师证书。"))
    };
    run.await.map_err(|stop| desk.stopped(stop))
}
