//! Base64 in either alphabet, padded or not, over one line or many.

use std::ops::Range;

use super::opaque::Text;
use super::view::{Encoding, View};

/// Marks what is no digit.
const NONE: u8 = 0xFF;

/// The value of each digit, in both alphabets at once (RFC 4648).
const DIGITS: [u8; 256] = {
    let mut table = [NONE; 256];
    let mut value = 0;
    while value < 26 {
        table[b'A' as usize + value as usize] = value;
        table[b'a' as usize + value as usize] = 26 + value;
        value += 1;
    }
    value = 0;
    while value < 10 {
        table[b'0' as usize + value as usize] = 52 + value;
        value += 1;
    }
    table[b'+' as usize] = 62;
    table[b'-' as usize] = 62;
    table[b'/' as usize] = 63;
    table[b'_' as usize] = 63;
    table
};

/// The value of a digit, or [`NONE`].
pub(super) fn digit(byte: u8) -> u8 {
    DIGITS.get(usize::from(byte)).copied().unwrap_or(NONE)
}

pub(super) fn is_digit(byte: u8) -> bool {
    digit(byte) != NONE
}

/// The bytes that up to four digits stand for.
fn group(digits: &[u8]) -> ([u8; 3], usize) {
    let bits = digits.iter().fold(0_u32, |bits, byte| bits << 6 | u32::from(digit(*byte)));
    let [_, a, b, c] = (bits << (6 * 4_usize.saturating_sub(digits.len()))).to_be_bytes();
    ([a, b, c], (digits.len() * 6 / 8).min(3))
}

/// The bytes that the digits stand for, without a way back.
pub(super) fn bytes(digits: &[u8]) -> impl Iterator<Item = u8> {
    digits.chunks(4).flat_map(|digits| {
        let (bytes, length) = group(digits);
        bytes.into_iter().take(length)
    })
}

/// See [`super::base64_value`].
pub(super) fn value(bytes: &[u8]) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let padding = digits.iter().rev().take_while(|byte| **byte == b'=').count();
    let digits = digits.get(..digits.len() - padding)?;
    let has = |signs: [u8; 2]| digits.iter().any(|byte| signs.contains(byte));
    let is_whole = match digits.len() % 4 {
        0 => padding == 0,
        1 => false,
        rest => padding == 0 || padding == 4 - rest,
    };
    let fits = !digits.is_empty()
        && is_whole
        && digits.iter().all(|byte| is_digit(*byte))
        && !(has([b'+', b'/']) && has([b'-', b'_']));
    fits.then(|| self::bytes(digits).collect())
}

/// Decodes lines of digits; what is no text is given up early, unless `text` takes anything.
pub(super) fn decode(text: &[u8], lines: &[Range<usize>], judge: &mut Text) -> View {
    let mut view = View::opaque();
    // The digits of a group that an end of a line cuts, and where it begins.
    let (mut cut, mut cut_start): (Vec<u8>, usize) = (Vec::new(), 0);
    let mut buffer = Vec::new();
    for line in lines {
        let mut at = line.start;
        while !cut.is_empty() && cut.len() < 4 && at < line.end {
            cut.extend(text.get(at));
            at += 1;
        }
        if cut.len() == 4 {
            let (bytes, length) = group(&cut);
            view.push_whole(
                bytes.get(..length).unwrap_or_default(),
                cut_start..at,
                Encoding::Base64,
            );
            cut.clear();
        }
        let whole = (line.end - at) / 4 * 4;
        let digits = text.get(at..at + whole).unwrap_or_default();
        for part in digits.chunks(4 * 1024) {
            buffer.clear();
            buffer.extend(bytes(part));
            if !judge.takes(&buffer) {
                return view;
            }
            view.push(&buffer, at..at + part.len(), (3, 4), Encoding::Base64);
            at += part.len();
        }
        if at < line.end {
            cut_start = at;
            cut.extend(text.get(at..line.end).unwrap_or_default());
        }
    }
    let (bytes, length) = group(&cut);
    let rest = bytes.get(..length).unwrap_or_default();
    if judge.takes(rest) {
        let end = lines.last().map_or(cut_start, |line| line.end);
        view.push_whole(rest, cut_start..end.max(cut_start), Encoding::Base64);
    }
    view
}
