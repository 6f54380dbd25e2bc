//! `keylint hook`, and the hooks of `.pre-commit-hooks.yaml`, with the real git and the real managers of hooks.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may stop where the world is not as it expects, and says what it does not check"
)]
#![expect(clippy::disallowed_methods, reason = "programs are where the environment says")]

mod chain;
mod end_to_end;
mod install;
mod managers;
mod places;
mod push;
mod wheel;
mod world;
