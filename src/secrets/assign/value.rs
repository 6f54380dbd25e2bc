//! The value side of an assignment: quotes of every kind, wrappers, and bare words.

use std::ops::Range;

use super::Operator;
use super::quotes::quoted;
use super::window::{Window, count, trim};
use super::yaml;

/// The longest value that is read.
pub(super) const MAX_VALUE: usize = 3072;
/// The longest value without quotes, in bytes.
const MAX_WORD: usize = 1024;
/// The longest wrapper, such as `Buffer.from(`.
const MAX_CALL: usize = 48;
/// Words of a header that say how the value behind them is to be taken.
const SCHEMES: [&[u8]; 9] = [
    b"basic",
    b"bearer",
    b"token",
    b"apikey",
    b"api-key",
    b"key",
    b"digest",
    b"negotiate",
    b"genie",
];

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// Between quotes of any kind.
    Quoted,
    /// A bare word.
    Bare,
}

#[derive(Debug)]
pub(super) struct Value {
    pub(super) range: Range<usize>,
    pub(super) quoting: Quoting,
    pub(super) call: Option<Range<usize>>,
}

impl Value {
    pub(super) const fn quoted(range: Range<usize>) -> Self {
        Self { range, quoting: Quoting::Quoted, call: None }
    }

    pub(super) const fn bare(range: Range<usize>) -> Self {
        Self { range, quoting: Quoting::Bare, call: None }
    }

    /// A value with something in it that may not go on behind the window.
    pub(super) fn checked(self, window: &Window) -> Option<Self> {
        (!self.range.is_empty() && !window.cuts(self.range.end)).then_some(self)
    }
}

/// Reads the value that begins behind the operator at `at`. `name` is where the name of it begins.
pub(super) fn read(window: &Window, at: usize, operator: Operator, name: usize) -> Option<Value> {
    let text = window.text();
    let start = window.skip_blanks(at);
    let at = if operator == Operator::Colon { yaml::skip_tags(window, start) } else { start };
    let at = match text.get(at)? {
        // Strings below one another are no arguments of a call.
        b'\n' | b'\r'
            if operator == Operator::Comma && !window.line_before(name).contains(&b'(') =>
        {
            return None;
        }
        byte @ (b'\n' | b'\r' | b'(') if operator != Operator::Space => {
            let found = next_line(window, at, operator);
            if found.is_some() || *byte != b'(' {
                return found.and_then(|range| Value::quoted(range).checked(window));
            }
            at
        }
        _ => at,
    };
    if let Some(string) = quoted(text, at) {
        return Value::quoted(without_scheme(text, string.inside)).checked(window);
    }
    if operator == Operator::Colon && matches!(text.get(at), Some(b'|' | b'>')) {
        return yaml::block(window, at, name)
            .and_then(|range| Value::quoted(range).checked(window));
    }
    if let Some(value) = typed_or_called(window, at, operator) {
        return value.checked(window);
    }
    if matches!(operator, Operator::Call | Operator::Comma | Operator::Compare) {
        return None;
    }
    if let Some(range) = braced(window, at, operator, name) {
        return Value::quoted(range).checked(window);
    }
    Value::bare(bare(window, at, operator, name)).checked(window)
}

/// `password: string = "…"` and `password = String("…")`; an empty value where there is a call without a string.
fn typed_or_called(window: &Window, at: usize, operator: Operator) -> Option<Value> {
    let text = window.text();
    let in_word = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'_' | b'.' | b'-' | b':' | b'[' | b']' | b'<' | b'>' | b'*' | b'&' | b'?'
            )
    };
    let lifetime = if window.after(at).starts_with(b"&'static ") { 9 } else { 0 };
    let word = at..at + lifetime + count(window.after(at + lifetime), in_word);
    let after = window.skip_blanks(word.end);
    if operator == Operator::Colon
        && is_type(window.get(word.clone()))
        && text.get(after) == Some(&b'=')
    {
        let string = quoted(text, window.skip_blanks(after + 1))?;
        return Some(Value::quoted(string.inside));
    }
    if text.get(word.end) == Some(&b'(') && word.len() <= MAX_CALL {
        let inside = window.skip_space(word.end + 1);
        let range = quoted(text, inside).map_or(at..at, |string| string.inside);
        return Some(Value { range, quoting: Quoting::Quoted, call: Some(word) });
    }
    None
}

/// A string on the next line, also one in parentheses. A bare word there is left to what reads blocks.
fn next_line(window: &Window, at: usize, operator: Operator) -> Option<Range<usize>> {
    let is_open = window.byte(at) == Some(b'(');
    let inside = window.skip_space(if is_open { at + 1 } else { at });
    let string = quoted(window.text(), inside)?;
    let behind = window.skip_space(string.end);
    let goes_on = matches!(window.byte(behind), Some(b':' | b'='));
    let fits =
        is_open || !goes_on && (operator != Operator::Colon || !ends_line(window, at, inside));
    fits.then_some(string.inside)
}

/// Whether more than one line lies between.
fn ends_line(window: &Window, from: usize, to: usize) -> bool {
    memchr::memchr_iter(b'\n', window.get(from..to)).nth(1).is_some()
}

/// `Bearer …`: what follows the scheme, where there is one.
pub(super) fn without_scheme(text: &[u8], range: Range<usize>) -> Range<usize> {
    let bytes = text.get(range.clone()).unwrap_or_default();
    let Some(blank) = bytes.iter().take(12).position(|byte| *byte == b' ') else { return range };
    let (scheme, rest) = bytes.split_at(blank);
    let credential = rest.trim_ascii();
    let is_scheme = SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let is_one = !credential.is_empty() && !credential.contains(&b' ');
    if !is_scheme || !is_one {
        return range;
    }
    let start = range.start + blank + rest.len() - rest.trim_ascii_start().len();
    start..start + credential.len()
}

/// `{…}` as ODBC and JDBC write values in a connection string, with any sign between the braces.
fn braced(window: &Window, at: usize, operator: Operator, name: usize) -> Option<Range<usize>> {
    let before = window.before(name, 64);
    let is_field = memchr::memchr3(b';', b'=', b':', before).is_some();
    if operator != Operator::Assign || window.byte(at) != Some(b'{') || !is_field {
        return None;
    }
    let rest = window.after(at + 1);
    let end = memchr::memchr2(b'}', b'\n', rest.get(..rest.len().min(256))?)?;
    let behind = rest.get(end + 1).copied().unwrap_or(b';');
    let ends = rest.get(end) == Some(&b'}') && matches!(behind, b';' | b'"' | b'\'' | b'\n');
    ends.then_some(at + 1..at + 1 + end)
}

/// A bare value: the rest of the line where the name begins it and nothing else does, else a word.
fn bare(window: &Window, at: usize, operator: Operator, name: usize) -> Range<usize> {
    let word = word(window, at);
    if !matches!(operator, Operator::Assign | Operator::Colon) || !begins_line(window, name) {
        return scheme_and_word(window, at, word);
    }
    let line = trim(window.text(), at..without_comment(window, at));
    let bytes = window.get(line.clone());
    let is_type = bytes.contains(&b'<') && matches!(bytes, [.., b'>'] | [.., b'>', b',' | b';']);
    let is_plain = !is_type
        && !bytes
            .iter()
            .any(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'\0'));
    if is_plain && bytes.len() < MAX_VALUE && memchr::memmem::find(bytes, b"</").is_none() {
        return line.start..line.start + plain_length(bytes);
    }
    if operator == Operator::Colon && yaml::is_plain_text(window, at, &line) {
        return without_scheme(window.text(), line);
    }
    scheme_and_word(window, at, word)
}

/// The word, or what follows it where it is a scheme.
fn scheme_and_word(window: &Window, at: usize, first: Range<usize>) -> Range<usize> {
    let next = window.skip_blanks(first.end);
    let is_scheme =
        SCHEMES.iter().any(|known| window.get(first.clone()).eq_ignore_ascii_case(known));
    if first.start != at || next == first.end || !is_scheme {
        return first;
    }
    let second = word(window, next);
    if second.is_empty() { first } else { second }
}

/// Where the line of `at` ends, or a comment on it begins.
fn without_comment(window: &Window, at: usize) -> usize {
    let end = window.line_end(at);
    let line = window.get(at..end);
    let comment = line
        .windows(2)
        .position(|pair| matches!(pair[0], b' ' | b'\t') && matches!(pair[1], b'#' | b';'));
    comment.map_or(end, |comment| at + comment)
}

/// Whether nothing stands before the name on its line but what begins a line in some syntax.
fn begins_line(window: &Window, name: usize) -> bool {
    let mut before = window.line_before(name).trim_ascii_start();
    for start in [
        &b"#"[..],
        b"//",
        b"- ",
        b"? ",
        b"export ",
        b"set ",
        b"ENV ",
        b"ARG ",
        b"-e ",
        b"$env:",
        b"$",
        b"+",
        b"-D",
    ] {
        before = before.strip_prefix(start).unwrap_or(before).trim_ascii_start();
    }
    let in_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.:/@".contains(byte);
    before.iter().all(in_name) && before.len() <= 96
}

/// How much of the rest of a line is the value: the next field of a list begins where another name gets one, and what closes
/// what is around, or ends a statement, does not belong to it.
fn plain_length(line: &[u8]) -> usize {
    let line = line.get(..next_field(line)).unwrap_or_default();
    let line = line.strip_suffix(b"\\").unwrap_or(line);
    let mut end = line.len();
    while let Some(last) = end.checked_sub(1).and_then(|last| line.get(last)) {
        let open = match last {
            b';' | b',' => None,
            b')' => Some(b'('),
            b']' => Some(b'['),
            b'}' => Some(b'{'),
            _ => break,
        };
        let is_open = |open: u8| line.get(..end).is_some_and(|line| line.contains(&open));
        if open.is_some_and(is_open) {
            break;
        }
        end -= 1;
    }
    end
}

/// Where `&name=`, `;name=` or `,name:` begins the next field.
fn next_field(bytes: &[u8]) -> usize {
    let is_separator = |byte: &u8| matches!(byte, b'&' | b';' | b',' | b'|');
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(is_separator)) {
        let rest = bytes.get(at + found + 1..).unwrap_or_default();
        let in_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-. %[]".contains(&byte);
        let name = count(rest, in_name);
        let is_field = name > 0 && matches!(rest.get(name), Some(b'=' | b':'))
            || rest == b"amp"
            || rest.starts_with(b"amp;");
        if is_field {
            return at + found;
        }
        // The name was looked at; separators are none of its bytes.
        at += found + 1 + name;
    }
    bytes.len()
}

/// A bare word: up to white space or a sign that ends values in every syntax.
pub(super) fn word(window: &Window, at: usize) -> Range<usize> {
    let ends = |byte: &u8| {
        byte.is_ascii_whitespace()
            || matches!(
                byte,
                b'"' | b'\'' | b'`' | b'<' | b'>' | b',' | b';' | b'|' | b'\\' | b'\0'
            )
    };
    let rest = window.after(at);
    let rest = rest.get(..rest.len().min(MAX_WORD)).unwrap_or_default();
    let bytes = rest.get(..rest.iter().position(ends).unwrap_or(rest.len())).unwrap_or_default();
    // In a query string the next field begins at `&`; closing brackets belong to what is around.
    let bytes = bytes.get(..next_field(bytes)).unwrap_or_default();
    let open = bytes.iter().any(|byte| matches!(byte, b'(' | b'[' | b'{'));
    let ends =
        |byte: &&u8| matches!(byte, b'.' | b':') || !open && matches!(byte, b')' | b']' | b'}');
    let closers = bytes.iter().rev().take_while(ends).count();
    at..at + bytes.len() - closers
}

/// Words that stand for a type before an initial value.
fn is_type(word: &[u8]) -> bool {
    word.first()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'&' | b'*' | b'['))
}
