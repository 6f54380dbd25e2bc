//! Decisions by people that a place does not count. Suppressed places are marked and counted, never dropped.

pub mod allow;
pub mod inline;

pub use allow::{Allow, Scope};
