//! Hands out content as one blob when it is small, else in overlapping chunks.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use super::content::{self, Encoding};
use super::out::ReadStats;
use crate::blob::{Blob, Content, Name, Origin};
use crate::location::{Position, Width, advance};

/// Inputs up to this size are read whole; larger ones in chunks of it.
pub const CHUNK: usize = 1024 * 1024;
/// A buffer with this much is not the whole input. Four bytes more than a chunk: UTF-32 stays aligned.
const FULL: usize = CHUNK + 4;
/// How much of the text before its own part a chunk carries along, as context.
const BEFORE: usize = 16 * 1024;
/// How much of the text after its own part a chunk carries along. No match may be longer.
pub const AFTER: usize = 48 * 1024;

/// Content that is handed out.
pub(super) struct Chunks<'a, 'r> {
    pub(super) rest: Rest<'r>,
    pub(super) origin: &'a Arc<Origin>,
    pub(super) raw: Vec<u8>,
    pub(super) text: &'a mut String,
    pub(super) visit: &'a mut dyn FnMut(&Blob),
}

impl Chunks<'_, '_> {
    /// Hands it out, and says how much there was and why it ended early.
    pub(super) fn run(&mut self) -> (ReadStats, io::Result<()>) {
        let (encoding, content) = content::detect(&self.raw);
        let mut stats = ReadStats {
            inputs: 1,
            bytes: self.raw.len() as u64,
            binary: u64::from(content == Content::Binary),
            ..ReadStats::default()
        };
        let mut chunk = Chunk { encoding, content, start: Position::START, own_from: 0 };
        if self.rest.ended {
            match content::two_parts(&self.raw, encoding) {
                Some((first, cut, second)) => {
                    self.hand_out_parts(Chunk { encoding: first, ..chunk }, cut, second);
                }
                None => _ = self.hand_out(&chunk, self.raw.len(), true),
            }
            return (stats, self.ended());
        }
        while !self.rest.ended {
            // The buffer is full. What lies within AFTER of its end is the next chunk's.
            let own_to = self.raw.len() - AFTER;
            let next_from = own_to - BEFORE;
            let passed = self.hand_out(&chunk, own_to, false);
            chunk = Chunk {
                start: self.advance_over(&chunk, next_from, passed),
                own_from: BEFORE,
                ..chunk
            };
            self.raw.drain(..next_from);
            let kept = self.raw.len();
            self.rest.fill(&mut self.raw);
            stats.bytes += (self.raw.len() - kept) as u64;
        }
        self.hand_out(&chunk, self.raw.len(), false);
        (stats, self.ended())
    }

    fn ended(&mut self) -> io::Result<()> {
        self.rest.error.take().map_or(Ok(()), Err)
    }

    /// Shows the buffer as two blobs: up to `cut`, and what goes on from there in another encoding.
    fn hand_out_parts(&mut self, chunk: Chunk, cut: usize, encoding: Encoding) {
        let rest = self.raw.split_off(cut);
        let first = Chunk { content: Content::Text, ..chunk };
        self.hand_out(&first, cut, false);
        let is_ascii = chunk.encoding == Encoding::AsciiCompatible;
        let passed = if is_ascii { self.raw.as_slice() } else { self.text.as_bytes() };
        let mut start = advance(chunk.start, passed, chunk.encoding.width());
        start.offset = cut as u64;
        self.raw = rest;
        self.hand_out(&Chunk { encoding, start, ..first }, self.raw.len(), false);
    }

    /// Shows the buffer to the visitor; `own_to` is where the next chunk's own part begins, in raw bytes.
    /// Returns the length of the text that the bytes up to `own_to - BEFORE` became.
    fn hand_out(&mut self, chunk: &Chunk, own_to: usize, is_whole: bool) -> usize {
        let Self { raw, text, .. } = self;
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

    /// The position of the byte at `next_from` of the buffer.
    fn advance_over(&self, chunk: &Chunk, next_from: usize, passed: usize) -> Position {
        let is_ascii = chunk.encoding == Encoding::AsciiCompatible;
        let text = if is_ascii { self.raw.as_slice() } else { self.text.as_bytes() };
        let text = text.get(..passed).unwrap_or_default();
        let mut position = advance(chunk.start, text, chunk.encoding.width());
        if chunk.encoding.width() != Width::Bytes {
            // A character cut by the border decodes to two replacements; the byte offset must stay exact.
            position.offset = chunk.start.offset + next_from as u64;
        }
        position
    }
}

/// What of an input was not read yet.
pub(super) struct Rest<'a> {
    pub(super) reader: &'a mut dyn Read,
    /// How long the whole is said to be; 0 when nobody knows.
    pub(super) size: usize,
    pub(super) ended: bool,
    /// Why no more can be read.
    pub(super) error: Option<io::Error>,
}

impl Rest<'_> {
    /// Fills the buffer. An input that is as long as it says is not read twice.
    pub(super) fn fill(&mut self, raw: &mut Vec<u8>) {
        let known = (1..FULL).contains(&self.size);
        let room = if known { self.size } else { FULL }.saturating_sub(raw.len());
        raw.reserve(room);
        let before = raw.len();
        match (&mut *self.reader).take(room as u64).read_to_end(raw) {
            Ok(_) => self.ended = known || raw.len() - before < room,
            Err(error) => (self.ended, self.error) = (true, Some(error)),
        }
    }
}

impl Read for Rest<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.error.take() {
            Some(error) => Err(error),
            None if self.ended => Ok(0),
            None => self.reader.read(out),
        }
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
