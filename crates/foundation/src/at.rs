//! Addresses of the house's pages and forms, as types: one name for one pattern, filled by the ids it needs. A pattern
//! that no route answers fails `house/tests/it/declared.rs`; a link is never put together from pieces of text.

use std::fmt::{self, Display};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::ids::*;

/// What may stand in an address for an id of this type: the id itself, or text that came with a request. Another
/// thing's id does not compile.
pub trait Names<T>: Display {}
impl<T: TypedId + Display> Names<T> for T {}
impl<T: TypedId + Display> Names<T> for &T {}
impl<T: TypedId + Display> Names<T> for &&T {}
impl<T: TypedId> Names<T> for String {}
impl<T: TypedId> Names<T> for &String {}
impl<T: TypedId> Names<T> for &str {}
impl<T: TypedId> Names<T> for &&str {}

/// A part that is no id of ours: a code, a number, a one-time word.
pub struct Text;
impl<D: Display> Names<Text> for D {}

macro_rules! addresses {
    ($($name:ident($($id:ident: $of:ty),+) = $pattern:literal;)+) => {
        $(
            #[doc = concat!("`", $pattern, "`")]
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            #[allow(non_camel_case_types)]
            pub struct $name<$($id),+>($(pub $id),+);
            #[allow(non_camel_case_types)]
            impl<$($id: Names<$of>),+> Display for $name<$($id),+> {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    #[allow(non_snake_case)]
                    let Self($($id),+) = self;
                    write!(f, $pattern, $($id),+)
                }
            }
            #[allow(non_camel_case_types)]
            impl<$($id: Names<$of>),+> $name<$($id),+> {
                /// With what is asked there.
                pub fn asking(&self, asked: &[(&str, &dyn Display)]) -> String {
                    asking(self, asked)
                }
            }
        )+
        /// Every pattern, `{}` for each id.
        pub const ALL: &[&str] = &[$($pattern),+];
    };
}

macro_rules! registers {
    ($($name:ident = $path:literal;)+) => {
        $(
            #[doc = concat!("`", $path, "`")]
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub struct $name;
            impl Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str($path)
                }
            }
            impl $name {
                /// With what is asked there.
                pub fn asking(&self, asked: &[(&str, &dyn Display)]) -> String {
                    asking(self, asked)
                }
            }
        )+
        /// Every address that is asked something.
        pub const ASKED: &[&str] = &[$($path),+];
    };
}

/// RFC 3986 unreserved characters stay.
const KEPT: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A part of a question, percent-encoded.
pub fn encode(text: &str) -> impl Display + '_ {
    utf8_percent_encode(text, &KEPT)
}

fn asking(address: &dyn Display, asked: &[(&str, &dyn Display)]) -> String {
    let parts: Vec<String> =
        asked.iter().map(|(name, value)| format!("{}={}", encode(name), encode(&value.to_string()))).collect();
    format!("{address}?{}", parts.join("&"))
}

registers! {
    Claims = "/claims";
    Classes = "/classes";
    ClassesNew = "/classes/new";
    Institutions = "/institutions";
    PayeeChanges = "/payee-changes";
    PublicObjections = "/public/objections";
    PublicObjectionsNew = "/public/objections/new";
    SignIn = "/sign-in";
}

addresses! {
    AccountPage(id: AccountId) = "/accounts/{}";
    ApiV1Evidence(id: FactId) = "/api/v1/evidence/{}";
    CheckInPage(id: SessionId) = "/check-in/{}";
    ClaimExplain(id: ClaimId) = "/claims/{}/explain";
    ClaimPage(id: ClaimId) = "/claims/{}";
    ClaimRedraft(id: ClaimId) = "/claims/{}/redraft";
    ClaimReturn(id: ClaimId) = "/claims/{}/return";
    ClassAttendance(id: ClassId) = "/classes/{}/attendance";
    ClassCertificates(id: ClassId) = "/classes/{}/certificates";
    ClassCertificatesPdf(id: ClassId) = "/classes/{}/certificates.pdf";
    ClassEvidence(id: ClassId) = "/classes/{}/evidence";
    ClassExam(id: ClassId) = "/classes/{}/exam";
    ClassExamConfirm(id: ClassId) = "/classes/{}/exam/confirm";
    ClassExplain(id: ClassId) = "/classes/{}/explain";
    ClassFeedback(id: ClassId) = "/classes/{}/feedback";
    ClassFeedbackDesk(id: ClassId) = "/classes/{}/feedback-desk";
    ClassInspections(id: ClassId) = "/classes/{}/inspections";
    ClassInspectionsNew(id: ClassId) = "/classes/{}/inspections/new";
    ClassLines(id: ClassId, of: Text) = "/classes/{}/lines/{}";
    ClassPage(id: ClassId) = "/classes/{}";
    ClassPlan(id: ClassId) = "/classes/{}/plan";
    ClassPledges(id: ClassId) = "/classes/{}/pledges";
    ClassRoster(id: ClassId) = "/classes/{}/roster";
    ClassRosterRemove(id: ClassId, of: EnrolmentId) = "/classes/{}/roster/{}/remove";
    ClassSessions(id: ClassId) = "/classes/{}/sessions";
    ClassSessionsNew(id: ClassId) = "/classes/{}/sessions/new";
    ClassSlips(id: ClassId) = "/classes/{}/slips";
    ClassTimetable(id: ClassId) = "/classes/{}/timetable";
    ClassTrainees(id: ClassId) = "/classes/{}/trainees";
    DisputeAnswer(id: DisputeId) = "/disputes/{}/answer";
    DisputePage(id: DisputeId) = "/disputes/{}";
    FeedbackDeskAnswers(id: ClassId) = "/feedback-desk/{}/answers";
    FeedbackDeskPage(id: ClassId) = "/feedback-desk/{}";
    InspectionsAnswer(id: InspectionId) = "/inspections/{}/answer";
    InstitutionAccount(id: InstitutionId) = "/institutions/{}/account";
    InstitutionItemsNew(id: InstitutionId) = "/institutions/{}/items/new";
    InstitutionPage(id: InstitutionId) = "/institutions/{}";
    InstitutionPayee(id: InstitutionId) = "/institutions/{}/payee";
    LinkPage(id: Text) = "/links/{}";
    MeDispute(id: SessionId) = "/me/dispute/{}";
    MeFeedback(id: ClassId) = "/me/feedback/{}";
    MeFeedbackDisown(id: ClassId) = "/me/feedback/{}/disown";
    MeHours(id: ClassId) = "/me/hours/{}";
    MyInstitutionSitesRoomsNew(id: SiteId) = "/my-institution/sites/{}/rooms/new";
    MyInstitutionTeachers(id: TeacherId) = "/my-institution/teachers/{}";
    NeedsItemEdit(id: NeedsItemId) = "/needs/{}/edit";
    NeedsItemPage(id: NeedsItemId) = "/needs/{}";
    ObjectionContact(id: ObjectionId) = "/objections/{}/contact";
    ObjectionDecide(id: ObjectionId) = "/objections/{}/decide";
    ObjectionPage(id: ObjectionId) = "/objections/{}";
    PayeeChangePage(id: PayeeChangeId) = "/payee-changes/{}";
    PaymentBatchApprove(id: PaymentBatchId) = "/payment-batches/{}/approve";
    PaymentBatchFile(id: PaymentBatchId) = "/payment-batches/{}/file";
    PaymentBatchPage(id: PaymentBatchId) = "/payment-batches/{}";
    PaymentBatchSample(id: PaymentBatchId) = "/payment-batches/{}/sample-return";
    PaymentBatchReturn(id: PaymentBatchId) = "/payment-batches/{}/return";
    PaymentBatchSettle(id: PaymentBatchId) = "/payment-batches/{}/settle";
    PersonPage(id: PersonId) = "/persons/{}";
    PersonReveal(id: PersonId) = "/persons/{}/reveal";
    PublicityPage(id: ClaimId) = "/publicity/{}";
    SessionAskRollCall(id: SessionId) = "/sessions/{}/ask-roll-call";
    SessionEdit(id: SessionId) = "/sessions/{}/edit";
    SessionPage(id: SessionId) = "/sessions/{}";
    SessionRemove(id: SessionId) = "/sessions/{}/remove";
    SessionRollCall(id: SessionId) = "/sessions/{}/roll-call";
    SessionScreen(id: SessionId) = "/sessions/{}/screen";
    SiteVerification(id: SiteId) = "/sites/{}/verification";
    TaskPage(id: TaskId) = "/tasks/{}";
    TaskSettle(id: TaskId) = "/tasks/{}/settle";
    TeacherVerifyCertificate(id: TeacherId) = "/teachers/{}/verify-certificate";
    VerifyPage(id: Text) = "/verify/{}";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_encoded() {
        assert_eq!(Claims.asking(&[("step", &"pay")]), "/claims?step=pay");
        assert_eq!(CheckInPage("S1").asking(&[("code", &"1&2"), ("q", &"养")]), "/check-in/S1?code=1%262&q=%E5%85%BB");
    }
}
