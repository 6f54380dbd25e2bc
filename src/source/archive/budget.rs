//! What one input may cost: how deep, how many members, how many bytes. Counted, never timed.

use std::cell::Cell;
use std::io::{self, Read};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};

use thiserror::Error;

use crate::outcome::SkipReason;

/// Archives and compressed streams in one another; a compressed tar is two.
pub const MAX_DEPTH: usize = 12;
/// Members of one input, those of archives in it among them.
pub const MAX_MEMBERS: u64 = 2_000_000;
/// Bytes that one input may unpack to, those of archives in it among them.
pub const MAX_UNPACKED: u64 = 256 * 1024 * 1024 * 1024;
/// Bytes that one byte may unpack to, where more than [`FREE`] came out.
pub const MAX_RATIO: u64 = 1000;
/// Bytes that may always be unpacked, however few they come from.
pub const FREE: u64 = 64 * 1024 * 1024;

/// Why something was not read to its end.
#[derive(Clone, Debug)]
pub(in crate::source) struct Gap {
    pub(in crate::source) reason: SkipReason,
    pub(in crate::source) detail: String,
}

impl Gap {
    pub(super) fn malformed(detail: impl Into<String>) -> Self {
        Self { reason: SkipReason::Malformed, detail: detail.into() }
    }
}

/// What one input has cost so far.
///
/// The input itself may be read by another thread than what comes out of it.
#[derive(Debug, Default)]
pub(in crate::source) struct Budget {
    depth: AtomicUsize,
    members: AtomicU64,
    read: AtomicU64,
    unpacked: AtomicU64,
    spent: AtomicBool,
}

impl Budget {
    /// Whether a limit was reached: then nothing more of the input is unpacked.
    pub(super) fn is_spent(&self) -> bool {
        self.spent.load(Relaxed)
    }

    /// Counts bytes of the input itself.
    pub(in crate::source) fn read(&self, count: usize) {
        self.read.fetch_add(count as u64, Relaxed);
    }

    /// Counts a member.
    pub(super) fn member(&self) -> Result<(), Gap> {
        let members = self.members.fetch_add(1, Relaxed) + 1;
        let detail = || format!("it has more than {MAX_MEMBERS} members; the rest was not scanned");
        self.holds(members <= MAX_MEMBERS, detail)
    }

    /// Counts bytes that were unpacked.
    fn unpack(&self, count: usize) -> Result<(), Gap> {
        let count = count as u64;
        let unpacked = self.unpacked.fetch_add(count, Relaxed).saturating_add(count);
        let detail = || "it unpacks to more than 256 GiB; the rest was not scanned".to_owned();
        self.holds(unpacked <= MAX_UNPACKED, detail)?;
        let most = self.read.load(Relaxed).saturating_mul(MAX_RATIO).saturating_add(FREE);
        let detail = || {
            format!("it unpacks to more than {MAX_RATIO} times its size; the rest was not scanned")
        };
        self.holds(unpacked <= most, detail)
    }

    fn holds(&self, holds: bool, detail: impl Fn() -> String) -> Result<(), Gap> {
        if holds {
            return Ok(());
        }
        self.spent.store(true, Relaxed);
        Err(Gap { reason: SkipReason::Limit, detail: detail() })
    }

    /// Goes into an archive or a compressed stream; `None` when it lies too deep.
    pub(super) fn enter(&self) -> Option<Inside<'_>> {
        if self.depth.load(Relaxed) >= MAX_DEPTH {
            return None;
        }
        self.depth.fetch_add(1, Relaxed);
        Some(Inside { budget: self })
    }
}

/// Being inside of an archive, until it is dropped.
pub(super) struct Inside<'a> {
    budget: &'a Budget,
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.budget.depth.fetch_sub(1, Relaxed);
    }
}

/// What a reader says when the stream that it reads from broke, and whoever opened that stream names it.
#[derive(Debug, Error)]
#[error("the stream that this is read from ended early")]
pub(super) struct Broken;

/// Whether a stream broke that somebody else names.
pub(in crate::source) fn is_broken(error: &io::Error) -> bool {
    error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Broken>)
}

/// What comes out of a decoder, counted. What went wrong is kept for whoever opened it.
pub(super) struct Unpacked<'a, R> {
    pub(super) decoder: R,
    pub(super) budget: &'a Budget,
    pub(super) failed: &'a Cell<Option<Gap>>,
    /// What is decoded, for the message.
    pub(super) what: &'static str,
}

impl<R: Read> Read for Unpacked<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let gap = match self.decoder.read(out) {
            Ok(count) => match self.budget.unpack(count) {
                Ok(()) => return Ok(count),
                Err(gap) => gap,
            },
            Err(error) if is_broken(&error) || error.raw_os_error().is_some() => return Err(error),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => gap_of(&error, self.what),
        };
        self.failed.set(Some(gap));
        Err(io::Error::other(Broken))
    }
}

fn gap_of(error: &io::Error, what: &str) -> Gap {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            Gap::malformed(format!("the {what} stream ends early; what comes before was scanned"))
        }
        io::ErrorKind::OutOfMemory => Gap {
            reason: SkipReason::Limit,
            detail: format!("the {what} stream wants more memory than keylint gives it"),
        },
        _ => Gap::malformed(format!(
            "the {what} stream is corrupt ({error}); what comes before was scanned"
        )),
    }
}
