//! Every report of the program on a tree that is hard to report: whole, valid, harmless, and without secrets.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop where the world is not as it expects"
)]

mod access;
mod delivery;
mod inert;
mod json;
mod policy;
mod sarif;
mod schema;
mod secrecy;
mod tools;
mod tree;
