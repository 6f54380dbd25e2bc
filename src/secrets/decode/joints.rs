//! Where two string literals are one: side by side as in C and Python, or with a sign between them that joins.

use super::super::prefilter::is_gap;

/// The longest stretch between two literals.
const MAX_GAP: usize = 256;

/// Whether the quote at `second` opens a literal that is joined to the one before it.
pub(super) fn is_joint(text: &[u8], second: usize) -> bool {
    first_quote(text, second).is_some()
}

/// The quote that closes the literal which is joined to the one that the quote at `second` opens.
pub(super) fn first_quote(text: &[u8], second: usize) -> Option<usize> {
    let before = text.get(second.saturating_sub(MAX_GAP)..second)?;
    let length = before.iter().rev().take_while(|byte| is_gap(**byte)).count();
    let first = second.checked_sub(length + 1)?;
    let gap = text.get(first + 1..second)?;
    let is_quote = |at: usize| matches!(text.get(at), Some(b'"' | b'\''));
    let fits = is_quote(first)
        && is_quote(second)
        && joins(gap)
        && text.get(second + 1).is_some_and(|byte| is_content(*byte))
        && text.get(..first).is_some_and(ends_content);
    fits.then_some(first)
}

/// The quote that opens the literal which is joined to the one that the quote at `first` closes.
pub(super) fn second_quote(text: &[u8], first: usize) -> Option<usize> {
    let rest = text.get(first + 1..text.len().min(first + 1 + MAX_GAP))?;
    let length = rest.iter().take_while(|byte| is_gap(**byte)).count();
    let second = first + 1 + length;
    (first_quote(text, second) == Some(first)).then_some(second)
}

/// The quote at or behind `at` that only a gap parts from it.
pub(super) fn next_quote(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..text.len().min(at + MAX_GAP))?;
    let quote = at + rest.iter().take_while(|byte| is_gap(**byte)).count();
    matches!(text.get(quote), Some(b'"' | b'\'')).then_some(quote)
}

/// Blanks, and one of the signs that join, or none.
fn joins(gap: &[u8]) -> bool {
    let mut signs = gap.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
    let mut sign = signs.next();
    if sign == Some(b'\\') {
        // A line of the shell or of Python that goes on.
        sign = signs.next();
    }
    match (sign, signs.next(), signs.next()) {
        (None, ..) => !gap.is_empty(),
        (Some(b'.'), Some(b'.'), None) => true,
        (Some(b'+' | b'.' | b'&'), last, None) => matches!(last, None | Some(b'\\')),
        _ => false,
    }
}

/// Whether a literal ends with something that a secret may have there.
fn ends_content(literal: &[u8]) -> bool {
    match literal {
        // The end of a line is written as an escape.
        [.., b'\\', _] | [] => false,
        [.., last] => is_content(*last),
    }
}

/// Whether a secret may have this byte where a literal of it begins or ends.
const fn is_content(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(
            byte,
            b'"' | b'\'' | b'\\' | b',' | b';' | b'(' | b')' | b'[' | b']' | b'{' | b'}'
        )
}
