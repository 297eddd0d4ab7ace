//! The bank's files in the file store (M8.9; domain §12.4): whole accounts leave their sealed fields here, so the file
//! is sealed again where it lies, its hash is in the journal, and every taking of it leaves a fact.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use desk::{Act, Desk, Done, FactDraft};
use foundation::codes::PaymentState;
use foundation::{Fault, FileId, Function, InstitutionId, PaymentBatchId, Permission, Refusal, Right, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Writer;
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::seal::{Purpose, Sealed};
use store::tables::funds::{payment_batch, payment_line};
use store::tables::supervision::stored_file;

use crate::rules::bank::{OutLine, bank_file};

/// Writes the batch's bank file from its lines, opening each sealed account once. Returns where it lies and its SHA-256.
pub(crate) async fn write(desk: &Desk, work: &Writer, batch: &payment_batch::Model) -> Result<(FileId, String), Stop> {
    let lines =
        work.list::<payment_line::Entity>(|q| q.filter(payment_line::Column::Batch.eq(batch.id.clone())).order_by_asc(payment_line::Column::Id)).await?;
    let mut out = Vec::new();
    for one in lines {
        let account = desk.premises.keyring.open(Purpose::Account, &one.id.to_string(), &one.account).map_err(|e| Fault::Db(e.to_string()))?;
        out.push(OutLine { line: one.id, payee: one.payee, account: account.to_string(), bank: one.bank, amount: one.amount });
    }
    keep_file(desk, work, batch, "bank-file", &format!("{}.csv", batch.batch_no), bank_file(&batch.batch_no, &out).as_bytes()).await
}

/// Keeps a file of a batch, sealed for it. Returns its row and the SHA-256 of what is inside.
pub(crate) async fn keep_file(
    desk: &Desk,
    work: &Writer,
    batch: &payment_batch::Model,
    kind: &str,
    name: &str,
    plain: &[u8],
) -> Result<(FileId, String), Stop> {
    let id: FileId = desk.new_id();
    let premises = &desk.premises;
    let sealed = premises.keyring.seal(Purpose::Account, &id.to_string(), &STANDARD.encode(plain), premises.ids.bytes());
    let address = premises.files.keep(sealed.as_str().as_bytes().to_vec()).await?;
    let row = stored_file::Model {
        id: id.clone(),
        class: None,
        kind: kind.to_owned(),
        name: name.to_owned(),
        media_type: "application/octet-stream".into(),
        bytes: i64::try_from(plain.len()).unwrap_or(i64::MAX),
        hash: address,
        uploaded_by: desk.actor.account.clone(),
        institution: None,
        district: batch.district,
        path: batch.path.clone(),
        at: desk.now(),
    };
    work.add::<stored_file::Entity>(row).await?;
    Ok((id, hex::encode(Sha256::digest(plain))))
}

/// Takes the bank file of an approved batch, with whole accounts in it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TakeBankFile {
    /// The batch.
    pub batch: PaymentBatchId,
}

/// The file.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct BankFileTaken {
    /// Its name.
    pub name: String,
    /// CSV in UTF-8.
    pub text: String,
    /// SHA-256 of the text, hex: the one in the journal.
    pub sha256: String,
}

impl Act for TakeBankFile {
    const NAME: &'static str = "take-bank-file";
    const PERMISSION: Permission = Permission::Of(Function::ClaimPayment, Right::Pay);
    const CLAUSE: &'static str = "M8.9";
    const TITLE: &'static str = "下载银行代发文件";
    const KEEPS_ANSWER: bool = false;
    type Outcome = BankFileTaken;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<BankFileTaken>, Stop> {
        let batch = work.get::<payment_batch::Entity>(self.batch.to_string()).await?;
        let Some(file) = batch.file.clone().filter(|_| batch.state != PaymentState::Pending) else {
            return Err(Refusal::new("银行代发文件", "M8.9", "批次还没有批准，没有银行代发文件", "拨付批次", "请先批准拨付").into());
        };
        let text = open(desk, work, &file, &batch.file_hash).await?;
        let lines = work.list::<payment_line::Entity>(|q| q.filter(payment_line::Column::Batch.eq(batch.id.clone()))).await?;
        // Each payee finds in its own trail that its account was read, by whom and when.
        let mut payees: Vec<InstitutionId> = lines.iter().map(|one| one.institution.clone()).collect();
        payees.sort();
        payees.dedup();
        let summary = format!("下载银行代发文件，内有 {} 个完整账号", lines.len());
        let fact = FactDraft::new("BankFileTaken", "M8.9", batch.district, summary)
            .about("payment-batch", &batch.id)
            .with("file_sha256", batch.file_hash.as_str())
            .with("accounts", lines.len());
        let fact = payees.iter().fold(fact, |fact, payee| fact.about("institution", payee));
        Ok(Done::new(BankFileTaken { name: format!("{}.csv", batch.batch_no), text, sha256: batch.file_hash }, fact))
    }
}

/// A sealed file's text. Errors: a fault when it is not what was approved.
async fn open(desk: &Desk, work: &Writer, file: &FileId, hash: &str) -> Result<String, Stop> {
    let row = work.get::<stored_file::Entity>(file.to_string()).await?;
    let altered = || Fault::Upstream("the bank file was altered".into());
    let sealed = String::from_utf8(desk.premises.files.fetch(&row.hash).await?).map_err(|_| altered())?;
    let plain = desk.premises.keyring.open(Purpose::Account, &file.to_string(), &Sealed::from_stored(sealed)).map_err(|_| altered())?;
    let bytes = STANDARD.decode(plain.as_bytes()).map_err(|_| altered())?;
    if hex::encode(Sha256::digest(&bytes)) != hash {
        return Err(altered().into());
    }
    Ok(String::from_utf8(bytes).map_err(|_| altered())?)
}
