//! A house made once and copied many times: tests that need a told province start from a copy of it, milliseconds
//! each (a file on SQLite, `CREATE DATABASE … TEMPLATE` on PostgreSQL).

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use foundation::Ids;
use store::Db;

use crate::{TestHouse, postgres, start_of_tests};

/// A house that nobody lives in any more; only copied.
pub struct Template {
    house: TestHouse,
    postgres: Option<String>,
}

/// Copies make ids of their own, so that none repeats one of the template's.
static COPIES: AtomicU64 = AtomicU64::new(1);

impl Template {
    /// Closes `house` and keeps its rows for copying.
    pub async fn of(house: TestHouse) -> Self {
        house.premises.db.tidy().await.expect("the template settles");
        house.premises.db.clone().close().await.expect("the template closes");
        let postgres = house.postgres.as_ref().map(|one| one.url.clone());
        Self { house, postgres }
    }

    /// A house with the template's rows, files and clock.
    pub async fn copy(&self) -> TestHouse {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (db, cloned) = match &self.postgres {
            Some(url) => {
                let name = url.rsplit('/').next().unwrap_or("");
                let cloned = postgres::clone_of(Some(name)).await;
                (Db::connect(&cloned.url).await.expect("a copied database"), Some(cloned))
            }
            None => {
                let path = folder.path().join("jinbu.db");
                std::fs::copy(self.house.folder().join("jinbu.db"), &path).expect("the template copies");
                (Db::connect(&format!("sqlite:{}", path.display())).await.expect("a copied database"), None)
            }
        };
        copy_folder(&self.house.folder().join("files"), &folder.path().join("files"));
        let ids = Ids::seeded(40_000_000 + COPIES.fetch_add(1, Ordering::Relaxed));
        let copy = TestHouse::around(db, ids, start_of_tests(), folder, cloned);
        copy.premises.clock.set_offset_s(self.house.premises.clock.offset_s());
        copy
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("the template's files").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file copies");
        }
    }
}
