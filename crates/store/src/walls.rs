//! What the databases themselves refuse (house.md §4, wall 3), made of what each table declares of its reach and of
//! what becomes of its rows: PostgreSQL's row-level security and grants, SQLite's triggers. It is put up anew whenever
//! a declaration changed: no migration says it a second time, and no table can be forgotten.

use sea_orm::DbBackend;
use sea_orm::sea_query::Iden;
use sha2::{Digest, Sha256};

use crate::for_each_table;
use crate::reach::{Keeps, Reach, ReachColumns};

/// The names of the policies that a table under reach has.
pub const POLICIES: [&str; 4] = ["reads", "adds", "changes", "removals"];

/// Begins their name in the list of migrations.
pub const PREFIX: &str = "walls_";

/// Raised by one whenever what the walls say changes (a test compares): so a program knows walls that are newer than
/// its own, and leaves them alone.
pub const EDITION: u32 = 1;

/// Whether a name in the list of migrations is that of walls newer than this program's.
pub fn is_newer(name: &str) -> bool {
    let edition = name.strip_prefix(PREFIX).and_then(|rest| rest.split('_').next());
    edition.and_then(|text| text.parse::<u32>().ok()).is_some_and(|edition| edition > EDITION)
}

/// What one table declares, as plain names.
pub struct Wall {
    /// The table.
    pub table: String,
    columns: Vec<String>,
    keeps: Keeps,
    reach: ReachColumns<String>,
}

/// Every table's, parents before children.
pub fn all() -> Vec<Wall> {
    let mut all = Vec::new();
    macro_rules! note {
        ($room:ident $table:ident) => {
            all.push(Wall::of::<crate::tables::$room::$table::Entity>());
        };
    }
    for_each_table!(note);
    all
}

/// The statements that put up every wall, whatever stood before, and a name that changes with what they say.
pub fn raise(backend: DbBackend) -> (String, Vec<String>) {
    let mut statements = Vec::new();
    if backend == DbBackend::Postgres {
        statements.push(include_str!("migrations/postgres_walls.sql").to_owned());
    }
    for wall in all() {
        statements.extend(if backend == DbBackend::Postgres { wall.postgres() } else { wall.sqlite() });
    }
    if backend == DbBackend::Postgres {
        // What walls of before asked.
        statements.push("DROP FUNCTION IF EXISTS jinbu_institution()".into());
    }
    let mut hash = Sha256::new();
    for one in &statements {
        hash.update(one.as_bytes());
        hash.update(b"\n");
    }
    (format!("{PREFIX}{EDITION:04}_{}", &hex::encode(hash.finalize())[..16]), statements)
}

/// The grants of every table, each with its table's name.
pub fn grants() -> Vec<(String, String)> {
    all().into_iter().flat_map(|one| one.grants().into_iter().map(move |grant| (one.table.clone(), grant))).collect()
}

impl Wall {
    fn of<E: Reach>() -> Self {
        let name = |column: Option<E::Column>| column.map(|one| one.unquoted().to_owned());
        let reach = E::reach_columns();
        Self {
            table: E::default().table_name().to_owned(),
            columns: <E::Column as sea_orm::Iterable>::iter().map(|one| one.unquoted().to_owned()).collect(),
            keeps: E::KEEPS,
            reach: ReachColumns {
                path: name(reach.path),
                owner: name(reach.owner),
                owner_only_reads: reach.owner_only_reads,
                person: name(reach.person),
                class: name(reach.class),
                trainees: reach.trainees,
                person_row: name(reach.person_row),
                open_reads: reach.open_reads,
                open_writes: reach.open_writes,
            },
        }
    }

    /// Whether rows can only be added.
    pub fn keeps_rows(&self) -> bool {
        self.append_only().is_some()
    }

    /// The one column of an append-only table that may be filled later.
    pub fn filled_once(&self) -> Option<&'static str> {
        self.append_only().flatten()
    }

    /// What it declares, in one line for reviewers.
    pub fn told(&self) -> String {
        let reach = &self.reach;
        let mut words: Vec<String> = Vec::new();
        let named =
            [("path", &reach.path), ("owner", &reach.owner), ("person", &reach.person), ("class", &reach.class)];
        words.extend(named.iter().filter_map(|(what, column)| Some(format!("{what}={}", column.as_ref()?))));
        words.extend(reach.person_row.as_ref().map(|column| format!("person-row={column}")));
        let flags = [
            (self.is_systems(), "system"),
            (reach.owner_only_reads, "owner-only-reads"),
            (reach.trainees, "trainees-of-class"),
            (reach.open_reads, "reads=everyone"),
            (reach.open_writes, "writes=everyone"),
        ];
        words.extend(flags.iter().filter(|(is, _)| *is).map(|(_, word)| (*word).to_owned()));
        match self.keeps {
            Keeps::Nothing => {}
            Keeps::Rows => words.push("append-only".into()),
            Keeps::RowsBut(column) => words.push(format!("append-only-but={column}")),
        }
        words.join(" ")
    }

    /// Whether rows can only be added, and the one column that may be filled later.
    fn append_only(&self) -> Option<Option<&'static str>> {
        match self.keeps {
            Keeps::Nothing => None,
            Keeps::Rows => Some(None),
            Keeps::RowsBut(column) => Some(Some(column)),
        }
    }

    /// Whether it is the system's own: no scope reaches it, and it has no policies.
    pub fn is_systems(&self) -> bool {
        let reach = &self.reach;
        let columns = [&reach.path, &reach.owner, &reach.person, &reach.class, &reach.person_row];
        columns.iter().all(|one| one.is_none()) && !reach.open_reads && !reach.open_writes
    }

    /// SQLite has no roles: triggers refuse what PostgreSQL's grants leave out.
    fn sqlite(&self) -> Vec<String> {
        let t = &self.table;
        let mut sql = Vec::new();
        // What an earlier declaration put up.
        for name in ["rows".to_owned(), "values".to_owned()].into_iter().chain(self.columns.iter().cloned()) {
            sql.push(format!("DROP TRIGGER IF EXISTS \"{t}_keeps_{name}\""));
        }
        let Some(but) = self.append_only() else { return sql };
        let refuse = |name: &str, when: &str| {
            format!(
                "CREATE TRIGGER \"{t}_keeps_{name}\" BEFORE {when} BEGIN SELECT RAISE(ABORT, '{t} is append-only'); END"
            )
        };
        let fixed: Vec<&str> = self.columns.iter().map(String::as_str).filter(|column| Some(*column) != but).collect();
        sql.push(refuse("rows", &format!("DELETE ON \"{t}\"")));
        sql.push(refuse("values", &format!("UPDATE OF \"{}\" ON \"{t}\"", fixed.join("\", \""))));
        sql.extend(but.map(|column| {
            refuse(column, &format!("UPDATE OF \"{column}\" ON \"{t}\" WHEN OLD.\"{column}\" IS NOT NULL"))
        }));
        sql
    }

    /// What the role of the rooms' queries may do with the table (PostgreSQL).
    fn grants(&self) -> Vec<String> {
        let t = &self.table;
        match self.append_only() {
            None => vec![format!("GRANT SELECT, INSERT, UPDATE, DELETE ON \"{t}\" TO jinbu_app")],
            Some(but) => {
                let once = but.map(|column| format!("GRANT UPDATE ({column}) ON \"{t}\" TO jinbu_app"));
                std::iter::once(format!("GRANT SELECT, INSERT ON \"{t}\" TO jinbu_app")).chain(once).collect()
            }
        }
    }

    /// Row-level security: the same reach as `Reach`, told by `dialect::enter_scope`.
    fn postgres(&self) -> Vec<String> {
        let t = &self.table;
        let mut sql: Vec<String> =
            POLICIES.iter().map(|name| format!("DROP POLICY IF EXISTS {name} ON \"{t}\"")).collect();
        sql.extend(self.columns.iter().map(|name| format!("DROP TRIGGER IF EXISTS \"{t}_keeps_{name}\" ON \"{t}\"")));
        sql.push(format!("REVOKE ALL ON \"{t}\" FROM jinbu_app"));
        sql.extend(self.grants());
        sql.extend(self.append_only().flatten().map(|column| {
            format!(
                "CREATE TRIGGER \"{t}_keeps_{column}\" BEFORE UPDATE OF {column} ON \"{t}\" FOR EACH ROW \
                 WHEN (OLD.{column} IS NOT NULL) EXECUTE FUNCTION jinbu_keep()"
            )
        }));
        if self.is_systems() {
            return sql;
        }
        let (seen, limited) = (self.limited(true), self.limited(false));
        let reads = if self.reach.open_reads { "true" } else { &seen };
        let writes = if self.reach.open_writes { "true" } else { &limited };
        // What is only added to is changed by nobody, but for the column that is filled later.
        let (changes, removals) = match self.keeps {
            Keeps::Nothing => (writes, writes),
            Keeps::Rows => ("false", "false"),
            Keeps::RowsBut(_) => (limited.as_str(), "false"),
        };
        // Whoever may register persons may register anyone; seeing them again is another matter.
        let adds = if self.reach.person_row.is_some() { "true" } else { writes };
        sql.push(format!("ALTER TABLE \"{t}\" ENABLE ROW LEVEL SECURITY"));
        sql.push(format!("ALTER TABLE \"{t}\" FORCE ROW LEVEL SECURITY"));
        sql.push(format!("CREATE POLICY reads ON \"{t}\" FOR SELECT USING ({reads})"));
        sql.push(format!("CREATE POLICY adds ON \"{t}\" FOR INSERT WITH CHECK ({adds})"));
        sql.push(format!("CREATE POLICY changes ON \"{t}\" FOR UPDATE USING ({changes}) WITH CHECK ({changes})"));
        sql.push(format!("CREATE POLICY removals ON \"{t}\" FOR DELETE USING ({removals})"));
        sql
    }

    /// The rows that the told scope reaches, reading or writing.
    fn limited(&self, reading: bool) -> String {
        // Asked once for each statement, not for each row; and only so may an index on `person` be used at all.
        let (reach, owner, person) =
            ("(SELECT jinbu_reach())", "(SELECT jinbu_organisation())", "(SELECT jinbu_person())");
        let called = "(SELECT jinbu_called())";
        let below = |path: &str| format!("{path} = {reach} OR {path} LIKE {reach} || '/%'");
        let parties = format!("SELECT p.class FROM class_party p WHERE p.organisation = {called}");
        let mut any = vec![format!("{reach} = '*'")];
        any.extend(self.reach.path.as_deref().map(|column| format!("({})", below(column))));
        let owned = self.reach.owner.as_deref().filter(|_| reading || !self.reach.owner_only_reads);
        any.extend(owned.map(|column| format!("{column} = {owner}")));
        any.extend(self.reach.person.as_deref().map(|column| format!("{column} = {person}")));
        if let Some(column) = self.reach.class.as_ref().filter(|_| reading) {
            any.push(format!("({called} <> '' AND {column} IN ({parties}))"));
            if self.reach.trainees {
                any.push(format!(
                    "({person} <> '' AND {column} IN (SELECT e.class FROM enrolment e WHERE e.person = {person}))"
                ));
            }
        }
        if let Some(column) = &self.reach.person_row {
            let t = &self.table;
            let seen = format!(
                "{} OR e.institution = {owner} OR ({called} <> '' AND e.class IN ({parties}))",
                below("e.path")
            );
            any.push(format!(
                "({column} = {person} OR EXISTS (SELECT 1 FROM enrolment e WHERE e.person = {t}.{column} AND ({seen})))"
            ));
        }
        any.join(" OR ")
    }
}
