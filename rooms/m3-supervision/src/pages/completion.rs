//! What the completion part adds to the room's routes and to the class dossier (M3.1).

use desk::procedure::button;
use desk::{Desk, Routes};
use foundation::Stop;
use foundation::at;
use foundation::codes::FullProcessState;
use foundation::ids::TypedId;
use maud::{Markup, html};
use store::Reader;
use store::query::{ColumnTrait, QueryFilter};
use store::tables::supervision::{certificate, exam_score, training_class};
use ui::{Button, section};

use super::{certificate as certificates, exam, feedback, feedback_desk, verify};
use crate::acts::certificate::IssueCertificates;
use crate::acts::exam::{ConfirmExam, EnterScores};
use crate::acts::feedback::{DisownFeedback, GiveFeedback};
use crate::acts::feedback_desk::GiveFeedbackAtDesk;
use crate::declared::CLASS;
use crate::procedures::full_process::{FullProcess, Step};

/// Exam, certificates, verification, feedback.
pub fn routes(routes: Routes) -> Routes {
    routes
        .read::<exam::ExamPage, _, _>("/classes/{id}/exam", exam::show)
        .act::<EnterScores, _, _>("/classes/{id}/exam", exam::enter)
        .act::<ConfirmExam, _, _>("/classes/{id}/exam/confirm", exam::confirm)
        .read::<certificates::CertificatesPage, _, _>("/classes/{id}/certificates", certificates::show)
        .act::<IssueCertificates, _, _>("/classes/{id}/certificates", certificates::issue)
        .read::<certificates::CertificatesPage, _, _>("/classes/{id}/certificates.pdf", certificates::class_file)
        .read::<certificates::CertificateFile, _, _>("/certificates/{file}", certificates::one_file)
        .read::<verify::VerifyCertificate, _, _>("/verify", verify::ask)
        .read::<verify::VerifyCertificate, _, _>("/verify/{number}", verify::show)
        .read::<verify::VerifyCertificate, _, _>("/api/v1/certificates/{number}", verify::resource)
        .read::<feedback::FeedbackPage, _, _>("/me/feedback/{class}", feedback::ask)
        .act::<GiveFeedback, _, _>("/me/feedback/{class}", feedback::give)
        .act::<DisownFeedback, _, _>("/me/feedback/{class}/disown", feedback::disown)
        .read::<feedback_desk::FeedbackScreen, _, _>("/classes/{id}/feedback-desk", feedback_desk::screen)
        .read::<feedback_desk::FeedbackDesk, _, _>("/feedback-desk/{class}", feedback_desk::ask)
        .post::<feedback_desk::FeedbackDesk, _, _>("/feedback-desk/{class}", feedback_desk::recognise)
        .act::<GiveFeedbackAtDesk, _, _>("/feedback-desk/{class}/answers", feedback_desk::give)
        .read::<feedback::FeedbackSummary, _, _>("/classes/{id}/feedback", feedback::show)
}

/// The dossier's panel: results, certificates, feedback; empty before the training has ended.
pub async fn panel(desk: &Desk, reader: &Reader, class: &training_class::Model) -> Result<Markup, Stop> {
    let late = class.state.is_in(&[
        FullProcessState::TrainingEnded,
        FullProcessState::Examining,
        FullProcessState::ResultsReview,
        FullProcessState::Certified,
        FullProcessState::FeedbackDone,
        FullProcessState::Claimed,
        FullProcessState::Archived,
    ]);
    if !late {
        return Ok(html! {});
    }
    let scored =
        reader.count::<exam_score::Entity>(|q| q.filter(exam_score::Column::Class.eq(class.id.clone()))).await?;
    let passed = reader
        .count::<exam_score::Entity>(|q| {
            q.filter(exam_score::Column::Class.eq(class.id.clone())).filter(exam_score::Column::Passed.eq(true))
        })
        .await?;
    let issued =
        reader.count::<certificate::Entity>(|q| q.filter(certificate::Column::Class.eq(class.id.clone()))).await?;
    let answers = feedback::answers(desk, &class.id).await?;
    Ok(section(
        "结业",
        html! {
            (ui::facts_grid(&[
                ("结业考核", html! {
                    a href=(at::ClassExam(&class.id)) {
                        @if scored == 0 { "待录入成绩" } @else { (scored) " 人参加，" (passed) " 人合格" }
                    }
                }),
                ("合格证书", html! { a href=(at::ClassCertificates(&class.id)) { (issued) " 张" } }),
                ("学员评价", html! { a href=(at::ClassFeedback(&class.id)) { (answers) " / " (issued) " 人" } }),
            ]))
        },
    ))
}

/// The main act of this part, when it is this office's turn.
pub fn main_buttons(desk: &Desk, class: &training_class::Model) -> Vec<Button> {
    let page = CLASS.address(class.id.as_str());
    let step = |step| button::<FullProcess>(desk, class, step, &page);
    // What is handed in may be mended until it is confirmed; it is nobody's turn though.
    let mend = step(Step::MendScores);
    let next =
        [Step::EnterScores, Step::ConfirmExam, Step::IssueCertificates].into_iter().filter_map(step).map(Button::main);
    mend.into_iter().chain(next).collect()
}
