//! M7 real-name registry (M7.1 凡补必进，不进不补; domain §12.7): persons, rosters from workbooks, and who
//! looked at whose data. Doorway for other rooms: `register`, `roster::read`, `reveal`.

pub mod acts;
pub mod pages;
pub mod roster;
pub mod sheet;
pub mod views;

use desk::{Desk, Routes};
use foundation::{DistrictCode, IdDocument, PersonId, Phone, Refusal, Stop};
use store::query::{ColumnTrait, Set};
use store::seal::Purpose;
use store::tables::registry::person;
use store::{Reader, Writer};

pub use roster::{RosterPerson, RosterRow, RowError};

/// The room's routes.
pub fn routes() -> Routes {
    pages::routes()
}

/// The blind-index text of an identity document: type and number, so that types do not collide.
pub fn index_text(document: &IdDocument) -> String {
    document.index_text()
}

/// The registered person of a document, if there is one.
pub async fn known(desk: &Desk, reader: &Reader, document: &IdDocument) -> Result<Option<PersonId>, Stop> {
    let index = desk.premises.keyring.index(Purpose::IdNumber, &index_text(document));
    Ok(reader.find::<person::Entity>(person::Column::IdNumberIndex.eq(index)).await?.map(|one| one.id))
}

/// Finds the person of a checked roster row or registers a new one; a newer phone replaces an older.
/// Errors: a refusal when the document is registered under another name (E01); the database's;
/// `Duplicate` when another act registered the same person in this moment.
pub async fn register(desk: &Desk, work: &Writer, one: &RosterPerson, district: DistrictCode) -> Result<PersonId, Stop> {
    let keys = &desk.premises.keyring;
    let index = keys.index(Purpose::IdNumber, &index_text(&one.document));
    let system = work.as_system("real-name-registration");
    let fresh = |id: &PersonId, phone: &Phone| keys.seal(Purpose::Phone, &id.to_string(), phone.reveal(), desk.premises.ids.bytes());
    if let Some(known) = system.find::<person::Entity>(person::Column::IdNumberIndex.eq(index.clone())).await? {
        if known.name != one.name.as_str() {
            return Err(Refusal::new(
                "E01",
                "M7.1",
                format!("{} 这个证件号码已登记在另一个姓名下", one.document.masked()),
                "实名制信息管理系统",
                "请对照证件核对姓名和号码；改过名的，请学员到县人社部门更正",
            )
            .at("name")
            .into());
        }
        let index = one.phone.as_ref().map(|phone| keys.index(Purpose::Phone, phone.reveal()));
        if let Some(phone) = &one.phone
            && known.phone_index != index
        {
            let change = person::ActiveModel {
                phone: Set(Some(fresh(&known.id, phone))),
                phone_index: Set(index),
                phone_masked: Set(phone.masked()),
                ..Default::default()
            };
            system.save::<person::Entity>(&known, change).await?;
        }
        return Ok(known.id);
    }
    let id: PersonId = desk.new_id();
    let row = person::Model {
        id_number: keys.seal(Purpose::IdNumber, &id.to_string(), one.document.reveal(), desk.premises.ids.bytes()),
        id_number_index: index,
        id_number_masked: one.document.masked(),
        id_type: one.document.id_type(),
        sex: one.document.sex().map_or("", |sex| sex.label()).to_owned(),
        birth: one.birth,
        phone: one.phone.as_ref().map(|phone| fresh(&id, phone)),
        phone_index: one.phone.as_ref().map(|phone| keys.index(Purpose::Phone, phone.reveal())),
        phone_masked: one.phone.as_ref().map(Phone::masked).unwrap_or_default(),
        name: one.name.as_str().to_owned(),
        education: one.education.clone(),
        path: district.management_path(),
        district,
        created_at: desk.now(),
        version: 1,
        id: id.clone(),
    };
    work.add::<person::Entity>(row).await?;
    Ok(id)
}

/// Opens a person's document for a rule (never for a page): the number, checked again from its parts.
/// None when the sealed field was altered, does not parse, or does not fit its blind index.
pub fn document_of(desk: &Desk, row: &person::Model) -> Option<IdDocument> {
    let keys = &desk.premises.keyring;
    let plain = keys.open(Purpose::IdNumber, &row.id.to_string(), &row.id_number).ok()?;
    let document = IdDocument::parse(row.id_type, &plain, desk.today(), desk.premises.settings.demo).ok()?;
    (keys.index(Purpose::IdNumber, &index_text(&document)) == row.id_number_index).then_some(document)
}
