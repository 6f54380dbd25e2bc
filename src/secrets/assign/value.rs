//! The value side of an assignment: quotes of every kind, wrappers, and bare words.

use std::ops::Range;

use super::Operator;

/// The longest value that is read.
const MAX_VALUE: usize = 1024;
/// The longest wrapper, such as `Buffer.from(`.
const MAX_CALL: usize = 48;

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// Between quotes of any kind.
    Quoted,
    /// A bare word.
    Bare,
}

pub(super) struct Value {
    pub(super) range: Range<usize>,
    pub(super) quoting: Quoting,
    pub(super) call: Option<Range<usize>>,
}

/// Reads the value that begins at or after `at`.
pub(super) fn read(text: &[u8], at: usize, operator: Operator) -> Option<Value> {
    let at = skip_blanks(text, at);
    let found = |range, quoting, call| Some(Value { range, quoting, call });
    if operator == Operator::Element {
        let range = until(text, at, |byte| matches!(byte, b'<' | b'\n' | b'\r'));
        let is_closed = text.get(range.end..).is_some_and(|rest| rest.starts_with(b"</"));
        return if is_closed { found(trim(text, range), Quoting::Quoted, None) } else { None };
    }
    if let Some(range) = quoted(text, at) {
        return found(range, Quoting::Quoted, None);
    }
    let word = until(text, at, |byte| {
        !(byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'_' | b'.' | b'-' | b':' | b'[' | b']' | b'<' | b'>' | b'*' | b'&' | b'?'
            ))
    });
    let after = skip_blanks(text, word.end);
    if operator == Operator::Colon
        && is_type(text.get(word.clone())?)
        && text.get(after) == Some(&b'=')
        && let Some(range) = quoted(text, skip_blanks(text, after + 1))
    {
        // `password: string = "…"`
        return found(range, Quoting::Quoted, None);
    }
    if text.get(word.end) == Some(&b'(') && word.len() <= MAX_CALL {
        let range = quoted(text, skip_blanks(text, word.end + 1))?;
        return found(range, Quoting::Quoted, Some(word));
    }
    if matches!(operator, Operator::Call | Operator::Comma | Operator::Compare) {
        return None;
    }
    let range = bare(text, at);
    (!range.is_empty()).then_some(Value { range, quoting: Quoting::Bare, call: None })
}

fn skip_blanks(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take(32).take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

fn until(text: &[u8], at: usize, stop: impl Fn(u8) -> bool) -> Range<usize> {
    let rest = text.get(at..).unwrap_or_default();
    at..at + rest.iter().take(MAX_VALUE).take_while(|byte| !stop(**byte)).count()
}

fn trim(text: &[u8], range: Range<usize>) -> Range<usize> {
    let bytes = text.get(range.clone()).unwrap_or_default();
    let end = range.start + bytes.trim_ascii_end().len();
    end.min(range.start + bytes.len() - bytes.trim_ascii_start().len())..end
}

/// The text between quotes that open at `at`, after an optional prefix such as `b` or `@`.
fn quoted(text: &[u8], at: usize) -> Option<Range<usize>> {
    const QUOTES: [&[u8]; 10] =
        [b"\"\"\"", b"'''", b"\\\"", b"\\'", b"&quot;", b"&#39;", b"&#34;", b"\"", b"'", b"`"];
    let rest = text.get(at..)?;
    let prefix = match rest {
        [
            b'b' | b'B' | b'r' | b'R' | b'u' | b'U' | b'L' | b'f' | b'@' | b'$' | b'N',
            b'"' | b'\'' | b'\\',
            ..,
        ] => 1,
        [b'b' | b'r' | b'$' | b'@', b'r' | b'b' | b'@' | b'$' | b'#', b'"' | b'\'', ..] => 2,
        _ => 0,
    };
    let rest = rest.get(prefix..)?;
    let quote = QUOTES.into_iter().find(|quote| rest.starts_with(quote))?;
    let start = at + prefix + quote.len();
    let rest = text.get(start..text.len().min(start + MAX_VALUE))?;
    let first = quote.first().copied()?;
    let mut at = 0;
    loop {
        // Whatever is no quote, backslash or line end is part of the value.
        at += memchr::memchr3(first, b'\\', b'\n', rest.get(at..)?)?;
        let here = rest.get(at..)?;
        match here {
            _ if here.starts_with(quote) => return Some(start..start + at),
            // A backslash takes the next character along, unless the quote itself is written with one.
            [b'\\', next, ..] if *next != b'\n' && first != b'\\' => at += 2,
            [b'\n', ..] => return None,
            _ => at += 1,
        }
    }
}

/// A bare word: up to white space or a sign that ends values in every syntax.
fn bare(text: &[u8], at: usize) -> Range<usize> {
    let range = until(text, at, |byte| {
        byte.is_ascii_whitespace()
            || matches!(
                byte,
                b'"' | b'\'' | b'`' | b'<' | b'>' | b',' | b';' | b'|' | b'\\' | b'\0'
            )
    });
    let bytes = text.get(range.clone()).unwrap_or_default();
    // In a query string the next field begins at `&`; closing brackets belong to what is around.
    let field = bytes.iter().position(|byte| *byte == b'&').unwrap_or(bytes.len());
    let bytes = bytes.get(..field).unwrap_or_default();
    let open = bytes.iter().any(|byte| matches!(byte, b'(' | b'[' | b'{'));
    let ends =
        |byte: &&u8| matches!(byte, b'.' | b':') || !open && matches!(byte, b')' | b']' | b'}');
    let closers = bytes.iter().rev().take_while(ends).count();
    range.start..range.start + bytes.len() - closers
}

/// Words that stand for a type before an initial value.
fn is_type(word: &[u8]) -> bool {
    word.first()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'&' | b'*' | b'['))
}
