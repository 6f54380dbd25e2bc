//! What every input is scanned with, and how far the scan is.

use std::sync::atomic::AtomicU64;

use crate::config::Config;

/// How far a scan is; another thread may look.
#[derive(Debug, Default)]
pub struct Progress {
    /// Inputs to read; 0 until they are listed.
    pub total: AtomicU64,
    /// Inputs read.
    pub done: AtomicU64,
    /// Bytes seen, of inputs and of what is packed in them.
    pub bytes: AtomicU64,
}

/// What every input is scanned with.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub(super) config: &'a Config,
    pub(super) progress: &'a Progress,
}
