//! The bank's files in the file store (M8.9; domain §12.4): whole accounts leave their sealed fields here, so the file
//! is sealed again where it lies, its hash is in the journal, and every taking of it leaves a fact. It is on the disk
//! before the approval that names it; one that was lost all the same is made anew from its lines (decisions/0013).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use desk::room::FileKeeper;
use desk::{Act, Desk, Done, FactDraft, Hands};
use foundation::codes::PaymentState;
use foundation::{Fault, FileId, Function, InstitutionId, PaymentBatchId, Permission, Right, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::query::{ColumnTrait, QueryFilter, QueryOrder, Set};
use store::seal::{Purpose, Sealed};
use store::tables::funds::{payment_batch, payment_line};
use store::tables::supervision::stored_file;
use store::{FileState, Reader, Writer};

use crate::refusals::NO_BANK_FILE;
use crate::rules::bank::{OutLine, bank_file};

/// Kind of a stored bank file.
pub const BANK_FILE: &str = "bank-file";

/// Bank files: which are needed, and how a lost one is made again from its batch's lines.
pub(crate) const KEEPER: FileKeeper = FileKeeper {
    kind: BANK_FILE,
    needed: |reader| Box::pin(needed(reader)),
    remake: |desk, batch| Box::pin(remake(desk, batch)),
};

async fn needed(reader: &Reader) -> Result<Vec<(String, String)>, Stop> {
    let batches = reader.list::<payment_batch::Entity>(|q| q.filter(payment_batch::Column::File.is_not_null())).await?;
    Ok(batches.into_iter().filter_map(|one| Some((one.file?.to_string(), one.id.to_string()))).collect())
}

async fn remake(desk: &Desk, batch: &str) -> Result<(), Stop> {
    let batch = batch.parse().map_err(|_| Fault::Gone)?;
    desk.perform(RemakeBankFile { batch }).await
}

/// Writes the batch's bank file from its lines, opening each sealed account once. Returns where it lies and its
/// SHA-256.
pub(crate) async fn write(desk: &Desk, work: &Writer, batch: &payment_batch::Model) -> Result<(FileId, String), Stop> {
    let text = text_of(desk, work, batch).await?;
    keep_file(desk, work, batch, BANK_FILE, &format!("{}.csv", batch.batch_no), text.as_bytes()).await
}

/// The text of a batch's bank file: the same lines give the same bytes.
async fn text_of(desk: &Desk, work: &Writer, batch: &payment_batch::Model) -> Result<String, Stop> {
    let lines = work
        .list::<payment_line::Entity>(|q| {
            q.filter(payment_line::Column::Batch.eq(batch.id.clone())).order_by_asc(payment_line::Column::Id)
        })
        .await?;
    let mut out = Vec::new();
    for one in lines {
        let account = desk
            .premises
            .keyring
            .open(Purpose::Account, &one.id.to_string(), &one.account)
            .map_err(|e| Fault::Db(e.to_string()))?;
        out.push(OutLine {
            line: one.id,
            payee: one.payee,
            account: account.to_string(),
            bank: one.bank,
            amount: one.amount,
        });
    }
    Ok(bank_file(&batch.batch_no, &out))
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
    let sealed =
        premises.keyring.seal(Purpose::Account, &id.to_string(), &STANDARD.encode(plain), premises.ids.bytes());
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
        organisation: None,
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
    const TITLE: &'static str = "下载银行代发文件";
    const HANDS: Hands = Hands::One("批次已由制单人和批准人两人办理，这里只取文件");
    const KEEPS_ANSWER: bool = false;
    type Outcome = BankFileTaken;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<BankFileTaken>, Stop> {
        let batch = work.get(&self.batch).await?;
        let Some(file) = batch.file.clone().filter(|_| batch.state != PaymentState::Pending) else {
            return Err(NO_BANK_FILE.refuse("批次还没有批准，没有银行代发文件").into());
        };
        let (text, anew) = match open(desk, work, &file, &batch.file_hash).await? {
            Some(text) => (text, None),
            None => made_anew(desk, work, &batch).await.map(|(text, fact)| (text, Some(fact)))?,
        };
        let lines =
            work.list::<payment_line::Entity>(|q| q.filter(payment_line::Column::Batch.eq(batch.id.clone()))).await?;
        // Each payee finds in its own trail that its account was read, by whom and when.
        let mut payees: Vec<InstitutionId> = lines.iter().map(|one| one.institution.clone()).collect();
        payees.sort();
        payees.dedup();
        let summary = format!("下载银行代发文件，内有 {} 个完整账号", lines.len());
        let fact = FactDraft::new("BankFileTaken", batch.district, summary)
            .about(&crate::declared::PAYMENT_BATCH, &batch.id)
            .with("file_sha256", batch.file_hash.as_str())
            .with("accounts", lines.len());
        let fact = payees.iter().fold(fact, |fact, payee| fact.also_institution(payee));
        let done =
            Done::new(BankFileTaken { name: format!("{}.csv", batch.batch_no), text, sha256: batch.file_hash }, fact);
        Ok(anew.into_iter().fold(done, Done::and))
    }
}

/// Makes a lost bank file anew from the batch's lines: the text that was approved, byte for byte, or not at all.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RemakeBankFile {
    /// The batch.
    pub batch: PaymentBatchId,
}

impl Act for RemakeBankFile {
    const NAME: &'static str = "remake-bank-file";
    const PERMISSION: Permission = Permission::Of(Function::ClaimPayment, Right::Pay);
    const TITLE: &'static str = "重做丢失的银行代发文件";
    const HANDS: Hands = Hands::One("批次已由制单人和批准人两人办理，文件与批准时逐字相同");
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let batch = work.get(&self.batch).await?;
        let Some(file) = batch.file.clone() else {
            return Err(NO_BANK_FILE.refuse("批次还没有批准，没有银行代发文件").into());
        };
        if open(desk, work, &file, &batch.file_hash).await?.is_some() {
            return Ok(Done::Repeat(()));
        }
        Ok(Done::new((), made_anew(desk, work, &batch).await?.1))
    }
}

/// The text that was approved and the fact that its file was made again. The sealed bytes are others than before (a new
/// nonce), so the file has a new address; what is inside must have the approved hash.
async fn made_anew(desk: &Desk, work: &Writer, batch: &payment_batch::Model) -> Result<(String, FactDraft), Stop> {
    let text = text_of(desk, work, batch).await?;
    if hex::encode(Sha256::digest(text.as_bytes())) != batch.file_hash {
        let fact = "批准时的银行代发文件丢失或损坏，照现在的明细重做出来的内容与批准时的 SHA-256 不同";
        let fix = "请不要照别的文件付款；请系统管理员从备份取回这个文件，并运行 jinbu verify 查明明细何时被改";
        return Err(NO_BANK_FILE.refuse(fact).source("公开日志里的财政复核").fix(fix).into());
    }
    let (file, hash) =
        keep_file(desk, work, batch, BANK_FILE, &format!("{}.csv", batch.batch_no), text.as_bytes()).await?;
    work.save::<payment_batch::Entity>(
        batch,
        payment_batch::ActiveModel { file: Set(Some(file)), ..Default::default() },
    )
    .await?;
    let summary = format!("拨付批次 {} 的银行代发文件丢失或损坏，照明细重做，内容与批准时一致", batch.batch_no);
    let fact = FactDraft::new("BankFileRemade", batch.district, summary)
        .about(&crate::declared::PAYMENT_BATCH, &batch.id)
        .with("file_sha256", hash);
    Ok((text, fact))
}

/// A sealed file's text; none when the file is lost or damaged. Errors: a fault when it opens and is not what was
/// approved.
async fn open(desk: &Desk, work: &Writer, file: &FileId, hash: &str) -> Result<Option<String>, Stop> {
    let row = work.get(&file).await?;
    if desk.premises.files.state(&row.hash).await? != FileState::Whole {
        return Ok(None);
    }
    let altered = || Fault::Upstream("the bank file was altered".into());
    let sealed = String::from_utf8(desk.premises.files.fetch(&row.hash).await?).map_err(|_| altered())?;
    let plain = desk
        .premises
        .keyring
        .open(Purpose::Account, &file.to_string(), &Sealed::from_stored(sealed))
        .map_err(|_| altered())?;
    let bytes = STANDARD.decode(plain.as_bytes()).map_err(|_| altered())?;
    if hex::encode(Sha256::digest(&bytes)) != hash {
        return Err(altered().into());
    }
    Ok(Some(String::from_utf8(bytes).map_err(|_| altered())?))
}
