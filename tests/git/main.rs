//! `keylint git` on repositories that the real git made: every place of a secret, every kind of repository, what is broken
//! and what is hostile.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop where the world is not as it expects"
)]

mod broken;
mod counts;
mod explained;
mod fixture;
mod gaps;
mod hidden;
mod hooks;
mod hostile;
mod material;
mod packs;
mod places;
mod plans;
mod prepush;
mod provenance;
mod ranges;
mod refs;
mod replacements;
mod run;
mod settings;
mod shapes;
mod staged;
mod storage;
mod tracing;
mod traps;
