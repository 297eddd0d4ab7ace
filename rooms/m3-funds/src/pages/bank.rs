//! The bank's files (拨付; domain §7.4 S70–S90): the approved one goes out, the answer comes in, and in the demo, where
//! there is no bank, samples of an answer.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use desk::workbook::{Cell, Sheet};
use desk::{Desk, Pairs, Query, Read, Upload};
use foundation::at;
use foundation::codes::PaymentState;
use foundation::{Fault, Function, PaymentBatchId, Permission, Right};
use serde::Deserialize;
use store::tables::funds::payment_line;
use ui::FormState;

use super::batch::{load, shown};
use crate::acts::bank_file::TakeBankFile;
use crate::acts::settle::{ReturnTaken, TakeBankReturn};
use crate::rules::bank::yuan;

/// A bank's answer to try with: the demo only.
pub struct SampleReturn;
impl Read for SampleReturn {
    const NAME: &'static str = "sample-return";
    const PERMISSION: Permission = Permission::Of(Function::ClaimPayment, Right::Pay);
    const STAGE: &'static str = PaymentState::Sent.code();
}

/// POST `/payment-batches/{id}/return`: the bank's answer as a file.
pub async fn take_return(desk: Desk, Path(id): Path<String>, upload: Upload) -> Response {
    let Ok(batch) = id.parse::<PaymentBatchId>() else { return desk.stopped(Fault::Gone.into()) };
    let said = |one: ReturnTaken| {
        let open = match one.open {
            0 => "本批次已全部有结果。".to_owned(),
            open => format!("还有 {open} 笔没有结果，银行再给文件时接着上传。"),
        };
        let repeated = if one.repeated > 0 {
            format!("（{} 笔以前已登记，没有变化）", one.repeated)
        } else {
            String::new()
        };
        (
            at::PaymentBatchPage(&id).to_string(),
            format!("已登记：到账 {} 笔，退票 {} 笔{repeated}。{open}", one.paid, one.returned),
        )
    };
    let taken = desk.perform(TakeBankReturn::new(batch, upload.name, &upload.bytes)).await;
    desk.answer(taken, said, async |no| shown(&desk, &id, 422, &FormState::new().refused(no)).await).await
}

/// POST `/payment-batches/{id}/file`: the approved file, and a fact that it was taken.
pub async fn file(desk: Desk, Path(id): Path<String>, _form: Pairs) -> Response {
    let Ok(batch) = id.parse::<PaymentBatchId>() else { return desk.stopped(Fault::Gone.into()) };
    let taken = desk.perform(TakeBankFile { batch }).await;
    desk.answer(
        taken,
        |file| attachment(&file.name, file.text),
        async |no| desk.refused(&at::PaymentBatchPage(&id).to_string(), &no),
    )
    .await
}

fn attachment(name: &str, text: String) -> Response {
    let disposition = format!("attachment; filename*=UTF-8''{}", ui::table::encode(name));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, text).into_response()
}

/// Which sample.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Sample {
    kind: String,
    format: String,
}

/// `/payment-batches/{id}/sample-return`: what a bank would answer, for the demo.
pub async fn sample_return(desk: Desk, Path(id): Path<String>, Query(asked): Query<Sample>) -> Response {
    let found = load(&desk, &id).await;
    let loaded = match found {
        Ok(loaded) if desk.premises.settings.demo && loaded.batch.state == PaymentState::Sent => loaded,
        Ok(_) => return desk.stopped(Fault::Gone.into()),
        Err(stop) => return desk.stopped(stop),
    };
    let open: Vec<&payment_line::Model> = loaded.lines.iter().filter(|one| one.state == PaymentState::Sent).collect();
    let rows: Vec<[String; 6]> = open
        .iter()
        .enumerate()
        .map(|(at, one)| {
            let failed = asked.kind == "returned" && at + 1 == open.len();
            let (result, reference, reason) = if failed {
                ("失败", String::new(), "户名与账号不符".to_owned())
            } else {
                ("成功", format!("DEMO{}", &one.id.to_string()[10..]), String::new())
            };
            [one.id.to_string(), one.payee.clone(), yuan(one.amount), result.to_owned(), reference, reason]
        })
        .collect();
    let name = format!("回盘样例{}", loaded.batch.batch_no);
    if asked.format == "xlsx" {
        let columns = vec![("行号", 30), ("户名", 30), ("金额", 14), ("结果", 8), ("流水号", 24), ("原因", 24)];
        let sheet =
            Sheet { title: name, columns, rows: rows.into_iter().map(|row| row.map(Cell::text).to_vec()).collect() };
        return sheet.answer(&desk).unwrap_or_else(|stop| desk.stopped(stop));
    }
    let mut text = String::from("\u{feff}行号,户名,金额,结果,流水号,原因\r\n");
    for row in rows {
        text.push_str(&row.join(","));
        text.push_str("\r\n");
    }
    attachment(&format!("{name}.csv"), text)
}
