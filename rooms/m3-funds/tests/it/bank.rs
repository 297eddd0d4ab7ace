//! The bank's file out and its answer back: sealed where it lies, logged when it is taken, read whole, harmless when
//! it comes twice; what came back is corrected and batched again (M8.9).

use foundation::codes::{ClaimState, PaymentState};
use foundation::{Fen, PaymentBatchId, Stop};
use m2_institutions::acts::payee::{ConfirmPayeeAccount, ProposePayeeAccount};
use m3_funds::acts::bank_file::{RemakeBankFile, TakeBankFile};
use m3_funds::acts::payment::{ApprovePaymentBatch, MakePaymentBatch};
use sha2::{Digest, Sha256};
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::funds::{payment_batch, payment_line};
use store::tables::journal::fact;
use store::tables::supervision::stored_file;
use testkit::{Persona, TestHouse};

use crate::support::*;

async fn sent(house: &TestHouse, count: usize) -> PaymentBatchId {
    let all = crate::batch::claims(house, count).await;
    for id in &all {
        payable(house, id).await;
    }
    let batch = house.desk(Persona::JinjiangInspector).perform(MakePaymentBatch { claims: all }).await.unwrap();
    house.desk(Persona::JinjiangFinance).perform(ApprovePaymentBatch { batch: batch.clone() }).await.unwrap();
    batch
}

async fn batch_row(house: &TestHouse, id: &PaymentBatchId) -> payment_batch::Model {
    house.system().read().await.unwrap().get(&id).await.unwrap()
}

async fn lines_of(house: &TestHouse, batch: &PaymentBatchId) -> Vec<payment_line::Model> {
    let reader = house.system().read().await.unwrap();
    reader
        .list::<payment_line::Entity>(|q| {
            q.filter(payment_line::Column::Batch.eq(batch.clone())).order_by_asc(payment_line::Column::Id)
        })
        .await
        .unwrap()
}

async fn facts(house: &TestHouse, kind: &str) -> Vec<fact::Model> {
    let reader = house.system().read().await.unwrap();
    reader.list::<fact::Entity>(|q| q.filter(fact::Column::Fact.eq(kind)).order_by_asc(fact::Column::Id)).await.unwrap()
}

/// Made at approval, its hash in the journal, no account readable in the store; who takes it leaves a fact that the
/// payee can see.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_the_bank_file_is_sealed_hashed_and_its_taking_logged() {
    let house = house(Fen(100_000_000)).await;
    let batch = sent(&house, 2).await;
    let row = batch_row(&house, &batch).await;
    assert!(facts(&house, "PaymentBatchApproved").await[0].body.contains(&row.file_hash) && row.file_hash.len() == 64);
    let stored = house.system().read().await.unwrap().get(&row.file.clone().unwrap()).await.unwrap();
    let lying = String::from_utf8(house.premises.files.fetch(&stored.hash).await.unwrap()).unwrap();
    assert!(lying.starts_with('v') && !lying.contains("95588014080001"), "sealed where it lies");
    let web = house.serve(m3_funds::room().routes);
    let path = format!("/payment-batches/{batch}/file");
    assert_eq!(web.post(Some(Persona::JinjiangOfficer), &path, &[]).await.status, 403, "only who pays");
    assert_eq!(web.post(Some(Persona::SchoolClerk), &path, &[]).await.status, 403);
    let file = web.post(Some(Persona::JinjiangFinance), &path, &[]).await;
    assert_eq!(file.status, 200);
    assert_eq!(hex::encode(Sha256::digest(file.text.as_bytes())), row.file_hash);
    assert!(
        file.text.contains("9558801408000100001") && file.text.contains("600.00") && file.text.lines().count() == 3,
        "{}",
        file.text
    );
    let taken = facts(&house, "BankFileTaken").await;
    assert!(
        taken.len() == 1
            && taken[0].about.contains(&testkit::personas::school().to_string())
            && taken[0].body.contains(&row.file_hash)
    );
    assert_eq!(taken[0].actor_name, "许丽华");
    // Pending batches have no file yet.
    let all = crate::batch::more_claims(&house, 2, 1).await;
    payable(&house, &all[0]).await;
    let pending = house.desk(Persona::JinjiangInspector).perform(MakePaymentBatch { claims: all }).await.unwrap();
    assert!(
        refusal(house.desk(Persona::JinjiangFinance).perform(TakeBankFile { batch: pending }).await)
            .fact
            .contains("还没有批准")
    );
}

/// The newcomer's way: the sample of the demo, uploaded, in both formats; twice is harmless; a wrong file changes
/// nothing.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_the_answer_is_read_whole_and_twice_is_harmless() {
    let house = house(Fen(100_000_000)).await;
    let batch = sent(&house, 3).await;
    let web = house.serve(m3_funds::room().routes);
    let finance = Some(Persona::JinjiangFinance);
    let sample =
        web.get(finance, &format!("/payment-batches/{batch}/sample-return?kind=returned&format=csv")).await.text;
    let up = format!("/payment-batches/{batch}/return");
    // Two rows wrong: both told, nothing taken.
    let wrong = sample.replacen("600.00", "601.00", 1).replacen("户名与账号不符", "", 1);
    let answer = web.upload(Persona::JinjiangFinance, &up, "a.csv", wrong.as_bytes(), &[]).await;
    assert!(
        answer.status == 422
            && answer.text.contains("第 2 行")
            && answer.text.contains("第 4 行")
            && answer.text.contains("没有写原因"),
        "{}",
        answer.text
    );
    assert!(lines_of(&house, &batch).await.iter().all(|one| one.state == PaymentState::Sent));
    // One line first, then the whole file: the first is not taken twice.
    let part: String = sample.lines().take(2).map(|line| format!("{line}\r\n")).collect();
    assert_eq!(web.upload(Persona::JinjiangFinance, &up, "b.csv", part.as_bytes(), &[]).await.status, 303);
    assert_eq!(fund(&house).await.paid, EACH);
    assert_eq!(web.upload(Persona::JinjiangFinance, &up, "c.csv", sample.as_bytes(), &[]).await.status, 303);
    let now = fund(&house).await;
    assert_eq!((now.paid, now.reserved, now.batched), (Fen(2 * EACH.0), EACH, Fen::ZERO));
    assert_eq!(batch_row(&house, &batch).await.state, PaymentState::Paid);
    let settled = facts(&house, "PaymentBatchSettled").await;
    assert!(settled.len() == 2 && settled.iter().all(|one| one.body.contains("file_sha256")));
    assert_eq!(web.upload(Persona::JinjiangFinance, &up, "d.csv", sample.as_bytes(), &[]).await.status, 303);
    assert_eq!((facts(&house, "PaymentBatchSettled").await.len(), fund(&house).await.paid), (2, Fen(2 * EACH.0)));
    // Another answer about a settled line is refused.
    let other = sample.replacen(",成功,DEMO", ",成功,OTHER", 1);
    let answer = web.upload(Persona::JinjiangFinance, &up, "e.csv", other.as_bytes(), &[]).await;
    assert!(answer.status == 422 && facts(&house, "ClaimPaid").await.len() == 2);
    assert_eq!(
        web.get(finance, &format!("/payment-batches/{batch}/sample-return")).await.status,
        404,
        "nothing is open any more"
    );
}

/// The returned line: the account is corrected by the authority, the claim batched again, the sample is a workbook.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_a_returned_line_is_corrected_and_paid() {
    let house = house(Fen(100_000_000)).await;
    let batch = sent(&house, 1).await;
    let web = house.serve(m3_funds::room().routes);
    let sample = web
        .get(
            Some(Persona::JinjiangFinance),
            &format!("/payment-batches/{batch}/sample-return?kind=returned&format=csv"),
        )
        .await
        .text;
    web.upload(Persona::JinjiangFinance, &format!("/payment-batches/{batch}/return"), "a.csv", sample.as_bytes(), &[])
        .await;
    let id = lines_of(&house, &batch).await[0].claim.clone();
    assert_eq!(claim(&house, &id).await.state, ClaimState::PaymentReturned);
    let page = web.get(Some(Persona::JinjiangOfficer), &format!("/claims/{id}")).await;
    assert!(page.text.contains("户名与账号不符") && page.text.contains("更正收款账户"), "{}", page.text);
    let correct = || ProposePayeeAccount {
        institution: testkit::personas::school(),
        bank: "兴业银行晋江支行".into(),
        account: "622909123456789012".into(),
        document: "账户变更函".into(),
    };
    assert!(house.desk(Persona::SchoolClerk).perform(correct()).await.is_err(), "not the payee itself");
    assert!(house.desk(Persona::ShishiOfficer).perform(correct()).await.is_err(), "not the neighbour");
    house.desk(Persona::JinjiangOfficer).perform(correct()).await.unwrap();
    // While it waits for its second person, nothing is batched for the payee.
    let Err(Stop::Refused(no)) =
        house.desk(Persona::JinjiangInspector).perform(MakePaymentBatch { claims: vec![id.clone()] }).await
    else {
        panic!()
    };
    assert!(no[0].fact.contains("等另一人复核") && no[0].fact.contains("9012"), "{no:?}");
    let confirm = ConfirmPayeeAccount {
        institution: testkit::personas::school(),
        change: None,
        account: "622909123456789012".into(),
    };
    house.desk(Persona::JinjiangReviewer).perform(confirm).await.unwrap();
    let again =
        house.desk(Persona::JinjiangInspector).perform(MakePaymentBatch { claims: vec![id.clone()] }).await.unwrap();
    house.desk(Persona::JinjiangFinance).perform(ApprovePaymentBatch { batch: again.clone() }).await.unwrap();
    let file = house.desk(Persona::JinjiangFinance).perform(TakeBankFile { batch: again.clone() }).await.unwrap();
    assert!(file.text.contains("622909123456789012") && file.text.contains("兴业银行"));
    let known = lines_of(&house, &again).await;
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, (head, cell)) in [
        ("结果", "成功".to_owned()),
        ("行号", known[0].id.to_string()),
        ("流水号", "20261231-7".into()),
        ("金额", "600.00".into()),
        ("原因", String::new()),
    ]
    .into_iter()
    .enumerate()
    {
        let column = u16::try_from(column).unwrap();
        sheet.write_string(0, column, head).unwrap();
        sheet.write_string(1, column, cell).unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    let done = web
        .upload(Persona::JinjiangFinance, &format!("/payment-batches/{again}/return"), "回盘.xlsx", &bytes, &[])
        .await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(claim(&house, &id).await.state, ClaimState::Paid);
    assert_eq!((fund(&house).await.paid, fund(&house).await.reserved), (EACH, Fen::ZERO));
}

fn kept_at(house: &TestHouse, hash: &str) -> std::path::PathBuf {
    house.folder().join("files").join(&hash[..2]).join(hash)
}

async fn stored_of(house: &TestHouse, batch: &PaymentBatchId) -> stored_file::Model {
    let row = batch_row(house, batch).await;
    house.system().read().await.unwrap().get(&row.file.unwrap()).await.unwrap()
}

/// Emptied or gone, as after a power cut: the file that was approved is made again from its lines, with a fact, and can
/// be taken; a batch never stands at 已送银行 with nothing to send. Changed lines make no file.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_a_lost_bank_file_is_made_again_as_it_was_approved_or_not_at_all() {
    let house = house(Fen(100_000_000)).await;
    let batch = sent(&house, 2).await;
    let finance = || house.desk(Persona::JinjiangFinance);
    let before = finance().perform(TakeBankFile { batch: batch.clone() }).await.unwrap();
    assert!(facts(&house, "BankFileRemade").await.is_empty());
    let first = stored_of(&house, &batch).await;
    std::fs::write(kept_at(&house, &first.hash), b"").unwrap();
    let again = finance().perform(TakeBankFile { batch: batch.clone() }).await.unwrap();
    assert_eq!((&again.text, &again.sha256), (&before.text, &before.sha256), "byte for byte what was approved");
    let second = stored_of(&house, &batch).await;
    assert!(second.id != first.id && kept_at(&house, &second.hash).metadata().unwrap().len() > 0);
    assert!(facts(&house, "BankFileRemade").await[0].body.contains(&before.sha256));
    finance().perform(TakeBankFile { batch: batch.clone() }).await.unwrap();
    assert_eq!(facts(&house, "BankFileRemade").await.len(), 1, "made again once");
    // By the job, when the file is gone altogether; a whole one is left alone.
    std::fs::remove_file(kept_at(&house, &second.hash)).unwrap();
    house.system().perform(RemakeBankFile { batch: batch.clone() }).await.unwrap();
    house.system().perform(RemakeBankFile { batch: batch.clone() }).await.unwrap();
    assert_eq!(facts(&house, "BankFileRemade").await.len(), 2);
    // Somebody changed a line behind the house's back: what would come out was never approved.
    let third = stored_of(&house, &batch).await;
    std::fs::remove_file(kept_at(&house, &third.hash)).unwrap();
    store::db::tamper(&house.premises.db, &["UPDATE payment_line SET payee = '别的机构'"]).await.unwrap();
    let no = refusal(finance().perform(TakeBankFile { batch: batch.clone() }).await.map(|_| ()));
    assert!(no.fact.contains("SHA-256 不同") && no.fix.contains("备份"), "{no}");
    assert_eq!(stored_of(&house, &batch).await.id, third.id, "nothing was changed");
}
