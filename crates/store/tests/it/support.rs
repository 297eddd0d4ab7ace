//! Databases for these tests, and a few rows.

use foundation::codes::*;
use foundation::ids::*;
use foundation::*;
use store::Db;
use store::tables::notices::task;

/// A database and whatever must outlive it.
pub struct House {
    pub db: Db,
    _folder: Option<tempfile::TempDir>,
}

/// A fresh database of the lane's kind.
pub async fn house() -> House {
    if std::env::var("JINBU_TEST_DB").as_deref() == Ok("postgres") { postgres().await } else { sqlite().await }
}

pub async fn sqlite() -> House {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&format!("sqlite:{}", folder.path().join("t.db").display())).await.unwrap();
    House { db, _folder: Some(folder) }
}

pub async fn postgres() -> House {
    House { db: Db::open(&new_postgres().await).await.unwrap(), _folder: None }
}

/// The address of a new, empty database.
pub async fn new_postgres() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let admin = std::env::var("JINBU_TEST_PG").expect("run through scripts/with_postgres.sh");
    let name = format!("s{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    store::db::create_postgres_database(&admin, &name, None).await.unwrap();
    let base = admin.rsplit_once('/').unwrap().0.to_owned();
    format!("{base}/{name}")
}

pub fn has_postgres() -> bool {
    std::env::var("JINBU_TEST_PG").is_ok()
}

pub fn ids() -> Ids {
    Ids::seeded(7)
}

pub fn noon() -> Instant {
    clock::at_local(chrono::NaiveDate::from_ymd_opt(2026, 11, 2).unwrap().and_hms_opt(12, 0, 0).unwrap())
}

pub fn district(code: &str) -> DistrictCode {
    code.parse().unwrap()
}

/// A task row: the simplest supervised row without foreign keys.
pub fn task(ids: &Ids, district: DistrictCode, title: &str) -> task::Model {
    task::Model {
        id: ids.make(noon()),
        audience: "county".into(),
        kind: "test".into(),
        about_kind: "class".into(),
        about: "x".into(),
        title: title.into(),
        finding: String::new(),
        tone: String::new(),
        money: Fen(1),
        due_on: None,
        not_for: None,
        organisation: None,
        person: None,
        path: district.management_path(),
        district,
        created_at: noon(),
        done_at: None,
        once: None,
        version: 1,
    }
}

/// A needs item row: readable by all, writable within reach.
pub fn needs_item(ids: &Ids, district: DistrictCode, name: &str) -> store::tables::needs::needs_item::Model {
    store::tables::needs::needs_item::Model {
        id: ids.make::<NeedsItemId>(noon()),
        path: district.management_path(),
        district,
        year: 2026,
        training_type: TrainingType::Employment,
        occupation: None,
        name: name.into(),
        level: SkillLevel::all()[0],
        certificate_type: CertificateType::Completion,
        periods_min: Periods(40),
        periods_max: Periods(80),
        online_cap_pct: 40,
        shortage: false,
        shortage_class: None,
        rate_text: "每课时25元".into(),
        state: NeedsState::Draft,
        filing_no: String::new(),
        document: String::new(),
        published_on: None,
        created_at: noon(),
        version: 1,
    }
}

/// An account row of a county officer.
pub fn account(ids: &Ids, login: &str) -> store::tables::identity::account::Model {
    let jinjiang = district("350582");
    store::tables::identity::account::Model {
        id: ids.make(noon()),
        login: login.into(),
        name: "陈秀娟".into(),
        office_kind: "county".into(),
        office_ref: "350582".into(),
        office_name: "晋江市人力资源和社会保障局".into(),
        role: foundation::codes::AccountRole::Staff,
        password_hash: None,
        totp_secret: None,
        totp_last_step: 0,
        failed_count: 0,
        locked_until: None,
        disabled: false,
        organisation: None,
        person: None,
        path: jinjiang.management_path(),
        district: jinjiang,
        created_at: noon(),
        version: 1,
    }
}
