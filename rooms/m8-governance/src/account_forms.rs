//! Forms that open an account, for an office or for a listed institution, and the page that shows its one-time link,
//! once (M8.4, M2.4; domain §1.3 row 36).

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Pairs};
use foundation::at;
use foundation::codes::AccountRole;
use foundation::{DistrictCode, Fault, InstitutionId, Office, OrganisationKind, Stop};
use m2_institutions::doorway::Institution;
use maud::{Markup, html};
use ui::{Button, Field, Form, FormState, form, page_head, panel};

use crate::accounts::{CONFIGURE, NAV, OFFICES};
use crate::acts::accounts::AccountLink;
use crate::acts::opening::{CreateAccount, OpenInstitutionAccount, OpenOrganisation};
use crate::rules;

/// The page on which a link is seen, this once.
pub(crate) fn handed_over(desk: &Desk, title: &str, done: &AccountLink) -> Response {
    let back = if desk.may(CONFIGURE) {
        Button::link("回到账号", at::AccountPage(&done.account).to_string())
    } else {
        Button::link("回到机构目录", "/institutions")
    };
    desk.page(
        title,
        NAV,
        html! {
            (page_head(title, "把下面的链接交给本人，由他自己设置密码", &[back]))
            (panel("一次性链接", html! {
                p { code class="jb-link" { (done.link.address) } }
                (ui::qr(&done.link.address, "设置密码的二维码"))
                p { "有效至 " strong { (ui::dates::full_moment(done.link.expires_at)) } "，只能用一次。" }
                p class="jb-faint" { "离开这一页就看不到了；没交到本人手里，请重置一次换新的。请当面或用单位内部渠道转交，不要发到群里。" }
            }))
        },
    )
}

/// `/accounts/new`.
pub async fn new(desk: Desk) -> Response {
    new_form(&desk, 200, &FormState::new().with("role", AccountRole::Staff.code()))
}

/// What every new account's form asks of its holder.
fn holder(state: &FormState) -> Markup {
    let roles = AccountRole::all().iter().map(|one| (one.code(), one.label()));
    html! {
        (Field::text("name", "姓名").required().max_length(50).autocomplete("off").show(state))
        (Field::text("login", "账号名").hint("小写字母、数字、点或横线；不要用证件号码、手机号").required()
            .max_length(40).autocomplete("off").show(state))
        (Field::radio("role", "岗位", roles).hint("行政单位的系统管理员只管账号，不办业务").required().show(state))
    }
}

/// The office whose accounts alone this administrator opens.
fn fixed(own: &Office) -> Option<&Office> {
    match own {
        Office::Organisation { .. } | Office::Finance { .. } => Some(own),
        _ => None,
    }
}

fn within(own: &Office) -> impl Iterator<Item = (String, String)> {
    DistrictCode::all()
        .filter(|one| one.is_administered() && own.scope_covers(*one))
        .map(|one| (one.to_string(), one.full_name()))
}

fn new_form(desk: &Desk, status: u16, state: &FormState) -> Response {
    let own = &desk.actor.office;
    let kinds = OFFICES.into_iter().filter(|(kind, _)| offers(own, kind));
    let fields = html! {
        @if fixed(own).is_some() { p { "单位：" strong { (desk.actor.office_name) } } } @else {
            (Field::select("kind", "单位类别", kinds).hint("培训机构的第一个账号在机构目录的机构页上开通").required().show(state))
            (Field::select("district", "地区", within(own)).hint("省级单位选福建省").required().show(state))
            (Field::text("office_name", "单位全称").hint("只有审计要填，其他单位按地区自动填写").max_length(100).show(state))
        }
        (holder(state))
    };
    let mut buttons = vec![Button::link("返回", NAV)];
    if organisations(own).next().is_some() {
        buttons.push(Button::link("其他单位的账号", "/accounts/new/organisation"));
    }
    desk.page_status(
        status,
        "建立账号",
        NAV,
        html! {
            (page_head("建立账号", "建好后给本人一个一次性链接，由他自己设密码", &buttons))
            (form(&Form { action: "/accounts/new".into(), submit: "建立账号".into(), ..Form::default() }, state, fields))
        },
    )
}

/// Whether an administrator of `own` has anybody of this kind to administer.
fn offers(own: &Office, kind: &str) -> bool {
    DistrictCode::all().filter(|one| own.scope_covers(*one)).any(|district| {
        Office::from_parts(kind, &district.to_string(), district)
            .is_some_and(|office| rules::administers(own, &office, district))
    })
}

/// The kinds of organisation that `own` opens accounts for: the institution directory has its own form.
fn organisations(own: &Office) -> impl Iterator<Item = OrganisationKind> {
    let seat = own.district();
    OrganisationKind::all().iter().copied().filter(move |kind| {
        *kind != OrganisationKind::TrainingInstitution
            && seat.is_some_and(|district| rules::administers_kind(own, *kind, district))
    })
}

/// POST `/accounts/new`.
pub async fn create(desk: Desk, form: Pairs) -> Response {
    let mut state = form.state();
    let office = match fixed(&desk.actor.office) {
        Some(own) => Some(own.clone()),
        None => chosen(&form, &mut state),
    };
    let role = role(&form, &mut state);
    let (Some(office), Some(role), true) = (office, role, state.is_clean()) else {
        return new_form(&desk, 422, &state);
    };
    let created = desk
        .perform(CreateAccount {
            office,
            office_name: form.value("office_name").into(),
            login: form.value("login").into(),
            name: form.value("name").into(),
            role,
        })
        .await;
    desk.answer(
        created,
        |done| handed_over(&desk, "账号已建立", &done),
        async |no| new_form(&desk, 422, &state.refused(no)),
    )
    .await
}

fn role(form: &Pairs, state: &mut FormState) -> Option<AccountRole> {
    let role = form.value("role").parse::<AccountRole>().ok();
    if role.is_none() {
        state.error("role", "请选择岗位");
    }
    role
}

fn chosen_district(form: &Pairs, state: &mut FormState) -> Option<DistrictCode> {
    let district = form.value("district").parse::<DistrictCode>().ok();
    if district.is_none() {
        state.error("district", "请选择地区");
    }
    district
}

fn chosen(form: &Pairs, state: &mut FormState) -> Option<Office> {
    let known = OFFICES.iter().any(|(kind, _)| *kind == form.value("kind"));
    if !known {
        state.error("kind", "请选择单位类别");
    }
    let district = chosen_district(form, state)?;
    known.then(|| Office::from_parts(form.value("kind"), form.value("district"), district)).flatten()
}

/// `/accounts/new/organisation`.
pub async fn new_organisation(desk: Desk) -> Response {
    organisation_form(&desk, 200, &FormState::new().with("role", AccountRole::Administrator.code()))
}

fn organisation_form(desk: &Desk, status: u16, state: &FormState) -> Response {
    let own = &desk.actor.office;
    let kinds = organisations(own).map(|one| (one.code(), one.label()));
    let fields = html! {
        (Field::select("kind", "单位类别", kinds).hint("培训机构的账号在机构目录的机构页上开通").required().show(state))
        (Field::text("organisation", "单位全称").hint("已经登记过的单位会直接用原来的登记").required().max_length(100).show(state))
        (Field::select("district", "地区", within(own)).hint("单位所在地；第三方监督选委托它的地区").required().show(state))
        (holder(state))
    };
    let action =
        Form { action: "/accounts/new/organisation".into(), submit: "登记并建立账号".into(), ..Form::default() };
    desk.page_status(
        status,
        "其他单位的账号",
        NAV,
        html! {
            (page_head("其他单位的账号", &organisations(own).map(OrganisationKind::label).collect::<Vec<_>>().join("、"),
                &[Button::link("返回", "/accounts/new")]))
            (form(&action, state, fields))
        },
    )
}

/// POST `/accounts/new/organisation`.
pub async fn create_organisation(desk: Desk, form: Pairs) -> Response {
    let mut state = form.state();
    let kind = form.value("kind").parse::<OrganisationKind>().ok();
    if kind.is_none() {
        state.error("kind", "请选择单位类别");
    }
    let (district, role) = (chosen_district(&form, &mut state), role(&form, &mut state));
    let (Some(kind), Some(district), Some(role)) = (kind, district, role) else {
        return organisation_form(&desk, 422, &state);
    };
    let opened = desk
        .perform(OpenOrganisation {
            kind,
            organisation: form.value("organisation").into(),
            district,
            login: form.value("login").into(),
            name: form.value("name").into(),
            role,
        })
        .await;
    desk.answer(
        opened,
        |done| handed_over(&desk, "账号已建立", &done),
        async |no| organisation_form(&desk, 422, &state.refused(no)),
    )
    .await
}

/// The listed institution of this id.
async fn listed_institution(desk: &Desk, id: &str) -> Result<Institution, Stop> {
    let id: InstitutionId = id.parse().map_err(|_| Fault::Gone)?;
    let row = desk.read().await?.get(&id).await?;
    let office = Office::of_institution(&row.id, row.district);
    if rules::administers(&desk.actor.office, &office, row.district) { Ok(row) } else { Err(Fault::Gone.into()) }
}

/// `/institutions/{id}/account`.
pub async fn new_for_institution(desk: Desk, Path(id): Path<String>) -> Response {
    match listed_institution(&desk, &id).await {
        Ok(row) => institution_form(&desk, &row, 200, &FormState::new().with("name", row.contact.clone())),
        Err(stop) => desk.stopped(stop),
    }
}

fn institution_form(desk: &Desk, row: &Institution, status: u16, state: &FormState) -> Response {
    desk.page_status(
        status,
        "开通机构账号",
        "/institutions",
        html! {
            (page_head("开通机构账号", &row.name, &[Button::link("返回", at::InstitutionPage(&row.id).to_string())]))
            (form(&Form { action: at::InstitutionAccount(&row.id).to_string(), submit: "开通".into(), ..Form::default() },
                state, html! {
                (Field::text("name", "经办人姓名")
                    .hint("机构的第一个账号，之后由他给班主任等同事开账号").required().max_length(50).autocomplete("off").show(state))
                (Field::text("login", "账号名")
                    .hint("小写字母、数字、点或横线；不要用证件号码、手机号").required().max_length(40).autocomplete("off").show(state))
            }))
        },
    )
}

/// POST `/institutions/{id}/account`.
pub async fn create_for_institution(desk: Desk, Path(id): Path<String>, form: Pairs) -> Response {
    let row = match listed_institution(&desk, &id).await {
        Ok(row) => row,
        Err(stop) => return desk.stopped(stop),
    };
    let act = OpenInstitutionAccount {
        institution: row.id.clone(),
        login: form.value("login").into(),
        name: form.value("name").into(),
    };
    let again = async |no| institution_form(&desk, &row, 422, &form.state().refused(no));
    desk.answer(desk.perform(act).await, |done| handed_over(&desk, "机构账号已开通", &done), again).await
}
