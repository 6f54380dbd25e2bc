//! `keylint scan` seen from outside: what it selects, reads, finds and answers.

#![expect(clippy::unwrap_used, reason = "a test may stop where the program is not as it expects")]

mod chunks;
mod encoded;
mod encodings;
mod folder;
#[cfg(unix)]
mod hostile;
mod same_bytes;
mod selection;
mod settings;
