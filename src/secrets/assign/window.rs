//! The stretch of a text that is looked at from a name. What is read at a name depends on nothing outside of it, so that
//! the reading is the same in a chunk, in a broken file and in the next version of a file.

use std::ops::Range;

use super::MAX_NAME;
use crate::secrets::prefilter::REACH;

/// The bytes round a name, at their places in the text.
#[derive(Clone, Copy)]
pub(super) struct Window<'a> {
    text: &'a [u8],
    low: usize,
    /// Whether the text goes on behind the window.
    is_cut: bool,
}

impl<'a> Window<'a> {
    /// What may be looked at from the name that ends at `at`.
    pub(super) fn round(text: &'a [u8], at: usize) -> Self {
        let reach = REACH - MAX_NAME;
        let high = text.len().min(at + reach);
        Self {
            text: text.get(..high).unwrap_or_default(),
            low: at.saturating_sub(reach),
            is_cut: high < text.len(),
        }
    }

    /// The text up to the end of the window.
    pub(super) const fn text(&self) -> &'a [u8] {
        self.text
    }

    /// Whether what ends at `end` may go on behind the window.
    pub(super) const fn cuts(&self, end: usize) -> bool {
        self.is_cut && end >= self.text.len()
    }

    /// Where the window begins.
    pub(super) const fn low(&self) -> usize {
        self.low
    }

    pub(super) fn get(&self, range: Range<usize>) -> &'a [u8] {
        self.text.get(range).unwrap_or_default()
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    /// Everything from `at` on.
    pub(super) fn after(&self, at: usize) -> &'a [u8] {
        self.text.get(at..).unwrap_or_default()
    }

    /// At most `length` bytes before `at`.
    pub(super) fn before(&self, at: usize, length: usize) -> &'a [u8] {
        let start = at.saturating_sub(length).max(self.low).min(at);
        self.text.get(start..at).unwrap_or_default()
    }

    /// Where the line of `at` begins, as far as the window goes.
    pub(super) fn line_start(&self, at: usize) -> usize {
        let before = self.before(at, usize::MAX);
        at - before.len() + memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1)
    }

    /// Where the line of `at` ends, without a carriage return.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.after(at);
        let line = rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len()));
        let line = line.unwrap_or_default();
        at + line.strip_suffix(b"\r").unwrap_or(line).len()
    }

    /// The line of `at` up to there.
    pub(super) fn line_before(&self, at: usize) -> &'a [u8] {
        self.get(self.line_start(at)..at)
    }

    /// Where the first byte stands, from `at` on, that is no blank.
    pub(super) fn skip_blanks(&self, at: usize) -> usize {
        at + count(self.after(at), |byte| matches!(byte, b' ' | b'\t'))
    }

    /// Where the first byte stands, from `at` on, that is no white space.
    pub(super) fn skip_space(&self, at: usize) -> usize {
        at + count(self.after(at), |byte| byte.is_ascii_whitespace())
    }
}

/// How many bytes at the start of `bytes` pass; no more than a line has.
pub(super) fn count(bytes: &[u8], passes: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take(512).take_while(|byte| passes(**byte)).count()
}

/// A range without the white space at its ends.
pub(super) fn trim(text: &[u8], range: Range<usize>) -> Range<usize> {
    let bytes = text.get(range.clone()).unwrap_or_default();
    let end = range.start + bytes.trim_ascii_end().len();
    end.min(range.start + bytes.len() - bytes.trim_ascii_start().len())..end
}

/// Whether `word` is one of `known`, whatever its case; hyphens and underscores do not count.
pub(super) fn is_one_of(word: &[u8], known: &[&str]) -> bool {
    let plain = || word.iter().filter(|byte| !matches!(byte, b'-' | b'_'));
    word.len() <= 32
        && known.iter().any(|known| plain().map(u8::to_ascii_lowercase).eq(known.bytes()))
}

/// `bytes` without those of `set` at its start.
pub(super) fn strip_start<'a>(bytes: &'a [u8], set: &[u8]) -> &'a [u8] {
    let length = bytes.iter().take_while(|byte| set.contains(byte)).count();
    bytes.get(length..).unwrap_or_default()
}
