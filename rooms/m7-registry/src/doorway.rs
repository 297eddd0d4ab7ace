//! What other rooms ask of the real-name registry (M7.1): who are these persons, who looked at somebody's data? And
//! what the registry asks of the rooms above it.

use desk::question::Question;
use foundation::codes::{ClassState, PersonCategory};
use foundation::{ClassId, Date, PersonId, Stop};
use store::Reader;
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::registry::{data_view, person};

/// A look at somebody's data.
pub use store::tables::registry::data_view::Model as DataView;
/// A person of the registry.
pub use store::tables::registry::person::Model as Person;

/// These persons. Errors: the database's.
pub async fn people(reader: &Reader, ids: impl IntoIterator<Item = PersonId>) -> Result<Vec<Person>, Stop> {
    reader.list::<person::Entity>(|q| q.filter(person::Column::Id.is_in(ids))).await
}

/// How often somebody looked at a person's data (M7.1). Errors: the database's.
pub async fn looks(reader: &Reader, person: &PersonId) -> Result<u64, Stop> {
    reader.count::<data_view::Entity>(|q| q.filter(data_view::Column::Person.eq(person.clone()))).await
}

/// Every look at a person's data, newest first (M7.1). Errors: the database's.
pub async fn all_looks(reader: &Reader, person: &PersonId) -> Result<Vec<DataView>, Stop> {
    reader
        .list::<data_view::Entity>(|q| {
            q.filter(data_view::Column::Person.eq(person.clone())).order_by_desc(data_view::Column::At)
        })
        .await
}

/// Which classes has this person been in, the latest first, at most so many (M7.2)?
pub struct ClassesOf {
    /// Whose.
    pub person: PersonId,
    /// At most.
    pub most: u64,
}

/// A class that a person was or is in.
pub struct Attended {
    /// Which.
    pub class: ClassId,
    /// Its title.
    pub title: String,
    /// Who held it.
    pub institution_name: String,
    /// Its first and its last day.
    pub days: (Date, Date),
    /// As what the person is in it.
    pub category: PersonCategory,
    /// Where the class stands; none when the person left it.
    pub state: Option<ClassState>,
    /// The number of the person's certificate.
    pub certificate: Option<String>,
}

impl Question for ClassesOf {
    type Answer = Vec<Attended>;
    const NAME: &'static str = "classes-of";
}
