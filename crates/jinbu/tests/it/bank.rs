//! Payment batches of the demo and the files that their acts keep: approvals make the bank's file, its answer is kept
//! as it came (M8.9). What is acknowledged has its file, whole.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use foundation::Scope;
use foundation::codes::PaymentState;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::Db;
use store::tables::funds::{payment_batch, payment_line};
use store::tables::institutions::payee_change;
use store::tables::journal::fact;
use store::tables::supervision::stored_file;

use crate::server::{Client, Place, Server};

/// 晋江, whose finance office acts here.
const DISTRICT: &str = "350582";

/// The finance office at work.
pub struct Finance {
    client: Client,
    token: String,
}

impl Finance {
    /// Signs it in.
    pub async fn of(server: &Server) -> Self {
        Self { client: server.client(), token: server.sign_in("jinjiang-finance").await }
    }

    /// Approves a batch, always under the same key; status and answer.
    pub async fn approve(&self, batch: &str) -> (u16, Value) {
        self.ask("approve-payment-batch", batch, json!({ "batch": batch })).await
    }

    /// Uploads the bank's answer to a batch.
    pub async fn answered(&self, batch: &str, csv: &str) -> (u16, Value) {
        self.ask(
            "take-bank-return",
            batch,
            json!({"batch": batch, "name": "回盘.csv", "content": STANDARD.encode(csv)}),
        )
        .await
    }

    /// Takes the bank's file of a batch; what is inside has this SHA-256.
    pub async fn file(&self, batch: &str) -> (u16, Value) {
        self.ask("take-bank-file", batch, json!({ "batch": batch })).await
    }

    async fn ask(&self, act: &str, batch: &str, body: Value) -> (u16, Value) {
        self.client.act(&self.token, act, &format!("{act}-{batch}"), &body).await.expect("the server answers")
    }
}

/// Sends the demo's waiting correction of a payee's account back: while it waits, no batch with that payee is approved.
pub async fn no_correction_waits(place: &Place, server: &Server) {
    let (client, token) = (server.client(), server.sign_in("jinjiang-reviewer").await);
    for open in list::<payee_change::Entity>(place).await.into_iter().filter(|one| one.open.is_some()) {
        let body = json!({ "institution": open.institution, "reason": "变更函上的账号看不清" });
        let (status, answer) =
            client.act(&token, "decline-payee-account", &open.id.to_string(), &body).await.expect("the server answers");
        assert_eq!(status, 200, "{answer}");
    }
}

/// The office's batches in a state.
pub async fn batches(place: &Place, state: PaymentState) -> Vec<payment_batch::Model> {
    let rows = list::<payment_batch::Entity>(place).await;
    rows.into_iter().filter(|row| row.district.to_string() == DISTRICT && row.state == state).collect()
}

/// What the bank would say of a batch: every line is paid.
pub async fn answer(place: &Place, batch: &payment_batch::Model) -> String {
    let mut csv = String::from("行号,金额,结果,流水号,原因\r\n");
    for line in list::<payment_line::Entity>(place).await.into_iter().filter(|line| line.batch == batch.id) {
        csv.push_str(&format!("{},{}.{:02},成功,T{0},\r\n", line.id, line.amount.0 / 100, line.amount.0 % 100));
    }
    csv
}

/// How the batch stands, how often it was approved, and how many files were kept for it by rows.
pub struct Standing {
    pub state: PaymentState,
    pub has_file: bool,
    pub approvals: usize,
}

/// A batch as the database has it.
pub async fn standing(place: &Place, batch: &payment_batch::Model) -> Standing {
    let row = list::<payment_batch::Entity>(place)
        .await
        .into_iter()
        .find(|row| row.id == batch.id)
        .expect("the batch is there");
    let id = batch.id.to_string();
    let facts = list::<fact::Entity>(place).await;
    let approvals = facts
        .iter()
        .filter(|one| one.fact == "PaymentBatchApproved" && one.about.as_str().contains(id.as_str()))
        .count();
    Standing { state: row.state, has_file: row.file.is_some(), approvals }
}

/// Files of a kind that rows name, and those of them that are not there whole.
pub async fn files(place: &Place, kind: &str) -> (usize, Vec<String>) {
    let rows: Vec<stored_file::Model> =
        list::<stored_file::Entity>(place).await.into_iter().filter(|row| row.kind == kind).collect();
    let lost = rows.iter().filter_map(|row| {
        let path = place.data().join("files").join(&row.hash[..2]).join(&row.hash);
        match std::fs::read(&path) {
            Ok(bytes) if hex::encode(Sha256::digest(&bytes)) == row.hash => None,
            Ok(bytes) => Some(format!("{}: {} bytes, another hash", row.name, bytes.len())),
            Err(error) => Some(format!("{}: {error}", row.name)),
        }
    });
    (rows.len(), lost.collect())
}

async fn list<E>(place: &Place) -> Vec<E::Model>
where
    E: store::Reach,
    E::Model: Send,
{
    let db = Db::connect(&place.database).await.unwrap();
    let reader = db.read(Scope::Everything).await.unwrap();
    let rows = reader.list::<E>(|q| q).await.unwrap();
    drop(reader);
    db.close().await.unwrap();
    rows
}
