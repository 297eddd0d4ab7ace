//! What the database says now about one class, as plain rows under pseudonymous ids (M3.11, M8.9). The
//! verifier holds them against the facts; each row tells its fields in Chinese for that.

use foundation::{
    AttendanceId, CertificateId, ClaimId, ClaimItemId, EnrolmentId, ExamId, FactId, Fen, Instant, PaymentLineId,
    Periods, SessionId,
};
use reckoning::hours::Kind;
use reckoning::policy::Policy;
use serde::{Deserialize, Serialize};

/// All rows of a class that facts account for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// The class itself.
    pub class: ClassRow,
    /// Its meetings.
    pub sessions: Vec<SessionRow>,
    /// Its roster, those who left included.
    pub enrolments: Vec<EnrolmentRow>,
    /// Attendance events.
    pub attendance: Vec<AttendanceRow>,
    /// Results of confirmed completion exams.
    pub exam_results: Vec<ExamResultRow>,
    /// Completion certificates.
    pub certificates: Vec<CertificateRow>,
    /// The claim, the latest where there were several.
    pub claim: Option<ClaimRow>,
    /// Its items.
    pub claim_items: Vec<ClaimItemRow>,
    /// Payment lines of the class's claims.
    pub payments: Vec<PaymentRow>,
}

/// The class.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassRow {
    /// Its state, as the database stores it.
    pub state: String,
    /// The policy it pins; none before it is approved.
    pub policy: Option<Policy>,
    /// Planned periods.
    pub periods_total: Periods,
    /// Of these online.
    pub periods_online: Periods,
    /// How many facts about the class the database counts: the last `nth`.
    pub facts: u64,
}

/// A meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRow {
    /// Which.
    pub session: SessionId,
    /// Begins.
    pub starts_at: Instant,
    /// Ends.
    pub ends_at: Instant,
    /// Length.
    pub periods: Periods,
    /// Taught online.
    pub online: bool,
}

/// A trainee's place in the class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentRow {
    /// Which; says nothing about the person.
    pub enrolment: EnrolmentId,
}

/// An attendance event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttendanceRow {
    /// Which.
    pub attendance: AttendanceId,
    /// The fact it came with.
    pub fact: FactId,
    /// The meeting.
    pub session: SessionId,
    /// Whose.
    pub enrolment: EnrolmentId,
    /// Sign-in, sign-out or roll-call.
    pub kind: Kind,
    /// When.
    pub at: Instant,
    /// How; none for roll-calls.
    pub method: Option<String>,
}

/// A trainee's result in one exam.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExamResultRow {
    /// The exam.
    pub exam: ExamId,
    /// Whose.
    pub enrolment: EnrolmentId,
    /// Theory, points.
    pub theory: i32,
    /// Practice, points.
    pub practice: i32,
    /// Passed both.
    pub passed: bool,
}

/// A completion certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateRow {
    /// Which.
    pub certificate: CertificateId,
    /// Whose.
    pub enrolment: EnrolmentId,
    /// Its number.
    pub number: String,
}

/// The claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimRow {
    /// Which.
    pub claim: ClaimId,
    /// Its state, as the database stores it.
    pub state: String,
    /// Its total, fen.
    pub total_fen: Fen,
}

/// One trainee's line of the claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimItemRow {
    /// Which line.
    pub item: ClaimItemId,
    /// Of which claim.
    pub claim: ClaimId,
    /// Whose.
    pub enrolment: EnrolmentId,
    /// Periods credited offline.
    pub credited_offline: Periods,
    /// Periods credited online.
    pub credited_online: Periods,
    /// Payable periods.
    pub payable: Periods,
    /// The money, fen.
    pub amount_fen: Fen,
}

/// A line of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRow {
    /// Which line.
    pub line: PaymentLineId,
    /// For which claim.
    pub claim: ClaimId,
    /// The money, fen.
    pub amount_fen: Fen,
    /// The treasury's reference.
    pub reference: String,
}
