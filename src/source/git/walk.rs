//! The walk over a tree of deltas: every object is made once, right after the one it is made of.

use flate2::{Decompress, FlushDecompress, Status};

use super::delta;
use super::pack::{Entry, NONE, Pack};
use crate::blob::Copied;

/// The most bytes that one walk holds at a time; what would need more is not read.
const MAX_HELD: usize = 256 * 1024 * 1024;

/// An object, and what the visitor kept of the one it is made of.
pub(super) struct Made<'a, Kept> {
    pub(super) entry: Entry,
    pub(super) bytes: &'a [u8],
    pub(super) base: Option<Base<'a, Kept>>,
}

/// What an object is made of.
pub(super) struct Base<'a, Kept> {
    pub(super) kept: &'a Kept,
    /// What the object has of it, in the order of the object.
    pub(super) copied: &'a [Copied],
    /// Whether nothing else is made of it any more.
    pub(super) is_last: bool,
}

/// Why an entry was not read; what is made of it was not either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// Its data is not what the format says.
    Corrupt,
    /// It is too large to be made in memory.
    TooLarge,
}

impl std::fmt::Display for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Corrupt => "its data in the pack is corrupt",
            Self::TooLarge => "it is a delta of more than 256 MiB",
        })
    }
}

/// Buffers that a thread uses for every walk.
pub(in crate::source) struct Scratch {
    inflate: Decompress,
    delta: Buffer,
    copied: Vec<Copied>,
    spare: Vec<Buffer>,
}

impl Default for Scratch {
    fn default() -> Self {
        let inflate = Decompress::new(true);
        Self { inflate, delta: Buffer::default(), copied: Vec::new(), spare: Vec::new() }
    }
}

/// Bytes that are written over again and again, and zeroed only once.
#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    len: usize,
}

/// Bytes behind the end of what is inflated: with so much room left, the decoder takes its fast path to the end.
const ROOM: usize = 512;

impl Buffer {
    /// Room for so many bytes.
    fn reset(&mut self, len: usize) -> &mut [u8] {
        self.with_room(len).get_mut(..len).unwrap_or_default()
    }

    /// Room for so many bytes, and for some more behind them that do not count.
    fn with_room(&mut self, len: usize) -> &mut [u8] {
        if self.bytes.len() < len + ROOM {
            self.bytes.resize(len + ROOM, 0);
        }
        self.len = len;
        self.bytes.get_mut(..len + ROOM).unwrap_or_default()
    }

    fn get(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// The largest buffer that is kept for the next object.
const MAX_SPARE: usize = 4 * 1024 * 1024;

/// An object whose children are being made.
struct Frame<Kept> {
    buffer: Buffer,
    kept: Kept,
    next: Entry,
}

/// Makes the objects below `root`, itself included, and shows each to `visit`, with what it returned for the one below.
pub(super) fn walk<Kept>(
    pack: &Pack,
    root: Entry,
    scratch: &mut Scratch,
    visit: &mut dyn FnMut(Made<Kept>) -> Kept,
    unread: &mut dyn FnMut(Entry, Unread),
) {
    let mut frames: Vec<Frame<Kept>> = Vec::new();
    let mut held = 0;
    let mut next = root;
    let mut below: Option<Frame<Kept>> = None;
    loop {
        let mut buffer = scratch.spare.pop().unwrap_or_default();
        let base = below.as_ref().or(frames.last());
        let bytes = base.map(|base| base.buffer.get());
        match (Task { pack, entry: next, base: bytes, held }).run(scratch, &mut buffer) {
            Ok(()) => {
                let copied = &scratch.copied;
                let is_last = below.is_some();
                let base = base.map(|base| Base { kept: &base.kept, copied, is_last });
                let kept = visit(Made { entry: next, bytes: buffer.get(), base });
                held += buffer.len;
                frames.push(Frame { buffer, kept, next: pack.first_child(next) });
            }
            Err(reason) => {
                scratch.spare.push(buffer);
                report(pack, next, reason, unread);
            }
        }
        if let Some(frame) = below.take() {
            held -= frame.buffer.len;
            scratch.keep(frame.buffer);
        }
        loop {
            let Some(frame) = frames.last_mut() else { return };
            if frame.next != NONE {
                break;
            }
            held -= frame.buffer.len;
            if let Some(frame) = frames.pop() {
                scratch.keep(frame.buffer);
            }
        }
        let Some(frame) = frames.last_mut() else { return };
        next = frame.next;
        frame.next = pack.next_sibling(next);
        if frame.next == NONE {
            // The last and heaviest child: its base is needed for it alone.
            below = frames.pop();
        }
    }
}

/// Says that an entry and all that is made of it were not read.
fn report(pack: &Pack, root: Entry, reason: Unread, unread: &mut dyn FnMut(Entry, Unread)) {
    let mut waiting = vec![root];
    while let Some(entry) = waiting.pop() {
        unread(entry, reason);
        waiting.extend(pack.children(entry));
    }
}

impl Scratch {
    fn keep(&mut self, buffer: Buffer) {
        if buffer.bytes.len() <= MAX_SPARE {
            self.spare.push(buffer);
        }
    }

    fn inflate(
        &mut self,
        from: &[u8],
        to: Target,
        len: usize,
        out: &mut Buffer,
    ) -> Result<(), Unread> {
        self.inflate.reset(true);
        let out = match to {
            Target::Delta => &mut self.delta,
            Target::Object => out,
        };
        let done = self.inflate.decompress(from, out.with_room(len), FlushDecompress::Finish);
        let is_whole =
            matches!(done, Ok(Status::StreamEnd)) && self.inflate.total_out() == len as u64;
        if is_whole { Ok(()) } else { Err(Unread::Corrupt) }
    }
}

/// What is inflated.
#[derive(Clone, Copy)]
enum Target {
    Delta,
    Object,
}

/// An object to be made.
struct Task<'a> {
    pack: &'a Pack,
    entry: Entry,
    base: Option<&'a [u8]>,
    /// Bytes that are held meanwhile.
    held: usize,
}

impl Task<'_> {
    /// Makes the object, of its base where it has one.
    fn run(&self, scratch: &mut Scratch, out: &mut Buffer) -> Result<(), Unread> {
        let header = self.pack.header(self.entry).ok_or(Unread::Corrupt)?;
        let room = MAX_HELD.saturating_sub(self.held);
        let fits = |size: u64| {
            usize::try_from(size).ok().filter(|size| *size <= room).ok_or(Unread::TooLarge)
        };
        let len = fits(header.decompressed_size)?;
        let compressed = self.pack.compressed(&header);
        scratch.copied.clear();
        let Some(base) = self.base else {
            return scratch.inflate(compressed, Target::Object, len, out);
        };
        scratch.inflate(compressed, Target::Delta, len, out)?;
        let Scratch { delta, copied, .. } = scratch;
        let (base_len, result_len, instructions) =
            delta::sizes(delta.get()).ok_or(Unread::Corrupt)?;
        if base_len != base.len() as u64 {
            return Err(Unread::Corrupt);
        }
        let result = out.reset(fits(result_len)?);
        delta::apply(instructions, base, result, |copy| copied.push(copy)).ok_or(Unread::Corrupt)
    }
}
