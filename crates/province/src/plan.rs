//! Which stories are told: for each school its classes, how far each has come by today, and when it began.
//! Pure: the same day gives the same plan.

use chrono::Duration;
use foundation::codes::{ClaimState, FullProcessState};
use foundation::{Date, WorkCalendar};

use crate::Size;
use crate::names::draw;
use crate::schools::{SEATS, SMALL};

/// How a class's story ends, as far as it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    Draft,
    Submitted,
    /// Sent back and never corrected: withdrawn by silence.
    Lapsed,
    Returned,
    UnderReview,
    Refused,
    /// Reviewed by the first officer, waiting for the second.
    Reviewed,
    Approved,
    /// By the school, before the first day.
    Withdrawn,
    /// Nobody came within the policy's days.
    NeverStarted,
    InTraining,
    /// Stopped by an inspection and let go on.
    Resumed,
    Suspended,
    /// Stopped and then withdrawn by the county.
    Revoked,
    TrainingEnded,
    Examining,
    ResultsReview,
    Certified,
    FeedbackDone,
    ClaimDrafted,
    /// Nobody gave feedback, so nobody can be paid for.
    ClaimClosed,
    ClaimSubmitted,
    ClaimReturned,
    ClaimFirstReviewed,
    ClaimSecondReviewed,
    ClaimPublished,
    /// Somebody objected to the publicity, and waits for the answer.
    ClaimObjected,
    ClaimNoObjection,
    ClaimBatched,
    ClaimPaying,
    PaymentReturned,
    Paid,
}

use Ending::*;

/// The personas' own school: something in every step, so that each of its people has something to do.
const ANHAI: [Ending; 18] = [
    Paid,
    Paid,
    ClaimReturned,
    ClaimDrafted,
    FeedbackDone,
    Certified,
    ResultsReview,
    Examining,
    TrainingEnded,
    Suspended,
    InTraining,
    Approved,
    Returned,
    Refused,
    Reviewed,
    UnderReview,
    Submitted,
    Draft,
];
/// Which of them the two trainees of the personas page are in: paid, awaiting feedback, meeting today.
const WITH_PERSONAS: [usize; 3] = [0, 5, 10];
const QINGYANG: [Ending; 11] = [
    Paid,
    ClaimBatched,
    ClaimObjected,
    ClaimPublished,
    ClaimSubmitted,
    ClaimDrafted,
    TrainingEnded,
    InTraining,
    Approved,
    Submitted,
    Withdrawn,
];
const CHENDAI: [Ending; 9] =
    [Paid, ClaimClosed, ClaimPaying, ClaimFirstReviewed, ClaimNoObjection, Examining, InTraining, UnderReview, Revoked];
const CHIDIAN: [Ending; 8] =
    [Paid, PaymentReturned, ClaimBatched, ClaimSecondReviewed, ResultsReview, Approved, Reviewed, NeverStarted];
const SHISHI: [Ending; 6] = [Paid, ClaimSubmitted, ClaimNoObjection, InTraining, Submitted, Reviewed];
/// An ordinary school: two classes paid, and one of each of these.
const CLAIMS: [Ending; 17] = [
    Paid,
    ClaimDrafted,
    Paid,
    ClaimSubmitted,
    Certified,
    ClaimFirstReviewed,
    Paid,
    ClaimSecondReviewed,
    ClaimPublished,
    Paid,
    ClaimNoObjection,
    ClaimBatched,
    ClaimPaying,
    FeedbackDone,
    ClaimReturned,
    Paid,
    PaymentReturned,
];
const RUNNING: [Ending; 11] = [
    InTraining,
    InTraining,
    TrainingEnded,
    InTraining,
    Examining,
    InTraining,
    Suspended,
    ResultsReview,
    InTraining,
    Resumed,
    Certified,
];
const OPENING: [Ending; 15] = [
    Submitted,
    UnderReview,
    Approved,
    Reviewed,
    Draft,
    Returned,
    Approved,
    Submitted,
    Refused,
    Withdrawn,
    UnderReview,
    Lapsed,
    Revoked,
    NeverStarted,
    Approved,
];

/// Periods and days of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    pub theory: i32,
    pub practice: i32,
    pub online: i32,
    /// From the first to the last day.
    pub days: i64,
    /// Meets from Monday to this day of the week.
    pub until_weekday: u8,
}

const fn shape(theory: i32, practice: i32, online: i32, days: i64, until_weekday: u8) -> Shape {
    Shape { theory, practice, online, days, until_weekday }
}

/// The first is Appendix B example 1's: 34 offline, 22 online.
const SHAPES: [Shape; 5] = [
    shape(14, 20, 22, 12, 7),
    shape(12, 20, 8, 12, 5),
    shape(20, 44, 16, 16, 6),
    shape(16, 24, 0, 8, 6),
    shape(10, 14, 16, 8, 7),
];
/// Those that last long enough to be under way for some days.
const LONG: usize = 3;

/// Days from the application to the first day.
pub const LEAD: i64 = 18;
/// Days from the last day to each step after it.
pub const EXAM: i64 = 2;
pub const FINISH: i64 = 7;
pub const UNHEARD: i64 = 12;
pub const SUBMIT: i64 = 9;
pub const FIRST_REVIEW: i64 = 12;
pub const SECOND_REVIEW: i64 = 15;
pub const PUBLISH: i64 = 16;

/// One class to tell of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plot {
    /// Number within the school, from 0.
    pub at: usize,
    pub ending: Ending,
    pub first: Date,
    pub shape: Shape,
    pub trainees: usize,
    pub personas: bool,
}

/// How many schools.
pub fn schools(size: Size) -> usize {
    if size == Size::Small { SMALL } else { SEATS.len() }
}

/// The classes of the `school`-th school, the oldest first.
pub fn of_school(school: usize, today: Date, size: Size) -> Vec<Plot> {
    let endings: Vec<Ending> = match school {
        0 => ANHAI.to_vec(),
        1 => QINGYANG.to_vec(),
        2 => CHENDAI.to_vec(),
        3 => CHIDIAN.to_vec(),
        4 => SHISHI.to_vec(),
        other => {
            let mut all = vec![Paid, Paid, CLAIMS[other % CLAIMS.len()], RUNNING[other % RUNNING.len()]];
            all.extend((other % 3 != 1).then(|| OPENING[other % OPENING.len()]));
            all
        }
    };
    endings.into_iter().enumerate().map(|(at, ending)| plot(school, at, ending, today, size)).collect()
}

fn plot(school: usize, at: usize, ending: Ending, today: Date, size: Size) -> Plot {
    let personas = school == 0 && WITH_PERSONAS.contains(&at);
    let long = if (InTraining..=Suspended).contains(&ending) { LONG } else { SHAPES.len() };
    let shape = if personas { SHAPES[0] } else { SHAPES[(school * 3 + at) % long] };
    let trainees = if size == Size::Small { 12 } else { 26 + draw(school, at, 10) };
    let spread = i64::try_from(draw(school, at + 40, 3)).unwrap_or(0);
    Plot { at, ending, first: first_day(ending, today, shape, spread, (school, at)), shape, trainees, personas }
}

/// The first day, so that the last step of the story was done lately.
fn first_day(ending: Ending, today: Date, shape: Shape, spread: i64, (school, at): (usize, usize)) -> Date {
    let after = |days: i64| -(shape.days - 1 + days + 1 + spread);
    let days = match ending {
        Draft => LEAD - 1 - spread,
        Submitted => LEAD - 1,
        UnderReview => LEAD - 3,
        Reviewed => LEAD - 4,
        Returned => LEAD - 4 - spread,
        Refused => LEAD - 8 - spread,
        Approved => 1 + spread,
        Withdrawn => -4 - spread,
        Lapsed => -22 - spread,
        NeverStarted => -34 - spread,
        InTraining => -3 - spread % 2,
        Resumed => -7,
        Suspended => -5,
        Revoked => -25 - spread,
        TrainingEnded => after(1),
        Examining => after(EXAM),
        ResultsReview => after(EXAM + 1),
        Certified => after(EXAM + 3) + 1,
        FeedbackDone => after(FINISH) + spread,
        ClaimDrafted => after(FINISH),
        ClaimClosed => after(UNHEARD),
        ClaimSubmitted => after(SUBMIT),
        ClaimReturned => after(SUBMIT + 2),
        ClaimFirstReviewed => after(FIRST_REVIEW),
        ClaimSecondReviewed => after(SECOND_REVIEW),
        ClaimPublished | ClaimObjected => after(PUBLISH) + spread,
        // Five working days of publicity may be half a month where holidays lie.
        ClaimNoObjection => after(PUBLISH + 17),
        ClaimBatched | ClaimPaying | PaymentReturned => after(PUBLISH + 22),
        // Over the year so far, the first class of a school the earlier one.
        Paid => after(PUBLISH + 28) - [150, 20][at.min(1)] - i64::try_from(draw(school, at + 60, 110)).unwrap_or(0),
    };
    let mut first = today + Duration::days(days);
    while ending == Paid && !WorkCalendar::built_in().is_workday(first) {
        first -= Duration::days(1);
    }
    first
}

/// The states that a class and its claim stand in when its story has been told.
pub fn states(ending: Ending) -> (FullProcessState, Option<ClaimState>) {
    use FullProcessState as S;
    let claimed = |claim| (S::Claimed, Some(claim));
    match ending {
        Draft => (S::Draft, None),
        Submitted => (S::Submitted, None),
        Returned => (S::Returned, None),
        UnderReview | Reviewed => (S::UnderReview, None),
        Refused => (S::Refused, None),
        Approved => (S::Approved, None),
        Lapsed | Withdrawn | NeverStarted | Revoked => (S::Withdrawn, None),
        InTraining | Resumed => (S::InTraining, None),
        Suspended => (S::Suspended, None),
        TrainingEnded => (S::TrainingEnded, None),
        Examining => (S::Examining, None),
        ResultsReview => (S::ResultsReview, None),
        Certified => (S::Certified, None),
        FeedbackDone => (S::FeedbackDone, None),
        ClaimDrafted => claimed(ClaimState::Draft),
        ClaimClosed => claimed(ClaimState::NotPassed),
        ClaimSubmitted => claimed(ClaimState::Submitted),
        ClaimReturned => claimed(ClaimState::Returned),
        ClaimFirstReviewed => claimed(ClaimState::FirstReviewed),
        ClaimSecondReviewed => claimed(ClaimState::SecondReviewed),
        ClaimPublished => claimed(ClaimState::Published),
        ClaimObjected => claimed(ClaimState::UnderObjection),
        ClaimNoObjection => claimed(ClaimState::NoObjection),
        ClaimBatched => claimed(ClaimState::FinanceReviewed),
        ClaimPaying => claimed(ClaimState::Paying),
        PaymentReturned => claimed(ClaimState::PaymentReturned),
        Paid => (S::Archived, Some(ClaimState::Paid)),
    }
}
