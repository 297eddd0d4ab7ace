//! What was answered, what was asked without an answer, and whether the database afterwards agrees.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use foundation::Scope;
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::query::*;
use store::tables::identity::{account, sign_in};
use store::tables::institutions::site;
use store::tables::journal::fact;
use store::tables::supervision::attendance;
use store::{Db, Reader};

/// Acts with their answers.
#[derive(Default, Clone)]
pub struct Ledger {
    /// Sites by name: the id that was answered.
    pub sites: BTreeMap<String, String>,
    /// Sites that were asked for without an answer.
    pub unanswered: BTreeSet<String>,
    /// Check-ins: (token, session) → the moment that was answered.
    pub check_ins: BTreeMap<(String, String), String>,
    /// What was answered with a no that is not about the asker: not acknowledged.
    pub refused: Vec<Refused>,
}

/// An act that was answered and not acknowledged.
#[derive(Debug, Clone)]
pub struct Refused {
    pub act: &'static str,
    /// When the answer came, and how long it took.
    pub at: Instant,
    pub took: Duration,
    pub status: u16,
    /// Its title, in Chinese.
    pub title: String,
}

impl Refused {
    /// Panics on any answer but those of a server that cannot take acts.
    pub fn of(act: &'static str, began: Instant, status: u16, answer: &Value) -> Self {
        assert!(status >= 500, "{act}: {status} {answer}");
        Self {
            act,
            at: Instant::now(),
            took: began.elapsed(),
            status,
            title: answer["title"].as_str().unwrap_or_default().to_owned(),
        }
    }
}

/// What the database misses or has half; empty when all is well. `lost` counts acknowledged acts only.
#[derive(Debug, Default)]
pub struct Findings {
    pub lost: Vec<String>,
    pub half: Vec<String>,
}

impl Ledger {
    /// Compares with the database at one moment; its server may be up.
    pub async fn compare(&self, database: &str) -> Findings {
        let db = Db::connect(database).await.unwrap();
        let moment = db.snapshot(Scope::Everything).await.unwrap();
        let mut findings = Findings::default();
        self.sites_and_their_facts(&moment, &mut findings).await;
        self.check_ins_and_their_facts(&moment, &mut findings).await;
        places_without_gap(&moment, &mut findings).await;
        drop(moment);
        db.close().await.unwrap();
        findings
    }

    async fn sites_and_their_facts(&self, reader: &Reader, findings: &mut Findings) {
        let rows = reader.list::<site::Entity>(|q| q).await.unwrap();
        let facts = reader.list::<fact::Entity>(|q| q.filter(fact::Column::Act.eq("add-site"))).await.unwrap();
        let told: HashMap<String, usize> = facts.iter().fold(HashMap::new(), |mut all, one| {
            *all.entry(about(one, "site")).or_default() += 1;
            all
        });
        for (name, id) in &self.sites {
            match rows.iter().filter(|row| &row.name == name).collect::<Vec<_>>().as_slice() {
                [row] if row.id.to_string() == *id => {}
                [] => findings.lost.push(format!("site {name}")),
                more => findings.half.push(format!("site {name}: {} rows or another id", more.len())),
            }
        }
        // Every row of ours has exactly one fact and every fact its row, answered or not.
        for row in rows.iter().filter(|row| row.name.starts_with("断电楼")) {
            let n = told.get(&row.id.to_string()).copied().unwrap_or(0);
            if n != 1 {
                findings.half.push(format!("site {} has {n} facts", row.name));
            }
        }
        let ids: BTreeSet<String> = rows.iter().map(|row| row.id.to_string()).collect();
        findings.half.extend(
            told.keys()
                .filter(|id| !ids.contains(*id))
                .map(|id| format!("a fact tells of site {id}, which is not there")),
        );
    }

    async fn check_ins_and_their_facts(&self, reader: &Reader, findings: &mut Findings) {
        let rows =
            reader.list::<attendance::Entity>(|q| q.filter(attendance::Column::Fact.is_not_null())).await.unwrap();
        let signed: HashMap<String, String> = reader
            .list::<sign_in::Entity>(|q| q)
            .await
            .unwrap()
            .into_iter()
            .map(|one| (one.token_hash, one.account.to_string()))
            .collect();
        let persons: HashMap<String, String> = reader
            .list::<account::Entity>(|q| q)
            .await
            .unwrap()
            .into_iter()
            .filter_map(|one| Some((one.id.to_string(), one.person?.to_string())))
            .collect();
        let marks: HashMap<(String, String), String> = rows
            .iter()
            .map(|one| {
                (
                    (one.person.to_string(), one.session.to_string()),
                    serde_json::to_value(one.at).unwrap().as_str().unwrap().to_owned(),
                )
            })
            .collect();
        for ((token, session), at) in &self.check_ins {
            let person = signed
                .get(&hex::encode(Sha256::digest(token.as_bytes())))
                .and_then(|account| persons.get(account))
                .cloned()
                .unwrap_or_default();
            match marks.get(&(person, session.clone())) {
                Some(known) if known == at => {}
                Some(known) => findings.half.push(format!("check-in at {session}: {at} was answered, {known} stands")),
                None => findings.lost.push(format!("check-in at {session}")),
            }
        }
        let facts =
            reader.list::<fact::Entity>(|q| q.filter(fact::Column::Act.eq("sign-in-to-session"))).await.unwrap();
        let told: BTreeSet<(String, String)> =
            facts.iter().flat_map(|one| entries(one).into_iter().map(|id| (one.id.to_string(), id))).collect();
        let stand: BTreeSet<(String, String)> = rows
            .iter()
            .filter(|one| facts.iter().any(|fact| fact.id == one.fact))
            .map(|one| (one.fact.to_string(), one.id.to_string()))
            .collect();
        findings.half.extend(
            told.symmetric_difference(&stand)
                .map(|(fact, row)| format!("attendance {row} and fact {fact}: one without the other")),
        );
    }
}

fn about(row: &fact::Model, kind: &str) -> String {
    let all: Vec<(String, String)> = serde_json::from_str(&row.about).unwrap();
    all.into_iter().find(|one| one.0 == kind).map(|one| one.1).unwrap_or_default()
}

fn entries(row: &fact::Model) -> Vec<String> {
    let body: Value = serde_json::from_str(&row.body).unwrap();
    body["entries"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| one["attendance"].as_str().map(str::to_owned))
        .collect()
}

/// The places of the journal: 0, 1, 2 … without gap or repeat.
async fn places_without_gap(reader: &Reader, findings: &mut Findings) {
    let mut places: Vec<i64> = reader
        .list::<fact::Entity>(|q| q.filter(fact::Column::Seq.is_not_null()))
        .await
        .unwrap()
        .into_iter()
        .filter_map(|one| one.seq)
        .collect();
    places.sort_unstable();
    if !places.iter().zip(0..).all(|(place, n)| *place == n) {
        findings.half.push("the journal's places have a gap".into());
    }
}
