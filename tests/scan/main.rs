//! `keylint scan` seen from outside: what it selects, reads, finds and answers.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop where the program is not as it expects"
)]

mod archives;
mod assemble;
mod batches;
mod chunks;
mod comments;
mod dockerfiles;
mod documents;
mod encoded;
mod encodings;
mod folder;
#[cfg(unix)]
mod hostile;
mod made;
mod proofs;
mod same_bytes;
mod selection;
mod settings;
mod stats;
