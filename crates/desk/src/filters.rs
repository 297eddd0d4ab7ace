//! The filters of a register, as its address holds them (M3.11: findable): one declaration gives the fields, the page,
//! the words looked for and the address of the next page. What a program asks (`after`, `limit`) rides along.

use std::str::FromStr;

use foundation::{DistrictCode, Scope};
use store::query::{ColumnTrait, Condition, Value};

/// Letters of a search that are looked at.
const WORDS: usize = 50;

/// What was typed into a search: without LIKE's own letters, which no name holds.
pub fn words(text: &str) -> String {
    text.trim().chars().filter(|one| !matches!(one, '%' | '_' | '\\')).take(WORDS).collect()
}

/// Narrows to rows whose column is the code that was asked for. Words that are no code match nothing rather than
/// everything; an empty text asks nothing. `key` is a column that is never empty.
pub fn equal<T: FromStr + Into<Value>>(
    all: Condition,
    asked: &str,
    column: impl ColumnTrait,
    key: impl ColumnTrait,
) -> Condition {
    match (asked.trim(), asked.trim().parse::<T>()) {
        ("", _) => all,
        (_, Ok(value)) => all.add(column.eq(value)),
        (_, Err(_)) => all.add(key.is_null()),
    }
}

/// Narrows to a district and what lies below it; a city takes its counties along.
pub fn below(all: Condition, asked: &str, path: impl ColumnTrait, key: impl ColumnTrait) -> Condition {
    match (asked, asked.parse::<DistrictCode>()) {
        ("", _) => all,
        (_, Ok(one)) => all.add(store::reach::below(path, &one.management_path())),
        (_, Err(_)) => all.add(key.is_null()),
    }
}

/// The choice of a district: those within the asker's own reach, or all of them.
pub fn districts(scope: &Scope) -> ui::Filter {
    let own = |one: &DistrictCode| match scope {
        Scope::Below(path) => path.covers(&one.management_path()),
        // Their rows may lie anywhere: which ones, the scope itself says.
        Scope::Everything | Scope::Own(_) | Scope::Called(_) | Scope::Person(_) | Scope::PersonAt(..) | Scope::Open => {
            true
        }
    };
    let choices = DistrictCode::all().filter(|one| one.is_administered()).filter(own);
    ui::Filter::choice("district", "地区", choices.map(|one| (one.to_string(), one.full_name())))
}

/// Declares a register's filters: `filters! { pub Filters { /// Words. q, /// State code. state } }`. Every one has
/// `sort`, `page`, `export`, `after` and `limit` besides.
#[macro_export]
macro_rules! filters {
    ($(#[$doc:meta])* $vis:vis $name:ident { $($(#[$about:meta])+ $field:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, serde::Deserialize)]
        #[serde(default)]
        $vis struct $name {
            $($(#[$about])+ pub $field: String,)+
            /// Column, with `-` before it for downwards.
            pub sort: String,
            /// Page number.
            pub page: String,
            /// `xlsx` or `csv` asks for the file.
            pub export: String,
            /// API: id after which to go on.
            pub after: String,
            /// API: how many.
            pub limit: String,
        }
        impl $name {
            /// The named values without page and export, for links.
            pub fn pairs(&self) -> Vec<(String, String)> {
                [$((stringify!($field), &self.$field),)+ ("sort", &self.sort)]
                    .into_iter()
                    .filter(|(_, value)| !value.is_empty())
                    .map(|(name, value)| (name.to_owned(), value.clone()))
                    .collect()
            }
            /// The page asked for; the first where none is.
            pub fn page_number(&self) -> u64 {
                self.page.parse().unwrap_or(1)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::tables::supervision::training_class::Column as C;

    filters! {
        /// For the test.
        Asked {
            /// Words.
            q,
            /// State.
            state,
        }
    }

    #[test]
    fn what_is_asked_stands_in_the_next_address() {
        let asked: Asked =
            serde_json::from_value(serde_json::json!({"q": "养老", "page": "3", "sort": "-money", "strange": "x"}))
                .unwrap();
        assert_eq!(asked.pairs(), [("q".to_owned(), "养老".to_owned()), ("sort".into(), "-money".into())]);
        assert_eq!((asked.page_number(), Asked::default().page_number()), (3, 1));
        assert_eq!(words("  100%_养老  "), "100养老");
    }

    #[test]
    fn a_word_that_is_no_code_matches_nothing_rather_than_everything() {
        let none = |asked: &str| equal::<i32>(Condition::all(), asked, C::Term, C::Id).len();
        assert_eq!((none(""), none("3"), none("three")), (0, 1, 1));
        assert_eq!(below(Condition::all(), "nowhere", C::Path, C::Id).len(), 1);
    }
}
