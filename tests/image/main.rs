//! `keylint image`: real images in every shape, images that are made here, what is broken and what is hostile.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop where the world is not as it expects"
)]

mod forms;
mod gaps;
mod hidden;
mod hostile;
mod made;
mod platforms;
mod readme;
mod real;
mod refused;
mod storage;
mod texts;
mod world;
