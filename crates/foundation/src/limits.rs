//! A limit on everything, in one file, each with its reason (house.md §6).

/// Rows on one page of a register.
pub const PAGE_ROWS: u64 = 50;
/// Rows that one export may hold before it must be split (an office workbook stays openable).
pub const EXPORT_ROWS: u64 = 100_000;
/// Bytes of one uploaded workbook.
pub const UPLOAD_BYTES: usize = 5 * 1024 * 1024;
/// Bytes of any other request body.
pub const BODY_BYTES: usize = 1024 * 1024;
/// Rows of one roster file: twice the largest class, so that a wrong file is still read and explained.
pub const ROSTER_ROWS: usize = 500;
/// Letters of a free text.
pub const TEXT_CHARS: usize = 1000;
/// Letters of a one-line text.
pub const LINE_CHARS: usize = 100;
/// Claims of one payment batch, and of one bulk act: what an officer can look through before pressing.
pub const BATCH_LINES: usize = 200;
/// Sessions of one class timetable.
pub const SESSIONS_PER_CLASS: usize = 200;
/// Acts that may wait at the door before new ones are told to come back.
pub const DOOR_QUEUE: usize = 8192;
/// Acts in one group commit.
pub const GROUP_ACTS: usize = 512;
/// Acts of one kind done together in one group.
pub const GATHER_ACTS: usize = 512;
/// Milliseconds that a fact may be dated before its predecessor in the journal without a mark: several servers' clocks
/// kept by NTP and the time an act waits for its commit lie far below, a clock set back by hand lies above.
pub const CLOCK_SKEW_MS: i64 = 2 * 60 * 1000;
