//! Accounts as their administrators see them (M8.4; domain §1.3 row 36): the register and one account.

use axum::extract::Path;
use axum::response::Response;
use desk::procedure::{self, Press};
use desk::{Desk, Pairs, Query};
use foundation::at;
use foundation::codes::AccountRole;
use foundation::limits::PAGE_ROWS;
use foundation::{AccountId, Fault, Function, Office, OrganisationKind, Permission, Right, Stop};
use maud::{Markup, html};
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder};
use store::tables::identity::account;
use ui::{
    Button, Column, Dossier, DossierHead, Field, Filter, Form, FormState, Register, Row, Tag, facts_grid, form,
    section, tag,
};

use crate::account_forms::handed_over;
use crate::acts::accounts::{ChangeAccountRole, DisableAccount, EnableAccount, ResetAccount};
use crate::declared::{Accounts, Step as Way};
use crate::rules;

pub(crate) const NAV: &str = "/accounts";
pub(crate) const CONFIGURE: Permission = Permission::Of(Function::Accounts, Right::Configure);
/// Lines of an account's trail.
const TRAIL_LINES: u64 = 30;

desk::reads! {
    /// Accounts within reach.
    AccountRegister = "account-register", Permission::Of(Function::Accounts, Right::Read), "M8.4";
    /// One account.
    AccountPage = "account-page", Permission::Of(Function::Accounts, Right::Read), "M8.4";
    /// Form of a new account.
    NewAccountPage = "new-account-page", CONFIGURE, "M8.4";
    /// Form of an institution's first account.
    InstitutionAccountPage = "institution-account-page",
        Permission::Of(Function::DirectoryPublication, Right::Publish), "M2.4";
}

/// The offices of the state that have accounts here, as the form offers them.
pub(crate) const OFFICES: [(&str, &str); 8] = [
    ("county", "县人社局"),
    ("city", "市人社局"),
    ("finance", "财政局"),
    ("audit", "审计"),
    ("province", "省人社厅"),
    ("employment_bureau", "省就业局"),
    ("assessment_centre", "省鉴定中心"),
    ("technical_education_centre", "省技工教育中心"),
];

/// Every kind of office and organisation, as the register filters.
fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    OFFICES.into_iter().chain(OrganisationKind::all().iter().map(|one| (one.code(), one.label())))
}

desk::filters! {
    /// The filters of the register.
    pub Filters {
        /// Words.
        q,
        /// Office kind.
        kind,
        /// State code.
        state,
    }
}

impl Filters {
    fn condition(&self, desk: &Desk) -> Condition {
        use account::Column as A;
        let plain = desk::filters::words(&self.q);
        let mut all = Condition::all().add(A::OfficeKind.ne("trainee"));
        // Those who look after their own office only see that office; the assessment centre, assessment bodies too.
        let own = || {
            let (kind, reference) = desk.actor.office.parts();
            Condition::all().add(A::OfficeKind.eq(kind)).add(A::OfficeRef.eq(reference))
        };
        match desk.actor.office {
            Office::Finance { .. } => all = all.add(own()),
            Office::AssessmentCentre => {
                let bodies = A::OfficeKind.eq(OrganisationKind::AssessmentBody.code());
                all = all.add(Condition::any().add(own()).add(bodies));
            }
            _ => {}
        }
        if !plain.is_empty() {
            all = all.add(
                Condition::any()
                    .add(A::Name.contains(&plain))
                    .add(A::Login.contains(plain.to_lowercase()))
                    .add(A::OfficeName.contains(&plain)),
            );
        }
        if kinds().any(|(kind, _)| kind == self.kind) {
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
        .page::<account::Entity>(filters.page_number(), PAGE_ROWS, |q| {
            q.filter(filters.condition(desk))
                .order_by_asc(account::Column::OfficeName)
                .order_by_asc(account::Column::Login)
        })
        .await?;
    let register = Register {
        title: "账号".into(),
        note: "本辖区、本单位的登录账号；密码只通过一次性链接由本人设置".into(),
        buttons: if desk.may(CONFIGURE) {
            vec![Button::link("建立账号", "/accounts/new").main()]
        } else {
            Vec::new()
        },
        path: NAV.into(),
        query: filters.pairs(),
        filters: vec![
            Filter::text("q", "姓名、账号或单位"),
            Filter::choice("kind", "单位类别", kinds()),
            Filter::choice(
                "state",
                "状态",
                [("live", "启用"), ("disabled", "停用"), ("waiting", "还没设密码"), ("locked", "锁定")],
            ),
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
        at::AccountPage(&one.id).to_string(),
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
    let office = Office::from_parts(&one.office_kind, &one.office_ref, one.district).ok_or(Fault::Gone)?;
    let reader = desk.read().await?;
    let lines =
        desk::trail::of(desk, &reader, &crate::declared::ACCOUNT, one.id.to_string().as_str(), TRAIL_LINES).await?;
    let is_own = desk.actor.account.as_ref() == Some(&one.id);
    let manages = desk.may(CONFIGURE) && rules::administers(&desk.actor.office, &office, one.district);
    let moment = |at| ui::dates::full_moment(at);
    let facts = [
        ("账号", one.login.clone()),
        ("单位", one.office_name.clone()),
        ("单位类别", office.kind_label().to_owned()),
        ("岗位", one.role.label().to_owned()),
        ("地区", one.district.full_name()),
        (
            "密码",
            if one.password_hash.is_some() {
                "已设置".into()
            } else {
                "未设置（等待本人打开一次性链接）".to_owned()
            },
        ),
        ("第二重验证", factor_tag(&one).word),
        (
            "锁定至",
            one.locked_until
                .filter(|until| *until > desk.premises.clock.real_now())
                .map_or_else(|| "—".to_owned(), moment),
        ),
        ("建立", moment(one.created_at)),
    ];
    let mut main = vec![section("", facts_grid(&facts))];
    if manages && is_own {
        main.push(section(
            "",
            html! { p class="jb-faint" { "这是您自己的账号，停用、重置和岗位调整请由另一位系统管理员办理。" } },
        ));
    } else if manages {
        main.push(section("办理", html! { @for step in steps(&one) { (step.render(&one, doing, state)) } }));
    }
    let dossier = Dossier {
        head: DossierHead {
            title: one.name.clone(),
            state: Some(state_tag(desk, &one)),
            owner: one.office_name.clone(),
            ..DossierHead::default()
        },
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
    /// A step of the account's course: its words stand in the table.
    fn of(way: Way, hint: &'static str) -> Self {
        let (title, word, question) = match procedure::row::<Accounts>(way).press {
            Press::Form(title, word, question) => (title, word, question),
            _ => ("", "", ""),
        };
        Self { word, title, question, hint }
    }
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
        return vec![Step::of(Way::Enable, "原来的密码和动态口令仍然有效。")];
    }
    let role = match one.role {
        AccountRole::Staff => Step {
            word: "role",
            title: "改为系统管理员",
            question: "确定改为系统管理员吗？",
            hint: "可以管理账号；行政单位的系统管理员不再办理业务。",
        },
        AccountRole::Administrator => Step {
            word: "role",
            title: "改为经办人员",
            question: "确定改为经办人员吗？",
            hint: "不能再管理账号，可以办理业务。",
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
        Step::of(Way::Disable, "调离、离职时用；办过的事和留痕都保留。"),
    ]
}

/// What an account act answers on the page: done → the account with a message; refused → the form again.
async fn settled<T>(
    desk: &Desk,
    id: &str,
    word: &str,
    form: &Pairs,
    result: Result<T, Stop>,
    message: &str,
) -> Response {
    desk.answer(
        result,
        |_| (at::AccountPage(&id).to_string(), message.to_owned()),
        async |no| {
            dossier(desk, id, 422, word, &form.state().refused(no)).await.unwrap_or_else(|stop| desk.stopped(stop))
        },
    )
    .await
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
    let again = async |no| {
        dossier(&desk, &id, 422, "reset", &form.state().refused(no)).await.unwrap_or_else(|stop| desk.stopped(stop))
    };
    let reset = desk.perform(ResetAccount { account, reason: form.value("reason").into() }).await;
    desk.answer(reset, |done| handed_over(&desk, "账号已重置", &done), again).await
}
