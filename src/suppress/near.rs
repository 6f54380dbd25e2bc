//! The lines around a place, in which comments about it stand.

use std::ops::Range;

use crate::blob::inert;
use crate::snippet::Redaction;

/// How far a line is looked at in each direction, in bytes.
const REACH: usize = 4096;
/// The most characters of a reason; longer ones are cut.
const MAX_REASON: usize = 300;

/// A place in a text, and what must not be shown of that.
#[derive(Clone, Copy, Debug)]
pub struct Near<'a> {
    /// The text.
    pub text: &'a [u8],
    /// What was found in it.
    pub span: &'a Range<usize>,
    /// Sorted and apart.
    pub hidden: &'a [Redaction],
}

impl Near<'_> {
    /// The line that it starts on.
    pub(super) fn first(&self) -> Range<usize> {
        self.line(self.span.start)
    }

    /// The line that its last byte is on.
    pub(super) fn last(&self) -> Range<usize> {
        self.line(self.span.end.saturating_sub(1).max(self.span.start))
    }

    /// The line above the first.
    pub(super) fn above(&self) -> Option<Range<usize>> {
        Some(self.line(self.first().start.checked_sub(1)?)).filter(|line| self.is_whole(line))
    }

    /// The line below the last.
    pub(super) fn below(&self) -> Option<Range<usize>> {
        let after = self.last().end + 1;
        (after < self.text.len()).then(|| self.line(after)).filter(|line| self.is_whole(line))
    }

    /// The line of a byte, without its end, as far as it is looked at.
    fn line(&self, at: usize) -> Range<usize> {
        let at = at.min(self.text.len());
        let (low, high) = (at.saturating_sub(REACH), self.text.len().min(at + REACH));
        let bytes = |range: Range<usize>| self.text.get(range).unwrap_or_default();
        let start = memchr::memrchr(b'\n', bytes(low..at)).map_or(low, |newline| low + newline + 1);
        let end = memchr::memchr(b'\n', bytes(at..high)).map_or(high, |newline| at + newline);
        start..end
    }

    /// Whether a line was seen from its start to its end.
    fn is_whole(&self, line: &Range<usize>) -> bool {
        let ends = |at: Option<usize>| {
            at.is_none_or(|at| self.text.get(at).is_none_or(|byte| *byte == b'\n'))
        };
        ends(line.start.checked_sub(1)) && ends(Some(line.end))
    }

    /// What a person wrote from a byte to the end of a comment, without what must not be shown.
    pub(super) fn words(&self, mut range: Range<usize>) -> String {
        let next = self.hidden.partition_point(|redaction| redaction.span.end <= range.start);
        if let Some(redaction) = self.hidden.get(next) {
            range.end = range.end.min(redaction.span.start.max(range.start));
        }
        if range.contains(&self.span.start) {
            range.end = self.span.start;
        }
        let bytes = self.text.get(range).unwrap_or_default();
        let text = String::from_utf8_lossy(bytes);
        let ends = ["*/", "-->", "--%>", "#}"].iter().filter_map(|end| text.find(end));
        let text = text.get(..ends.min().unwrap_or(text.len())).unwrap_or_default();
        let text = text.trim().trim_end_matches(['"', ',']).trim_end();
        inert(text.chars().take(MAX_REASON).collect::<String>().as_bytes())
    }
}

/// Whether nothing but signs of a comment stands before a comment: one behind code is about that code.
pub(super) fn is_alone(before: &[u8]) -> bool {
    !before.iter().any(u8::is_ascii_alphanumeric)
}
