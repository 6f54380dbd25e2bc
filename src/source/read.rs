//! Opens inputs and hands out their content as blobs: whole when small, else in overlapping chunks.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::Unit;
use super::content::{self, Encoding};
use super::git;
use crate::blob::{Blob, Content, Made, Name, Origin};
use crate::location::{Position, Width, advance};
use crate::outcome::{SkipReason, Skipped};

/// Inputs up to this size are read whole; larger ones in chunks of it.
pub const CHUNK: usize = 1024 * 1024;
/// What is in memory anyway is shown whole up to this size.
const MAX_WHOLE: usize = 16 * CHUNK;
/// A buffer with this much is not the whole input. Four bytes more than a chunk: UTF-32 stays aligned.
const FULL: usize = CHUNK + 4;
/// How much of the text before its own part a chunk carries along, as context.
const BEFORE: usize = 16 * 1024;
/// How much of the text after its own part a chunk carries along. No match may be longer.
pub const AFTER: usize = 48 * 1024;
/// The largest input that parsers of whole documents are given.
pub const MAX_DOCUMENT: usize = 64 * 1024 * 1024;

/// Buffers that one thread uses again for every input.
#[derive(Default)]
pub struct Scratch {
    raw: Vec<u8>,
    text: String,
    pub(super) walk: git::Scratch,
}

/// How much was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadStats {
    /// Inputs: files, or contents of a repository.
    pub inputs: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// How many of the inputs were taken for binary.
    pub binary: u64,
    /// Inputs that the configuration leaves out, which is known only when they are named.
    pub excluded: u64,
}

impl ReadStats {
    pub(super) const fn add(&mut self, other: Self) {
        self.inputs += other.inputs;
        self.bytes += other.bytes;
        self.binary += other.binary;
        self.excluded += other.excluded;
    }
}

/// Reads an input and calls `visit` for the blob it is, or for each of its blobs or chunks in order. What cannot be opened
/// or read to its end is named in `skipped`; chunks handed out before stay valid.
pub fn read(
    unit: &Unit,
    scratch: &mut Scratch,
    skipped: &mut Vec<Skipped>,
    visit: &mut dyn FnMut(&Blob),
) -> ReadStats {
    let origin = Arc::new(unit.origin());
    let failed = |error: &io::Error| skip(&origin, error);
    let read = match unit {
        Unit::Batch(batch) => {
            Ok(git::read_batch(batch, scratch, &mut git::Sink { visit, skipped }))
        }
        Unit::Version(version) => git::read(version, scratch, visit),
        Unit::File(path) => {
            open(path).map_err(|error| failed(&error)).and_then(|(mut file, size)| {
                let mut reader =
                    Chunks { reader: &mut file, size, origin: &origin, scratch, visit };
                reader.run().map_err(|error| failed(&error))
            })
        }
        Unit::Stdin => read_from(&origin, &mut io::stdin().lock(), scratch, visit)
            .map_err(|error| failed(&error)),
    };
    read.unwrap_or_else(|gap| {
        skipped.push(gap);
        ReadStats::default()
    })
}

/// Hands out what a reader gives.
pub(super) fn read_from(
    origin: &Arc<Origin>,
    reader: &mut dyn Read,
    scratch: &mut Scratch,
    visit: &mut dyn FnMut(&Blob),
) -> io::Result<ReadStats> {
    Chunks { reader, size: 0, origin, scratch, visit }.run()
}

/// Hands out bytes as the blob they are, or in chunks.
pub(super) fn read_bytes(
    name: Name,
    mut bytes: &[u8],
    made: Option<Made>,
    scratch: &mut Scratch,
    visit: &mut dyn FnMut(&Blob),
) -> ReadStats {
    let (encoding, content) = content::detect(bytes);
    let is_plain = encoding == Encoding::AsciiCompatible
        && bytes.len() <= MAX_WHOLE
        && content::two_parts(bytes, encoding).is_none();
    if is_plain {
        visit(&Blob { made, ..Blob::named(name, bytes, content) });
        let binary = u64::from(content == Content::Binary);
        return ReadStats { inputs: 1, bytes: bytes.len() as u64, binary, excluded: 0 };
    }
    let size = bytes.len();
    let mut reader = Chunks { reader: &mut bytes, size, origin: name.origin(), scratch, visit };
    // Bytes in memory can always be read.
    reader.run().unwrap_or_default()
}

/// Reads an input that was handed out in chunks once more, as one blob.
///
/// # Errors
///
/// When it is larger than [`MAX_DOCUMENT`], cannot be read, or is standard input, which is gone by then.
pub fn read_whole(unit: &Unit, visit: &mut dyn FnMut(&Blob)) -> Result<(), Skipped> {
    let origin = Arc::new(unit.origin());
    let limit = |detail: &str| Skipped::new((*origin).clone(), SkipReason::Limit, detail);
    let path = match unit {
        Unit::File(path) => path,
        Unit::Batch(_) => return Ok(()),
        Unit::Version(version) => {
            let raw = git::bytes(version)?;
            return show_whole(&origin, &raw, visit)
                .ok_or_else(|| limit("policies were not read: the file is larger than 64 MiB"));
        }
        Unit::Stdin => {
            return Err(limit(
                "policies were not read: standard input is longer than 1 MiB; give a file",
            ));
        }
    };
    let read = || {
        let (file, _) = open(path)?;
        let mut raw = Vec::new();
        file.take(MAX_DOCUMENT as u64 + 1).read_to_end(&mut raw)?;
        Ok(raw)
    };
    let raw = read().map_err(|error: io::Error| skip(&origin, &error))?;
    show_whole(&origin, &raw, visit)
        .ok_or_else(|| limit("policies were not read: the file is larger than 64 MiB"))
}

/// Shows bytes as one blob; `None` when they are too many.
fn show_whole(origin: &Arc<Origin>, raw: &[u8], visit: &mut dyn FnMut(&Blob)) -> Option<()> {
    if raw.len() > MAX_DOCUMENT {
        return None;
    }
    let (encoding, content) = content::detect(raw);
    let mut text = String::new();
    let text = if encoding == Encoding::AsciiCompatible {
        raw
    } else {
        encoding.decode(raw, &mut text);
        text.as_bytes()
    };
    visit(&Blob { width: encoding.width(), ..Blob::whole(origin, text, content) });
    Some(())
}

fn skip(origin: &Arc<Origin>, error: &io::Error) -> Skipped {
    let reason = match error.kind() {
        io::ErrorKind::InvalidInput => SkipReason::NotRegular,
        _ => SkipReason::Unreadable,
    };
    Skipped::new((**origin).clone(), reason, error.to_string())
}

/// Opens a regular file without following a link that took its place, and without waiting on a FIFO.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<(File, usize)> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags =
        rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::CLOEXEC;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    regular(file)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<(File, usize)> {
    regular(OpenOptions::new().read(true).open(path)?)
}

fn regular(file: File) -> io::Result<(File, usize)> {
    let metadata = file.metadata()?;
    if metadata.is_file() {
        Ok((file, usize::try_from(metadata.len()).unwrap_or(usize::MAX)))
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
    }
}

struct Chunks<'a> {
    reader: &'a mut dyn Read,
    /// What the operating system says; 0 when it does not know.
    size: usize,
    origin: &'a Arc<Origin>,
    scratch: &'a mut Scratch,
    visit: &'a mut dyn FnMut(&Blob),
}

impl Chunks<'_> {
    fn run(&mut self) -> io::Result<ReadStats> {
        self.scratch.raw.clear();
        let ended = self.fill()?;
        let (encoding, content) = content::detect(&self.scratch.raw);
        let mut stats = ReadStats {
            inputs: 1,
            bytes: self.scratch.raw.len() as u64,
            binary: u64::from(content == Content::Binary),
            excluded: 0,
        };
        let mut chunk = Chunk { encoding, content, start: Position::START, own_from: 0 };
        if ended {
            match content::two_parts(&self.scratch.raw, encoding) {
                Some((first, cut, second)) => {
                    self.hand_out_parts(Chunk { encoding: first, ..chunk }, cut, second);
                }
                None => _ = self.hand_out(&chunk, self.scratch.raw.len(), true),
            }
            return Ok(stats);
        }
        let mut ended = false;
        while !ended {
            // The buffer is full. What lies within AFTER of its end is the next chunk's.
            let own_to = self.scratch.raw.len() - AFTER;
            let next_from = own_to - BEFORE;
            let passed = self.hand_out(&chunk, own_to, false);
            chunk = Chunk {
                start: advance_over(&chunk, self.scratch, next_from, passed),
                own_from: BEFORE,
                ..chunk
            };
            self.scratch.raw.drain(..next_from);
            let kept = self.scratch.raw.len();
            ended = self.fill()?;
            stats.bytes += (self.scratch.raw.len() - kept) as u64;
        }
        self.hand_out(&chunk, self.scratch.raw.len(), false);
        Ok(stats)
    }

    /// Fills the buffer; true when the input ended. A file that is as long as the system says is not read twice.
    fn fill(&mut self) -> io::Result<bool> {
        let raw = &mut self.scratch.raw;
        let known = (1..FULL).contains(&self.size);
        let room = if known { self.size } else { FULL }.saturating_sub(raw.len());
        raw.reserve(room);
        let got = (&mut *self.reader).take(room as u64).read_to_end(raw)?;
        Ok(known || got < room)
    }

    /// Shows the buffer as two blobs: up to `cut`, and what goes on from there in another encoding.
    fn hand_out_parts(&mut self, chunk: Chunk, cut: usize, encoding: Encoding) {
        let rest = self.scratch.raw.split_off(cut);
        let first = Chunk { content: Content::Text, ..chunk };
        self.hand_out(&first, cut, false);
        let Scratch { raw, text, .. } = &mut *self.scratch;
        let is_ascii = chunk.encoding == Encoding::AsciiCompatible;
        let passed = if is_ascii { raw.as_slice() } else { text.as_bytes() };
        let mut start = advance(chunk.start, passed, chunk.encoding.width());
        start.offset = cut as u64;
        *raw = rest;
        self.hand_out(&Chunk { encoding, start, ..first }, self.scratch.raw.len(), false);
    }

    /// Shows the buffer to the visitor; `own_to` is where the next chunk's own part begins, in raw bytes.
    /// Returns the length of the text that the bytes up to `own_to - BEFORE` became.
    fn hand_out(&mut self, chunk: &Chunk, own_to: usize, is_whole: bool) -> usize {
        let Scratch { raw, text, .. } = &mut *self.scratch;
        let next_from = own_to.saturating_sub(BEFORE);
        let (text, owns, passed) = if chunk.encoding == Encoding::AsciiCompatible {
            (raw.as_slice(), chunk.own_from..own_to, next_from)
        } else {
            let (owns, passed) = chunk.transcode(raw, text, own_to, next_from);
            (text.as_bytes(), owns, passed)
        };
        let Chunk { encoding, content, start, .. } = *chunk;
        (self.visit)(&Blob {
            name: Name::Known(self.origin),
            text,
            content,
            width: encoding.width(),
            start,
            owns,
            is_whole,
            made: None,
        });
        passed
    }
}

#[derive(Clone, Copy)]
struct Chunk {
    encoding: Encoding,
    content: Content,
    /// The position of the buffer's first byte.
    start: Position,
    /// Where this chunk's own part begins in the buffer.
    own_from: usize,
}

impl Chunk {
    /// Decodes the buffer in pieces, so that the borders of the chunk's own part are known in the text too.
    fn transcode(
        &self,
        raw: &[u8],
        text: &mut String,
        own_to: usize,
        next_from: usize,
    ) -> (Range<usize>, usize) {
        let mut borders = [0, self.own_from, next_from, own_to, raw.len()];
        borders.sort_unstable();
        let mut at = [0; 5];
        text.clear();
        for (index, border) in borders.windows(2).enumerate() {
            let &[from, to] = border else { continue };
            self.encoding.decode(raw.get(from..to).unwrap_or_default(), text);
            if let Some(place) = at.get_mut(index + 1) {
                *place = text.len();
            }
        }
        let place = |border: usize| {
            borders.iter().position(|known| *known == border).and_then(|at_| at.get(at_).copied())
        };
        let (from, to) = (place(self.own_from).unwrap_or(0), place(own_to).unwrap_or(text.len()));
        (from..to, place(next_from).unwrap_or(0))
    }
}

/// The position of the byte at `next_from` of the buffer.
fn advance_over(chunk: &Chunk, scratch: &Scratch, next_from: usize, passed: usize) -> Position {
    let text = if chunk.encoding == Encoding::AsciiCompatible {
        &scratch.raw
    } else {
        scratch.text.as_bytes()
    };
    let mut position =
        advance(chunk.start, text.get(..passed).unwrap_or_default(), chunk.encoding.width());
    if chunk.encoding.width() != Width::Bytes {
        // A character cut by the border decodes to two replacements; the byte offset must stay exact.
        position.offset = chunk.start.offset + next_from as u64;
    }
    position
}
