//! The short codes of the field, each with its Chinese label (domain.md §2–§7; code_lists.csv).
//! A code is what the database and the API hold; a label is what people read. Serves M1–M8.

mod lists;
mod states;

pub use lists::*;
pub use states::*;

pub use crate::class_state::ClassState;
pub(crate) use crate::code_enum::code_enum;
pub use crate::code_enum::{StateCode, UnknownCode};
