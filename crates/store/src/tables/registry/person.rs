//! Persons of the real-name registry (M7.1; domain App. A `person`).
use crate::tables::prelude::*;
table! {
    /// A person. Id number and phone are sealed; the masked forms are what pages show.
    "person" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: PersonId,
        name: String,
        id_type: IdType,
        id_number: Sealed,
        /// HMAC-SM3 of type and number: finds and keeps unique without opening.
        id_number_index: BlindIndex,
        id_number_masked: String,
        /// `男` or `女`, empty where the document does not say.
        sex: String,
        birth: Date,
        phone: Option<Sealed>,
        phone_index: Option<BlindIndex>,
        phone_masked: String,
        education: String,
        /// The district that registered the person first.
        district: DistrictCode,
        path: ManagementPath,
        created_at: Instant,
        version: i32,
    }
}
// An institution or a county sees a person through the person's classes.
reach!(person_row);
