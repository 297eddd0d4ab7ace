//! PostgreSQL for tests: `scripts/with_postgres.sh` starts a temporary cluster and says where in
//! `JINBU_TEST_PG`; each test gets a database of its own in it. One that its test has let go of is dropped when the
//! next is made, so that the cluster never holds more than a few (a machine of CI once ran out of disk).

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

/// A database for one test: keep it as long as somebody is connected.
pub struct Cloned {
    /// Where it is.
    pub url: String,
}

static COUNT: AtomicU32 = AtomicU32::new(0);
/// Databases that nobody needs any more.
static LEFT: Mutex<Vec<String>> = Mutex::new(Vec::new());

impl Drop for Cloned {
    fn drop(&mut self) {
        LEFT.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(std::mem::take(&mut self.url));
    }
}

/// Makes a new, empty database in the test cluster.
pub async fn clone() -> Cloned {
    clone_of(None).await
}

/// Makes a new database in the test cluster, empty or a copy of `template` (which nobody may be connected to).
pub async fn clone_of(template: Option<&str>) -> Cloned {
    let admin =
        std::env::var("JINBU_TEST_PG").expect("JINBU_TEST_PG is unset: run the tests through scripts/with_postgres.sh");
    let left = std::mem::take(&mut *LEFT.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    for url in left {
        remove(&url).await;
    }
    let name = format!("t{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    store::db::create_postgres_database(&admin, &name, template).await.expect("the cluster makes a database");
    let base = admin.rsplit_once('/').map_or(admin.as_str(), |(base, _)| base);
    Cloned { url: format!("{base}/{name}") }
}

/// Drops a test's database.
pub async fn remove(url: &str) {
    let admin = std::env::var("JINBU_TEST_PG").expect("set by scripts/with_postgres.sh");
    store::db::drop_postgres_database(&admin, url.rsplit('/').next().unwrap_or(""))
        .await
        .expect("the cluster drops a database");
}
