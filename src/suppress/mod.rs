//! Decisions by people that a place does not count. Suppressed places are marked and counted, never dropped.

pub mod allow;
pub mod baseline;
pub mod import;
pub mod inline;
mod near;
pub mod peer;
mod text;

pub use allow::{Allow, Scope};
pub use baseline::{Baseline, BaselineError, Entry};
pub use near::Near;
