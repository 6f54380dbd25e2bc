//! Values that somebody made up to fill a place: repetitions, sequences, words.

use super::super::assign::{Words, classify};
use super::super::candidate::Candidate;
use super::super::{randomness, words};
use super::is_unmarked;

/// Few distinct characters, or one of them many times in a row.
pub(super) fn is_repetition(candidate: &Candidate) -> bool {
    let secret = candidate.secret();
    if secret.len() < 4 {
        return false;
    }
    let mut seen = [false; 256];
    let mut distinct = 0_usize;
    for byte in secret.iter().take(64) {
        distinct += usize::from(!std::mem::replace(&mut seen[usize::from(*byte)], true));
    }
    let longest = secret.chunk_by(|a, b| a == b).map(<[u8]>::len).max().unwrap_or(0);
    let few = match secret.len() {
        4..=7 => distinct < 2,
        8..=15 => distinct < 4,
        _ => distinct < 6 && !candidate.rule.meta.id.contains("mnemonic"),
    };
    few || (longest >= 6 && longest * 4 >= secret.len() && secret.len() < 200)
}

/// Text that says that something else belongs here. A provider's own format is not doubted for `1234567890abcdef` in it: whoever
/// tries a rule writes that, and whoever scans wants to know that it works.
pub(super) fn is_placeholder(candidate: &Candidate) -> bool {
    let secret = candidate.secret();
    let lower = secret.get(..secret.len().min(256)).unwrap_or_default().to_ascii_lowercase();
    let has = |needle: &[u8]| memchr::memmem::find(&lower, needle).is_some();
    let crossed_out = has(b"xxxx") && !has_many_kinds(secret);
    let masked = has(b"***") || crossed_out || has(b"...") || has("…".as_bytes());
    let bracketed = matches!(secret, [b'<', .., b'>'] | [b'[', .., b']']);
    let counts = candidate.rule.is_scored() && is_sequence(&lower);
    masked || bracketed || has_placeholder(&lower) || counts
}

/// A word of the list, and little else: by chance, a long secret may have one in it.
fn has_placeholder(lower: &[u8]) -> bool {
    let rest = words::PLACEHOLDER.without(lower);
    rest.len() < lower.len()
        && (rest.len() * 3 < lower.len() * 2 || randomness::evidence(&rest) < 20.0)
}

/// Long random strings may contain `xxxx`; placeholders have little else.
fn has_many_kinds(secret: &[u8]) -> bool {
    let mut seen = [false; 256];
    for byte in secret {
        seen[usize::from(*byte)] = true;
    }
    seen.iter().filter(|seen| **seen).count() > 18
}

/// Most of the value counts up or down: `123456789`, `abcdefgh`, `0123456789abcdef`.
fn is_sequence(lower: &[u8]) -> bool {
    let steps = lower.windows(2).filter(|pair| {
        let &[a, b] = *pair else { return false };
        a.is_ascii_alphanumeric()
            && b.is_ascii_alphanumeric()
            && (b == a.wrapping_add(1) || a == b.wrapping_add(1) || are_neighbours(a, b))
    });
    lower.len() >= 5 && steps.count() * 4 >= (lower.len() - 1) * 3
}

/// Whether one key follows the other on a keyboard, or in the order of digits.
fn are_neighbours(a: u8, b: u8) -> bool {
    const ROWS: [&[u8]; 4] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm", b"90a"];
    ROWS.iter().any(|row| row.windows(2).any(|pair| pair == [a, b]))
}

/// `password = "password"`, `api_key: MyApiKey`: the words of the value are words of the name.
pub(super) fn repeats_its_name(candidate: &Candidate) -> bool {
    let name = Words::of(candidate.name());
    let value = Words::of(candidate.secret());
    let known = |word: &str| {
        word.len() < 3 || name.has(word) || classify(&Words::of(word.as_bytes())).is_some()
    };
    value.letters().len() * 4 >= candidate.secret().len() * 3
        && value.iter().all(known)
        && value.iter().any(|word| word.len() >= 3)
}

/// Words with spaces between them.
pub(super) fn is_prose(candidate: &Candidate) -> bool {
    let secret = candidate.secret();
    let spaces = secret.iter().filter(|byte| byte.is_ascii_whitespace()).count();
    let foreign = secret.iter().filter(|byte| **byte >= 0x80).count();
    spaces >= 1 && randomness::evidence(secret) < 10.0 || spaces >= 3 || foreign * 4 > secret.len()
}

/// A value found by a word nearby that reads like words itself. One that a vendor's word alone speaks of must look
/// more like chance, and be no number.
pub(super) fn is_not_random(candidate: &Candidate) -> bool {
    let secret = candidate.secret();
    let length = u16::try_from(secret.len()).unwrap_or(u16::MAX);
    let of_vendor = candidate.rule.vendor.is_some();
    let least = if of_vendor { 0.8 } else { 0.4 };
    is_unmarked(candidate)
        && (randomness::evidence(secret) < least * f32::from(length)
            || of_vendor && secret.iter().all(u8::is_ascii_digit))
}
