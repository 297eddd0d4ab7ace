//! A stage for stories: the house's own database and keys, with a clock and ids of its own, so that many
//! stories are told side by side and each comes out the same every time.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use chrono::{Duration, NaiveTime};
use desk::gather::Gatherers;
use desk::memo::Memo;
use desk::session::SignIns;
use desk::tries::Tries;
use desk::{Act, Desk, Premises};
use foundation::{Actor, Clock, Date, Ids, Instant};
use store::{Reader, RowCache};

/// Every province comes from this number.
const SEED: u64 = 3_500_002_026;

/// Where acts are performed, and when.
pub struct Stage {
    premises: Arc<Premises>,
    system: Desk,
}

pub fn told(stop: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("{stop}")
}

impl Stage {
    /// The `number`-th stage of a house; its clock stands at `now`.
    pub fn new(house: &Premises, number: u64, now: Instant) -> Self {
        let premises = Arc::new(Premises {
            turns: desk::turns::Turns::default(),
            db: house.db.clone(),
            clock: Clock::fixed(now),
            ids: Ids::seeded(SEED ^ (number << 32)),
            calendar: house.calendar.clone(),
            keyring: Arc::clone(&house.keyring),
            files: house.files.clone(),
            settings: house.settings.clone(),
            declared: house.declared.clone(),
            sign_ins: SignIns::default(),
            tries: Tries::default(),
            memo: Memo::default(),
            health: desk::health::Health::default(),
            reading: desk::reading::Reading::default(),
            rows: RowCache::default(),
            gatherers: Gatherers::default(),
        });
        let system = Desk::system(Arc::clone(&premises), "demo-province");
        Self { premises, system }
    }

    /// The system's desk on this stage.
    pub fn system(&self) -> &Desk {
        &self.system
    }
    /// What it stands on.
    pub fn premises(&self) -> &Arc<Premises> {
        &self.premises
    }
    /// The moment at which the demo stands: nothing of a story happens later.
    pub fn curtain(&self) -> Instant {
        self.premises.clock.real_now()
    }
    /// The stage's time.
    pub fn now(&self) -> Instant {
        self.premises.clock.now()
    }
    /// Moves the clock to a moment.
    pub fn travel_to(&self, at: Instant) {
        self.premises.clock.travel_to(at);
    }
    /// Moves the clock to a day's hour and minute.
    pub fn at(&self, day: Date, hour: u32, minute: u32) {
        self.travel_to(foundation::clock::at_local(
            day.and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()),
        ));
    }
    /// Lets some seconds pass, as between two acts of people.
    pub fn pass(&self, seconds: i64) {
        self.travel_to(self.now() + Duration::seconds(seconds));
    }
    /// A reader with the system's reach.
    pub async fn read(&self) -> Result<Reader> {
        self.system.read().await.map_err(told)
    }

    /// An act by somebody, through the door like every other.
    pub async fn by<A: Act>(&self, actor: &Actor, act: A) -> Result<A::Outcome> {
        let done = Desk::of(Arc::clone(&self.premises), actor.clone()).perform(act).await;
        self.pass(41);
        done.map_err(|stop| anyhow!("{}（{}）：{stop}", A::TITLE, actor.name))
    }
    /// An act by somebody who is not signed in.
    pub async fn public<A: Act>(&self, act: A) -> Result<A::Outcome> {
        let done = Desk::public(Arc::clone(&self.premises)).perform(act).await;
        self.pass(41);
        done.map_err(|stop| anyhow!("{}：{stop}", A::TITLE))
    }
    /// A timed act.
    pub async fn job<A: Act>(&self, act: A) -> Result<A::Outcome> {
        let done = self.system.perform(act).await;
        self.pass(5);
        done.map_err(|stop| anyhow!("{}：{stop}", A::TITLE))
    }
}
