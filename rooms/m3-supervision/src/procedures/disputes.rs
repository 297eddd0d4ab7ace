//! 考勤异议 (M3.2; domain §4.0): how a trainee's word about a session moves, one row a step.

use desk::limit;
use desk::matter::Matter;
use desk::procedure::{Change, Model, Procedure, Row, by};
use desk::subject::Subject;
use foundation::codes::DisputeState;
use foundation::{Date, DistrictCode, Fen, InstitutionId, Stop};
use store::query::Set;
use store::tables::supervision::attendance_dispute;

use crate::acts::dispute::{AnswerDispute, DisputeAttendance};
use crate::declared::{ANSWER_DISPUTE, DISPUTE};

desk::steps! {
    /// What can happen to a dispute.
    Step of DisputeState, ROWS {
        Raise [] => Open, "提出考勤异议", by::<DisputeAttendance>(),
            Days(limit!(dispute_answer_days)), Nothing, Ask(&ANSWER_DISPUTE), Nowhere, ["AttendanceDisputed"];
        Correct [Open] => Upheld, "属实，补记到课", by::<AnswerDispute>(),
            Keep, Asked, Nobody, Form("答复学员", "answer", ""), ["AttendanceCorrected"];
        Uphold [Open] => Upheld, "属实，不改记录", by::<AnswerDispute>(),
            Keep, Asked, Nobody, Form("答复学员", "answer", ""), ["AttendanceDisputeAnswered"];
        Dismiss [Open] => Dismissed, "不属实", by::<AnswerDispute>(),
            Keep, Asked, Nobody, Form("答复学员", "answer", ""), ["AttendanceDisputeAnswered"];
    }
}

/// The course of a dispute about attendance.
pub enum Disputes {}

impl Procedure for Disputes {
    type State = DisputeState;
    type Step = Step;
    type Table = attendance_dispute::Entity;

    const NAME: &'static str = "attendance-dispute";
    const TITLE: &'static str = "考勤异议";
    const NOUN: &'static str = "这条异议";
    const SOURCE: &'static str = "考勤异议";
    const TAG: Option<&'static str> = None;
    const SUBJECT: &'static Subject = &DISPUTE;
    const ROWS: &'static [Row<DisputeState, Step>] = ROWS;
    const ENDS: &'static [DisputeState] = &[DisputeState::Upheld, DisputeState::Dismissed];

    fn state(row: &Model<Self>) -> Result<DisputeState, Stop> {
        Ok(row.state)
    }
    fn id(row: &Model<Self>) -> String {
        row.id.to_string()
    }
    fn write(change: &mut Change<Self>, state: DisputeState, due: Option<Option<Date>>) {
        change.state = Set(state);
        if let Some(Some(due)) = due {
            change.due_on = Set(due);
        }
    }
    fn due(row: &Model<Self>) -> Option<Date> {
        Some(row.due_on)
    }
    /// The words of the line are the act's: they name class and trainee, which the row does not hold.
    fn title(_: &Model<Self>, matter: &Matter) -> String {
        matter.called.to_owned()
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
