//! Typed ids: 26-letter ULIDs made from the desk's clock and randomness (house.md §3.4).
//! A wrong kind of id does not compile; a malformed one does not parse.

use std::fmt;
use std::str::FromStr;

/// The text is not a 26-letter ULID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("编号格式不对")]
pub struct BadId;

/// True when `text` is a canonical ULID: 26 upper-case Crockford letters.
fn is_ulid(text: &str) -> bool {
    text.len() == 26
        && text.bytes().next().is_some_and(|first| first <= b'7')
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b.is_ascii_uppercase() && !matches!(b, b'I' | b'L' | b'O' | b'U')))
}

/// What all typed ids can do; lets generic code (the door, the sweep) handle any of them.
pub trait TypedId: Sized + Clone + fmt::Display + FromStr<Err = BadId> {
    /// Wraps a ULID that the desk's generator made.
    fn from_ulid(ulid: ulid::Ulid) -> Self;
    /// The 26 letters.
    fn as_str(&self) -> &str;
}

/// What `is_ulid` says, for the API's document.
const PATTERN: &str = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$";

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool { true }
            fn schema_name() -> std::borrow::Cow<'static, str> { stringify!($name).into() }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": PATTERN })
            }
        }

        impl TypedId for $name {
            fn from_ulid(ulid: ulid::Ulid) -> Self { Self(ulid.to_string()) }
            fn as_str(&self) -> &str { &self.0 }
        }
        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                if is_ulid(&text) { Ok(Self(text)) } else { Err(BadId) }
            }
        }
        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> { Self::try_from(text.to_owned()) }
        }
        impl From<$name> for String { fn from(id: $name) -> String { id.0 } }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
        // A primary key must say whether the database can count it up; a ULID cannot.
        #[cfg(feature = "orm")]
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )+};
}

typed_ids! {
    /// A person in the real-name registry (实名制人员).
    PersonId,
    /// A sign-in account (账号).
    AccountId,
    /// A signed-in session of an account.
    SignInId,
    /// A row of the needs catalogue (需求指导目录项目).
    NeedsItemId,
    /// An organisation that signs in (单位): an institution of the directory, a platform, a department…
    OrganisationId,
    /// A place of an organisation in a class that is not its own (班级参与单位).
    ClassPartyId,
    /// A subsidised training institution (补贴性培训机构).
    InstitutionId,
    /// A training site of an institution (培训场地).
    SiteId,
    /// A room of a site (教室、实训室).
    RoomId,
    /// What an institution may teach, as its directory prints it (机构目录项目).
    DirectoryItemId,
    /// A site verification (实地核实).
    SiteVerificationId,
    /// A teacher of an institution (授课教师).
    TeacherId,
    /// A training class (班级).
    ClassId,
    /// One line of the authenticity and completeness review (审核清单行).
    ReviewLineId,
    /// A trainee's place in a class (学员在班).
    EnrolmentId,
    /// One class meeting (课次).
    SessionId,
    /// One attendance event (考勤事件).
    AttendanceId,
    /// An inspection record (过程检查).
    InspectionId,
    /// A completion exam (结业考核).
    ExamId,
    /// One trainee's score in a completion exam.
    ScoreId,
    /// A completion certificate (培训合格证书).
    CertificateId,
    /// One trainee's feedback (学员评价).
    FeedbackId,
    /// A subsidy claim (补贴申领).
    ClaimId,
    /// One trainee's line of a claim.
    ClaimItemId,
    /// A payment batch (拨付批次).
    PaymentBatchId,
    /// One payee's line of a payment batch.
    PaymentLineId,
    /// A trainee's word that his attendance is wrong (考勤异议).
    DisputeId,
    /// A correction of a payee's account (收款账户更正).
    PayeeChangeId,
    /// A place in a person's count of subsidies (补贴名额).
    SubsidySlotId,
    /// A public objection to a published claim (公示异议).
    ObjectionId,
    /// A dated policy parameter.
    PolicyParameterId,
    /// A fact in the journal (日志事实).
    FactId,
    /// A task in somebody's queue (待办).
    TaskId,
    /// A stored file (材料).
    FileId,
    /// A record that someone looked at personal data.
    DataViewId,
}

// A training institution is an organisation: what is whose own, whatever kind of owner, is one column.
impl From<&InstitutionId> for OrganisationId {
    fn from(id: &InstitutionId) -> Self {
        Self(id.0.clone())
    }
}
impl From<&OrganisationId> for InstitutionId {
    fn from(id: &OrganisationId) -> Self {
        Self(id.0.clone())
    }
}
