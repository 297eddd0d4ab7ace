//! The opening part's routes (M3.1).

use desk::Routes;

use super::{classes, dossier, opening};
use crate::acts::opening::{AddTrainees, CreateClass, EditClassPlan, LayTimetable, RemoveTrainee, SignPledges};
use crate::acts::review::{AcceptOpening, ApproveOpening, RefuseOpening, ReturnOpening, ReviewOpening, SubmitOpening, WithdrawClass};

/// Register, new class, plan, roster, timetable, dossier, decisions.
pub fn routes(routes: Routes) -> Routes {
    routes
        .read::<classes::ClassRegister, _, _>("/classes", classes::show)
        .read::<classes::ClassRegister, _, _>("/api/v1/classes", classes::resource)
        .read::<dossier::ClassPage, _, _>("/api/v1/classes/{id}", classes::one)
        .read::<opening::RosterPage, _, _>("/api/v1/classes/{id}/roster", classes::roster)
        .read::<opening::NewClassPage, _, _>("/classes/new", opening::new)
        .act::<CreateClass, _, _>("/classes/new", opening::create)
        .read::<dossier::ClassPage, _, _>("/classes/{id}", dossier::show)
        .read::<dossier::ClassPage, _, _>("/classes/{id}/plan", opening::plan)
        .act::<EditClassPlan, _, _>("/classes/{id}/plan", opening::edit_plan)
        .read::<opening::RosterPage, _, _>("/classes/{id}/roster", opening::roster_page)
        .act::<AddTrainees, _, _>("/classes/{id}/roster", opening::import)
        .act::<RemoveTrainee, _, _>("/classes/{id}/roster/{enrolment}/remove", opening::remove)
        .act::<SignPledges, _, _>("/classes/{id}/pledges", opening::pledges)
        .read::<opening::TimetablePage, _, _>("/classes/{id}/timetable", opening::timetable)
        .act::<LayTimetable, _, _>("/classes/{id}/timetable", opening::lay)
        .act::<SubmitOpening, _, _>("/classes/{id}/submit", dossier::submit)
        .act::<AcceptOpening, _, _>("/classes/{id}/accept", dossier::accept)
        .act::<ReviewOpening, _, _>("/classes/{id}/review", dossier::review_post)
        .act::<ApproveOpening, _, _>("/classes/{id}/approve", dossier::approve)
        .act::<ReturnOpening, _, _>("/classes/{id}/return", dossier::send_back)
        .api_act::<RefuseOpening>()
        .act::<WithdrawClass, _, _>("/classes/{id}/withdraw", dossier::withdraw)
}
