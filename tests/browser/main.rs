//! The pages of `keylint access` and of scans in a real browser. Without Chromium the tests say what they did not check, and fail where
//! `KEYLINT_REQUIRE_TOOLS` is set.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop where the world is not as it expects"
)]

mod access;
mod chromium;
mod hostile;
mod outcome;
mod scan;
mod world;
