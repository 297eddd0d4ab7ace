//! The class's page of sign-in slips (登录条), and the sheet to print and cut (M7.1; pages.md "On a phone").

use std::collections::HashMap;

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Pairs, Read};
use foundation::at;
use foundation::{AccountId, ClassId, EnrolmentId, Fault, Function, Instant, Permission, PersonId, Right, Stop};
use m3_supervision::doorway::{Class, places};
use maud::{Markup, html};
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::identity::{account, one_time_link, sign_in};
use ui::{Bulk, Button, Column, FormState, Register, Row, Tag, page_head, panel, tag};

use crate::acts::links::LinkPurpose;
use crate::acts::slips::{IssueSlips, Slip, gives_slips};

/// The class's slips.
pub struct SlipsPage;
impl Read for SlipsPage {
    const NAME: &'static str = "slips-page";
    const PERMISSION: Permission = Permission::Of(Function::OpeningApplication, Right::Create);
    const CLAUSE: &'static str = "M7.1";
    const CLAUSE_WHY: &'static str = "申请开班的人发，学员凭它实名签到";
}

/// `/classes/{id}/slips`.
pub async fn show(desk: Desk, Path(id): Path<String>) -> Response {
    page(&desk, &id, &FormState::new()).await.unwrap_or_else(|stop| desk.stopped(stop))
}

async fn own_class(desk: &Desk, id: &str) -> Result<Class, Stop> {
    let id: ClassId = id.parse().map_err(|_| Fault::Gone)?;
    desk.read().await?.get(&id).await
}

async fn page(desk: &Desk, id: &str, state: &FormState) -> Result<Response, Stop> {
    let class = own_class(desk, id).await?;
    let roster = places(&desk.read().await?, &class.id).await?;
    let known = Known::of(desk, roster.iter().map(|one| one.person.clone()).collect()).await?;
    let now = desk.premises.clock.real_now();
    let waiting = roster.iter().filter(|one| known.signed_in(&one.person).is_none()).count();
    let register = Register {
        title: "登录条".into(),
        note: format!("{} · {} 人，{waiting} 人还没在手机上登录过", class.title, roster.len()),
        path: at::ClassSlips(&class.id).to_string(),
        buttons: vec![Button::link("回到班级", at::ClassPage(&class.id).to_string())],
        columns: ["学员", "证件", "手机登录", "登录条"].map(Column::text).to_vec(),
        rows: roster
            .iter()
            .map(|one| {
                let row = Row::plain(vec![
                    html! { (one.name) },
                    html! { span class="jb-number" { (one.id_number_masked) } },
                    html! { (known.phone_tag(&one.person, desk)) },
                    html! { (known.slip_tag(&one.person, now)) },
                ]);
                if gives_slips(class.state) { row.pick(one.id.to_string()) } else { row }
            })
            .collect(),
        total: roster.len() as u64,
        per_page: roster.len().max(1) as u64,
        empty: "名册上还没有人。".into(),
        bulk: gives_slips(class.state).then(|| Bulk {
            action: at::ClassSlips(&class.id).to_string(),
            acts: vec![
                ("给全班还没登录的人发".into(), "waiting".into()),
                ("给勾选的人发登录条".into(), "picked".into()),
            ],
            ..Bulk::default()
        }),
        ..Register::default()
    };
    let status = if state.is_clean() { 200 } else { 422 };
    Ok(desk.page_status(
        status,
        "登录条",
        "/classes",
        html! {
            (ui::error_summary(state))
            @if !gives_slips(class.state) {
                (panel("", html! { p { "班级现在是“" (class.state.label()) "”，不能发登录条。准予开班之后、学员评价完之前可以发。" } }))
            }
            (register)
            (panel("怎么用", html! { ul {
                li { "打印出来沿虚线剪开，当面发给本人。扫一次码，这部手机就登录了，上课不用密码。" }
                li { "每张只能用一次，过期或丢了就重发；重发后旧的作废，新的一用，原来的手机就退出。" }
                li { "替别人扫码签到属于弄虚作假。每次发条、用条都记入公开日志，学员本人看得到。" }
                li { "没有手机的学员不用登录条，上课由老师点名，一样算数。" }
            } }))
        },
    ))
}

/// What is known of the trainees' accounts.
struct Known {
    accounts: HashMap<PersonId, AccountId>,
    seen: HashMap<AccountId, Instant>,
    slips: HashMap<AccountId, one_time_link::Model>,
}

impl Known {
    async fn of(desk: &Desk, persons: Vec<PersonId>) -> Result<Self, Stop> {
        // Accounts and links are nobody's rows but the system's; only their state leaves this function.
        let reader = desk.as_system("slips-page").read().await?;
        let accounts: HashMap<PersonId, AccountId> = reader
            .list::<account::Entity>(|q| {
                q.filter(account::Column::Person.is_in(persons)).filter(account::Column::OfficeKind.eq("trainee"))
            })
            .await?
            .into_iter()
            .filter_map(|one| Some((one.person?, one.id)))
            .collect();
        let ids = || accounts.values().cloned();
        let seen = reader
            .list::<sign_in::Entity>(|q| {
                q.filter(sign_in::Column::Account.is_in(ids()))
                    .filter(sign_in::Column::EndedAt.is_null())
                    .order_by_asc(sign_in::Column::LastSeenAt)
            })
            .await?
            .into_iter()
            .map(|one| (one.account, one.last_seen_at))
            .collect();
        let slips = reader
            .list::<one_time_link::Entity>(|q| {
                q.filter(one_time_link::Column::Account.is_in(ids()))
                    .filter(one_time_link::Column::Purpose.eq(LinkPurpose::TraineeSlip.word()))
                    .order_by_asc(one_time_link::Column::CreatedAt)
            })
            .await?
            .into_iter()
            .map(|one| (one.account.clone(), one))
            .collect();
        Ok(Self { accounts, seen, slips })
    }

    fn signed_in(&self, person: &PersonId) -> Option<Instant> {
        self.seen.get(self.accounts.get(person)?).copied()
    }

    fn phone_tag(&self, person: &PersonId, desk: &Desk) -> Tag {
        match self.signed_in(person) {
            Some(at) => tag::good(format!(
                "已登录，{}用过",
                ui::dates::near_day(
                    foundation::clock::day_of(at),
                    foundation::clock::day_of(desk.premises.clock.real_now())
                )
            )),
            None => tag::look("没登录过"),
        }
    }

    fn slip_tag(&self, person: &PersonId, now: Instant) -> Tag {
        match self.accounts.get(person).and_then(|account| self.slips.get(account)) {
            None => tag::neutral("没发过"),
            Some(link) if link.used_at.is_some() => tag::good("已用"),
            Some(link) if link.expires_at < now => tag::look("过期没用"),
            Some(link) => {
                tag::neutral(format!("已发，{}前有效", ui::dates::day(foundation::clock::day_of(link.expires_at))))
            }
        }
    }
}

/// POST `/classes/{id}/slips`: the sheet, this once.
pub async fn issue(desk: Desk, Path(id): Path<String>, form: Pairs) -> Response {
    sheet_of(&desk, &id, &form).await.unwrap_or_else(|stop| desk.stopped(stop))
}

async fn sheet_of(desk: &Desk, id: &str, form: &Pairs) -> Result<Response, Stop> {
    let class = own_class(desk, id).await?;
    let enrolments: Vec<EnrolmentId> = if form.value("do") == "waiting" {
        let roster = places(&desk.read().await?, &class.id).await?;
        let known = Known::of(desk, roster.iter().map(|one| one.person.clone()).collect()).await?;
        roster.into_iter().filter(|one| known.signed_in(&one.person).is_none()).map(|one| one.id).collect()
    } else {
        form.values("pick").filter_map(|one| one.parse().ok()).collect()
    };
    let issued = desk.perform(IssueSlips { class: class.id.clone(), enrolments }).await;
    let again =
        async |no| page(desk, id, &FormState::new().refused(no)).await.unwrap_or_else(|stop| desk.stopped(stop));
    Ok(desk.answer(issued, |slips| desk.page("打印登录条", "/classes", sheet(&class, &slips)), again).await)
}

/// Two slips beside each other, cut along the dashes.
fn sheet(class: &Class, slips: &[Slip]) -> Markup {
    html! {
        (page_head("登录条", &format!("{} · {} 张，请现在打印；离开这一页就看不到了", class.title, slips.len()),
            &[Button::link("回到名单", at::ClassSlips(&class.id).to_string())]))
        p class="jb-noprint" { button type="button" class="btn btn-primary jb-btn" data-print { "打印" } }
        ul class="jb-slips" { @for slip in slips { li class="jb-slip" {
            (ui::qr(&slip.link.address, &format!("{}的登录二维码", slip.name)))
            div {
                p class="jb-slip__name" {
                    strong { (slip.name) } " "
                    span class="jb-number" {
                        (slip.document_masked.chars()
                            .rev().take(4).collect::<Vec<_>>().into_iter().rev().collect::<String>())
                    }
                }
                p { (class.title) }
                p { "用手机扫左边的码，点“是我，登录”。以后上课用这部手机扫教室的码签到。" }
                p class="jb-faint" { "限本人用一次，" (ui::dates::day(foundation::clock::day_of(slip.link.expires_at))) "前有效" }
            }
        } } }
    }
}
