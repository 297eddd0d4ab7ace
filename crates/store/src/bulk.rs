//! Many rows in one statement, built without the query builder: its tree and its text per value cost more than the
//! database's own work (house.md §11; measured by `make bench`). Statements come in few sizes, so that they stay
//! prepared.

use std::marker::PhantomData;

use foundation::{Fault, Scope, Stop};
use sea_orm::sea_query::Iden;
use sea_orm::{DbBackend, EntityTrait, Iterable, ModelTrait, Statement, Value};

use crate::Db;
use crate::reach::Reach;

/// Most rows of one statement: well under both databases' parameter limits for our widest table.
const ROWS: usize = 512;

/// Rows of the next statement, of those that wait: a power of two, or, where repeats are skipped and a row may
/// stand twice, a multiple of sixteen.
pub fn rows_at_once(waiting: usize, skip_repeats: bool) -> usize {
    match (skip_repeats, waiting) {
        (true, 17..) => waiting.min(ROWS).next_multiple_of(16),
        (true, _) => waiting.next_power_of_two(),
        (false, _) => 1 << waiting.clamp(1, ROWS).ilog2(),
    }
}

/// Rows ready to be inserted, repeats skipped: built outside the transaction that everybody waits for.
pub struct Prepared<E: Reach> {
    statements: Vec<Statement>,
    rows: u64,
    table: PhantomData<E>,
}

impl<E: Reach> Prepared<E> {
    /// Rows of many askers, each within its own scope.
    /// Errors: `Gone` when one lies outside.
    pub fn of(db: &Db, rows: Vec<(&Scope, E::Model)>) -> Result<Self, Stop> {
        if !rows.iter().all(|(scope, row)| E::holds(scope, row)) {
            return Err(Stop::Fault(Fault::Gone));
        }
        let rows: Vec<E::Model> = rows.into_iter().map(|(_, row)| row).collect();
        let mut statements = Vec::new();
        let mut left = rows.as_slice();
        while !left.is_empty() {
            let many = rows_at_once(left.len(), true);
            let (now, later) = left.split_at(many.min(left.len()));
            left = later;
            statements.push(insert::<E>(db.backend(), now, many, true));
        }
        Ok(Self { statements, rows: rows.len() as u64, table: PhantomData })
    }

    /// How many rows were handed over.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    pub(crate) fn into_statements(self) -> Vec<Statement> {
        self.statements
    }
}

/// The insert statement of these rows, filled up to `many` with the last. With `skip_repeats`, rows whose unique keys
/// exist already are left out.
pub fn insert<E: EntityTrait>(backend: DbBackend, rows: &[E::Model], many: usize, skip_repeats: bool) -> Statement {
    let columns: Vec<E::Column> = E::Column::iter().collect();
    let mut values: Vec<Value> = Vec::with_capacity(many * columns.len());
    for row in rows.iter().chain(std::iter::repeat_n(&rows[rows.len() - 1], many - rows.len())) {
        values.extend(columns.iter().map(|column| row.get(*column)));
    }
    Statement::from_sql_and_values(backend, text::<E>(backend, &columns, many, skip_repeats), values)
}

fn text<E: EntityTrait>(backend: DbBackend, columns: &[E::Column], many: usize, skip_repeats: bool) -> String {
    let names: Vec<String> = columns.iter().map(|column| format!("\"{}\"", Iden::unquoted(column))).collect();
    let mut sql =
        format!("INSERT INTO \"{}\" ({}) VALUES ", sea_orm::EntityName::table_name(&E::default()), names.join(", "));
    for row in 0..many {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns.len() {
            sql.push_str(if column == 0 { "" } else { ", " });
            match backend {
                DbBackend::Postgres => sql.push_str(&format!("${}", row * columns.len() + column + 1)),
                _ => sql.push('?'),
            }
        }
        sql.push(')');
    }
    if skip_repeats {
        sql.push_str(" ON CONFLICT DO NOTHING");
    }
    sql
}
