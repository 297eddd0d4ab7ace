//! Reach: how far a scope sees, ANDed last onto every read and write (house.md §4, wall 1).

use foundation::{ManagementPath, PersonId, Scope};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, EntityTrait, ModelTrait, Value};

use crate::row::FromRow;
use crate::tables::supervision::enrolment;

/// What the door needs to know of a table to read, compare-and-set and copy it.
pub trait Keyed: EntityTrait<Model: FromRow + Send + Sync + 'static> {
    /// The primary key's column.
    const KEY: Self::Column;
    /// The version column, where rows may change.
    const VERSION: Option<Self::Column>;
    /// The row's key.
    fn key(row: &Self::Model) -> Value;
    /// The row's version (0 for append-only tables).
    fn version(row: &Self::Model) -> i32;
}

/// Which columns of a table carry reach.
pub struct ReachColumns<C> {
    /// Management path of the row.
    pub path: Option<C>,
    /// Owning institution.
    pub institution: Option<C>,
    /// The person the row is about.
    pub person: Option<C>,
    /// Class id: a trainee reads the rows of the classes that he or she is on the roster of.
    pub trainee_class: Option<C>,
    /// Person id of a person row: seen through the person's enrolments.
    pub person_row: Option<C>,
    /// Everybody may read (published directories).
    pub open_reads: bool,
    /// Everybody who may act may add rows (facts, views, tasks for others).
    pub open_writes: bool,
}

/// A table that rooms may query: says which of its rows a scope reaches.
pub trait Reach: Keyed {
    /// Its reach columns; all empty means the system's own table.
    fn reach_columns() -> ReachColumns<Self::Column>;

    /// The condition that limits reads.
    fn reach(scope: &Scope) -> Condition {
        let columns = Self::reach_columns();
        if columns.open_reads { Condition::all() } else { limited::<Self>(&columns, scope, true) }
    }

    /// The condition that limits changes.
    fn write_reach(scope: &Scope) -> Condition {
        let columns = Self::reach_columns();
        if columns.open_writes { Condition::all() } else { limited::<Self>(&columns, scope, false) }
    }

    /// Whether a new row lies within the scope.
    fn holds(scope: &Scope, row: &Self::Model) -> bool {
        let columns = Self::reach_columns();
        let is = |column: Option<Self::Column>, wanted: Value| column.is_some_and(|c| row.get(c) == wanted);
        match scope {
            Scope::Everything => true,
            _ if columns.open_writes => true,
            Scope::Open => false,
            // Whoever may register persons may register anyone; seeing them again is another matter.
            _ if columns.person_row.is_some() => true,
            Scope::Below(path) => columns.path.is_some_and(|c| match row.get(c) {
                Value::String(Some(text)) => covers(path, &text),
                _ => false,
            }),
            Scope::Institution(id) => is(columns.institution, some_text(id.to_string())),
            Scope::Person(id) => is(columns.person, some_text(id.to_string())),
            Scope::PersonAt(id, at) => {
                is(columns.person, some_text(id.to_string()))
                    && columns.institution.is_none_or(|c| at.iter().any(|one| row.get(c) == some_text(one.to_string())))
            }
        }
    }
}

fn some_text(text: String) -> Value {
    Value::String(Some(text))
}

/// True when `text` is `path` or below it, part by part.
fn covers(path: &ManagementPath, text: &str) -> bool {
    text == path.as_str() || text.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/'))
}

/// Nothing at all.
fn never() -> Condition {
    Condition::all().add(Expr::val(1).eq(0))
}

fn limited<E: Reach>(columns: &ReachColumns<E::Column>, scope: &Scope, reading: bool) -> Condition {
    if let Some(id) = columns.person_row {
        return person_rows(id, scope);
    }
    match scope {
        Scope::Everything => Condition::all(),
        Scope::Open => never(),
        Scope::Below(path) => columns.path.map_or_else(never, |c| below(c, path)),
        Scope::Institution(id) => {
            columns.institution.map_or_else(never, |c| Condition::all().add(c.eq(id.to_string())))
        }
        Scope::Person(id) => of_person(columns, id, reading),
        // Rows of no institution (who read one's data) stay the person's.
        Scope::PersonAt(id, at) => {
            let mine = of_person(columns, id, reading);
            columns.institution.into_iter().fold(mine, |all, c| all.add(c.is_in(at.iter().map(ToString::to_string))))
        }
    }
}

/// Rows about a person, and those of the classes whose roster he is on.
fn of_person<C: ColumnTrait>(columns: &ReachColumns<C>, id: &PersonId, reading: bool) -> Condition {
    match (columns.person, columns.trainee_class) {
        (Some(c), _) => Condition::all().add(c.eq(id.to_string())),
        (None, Some(c)) if reading => Condition::all().add(
            c.in_subquery(
                Query::select()
                    .column(enrolment::Column::Class)
                    .from(enrolment::Entity)
                    .and_where(enrolment::Column::Person.eq(id.to_string()))
                    .to_owned(),
            ),
        ),
        _ => never(),
    }
}

/// Rows at or below a management path: equality for a county, a prefix for a city, all for the province.
pub fn below<C: ColumnTrait>(column: C, path: &ManagementPath) -> Condition {
    match path.as_str().matches('/').count() {
        0 => Condition::all().add(column.is_not_null()),
        1 => Condition::any().add(column.eq(path.as_str())).add(column.starts_with(format!("{}/", path.as_str()))),
        _ => Condition::all().add(column.eq(path.as_str())),
    }
}

/// A person is seen by whoever registered him, and through his enrolments.
fn person_rows<C: ColumnTrait>(id: C, scope: &Scope) -> Condition {
    let through = |condition: Condition| {
        id.in_subquery(
            Query::select().column(enrolment::Column::Person).from(enrolment::Entity).cond_where(condition).to_owned(),
        )
    };
    match scope {
        Scope::Everything => Condition::all(),
        Scope::Open => never(),
        Scope::Person(person) | Scope::PersonAt(person, _) => Condition::all().add(id.eq(person.to_string())),
        Scope::Below(path) => Condition::all().add(through(below(enrolment::Column::Path, path))),
        Scope::Institution(institution) => Condition::all()
            .add(through(Condition::all().add(enrolment::Column::Institution.eq(institution.to_string())))),
    }
}

/// States a table's reach in words, next to its columns.
macro_rules! reach {
    (system) => { reach!(@impl {}); };
    (person_row) => { reach!(@impl { person_row: Some(Column::Id), }); };
    ($($key:ident = $value:ident),+ $(,)?) => {
        impl Reach for Entity {
            fn reach_columns() -> crate::reach::ReachColumns<Column> {
                let mut columns = crate::reach::ReachColumns {
                    path: None,
                    institution: None,
                    person: None,
                    trainee_class: None,
                    person_row: None,
                    open_reads: false,
                    open_writes: false,
                };
                $(reach!(@set columns $key $value);)+
                columns
            }
        }
    };
    (@set $columns:ident path $column:ident) => { $columns.path = Some(Column::$column); };
    (@set $columns:ident institution $column:ident) => { $columns.institution = Some(Column::$column); };
    (@set $columns:ident person $column:ident) => { $columns.person = Some(Column::$column); };
    (@set $columns:ident class_of_trainee $column:ident) => { $columns.trainee_class = Some(Column::$column); };
    (@set $columns:ident reads everyone) => { $columns.open_reads = true; };
    (@set $columns:ident writes everyone) => { $columns.open_writes = true; };
    (@impl { $($field:ident : $value:expr,)* }) => {
        impl Reach for Entity {
            fn reach_columns() -> crate::reach::ReachColumns<Column> {
                #[allow(clippy::needless_update, reason = "the system's own tables set no column at all")]
                crate::reach::ReachColumns {
                    $($field: $value,)*
                    ..crate::reach::ReachColumns {
                        path: None, institution: None, person: None, trainee_class: None, person_row: None,
                        open_reads: false, open_writes: false,
                    }
                }
            }
        }
    };
}
pub(crate) use reach;
