//! Several values of one name, or one a level deeper: lists, objects with a `value` in them, the lines below.

use std::ops::Range;

use super::entries::{self, Entries};
use super::operator::Operator;
use super::quotes::quoted;
use super::value::{Value, word};
use super::window::Window;
use super::yaml;

/// The most items of a list that are read.
const MAX_ITEMS: usize = 64;

/// What stands in the brackets, or on the lines, that begin behind the operator at `at`.
pub(super) fn read(
    window: &Window,
    at: usize,
    operator: Operator,
    name: &Range<usize>,
) -> Vec<Value> {
    let start = yaml::skip_tags(window, window.skip_blanks(at));
    match window.byte(start) {
        Some(b'{') => object_or_list(window, start),
        Some(b'[') => list(window, start, b']', operator == Operator::Colon),
        Some(b'(') => {
            let items = list(window, start, b')', false);
            // One in parentheses is no list.
            if items.len() > 1 { items } else { Vec::new() }
        }
        Some(b'\r' | b'\n' | b'#') if operator == Operator::Colon => below(window, start, name),
        _ => Vec::new(),
    }
}

fn object_or_list(window: &Window, start: usize) -> Vec<Value> {
    let entries = Entries::all(window, start + 1);
    match entries::value(window, &entries) {
        Some(value) => vec![value],
        None => list(window, start, b'}', false),
    }
}

/// The block of a Terraform variable, or of a parameter, whose label is the name.
pub(super) fn labelled(window: &Window, at: usize, name: usize) -> Option<Value> {
    let line = window.line_before(name).trim_ascii();
    let label = line.strip_suffix(b"\"").or_else(|| line.strip_suffix(b"'"))?.trim_ascii_end();
    let kind = label.rsplit(u8::is_ascii_whitespace).next()?;
    let is_known = matches!(kind, b"variable" | b"parameter" | b"param" | b"output" | b"setting");
    if !is_known {
        return None;
    }
    entries::value(window, &Entries::all(window, at + 1))
}

/// The strings of a list that has nothing else in it; where the syntax allows, also bare words.
fn list(window: &Window, open: usize, close: u8, has_words: bool) -> Vec<Value> {
    let mut items = Vec::new();
    let mut at = window.skip_space(open + 1);
    for _ in 0..MAX_ITEMS {
        if window.byte(at) == Some(close) {
            // `["…", "…"].concat()` are the parts of one value.
            let is_joined = window.byte(at + 1) == Some(b'.');
            return if is_joined { Vec::new() } else { items };
        }
        let (value, end) = match quoted(window.text(), at) {
            Some(string) => (Value::quoted(string.inside), string.end),
            None if has_words => {
                let word = word(window, at);
                let end = word.end;
                (Value::bare(word), end)
            }
            None => return Vec::new(),
        };
        let is_empty = value.range.is_empty();
        items.extend(value.checked(window));
        at = window.skip_space(end);
        match window.byte(at) {
            Some(b',') if end > open + 1 && !(is_empty && has_words && end == at) => {
                at = window.skip_space(at + 1);
            }
            Some(byte) if byte == close => {}
            _ => return Vec::new(),
        }
    }
    items
}

/// The lines below a name: a list, a scalar, or an object with a value in it.
fn below(window: &Window, at: usize, name: &Range<usize>) -> Vec<Value> {
    let mut found = Vec::new();
    yaml::below(window, at, name.start, &mut found);
    if !found.is_empty() {
        return found;
    }
    let mut entries = Entries::all(window, window.line_end(at));
    entries.indent = yaml::indent_of(window, name.start) + 1;
    entries.has_equals = false;
    entries::value(window, &entries).into_iter().collect()
}
