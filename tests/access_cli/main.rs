//! `keylint access` as its users meet it.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop where something is amiss")]

mod commands;
mod diff;
mod fixture;
mod grant;
mod hostile;
mod manifest;
mod mutated;
