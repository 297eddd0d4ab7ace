//! Addresses of the house's pages and forms, as types: one name for one pattern, filled by the ids it needs. A pattern
//! that no route answers fails `house/tests/it/declared.rs`; a link is never put together from pieces of text.

use std::fmt::{self, Display};

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
        )+
        /// Every pattern, `{}` for each id.
        pub const ALL: &[&str] = &[$($pattern),+];
    };
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
