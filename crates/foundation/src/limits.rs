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

/// PostgreSQL, from here on (28 November 2026: a locked table or a database that is down is told within two seconds).
/// Connections of one server: two servers and the operators stay below PostgreSQL's own hundred.
pub const DATABASE_CONNECTIONS: u32 = 16;
/// Longest wait for a free connection, in milliseconds.
pub const DATABASE_ACQUIRE_MS: u64 = 1500;
/// Longest wait for a row or table that somebody else holds, in milliseconds: acts hold theirs for a few.
pub const DATABASE_LOCK_MS: u64 = 1000;
/// Longest time of one statement, in milliseconds: below the longest time of a request.
pub const DATABASE_STATEMENT_MS: u64 = 20_000;
/// Longest time that a transaction may stand without a question, in milliseconds: then its locks are let go.
pub const DATABASE_IDLE_MS: u64 = 300_000;
/// How often the database is asked whether it answers, and how long it may take to, in milliseconds.
pub const DATABASE_PULSE_MS: u64 = 500;
/// Longest wait for a first answer when a server starts, in milliseconds.
pub const DATABASE_START_MS: u64 = 5000;
