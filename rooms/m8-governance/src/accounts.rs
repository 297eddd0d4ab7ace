//! Accounts as their administrators see them (M8.4; domain §1.3 row 36): the register, one account, and the forms
//! that open one. A link is shown once, on the answer itself.

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Pairs, Query, Read, session};
use foundation::codes::AccountRole;
use foundation::limits::PAGE_ROWS;
use foundation::{AccountId, DistrictCode, Fault, Function, InstitutionId, Office, Permission, Right, Stop};
use maud::{Markup, html};
use serde::Deserialize;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder};
use store::tables::identity::account;
use store::tables::institutions::institution;
use ui::{Button, Column, Dossier, DossierHead, Field, Filter, Form, FormState, Register, Row, Tag, facts_grid, form, page_head, panel, section, tag};

use crate::acts::accounts::{AccountLink, ChangeAccountRole, CreateAccount, DisableAccount, EnableAccount, OpenInstitutionAccount, ResetAccount};
use crate::rules;

const NAV: &str = "/accounts";
const CONFIGURE: Permission = Permission::Of(Function::Accounts, Right::Configure);
/// Lines of an account's trail.
const TRAIL_LINES: u64 = 30;

macro_rules! reads {
    ($($(#[$doc:meta])* $read:ident = $name:literal, $permission:expr, $clause:literal;)+) => {$(
        $(#[$doc])*
        pub struct $read;
        impl Read for $read { const NAME: &'static str = $name; const PERMISSION: Permission = $permission; const CLAUSE: &'static str = $clause; }
    )+};
}
reads! {
    /// Accounts within reach.
    AccountRegister = "account-register", Permission::Of(Function::Accounts, Right::Read), "M8.4";
    /// One account.
    AccountPage = "account-page", Permission::Of(Function::Accounts, Right::Read), "M8.4";
    /// Form of a new account.
    NewAccountPage = "new-account-page", CONFIGURE, "M8.4";
    /// Form of an institution's first account.
    InstitutionAccountPage = "institution-account-page", Permission::Of(Function::DirectoryPublication, Right::Publish), "M2.4";
}

/// The kinds of office that have accounts here, as the register filters and the form offers them.
const KINDS: [(&str, &str); 11] = [
    ("county", "县人社局"),
    ("city", "市人社局"),
    ("institution", "培训机构"),
    ("finance", "财政局"),
    ("industry_department", "行业部门"),
    ("monitor", "第三方监督"),
    ("audit", "审计"),
    ("province", "省人社厅"),
    ("employment_bureau", "省就业局"),
    ("assessment_centre", "省鉴定中心"),
    ("technical_education_centre", "省技工教育中心"),
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filters {
    q: String,
    kind: String,
    state: String,
    page: String,
}

impl Filters {
    fn condition(&self, desk: &Desk) -> Condition {
        use account::Column as A;
        let plain: String = self.q.trim().chars().filter(|c| !matches!(c, '%' | '_' | '\\')).take(40).collect();
        let mut all = Condition::all().add(A::OfficeKind.ne("trainee"));
        // Those who look after their own office only see that office.
        if matches!(desk.actor.office, Office::Finance { .. } | Office::IndustryDepartment { .. } | Office::AssessmentCentre) {
            let (kind, reference) = session::office_parts(&desk.actor.office);
            all = all.add(A::OfficeKind.eq(kind)).add(A::OfficeRef.eq(reference));
        }
        if !plain.is_empty() {
            all = all.add(Condition::any().add(A::Name.contains(&plain)).add(A::Login.contains(plain.to_lowercase())).add(A::OfficeName.contains(&plain)));
        }
        if KINDS.iter().any(|(kind, _)| *kind == self.kind) {
            all = all.add(A::OfficeKind.eq(self.kind.as_str()));
        }
        match self.state.as_str() {
            "live" => all.add(A::Disabled.eq(false)),
            "disabled" => all.add(A::Disabled.eq(true)),
            "waiting" => all.add(A::Disabled.eq(false)).add(A::PasswordHash.is_null()),
            "locked" => all.add(A::LockedUntil.gt(desk.premises.clock.real_now())),
            _ => all,
        }
    }
}

/// `/accounts`.
pub async fn register(desk: Desk, Query(filters): Query<Filters>) -> Response {
    listed(&desk, &filters).await.unwrap_or_else(|stop| desk.stopped(stop))
}

async fn listed(desk: &Desk, filters: &Filters) -> Result<Response, Stop> {
    let found = desk
        .read()
        .await?
        .page::<account::Entity>(filters.page.parse().unwrap_or(1), PAGE_ROWS, |q| {
            q.filter(filters.condition(desk)).order_by_asc(account::Column::OfficeName).order_by_asc(account::Column::Login)
        })
        .await?;
    let register = Register {
        title: "账号".into(),
        note: "本辖区、本单位的登录账号；密码只通过一次性链接由本人设置".into(),
        buttons: if desk.may(CONFIGURE) { vec![Button::link("建立账号", "/accounts/new").main()] } else { Vec::new() },
        path: NAV.into(),
        query: vec![("q".into(), filters.q.clone()), ("kind".into(), filters.kind.clone()), ("state".into(), filters.state.clone())],
        filters: vec![
            Filter::text("q", "姓名、账号或单位"),
            Filter::choice("kind", "单位类别", KINDS),
            Filter::choice("state", "状态", [("live", "启用"), ("disabled", "停用"), ("waiting", "还没设密码"), ("locked", "锁定")]),
        ],
        columns: ["姓名", "账号", "单位", "岗位", "状态", "第二重验证", "建立"].map(Column::text).to_vec(),
        rows: found.rows.iter().map(|one| line(desk, one)).collect(),
        total: found.total,
        page: found.number,
        per_page: found.size,
        empty: "没有符合条件的账号。".into(),
        ..Register::default()
    };
    Ok(desk.page("账号", NAV, html! { (register) }))
}

fn line(desk: &Desk, one: &account::Model) -> Row {
    let (state, factor) = (state_tag(desk, one), factor_tag(one));
    Row::link(
        format!("/accounts/{}", one.id),
        vec![
            html! { (one.name) },
            html! { (one.login) },
            html! { (one.office_name) },
            html! { (one.role.label()) },
            html! { (state) },
            html! { (factor) },
            html! { (ui::dates::full_day(foundation::clock::day_of(one.created_at))) },
        ],
    )
}

fn state_tag(desk: &Desk, one: &account::Model) -> Tag {
    if one.disabled {
        tag::neutral("停用")
    } else if one.locked_until.is_some_and(|until| until > desk.premises.clock.real_now()) {
        tag::act("锁定中")
    } else if one.password_hash.is_none() {
        tag::look("还没设密码")
    } else {
        tag::good("启用")
    }
}

fn factor_tag(one: &account::Model) -> Tag {
    match (&one.totp_secret, crate::sign_in::must_enrol(one)) {
        (Some(_), _) => tag::good("已绑定"),
        (None, true) => tag::look("登录时须绑定"),
        (None, false) => tag::neutral("未绑定"),
    }
}

/// The account with this id, if it is one that is administered here.
async fn found(desk: &Desk, id: &str) -> Result<account::Model, Stop> {
    let id: AccountId = id.parse().map_err(|_| Fault::Gone)?;
    let listed = Filters::default().condition(desk).add(account::Column::Id.eq(id));
    desk.read().await?.find::<account::Entity>(listed).await?.ok_or_else(|| Fault::Gone.into())
}

/// `/accounts/{id}`.
pub async fn show(desk: Desk, Path(id): Path<String>) -> Response {
    dossier(&desk, &id, 200, "", &FormState::new()).await.unwrap_or_else(|stop| desk.stopped(stop))
}

async fn dossier(desk: &Desk, id: &str, status: u16, doing: &str, state: &FormState) -> Result<Response, Stop> {
    let one = found(desk, id).await?;
    let office = session::office_from(&one.office_kind, &one.office_ref).ok_or(Fault::Gone)?;
    let reader = desk.read().await?;
    let lines = desk::trail::of(desk, &reader, "account", one.id.to_string().as_str(), TRAIL_LINES).await?;
    let is_own = desk.actor.account.as_ref() == Some(&one.id);
    let manages = desk.may(CONFIGURE) && rules::administers(&desk.actor.office, &office, one.district);
    let moment = |at| ui::dates::full_moment(at);
    let facts = [
        ("账号", one.login.clone()),
        ("单位", one.office_name.clone()),
        ("单位类别", office.kind_label().to_owned()),
        ("岗位", one.role.label().to_owned()),
        ("地区", one.district.full_name()),
        ("密码", if one.password_hash.is_some() { "已设置".into() } else { "未设置（等待本人打开一次性链接）".to_owned() }),
        ("第二重验证", factor_tag(&one).word),
        ("锁定至", one.locked_until.filter(|until| *until > desk.premises.clock.real_now()).map_or_else(|| "—".to_owned(), moment)),
        ("建立", moment(one.created_at)),
    ];
    let mut main = vec![section("", facts_grid(&facts))];
    if manages && is_own {
        main.push(section("", html! { p class="jb-faint" { "这是您自己的账号，停用、重置和岗位调整请由另一位系统管理员办理。" } }));
    } else if manages {
        main.push(section("办理", html! { @for step in steps(&one) { (step.render(&one, doing, state)) } }));
    }
    let dossier = Dossier {
        head: DossierHead { title: one.name.clone(), state: Some(state_tag(desk, &one)), owner: one.office_name.clone(), ..DossierHead::default() },
        main,
        side: vec![ui::trail(&lines)],
        ..Dossier::default()
    };
    Ok(desk.page_status(status, "账号", NAV, html! { (dossier) }))
}

/// Something that may be done to an account, each for a reason.
struct Step {
    word: &'static str,
    title: &'static str,
    question: &'static str,
    hint: &'static str,
}

impl Step {
    fn render(&self, one: &account::Model, doing: &str, state: &FormState) -> Markup {
        let fresh = FormState::new();
        let state = if doing == self.word { state } else { &fresh };
        let options = Form {
            action: format!("/accounts/{}/{}", one.id, self.word),
            submit: self.title.into(),
            confirm: Some(self.question.into()),
            is_danger: self.word == "disable",
            ..Form::default()
        };
        html! { details class="jb-section" open[doing == self.word] { summary { (self.title) }
            p class="jb-faint" { (self.hint) }
            (form(&options, state, Field::text("reason", "原因").hint("记入留痕").required().max_length(100).show(state)))
        } }
    }
}

fn steps(one: &account::Model) -> Vec<Step> {
    if one.disabled {
        return vec![Step {
            word: "enable", title: "启用账号", question: "启用后他可以用原来的密码登录。确定吗？", hint: "原来的密码和动态口令仍然有效。"
        }];
    }
    let role = match one.role {
        AccountRole::Staff => {
            Step {
                word: "role", title: "改为系统管理员", question: "确定改为系统管理员吗？", hint: "可以管理账号；行政单位的系统管理员不再办理业务。"
            }
        }
        AccountRole::Administrator => Step {
            word: "role", title: "改为经办人员", question: "确定改为经办人员吗？", hint: "不能再管理账号，可以办理业务。"
        },
    };
    vec![
        Step {
            word: "reset",
            title: "重置账号",
            question: "原密码和动态口令立即作废，他会在所有设备上退出。确定吗？",
            hint: "忘记密码、换手机、怀疑被盗时用：给本人一个新的一次性链接，重新设密码、重新绑定动态口令。",
        },
        role,
        Step {
            word: "disable", title: "停用账号", question: "他会在所有设备上退出，不能再登录。确定停用吗？", hint: "调离、离职时用；办过的事和留痕都保留。"
        },
    ]
}

/// What an account act answers on the page: done → the account with a message; refused → the form again.
async fn settled<T>(desk: &Desk, id: &str, word: &str, form: &Pairs, result: Result<T, Stop>, message: &str) -> Response {
    match result {
        Ok(_) => desk.go(&format!("/accounts/{id}"), message),
        Err(Stop::Refused(no)) => dossier(desk, id, 422, word, &form.state().refused(no)).await.unwrap_or_else(|stop| desk.stopped(stop)),
        Err(stop) => desk.stopped(stop),
    }
}

/// POST `/accounts/{id}/disable`.
pub async fn disable(desk: Desk, Path(id): Path<String>, form: Pairs) -> Response {
    let Ok(account) = id.parse() else { return desk.stopped(Fault::Gone.into()) };
    let result = desk.perform(DisableAccount { account, reason: form.value("reason").into() }).await;
    settled(&desk, &id, "disable", &form, result, "账号已停用。").await
}

/// POST `/accounts/{id}/enable`.
pub async fn enable(desk: Desk, Path(id): Path<String>, form: Pairs) -> Response {
    let Ok(account) = id.parse() else { return desk.stopped(Fault::Gone.into()) };
    let result = desk.perform(EnableAccount { account, reason: form.value("reason").into() }).await;
    settled(&desk, &id, "enable", &form, result, "账号已启用。").await
}

/// POST `/accounts/{id}/role`: the other role.
pub async fn role(desk: Desk, Path(id): Path<String>, form: Pairs) -> Response {
    let one = match found(&desk, &id).await {
        Ok(one) => one,
        Err(stop) => return desk.stopped(stop),
    };
    let role = if one.role == AccountRole::Staff { AccountRole::Administrator } else { AccountRole::Staff };
    let result = desk.perform(ChangeAccountRole { account: one.id, role, reason: form.value("reason").into() }).await;
    settled(&desk, &id, "role", &form, result, "岗位已调整，他下次登录起生效。").await
}

/// POST `/accounts/{id}/reset`: the link, once.
pub async fn reset(desk: Desk, Path(id): Path<String>, form: Pairs) -> Response {
    let Ok(account) = id.parse() else { return desk.stopped(Fault::Gone.into()) };
    match desk.perform(ResetAccount { account, reason: form.value("reason").into() }).await {
        Ok(done) => handed_over(&desk, "账号已重置", &done),
        Err(Stop::Refused(no)) => dossier(&desk, &id, 422, "reset", &form.state().refused(no)).await.unwrap_or_else(|stop| desk.stopped(stop)),
        Err(stop) => desk.stopped(stop),
    }
}

/// The page on which a link is seen, this once.
fn handed_over(desk: &Desk, title: &str, done: &AccountLink) -> Response {
    let back = if desk.may(CONFIGURE) {
        Button::link("回到账号", format!("/accounts/{}", done.account))
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

fn new_form(desk: &Desk, status: u16, state: &FormState) -> Response {
    let own = &desk.actor.office;
    let fixed = matches!(own, Office::Institution { .. } | Office::Finance { .. } | Office::IndustryDepartment { .. } | Office::AssessmentCentre);
    let kinds = KINDS.into_iter().filter(|(kind, _)| *kind != "institution" && offers(own, kind));
    let districts = DistrictCode::all().filter(|one| one.is_administered() && own.scope_covers(*one)).map(|one| (one.to_string(), one.full_name()));
    let fields = html! {
        @if fixed { p { "单位：" strong { (desk.actor.office_name) } } } @else {
            (Field::select("kind", "单位类别", kinds).hint("培训机构的第一个账号在机构目录的机构页上开通").required().show(state))
            (Field::select("district", "地区", districts).hint("省级单位选福建省").required().show(state))
            (Field::text("office_name", "单位全称").hint("只有行业部门、第三方监督、审计要填，其他单位按地区自动填写").max_length(100).show(state))
        }
        (Field::text("name", "姓名").required().max_length(50).autocomplete("off").show(state))
        (Field::text("login", "账号名").hint("小写字母、数字、点或横线；不要用证件号码、手机号").required().max_length(40).autocomplete("off").show(state))
        (Field::radio("role", "岗位", AccountRole::all().iter().map(|one| (one.code(), one.label()))).hint("行政单位的系统管理员只管账号，不办业务").required().show(state))
    };
    desk.page_status(
        status,
        "建立账号",
        NAV,
        html! {
            (page_head("建立账号", "建好后给本人一个一次性链接，由他自己设密码", &[Button::link("返回", NAV)]))
            (form(&Form { action: "/accounts/new".into(), submit: "建立账号".into(), ..Form::default() }, state, fields))
        },
    )
}

/// Whether an administrator of `own` has anybody of this kind to administer.
fn offers(own: &Office, kind: &str) -> bool {
    DistrictCode::all().filter(|one| own.scope_covers(*one)).any(|district| {
        let reference = district.to_string();
        session::office_from(kind, &reference).is_some_and(|office| rules::administers(own, &office, district))
    })
}

/// POST `/accounts/new`.
pub async fn create(desk: Desk, form: Pairs) -> Response {
    let mut state = form.state();
    let office = match &desk.actor.office {
        own @ (Office::Institution { .. } | Office::Finance { .. } | Office::IndustryDepartment { .. } | Office::AssessmentCentre) => Some(own.clone()),
        _ => chosen(&form, &mut state),
    };
    let office_name =
        if form.value("office_name").is_empty() && matches!(office, Some(Office::IndustryDepartment { .. })) && office.as_ref() == Some(&desk.actor.office) {
            desk.actor.office_name.clone()
        } else {
            form.value("office_name").to_owned()
        };
    let role = form.value("role").parse::<AccountRole>();
    if role.is_err() {
        state.error("role", "请选择岗位");
    }
    let (Some(office), Ok(role), true) = (office, role, state.is_clean()) else { return new_form(&desk, 422, &state) };
    match desk.perform(CreateAccount { office, office_name, login: form.value("login").into(), name: form.value("name").into(), role }).await {
        Ok(done) => handed_over(&desk, "账号已建立", &done),
        Err(Stop::Refused(no)) => new_form(&desk, 422, &state.refused(no)),
        Err(stop) => desk.stopped(stop),
    }
}

fn chosen(form: &Pairs, state: &mut FormState) -> Option<Office> {
    let known = KINDS.iter().any(|(kind, _)| *kind == form.value("kind"));
    if !known {
        state.error("kind", "请选择单位类别");
    }
    if form.value("district").parse::<DistrictCode>().is_err() {
        state.error("district", "请选择地区");
    }
    known.then(|| session::office_from(form.value("kind"), form.value("district"))).flatten()
}

/// The listed institution of this id.
async fn listed_institution(desk: &Desk, id: &str) -> Result<institution::Model, Stop> {
    let id: InstitutionId = id.parse().map_err(|_| Fault::Gone)?;
    let row = desk.read().await?.get::<institution::Entity>(id).await?;
    let office = Office::Institution { institution: row.id.clone() };
    if rules::administers(&desk.actor.office, &office, row.district) { Ok(row) } else { Err(Fault::Gone.into()) }
}

/// `/institutions/{id}/account`.
pub async fn new_for_institution(desk: Desk, Path(id): Path<String>) -> Response {
    match listed_institution(&desk, &id).await {
        Ok(row) => institution_form(&desk, &row, 200, &FormState::new().with("name", row.contact.clone())),
        Err(stop) => desk.stopped(stop),
    }
}

fn institution_form(desk: &Desk, row: &institution::Model, status: u16, state: &FormState) -> Response {
    desk.page_status(
        status,
        "开通机构账号",
        "/institutions",
        html! {
            (page_head("开通机构账号", &row.name, &[Button::link("返回", format!("/institutions/{}", row.id))]))
            (form(&Form { action: format!("/institutions/{}/account", row.id), submit: "开通".into(), ..Form::default() }, state, html! {
                (Field::text("name", "经办人姓名").hint("机构的第一个账号，之后由他给班主任等同事开账号").required().max_length(50).autocomplete("off").show(state))
                (Field::text("login", "账号名").hint("小写字母、数字、点或横线；不要用证件号码、手机号").required().max_length(40).autocomplete("off").show(state))
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
    let act = OpenInstitutionAccount { institution: row.id.clone(), login: form.value("login").into(), name: form.value("name").into() };
    match desk.perform(act).await {
        Ok(done) => handed_over(&desk, "机构账号已开通", &done),
        Err(Stop::Refused(no)) => institution_form(&desk, &row, 422, &form.state().refused(no)),
        Err(stop) => desk.stopped(stop),
    }
}
