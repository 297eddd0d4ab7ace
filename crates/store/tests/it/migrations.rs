//! Migrations: what they leave in a database is what they always left; lists and tables that contradict each other are
//! told in words.

use store::migrations;
use store::query::DbBackend;

/// A migration that was released never changes, on either database.
#[test]
fn released_migrations_stay_as_they_are() {
    for (name, backend) in [("sqlite", DbBackend::Sqlite), ("postgres", DbBackend::Postgres)] {
        let all = migrations::all(backend);
        let text = all.iter().map(|one| format!("-- {}\n{};\n", one.name, one.statements.join(";\n"))).collect::<String>();
        insta::assert_snapshot!(format!("migrations_{name}"), text);
    }
}
