//! Tables of the needs catalogue (M1).
pub mod needs_item;
