//! Images of registries: of a real one, and of some that misbehave.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may stop where the world is not as it expects, and says what it does not check"
)]
#![expect(clippy::disallowed_methods, reason = "programs are where the environment says")]

mod doors;
mod fake;
mod hostile;
mod led;
mod real;
mod server;
