//! Tasks: the queue of every role (今日待办), ordered by deadline and money.
use crate::tables::prelude::*;
table! {
    /// Open while `done_at` is empty; unique per (audience, kind, subject) while open.
    "task" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: TaskId,
        /// Who sees it: `county`, `finance`, `institution`, `trainee`, … (office kinds).
        audience: String,
        /// What to do, e.g. `review-opening`; pages map it to a word and a link.
        kind: String,
        /// `class`, `claim`, `payment_batch` … and its id.
        about_kind: String,
        about: String,
        /// One line: whom it concerns.
        title: String,
        /// What the machine found, one line; empty when nothing.
        finding: String,
        /// `good`, `look`, `act`, empty.
        tone: String,
        money: Fen,
        due_on: Option<Date>,
        /// An account that may not do it (somebody else must: 受理 ≠ 复审).
        not_for: Option<AccountId>,
        organisation: Option<OrganisationId>,
        person: Option<PersonId>,
        district: DistrictCode,
        path: ManagementPath,
        created_at: Instant,
        done_at: Option<Instant>,
        /// Key of which one open task may stand; emptied when it is done.
        once: Option<String>,
        version: i32,
    }
}
reach!(path = Path, owner = Organisation, person = Person, writes = everyone);
