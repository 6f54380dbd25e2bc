//! Databases of `SQLite`: their bytes are scanned as they are. Values stand side by side there, and what touches another value
//! does not look like itself; such values are shown once more, each in a line. <https://sqlite.org/fileformat2.html>

use std::cell::RefCell;
use std::io::{self, Read};
use std::sync::Arc;

use super::member;
use super::tee::Tee;
use crate::blob::Origin;
use crate::source::out::Out;

/// What a database begins with.
pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";
/// Bytes of the header before the first page's own.
const HEADER: usize = 100;
/// A page with rows of a table.
const ROWS: u8 = 13;
/// Shorter values hold no secret that is found without its name.
const MIN_VALUE: usize = 8;
/// Bytes of values that are handed out at once.
const MAX_VALUES: usize = 1024 * 1024;

/// Reads a database.
///
/// # Errors
///
/// When what it is read from broke.
pub(super) fn read(origin: &Arc<Origin>, reader: &mut dyn Read, out: &mut Out) -> io::Result<()> {
    let seen = RefCell::new(Vec::new());
    let mut pages = Pages::default();
    let name = member(origin, "values".into());
    let mut tee = Tee { reader, seen: &seen };
    let done = out.plain_with(origin, &mut tee, &mut |out| {
        pages.feed(&mut seen.take());
        if pages.values.len() > MAX_VALUES {
            out.aside(&name, &std::mem::take(&mut pages.values));
        }
    });
    pages.feed(&mut seen.take());
    if !pages.values.is_empty() {
        out.aside(&name, &pages.values);
    }
    done
}

/// Goes through a database page by page.
#[derive(Default)]
struct Pages {
    buffer: Vec<u8>,
    /// Bytes of a page; 0 when that is not known yet.
    size: usize,
    /// Bytes at the end of a page that hold no rows.
    reserved: usize,
    values: Vec<u8>,
}

impl Pages {
    fn feed(&mut self, bytes: &mut Vec<u8>) {
        self.buffer.append(bytes);
        let mut head = 0;
        if self.size == 0 {
            let size = u16_at(&self.buffer, 16).unwrap_or(0);
            self.size = if size == 1 { 65536 } else { size };
            self.reserved = self.buffer.get(20).copied().unwrap_or(0).into();
            head = HEADER;
        }
        if !(512..=65536).contains(&self.size) {
            self.buffer.clear();
            return;
        }
        let buffer = std::mem::take(&mut self.buffer);
        let mut pages = buffer.chunks_exact(self.size);
        for page in &mut pages {
            self.page(page, head);
            head = 0;
        }
        self.buffer = pages.remainder().to_vec();
    }

    fn page(&mut self, page: &[u8], head: usize) {
        if page.get(head) != Some(&ROWS) {
            return;
        }
        // Rows that say that they lie in one another must not take longer than those that do not.
        let mut left = page.len();
        for index in 0..u16_at(page, head + 3).unwrap_or(0) {
            let Some(at) = u16_at(page, head + 8 + 2 * index) else { return };
            let Some(taken) = self.row(page, at) else { continue };
            match left.checked_sub(taken) {
                Some(less) => left = less,
                None => return,
            }
        }
    }

    /// Reads a row, as far as it stands in this page; how many bytes that were.
    fn row(&mut self, page: &[u8], at: usize) -> Option<usize> {
        let (payload, at) = varint(page, at)?;
        let (_, start) = varint(page, at)?;
        let end = start + self.local(usize::try_from(payload).ok()?)?;
        let row = page.get(..end)?;
        let (length, mut at) = varint(row, start)?;
        let types = start.checked_add(usize::try_from(length).ok()?)?;
        let mut value = types;
        while at < types {
            let (kind, next) = varint(row, at)?;
            at = next;
            let size = match kind {
                0..=4 => usize::try_from(kind).ok()?,
                5 => 6,
                6 | 7 => 8,
                8..=11 => 0,
                _ => usize::try_from((kind - 12) / 2).ok()?,
            };
            let behind = value.checked_add(size)?;
            if kind >= 13 && kind % 2 == 1 {
                self.value(page, value, behind.min(end));
            }
            value = behind;
        }
        Some(end - start)
    }

    /// How many bytes of a row stand in the page of a table; the rest is elsewhere. Section 1.6.
    fn local(&self, payload: usize) -> Option<usize> {
        let usable = self.size.checked_sub(self.reserved)?;
        let most = usable.checked_sub(35)?;
        if payload <= most {
            return Some(payload);
        }
        let least = ((usable - 12) * 32 / 255).checked_sub(23)?;
        let fits = least + (payload - least) % (usable - 4);
        Some(if fits <= most { fits } else { least })
    }

    /// Keeps a text that touches what stands beside it.
    fn value(&mut self, page: &[u8], from: usize, to: usize) {
        let Some(value) = page.get(from..to) else { return };
        let is_word =
            |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
        let before = from.checked_sub(1).and_then(|at| page.get(at));
        let touches = is_word(before) && is_word(value.first())
            || is_word(page.get(to)) && is_word(value.last());
        if touches && value.len() >= MIN_VALUE {
            self.values.extend_from_slice(value);
            self.values.push(b'\n');
        }
    }
}

/// A number and where the next one stands. Section 1.6.
fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for (index, byte) in bytes.get(at..)?.iter().take(9).enumerate() {
        if index == 8 {
            return Some((value << 8 | u64::from(*byte), at + 9));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, at + index + 1));
        }
    }
    None
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?).into())
}
