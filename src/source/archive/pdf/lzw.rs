//! LZW, as old documents have it. ISO 32000-2, section 7.4.4.

use std::io::{self, BufRead, Read};

use super::filter::{hand_out, next};

const CLEAR: u16 = 256;
const END: u16 = 257;
/// The first code that stands for more than a byte.
const FIRST: u16 = 258;
/// There is no code of more bits than 12.
const MAX_CODES: u16 = 4096;

/// Reads a stream of LZW whose codes grow early, as they do unless it says otherwise.
pub(super) struct Lzw<R> {
    inner: R,
    bits: u32,
    count: u32,
    /// For each code from [`FIRST`] on: the code it goes on from, its last byte.
    table: Vec<(u16, u8)>,
    last: Option<u16>,
    ready: Vec<u8>,
    ended: bool,
}

impl<R: BufRead> Lzw<R> {
    pub(super) const fn new(inner: R) -> Self {
        Self {
            inner,
            bits: 0,
            count: 0,
            table: Vec::new(),
            last: None,
            ready: Vec::new(),
            ended: false,
        }
    }

    fn next_free(&self) -> u16 {
        FIRST + u16::try_from(self.table.len()).unwrap_or(MAX_CODES)
    }

    fn code(&mut self) -> io::Result<u16> {
        let width = match self.next_free() {
            ..511 => 9,
            511..1023 => 10,
            1023..2047 => 11,
            _ => 12,
        };
        while self.count < width {
            let Some(byte) = next(&mut self.inner)? else { return Ok(END) };
            self.bits = (self.bits << 8 | u32::from(byte)) & 0xff_ffff;
            self.count += 8;
        }
        self.count -= width;
        Ok(u16::try_from(self.bits >> self.count & ((1 << width) - 1)).unwrap_or(END))
    }

    /// Writes what a code stands for, and returns the first byte of it.
    fn write(&mut self, code: u16) -> Option<u8> {
        let start = self.ready.len();
        let mut code = code;
        while let Some(index) = code.checked_sub(FIRST) {
            let (before, byte) = *self.table.get(usize::from(index))?;
            self.ready.push(byte);
            code = before;
        }
        let first = u8::try_from(code).ok()?;
        self.ready.push(first);
        self.ready.get_mut(start..)?.reverse();
        Some(first)
    }

    fn step(&mut self) -> io::Result<()> {
        let code = self.code()?;
        if code == END {
            self.ended = true;
            return Ok(());
        }
        if code == CLEAR {
            self.table.clear();
            self.last = None;
            return Ok(());
        }
        let corrupt = || io::Error::other("a code that stands for nothing");
        let free = self.next_free();
        let first = match self.last {
            // It stands for what came last and the first byte of that.
            Some(last) if code == free => {
                let first = self.write(last).ok_or_else(corrupt)?;
                self.ready.push(first);
                first
            }
            _ => self.write(code).ok_or_else(corrupt)?,
        };
        if let Some(last) = self.last
            && free < MAX_CODES
        {
            self.table.push((last, first));
        }
        self.last = Some(code);
        Ok(())
    }
}

impl<R: BufRead> Read for Lzw<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.ready.len() < out.len().min(4096) && !self.ended {
            self.step()?;
        }
        Ok(hand_out(&mut self.ready, out))
    }
}
