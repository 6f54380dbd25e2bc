//! Text that is readable in parts: the lines round the signs of a text, decoded in place.

use std::ops::Range;

use super::super::prefilter::is_token_byte;
use super::view::{Encoding, View};
use super::{escapes, joints};

/// How much of a line before a sign is decoded with it.
const BEFORE: usize = 256;
/// How much of a line behind a sign is decoded with it: the longest value of an assignment.
const AFTER: usize = 1100;
/// How much more of a run that goes on there.
const LONG_RUN: usize = 64 * 1024;
/// Longer regions are cut in two that overlap.
const MAX_REGION: usize = 256 * 1024;
/// How far they overlap.
const OVERLAP: usize = 4 * 1024;
/// Unconnected regions of a view are so far apart that no word of one counts as near the other. What is nearer in the text
/// is one region.
const DISTANCE: usize = 128;

/// The regions round the signs, which are sorted: in the order of the text, overlapping only where one was cut.
pub(super) fn regions(text: &[u8], signs: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let mut regions: Vec<Range<usize>> = Vec::new();
    let mut line_end = 0;
    for sign in signs {
        let from = joints::first_quote(text, sign).unwrap_or(sign);
        let after = behind(text, sign);
        if line_end < after || line_end < sign {
            let rest = text.get(after..).unwrap_or_default();
            line_end = memchr::memchr(b'\n', rest).map_or(text.len(), |length| after + length);
        }
        let end = end(text, after, line_end);
        let last = regions.last().map_or(0, |last| last.end);
        let start = if from <= last { from } else { start(text, from).max(last) };
        match regions.last_mut() {
            Some(last) if start <= last.end + DISTANCE && last.len() >= MAX_REGION => {
                last.end = last.end.max(sign);
                regions.push(sign.saturating_sub(OVERLAP)..end);
            }
            Some(last) if start <= last.end + DISTANCE => last.end = last.end.max(end),
            _ => regions.push(start..end),
        }
    }
    regions
}

/// The byte behind a sign, and behind the end of the line when the sign stands at it, also as it is quoted once more.
fn behind(text: &[u8], sign: usize) -> usize {
    match text.get(sign + 1..) {
        Some([b'3', b'D', b'\n', ..]) => sign + 4,
        Some([b'3', b'D', b'\r', b'\n', ..]) => sign + 5,
        Some([b'\n', ..]) => sign + 2,
        Some([b'\r', b'\n', ..]) => sign + 3,
        _ => sign + 1,
    }
}

/// The start of the line, or a place before `at` that cuts no run.
fn start(text: &[u8], at: usize) -> usize {
    let low = at.saturating_sub(BEFORE);
    let before = text.get(low..at).unwrap_or_default();
    if let Some(newline) = memchr::memrchr(b'\n', before) {
        return low + newline + 1;
    }
    if low == 0 {
        return 0;
    }
    low + before.iter().take_while(|byte| is_token_byte(**byte)).count()
}

/// The end of the line, or a place behind `at` that cuts no run, but for very long ones.
fn end(text: &[u8], at: usize, line_end: usize) -> usize {
    let low = at + AFTER;
    if line_end <= low {
        return line_end;
    }
    let rest = text.get(low..line_end.min(low + LONG_RUN)).unwrap_or_default();
    low + rest.iter().take_while(|byte| is_token_byte(**byte)).count()
}

/// The bytes at which something may be decoded.
const SIGNS: [bool; 256] = {
    let mut signs = [false; 256];
    let mut at = 0;
    while at < 256 {
        signs[at] = matches!(at, 0x5C | 0x25 | 0x26 | 0x3D | 0x22 | 0x27);
        at += 1;
    }
    signs
};

/// What is decoded in a region.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Quoted-printable text, and nothing else.
    Quoted,
    /// Anything else.
    NotQuoted,
    /// Both.
    All,
}

/// Adds a region, decoded, to a view.
pub(super) fn decode(text: &[u8], region: &Range<usize>, what: What, view: &mut View) {
    view.begin_region(DISTANCE);
    let (mut at, mut plain) = (region.start, region.start);
    let mut encoding = Encoding::Plain;
    let copy = |view: &mut View, range: Range<usize>, encoding: Encoding| {
        let bytes = text.get(range.clone()).unwrap_or_default();
        view.push(bytes, range, (1, 1), encoding);
    };
    while at < region.end {
        let rest = text.get(at..region.end).unwrap_or_default();
        let Some(next) = rest.iter().position(|byte| SIGNS[usize::from(*byte)]) else { break };
        at += next;
        let Some(byte) = text.get(at) else { break };
        let found = match byte {
            b'=' if what != What::NotQuoted => {
                escapes::quoted(text, at).map(|found| (found, Encoding::QuotedPrintable))
            }
            _ if what == What::Quoted => None,
            b'\\' => escapes::backslash(text, at).map(|found| (found, Encoding::Escapes)),
            b'%' => escapes::percent_bytes(text, at).map(|found| (found, Encoding::Percent)),
            b'&' => escapes::entity(text, at).map(|found| (found, Encoding::Entities)),
            b'"' | b'\'' => joints::second_quote(text, at)
                .map(|second| ((escapes::Bytes::default(), second + 1 - at), Encoding::Joined)),
            _ => None,
        };
        let Some(((bytes, taken), how)) = found else {
            at += 1;
            continue;
        };
        copy(view, plain..at, encoding);
        view.push_whole(bytes.bytes(), at..at + taken, how);
        at += taken;
        plain = at;
        let is_left_out = bytes.bytes().is_empty();
        encoding = match how {
            _ if !is_left_out => Encoding::Plain,
            Encoding::QuotedPrintable => Encoding::QuotedPrintable,
            _ => Encoding::Joined,
        };
    }
    copy(view, plain..region.end.max(plain).min(text.len()), encoding);
}
