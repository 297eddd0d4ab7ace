//! A class as the server would leave it, fact by fact and row by row (M3.11, M8.9); `example` tells one.

mod example;

use std::collections::BTreeMap;

use chrono::{TimeDelta, TimeZone, Utc};
use foundation::*;
use journal::bundle::*;
use journal::facts::*;
use journal::{About, Entry, Keys, commit, sign_checkpoint};
use reckoning::hours::Kind;
use reckoning::policy::{ParameterRow, Policy, Scheme, read_parameters};
use serde_json::Value;

pub use self::example::{example_1, example_1_claiming, example_1_then};
use crate::tree::Store;

pub const ORIGIN: &str = "jinbu.example/log";
pub const SALT: [u8; 16] = [5; 16];

pub fn keys() -> Keys {
    Keys::from_seeds(ORIGIN, [3; 32], [4; 32]).unwrap()
}

pub fn policy() -> Policy {
    let rows = read_parameters(include_str!("../../../../policy/parameters.csv")).unwrap();
    let rows = rows
        .iter()
        .filter(|row| row.scheme == Scheme::CompletionCertificate.code() && row.covers("350582".parse().unwrap()));
    Policy::from_parameters(
        Scheme::CompletionCertificate,
        rows.map(ParameterRow::parameter),
        chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap(),
    )
    .unwrap()
}

/// Facts in the making: what the sequencer keeps.
pub struct World {
    pub ids: Ids,
    pub class: ClassId,
    pub entries: Vec<Entry>,
    pub rows: Rows,
    counted: BTreeMap<(String, String), u64>,
}

impl World {
    fn new() -> Self {
        let ids = Ids::seeded(1);
        let class: ClassId = ids.make(start());
        let rows = Rows {
            class: ClassRow {
                state: "A00".into(),
                policy: None,
                periods_total: Periods(56),
                periods_online: Periods(22),
                facts: 0,
            },
            sessions: vec![],
            enrolments: vec![],
            attendance: vec![],
            exam_results: vec![],
            certificates: vec![],
            claim: None,
            claim_items: vec![],
            payments: vec![],
        };
        Self { ids, class, entries: vec![], rows, counted: BTreeMap::new() }
    }

    pub fn id<I: TypedId>(&self) -> I {
        self.ids.make(start())
    }

    /// Writes a fact about the class and other subjects; returns its id.
    pub fn fact(&mut self, kind: &str, body: Value, at: Instant, others: &[(&str, String)]) -> FactId {
        let class = self.class.to_string();
        let subjects = std::iter::once(("class", class)).chain(others.iter().map(|(kind, id)| (*kind, id.clone())));
        let about = subjects
            .map(|(kind, id)| {
                let nth = self.counted.entry((kind.to_owned(), id.clone())).or_insert(0);
                *nth += 1;
                About { kind: kind.to_owned(), id, nth: *nth }
            })
            .collect();
        let id: FactId = self.id();
        self.entries.push(Entry {
            v: 1,
            seq: self.entries.len() as u64,
            id: id.clone(),
            at_ms: at.timestamp_millis(),
            act: "test-act".into(),
            fact: kind.into(),
            clause: "M3.1".into(),
            actor: "job:test".into(),
            office: "county:350582".into(),
            district: "350582".into(),
            about,
            body,
            commitments: BTreeMap::from([("name".to_owned(), commit(SALT, "陈秀娟"))]),
        });
        self.rows.class.facts += 1;
        id
    }

    fn typed<B: FactBody>(
        &mut self,
        body: &B,
        states: (Option<&str>, Option<&str>),
        at: Instant,
        others: &[(&str, String)],
    ) -> FactId {
        if let Some(state) = states.0 {
            self.rows.class.state = state.into();
        }
        if let (Some(state), Some(claim)) = (states.1, &mut self.rows.claim) {
            claim.state = state.into();
        }
        self.fact(B::FACT, body.body_with_states(states.0, states.1).unwrap(), at, others)
    }

    fn plan(&mut self, enrolments: &[EnrolmentId]) -> Vec<PlannedSession> {
        let mut sessions = Vec::new();
        for (nth, (periods, online)) in
            [(4, false); 8].into_iter().chain([(2, false)]).chain([(4, true); 5]).chain([(2, true)]).enumerate()
        {
            let starts_at = start() + TimeDelta::days(nth as i64);
            sessions.push(PlannedSession {
                session: self.id(),
                starts_at,
                ends_at: starts_at + TimeDelta::minutes(i64::from(periods) * 45),
                periods: Periods(periods),
                online,
            });
        }
        self.rows.sessions = sessions
            .iter()
            .map(|one| SessionRow {
                session: one.session.clone(),
                starts_at: one.starts_at,
                ends_at: one.ends_at,
                periods: one.periods,
                online: one.online,
            })
            .collect();
        self.rows.enrolments = enrolments.iter().map(|one| EnrolmentRow { enrolment: one.clone() }).collect();
        sessions
    }

    fn attend(&mut self, class: &ClassId, session: &PlannedSession, who: &EnrolmentId, kind: Kind) {
        let (attendance, enrolment): (AttendanceId, _) = (self.id(), who.clone());
        let (class, at_session) = (class.clone(), session.session.clone());
        let others = [("enrolment", who.to_string())];
        let (at, method) = (
            if kind == Kind::SignOut { session.ends_at } else { session.starts_at - TimeDelta::minutes(5) },
            "qr".to_owned(),
        );
        let (id, said) =
            (attendance.clone(), Some(method.clone()).filter(|_| matches!(kind, Kind::SignIn | Kind::SignOut)));
        let fact = match kind {
            Kind::SignIn => {
                let entries = vec![SignEntry { enrolment, attendance, at, method }];
                self.typed(&TraineesSignedIn { class, session: at_session, entries }, (None, None), at, &others)
            }
            Kind::SignOut => {
                let entries = vec![SignEntry { enrolment, attendance, at, method }];
                self.typed(&TraineesSignedOut { class, session: at_session, entries }, (None, None), at, &others)
            }
            Kind::Correction => {
                let dispute = self.id();
                self.typed(
                    &AttendanceCorrected { class, session: at_session, enrolment, attendance, at, dispute },
                    (None, None),
                    at,
                    &others,
                )
            }
            Kind::RollCall => self.typed(
                &RollCalled { class, session: at_session, entries: vec![RollCallEntry { enrolment, attendance, at }] },
                (None, None),
                at,
                &others,
            ),
        };
        self.rows.attendance.push(AttendanceRow {
            attendance: id,
            fact,
            session: session.session.clone(),
            enrolment: who.clone(),
            kind,
            at,
            method: said,
        });
    }

    fn finish_training(&mut self, who: &[EnrolmentId]) {
        let (class, exam, at): (_, ExamId, _) = (self.class.clone(), self.id(), start() + TimeDelta::days(20));
        let results: Vec<ExamResult> = who
            .iter()
            .map(|one| ExamResult { enrolment: one.clone(), theory: 80, practice: 75, passed: true })
            .collect();
        self.rows.exam_results = results
            .iter()
            .map(|one| ExamResultRow {
                exam: exam.clone(),
                enrolment: one.enrolment.clone(),
                theory: one.theory,
                practice: one.practice,
                passed: one.passed,
            })
            .collect();
        self.typed(&CompletionExamConfirmed { class: class.clone(), exam, results }, (Some("A65"), None), at, &[]);
        for one in who {
            let (certificate, number): (CertificateId, _) = (self.id(), format!("PXHG350582{}", one.as_str()));
            self.rows.certificates.push(CertificateRow {
                certificate: certificate.clone(),
                enrolment: one.clone(),
                number: number.clone(),
            });
            let others = [("enrolment", one.to_string())];
            self.typed(
                &CompletionCertificateIssued { class: class.clone(), enrolment: one.clone(), certificate, number },
                (Some("A70"), None),
                at,
                &others,
            );
            self.typed(
                &TraineeFeedbackGiven { class: class.clone(), enrolment: one.clone() },
                (None, None),
                at,
                &others,
            );
        }
    }

    /// The claim drafted and published; `then` may go on with it before it is paid for what it then says.
    fn claim_and_pay_after(
        &mut self,
        items: Vec<ClaimedItem>,
        then: impl Fn(&mut Self, &ClaimId, Vec<ClaimedItem>) -> Vec<ClaimedItem>,
    ) {
        let claim: ClaimId = self.id();
        self.draft(&claim, &items);
        self.published(&claim);
        let items = then(self, &claim, items);
        self.pay(&claim, &items);
    }

    fn at_claim(&self) -> Instant {
        start() + TimeDelta::days(30)
    }

    /// A draft, with its rows.
    pub fn draft(&mut self, claim: &ClaimId, items: &[ClaimedItem]) {
        let total_fen = Fen::sum(items.iter().map(|one| one.amount_fen)).unwrap();
        self.rows.claim = Some(ClaimRow { claim: claim.clone(), state: "draft".into(), total_fen });
        self.rows.claim_items = items.iter().map(|one| self.item(claim, one)).collect();
        let body = ClaimDrafted { class: self.class.clone(), claim: claim.clone(), items: items.to_vec(), total_fen };
        self.typed(&body, (None, Some("draft")), self.at_claim(), &[("claim", claim.to_string())]);
    }

    fn item(&self, claim: &ClaimId, one: &ClaimedItem) -> ClaimItemRow {
        ClaimItemRow {
            item: self.id(),
            claim: claim.clone(),
            enrolment: one.enrolment.clone(),
            credited_offline: one.credited_offline,
            credited_online: one.credited_online,
            payable: one.payable,
            amount_fen: one.amount_fen,
        }
    }

    /// Published.
    pub fn published(&mut self, claim: &ClaimId) {
        let body = ClaimPublished { class: self.class.clone(), claim: claim.clone() };
        self.typed(&body, (None, Some("published")), self.at_claim(), &[("claim", claim.to_string())]);
    }

    /// An upheld objection.
    pub fn upheld(&mut self, claim: &ClaimId, struck: &[EnrolmentId]) {
        let body = ObjectionUpheld { class: self.class.clone(), claim: claim.clone(), struck: struck.to_vec() };
        self.typed(&body, (None, None), self.at_claim(), &[("claim", claim.to_string())]);
    }

    /// Sent back.
    pub fn sent_back(&mut self, claim: &ClaimId) {
        let body = ClaimReturned { class: self.class.clone(), claim: claim.clone() };
        self.typed(&body, (None, Some("returned")), self.at_claim(), &[("claim", claim.to_string())]);
    }

    fn pay(&mut self, claim: &ClaimId, items: &[ClaimedItem]) {
        let total_fen = Fen::sum(items.iter().map(|one| one.amount_fen)).unwrap();
        self.rows.payments = items
            .iter()
            .map(|one| PaymentRow {
                line: self.id(),
                claim: claim.clone(),
                amount_fen: one.amount_fen,
                reference: "晋财2026-17".into(),
            })
            .collect();
        let body =
            ClaimPaid { class: self.class.clone(), claim: claim.clone(), total_fen, reference: "晋财2026-17".into() };
        self.typed(&body, (Some("A90"), Some("paid")), self.at_claim(), &[("claim", claim.to_string())]);
    }

    /// The log's entries as bytes, and the store of its tree.
    pub fn log(&self) -> (Vec<Vec<u8>>, Store) {
        let bytes: Vec<Vec<u8>> = self.entries.iter().map(|one| one.to_bytes().unwrap()).collect();
        let store = Store::of(&bytes);
        (bytes, store)
    }

    pub fn checkpoint(&self) -> String {
        let (_, store) = self.log();
        sign_checkpoint(ORIGIN, store.size, store.root(store.size), &keys()).unwrap()
    }

    pub fn contents(&self) -> Contents {
        let (_, store) = self.log();
        let class = self.class.as_str();
        let ours = self.entries.iter().filter(|one| one.nth_about("class", class).is_some());
        let entries = ours.map(|one| ProvenEntry::new(one, &store.proof(one.seq)).unwrap()).collect();
        let openings =
            Some(vec![Opening { seq: 1, field: "name".into(), salt: hex::encode(SALT), value: "陈秀娟".into() }]);
        Contents {
            class: self.class.clone(),
            checkpoint: self.checkpoint(),
            entries,
            rows: self.rows.clone(),
            openings,
        }
    }

    pub fn bundle(&self) -> Bundle {
        Bundle::seal(self.contents(), &keys()).unwrap()
    }
}

fn start() -> Instant {
    Utc.with_ymd_and_hms(2026, 3, 2, 0, 30, 0).unwrap()
}
