//! The golden corpus: houses and evidence as earlier versions left them (`tests/corpus/DATE`), with their keys. Every
//! later version migrates and verifies them with 0 differences. Nothing refreshes them: a later version that keeps
//! things differently adds a folder of its own, and its line to `CORPUS`.

use std::path::{Path, PathBuf};
use std::process::Command;

use foundation::{Office, Scope};
use sha2::{Digest, Sha256};
use store::query::{ColumnTrait, QueryFilter};
use store::tables::identity::account;

use crate::server::{Place, text};

/// What an earlier version left: folder, and the SHA-256 of each archive, so that a changed one is noticed.
struct Left {
    folder: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
    bundles: &'static str,
}

const CORPUS: &[Left] = &[
    // Before the store moved (28 November 2026): `demo --small`, a sign-in and an act by hand; bundles in 21 states.
    Left {
        folder: "2026-11-29",
        sqlite: "da7bb0363e428c5b00ff8dfbdeaf654a285c116ccc50ed6bd2046d17c6a6a3e1",
        postgres: "d40bb32910fb7c4a35e151d527d2c2905806d48eea7d0c7e4cf7f864e94e92eb",
        bundles: "bdccabbcb1d5caccce6e755c7d9f5448a23c8e0813d3523f1e903e4653b3573e",
    },
];

/// Lays an archive out in a folder, once it is seen to be what it was.
fn lay_out(left: &Left, name: &str, hash: &str, into: &Path) {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus")).join(left.folder).join(name);
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(
        hex::encode(Sha256::digest(&bytes)),
        hash,
        "{} was changed: the corpus stays as it was left",
        path.display()
    );
    zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap().extract(into).unwrap();
}

/// Migrates and verifies the house in `data`.
fn migrates_and_verifies(place: &Place, data: &Path, database: &str) {
    let migrated = place.run(&["migrate", "--database", database]);
    assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    let said = place.run(&["verify", "--data", text(data), "--database", database]);
    let out = String::from_utf8_lossy(&said.stdout);
    assert!(
        said.status.success() && out.trim_end().ends_with("0 处不一致"),
        "{out}\n{}",
        String::from_utf8_lossy(&said.stderr)
    );
    assert!(out.contains("41个准予开班的班级"), "the house is not the one that was left: {out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn houses_of_earlier_versions_migrate_and_verify() {
    let is_postgres = std::env::var("JINBU_TEST_DB").as_deref() == Ok("postgres");
    for left in CORPUS {
        let place = Place::new().await;
        let data = place.data();
        if is_postgres {
            lay_out(left, "postgres.zip", left.postgres, &data);
            // The cluster knows the role that the dump grants to, as a cluster that has held a house does.
            store::Db::open(&testkit::postgres::clone().await.url).await.unwrap().close().await.unwrap();
            let said = Command::new("psql")
                .args(["-q", "-d", &place.database, "-f", text(&data.join("jinbu.sql"))])
                .output()
                .expect("psql is installed");
            assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        } else {
            lay_out(left, "sqlite.zip", left.sqlite, &data);
        }
        migrates_and_verifies(&place, &data, &place.database);
        organisations_follow(&place.database).await;
    }
}

/// Whoever signed in for what is an organisation now (decisions/0017) signs in for one, and is its own.
async fn organisations_follow(database: &str) {
    let db = store::Db::open(database).await.unwrap();
    let reader = db.read(Scope::Everything).await.unwrap();
    let were = account::Column::OfficeKind.is_in(["monitor", "industry_department"]);
    let accounts = reader.list::<account::Entity>(|q| q.filter(were)).await.unwrap();
    assert!(!accounts.is_empty(), "the houses that were left had a monitor");
    for one in accounts {
        let office = Office::from_parts(&one.office_kind, &one.office_ref, one.district);
        let organisation = office.as_ref().and_then(Office::organisation).expect("it signs in").clone();
        let row = reader.get(&organisation.id).await.unwrap();
        assert_eq!((row.kind, row.name, row.district), (organisation.kind, one.office_name, one.district));
        assert_eq!(one.organisation, Some(organisation.id));
    }
    drop(reader);
    db.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_of_earlier_versions_verifies() {
    for left in CORPUS {
        let place = Place::sqlite();
        lay_out(left, "bundles.zip", left.bundles, &place.data());
        let key = std::fs::read_to_string(place.data().join("key.txt")).unwrap();
        let mut seen = 0;
        for file in std::fs::read_dir(place.data())
            .unwrap()
            .map(|one| one.unwrap().path())
            .filter(|path| path.extension().is_some_and(|e| e == "json"))
        {
            let said = place.run(&["verify", text(&file), "--key", &key]);
            let out = String::from_utf8_lossy(&said.stdout);
            assert!(said.status.success() && out.trim_end().ends_with("0 处不一致"), "{}: {out}", file.display());
            seen += 1;
        }
        assert_eq!(seen, 21, "every bundle was looked at");
    }
}
