//! A reader whose bytes are scanned as they are, and read in another way beside that.

use std::cell::RefCell;
use std::io::{self, Read};

/// Keeps what is read; whoever takes it does so after each chunk.
pub(super) struct Tee<'a> {
    pub(super) reader: &'a mut dyn Read,
    pub(super) seen: &'a RefCell<Vec<u8>>,
}

impl Read for Tee<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(out)?;
        self.seen.borrow_mut().extend_from_slice(out.get(..count).unwrap_or_default());
        Ok(count)
    }
}
