//! Tables of process supervision (M3): classes, rosters, sessions, attendance, inspections, exams, certificates, feedback.
pub mod training_class;
pub mod review_line;
pub mod enrolment;
pub mod class_session;
pub mod attendance;
pub mod inspection;
pub mod completion_exam;
pub mod exam_score;
pub mod certificate;
pub mod feedback;
pub mod stored_file;
