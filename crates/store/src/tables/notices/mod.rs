//! Tables of the queue (今日待办).
pub mod task;
