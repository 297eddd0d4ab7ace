//! 公示异议 (M8.9; domain §7.4 S55): the course of a public objection, one row a step.

use desk::matter::Matter;
use desk::procedure::{Change, Model, Procedure, Row, by};
use desk::subject::Subject;
use foundation::codes::ObjectionState;
use foundation::{Date, DistrictCode, Fen, InstitutionId, Stop};
use store::query::Set;
use store::tables::funds::objection;

use crate::acts::decide::DecideObjection;
use crate::acts::objection::RaiseObjection;
use crate::declared::{DECIDE_OBJECTION, OBJECTION};

/// What is asked before an answer is given.
const DECIDES: &str = "处理结果不能更改，异议人凭回执号可以看到答复。确定吗？";

desk::steps! {
    /// What can happen to an objection.
    Step of ObjectionState, ROWS {
        Raise [] => Open, "提出公示异议", by::<RaiseObjection>(), Workdays(&[desk::limit!(objection_workdays)]),
            Nothing, Ask(&DECIDE_OBJECTION), Nowhere, ["ObjectionRaised"];
        Dismiss [Open] => Dismissed, "异议不成立", by::<DecideObjection>(),
            Keep, Asked, Nobody, Form("作出处理并答复", "decide", DECIDES), ["ObjectionDismissed"];
        Uphold [Open] => Upheld, "异议成立", by::<DecideObjection>(),
            Keep, Asked, Nobody, Form("作出处理并答复", "decide", DECIDES), ["ObjectionUpheld"];
        AnswerWithAnother [Open] => AnsweredAlong, "随另一条异议答复", by::<DecideObjection>(),
            Keep, Asked, Nobody, Nowhere, ["ObjectionAnswered"];
    }
}

/// The course of an objection.
pub enum Objections {}

impl Procedure for Objections {
    type State = ObjectionState;
    type Step = Step;
    type Table = objection::Entity;

    const NAME: &'static str = "objection";
    const TITLE: &'static str = "公示异议";
    const NOUN: &'static str = "这条异议";
    const SOURCE: &'static str = "异议核查";
    const TAG: Option<&'static str> = None;
    const SUBJECT: &'static Subject = &OBJECTION;
    const ROWS: &'static [Row<ObjectionState, Step>] = ROWS;
    const ENDS: &'static [ObjectionState] =
        &[ObjectionState::Upheld, ObjectionState::Dismissed, ObjectionState::AnsweredAlong];

    fn state(row: &Model<Self>) -> Result<ObjectionState, Stop> {
        Ok(row.state)
    }
    fn id(row: &Model<Self>) -> String {
        row.id.to_string()
    }
    fn write(change: &mut Change<Self>, state: ObjectionState, due: Option<Option<Date>>) {
        change.state = Set(state);
        if let Some(Some(due)) = due {
            change.due_on = Set(due);
        }
    }
    fn due(row: &Model<Self>) -> Option<Date> {
        Some(row.due_on)
    }
    fn title(row: &Model<Self>, _: &Matter) -> String {
        format!("{} · {}", row.institution_name, row.class_title)
    }
    fn district(row: &Model<Self>) -> DistrictCode {
        row.district
    }
    fn institution(_: &Model<Self>) -> Option<InstitutionId> {
        None
    }
    fn money(_: &Model<Self>) -> Fen {
        Fen::ZERO
    }
}
