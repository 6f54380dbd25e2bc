//! Stretches of base64 and hex: where they begin, how far they go, and whether what they hold is text.

use std::ops::Range;

use super::view::{Encoding, View};
use super::{base64, is_written};

/// So many digits tell whether text is written in them.
const SAMPLE: usize = 16;
/// Shorter stretches hold no secret that has a format.
const SHORTEST: usize = 24;
/// Shorter hex is a number or a digest.
const SHORTEST_HEX: usize = 32;
/// Shorter lines do not go on in the next one.
const SHORTEST_LINE: usize = 40;
/// How far a line of a stretch may be indented.
const MAX_INDENT: usize = 32;

/// What base64 of gzip and zlib begins with; the header of zlib by its usual levels.
const PACKED: &[&[u8]] = &[
    b"H4sI", b"eAE", b"eAF", b"eAG", b"eAH", b"eF4", b"eF5", b"eF6", b"eF7", b"eJw", b"eJx",
    b"eJy", b"eJz", b"eNo", b"eNp", b"eNq", b"eNr",
];

/// Whether the long run that begins at `at` may hold encoded text. This is asked of every long run.
pub(crate) fn looks_encoded(text: &[u8], at: usize) -> bool {
    let Some(sample) = text.get(at..).and_then(|rest| rest.first_chunk::<SAMPLE>()) else {
        return false;
    };
    let [first, ..] = *sample;
    is_ascii(sample) && reads_as_text(sample)
        || matches!(first, b'H' | b'e') && starts_packed(sample)
        || matches!(first, b'0'..=b'7') && hex_start(text, at).is_some()
}

/// Whether no byte that the digits stand for is 0x80 or more: a test that few words pass beyond their first four letters.
fn is_ascii(digits: &[u8; SAMPLE]) -> bool {
    digits.as_chunks::<4>().0.iter().all(|[a, b, c, _]| {
        let (a, b, c) = (base64::digit(*a), base64::digit(*b), base64::digit(*c));
        a & 0b10_0000 | b & 0b1000 | c & 0b10 == 0
    })
}

fn starts_packed(sample: &[u8]) -> bool {
    PACKED.iter().any(|start| sample.starts_with(start))
}

/// Whether digits of base64 stand for text, in UTF-8 or UTF-16.
fn reads_as_text(sample: &[u8]) -> bool {
    if sample.iter().any(|byte| !base64::is_digit(*byte)) {
        return false;
    }
    let written = base64::bytes(sample).filter(|byte| is_written(*byte)).count();
    let is_wide = || base64::bytes(sample).skip(1).step_by(2).all(|byte| byte == 0);
    written + 2 >= SAMPLE / 4 * 3 || is_wide() && written * 2 >= SAMPLE / 4 * 3
}

/// Where hex digits of text begin: at `at`, or behind `0x`.
fn hex_start(text: &[u8], at: usize) -> Option<usize> {
    let at = match text.get(at..)? {
        [b'0', b'x' | b'X', ..] => at + 2,
        [b'0'..=b'7', ..] => at,
        _ => return None,
    };
    let sample = text.get(at..at + SHORTEST_HEX)?;
    let is_text = sample.chunks_exact(2).all(|pair| hex_byte(pair).is_some_and(is_written));
    is_text.then_some(at)
}

fn hex_byte(pair: &[u8]) -> Option<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let [high, low] = pair else { return None };
    u8::try_from(digit(high)? << 4 | digit(low)?).ok()
}

/// A chunk of a large text may begin within a group of base64: how many bytes further the next group begins.
fn phase(text: &[u8]) -> Option<usize> {
    (1..4).find(|phase| {
        text.get(*phase..phase + 4 * SAMPLE).is_some_and(|sample| {
            sample.iter().all(|byte| base64::is_digit(*byte))
                && base64::bytes(sample).all(is_written)
        })
    })
}

/// Whether a text begins within a stretch of base64.
pub(super) fn begins_within(text: &[u8]) -> bool {
    phase(text).is_some()
}

/// The encoded stretch that begins at `at`.
pub(super) struct Stretch {
    /// Its digits, line by line.
    lines: Vec<Range<usize>>,
    encoding: Encoding,
}

impl Stretch {
    /// Reads it to its end.
    pub(super) fn at(text: &[u8], at: usize) -> Self {
        if let Some(start) = hex_start(text, at) {
            let lines = lines(text, start, |byte| byte.is_ascii_hexdigit());
            if lines.iter().all(|line| line.len() % 2 == 0) {
                return Self { lines, encoding: Encoding::Hex };
            }
        }
        let is_start = text.get(at..at + SAMPLE).is_some_and(reads_as_text);
        let start = if at == 0 && !is_start { phase(text).unwrap_or(0) } else { at };
        let first = text.get(start..).unwrap_or_default();
        let first = first.iter().take_while(|byte| base64::is_digit(**byte)).count();
        let first = text.get(start..start + first).unwrap_or_default();
        let is_url = memchr::memchr2(b'-', b'_', first).is_some();
        let lines = lines(text, start, |byte| {
            base64::is_digit(byte) && (is_url || !matches!(byte, b'-' | b'_'))
        });
        Self { lines, encoding: Encoding::Base64 }
    }

    pub(super) fn range(&self) -> Range<usize> {
        let start = self.lines.first().map_or(0, |line| line.start);
        start..self.lines.last().map_or(start, |line| line.end)
    }

    /// How many bytes it is decoded to, at most.
    pub(super) fn decoded_len(&self) -> usize {
        let digits: usize = self.lines.iter().map(Range::len).sum();
        if self.encoding == Encoding::Hex { digits / 2 } else { digits * 3 / 4 }
    }

    /// What it holds, when that is text or something packed.
    pub(super) fn decode(&self, text: &[u8]) -> Option<View> {
        if self.range().len() < SHORTEST {
            return None;
        }
        let view = match self.encoding {
            Encoding::Hex => self.decode_hex(text),
            _ => base64::decode(text, &self.lines, &mut Text::default()),
        };
        (!view.text.is_empty()).then_some(view)
    }

    fn decode_hex(&self, text: &[u8]) -> View {
        let mut view = View::opaque();
        let mut judge = Text::default();
        let mut buffer = Vec::new();
        for line in &self.lines {
            let mut at = line.start;
            for part in text.get(line.clone()).unwrap_or_default().chunks(4 * 1024) {
                buffer.clear();
                buffer.extend(part.chunks_exact(2).filter_map(hex_byte));
                if !judge.takes(&buffer) {
                    return view;
                }
                view.push(&buffer, at..at + part.len(), (1, 2), Encoding::Hex);
                at += part.len();
            }
        }
        view
    }
}

/// The line of digits that begins at `start`, and those below it that continue it: as long, the last one maybe shorter.
fn lines(text: &[u8], start: usize, is_digit: impl Fn(u8) -> bool) -> Vec<Range<usize>> {
    let line = |start: usize| {
        let rest = text.get(start..).unwrap_or_default();
        start..start + rest.iter().take_while(|byte| is_digit(**byte)).count()
    };
    let first = line(start);
    let width = first.len();
    let mut lines = vec![first];
    let mut end = lines.first().map_or(start, |first| first.end);
    let mut indent = None;
    if width < SHORTEST_LINE {
        return lines;
    }
    while let Some(next) = next_line(text, end) {
        if *indent.get_or_insert(next.1) != next.1 {
            break;
        }
        let next = line(next.0);
        let is_last = next.len() < width;
        if next.is_empty() || next.len() > width || is_last && !ends_there(text, next.end) {
            break;
        }
        end = next.end;
        lines.push(next);
        if is_last {
            break;
        }
    }
    lines
}

/// Where the line behind the end of line at `at` begins, and how far it is indented.
fn next_line(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let start = match text.get(at..)? {
        [b'\n', ..] => at + 1,
        [b'\r', b'\n', ..] => at + 2,
        _ => return None,
    };
    let rest = text.get(start..)?;
    let indent =
        rest.iter().take(MAX_INDENT).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    Some((start + indent, indent))
}

/// Whether nothing of a word follows.
fn ends_there(text: &[u8], at: usize) -> bool {
    let ends = |byte: &u8| {
        byte.is_ascii_whitespace()
            || matches!(byte, b'=' | b'"' | b'\'' | b'<' | b'`' | b')' | b',' | b';')
    };
    text.get(at).is_none_or(ends)
}

/// Judges, part by part, whether bytes are worth a view.
#[derive(Default)]
pub(super) struct Text {
    /// It is packed, so that nothing else can be said of it yet.
    is_packed: Option<bool>,
}

impl Text {
    /// Whether the next part of the bytes is text, or may be unpacked to text.
    pub(super) fn takes(&mut self, part: &[u8]) -> bool {
        let is_packed =
            *self.is_packed.get_or_insert_with(|| super::packed::Packing::of(part).is_some());
        let written = part.iter().filter(|byte| is_written(**byte) || **byte >= 0x80).count();
        let ascii = part.iter().filter(|byte| is_written(**byte)).count();
        is_packed || written * 20 >= part.len() * 19 && ascii * 2 >= part.len()
    }
}
