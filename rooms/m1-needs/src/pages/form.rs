//! The form of an item (M1.2): one page, every error at once, what was typed is kept.

use axum::extract::Path;
use axum::response::Response;
use chrono::Datelike;
use desk::{Desk, Pairs};
use foundation::at;
use foundation::codes::{CertificateType, ShortageClass, TrainingType};
use foundation::occupation::Occupation;
use foundation::{SkillLevel, Stop};
use store::tables::needs::needs_item::Model;
use ui::{Button, Field, Form, FormState, fieldset, form, html, page_head};

use super::register::seen;
use crate::acts::{self, AddNeedsItem, EditNeedsItem, NeedsItemWritten};
use crate::queries;
use crate::rules::{self, Limits, NeedsItemFields};

/// An empty form.
pub async fn new(desk: Desk) -> Result<Response, Response> {
    let run = async {
        let district = desk.actor.office.district().ok_or(Stop::Forbidden)?;
        let limits = acts::limits(&desk, &desk.read().await?, district).await?;
        let state = FormState::new()
            .with("year", desk.today().year().to_string())
            .with("online_cap_pct", limits.online_cap_pct.to_string())
            .with("certificate_type", CertificateType::Completion.code())
            .with("shortage_class", "");
        Ok(draw(&desk, 200, None, &limits, &state))
    };
    run.await.map_err(|stop: Stop| desk.stopped(stop))
}

/// Saves a new draft.
pub async fn add(desk: Desk, pairs: Pairs) -> Result<Response, Response> {
    let run = async {
        let district = desk.actor.office.district().ok_or(Stop::Forbidden)?;
        let limits = acts::limits(&desk, &desk.read().await?, district).await?;
        let fields = match read(&desk, &pairs, &limits) {
            Ok(fields) => fields,
            Err(state) => return Ok(draw(&desk, 422, None, &limits, &state)),
        };
        let added = desk.perform(AddNeedsItem { fields }).await;
        let next = |written: NeedsItemWritten| {
            (at::NeedsItemPage(&written.item).to_string(), "已存为草稿。下一步：报省人社厅备案。")
        };
        Ok(desk.answer(added, next, async |no| draw(&desk, 422, None, &limits, &pairs.state().refused(no))).await)
    };
    run.await.map_err(|stop: Stop| desk.stopped(stop))
}

/// The form of a draft.
pub async fn edit(desk: Desk, Path(id): Path<String>) -> Result<Response, Response> {
    let run = async {
        let (row, limits) = managed(&desk, &id).await?;
        Ok(draw(&desk, 200, Some(&row), &limits, &state_of(&row)))
    };
    run.await.map_err(|stop: Stop| desk.stopped(stop))
}

/// Saves a changed draft.
pub async fn save(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Result<Response, Response> {
    let run = async {
        let (row, limits) = managed(&desk, &id).await?;
        let fields = match read(&desk, &pairs, &limits) {
            Ok(fields) => fields,
            Err(state) => return Ok(draw(&desk, 422, Some(&row), &limits, &state)),
        };
        let edited = desk.perform(EditNeedsItem { item: row.id.clone(), fields }).await;
        let next = |_| (at::NeedsItemPage(&row.id).to_string(), "已修改。");
        Ok(desk
            .answer(edited, next, async |no| draw(&desk, 422, Some(&row), &limits, &pairs.state().refused(no)))
            .await)
    };
    run.await.map_err(|stop: Stop| desk.stopped(stop))
}

async fn managed(desk: &Desk, id: &str) -> Result<(Model, Limits), Stop> {
    let row = seen(desk, id).await?;
    if !queries::manages(&desk.scope(), &row) {
        return Err(foundation::Fault::Gone.into());
    }
    desk.shows(&crate::declared::NEEDS_ITEM, &row.id, row.version);
    let limits = acts::limits(desk, &desk.read().await?, row.district).await?;
    Ok((row, limits))
}

fn state_of(row: &Model) -> FormState {
    let rate = if row.certificate_type == CertificateType::Completion { "" } else { &row.rate_text };
    FormState::new()
        .with("year", row.year.to_string())
        .with("training_type", row.training_type.code())
        .with("occupation", row.occupation.as_ref().map(ToString::to_string).unwrap_or_default())
        .with("name", row.name.as_str())
        .with("level", row.level.code())
        .with("certificate_type", row.certificate_type.code())
        .with("periods_min", row.periods_min.to_string())
        .with("periods_max", row.periods_max.to_string())
        .with("online_cap_pct", row.online_cap_pct.to_string())
        .with("shortage_class", row.shortage_class.map_or("", ShortageClass::code))
        .with("rate_text", rate)
}

/// Raw texts → fields. Errors: the state with everything wrong, what cannot be read and what the rules say.
fn read(desk: &Desk, pairs: &Pairs, limits: &Limits) -> Result<NeedsItemFields, FormState> {
    let mut state = pairs.state();
    let mut number = |name: &str, label: &str| {
        pairs.value(name).parse::<i32>().unwrap_or_else(|_| {
            state.error(name, format!("{label}请填写整数"));
            0
        })
    };
    let (year, periods_min, periods_max, online_cap_pct) = (
        number("year", "年度"),
        number("periods_min", "最少课时"),
        number("periods_max", "最多课时"),
        number("online_cap_pct", "线上课时占比上限"),
    );
    let training_type = pairs.value("training_type").parse::<TrainingType>().unwrap_or_else(|_| {
        state.error("training_type", "请选择培训类型");
        TrainingType::Employment
    });
    let level = pairs.value("level").parse::<SkillLevel>().ok();
    let certificate_type = pairs.value("certificate_type").parse::<CertificateType>().unwrap_or_else(|_| {
        state.error("certificate_type", "请选择证书类型");
        CertificateType::Completion
    });
    if level.is_none() {
        state.error("level", "请选择等级");
    }
    let occupation = match pairs.value("occupation") {
        "" => None,
        code => code.parse().map_err(|_| state.error("occupation", "请从列表中选择职业").is_clean()).ok(),
    };
    let shortage_class = match pairs.value("shortage_class") {
        "" => None,
        code => code.parse().map_err(|_| state.error("shortage_class", "请从列表中选择急需紧缺类别").is_clean()).ok(),
    };
    let fields = NeedsItemFields {
        year,
        training_type,
        occupation,
        name: pairs.value("name").into(),
        level: level.unwrap_or(SkillLevel::Completion),
        certificate_type,
        periods_min,
        periods_max,
        online_cap_pct,
        shortage_class,
        rate_text: pairs.value("rate_text").into(),
    };
    if state.is_clean() {
        return Ok(fields);
    }
    // What the rules say about the readable fields is shown in the same go.
    let more: Vec<_> = rules::check(&fields, limits, desk.today())
        .into_iter()
        .filter(|no| no.field.as_deref().is_some_and(|field| state.error_at(field).is_none()))
        .collect();
    Err(state.refused(more))
}

fn draw(desk: &Desk, status: u16, row: Option<&Model>, limits: &Limits, state: &FormState) -> Response {
    let (title, action, back) = match row {
        Some(row) => (
            format!("修改：{}", row.name),
            at::NeedsItemEdit(&row.id).to_string(),
            at::NeedsItemPage(&row.id).to_string(),
        ),
        None => ("起草目录项目".to_owned(), "/needs/new".to_owned(), "/needs".to_owned()),
    };
    let occupations = std::iter::once((String::new(), "不在职业分类大典里（专项、创业等）".to_owned())).chain(
        Occupation::all()
            .iter()
            .filter_map(|one| one.code.as_ref().map(|code| (code.to_string(), format!("{code} {}", one.name)))),
    );
    let options =
        Form { action, submit: if row.is_some() { "保存修改" } else { "存为草稿" }.into(), ..Form::default() };
    let body = html! {
        (page_head(&title, "依据：八条措施第一条 · 附表1", &[Button::link("返回", back)]))
        @if row.is_some_and(|row| !row.filing_no.is_empty()) { p class="jb-faint" { "这个项目已经备案；修改后原备案号作废，要重新备案。" } }
        (form(&options, state, html! {
            (fieldset("培训什么", html! {
                (Field::number("year", "目录年度").unit("年").required().show(state))
                (Field::select("training_type", "培训类型", TrainingType::all().iter().map(|one| (one.code(), one.label())))
                    .required().show(state))
                (Field::select("occupation", "职业", occupations).show(state))
                (Field::text("name", "职业（工种）或项目名称").hint("选了职业可以不填，按职业名称发布；专项、创业等项目请填写")
                    .suggestions(Occupation::without_code().map(|one| one.name.clone())).max_length(100).show(state))
                (Field::select("level", "等级", SkillLevel::all().iter().map(|one| (one.code(), one.label())))
                    .required().show(state))
                (Field::select("certificate_type", "证书类型",
                    CertificateType::all().iter().map(|one| (one.code(), one.label()))).required().show(state))
            }))
            (fieldset("课时", html! {
                (Field::number("periods_min", "最少课时").unit("课时").required().show(state))
                (Field::number("periods_max", "最多课时").unit("课时").required().show(state))
                (Field::number("online_cap_pct", "线上课时占比上限")
                    .unit("%").hint(format!("不得超过 {}%", limits.online_cap_pct)).required().show(state))
            }))
            (fieldset("急需紧缺和补贴", html! {
                (Field::radio("shortage_class", "急需紧缺类别", std::iter::once(("", "不是急需紧缺"))
                    .chain(ShortageClass::all().iter().map(|one| (one.code(), one.label())))).show(state))
                (Field::text("rate_text", "补贴标准")
                    .hint(format!("培训合格证书类按现行政策自动写为“{}”，不用填；其他证书请写明每人多少元", limits.completion_rate)).show(state))
            }))
        }))
    };
    desk.page_status(status, &title, super::NAV, body)
}
