//! Our words as text columns (house.md §4): what goes into the database comes out, what is wrong does not.

use std::fmt::Debug;

use foundation::codes::{ClassState, FullProcessState};
use foundation::{ClassId, DistrictCode, IdType, ManagementPath, OccupationCode, PersonName, SkillLevel, Uscc};
use sea_orm::Value;
use sea_orm::sea_query::ValueType;

#[track_caller]
fn goes_through<T: ValueType + Clone + PartialEq + Debug>(word: T, text: &str)
where
    Value: From<T>,
{
    let value = Value::from(word.clone());
    assert_eq!(value, Value::String(Some(text.to_owned())));
    assert_eq!(<T as ValueType>::try_from(value).ok(), Some(word));
}

#[test]
fn words_are_short_text_columns() {
    let jinjiang: DistrictCode = "350582".parse().expect("a district");
    goes_through(jinjiang, "350582");
    goes_through(jinjiang.management_path(), "35/3505/350582");
    goes_through(FullProcessState::UnderReview, "A20");
    goes_through(SkillLevel::Three, "3");
    goes_through(IdType::ResidentCard, "ID");
    goes_through("6-31-01-03".parse::<OccupationCode>().expect("a code"), "6-31-01-03");
    goes_through("91350100M000100Y43".parse::<Uscc>().expect("a code"), "91350100M000100Y43");
    goes_through("林秀珍".parse::<PersonName>().expect("a name"), "林秀珍");
    goes_through("01ARZ3NDEKTSV4RRFFQ69G5FAV".parse::<ClassId>().expect("an id"), "01ARZ3NDEKTSV4RRFFQ69G5FAV");
}

#[test]
fn a_wrong_text_in_the_database_is_an_error_not_a_value() {
    assert!(<DistrictCode as ValueType>::try_from(Value::from("350199")).is_err());
    assert!(<ManagementPath as ValueType>::try_from(Value::from("35/350582")).is_err());
    assert!(<ClassState as ValueType>::try_from(Value::from("Draft")).is_err());
}
