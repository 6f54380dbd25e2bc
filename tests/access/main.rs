//! `keylint access`, held against an evaluator of its own and against the situations that people ask about.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop where the world is not as it expects"
)]

mod asked;
mod loaded;
mod oracle;
mod random;
mod situations;
mod world;
mod written;
