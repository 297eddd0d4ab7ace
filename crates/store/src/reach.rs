//! Reach: how far a scope sees, ANDed last onto every read and write (house.md §4, wall 1).

use foundation::{ManagementPath, OrganisationId, PersonId, Scope};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, EntityTrait, ModelTrait, Value};

use crate::row::FromRow;
use crate::tables::supervision::{class_party, enrolment};

/// What the door needs to know of a table to read, compare-and-set and copy it.
pub trait Keyed: EntityTrait<Model: FromRow + Send + Sync + 'static> {
    /// The primary key's column.
    const KEY: Self::Column;
    /// The version column, where rows may change.
    const VERSION: Option<Self::Column>;
    /// Whether rows may be changed and removed.
    const KEEPS: Keeps;
    /// Its fields and their types, as they are written in its file.
    const FIELDS: &'static [(&'static str, &'static str)];
    /// The row's key.
    fn key(row: &Self::Model) -> Value;
    /// The row's version (0 for append-only tables).
    fn version(row: &Self::Model) -> i32;
}

/// An id that names the rows of one table: `get(&class)` needs no more.
pub trait Names {
    /// Whose id it is.
    type Of: Reach;
    /// As the key's column holds it.
    fn value(&self) -> Value;
}

impl<K: Names> Names for &K {
    type Of = K::Of;
    fn value(&self) -> Value {
        (*self).value()
    }
}

/// Which columns of a table carry reach: said once, next to the columns. What a query is limited to (here),
/// PostgreSQL's walls and what `jinbu check` looks for (`walls`) are made of it.
pub struct ReachColumns<C> {
    /// Management path of the row.
    pub path: Option<C>,
    /// The organisation whose own it is, of whatever kind.
    pub owner: Option<C>,
    /// Its owner reads it and does not write it: what says who reaches what is not his to say.
    pub owner_only_reads: bool,
    /// The person the row is about.
    pub person: Option<C>,
    /// The class it belongs to: whoever was called to the class (`class_party`) reaches it.
    pub class: Option<C>,
    /// A trainee reads the rows of the classes that he or she is on the roster of.
    pub trainees: bool,
    /// Person id of a person row: seen through the person's enrolments.
    pub person_row: Option<C>,
    /// Everybody may read (published directories).
    pub open_reads: bool,
    /// Everybody who may act may add rows (facts, views, tasks for others).
    pub open_writes: bool,
}

impl<C> ReachColumns<C> {
    /// Nobody's but the system's.
    pub const fn none() -> Self {
        Self {
            path: None,
            owner: None,
            owner_only_reads: false,
            person: None,
            class: None,
            trainees: false,
            person_row: None,
            open_reads: false,
            open_writes: false,
        }
    }
}

/// What may become of a table's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// They may change and go.
    Nothing,
    /// They are only added to: the database itself refuses anything else.
    Rows,
    /// The same, but that the named column is filled once, later.
    RowsBut(&'static str),
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
            // What it adds to a class that it was called to, it adds as its own; the class's own rows are not its
            // to add.
            Scope::Own(id) | Scope::Called(id) => {
                !columns.owner_only_reads && is(columns.owner, some_text(id.to_string()))
            }
            Scope::Person(id) => is(columns.person, some_text(id.to_string())),
            Scope::PersonAt(id, at) => {
                is(columns.person, some_text(id.to_string()))
                    && columns.owner.is_none_or(|c| at.iter().any(|one| row.get(c) == some_text(one.to_string())))
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
        Scope::Own(_) | Scope::Called(_) if columns.owner_only_reads && !reading => never(),
        Scope::Own(id) => own(columns, id),
        // Whoever was called to a class reads its rows; what he writes is his own.
        Scope::Called(id) => match columns.class {
            Some(class) if reading => Condition::any().add(own(columns, id)).add(called_to(class, id)),
            _ => own(columns, id),
        },
        Scope::Person(id) => of_person(columns, id, reading),
        // Rows of no institution (who read one's data) stay the person's.
        Scope::PersonAt(id, at) => {
            let mine = of_person(columns, id, reading);
            columns.owner.into_iter().fold(mine, |all, c| all.add(c.is_in(at.iter().map(ToString::to_string))))
        }
    }
}

/// Rows that are an organisation's own.
fn own<C: ColumnTrait>(columns: &ReachColumns<C>, id: &OrganisationId) -> Condition {
    columns.owner.map_or_else(never, |c| Condition::all().add(c.eq(id.to_string())))
}

/// Rows of the classes that an organisation was called to.
fn called_to<C: ColumnTrait>(class: C, id: &OrganisationId) -> Condition {
    Condition::all().add(
        class.in_subquery(
            Query::select()
                .column(class_party::Column::Class)
                .from(class_party::Entity)
                .and_where(class_party::Column::Organisation.eq(id.to_string()))
                .to_owned(),
        ),
    )
}

/// Rows about a person, and those of the classes whose roster he is on.
fn of_person<C: ColumnTrait>(columns: &ReachColumns<C>, id: &PersonId, reading: bool) -> Condition {
    match (columns.person, columns.class.filter(|_| columns.trainees)) {
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
        Scope::Own(owner) => {
            Condition::all().add(through(Condition::all().add(enrolment::Column::Institution.eq(owner.to_string()))))
        }
        Scope::Called(party) => Condition::all().add(through(called_to(enrolment::Column::Class, party))),
    }
}

/// States a table's reach in words, next to its columns: `reach!(path = Path, owner = Institution, class = Class)`;
/// `owner_reads = Organisation` where the owner reads only; `class_of_trainee = Class` where the trainees on the
/// class's roster read it too; `reads = everyone`, `writes = everyone`; `reach!(system)` for what no room's query may
/// touch.
macro_rules! reach {
    (system) => { reach!(@impl columns {}); };
    (person_row) => { reach!(@impl columns { columns.person_row = Some(Column::Id); }); };
    ($($key:ident = $value:ident),+ $(,)?) => { reach!(@impl columns { $(reach!(@set columns $key $value);)+ }); };
    (@set $columns:ident path $column:ident) => { $columns.path = Some(Column::$column); };
    (@set $columns:ident owner $column:ident) => { $columns.owner = Some(Column::$column); };
    (@set $columns:ident owner_reads $column:ident) => {
        $columns.owner = Some(Column::$column);
        $columns.owner_only_reads = true;
    };
    (@set $columns:ident person $column:ident) => { $columns.person = Some(Column::$column); };
    (@set $columns:ident class $column:ident) => { $columns.class = Some(Column::$column); };
    (@set $columns:ident class_of_trainee $column:ident) => {
        $columns.class = Some(Column::$column);
        $columns.trainees = true;
    };
    (@set $columns:ident reads everyone) => { $columns.open_reads = true; };
    (@set $columns:ident writes everyone) => { $columns.open_writes = true; };
    (@impl $columns:ident { $($set:tt)* }) => {
        impl Reach for Entity {
            fn reach_columns() -> crate::reach::ReachColumns<Column> {
                #[allow(unused_mut, reason = "the system's own tables set no column at all")]
                let mut $columns = crate::reach::ReachColumns::none();
                $($set)*
                $columns
            }
        }
    };
}
pub(crate) use reach;
