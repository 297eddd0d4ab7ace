//! The state of a class, whatever its regime (M3; domain.md §4): each regime has states of its own, and one column
//! holds them by their codes. Who handles a class of one regime takes its states out; a regime that is added makes
//! every such place say what it does with it, or it does not compile.

use std::fmt;
use std::str::FromStr;

use crate::codes::{ClassPhase, FullProcessState, Regime, UnknownCode};

/// The regimes and their states. A regime that is added stands here once: its codes are read and written, its states
/// listed; every other place that handles a class says what it does with it, or does not compile.
macro_rules! regimes {
    ($($(#[$doc:meta])* $regime:ident($state:ident)),+ $(,)?) => {
        /// Where a class stands.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
        #[cfg_attr(feature = "orm", sea_orm(value_type = "String"))]
        pub enum ClassState {
            $($(#[$doc])* $regime($state),)+
        }
        impl ClassState {
            /// Every state of every regime.
            pub fn all() -> impl Iterator<Item = Self> {
                std::iter::empty()$(.chain($state::all().iter().copied().map(Self::$regime)))+
            }
            /// The short code that is stored and sent.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$regime(state) => state.code(),)+
                }
            }
            /// What people read.
            pub const fn label(self) -> &'static str {
                match self {
                    $(Self::$regime(state) => state.label(),)+
                }
            }
            /// Whose states these are.
            pub const fn regime(self) -> Regime {
                match self {
                    $(Self::$regime(_) => Regime::$regime,)+
                }
            }
        }
        $(impl From<$state> for ClassState {
            fn from(state: $state) -> Self {
                Self::$regime(state)
            }
        })+
    };
}

regimes! {
    /// 合格证类全过程监管.
    FullProcess(FullProcessState),
}

impl ClassState {
    /// How far the class is, in the words that all regimes share.
    pub const fn phase(self) -> ClassPhase {
        use FullProcessState as S;
        match self {
            Self::FullProcess(S::Draft) => ClassPhase::Draft,
            Self::FullProcess(S::Returned) => ClassPhase::Returned,
            Self::FullProcess(S::Submitted | S::UnderReview) => ClassPhase::Waiting,
            Self::FullProcess(S::Approved) => ClassPhase::Approved,
            Self::FullProcess(S::InTraining) => ClassPhase::Teaching,
            Self::FullProcess(S::Suspended) => ClassPhase::Stopped,
            Self::FullProcess(S::TrainingEnded | S::Examining | S::ResultsReview) => ClassPhase::Assessing,
            Self::FullProcess(S::Certified | S::FeedbackDone | S::Claimed) => ClassPhase::Certified,
            Self::FullProcess(S::Archived) => ClassPhase::Archived,
            Self::FullProcess(S::Refused | S::Withdrawn) => ClassPhase::Ended,
        }
    }
    /// Every state, of whatever regime, in one of these phases.
    pub fn in_phases(phases: &[ClassPhase]) -> Vec<Self> {
        Self::all().filter(|one| phases.contains(&one.phase())).collect()
    }
    /// Whether it is one of these, of full-process supervision; false for classes of another regime.
    pub fn is_in(self, states: &[FullProcessState]) -> bool {
        match self {
            Self::FullProcess(state) => states.contains(&state),
        }
    }
}

impl PartialEq<FullProcessState> for ClassState {
    fn eq(&self, other: &FullProcessState) -> bool {
        self.is_in(&[*other])
    }
}
impl fmt::Display for ClassState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl FromStr for ClassState {
    type Err = UnknownCode;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // The regimes' codes begin with letters of their own.
        Self::all()
            .find(|one| one.code() == text)
            .ok_or_else(|| UnknownCode { list: "班级状态", text: text.chars().take(40).collect() })
    }
}
impl serde::Serialize for ClassState {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
impl<'de> serde::Deserialize<'de> for ClassState {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
impl schemars::JsonSchema for ClassState {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ClassState".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let codes: Vec<&str> = Self::all().map(Self::code).collect();
        schemars::json_schema!({ "type": "string", "enum": codes })
    }
}
