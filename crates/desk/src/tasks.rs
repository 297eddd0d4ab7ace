//! Tasks as acts leave them: one line in somebody's queue, closed by the act that does it.

use std::collections::HashSet;

use foundation::{AccountId, Date, DistrictCode, Fault, Fen, Instant, InstitutionId, PersonId, Stop};
use store::query::{ColumnTrait, Condition, QueryFilter, QuerySelect, Set};
use store::tables::notices::task;
use store::{Reader, Writer};

use crate::Desk;
use crate::matter::Matter;

/// A task on its way into a queue.
#[derive(Debug, Clone)]
pub struct TaskDraft {
    row: task::Model,
    /// A matter that no room of this house declares: it would stand in the queue without a name.
    is_strange: bool,
}

impl TaskDraft {
    /// A matter about a thing, in the queue of its audience in `district`.
    pub fn new(
        desk: &Desk,
        matter: &'static Matter,
        about: impl ToString,
        title: impl Into<String>,
        district: DistrictCode,
    ) -> Self {
        let declared = desk.premises.declared();
        Self {
            is_strange: declared.is_whole && declared.matter(matter.kind).is_none(),
            row: task::Model {
                id: desk.new_id(),
                audience: matter.audience.office(district).into(),
                kind: matter.kind.into(),
                about_kind: matter.about.kind.into(),
                about: about.to_string(),
                title: title.into(),
                finding: String::new(),
                tone: String::new(),
                money: Fen::ZERO,
                due_on: None,
                not_for: None,
                organisation: None,
                person: None,
                path: district.management_path(),
                district,
                created_at: desk.now(),
                done_at: None,
                once: None,
                version: 1,
            },
        }
    }
    /// For an institution's queue.
    pub fn for_institution(mut self, institution: &InstitutionId) -> Self {
        self.row.organisation = Some(institution.into());
        self
    }
    /// The institution that it concerns, if any: its reach sees the line.
    pub fn concerning(mut self, institution: Option<&InstitutionId>) -> Self {
        self.row.organisation = institution.map(Into::into);
        self
    }
    /// For a trainee's queue.
    pub fn for_person(mut self, person: &PersonId) -> Self {
        self.row.person = Some(person.clone());
        self
    }
    /// Money it concerns.
    pub fn money(mut self, money: Fen) -> Self {
        self.row.money = money;
        self
    }
    /// Deadline.
    pub fn due(mut self, due_on: Option<Date>) -> Self {
        self.row.due_on = due_on;
        self
    }
    /// What the machine found: a tone (`good`, `look`, `act`) and a line.
    pub fn finding(mut self, tone: &str, line: impl Into<String>) -> Self {
        self.row.tone = tone.into();
        self.row.finding = line.into();
        self
    }
    /// Somebody else must do it.
    pub fn not_for(mut self, account: Option<AccountId>) -> Self {
        self.row.not_for = account;
        self
    }
    /// Puts it into the queue unless an open one with the same key stands there; false then. The key is the
    /// database's: of two at once one wins.
    pub async fn put_once(mut self, work: &Writer, once: String) -> Result<bool, Stop> {
        self.known()?;
        self.row.once = Some(once);
        Ok(work.add_new::<task::Entity>(vec![self.row]).await? == 1)
    }
    fn known(&self) -> Result<(), Stop> {
        match self.is_strange {
            true => {
                Err(Fault::Db(format!("no room declares the matter {}: put it into its room's MATTERS", self.row.kind))
                    .into())
            }
            false => Ok(()),
        }
    }
    /// Puts it into the queue.
    pub async fn put(self, work: &Writer) -> Result<(), Stop> {
        self.known()?;
        work.add::<task::Entity>(self.row).await
    }
}

/// Puts many into their queues, in one statement.
pub async fn put_all(work: &Writer, tasks: Vec<TaskDraft>) -> Result<(), Stop> {
    tasks.iter().try_for_each(TaskDraft::known)?;
    work.add_many::<task::Entity>(tasks.into_iter().map(|one| one.row).collect()).await
}

async fn end(desk: &Desk, work: &Writer, open: Condition) -> Result<u64, Stop> {
    work.change_all::<task::Entity>(
        open,
        task::ActiveModel { done_at: Set(Some(desk.now())), once: Set(None), ..Default::default() },
    )
    .await
}

/// Closes the open tasks of these matters about a thing.
pub async fn close(desk: &Desk, work: &Writer, about: impl ToString, matters: &[&Matter]) -> Result<(), Stop> {
    if matters.is_empty() {
        return Ok(());
    }
    let open = Condition::all()
        .add(task::Column::About.eq(about.to_string()))
        .add(task::Column::Kind.is_in(matters.iter().map(|one| one.kind)))
        .add(task::Column::DoneAt.is_null());
    end(desk, work, open).await.map(drop)
}

/// Closes the open tasks that were put under these keys (`put_once`); how many stood.
pub async fn close_once(desk: &Desk, work: &Writer, keys: Vec<String>) -> Result<u64, Stop> {
    if keys.is_empty() {
        return Ok(0);
    }
    end(desk, work, Condition::all().add(task::Column::Once.is_in(keys))).await
}

/// Closes the open tasks of these matters about a thing that were put without a key.
pub async fn close_keyless(desk: &Desk, work: &Writer, about: impl ToString, matters: &[&Matter]) -> Result<u64, Stop> {
    let open = Condition::all()
        .add(task::Column::About.eq(about.to_string()))
        .add(task::Column::Kind.is_in(matters.iter().map(|one| one.kind)))
        .add(task::Column::Once.is_null())
        .add(task::Column::DoneAt.is_null());
    end(desk, work, open).await
}

/// Closes the open tasks of these matters about many things, in one statement.
pub async fn close_among(desk: &Desk, work: &Writer, about: Vec<String>, matters: &[&Matter]) -> Result<(), Stop> {
    let open = Condition::all()
        .add(task::Column::About.is_in(about))
        .add(task::Column::Kind.is_in(matters.iter().map(|one| one.kind)))
        .add(task::Column::DoneAt.is_null());
    end(desk, work, open).await.map(drop)
}

/// Closes every open task about a thing that has come to its end.
pub async fn close_all(desk: &Desk, work: &Writer, about: impl ToString) -> Result<(), Stop> {
    let open = Condition::all().add(task::Column::About.eq(about.to_string())).add(task::Column::DoneAt.is_null());
    end(desk, work, open).await.map(drop)
}

/// Closes the open tasks of a matter about a thing in one trainee's queue. Errors: the database's.
pub async fn close_for(
    desk: &Desk,
    work: &Writer,
    person: &PersonId,
    about: impl ToString,
    matter: &Matter,
) -> Result<(), Stop> {
    let open = Condition::all()
        .add(task::Column::Person.eq(person.clone()))
        .add(task::Column::About.eq(about.to_string()))
        .add(task::Column::Kind.eq(matter.kind))
        .add(task::Column::DoneAt.is_null());
    end(desk, work, open).await.map(drop)
}

/// Since when an open task stands under a key (`put_once`); none where none does. Errors: the database's.
pub async fn open_since(reader: &Reader, key: &str) -> Result<Option<Instant>, Stop> {
    Ok(reader.find::<task::Entity>(task::Column::Once.eq(key)).await?.map(|one| one.created_at))
}

/// What the open tasks of a matter about a thing say, line by line. Errors: the database's.
pub async fn open_titles(reader: &Reader, about: impl ToString, matter: &Matter) -> Result<Vec<String>, Stop> {
    let about = about.to_string();
    let open = reader
        .list::<task::Entity>(|q| {
            q.filter(task::Column::About.eq(about))
                .filter(task::Column::Kind.eq(matter.kind))
                .filter(task::Column::DoneAt.is_null())
        })
        .await?;
    Ok(open.into_iter().map(|one| one.title).collect())
}

store::picked! {
    /// An open task's key.
    struct Key {
        once: Option<String>,
    }
}

/// The keys (`put_once`) of the open tasks of a matter about these things. Errors: the database's.
pub async fn open_keys(reader: &Reader, about: Vec<String>, matter: &Matter) -> Result<HashSet<String>, Stop> {
    // A task that is done has no key. Asked for what is open besides, SQLite would go through all that is open.
    let rows = reader
        .pick::<task::Entity, Key>(|q| {
            q.select_only()
                .column(task::Column::Once)
                .filter(task::Column::About.is_in(about))
                .filter(task::Column::Kind.eq(matter.kind))
        })
        .await?;
    Ok(rows.into_iter().filter_map(|one| one.once).collect())
}

/// The day so many calendar days after another; the same day for a senseless number.
pub fn days_from(day: Date, days: i32) -> Date {
    day + chrono::Days::new(u64::try_from(days).unwrap_or(0))
}
