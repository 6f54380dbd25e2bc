//! Where in a text something is: byte offsets, lines and columns.

use std::ops::Range;

/// A point in a text.
///
/// `offset` counts bytes of the input as it lies on disk, from 0. `line` and the columns count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Bytes from the start of the input.
    pub offset: u64,
    /// Lines end at `\n`, as SARIF readers assume (a lone `\r` does not end one).
    pub line: u64,
    /// Column in Unicode scalar values; an invalid byte counts as one.
    pub column: u64,
    /// Column in UTF-16 code units, what SARIF's `columnKind: utf16CodeUnits` asks for.
    pub column_utf16: u64,
}

impl Position {
    /// The first byte of an input.
    pub const START: Self = Self { offset: 0, line: 1, column: 1, column_utf16: 1 };
}

/// A stretch of text: `end` is just past the last byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The first byte.
    pub start: Position,
    /// The byte after the last one.
    pub end: Position,
}

/// How many bytes of the original one decoded character took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// The text is the input, byte for byte.
    Bytes,
    /// The text was transcoded from UTF-16.
    Utf16,
    /// The text was transcoded from UTF-32.
    Utf32,
}

/// U+FEFF at the start of a text.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Turns byte ranges of a text into locations, in one forward pass when the ranges are asked for in order.
#[derive(Debug)]
pub struct Locator<'a> {
    text: &'a [u8],
    width: Width,
    /// The position of `text[0]`.
    origin: Position,
    /// The last answer, and the text offset it belongs to.
    seen: (usize, Position),
}

impl<'a> Locator<'a> {
    /// A locator for `text`, whose first byte lies at `origin` of its input.
    pub fn new(text: &'a [u8], width: Width, origin: Position) -> Self {
        Self { text, width, origin, seen: (0, origin) }
    }

    /// The location of a byte range of the text; ends beyond the text are cut.
    pub fn locate(&mut self, span: &Range<usize>) -> Location {
        let start = self.position(span.start);
        let back = self.seen;
        let end = self.position(span.end.max(span.start));
        self.seen = back;
        Location { start, end }
    }

    /// The position of one byte of the text.
    pub fn position(&mut self, at: usize) -> Position {
        let at = at.min(self.text.len());
        let (from, known) = if at >= self.seen.0 { self.seen } else { (0, self.origin) };
        let between = self.text.get(from..at).unwrap_or_default();
        let position = advance(known, between, self.width);
        self.seen = (at, position);
        position
    }
}

/// The position after `text`, when `text` begins at `from`.
pub fn advance(from: Position, text: &[u8], width: Width) -> Position {
    let mut to = from;
    let lines = memchr::memchr_iter(b'\n', text).count();
    let last_line = if lines == 0 && from == Position::START {
        // Editors show no column for a byte order mark.
        text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
    } else if lines == 0 {
        text
    } else {
        to.line += lines as u64;
        (to.column, to.column_utf16) = (1, 1);
        text.get(memchr::memrchr(b'\n', text).map_or(0, |at| at + 1)..).unwrap_or_default()
    };
    let (chars, units) = count(last_line);
    to.column += chars;
    to.column_utf16 += units;
    to.offset += match width {
        Width::Bytes => text.len() as u64,
        Width::Utf16 => 2 * count(text).1,
        Width::Utf32 => 4 * count(text).0,
    };
    to
}

/// Unicode scalar values and UTF-16 code units of `text`; each stray byte counts as one of both.
fn count(text: &[u8]) -> (u64, u64) {
    if text.is_ascii() {
        return (text.len() as u64, text.len() as u64);
    }
    let (mut chars, mut units) = (0, 0);
    for chunk in text.utf8_chunks() {
        let valid = chunk.valid();
        let continued = valid.bytes().filter(|byte| (0x80..0xC0).contains(byte)).count();
        let wide = valid.bytes().filter(|byte| *byte >= 0xF0).count();
        let stray = chunk.invalid().len();
        chars += (valid.len() - continued + stray) as u64;
        units += (valid.len() - continued + wide + stray) as u64;
    }
    (chars, units)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u64, column: u64, column_utf16: u64, offset: u64) -> Position {
        Position { offset, line, column, column_utf16 }
    }

    #[test]
    fn counts_lines_scalars_and_utf16_units() {
        let text = "one\r\ntwo ü𝄞x\nthree".as_bytes();
        let mut locator = Locator::new(text, Width::Bytes, Position::START);
        assert_eq!(locator.position(0), at(1, 1, 1, 0));
        assert_eq!(locator.position(5), at(2, 1, 1, 5));
        let x = text.iter().position(|byte| *byte == b'x').unwrap();
        assert_eq!(locator.position(x), at(2, 7, 8, x as u64));
        assert_eq!(locator.position(2), at(1, 3, 3, 2), "going back works too");
        assert_eq!(locator.position(999).line, 3);
    }

    #[test]
    fn offsets_follow_the_original_encoding() {
        let text = "aü𝄞b".as_bytes();
        assert_eq!(advance(Position::START, text, Width::Bytes).offset, 8);
        assert_eq!(advance(Position::START, text, Width::Utf16).offset, 10);
        assert_eq!(advance(Position::START, text, Width::Utf32).offset, 16);
    }

    #[test]
    fn a_byte_order_mark_has_no_column() {
        let text = "\u{feff}ab\u{feff}c\nd".as_bytes();
        let mut locator = Locator::new(text, Width::Bytes, Position::START);
        for (byte, position) in [(3, at(1, 1, 1, 3)), (8, at(1, 4, 4, 8)), (10, at(2, 1, 1, 10))] {
            assert_eq!(locator.position(byte), position);
        }
        assert_eq!(advance(Position::START, &text[..4], Width::Utf16), at(1, 2, 2, 4));
    }

    #[test]
    fn stray_bytes_count_as_one_column() {
        assert_eq!(advance(Position::START, b"a\xFF\xFEb", Width::Bytes).column, 5);
    }

    #[test]
    fn chunks_add_up_to_the_whole() {
        let text = "ab\ncdü\n\nefg𝄞h".as_bytes();
        let whole = advance(Position::START, text, Width::Bytes);
        for cut in 0..text.len() {
            if std::str::from_utf8(&text[..cut]).is_err() {
                continue;
            }
            let first = advance(Position::START, &text[..cut], Width::Bytes);
            assert_eq!(advance(first, &text[cut..], Width::Bytes), whole, "cut at {cut}");
        }
    }
}
