//! The bodies of the facts that hours and money are recomputed from (M3.1–M3.4, M7.1, M8.9; house.md §0).
//! The server writes them through these types and the offline verifier reads them through the same
//! types, so both sides agree. Kinds that are not listed here are kept and proven, but not computed.

use foundation::codes::Regime;
use foundation::{
    AttendanceId, CertificateId, ClaimId, ClassId, DisputeId, EnrolmentId, ExamId, Fen, Instant, Periods, SessionId,
};
use reckoning::policy::Policy;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::entry::Entry;

/// Body key under which a fact may say what state it put the class in; the last one said is compared
/// with the class's row.
pub const CLASS_STATE: &str = "class_state";
/// The same for the claim.
pub const CLAIM_STATE: &str = "claim_state";

/// A body with a name of its own.
pub trait FactBody: Serialize + DeserializeOwned {
    /// The `fact` of its entries, past tense.
    const FACT: &'static str;
    /// What users read for it.
    const FACT_ZH: &'static str;
    /// The clause of the eight measures it serves.
    const CLAUSE: &'static str;

    /// The JSON body.
    ///
    /// # Errors
    /// Only where the type cannot be written as JSON (a map with other keys than text).
    fn body(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(self)
    }

    /// The JSON body that also says which state the class and the claim are in now.
    ///
    /// # Errors
    /// As `body`.
    fn body_with_states(
        &self,
        class_state: Option<&str>,
        claim_state: Option<&str>,
    ) -> Result<Value, serde_json::Error> {
        let mut body = self.body()?;
        if let Value::Object(fields) = &mut body {
            for (key, state) in [(CLASS_STATE, class_state), (CLAIM_STATE, claim_state)] {
                if let Some(state) = state {
                    fields.insert(key.to_owned(), Value::from(state));
                }
            }
        }
        Ok(body)
    }
}

/// A meeting of the class as applied for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedSession {
    /// Which meeting.
    pub session: SessionId,
    /// When it begins.
    pub starts_at: Instant,
    /// When it ends.
    pub ends_at: Instant,
    /// Periods of 45 minutes it counts for.
    pub periods: Periods,
    /// Taught online.
    pub online: bool,
}

/// 开班申请 submitted. A later submission of the same class replaces an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassOpeningSubmitted {
    /// The class.
    pub class: ClassId,
    /// Its timetable.
    pub sessions: Vec<PlannedSession>,
    /// Its roster.
    pub enrolments: Vec<EnrolmentId>,
    /// Periods of the plan, offline and online.
    pub periods_total: Periods,
    /// Of these online.
    pub periods_online: Periods,
}

/// 授课计划变更: meetings that are new or replace those of the same id; the others stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassScheduleChanged {
    /// The class.
    pub class: ClassId,
    /// The meetings as they are now.
    pub sessions: Vec<PlannedSession>,
}

/// 准予开班: pins the policy the class is reckoned under.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassOpeningApproved {
    /// The class.
    pub class: ClassId,
    /// The parameters in force on that day.
    pub policy: Policy,
    /// How it is supervised. A fact without it is of full-process supervision: it was written before there was another.
    #[serde(default = "before_regimes")]
    pub regime: Regime,
}

fn before_regimes() -> Regime {
    Regime::FullProcess
}

/// 学员签到: those of one meeting whose sign-ins came in together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraineesSignedIn {
    /// The class.
    pub class: ClassId,
    /// The meeting.
    pub session: SessionId,
    /// Who signed in.
    pub entries: Vec<SignEntry>,
}

/// 学员签退: those of one meeting whose sign-outs came in together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraineesSignedOut {
    /// The class.
    pub class: ClassId,
    /// The meeting.
    pub session: SessionId,
    /// Who signed out.
    pub entries: Vec<SignEntry>,
}

/// One trainee's sign-in or sign-out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignEntry {
    /// Whose.
    pub enrolment: EnrolmentId,
    /// The row of this event.
    pub attendance: AttendanceId,
    /// When.
    pub at: Instant,
    /// How, e.g. `code`.
    pub method: String,
}

/// 点名: who answered. Those of the roster who are not listed did not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollCalled {
    /// The class.
    pub class: ClassId,
    /// The meeting.
    pub session: SessionId,
    /// Those who answered.
    pub entries: Vec<RollCallEntry>,
}

/// One answer of a roll-call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollCallEntry {
    /// Whose.
    pub enrolment: EnrolmentId,
    /// The row of this event.
    pub attendance: AttendanceId,
    /// When.
    pub at: Instant,
}

/// 考勤更正: the county found that a trainee was there after all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttendanceCorrected {
    /// The class.
    pub class: ClassId,
    /// The meeting.
    pub session: SessionId,
    /// Whose.
    pub enrolment: EnrolmentId,
    /// The row of this event.
    pub attendance: AttendanceId,
    /// When it was corrected.
    pub at: Instant,
    /// The trainee's dispute that it answers.
    pub dispute: DisputeId,
}

/// 结业考核成绩确认.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompletionExamConfirmed {
    /// The class.
    pub class: ClassId,
    /// The exam.
    pub exam: ExamId,
    /// Everybody's result.
    pub results: Vec<ExamResult>,
}

/// One trainee's result, in whole points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExamResult {
    /// Whose.
    pub enrolment: EnrolmentId,
    /// Theory, points.
    pub theory: i32,
    /// Practice, points.
    pub practice: i32,
    /// Passed both.
    pub passed: bool,
}

/// 培训合格证书 issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompletionCertificateIssued {
    /// The class.
    pub class: ClassId,
    /// Whose.
    pub enrolment: EnrolmentId,
    /// The certificate.
    pub certificate: CertificateId,
    /// Its number.
    pub number: String,
}

/// 学员评价 given; what was said is not in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraineeFeedbackGiven {
    /// The class.
    pub class: ClassId,
    /// Whose.
    pub enrolment: EnrolmentId,
}

/// 补贴申领 drafted. A later draft of the same claim replaces an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimDrafted {
    /// The class.
    pub class: ClassId,
    /// The claim.
    pub claim: ClaimId,
    /// One line per trainee claimed for.
    pub items: Vec<ClaimedItem>,
    /// The sum of the lines, fen.
    pub total_fen: Fen,
}

/// One trainee's line of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimedItem {
    /// Whose.
    pub enrolment: EnrolmentId,
    /// Periods credited offline.
    pub credited_offline: Periods,
    /// Periods credited online.
    pub credited_online: Periods,
    /// Payable periods: `reckoning::money::payable(..).total`, before the policy's least and most.
    pub payable: Periods,
    /// The money, fen.
    pub amount_fen: Fen,
}

/// 申领退回补正: what was published before may be drafted anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimReturned {
    /// The class.
    pub class: ClassId,
    /// The claim.
    pub claim: ClaimId,
}

/// 公示异议成立: these lines are struck; the draft that follows leaves them out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectionUpheld {
    /// The class.
    pub class: ClassId,
    /// The claim.
    pub claim: ClaimId,
    /// Whose lines; none when the whole claim was sent back.
    pub struck: Vec<EnrolmentId>,
}

/// 补贴公示 begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimPublished {
    /// The class.
    pub class: ClassId,
    /// The claim.
    pub claim: ClaimId,
}

/// 补贴拨付.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimPaid {
    /// The class.
    pub class: ClassId,
    /// The claim.
    pub claim: ClaimId,
    /// What was paid, fen.
    pub total_fen: Fen,
    /// The treasury's reference.
    pub reference: String,
}

macro_rules! class_facts {
    ($($name:ident $zh:literal $clause:literal),+ $(,)?) => {
        $(impl FactBody for $name {
            const FACT: &'static str = stringify!($name);
            const FACT_ZH: &'static str = $zh;
            const CLAUSE: &'static str = $clause;
        })+

        /// A fact of a class, read from an entry by its `fact`.
        #[derive(Debug, Clone, PartialEq)]
        pub enum ClassFact {
            $(#[doc = $zh] $name($name),)+
            /// Another kind: proven to be in the log, not used in recomputation.
            Other,
        }

        impl ClassFact {
            /// Reads the typed body.
            ///
            /// # Errors
            /// A known kind whose body does not fit its type.
            pub fn from_entry(entry: &Entry) -> Result<Self, serde_json::Error> {
                match entry.fact.as_str() {
                    $(stringify!($name) => $name::deserialize(&entry.body).map(Self::$name),)+
                    _ => Ok(Self::Other),
                }
            }

            /// The class it says it is about; none for other kinds.
            pub fn class(&self) -> Option<&ClassId> {
                match self {
                    $(Self::$name(body) => Some(&body.class),)+
                    Self::Other => None,
                }
            }
        }

        /// What users read for a kind of fact; `其他事实` for kinds not listed here.
        pub fn fact_zh(fact: &str) -> &'static str {
            match fact {
                $(stringify!($name) => $zh,)+
                _ => "其他事实",
            }
        }
    };
}

class_facts! {
    ClassOpeningSubmitted "开班申请" "M3.1",
    ClassOpeningApproved "准予开班" "M3.1",
    ClassScheduleChanged "授课计划变更" "M3.2",
    TraineesSignedIn "学员签到" "M3.2",
    TraineesSignedOut "学员签退" "M3.2",
    RollCalled "点名" "M3.2",
    AttendanceCorrected "考勤更正" "M3.2",
    CompletionExamConfirmed "结业考核成绩确认" "M3.3",
    CompletionCertificateIssued "合格证发放" "M3.3",
    TraineeFeedbackGiven "学员评价" "M3.4",
    ClaimDrafted "补贴申领" "M7.1",
    ClaimReturned "申领退回补正" "M8.9",
    ObjectionUpheld "公示异议成立" "M8.9",
    ClaimPublished "补贴公示" "M8.9",
    ClaimPaid "补贴拨付" "M8.9",
}
