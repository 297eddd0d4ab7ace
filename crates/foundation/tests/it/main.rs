//! Foundation's tests: the vectors of domain.md §12.7–§12.8, the districts of §1.2 and the matrix of §1.3.

mod calendar;
mod codes;
#[cfg(feature = "orm")]
mod columns;
mod districts;
mod identity;
mod matrix;

/// The vectors that the domain dossier gives for all implementations.
fn vectors() -> serde_json::Value {
    serde_json::from_str(include_str!("../data/test_vectors.json")).expect("the vectors are JSON")
}

/// The texts of a JSON list.
fn texts(list: &serde_json::Value) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
}

/// A day written as in the vectors.
fn day(text: &str) -> foundation::Date {
    text.parse().expect("a day")
}
