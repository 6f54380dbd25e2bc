//! Every report of the program on a tree that is hard to report: whole, valid, harmless, and without secrets.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop where the world is not as it expects"
)]

mod access;
mod csv;
mod delivery;
mod github;
mod gitlab;
mod inert;
mod json;
mod jsonl;
mod junit;
mod markdown;
mod policy;
mod rich;
mod sarif;
mod saved;
mod schema;
mod secrecy;
mod tools;
mod tree;
