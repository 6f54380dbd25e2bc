//! What an assignment lies in: the keys above it, the head of its section or block. Found by going upwards.

use std::ops::Range;

use super::window::{Window, count, strip_start};
use super::{is_name_byte, name_length};

/// The most levels that are read.
const MAX_LEVELS: usize = 6;
/// How far a line is searched for brackets that are open before the name.
const MAX_LINE: usize = 512;

/// The names of what a name lies in, innermost first.
pub(crate) fn read(text: &[u8], name: &Range<usize>) -> Vec<Range<usize>> {
    let window = Window::round(text, name.end);
    let mut parents = Vec::new();
    on_the_line(&window, name.start, &mut parents);
    above(&window, name.start, &mut parents);
    parents.truncate(MAX_LEVELS);
    parents
}

/// The names before the brackets that are open where the name begins: `{spring: {datasource: {…`.
fn on_the_line(window: &Window, at: usize, parents: &mut Vec<Range<usize>>) {
    let line = window.line_before(at);
    let line = line.get(line.len().saturating_sub(MAX_LINE)..).unwrap_or_default();
    let mut depth = 0_usize;
    for (offset, byte) in line.iter().enumerate().rev() {
        match byte {
            b'}' | b']' => depth += 1,
            b'{' | b'[' if depth == 0 => {
                parents.extend(name_before(window, at - line.len() + offset));
            }
            b'{' | b'[' => depth -= 1,
            _ => {}
        }
        if parents.len() >= MAX_LEVELS {
            return;
        }
    }
}

/// The name that ends before the bracket at `at`, with an operator and quotes between.
fn name_before(window: &Window, at: usize) -> Option<Range<usize>> {
    let before = window.before(at, 120);
    let rest = before.trim_ascii_end();
    let rest = rest.strip_suffix(b">").unwrap_or(rest);
    let rest = rest.strip_suffix(b":").or_else(|| rest.strip_suffix(b"="))?.trim_ascii_end();
    let quotes = rest.iter().rev().take_while(|byte| matches!(byte, b'"' | b'\'' | b'\\')).count();
    let rest = rest.get(..rest.len() - quotes)?;
    let length = rest.iter().rev().take(96).take_while(|byte| is_name_byte(**byte)).count();
    let end = at - before.len() + rest.len();
    (length > 0).then_some(end - length..end)
}

/// The heads of the lines above that are indented less and less, up to the head of the section.
fn above(window: &Window, at: usize, parents: &mut Vec<Range<usize>>) {
    let mut indent = depth(window.line_before(at));
    let mut line = window.line_start(at);
    while parents.len() < MAX_LEVELS && line > window.low() {
        if indent == 0 {
            // Nothing but a section is above what is not indented.
            parents.extend(last_section(window, line));
            return;
        }
        let start = window.line_start(line - 1);
        let blanks = blanks(window.get(start..line));
        // Most lines lie as deep as what is below them, and are passed over at once.
        let first = window.byte(start + blanks);
        if blanks >= indent && !matches!(first, Some(b'[' | b'-' | b'\r' | b'\x0C')) {
            line = start;
            continue;
        }
        let content = window.get(start..line).trim_ascii();
        if let Some(section) = section(window, start, content) {
            parents.push(section);
            return;
        }
        let here = depth(window.get(start..line));
        let is_head = !content.is_empty()
            && !matches!(content.first(), Some(b'#' | b'/' | b'*' | b';' | b'}' | b']' | b')'));
        if is_head && here < indent {
            indent = here;
            parents.extend(head(window, start, line));
        }
        line = start;
    }
}

/// The head of the section that the line at `at` lies in.
fn last_section(window: &Window, at: usize) -> Option<Range<usize>> {
    let before = window.before(at, usize::MAX);
    let low = at - before.len();
    let is_first = |open: &usize| match open.checked_sub(1) {
        Some(previous) => before.get(previous) == Some(&b'\n'),
        None => low == 0,
    };
    memchr::memrchr_iter(b'[', before).filter(is_first).find_map(|open| {
        let start = low + open;
        section(window, start, window.get(start..window.line_end(start)).trim_ascii())
    })
}

/// How many spaces and tabs a line begins with. Spaces are counted eight at a time.
fn blanks(line: &[u8]) -> usize {
    let (eights, _) = line.as_chunks::<8>();
    let spaces = 8 * eights.iter().take_while(|eight| **eight == [b' '; 8]).count();
    let rest = line.get(spaces..).unwrap_or_default();
    spaces + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// How far a line is indented; the hyphen of a list item counts.
fn depth(line: &[u8]) -> usize {
    count(line, |byte| matches!(byte, b' ' | b'\t' | b'-'))
}

/// `[database]` of INI and TOML.
fn section(window: &Window, start: usize, content: &[u8]) -> Option<Range<usize>> {
    let inside = strip_start(content.strip_prefix(b"[")?, b"[ \"");
    let end = inside.iter().position(|byte| matches!(byte, b']' | b'"'))?;
    let closes = inside.get(end..)?.iter().all(|byte| matches!(byte, b']' | b'"' | b' '));
    let inside = inside.get(..end)?.trim_ascii_end();
    let is_name = |byte: &u8| is_name_byte(*byte) || b" /:\"'".contains(byte);
    let is_word = inside.first().is_some_and(u8::is_ascii_alphabetic);
    let is_section = closes && is_word && inside.len() <= 96 && inside.iter().all(is_name);
    let at = memchr::memmem::find(window.after(start), inside)?;
    is_section.then_some(start + at..start + at + inside.len())
}

/// The name at the beginning of a line that opens what is below it.
fn head(window: &Window, start: usize, end: usize) -> Option<Range<usize>> {
    let line = window.get(start..end);
    let content = line.trim_ascii_end();
    let opens = matches!(content.last(), Some(b':' | b'{' | b'['));
    let skipped = count(line, |byte| matches!(byte, b' ' | b'\t' | b'-' | b'"' | b'\''));
    let rest = content.get(skipped..)?;
    let name = name_length(rest);
    let is_tag = rest.starts_with(b"<") && content.ends_with(b">");
    if is_tag {
        let length = name_length(rest.get(1..)?);
        let from = start + skipped + 1;
        return (length > 0).then_some(from..from + length);
    }
    if !opens || name == 0 || rest.contains(&b'(') {
        return None;
    }
    // `resource "aws_db_instance" "main" {`: all of it speaks.
    let stem = rest.strip_suffix(b"{").unwrap_or(rest).trim_ascii_end();
    let is_block = stem.iter().all(|byte| is_name_byte(*byte) || b" \"".contains(byte));
    let length = if is_block { stem.len() } else { name };
    let from = start + skipped;
    Some(from..from + length)
}
