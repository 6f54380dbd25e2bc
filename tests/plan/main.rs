//! Plans that the program writes: what they say of each kind of place, that their commands and snippets hold, that nothing of
//! an input is more than text in them, and that they stay short.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may stop where the world is not as it expects")]

mod bounded;
mod code;
mod delivery;
mod hostile;
mod references;
mod steps;
mod world;
