//! Forms of the institution's clerk (M2.1): sites, rooms, teachers, contact.

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Pairs};
use foundation::at;
use foundation::{Fault, SiteId, Stop, TeacherId};
use store::tables::institutions::{site, teacher};
use ui::{Field, FormState, html};

use super::{FormPage, MINE, all_at_once, number, settle};
use crate::acts::contact::EditInstitutionContact;
use crate::acts::sites::{AddRoom, AddSite};
use crate::acts::teachers::{AddTeacher, EditTeacher};
use crate::rules;

/// The form of a site.
pub async fn new_site(desk: Desk) -> Response {
    site_form(&desk, &FormState::new())
}

fn site_form(desk: &Desk, state: &FormState) -> Response {
    let page = FormPage {
        title: "增加培训场地",
        note: "登记后由当地人社部门两人到场核实",
        action: "/my-institution/sites/new".into(),
        submit: "增加场地",
        back: MINE.into(),
        current: MINE,
    };
    page.draw(
        desk,
        state,
        html! {
            (Field::text("name", "场地名称").hint("例如：安海校区").required().max_length(100).show(state))
            (Field::text("address", "地址").hint("写到门牌号，核实人员照此到场").required().max_length(100).show(state))
        },
    )
}

/// Adds it.
pub async fn add_site(desk: Desk, pairs: Pairs) -> Response {
    let result =
        desk.perform(AddSite { name: pairs.value("name").into(), address: pairs.value("address").into() }).await;
    settle(&desk, result, pairs.state(), MINE, "已增加场地。请联系当地人社部门到场核实。", |state| {
        site_form(&desk, state)
    })
    .await
}

async fn own_site(desk: &Desk, id: &str) -> Result<site::Model, Stop> {
    let id: SiteId = id.parse().map_err(|_| Fault::Gone)?;
    let row = desk.read().await?.get(&id).await?;
    if desk.actor.office.institution().as_ref() == Some(&row.institution) { Ok(row) } else { Err(Fault::Gone.into()) }
}

/// The form of a room.
pub async fn new_room(desk: Desk, Path(id): Path<String>) -> Result<Response, Response> {
    let site = own_site(&desk, &id).await.map_err(|stop| desk.stopped(stop))?;
    Ok(room_form(&desk, &site, &FormState::new()))
}

fn room_form(desk: &Desk, site: &site::Model, state: &FormState) -> Response {
    let page = FormPage {
        title: "增加教室",
        note: &site.name,
        action: at::MyInstitutionSitesRoomsNew(&site.id).to_string(),
        submit: "增加教室",
        back: MINE.into(),
        current: MINE,
    };
    page.draw(
        desk,
        state,
        html! {
            (Field::text("name", "教室或实训室").hint("例如：实训楼 302").required().max_length(100).show(state))
            (Field::number("seats", "座位或工位").unit("个").hint("班级人数不能超过它").required().show(state))
        },
    )
}

/// Adds it.
pub async fn add_room(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Result<Response, Response> {
    let site = own_site(&desk, &id).await.map_err(|stop| desk.stopped(stop))?;
    let mut state = pairs.state();
    let seats = number(&pairs, &mut state, "seats", "座位");
    let name = pairs.value("name").to_owned();
    if !state.is_clean() {
        return Ok(room_form(&desk, &site, &all_at_once(state, rules::place(&name, None, None))));
    }
    let result = desk.perform(AddRoom { site: site.id.clone(), name, seats }).await;
    Ok(settle(&desk, result, state, MINE, "已增加教室。", |state| room_form(&desk, &site, state)).await)
}

/// The form of a new teacher.
pub async fn new_teacher(desk: Desk) -> Response {
    teacher_form(&desk, None, &FormState::new().with("full_time", "1"))
}

fn teacher_form(desk: &Desk, row: Option<&teacher::Model>, state: &FormState) -> Response {
    let (title, note, action, submit) = match row {
        Some(row) => (
            "修改教师",
            format!("身份证号 {}", row.id_number_masked),
            at::MyInstitutionTeachers(&row.id).to_string(),
            "保存修改",
        ),
        None => ("增加教师", String::new(), "/my-institution/teachers/new".to_owned(), "增加教师"),
    };
    let page = FormPage { title, note: &note, action, submit, back: MINE.into(), current: MINE };
    page.draw(desk, state, html! {
        (Field::text("name", "姓名").required().max_length(50).show(state))
        @if row.is_none() {
            (Field::text("id_number", "身份证号").hint("加密保存，页面只显示首尾几位").required().max_length(18).show(state))
        }
        (Field::text("qualification", "职称或职业技能等级").hint("例如：电工 二级/技师").required().max_length(100).show(state))
        (Field::text("certificate_no", "证书编号")
            .hint(if row.is_some() { "证书改了要重新核对" } else { "由当地人社部门核对" }).required().max_length(100).show(state))
        (Field::radio("full_time", "用工", [("1", "专职"), ("0", "兼职")]).required().show(state))
    })
}

/// Adds a teacher.
pub async fn add_teacher(desk: Desk, pairs: Pairs) -> Response {
    let act = AddTeacher {
        name: pairs.value("name").into(),
        id_number: pairs.value("id_number").into(),
        qualification: pairs.value("qualification").into(),
        certificate_no: pairs.value("certificate_no").into(),
        full_time: pairs.value("full_time") == "1",
    };
    let result = desk.perform(act).await;
    settle(&desk, result, pairs.state(), MINE, "已增加教师，证书待当地人社部门核对。", |state| {
        teacher_form(&desk, None, state)
    })
    .await
}

async fn own_teacher(desk: &Desk, id: &str) -> Result<teacher::Model, Stop> {
    let id: TeacherId = id.parse().map_err(|_| Fault::Gone)?;
    let row = desk.read().await?.get(&id).await?;
    desk.shows(&crate::declared::TEACHER, &row.id, row.version);
    Ok(row)
}

/// The form of a teacher.
pub async fn teacher(desk: Desk, Path(id): Path<String>) -> Result<Response, Response> {
    let row = own_teacher(&desk, &id).await.map_err(|stop| desk.stopped(stop))?;
    let state = FormState::new()
        .with("name", row.name.as_str())
        .with("qualification", row.qualification.as_str())
        .with("certificate_no", row.certificate_no.as_str())
        .with("full_time", if row.full_time { "1" } else { "0" });
    Ok(teacher_form(&desk, Some(&row), &state))
}

/// Changes a teacher.
pub async fn edit_teacher(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Result<Response, Response> {
    let row = own_teacher(&desk, &id).await.map_err(|stop| desk.stopped(stop))?;
    let act = EditTeacher {
        teacher: row.id.clone(),
        name: pairs.value("name").into(),
        qualification: pairs.value("qualification").into(),
        certificate_no: pairs.value("certificate_no").into(),
        full_time: pairs.value("full_time") == "1",
    };
    let result = desk.perform(act).await;
    Ok(settle(&desk, result, pairs.state(), MINE, "已修改教师。", |state| teacher_form(&desk, Some(&row), state)).await)
}

/// The form of contact and telephone.
pub async fn contact(desk: Desk) -> Result<Response, Response> {
    let run = async {
        let institution = desk.actor.office.institution().ok_or(Stop::Forbidden)?;
        let row = desk.read().await?.get(&institution).await?;
        desk.shows(&crate::declared::INSTITUTION, &row.id, row.version);
        Ok(contact_form(&desk, &FormState::new().with("contact", row.contact).with("phone", row.phone)))
    };
    run.await.map_err(|stop| desk.stopped(stop))
}

fn contact_form(desk: &Desk, state: &FormState) -> Response {
    let page = FormPage {
        title: "修改联系方式",
        note: "会在机构目录里公布",
        action: "/my-institution/contact".into(),
        submit: "保存修改",
        back: MINE.into(),
        current: MINE,
    };
    page.draw(
        desk,
        state,
        html! {
            (Field::text("contact", "联系人").required().max_length(50).show(state))
            (Field::text("phone", "联系电话").hint("请填办公电话").required().max_length(30).show(state))
        },
    )
}

/// Changes them.
pub async fn edit_contact(desk: Desk, pairs: Pairs) -> Response {
    let result = desk
        .perform(EditInstitutionContact { contact: pairs.value("contact").into(), phone: pairs.value("phone").into() })
        .await;
    settle(&desk, result, pairs.state(), MINE, "已修改联系方式。", |state| contact_form(&desk, state)).await
}
