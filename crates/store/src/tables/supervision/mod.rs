//! Tables of process supervision (M3): classes, rosters, sessions, attendance, inspections, exams, certificates,
//! feedback.
pub mod attendance;
pub mod attendance_dispute;
pub mod certificate;
pub mod class_party;
pub mod class_session;
pub mod completion_exam;
pub mod enrolment;
pub mod exam_score;
pub mod feedback;
pub mod inspection;
pub mod review_line;
pub mod stored_file;
pub mod training_class;
