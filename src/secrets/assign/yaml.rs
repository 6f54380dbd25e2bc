//! What YAML alone has: tags and anchors before a value, block scalars, plain scalars with blanks, `? key`.

use std::ops::Range;

use super::quotes::quoted;
use super::value::{MAX_VALUE, Value};
use super::window::{Window, count, trim};

/// The most items of a list, and lines of a block, that are read.
const MAX_LINES: usize = 64;

/// Skips `!!str` and `&anchor` before a value. Other tags say that the value is made elsewhere.
pub(super) fn skip_tags(window: &Window, at: usize) -> usize {
    let mut at = at;
    for _ in 0..2 {
        let rest = window.after(at);
        let length = match rest {
            [b'!', b'!', ..] => {
                2 + count(rest.get(2..).unwrap_or_default(), |byte| byte.is_ascii_alphabetic())
            }
            [b'&', first, ..] if first.is_ascii_alphabetic() => {
                count(rest, |byte| byte.is_ascii_alphanumeric() || b"&_-".contains(&byte))
            }
            _ => break,
        };
        let next = window.skip_blanks(at + length);
        // `&str = "…"` is a type.
        if next == at + length || window.byte(next) == Some(b'=') {
            break;
        }
        at = next;
    }
    at
}

/// The lines of a block scalar whose header begins at `at`, without the indentation before the first.
pub(super) fn block(window: &Window, at: usize, name: usize) -> Option<Range<usize>> {
    let header = window.get(at..window.line_end(at));
    let is_header = header
        .iter()
        .take_while(|byte| **byte != b'#')
        .all(|byte| matches!(byte, b'|' | b'>' | b'-' | b'+' | b' ') || byte.is_ascii_digit());
    let indent = indent_of(window, name);
    let start = memchr::memchr(b'\n', window.after(at)).map(|newline| at + newline + 1)?;
    let mut end = start;
    for (line, content) in lines(window, start).take(MAX_LINES) {
        if !content.is_empty() && content.start - line <= indent {
            break;
        }
        end = content.end.max(end);
    }
    let range = trim(window.text(), start..end);
    (is_header && !range.is_empty() && range.len() <= MAX_VALUE).then_some(range)
}

/// Whether the rest of a line is a plain scalar with blanks in it, and not a line of code or prose: the lines round it assign
/// as well.
pub(super) fn is_plain_text(window: &Window, at: usize, rest: &Range<usize>) -> bool {
    let bytes = window.get(rest.clone());
    let ends = matches!(bytes.last(), Some(b';' | b',' | b'{' | b'(' | b'[' | b'\\'));
    let starts = matches!(
        bytes.first(),
        Some(b'"' | b'\'' | b'`' | b'[' | b'{' | b'(' | b'*' | b'&' | b'!')
    );
    if ends || starts || bytes.iter().any(|byte| matches!(byte, b'\0' | b'`')) {
        return false;
    }
    let start = window.line_start(at);
    let before = window.line_before(start.saturating_sub(1));
    let after = window.line_end(at);
    let after = lines(window, after).nth(1).map(|(_, line)| window.get(line)).unwrap_or_default();
    is_entry(before) || is_entry(after)
}

/// `key: value`, `- item` or `---`.
fn is_entry(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let item = line.strip_prefix(b"- ").unwrap_or(line);
    let name = count(item, |byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    let behind = item.get(name..).unwrap_or_default();
    line.starts_with(b"---") || name > 0 && (behind == b":" || behind.starts_with(b": "))
}

/// How far the first name on the line of `at` stands from its beginning; hyphens of list items count.
pub(super) fn indent_of(window: &Window, at: usize) -> usize {
    count(window.line_before(at), |byte| matches!(byte, b' ' | b'\t' | b'-' | b'?'))
}

/// The start of each line from the one of `at` on, and what stands on it without the white space round it.
pub(super) fn lines<'a>(
    window: &Window<'a>,
    at: usize,
) -> impl Iterator<Item = (usize, Range<usize>)> + 'a {
    let window = *window;
    let mut next = Some(at);
    std::iter::from_fn(move || {
        let start = next?;
        let length = memchr::memchr(b'\n', window.after(start));
        next = length.map(|length| start + length + 1);
        let end = length.map_or(window.text().len(), |length| start + length);
        Some((start, trim(window.text(), start..end)))
    })
}

/// The items of the list, or the one scalar, on the lines below the name at `name`, from `at` on.
pub(super) fn below(window: &Window, at: usize, name: usize, found: &mut Vec<Value>) {
    let indent = count(window.line_before(name), |byte| matches!(byte, b' ' | b'\t' | b'-'));
    let mut items = None;
    for (line, content) in lines(window, at).skip(1).take(MAX_LINES) {
        let bytes = window.get(content.clone());
        if bytes.is_empty() || bytes.starts_with(b"#") {
            continue;
        }
        let depth = content.start - line;
        if let Some(item) = bytes.strip_prefix(b"- ") {
            // Items may stand as far left as the name itself.
            if depth + 2 < indent.max(2) || depth != *items.get_or_insert(depth) {
                return;
            }
            let start = content.end - item.trim_ascii_start().len();
            found.extend(scalar(window, start..content.end));
        } else {
            if items.is_none() && depth > indent {
                found.extend(scalar(window, content));
            }
            return;
        }
    }
}

/// A plain or quoted scalar that is all that stands in `range`, but for a comment.
fn scalar(window: &Window, range: Range<usize>) -> Option<Value> {
    let start = skip_tags(window, range.start);
    if let Some(string) = quoted(window.text(), start) {
        let behind = window.get(string.end..range.end.max(string.end)).trim_ascii();
        let is_all = behind.is_empty() || behind.starts_with(b"#");
        return is_all.then(|| Value::quoted(string.inside))?.checked(window);
    }
    let bytes = window.get(start..range.end);
    let end = memchr::memmem::find(bytes, b" #").map_or(range.end, |at| start + at);
    let plain = trim(window.text(), start..end);
    let bytes = window.get(plain.clone());
    let is_word =
        !bytes.iter().any(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`'));
    let stem = bytes.iter().rev().skip_while(|byte| **byte == b'=');
    let is_code = matches!(bytes.last(), Some(b':' | b';' | b',' | b'{' | b')' | b'}'))
        || stem.into_iter().any(|byte| matches!(byte, b'(' | b'='))
        || matches!(
            bytes.first(),
            Some(b'[' | b'{' | b'*' | b'&' | b'|' | b'>' | b'-' | b'<' | b'/')
        );
    let value = Value::bare(plain);
    (is_word && !is_code && !bytes.is_empty()).then_some(value)?.checked(window)
}

/// `? key` is followed by `: value` on the next line.
pub(super) fn explicit_value(window: &Window, name: &Range<usize>) -> Option<usize> {
    if !window.before(name.start, 4).contains(&b'?') {
        return None;
    }
    let before = window.line_before(name.start).trim_ascii();
    if !matches!(before, b"?" | b"? \"" | b"? '") {
        return None;
    }
    let (_, line) = lines(window, name.end).nth(1)?;
    window.get(line.clone()).starts_with(b": ").then_some(line.start + 1)
}
