//! The public verification page of a certificate (M3.1; domain §12.5): no account, masked data, one
//! indexed read.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use desk::{Desk, Query, Read};
use foundation::at;
use foundation::{Permission, PersonName, Stop};
use hmac::{Hmac, KeyInit, Mac};
use maud::{Markup, html};
use reckoning::number::CertificateNumber;
use serde::{Deserialize, Serialize};
use sm3::Sm3;
use store::query::ColumnTrait;
use store::tables::supervision::certificate;
use ui::{Field, Form, FormState, form, page_head, panel};

/// Anybody may check a certificate.
pub struct VerifyCertificate;
impl Read for VerifyCertificate {
    const NAME: &'static str = "verify-certificate";
    const PERMISSION: Permission = Permission::Public;
    const CLAUSE: &'static str = "M3.3";
}

/// The address that a certificate's QR code leads to; `s` shows that this installation printed it.
pub fn address(desk: &Desk, number: &str) -> String {
    format!("{}{}", desk.premises.settings.base_url, at::VerifyPage(number).asking(&[("s", &seal(desk, number))]))
}

fn seal(desk: &Desk, number: &str) -> String {
    let mut mac =
        <Hmac<Sm3> as KeyInit>::new_from_slice(&desk.premises.settings.secret).expect("HMAC takes any key length");
    mac.update(b"certificate\n");
    mac.update(number.as_bytes());
    hex::encode(&mac.finalize().into_bytes()[..6])
}

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    number: Option<String>,
    #[serde(default)]
    s: String,
}

/// `/verify`: the form; with `?number=` it goes on to the certificate.
pub async fn ask(desk: Desk, Query(asked): Query<Asked>) -> Response {
    let Some(number) = asked.number.map(|typed| typed.trim().to_uppercase()) else {
        return desk.page("证书查验", "/verify", question(&FormState::new()));
    };
    if number.is_empty() {
        let mut state = FormState::new();
        state.error("number", "还没有填写证书编号。编号印在证书上，以 PXHG 开头");
        return desk.page_status(422, "证书查验", "/verify", question(&state));
    }
    match number.parse::<CertificateNumber>() {
        Ok(number) => desk.go(&at::VerifyPage(number.as_str()).to_string(), ""),
        Err(bad) => {
            let mut state = FormState::new().with("number", number);
            state.error("number", bad.to_string());
            desk.page_status(422, "证书查验", "/verify", question(&state))
        }
    }
}

fn question(state: &FormState) -> Markup {
    html! {
        (page_head("证书查验", "输入培训合格证书上的编号，或用手机扫证书上的二维码", &[]))
        (form(&Form { action: "/verify".into(), submit: "查验".into(), is_search: true, ..Form::default() },
            state, html! {
            (Field::text("number", "证书编号").hint("以 PXHG 开头，共 25 位").required().max_length(40).show(state))
        }))
    }
}

/// What the public sees of a certificate.
#[derive(Debug, Serialize)]
pub struct Shown {
    number: String,
    name: String,
    item: String,
    periods: i32,
    starts_on: String,
    ends_on: String,
    institution: String,
    issued_on: String,
    valid: bool,
    journal: Option<i64>,
}

async fn find(desk: &Desk, number: &str) -> Result<Option<(certificate::Model, Shown)>, Stop> {
    let system = desk.as_system("certificate-verification");
    let reader = system.read().await?;
    let Some(row) = reader.find::<certificate::Entity>(certificate::Column::Number.eq(number)).await? else {
        return Ok(None);
    };
    // The certificate's fact is the one of its class that names it; its place is the journal number.
    let issued = "CompletionCertificateIssued";
    let journal = desk::trail::number_of(&reader, &row.class, &row.person, issued).await?;
    let name = row.name.parse::<PersonName>().map_or_else(|_| "*".to_owned(), |name| name.masked());
    let shown = Shown {
        number: row.number.clone(),
        name,
        item: row.item_name.clone(),
        periods: row.periods.0,
        starts_on: row.starts_on.to_string(),
        ends_on: row.ends_on.to_string(),
        institution: row.institution_name.clone(),
        issued_on: row.issued_on.to_string(),
        valid: row.valid,
        journal,
    };
    Ok(Some((row, shown)))
}

/// `/verify/{number}`.
pub async fn show(desk: Desk, Path(number): Path<String>, Query(asked): Query<Asked>) -> Response {
    let number = number.trim().to_uppercase();
    let printed_here = if asked.s.is_empty() { None } else { Some(asked.s == seal(&desk, &number)) };
    match find(&desk, &number).await {
        Ok(Some((row, shown))) => desk.page("证书查验", "/verify", result(&row, &shown, printed_here)),
        Ok(None) => desk.page_status(
            404,
            "证书查验",
            "/verify",
            html! {
                (page_head("没有查到这张证书", "", &[]))
                (panel("", html! {
                    p { "编号 " strong { (number) } " 不在本系统发出的培训合格证书里。" }
                    p { "请核对有没有抄错；若证书上的二维码也查不到，证书可能是假的，请向当地人社部门反映。" }
                    p { a class="btn jb-btn" href="/verify" { "重新输入" } }
                }))
            },
        ),
        Err(stop) => desk.stopped(stop),
    }
}

fn result(row: &certificate::Model, shown: &Shown, printed_here: Option<bool>) -> Markup {
    let facts = [
        ("姓名", shown.name.clone()),
        ("培训项目", shown.item.clone()),
        ("课时", format!("{} 课时", shown.periods)),
        ("培训机构", shown.institution.clone()),
        ("起止", ui::dates::full_range(row.starts_on, row.ends_on)),
        ("发证日期", ui::dates::full_day(row.issued_on)),
        ("证书编号", shown.number.clone()),
        ("公开日志", shown.journal.map_or_else(|| "正在入账".to_owned(), |seq| format!("第 {seq} 条"))),
    ];
    html! {
        @if shown.valid { (page_head("证书有效", "本证书由本系统发出，内容如下", &[])) p { (ui::tag::good("有效")) } }
        @else {
            (page_head("证书已撤销", "本证书已被撤销，不能再作为培训合格的凭证", &[]))
            p { (ui::tag::act("已撤销")) " " (row.annulled_reason) }
        }
        @if printed_here == Some(false) { p role="alert" { "提醒：二维码里的校验信息不对，这张纸可能不是本系统打印的，请以本页内容为准。" } }
        (panel("", html! { (ui::facts_grid(&facts)) }))
        p class="jb-head__note" { "为保护个人信息，本页只显示隐去部分内容的姓名，不显示证件号码。" }
    }
}

/// `/api/v1/certificates/{number}`.
pub async fn resource(desk: Desk, headers: HeaderMap, Path(number): Path<String>) -> Response {
    match find(&desk, &number.trim().to_uppercase()).await {
        Ok(Some((_, shown))) => desk::api::resource(&headers, &shown),
        Ok(None) => desk.stopped(foundation::Fault::Gone.into()),
        Err(stop) => desk.stopped(stop),
    }
}
