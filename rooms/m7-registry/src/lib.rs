//! M7 real-name registry (M7.1 凡补必进，不进不补; domain §12.7): persons, rosters from workbooks, and who
//! looked at whose data. Doorway for other rooms: `register`, `roster::read`, `reveal`.

pub mod acts;
pub mod pages;
pub mod roster;
pub mod views;

use desk::{Desk, Routes};
use foundation::{IdDocument, PersonId, PersonName, Phone, Stop};
use store::Writer;
use store::query::{ColumnTrait, Set};
use store::seal::Purpose;
use store::tables::registry::person;

/// The room's routes.
pub fn routes() -> Routes { pages::routes() }

/// The blind-index text of an identity document: type and number, so that types do not collide.
pub fn index_text(document: &IdDocument) -> String { format!("{}:{}", document.id_type(), document.reveal()) }

/// Finds the person of this document or registers a new one; a newer phone replaces an older.
/// Errors: the database's; `Duplicate` when another act registered the same person in this moment.
pub async fn register(desk: &Desk, work: &Writer, document: &IdDocument, name: &PersonName, phone: Option<&Phone>, education: &str, district: foundation::DistrictCode) -> Result<PersonId, Stop> {
    let keys = &desk.premises.keyring;
    let index = keys.index(Purpose::IdNumber, &index_text(document));
    let system = work.as_system("real-name-registration");
    let fresh = |id: &PersonId, phone: &Phone| keys.seal(Purpose::Phone, &id.to_string(), phone.reveal(), desk.premises.ids.bytes());
    if let Some(known) = system.find::<person::Entity>(person::Column::IdNumberIndex.eq(index.clone())).await? {
        if let Some(phone) = phone && known.phone_masked != phone.masked() {
            let change = person::ActiveModel {
                phone: Set(Some(fresh(&known.id, phone))), phone_index: Set(Some(keys.index(Purpose::Phone, phone.reveal()))), phone_masked: Set(phone.masked()), ..Default::default()
            };
            system.save::<person::Entity>(&known, change).await?;
        }
        return Ok(known.id);
    }
    let id: PersonId = desk.new_id();
    let row = person::Model {
        id_number: keys.seal(Purpose::IdNumber, &id.to_string(), document.reveal(), desk.premises.ids.bytes()), id_number_index: index, id_number_masked: document.masked(),
        id_type: document.id_type(), sex: document.sex().map_or("", |sex| sex.label()).to_owned(), birth: document.birth().unwrap_or(foundation::Date::MIN.max(chrono::NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or_default())),
        phone: phone.map(|phone| fresh(&id, phone)), phone_index: phone.map(|phone| keys.index(Purpose::Phone, phone.reveal())), phone_masked: phone.map(Phone::masked).unwrap_or_default(),
        name: name.as_str().to_owned(), education: education.to_owned(), path: district.management_path(), district, created_at: desk.now(), version: 1, id: id.clone(),
    };
    work.add::<person::Entity>(row).await?;
    Ok(id)
}
