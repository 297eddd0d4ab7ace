//! Testkit: a house in a test — real database (SQLite, or PostgreSQL when `JINBU_TEST_DB=postgres`),
//! standing clock, seeded ids, fourteen personas with the neighbour and the rival among them
//! (house.md §8). Knows no room, so that every room's tests can use it; stories live in `province`.

pub mod fixtures;
pub mod personas;
pub mod postgres;
mod template;
pub mod web;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use desk::{Desk, Premises, Settings};
use foundation::{Clock, DistrictCode, Fault, Ids, Scope, WorkCalendar};
use store::seal::Keyring;
use store::tables::funds::policy_parameter;
use store::tables::identity::{account, organisation};
use store::{Db, Files};

pub use personas::Persona;
pub use template::Template;

/// Monday 2 November 2026, 09:00 in Fujian: the hour at which every test begins.
pub fn start_of_tests() -> foundation::Instant {
    foundation::clock::at_local(
        NaiveDate::from_ymd_opt(2026, 11, 2).and_then(|d| d.and_hms_opt(9, 0, 0)).expect("a real moment"),
    )
}

/// One installation for one test; its files vanish with it.
pub struct TestHouse {
    /// What the server would own.
    pub premises: Arc<Premises>,
    folder: Option<tempfile::TempDir>,
    postgres: Option<postgres::Cloned>,
}

impl TestHouse {
    /// A house with policy parameters, the personas' accounts and nothing else.
    pub async fn new() -> Self {
        Self::at(start_of_tests()).await
    }

    /// The same at another hour.
    pub async fn at(now: foundation::Instant) -> Self {
        Self::build(now, true).await
    }

    /// A house as it is delivered: tables, and nothing in them; not a demo.
    pub async fn bare() -> Self {
        Self::build(start_of_tests(), false).await
    }

    async fn build(now: foundation::Instant, is_seeded: bool) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (db, postgres) = if std::env::var("JINBU_TEST_DB").as_deref() == Ok("postgres") {
            let cloned = postgres::clone().await;
            (Db::open(&cloned.url).await.expect("a PostgreSQL test database"), Some(cloned))
        } else {
            let path = folder.path().join("jinbu.db");
            let url = format!("sqlite:{}", path.display());
            if is_seeded {
                std::fs::copy(sqlite_template().await, &path).expect("the template copies");
                (Db::connect(&url).await.expect("a SQLite test database"), None)
            } else {
                (Db::open(&url).await.expect("a new SQLite database"), None)
            }
        };
        let mut house = Self::around(db, Ids::seeded(20_261_102), now, folder, postgres);
        if !is_seeded {
            Arc::get_mut(&mut house.premises).expect("nobody else has it yet").settings.demo = false;
        } else if house.postgres.is_some() {
            seed(&house.premises.db).await;
        }
        house
    }

    /// A house around an open database.
    fn around(
        db: Db,
        ids: Ids,
        now: foundation::Instant,
        folder: tempfile::TempDir,
        postgres: Option<postgres::Cloned>,
    ) -> Self {
        let settings = Settings {
            demo: true,
            base_url: "http://127.0.0.1:8080".into(),
            secure_cookies: false,
            journal_origin: "jinbu.test/journal".into(),
            trusted_proxies: Vec::new(),
            secret: [7; 32],
        };
        let premises = Premises {
            db,
            clock: Clock::fixed(now),
            ids,
            calendar: WorkCalendar::built_in().clone(),
            keyring: Arc::new(Keyring::for_tests()),
            files: Files::folder(&folder.path().join("files")).expect("a folder"),
            settings,
            declared: std::sync::OnceLock::new(),
            sign_ins: desk::session::SignIns::default(),
            turns: desk::turns::Turns::default(),
            tries: desk::tries::Tries::default(),
            rows: store::RowCache::default(),
            gatherers: desk::gather::Gatherers::default(),
            memo: desk::memo::Memo::default(),
            health: desk::health::Health::default(),
            reading: desk::reading::Reading::default(),
        };
        Self { premises: Arc::new(premises), folder: Some(folder), postgres }
    }

    /// A persona's desk, as if signed in.
    pub fn desk(&self, persona: Persona) -> Desk {
        Desk::of(Arc::clone(&self.premises), persona.actor())
    }
    /// A second server on the same database, with its own memory.
    pub async fn second_server(&self) -> Arc<Premises> {
        let one = &self.premises;
        Arc::new(Premises {
            db: Db::connect(one.db.url()).await.expect("the database takes a second server"),
            clock: one.clock.clone(),
            ids: Ids::seeded(20_261_103),
            calendar: WorkCalendar::built_in().clone(),
            keyring: Arc::clone(&one.keyring),
            files: Files::folder(&self.folder().join("files")).expect("a folder"),
            settings: one.settings.clone(),
            declared: one.declared.clone(),
            sign_ins: desk::session::SignIns::default(),
            turns: desk::turns::Turns::default(),
            tries: desk::tries::Tries::default(),
            rows: store::RowCache::default(),
            memo: desk::memo::Memo::default(),
            health: desk::health::Health::default(),
            reading: desk::reading::Reading::default(),
            gatherers: desk::gather::Gatherers::default(),
        })
    }
    /// The system's desk.
    pub fn system(&self) -> Desk {
        Desk::system(Arc::clone(&self.premises), "test")
    }
    /// Moves the clock by whole minutes.
    pub fn pass_minutes(&self, minutes: i64) {
        self.premises.clock.set_offset_s(self.premises.clock.offset_s() + minutes * 60);
    }
    /// Moves the clock to a Fujian wall-clock time.
    pub fn travel_to(&self, year: i32, month: u32, day: u32, hour: u32, minute: u32) {
        let wall = NaiveDate::from_ymd_opt(year, month, day)
            .and_then(|d| d.and_hms_opt(hour, minute, 0))
            .expect("a real moment");
        self.premises.clock.travel_to(foundation::clock::at_local(wall));
    }
    /// Closes the house and, on PostgreSQL, drops its database: for tests that use up many.
    pub async fn discard(self) {
        self.premises.db.clone().close().await.expect("the database closes");
        if let Some(one) = &self.postgres {
            postgres::remove(&one.url).await;
        }
    }
    /// The folder the house lives in.
    pub fn folder(&self) -> PathBuf {
        self.folder.as_ref().expect("kept until drop").path().to_owned()
    }
}

/// Policy rows and personas' accounts.
pub async fn seed(db: &Db) {
    let parameters = policy_rows();
    let accounts = Persona::all().iter().map(|p| p.account_row()).collect::<Vec<account::Model>>();
    db.write(Scope::Everything, move |work| {
        Box::pin(async move {
            work.add_many::<policy_parameter::Entity>(parameters).await?;
            work.add_many::<organisation::Entity>(personas::organisations()).await?;
            work.add_many::<account::Entity>(accounts).await
        })
    })
    .await
    .expect("an empty database takes its seed");
}

/// `policy/parameters.csv` as rows.
pub fn policy_rows() -> Vec<policy_parameter::Model> {
    let ids = Ids::seeded(1);
    let rows = reckoning::policy::read_parameters(include_str!("../../../policy/parameters.csv"))
        .expect("the project's own file reads");
    rows.into_iter()
        .map(|row| policy_parameter::Model {
            id: ids.make(start_of_tests()),
            path: row.district.management_path(),
            district: row.district,
            scheme: row.scheme,
            name: row.key,
            value: row.value,
            unit: row.unit,
            effective_from: row.effective_from,
            effective_to: row.effective_to,
            document: row.document,
            version: 1,
        })
        .collect()
}

/// A migrated and seeded SQLite file, made once per test run and copied for every test (milliseconds).
async fn sqlite_template() -> PathBuf {
    static MADE: tokio::sync::OnceCell<(PathBuf, tempfile::TempDir)> = tokio::sync::OnceCell::const_new();
    MADE.get_or_init(|| async {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("template.db");
        let url = format!("sqlite:{}", path.display());
        // A runtime of its own: the template's connections must not outlive the test that made them.
        std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async {
                let db = Db::open(&url).await.map_err(|f: Fault| f.to_string()).expect("the schema builds");
                seed(&db).await;
                db.close().await.expect("closes");
            });
        })
        .join()
        .expect("the template is made");
        (path, folder)
    })
    .await
    .0
    .clone()
}

/// The county that most tests happen in.
pub const JINJIANG: &str = "350582";

/// Parses a district that the tests know exists.
pub fn district(code: &str) -> DistrictCode {
    code.parse().expect("a Fujian district")
}
