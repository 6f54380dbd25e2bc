//! What one input may cost: how deep, how many members, how many bytes. Counted, never timed.

use std::cell::Cell;
use std::io::{self, Read};

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
/// Streams of one input that may unpack to too much before the rest of it is left: each is left, and what follows gets
/// [`FREE`] again.
pub const MAX_BOMBS: u64 = 16;
/// Gaps of one input that are named; the rest are counted.
pub const MAX_GAPS: u64 = 1000;
/// Streams in one another that may take as much memory as their formats allow; those in them take 8 MiB.
const MAX_LARGE: usize = 2;

/// Why something was not read to its end.
#[derive(Clone, Debug)]
pub(in crate::source) struct Gap {
    pub(in crate::source) reason: SkipReason,
    pub(in crate::source) detail: String,
}

impl Gap {
    pub(super) fn limit(detail: impl Into<String>) -> Self {
        Self { reason: SkipReason::Limit, detail: detail.into() }
    }

    pub(super) fn malformed(detail: impl Into<String>) -> Self {
        Self { reason: SkipReason::Malformed, detail: detail.into() }
    }

    /// Why a stream could not be decoded.
    pub(super) fn of(error: &io::Error, what: &str) -> Self {
        let said = error.to_string();
        if error.kind() == io::ErrorKind::UnexpectedEof {
            return Self::malformed(format!(
                "the {what} stream ends early; what comes before was scanned"
            ));
        }
        // Zstd has no kind of error for it.
        if error.kind() == io::ErrorKind::OutOfMemory || said.contains("too much memory") {
            return Self::limit(format!(
                "the {what} stream wants more memory than keylint gives it; it was not unpacked"
            ));
        }
        Self::malformed(format!(
            "the {what} stream is corrupt ({said}); what comes before was scanned"
        ))
    }
}

/// What one input has cost so far.
#[derive(Debug, Default)]
pub(in crate::source) struct Budget {
    depth: Cell<usize>,
    members: Cell<u64>,
    read: Cell<u64>,
    unpacked: Cell<u64>,
    gaps: Cell<u64>,
    bombs: Cell<u64>,
    /// Decoders in one another.
    streams: Cell<usize>,
    state: Cell<State>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Open,
    /// One stream unpacks to too much. It is left, with those that it is in.
    Leaving,
    /// Nothing more of the input is unpacked.
    Spent,
}

impl Budget {
    /// Whether a limit was reached: then nothing more is unpacked, of this stream or of the whole input.
    pub(super) fn is_spent(&self) -> bool {
        self.state.get() != State::Open
    }

    /// Counts bytes of the input itself.
    pub(in crate::source) fn read(&self, count: usize) {
        self.read.set(self.read.get().saturating_add(count as u64));
    }

    /// Counts a gap; whether it is named.
    pub(in crate::source) fn gap(&self) -> bool {
        self.gaps.set(self.gaps.get() + 1);
        self.gaps.get() <= MAX_GAPS
    }

    /// How many gaps there are.
    pub(in crate::source) const fn gaps(&self) -> u64 {
        self.gaps.get()
    }

    /// How many gaps were not named.
    pub(in crate::source) fn unnamed(&self) -> u64 {
        self.gaps.get().saturating_sub(MAX_GAPS)
    }

    /// Counts a member.
    pub(super) fn member(&self) -> Result<(), Gap> {
        self.members.set(self.members.get() + 1);
        if self.members.get() <= MAX_MEMBERS {
            return Ok(());
        }
        self.state.set(State::Spent);
        Err(Gap::limit(format!("it has more than {MAX_MEMBERS} members; the rest was not scanned")))
    }

    /// Counts bytes that were unpacked.
    fn unpack(&self, count: usize) -> Result<(), Gap> {
        let unpacked = self.unpacked.get().saturating_add(count as u64);
        if unpacked > MAX_UNPACKED {
            self.state.set(State::Spent);
            return Err(Gap::limit("it unpacks to more than 256 GiB; the rest was not scanned"));
        }
        let bombs = self.bombs.get();
        let free = FREE.saturating_mul(bombs + 1);
        if unpacked > self.read.get().saturating_mul(MAX_RATIO).saturating_add(free) {
            self.bombs.set(bombs + 1);
            self.state.set(if bombs + 1 < MAX_BOMBS { State::Leaving } else { State::Spent });
            let detail =
                "it unpacks to more than 1000 times its size; the rest of it was not scanned";
            return Err(Gap::limit(detail));
        }
        self.unpacked.set(unpacked);
        Ok(())
    }

    /// Begins to decode a stream.
    pub(super) fn decode(&self) -> Decoding<'_> {
        self.streams.set(self.streams.get() + 1);
        Decoding { budget: self }
    }

    /// Whether a stream may take as much memory as its format allows.
    pub(super) fn may_be_large(&self) -> bool {
        self.streams.get() <= MAX_LARGE
    }

    /// Goes into an archive or a compressed stream; `None` when it lies too deep.
    pub(super) fn enter(&self) -> Option<Inside<'_>> {
        if self.depth.get() >= MAX_DEPTH {
            return None;
        }
        self.depth.set(self.depth.get() + 1);
        Some(Inside { budget: self })
    }
}

/// Being inside of an archive, until it is dropped.
pub(super) struct Inside<'a> {
    budget: &'a Budget,
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.budget.depth.set(self.budget.depth.get().saturating_sub(1));
    }
}

/// Decoding a stream, until it is dropped.
pub(super) struct Decoding<'a> {
    budget: &'a Budget,
}

impl Decoding<'_> {
    /// Whether this ended because a stream in it unpacks to too much, and what comes after it may be read.
    pub(super) fn leaves(&self) -> bool {
        self.budget.streams.get() == 1 && self.budget.state.get() == State::Leaving
    }
}

impl Drop for Decoding<'_> {
    fn drop(&mut self) {
        if self.leaves() {
            self.budget.state.set(State::Open);
        }
        self.budget.streams.set(self.budget.streams.get().saturating_sub(1));
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
    decoder: R,
    budget: &'a Budget,
    failed: &'a Cell<Option<Gap>>,
    /// What is decoded, for the message.
    what: &'static str,
    is_over: bool,
}

impl<'a, R> Unpacked<'a, R> {
    pub(super) const fn new(
        decoder: R,
        what: &'static str,
        budget: &'a Budget,
        failed: &'a Cell<Option<Gap>>,
    ) -> Self {
        Self { decoder, budget, failed, what, is_over: false }
    }
}

impl<R: Read> Read for Unpacked<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        // No decoder is asked again once it has failed.
        if self.is_over || self.budget.is_spent() {
            return Err(io::Error::other(Broken));
        }
        let gap = match self.decoder.read(out) {
            Ok(count) => match self.budget.unpack(count) {
                Ok(()) => return Ok(count),
                Err(gap) => gap,
            },
            Err(error) if is_broken(&error) || error.raw_os_error().is_some() => return Err(error),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => Gap::of(&error, self.what),
        };
        self.is_over = true;
        self.failed.set(Some(gap));
        Err(io::Error::other(Broken))
    }
}
