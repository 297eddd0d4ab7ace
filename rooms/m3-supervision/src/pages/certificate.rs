//! Certificates of a class: the list, the issuing, the PDF files (M3.1).

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::{Desk, Pairs, Read};
use foundation::at;
use foundation::codes::FullProcessState;
use foundation::{CertificateId, ClassId, Fault, Function, Permission, Right, Stop};
use maud::{Markup, html};
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::supervision::{certificate, training_class};
use ui::{Button, Row, page_head, panel, simple_table};

use super::verify;
use crate::acts::certificate::IssueCertificates;
use crate::certificate_pdf::{Sheet, pdf};

/// The certificates of a class.
pub struct CertificatesPage;
impl Read for CertificatesPage {
    const NAME: &'static str = "certificates-page";
    const PERMISSION: Permission = Permission::Of(Function::CompletionExam, Right::Read);
}

/// One certificate's PDF: its holder, its institution, its officers.
pub struct CertificateFile;
impl Read for CertificateFile {
    const NAME: &'static str = "certificate-file";
    const PERMISSION: Permission = Permission::SignedIn;
    const CLAUSE: &'static str = "M3.3";
}

async fn of_class(desk: &Desk, class: &ClassId) -> Result<(training_class::Model, Vec<certificate::Model>), Stop> {
    let reader = desk.read().await?;
    let class = reader.get(&class).await?;
    let list = reader
        .list::<certificate::Entity>(|q| {
            q.filter(certificate::Column::Class.eq(class.id.clone())).order_by_asc(certificate::Column::Number)
        })
        .await?;
    Ok((class, list))
}

/// `/classes/{id}/certificates`.
pub async fn show(desk: Desk, Path(class): Path<String>) -> Response {
    let Ok(class) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    match of_class(&desk, &class).await {
        Ok((class, list)) => desk.page("培训合格证书", "/classes", body(&desk, &class, &list)),
        Err(stop) => desk.stopped(stop),
    }
}

fn body(desk: &Desk, class: &training_class::Model, list: &[certificate::Model]) -> Markup {
    let mut buttons = vec![Button::link("回到班级", at::ClassPage(&class.id).to_string())];
    if !list.is_empty() {
        buttons.push(Button::link("全部证书（PDF）", at::ClassCertificatesPdf(&class.id).to_string()));
    }
    if class.state == FullProcessState::ResultsReview
        && desk.may(Permission::Of(Function::CompletionExam, Right::Create))
    {
        buttons.push(Button::post("发放证书", at::ClassCertificates(&class.id).to_string()).main());
    }
    let columns = [
        ui::Column::text("证书编号"),
        ui::Column::text("姓名"),
        ui::Column::text("发证日期"),
        ui::Column::text("状态"),
        ui::Column::text("文件"),
    ];
    let rows: Vec<Row> = list
        .iter()
        .map(|one| {
            Row::plain(vec![
                html! { a href=(at::VerifyPage(&one.number)) { (one.number) } },
                html! { (one.name) },
                html! { (ui::dates::full_day(one.issued_on)) },
                html! { @if one.valid { (ui::tag::good("有效")) } @else { (ui::tag::act("已撤销")) } },
                html! { a href={ "/certificates/" (one.id) ".pdf" } { "证书" } },
            ])
        })
        .collect();
    html! {
        (page_head("培训合格证书", &class.title, &buttons))
        @if rows.is_empty() { (panel("", html! { p { "还没有发证。成绩由第二人确认后，由培训机构发证。" } })) }
        @else { (simple_table("发放名册", &columns, &rows)) }
    }
}

/// POST `/classes/{id}/certificates`.
pub async fn issue(desk: Desk, Path(class): Path<String>, _form: Pairs) -> Response {
    let Ok(id) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    let result = desk.perform(IssueCertificates { class: id }).await;
    let said = result
        .as_ref()
        .map_or_else(|_| String::new(), |count| format!("已发放 {count} 张证书，学员手机上可以评价本次培训了。"));
    desk.after(result, &at::ClassCertificates(&class).to_string(), &said)
}

/// `/classes/{id}/certificates.pdf`.
pub async fn class_file(desk: Desk, Path(class): Path<String>) -> Response {
    let Ok(class) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    match of_class(&desk, &class).await {
        Ok((_, list)) if list.is_empty() => desk.stopped(Fault::Gone.into()),
        Ok((class, list)) => file(&desk, list, &format!("{}.pdf", class.class_no)).await,
        Err(stop) => desk.stopped(stop),
    }
}

/// `/certificates/{id}.pdf`.
pub async fn one_file(desk: Desk, Path(name): Path<String>) -> Response {
    let Some(id) = name.strip_suffix(".pdf").and_then(|id| id.parse::<CertificateId>().ok()) else {
        return desk.stopped(Fault::Gone.into());
    };
    let found = match desk.read().await {
        Ok(reader) => reader.get(&id).await,
        Err(stop) => Err(stop),
    };
    match found {
        Ok(one) => {
            let name = format!("{}.pdf", one.number);
            file(&desk, vec![one], &name).await
        }
        Err(stop) => desk.stopped(stop),
    }
}

async fn file(desk: &Desk, list: Vec<certificate::Model>, name: &str) -> Response {
    let addresses: Vec<String> = list.iter().map(|one| verify::address(desk, &one.number)).collect();
    let made = tokio::task::spawn_blocking(move || {
        let sheets: Vec<Sheet<'_>> =
            list.iter().zip(addresses).map(|(certificate, address)| Sheet { certificate, address }).collect();
        pdf(&sheets)
    })
    .await;
    match made {
        Ok(Ok(bytes)) => (
            StatusCode::OK,
            [
                (header::CONTENT_TYPE, "application/pdf".to_owned()),
                (header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")),
            ],
            bytes,
        )
            .into_response(),
        Ok(Err(refusal)) => desk.stopped(refusal.into()),
        Err(error) => desk.stopped(Fault::Upstream(error.to_string()).into()),
    }
}
