//! Addresses of the house's pages and forms, as types: one name for one pattern, filled by the ids it needs. A pattern
//! that no route answers fails `house/tests/it/declared.rs`; a link is never put together from pieces of text.

use std::fmt::{self, Display};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

macro_rules! addresses {
    ($($name:ident($($id:ident),+) = $pattern:literal;)+) => {
        $(
            #[doc = concat!("`", $pattern, "`")]
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            #[allow(non_camel_case_types)]
            pub struct $name<$($id),+>($(pub $id),+);
            #[allow(non_camel_case_types)]
            impl<$($id: Display),+> Display for $name<$($id),+> {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    #[allow(non_snake_case)]
                    let Self($($id),+) = self;
                    write!(f, $pattern, $($id),+)
                }
            }
            #[allow(non_camel_case_types)]
            impl<$($id: Display),+> $name<$($id),+> {
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
    let parts: Vec<String> = asked.iter().map(|(name, value)| format!("{}={}", encode(name), encode(&value.to_string()))).collect();
    format!("{address}?{}", parts.join("&"))
}

registers! {
    Claims = "/claims";
    Classes = "/classes";
    ClassesNew = "/classes/new";
    Institutions = "/institutions";
    PublicObjections = "/public/objections";
    PublicObjectionsNew = "/public/objections/new";
    SignIn = "/sign-in";
}

addresses! {
    AccountPage(id) = "/accounts/{}";
    ApiV1Evidence(id) = "/api/v1/evidence/{}";
    CheckInPage(id) = "/check-in/{}";
    ClaimExplain(id) = "/claims/{}/explain";
    ClaimPage(id) = "/claims/{}";
    ClaimRedraft(id) = "/claims/{}/redraft";
    ClaimReturn(id) = "/claims/{}/return";
    ClassAttendance(id) = "/classes/{}/attendance";
    ClassCertificates(id) = "/classes/{}/certificates";
    ClassCertificatesPdf(id) = "/classes/{}/certificates.pdf";
    ClassEvidence(id) = "/classes/{}/evidence";
    ClassExam(id) = "/classes/{}/exam";
    ClassExamConfirm(id) = "/classes/{}/exam/confirm";
    ClassExplain(id) = "/classes/{}/explain";
    ClassFeedback(id) = "/classes/{}/feedback";
    ClassFeedbackDesk(id) = "/classes/{}/feedback-desk";
    ClassInspections(id) = "/classes/{}/inspections";
    ClassInspectionsNew(id) = "/classes/{}/inspections/new";
    ClassLines(id, of) = "/classes/{}/lines/{}";
    ClassPage(id) = "/classes/{}";
    ClassPlan(id) = "/classes/{}/plan";
    ClassPledges(id) = "/classes/{}/pledges";
    ClassRoster(id) = "/classes/{}/roster";
    ClassRosterRemove(id, of) = "/classes/{}/roster/{}/remove";
    ClassSessions(id) = "/classes/{}/sessions";
    ClassSessionsNew(id) = "/classes/{}/sessions/new";
    ClassSlips(id) = "/classes/{}/slips";
    ClassTimetable(id) = "/classes/{}/timetable";
    ClassTrainees(id) = "/classes/{}/trainees";
    DisputeAnswer(id) = "/disputes/{}/answer";
    DisputePage(id) = "/disputes/{}";
    FeedbackDeskAnswers(id) = "/feedback-desk/{}/answers";
    FeedbackDeskPage(id) = "/feedback-desk/{}";
    InspectionsAnswer(id) = "/inspections/{}/answer";
    InstitutionAccount(id) = "/institutions/{}/account";
    InstitutionItemsNew(id) = "/institutions/{}/items/new";
    InstitutionPage(id) = "/institutions/{}";
    InstitutionPayee(id) = "/institutions/{}/payee";
    InstitutionPayeeConfirm(id) = "/institutions/{}/payee/confirm";
    InstitutionPayeeDecline(id) = "/institutions/{}/payee/decline";
    LinkPage(id) = "/links/{}";
    MeDispute(id) = "/me/dispute/{}";
    MeFeedback(id) = "/me/feedback/{}";
    MeFeedbackDisown(id) = "/me/feedback/{}/disown";
    MeHours(id) = "/me/hours/{}";
    MyInstitutionSitesRoomsNew(id) = "/my-institution/sites/{}/rooms/new";
    MyInstitutionTeachers(id) = "/my-institution/teachers/{}";
    NeedsItemEdit(id) = "/needs/{}/edit";
    NeedsItemPage(id) = "/needs/{}";
    ObjectionContact(id) = "/objections/{}/contact";
    ObjectionDecide(id) = "/objections/{}/decide";
    ObjectionPage(id) = "/objections/{}";
    PaymentBatchApprove(id) = "/payment-batches/{}/approve";
    PaymentBatchFile(id) = "/payment-batches/{}/file";
    PaymentBatchPage(id) = "/payment-batches/{}";
    PaymentBatchSample(id) = "/payment-batches/{}/sample-return";
    PaymentBatchReturn(id) = "/payment-batches/{}/return";
    PaymentBatchSettle(id) = "/payment-batches/{}/settle";
    PersonPage(id) = "/persons/{}";
    PersonReveal(id) = "/persons/{}/reveal";
    PublicityPage(id) = "/publicity/{}";
    SessionAskRollCall(id) = "/sessions/{}/ask-roll-call";
    SessionEdit(id) = "/sessions/{}/edit";
    SessionPage(id) = "/sessions/{}";
    SessionRemove(id) = "/sessions/{}/remove";
    SessionRollCall(id) = "/sessions/{}/roll-call";
    SessionScreen(id) = "/sessions/{}/screen";
    SiteVerification(id) = "/sites/{}/verification";
    TaskPage(id) = "/tasks/{}";
    TaskSettle(id) = "/tasks/{}/settle";
    TeacherVerifyCertificate(id) = "/teachers/{}/verify-certificate";
    VerifyPage(id) = "/verify/{}";
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
