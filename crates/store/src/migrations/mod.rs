//! Migrations: forward only, one list for both databases (house.md §3.6; decisions/0012). A schema is a small text
//! (`m0001_spine.txt`) that `schema` turns into statements; later migrations add their own line. Nothing here holds a
//! connection: what is to be done is a list, and each database's own runner does it.

pub mod schema;
pub mod standing;

use foundation::Fault;
use sea_orm::DbBackend;

/// Where a database keeps which migrations it has seen. The name is SeaORM's, whose runner made the first houses.
pub const TABLE: &str = "seaql_migrations";

/// One step of the schema.
#[derive(Debug, Clone)]
pub struct Migration {
    /// Its name in the database's own list.
    pub name: String,
    /// What it does, in order; each may hold several statements separated by semicolons.
    pub statements: Vec<String>,
    /// What it makes: a table, or a column of a table that stood before.
    pub makes: Vec<(&'static str, Option<&'static str>)>,
}

/// A column that a migration adds to a table of an earlier one.
struct Added {
    table: &'static str,
    column: &'static str,
    /// Type and constraints, in words that both databases understand.
    kind: &'static str,
}

/// Migrations, in order.
pub fn all(backend: DbBackend) -> Vec<Migration> {
    vec![
        // Everything one subsidised class needs from directory to payment.
        Migration::of("m0001_spine", backend, include_str!("m0001_spine.txt"), &[]),
        // Counted subsidies, public objections, money on its way to the bank, the bank's file.
        Migration::of("m0002_money", backend, include_str!("m0002_money.txt"), MONEY),
        // A trainee's sign-in reaches no further than whoever gave him the slip (M7.1, M3.3).
        Migration::of("m0003_slips", backend, "", SLIPS),
        // What people say is answered: disputed attendance (M3.3), a payee's account corrected by two people (M8.9).
        Migration::of("m0004_answers", backend, include_str!("m0004_answers.txt"), ANSWERS),
        // Sign-ins that ended a moment ago are found without looking at those that stand (desk/session.rs).
        Migration::of("m0005_ended", backend, "", &[])
            .and("CREATE INDEX \"ix__sign_in__ended_at\" ON \"sign_in\" (\"ended_at\") WHERE \"ended_at\" IS NOT NULL"),
        // Whoever signs in for no office of the state's ladder is an organisation; what is its own is one column.
        organisations(backend),
        walls(backend),
    ]
}

/// Tables whose rows belong to organisations of any kind.
const OWNED: [&str; 4] = ["account", "task", "fact", "stored_file"];
/// The kinds that were offices of a district, and stood in no table.
const WERE_OFFICES: &str = "('monitor', 'industry_department')";

fn organisations(backend: DbBackend) -> Migration {
    let mut it = Migration::of("m0006_organisations", backend, include_str!("m0006_organisations.txt"), &[]);
    for table in OWNED {
        it = it.and(&format!("ALTER TABLE \"{table}\" RENAME COLUMN \"institution\" TO \"organisation\""));
    }
    if backend == DbBackend::Postgres {
        it = it.and("SELECT set_config('jinbu.reach', '*', true)");
    }
    // An organisation takes the id of its first account: made already, and no other organisation's.
    it.and(&format!(
        "INSERT INTO organisation (id, kind, name, district, path, created_at, version) \
         SELECT min(id), office_kind, office_name, district, path, min(created_at), 1 FROM account \
         WHERE office_kind IN {WERE_OFFICES} GROUP BY office_kind, office_name, district, path"
    ))
    .and(&format!(
        "UPDATE account SET organisation = (SELECT o.id FROM organisation o WHERE o.kind = account.office_kind \
         AND o.name = account.office_name AND o.district = account.district) WHERE office_kind IN {WERE_OFFICES}"
    ))
    .and(&format!("UPDATE account SET office_ref = organisation WHERE office_kind IN {WERE_OFFICES}"))
}

use crate::walls::PREFIX as WALLS;

/// Puts up the walls as the tables declare them now.
fn walls(backend: DbBackend) -> Migration {
    let (name, mut statements) = crate::walls::raise(backend);
    statements.push(format!("DELETE FROM {TABLE} WHERE version LIKE '{WALLS}%'"));
    Migration { name, statements, makes: Vec::new() }
}

/// No office can pay out of an account more than its budget: not by a bug, not by two servers at once.
const MONEY: &[Added] = &[
    Added {
        table: "fund_account",
        column: "batched",
        kind: "bigint NOT NULL DEFAULT 0 \
            CHECK (batched >= 0 AND reserved >= 0 AND paid >= 0 AND paid + batched <= budget)",
    },
    Added { table: "payment_batch", column: "file", kind: "text" },
];
const SLIPS: &[Added] = &[
    Added { table: "sign_in", column: "institutions", kind: "text" },
    Added { table: "one_time_link", column: "institution", kind: "text" },
];
/// The salt opens the journal's commitment to an objection's words; objections from before have no commitment: no salt.
const ANSWERS: &[Added] = &[Added { table: "objection", column: "salt", kind: "text NOT NULL DEFAULT ''" }];

impl Migration {
    fn of(name: &'static str, backend: DbBackend, text: &'static str, added: &'static [Added]) -> Self {
        let mut statements = schema::statements(backend, text);
        statements.extend(
            added.iter().map(|one| format!("ALTER TABLE \"{}\" ADD COLUMN \"{}\" {}", one.table, one.column, one.kind)),
        );
        let tables = schema::parse(text).into_iter().map(|table| (table.name, None));
        let makes = tables.chain(added.iter().map(|one| (one.table, Some(one.column)))).collect();
        Self { name: name.to_owned(), statements, makes }
    }

    /// The same with a statement more that both databases understand, and that makes neither table nor column.
    fn and(mut self, statement: &str) -> Self {
        self.statements.push(statement.to_owned());
        self
    }
}

/// The table of migrations, made where it is not there yet.
pub fn make_table(backend: DbBackend) -> String {
    use sea_orm::sea_query::{Alias, ColumnDef, Table};
    let mut table = Table::create();
    table.table(Alias::new(TABLE)).if_not_exists();
    table.col(ColumnDef::new(Alias::new("version")).string().not_null().primary_key());
    table.col(ColumnDef::new(Alias::new("applied_at")).big_integer().not_null());
    schema::said(backend, &table)
}

/// The migrations that a database has seen, one a row.
pub fn ask_applied() -> String {
    format!("SELECT version FROM {TABLE} ORDER BY version")
}

/// Notes that a migration was done. The database dates it: nobody reads the date but an operator.
pub fn note(backend: DbBackend, name: &str) -> String {
    let now = if backend == DbBackend::Postgres {
        "extract(epoch FROM now())::bigint"
    } else {
        "CAST(strftime('%s', 'now') AS integer)"
    };
    format!("INSERT INTO {TABLE} (version, applied_at) VALUES ('{name}', {now})")
}

/// What is left to do where `applied` is done.
/// Errors: a migration that this program does not know: the database is newer than the program.
pub fn waiting(backend: DbBackend, applied: &[String]) -> Result<Vec<Migration>, Fault> {
    let all = all(backend);
    let unknown: Vec<&str> = applied
        .iter()
        .map(String::as_str)
        .filter(|name| {
            (!name.starts_with(WALLS) || crate::walls::is_newer(name)) && all.iter().all(|one| one.name != *name)
        })
        .collect();
    if !unknown.is_empty() {
        return Err(Fault::Upstream(format!(
            "这个数据库比程序新：里面有本程序不认识的结构变更 {}。请换用新版的 jinbu（这个库是它更新的），不要用旧版打开",
            unknown.join("、")
        )));
    }
    Ok(all.into_iter().filter(|one| !applied.contains(&one.name)).collect())
}

/// Brings a SQLite database up to date and looks at what stands: `batch` runs statements, `texts` asks for rows of one
/// text column. Says which migrations were done. Of two that begin at once the second waits and finds nothing to do.
/// Errors: the database's own; in words, where its schema and its list of migrations contradict each other.
pub fn run_sqlite(
    mut batch: impl FnMut(&str) -> Result<(), Fault>,
    mut texts: impl FnMut(&str) -> Result<Vec<String>, Fault>,
) -> Result<Vec<String>, Fault> {
    const ON: DbBackend = DbBackend::Sqlite;
    batch("BEGIN IMMEDIATE")?;
    let mut up = || {
        batch(&make_table(ON))?;
        let todo = waiting(ON, &texts(&ask_applied())?)?;
        standing::none_made(&todo, &standing::Columns::read(&texts(standing::ask(ON))?))?;
        for migration in &todo {
            batch(&migration.statements.join(";\n"))?;
            batch(&note(ON, &migration.name))?;
        }
        standing::fits(&standing::Columns::read(&texts(standing::ask(ON))?))?;
        Ok(todo.into_iter().map(|one| one.name).collect())
    };
    let done = up();
    match done {
        Ok(done) => batch("COMMIT").map(|()| done),
        Err(fault) => {
            // What went wrong is the answer; whether it could be undone shows when the file is opened next.
            let _ = batch("ROLLBACK");
            Err(fault)
        }
    }
}
