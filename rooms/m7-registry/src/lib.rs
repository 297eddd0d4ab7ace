//! M7 real-name registry (M7.1 凡补必进，不进不补; domain §12.7): persons, rosters from workbooks, and who
//! looked at whose data. Doorway for other rooms: `doorway`, `register`, `roster::read`, `reveal`.

pub mod acts;
pub mod declared;
pub mod doorway;
pub mod pages;
pub mod refusals;
pub mod roster;
pub mod search;
pub mod sheet;
pub mod views;

use std::collections::HashMap;

use crate::refusals::IDENTITY;
use desk::{Desk, NavEntry, Room, Whom};
use foundation::{DistrictCode, Function, IdDocument, Permission, PersonId, Phone, Refusal, Right, Stop};
use store::Writer;
use store::query::{ColumnTrait, QueryFilter, Set, padded};
use store::seal::{BlindIndex, Purpose, Sealed};
use store::tables::registry::person;

pub use roster::{RosterPerson, RosterRow, RowError};

/// What the room brings.
pub fn room() -> Room {
    Room::new("m7-registry")
        .routes(pages::routes())
        .rules(refusals::RULES)
        .subjects(declared::SUBJECTS)
        .navigation(NAVIGATION)
        .search(search::BY_NUMBER)
        .search(search::BY_NAME)
}

const NAVIGATION: [NavEntry; 1] = [NavEntry {
    place: 130,
    label: "人员",
    href: "/persons",
    permission: Permission::Of(Function::Inspection, Right::Read),
    whom: Whom::Desks,
}];

/// The blind-index text of an identity document: type and number, so that types do not collide.
pub fn index_text(document: &IdDocument) -> String {
    document.index_text()
}

/// Finds the person of a checked roster row or registers a new one; a newer phone replaces an older.
/// Errors: a refusal when the document is registered under another name (E01); the database's;
/// `Duplicate` when another act registered the same person in this moment.
pub async fn register(
    desk: &Desk,
    work: &Writer,
    one: &RosterPerson,
    district: DistrictCode,
) -> Result<PersonId, Stop> {
    let mut registrar = Registrar::open(desk, work, [one]).await?;
    let id = registrar.register(desk, work, one, district).await?;
    registrar.close(work).await?;
    Ok(id)
}

/// Registers a whole roster: its documents are looked up in one question, new persons written in one statement.
pub struct Registrar {
    known: HashMap<BlindIndex, Known>,
    fresh: Vec<person::Model>,
}

/// Whom a document belongs to: a person of before, or one of this roster.
enum Known {
    Before(Box<person::Model>),
    Fresh { id: PersonId, name: String },
}

impl Registrar {
    /// Looks up the persons of these rows.
    pub async fn open<'a>(
        desk: &Desk,
        work: &Writer,
        all: impl IntoIterator<Item = &'a RosterPerson>,
    ) -> Result<Self, Stop> {
        let keys = &desk.premises.keyring;
        let indexes = padded(all.into_iter().map(|one| keys.index(Purpose::IdNumber, &index_text(&one.document))));
        let rows = work
            .as_system("real-name-registration")
            .list::<person::Entity>(|q| q.filter(person::Column::IdNumberIndex.is_in(indexes)))
            .await?;
        let known = rows.into_iter().map(|row| (row.id_number_index.clone(), Known::Before(Box::new(row)))).collect();
        Ok(Self { known, fresh: Vec::new() })
    }

    /// The person of a document, where there is one.
    pub fn find(&self, desk: &Desk, document: &IdDocument) -> Option<&PersonId> {
        match self.known.get(&desk.premises.keyring.index(Purpose::IdNumber, &index_text(document)))? {
            Known::Before(row) => Some(&row.id),
            Known::Fresh { id, .. } => Some(id),
        }
    }

    /// The person of a row that the registrar was opened with; registered when `close` is called, if new.
    /// Errors: a refusal when the document is registered under another name (E01); the database's.
    pub async fn register(
        &mut self,
        desk: &Desk,
        work: &Writer,
        one: &RosterPerson,
        district: DistrictCode,
    ) -> Result<PersonId, Stop> {
        let index = desk.premises.keyring.index(Purpose::IdNumber, &index_text(&one.document));
        match self.known.get(&index) {
            Some(Known::Before(row)) if row.name == one.name.as_str() => {
                renew_phone(desk, work, row, one).await?;
                Ok(row.id.clone())
            }
            Some(Known::Fresh { id, name }) if name == one.name.as_str() => Ok(id.clone()),
            Some(_) => Err(other_name(one).into()),
            None => {
                let row = new_person(desk, one, district, index);
                let id = row.id.clone();
                self.known.insert(row.id_number_index.clone(), Known::Fresh { id: id.clone(), name: row.name.clone() });
                self.fresh.push(row);
                Ok(id)
            }
        }
    }

    /// Writes the new persons.
    /// Errors: the database's; `Duplicate` when another act registered one of them in this moment.
    pub async fn close(self, work: &Writer) -> Result<(), Stop> {
        work.as_system("real-name-registration").add_many::<person::Entity>(self.fresh).await
    }
}

fn other_name(one: &RosterPerson) -> Refusal {
    IDENTITY.refuse(format!("{} 这个证件号码已登记在另一个姓名下", one.document.masked())).at("name")
}

fn sealed_phone(desk: &Desk, id: &PersonId, phone: &Phone) -> Sealed {
    desk.premises.keyring.seal(Purpose::Phone, &id.to_string(), phone.reveal(), desk.premises.ids.bytes())
}

async fn renew_phone(desk: &Desk, work: &Writer, known: &person::Model, one: &RosterPerson) -> Result<(), Stop> {
    let index = one.phone.as_ref().map(|phone| desk.premises.keyring.index(Purpose::Phone, phone.reveal()));
    let Some(phone) = one.phone.as_ref().filter(|_| known.phone_index != index) else { return Ok(()) };
    let change = person::ActiveModel {
        phone: Set(Some(sealed_phone(desk, &known.id, phone))),
        phone_index: Set(index),
        phone_masked: Set(phone.masked()),
        ..Default::default()
    };
    work.as_system("real-name-registration").save::<person::Entity>(known, change).await
}

fn new_person(desk: &Desk, one: &RosterPerson, district: DistrictCode, index: BlindIndex) -> person::Model {
    let keys = &desk.premises.keyring;
    let id: PersonId = desk.new_id();
    person::Model {
        id_number: keys.seal(Purpose::IdNumber, &id.to_string(), one.document.reveal(), desk.premises.ids.bytes()),
        id_number_index: index,
        id_number_masked: one.document.masked(),
        id_type: one.document.id_type(),
        sex: one.document.sex().map_or("", |sex| sex.label()).to_owned(),
        birth: one.birth,
        phone: one.phone.as_ref().map(|phone| sealed_phone(desk, &id, phone)),
        phone_index: one.phone.as_ref().map(|phone| keys.index(Purpose::Phone, phone.reveal())),
        phone_masked: one.phone.as_ref().map(Phone::masked).unwrap_or_default(),
        name: one.name.as_str().to_owned(),
        education: one.education.clone(),
        path: district.management_path(),
        district,
        created_at: desk.now(),
        version: 1,
        id,
    }
}

/// Opens a person's document for a rule (never for a page): the number, checked again from its parts.
/// None when the sealed field was altered, does not parse, or does not fit its blind index.
pub fn document_of(desk: &Desk, row: &person::Model) -> Option<IdDocument> {
    let keys = &desk.premises.keyring;
    let plain = keys.open(Purpose::IdNumber, &row.id.to_string(), &row.id_number).ok()?;
    let document = IdDocument::parse(row.id_type, &plain, desk.today(), desk.premises.settings.demo).ok()?;
    (keys.index(Purpose::IdNumber, &index_text(&document)) == row.id_number_index).then_some(document)
}
