//! The opening part's routes (M3.1).

use desk::{Read, Routes};
use foundation::codes::FullProcessState;
use foundation::{Function, Permission, Right};

use super::{class_resource, classes, decide, dossier, new_class, opening, roster, sessions, timetable};
use crate::acts::correction::ExplainCorrection;
use crate::acts::decide::{AnswerReviewLine, RecheckOpening, RefuseOpening, ReturnOpening, RevokeClass, WithdrawClass};
use crate::acts::opening::{AddTrainees, CreateClass, EditClassPlan, LayTimetable, RemoveTrainee, SignPledges};
use crate::acts::review::{AcceptOpening, ApproveOpening, ReviewOpening, SubmitOpening};
use crate::acts::timetable::{AddSession, EditSession, RemoveSession};

/// Register, new class, plan, roster, timetable, dossier, decisions.
pub fn routes(routes: Routes) -> Routes {
    routes
        .read::<classes::ClassRegister, _, _>("/classes", classes::show)
        .read::<classes::ClassRegister, _, _>("/api/v1/classes", class_resource::resource)
        .read::<dossier::ClassPage, _, _>("/api/v1/classes/{id}", class_resource::one)
        .read::<opening::RosterPage, _, _>("/api/v1/classes/{id}/roster", class_resource::roster)
        .read::<opening::NewClassPage, _, _>("/classes/new", new_class::new)
        .act::<CreateClass, _, _>("/classes/new", new_class::create)
        .read::<dossier::ClassPage, _, _>("/classes/{id}", dossier::show)
        .read::<dossier::ClassPage, _, _>("/classes/{id}/plan", opening::plan)
        .act::<EditClassPlan, _, _>("/classes/{id}/plan", opening::edit_plan)
        .read::<opening::RosterPage, _, _>("/classes/{id}/roster", roster::roster_page)
        .act::<AddTrainees, _, _>("/classes/{id}/roster", roster::import)
        .act::<AddTrainees, _, _>("/classes/{id}/trainees", roster::add_one)
        .act::<RemoveTrainee, _, _>("/classes/{id}/roster/{enrolment}/remove", roster::remove)
        .act::<SignPledges, _, _>("/classes/{id}/pledges", roster::pledges)
        .read::<opening::TimetablePage, _, _>("/classes/{id}/timetable", timetable::timetable)
        .act::<LayTimetable, _, _>("/classes/{id}/timetable", timetable::lay)
        .act::<AddSession, _, _>("/classes/{id}/sessions", sessions::add)
        .read::<opening::TimetablePage, _, _>("/classes/{id}/sessions/new", sessions::new)
        .read::<opening::TimetablePage, _, _>("/sessions/{id}/edit", sessions::edit)
        .act::<EditSession, _, _>("/sessions/{id}/edit", sessions::save)
        .act::<RemoveSession, _, _>("/sessions/{id}/remove", sessions::remove)
        .act::<SubmitOpening, _, _>("/classes/{id}/submit", decide::submit)
        .act::<ExplainCorrection, _, _>("/classes/{id}/explain", decide::explain)
        .act::<AcceptOpening, _, _>("/classes/{id}/accept", decide::accept)
        .act::<RecheckOpening, _, _>("/classes/{id}/recheck", decide::recheck)
        .act::<ReviewOpening, _, _>("/classes/{id}/review", decide::review)
        .read::<DecisionForm, _, _>("/classes/{id}/lines/{code}", decide::ask_line)
        .act::<AnswerReviewLine, _, _>("/classes/{id}/lines/{code}", decide::answer_line)
        .act::<ApproveOpening, _, _>("/classes/{id}/approve", decide::approve)
        .read::<DecisionForm, _, _>("/classes/{id}/return", decide::ask_return)
        .act::<ReturnOpening, _, _>("/classes/{id}/return", decide::send_back)
        .read::<DecisionForm, _, _>("/classes/{id}/refuse", decide::ask_refuse)
        .act::<RefuseOpening, _, _>("/classes/{id}/refuse", decide::refuse)
        .read::<DecisionForm, _, _>("/classes/{id}/revoke", decide::ask_revoke)
        .act::<RevokeClass, _, _>("/classes/{id}/revoke", decide::revoke)
        .read::<opening::NewClassPage, _, _>("/classes/{id}/withdraw", decide::ask_withdraw)
        .act::<WithdrawClass, _, _>("/classes/{id}/withdraw", decide::withdraw)
        .read::<dossier::ClassPage, _, _>("/classes/{id}/notice", decide::notice)
        .read::<dossier::ClassPage, _, _>("/classes/{id}/pledge", decide::pledge)
}

/// A form on which an officer decides.
pub struct DecisionForm;
impl Read for DecisionForm {
    const NAME: &'static str = "opening-decision-form";
    const PERMISSION: Permission = Permission::Of(Function::OpeningApplication, Right::Approve);
    const STAGE: &'static str = FullProcessState::UnderReview.code();
}
