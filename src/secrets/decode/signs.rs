//! Which backslashes, percent signs, ampersands and quotes may hide something: the others are not worth a view.

use super::super::prefilter::is_token_byte;
use super::{escapes, is_written, joints};

/// So many token characters behind a line end may be a token.
const TOKEN: usize = 16;
/// So many bytes of a name are read.
const NAME: usize = 48;

/// Whether what stands at `at` may hide something when it is not decoded.
pub(crate) fn is_sign(text: &[u8], at: usize) -> bool {
    match text.get(at) {
        Some(b'\\') => hides_behind_backslash(text, at),
        Some(b'%') => {
            escapes::percent(text, at).is_some_and(|(byte, taken)| hides(&[byte], text, at + taken))
        }
        Some(b'&') => hides_behind_and(text, at),
        Some(b'"' | b'\'') => joints::is_joint(text, at),
        _ => false,
    }
}

/// Puts the joints right that reach over one of the places at which stretches of a text were put together: each is the first
/// quote behind that place.
pub(crate) fn mend(text: &[u8], edges: &[usize], signs: &mut Vec<usize>) {
    let mut quotes: Vec<usize> =
        edges.iter().filter_map(|edge| joints::next_quote(text, *edge)).collect();
    if quotes.is_empty() {
        return;
    }
    quotes.sort_unstable();
    quotes.dedup();
    signs.retain(|sign| quotes.binary_search(sign).is_err());
    signs.extend(quotes.iter().filter(|quote| joints::is_joint(text, **quote)));
    signs.sort_unstable();
}

/// Blanks hide only what stands behind them.
fn hides(bytes: &[u8], text: &[u8], after: usize) -> bool {
    match bytes {
        [b' ' | b'\t' | b'\n' | b'\r'] => begins_something(text, after),
        [byte] => is_written(*byte),
        _ => false,
    }
}

fn hides_behind_backslash(text: &[u8], at: usize) -> bool {
    let rest = text.get(at + 1..).unwrap_or_default();
    let before = at.checked_sub(1).and_then(|before| text.get(before)).copied();
    let is_token = |byte: Option<&u8>| byte.is_some_and(|byte| is_token_byte(*byte));
    match rest {
        [b'n' | b't' | b'r', ..] => begins_something(text, at + 2),
        [b'\\', b'n' | b't' | b'r', ..] => begins_something(text, at + 3),
        // `\\\"`: a string in a string in a string.
        [b'\\', b'\\', b'"' | b'\'', ..] => true,
        [b'\\', b'u' | b'x', ..] => escapes::backslash(text, at + 1)
            .is_some_and(|(found, taken)| hides(found.bytes(), text, at + 1 + taken)),
        [b'/', b'/' | b'\\', ..] => before == Some(b':'),
        [b'/', ..] => is_token(before.as_ref()) && is_token(rest.get(1)),
        [b'\n', ..] | [b'\r', b'\n', ..] => is_token(before.as_ref()),
        [b'u' | b'U' | b'x' | b'0'..=b'3', ..] => escapes::backslash(text, at)
            .is_some_and(|(found, taken)| hides(found.bytes(), text, at + taken)),
        _ => false,
    }
}

fn hides_behind_and(text: &[u8], at: usize) -> bool {
    match text.get(at + 1..).unwrap_or_default() {
        [b'#', ..] => escapes::entity(text, at)
            .is_some_and(|(found, taken)| hides(found.bytes(), text, at + taken)),
        // The end of an element in a text of another document.
        [b'l', b't', b';', b'/', ..] => true,
        // An entity in an entity.
        [b'a', b'm', b'p', b';', next, ..] => next.is_ascii_alphanumeric() || *next == b'#',
        _ => false,
    }
}

/// Whether a long run begins here, or a name with an operator behind it.
fn begins_something(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..text.len().min(at + NAME)).unwrap_or_default();
    let length =
        rest.iter().take_while(|byte| is_token_byte(**byte) || matches!(byte, b'.')).count();
    length >= TOKEN
        || length >= 3
            && match rest.get(length..) {
                Some([b'=', ..]) => true,
                Some([b':', next, ..]) => *next != b':',
                _ => false,
            }
}
