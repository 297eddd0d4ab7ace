//! How a list of codes is written down once: as a type with its labels, its parsing and its column (domain.md §2–§7).
//! Serves M1–M8.

use crate::{Refusal, Rule};

/// The text is not one of the codes of its list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{text}”不是有效的{list}")]
pub struct UnknownCode {
    /// The list's Chinese name, e.g. `人员类别`.
    pub list: &'static str,
    /// What was given.
    pub text: String,
}

impl UnknownCode {
    /// As a refusal by a rule.
    pub fn refusal(&self, rule: &Rule) -> Refusal {
        rule.refuse(self.to_string()).source(format!("{}代码表", self.list)).fix(format!("请从列表中选择{}", self.list))
    }
}

/// A list of codes whose entries are the states of something.
pub trait StateCode: Copy + Eq + std::fmt::Debug + Send + Sync + 'static {
    /// Every state, in the list's order.
    fn all() -> &'static [Self];
    /// The short code that is stored and sent.
    fn code(self) -> &'static str;
    /// What people read.
    fn label(self) -> &'static str;
}

/// One list of codes: `Variant = "code", "标签";` gives parsing, printing, serde, JSON schema and a
/// text column. A variant cannot exist without both its code and its label.
macro_rules! code_enum {
    ($(#[$doc:meta])* $name:ident($list:literal) {
        $($(#[$about:meta])* $variant:ident = $code:literal, $label:literal;)+
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
            schemars::JsonSchema)]
        #[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
        #[cfg_attr(feature = "orm", sea_orm(value_type = "String"))]
        pub enum $name {
            $($(#[$about])* #[doc = concat!(" ", $label, " (`", $code, "`).")] #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// Every code, in the list's order.
            pub const fn all() -> &'static [Self] { &[$(Self::$variant),+] }
            /// The list's Chinese name.
            pub const fn list() -> &'static str { $list }
            /// The short code that is stored and sent.
            pub const fn code(self) -> &'static str { match self { $(Self::$variant => $code),+ } }
            /// What people read.
            pub const fn label(self) -> &'static str { match self { $(Self::$variant => $label),+ } }
            /// The code whose label is `text`, as written in rosters and workbooks.
            pub fn from_label(text: &str) -> Option<Self> {
                let text = text.trim();
                Self::all().iter().copied().find(|one| one.label() == text)
            }
        }

        impl $crate::codes::StateCode for $name {
            fn all() -> &'static [Self] { Self::all() }
            fn code(self) -> &'static str { self.code() }
            fn label(self) -> &'static str { self.label() }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.code()) }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::codes::UnknownCode;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($code => Ok(Self::$variant),)+
                    other => Err($crate::codes::UnknownCode { list: $list, text: other.chars().take(40).collect() }),
                }
            }
        }
    };
}
pub(crate) use code_enum;
