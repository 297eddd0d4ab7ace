//! A morning's check-ins for the benchmark: classes that meet now, trainees whose phones are signed in.

use std::sync::Arc;

use anyhow::Result;
use chrono::Duration;
use desk::session::new_account;
use desk::{Desk, Premises};
use foundation::codes::{AccountRole, FullProcessState};
use foundation::{AccountId, Actor, ClassId, Office, Scope};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::tables::identity::{account, sign_in};
use store::tables::registry::person;
use store::tables::supervision::{class_session, enrolment, training_class};

use super::rows::{CLASS, Pattern, class_row, enrolment_row, person_row, session_at};
use super::{patterns, told};

/// What a load generator needs: who, where, and the secret of the codes (a benchmark's database only).
#[derive(Debug, Serialize)]
pub struct CheckIns {
    /// HMAC key of the class codes, hex.
    pub secret: String,
    /// How far the demo's clock is from the machine's, seconds.
    pub clock_offset_s: i64,
    /// Trainees as (bearer token, session).
    pub trainees: Vec<(String, String)>,
}

/// Adds classes of forty that meet now and whose trainees are signed in; says who they are.
pub async fn prepare_check_ins(premises: &Arc<Premises>, trainees: u64) -> Result<CheckIns> {
    let desk = Desk::system(Arc::clone(premises), "check-ins");
    let patterns = patterns(&desk).await?;
    let mut all = CheckIns {
        secret: hex::encode(premises.settings.secret),
        clock_offset_s: premises.clock.offset_s(),
        trainees: Vec::new(),
    };
    let run = u64::try_from(desk.now().timestamp_millis()).unwrap_or(0) % 90_000_000;
    for n in 0..trainees.div_ceil(CLASS) {
        let group = Group::new(&desk, &patterns[usize::try_from(n).unwrap_or(0) % patterns.len()], run + n, &mut all);
        premises
            .db
            .write(Scope::Everything, move |work| Box::pin(async move { group.add(work).await }))
            .await
            .map_err(told)?;
    }
    Ok(all)
}

#[derive(Default)]
struct Group {
    classes: Vec<training_class::Model>,
    sessions: Vec<class_session::Model>,
    people: Vec<person::Model>,
    places: Vec<enrolment::Model>,
    accounts: Vec<account::Model>,
    sign_ins: Vec<sign_in::Model>,
}

impl Group {
    fn new(desk: &Desk, of: &Pattern, n: u64, all: &mut CheckIns) -> Self {
        let mut group = Self::default();
        let id: ClassId = desk.new_id();
        let class = class_row(of, &id, FullProcessState::InTraining.into(), n, desk.today());
        // Long enough ago to sign out already, not too long ago to sign in still.
        let session = session_at(desk, of, &id, 0, desk.now() - Duration::minutes(5));
        for at in 0..CLASS {
            let token = hex::encode(desk.premises.ids.bytes::<32>());
            let person = person_row(desk, of, usize::try_from(at).unwrap_or(0), n * CLASS + at);
            group.places.push(enrolment_row(desk, of, &class, &person));
            group.sign_in(desk, &person, &token);
            group.people.push(person);
            all.trainees.push((token, session.id.to_string()));
        }
        group.classes.push(class);
        group.sessions.push(session);
        group
    }

    fn sign_in(&mut self, desk: &Desk, person: &person::Model, token: &str) {
        let id: AccountId = desk.new_id();
        let office = Office::Trainee { person: person.id.clone(), institutions: None };
        let holder = Actor {
            account: None,
            name: person.name.clone(),
            office_name: "学员".into(),
            office,
            role: AccountRole::Staff,
        };
        let now = desk.premises.clock.real_now();
        self.accounts.push(new_account(id.clone(), format!("bench-{}", person.id), &holder, person.district, now));
        self.sign_ins.push(sign_in::Model {
            id: desk.new_id(),
            account: id,
            token_hash: hex::encode(Sha256::digest(token.as_bytes())),
            complete: true,
            institutions: None,
            created_at: now,
            last_seen_at: now,
            ended_at: None,
            version: 1,
        });
    }

    async fn add(self, work: &store::Writer) -> Result<(), foundation::Stop> {
        work.add_many::<person::Entity>(self.people).await?;
        work.add_many::<training_class::Entity>(self.classes).await?;
        work.add_many::<class_session::Entity>(self.sessions).await?;
        work.add_many::<enrolment::Entity>(self.places).await?;
        work.add_many::<account::Entity>(self.accounts).await?;
        work.add_many::<sign_in::Entity>(self.sign_ins).await
    }
}
