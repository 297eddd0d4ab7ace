//! Tables of the journal (house.md §0.4): facts, tree nodes, running numbers, checkpoints.
pub mod fact;
pub mod journal_checkpoint;
pub mod journal_node;
pub mod journal_subject;
