//! Bytes that come one after the other, with a look ahead: what archives and compressed streams are read from.

use std::fs::File;
use std::io::{self, BufRead, Read, Seek};

use super::budget::MAX_UNPACKED;

/// How much is asked for at once.
const BUFFER: usize = 128 * 1024;

/// A reader that can be looked ahead in, and knows how far it is.
pub(in crate::source) struct Input<'a> {
    reader: &'a mut dyn Read,
    buffer: Vec<u8>,
    /// What of the buffer was not taken yet.
    start: usize,
    end: usize,
    offset: u64,
    /// How many bytes there are; 0 when nobody knows.
    size: u64,
    ended: bool,
    /// What is read from, where one can seek in it.
    file: Option<&'a File>,
}

impl<'a> Input<'a> {
    /// Reads from a reader that has so many bytes; 0 when nobody knows.
    pub(in crate::source) fn new(reader: &'a mut dyn Read, size: u64) -> Self {
        let (buffer, file) = (Vec::new(), None);
        Self { reader, buffer, start: 0, end: 0, offset: 0, size, ended: false, file }
    }

    /// An input that is a file: what is passed over is not read.
    pub(in crate::source) fn seekable(reader: &'a mut &File, file: &'a File, size: u64) -> Self {
        Self { file: Some(file), ..Self::new(reader, size) }
    }

    /// Whether so many bytes may follow.
    pub(super) const fn has(&self, count: u64) -> bool {
        let most = if self.size == 0 { MAX_UNPACKED } else { self.size };
        count <= most.saturating_sub(self.offset)
    }

    /// Reads some of so many bytes that are left of something.
    pub(super) fn read_of(&mut self, left: &mut u64, out: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(*left).unwrap_or(usize::MAX).min(out.len());
        let got = self.read(out.get_mut(..most).unwrap_or_default())?;
        *left -= got as u64;
        Ok(got)
    }

    /// How many bytes were taken.
    pub(in crate::source) const fn offset(&self) -> u64 {
        self.offset
    }

    /// The next bytes: so many, or as many as there are. At most [`Self::AHEAD`] may be asked for.
    pub(super) fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.end - self.start < count.min(Self::AHEAD) && !self.ended {
            self.more()?;
        }
        let to = self.end.min(self.start.saturating_add(count));
        Ok(self.buffer.get(self.start..to).unwrap_or_default())
    }

    /// How far one may look ahead.
    pub(super) const AHEAD: usize = BUFFER / 2;

    /// Takes so many bytes, or as many as there are; how many.
    pub(super) fn skip(&mut self, count: u64) -> io::Result<u64> {
        let mut left = count;
        let ahead = (self.end - self.start) as u64;
        if let Some(file) = self.file
            && left > ahead + BUFFER as u64
        {
            return self.seek(file, left - ahead).map(|passed| passed + ahead);
        }
        while left > 0 {
            let there = self.fill_buf()?.len();
            if there == 0 {
                break;
            }
            let step = there.min(usize::try_from(left).unwrap_or(usize::MAX));
            self.consume(step);
            left -= step as u64;
        }
        Ok(count - left)
    }

    /// Goes on so many bytes behind what was read of the file.
    fn seek(&mut self, mut file: &File, count: u64) -> io::Result<u64> {
        let (here, len) = (file.stream_position()?, file.metadata()?.len());
        let passed = count.min(len.saturating_sub(here));
        file.seek(io::SeekFrom::Start(here + passed))?;
        self.offset += (self.end - self.start) as u64 + passed;
        (self.start, self.end) = (0, 0);
        Ok(passed)
    }

    /// Takes the next bytes, at most so many.
    pub(super) fn take_bytes(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.by_ref().take(count as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn more(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            self.buffer.resize(BUFFER, 0);
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let got = read_some(self.reader, self.buffer.get_mut(self.end..).unwrap_or_default())?;
        self.end += got;
        self.ended = got == 0;
        Ok(())
    }
}

/// Reads once more where somebody interrupted.
fn read_some(reader: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

impl Read for Input<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.start == self.end && out.len() >= BUFFER && !self.ended {
            // What is read in large pieces need not be copied twice.
            let got = read_some(self.reader, out)?;
            self.ended = got == 0;
            self.offset += got as u64;
            return Ok(got);
        }
        let there = self.fill_buf()?;
        let count = there.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), there.get(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Input<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end && !self.ended {
            (self.start, self.end) = (0, 0);
            self.more()?;
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.offset += count as u64;
    }
}

/// At most so many bytes of an input.
pub(in crate::source) struct Limited<'a, 'b> {
    pub(in crate::source) input: &'a mut Input<'b>,
    pub(in crate::source) left: u64,
}

impl Limited<'_, '_> {
    /// Passes over what was not read; false when the input ended before.
    pub(super) fn finish(self) -> io::Result<bool> {
        Ok(self.input.skip(self.left)? == self.left)
    }
}

impl Read for Limited<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.input.read_of(&mut self.left, out)
    }
}
