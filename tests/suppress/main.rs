//! Baselines on repositories that the real git made: which edits they survive, what they never hide, how they merge, and what
//! becomes of them when they are wrong or too old.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may stop where the world is not as it expects")]

mod edits;
mod files;
mod fixture;
mod merges;
mod stale;
mod writing;
