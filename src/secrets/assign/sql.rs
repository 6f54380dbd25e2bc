//! SQL: what an account is identified by, and the values of columns.

use std::ops::Range;

use super::quotes::quoted;
use super::value::Value;
use super::window::Window;
use super::{NameClass, name_length};

/// How much of a statement is read.
const MAX_STATEMENT: usize = 1500;
/// The most rows that are read of one statement.
const MAX_ROWS: usize = 32;

/// The class of what a statement gives, where the word before it does not say it.
pub(super) fn class(window: &Window, name: &Range<usize>) -> Option<NameClass> {
    let is_account = window.get(name.clone()).eq_ignore_ascii_case(b"identified");
    is_account.then_some(NameClass::Password)
}

/// The values that the statement round `name` gives to it.
pub(super) fn read(window: &Window, name: &Range<usize>) -> Vec<Value> {
    let word = window.get(name.clone());
    if word.eq_ignore_ascii_case(b"identified") {
        return identified(window, name.end).into_iter().collect();
    }
    if word.eq_ignore_ascii_case(b"password") && is_word(window, name.end, b"for").is_some() {
        return password_for(window, name.end).into_iter().collect();
    }
    column(window, name).unwrap_or_default()
}

/// Where the word ends that stands behind the blanks at `at`, if it is that one.
fn is_word(window: &Window, at: usize, word: &[u8]) -> Option<usize> {
    let start = window.skip_space(at);
    let end = start + name_length(window.after(start));
    (start > at && window.get(start..end).eq_ignore_ascii_case(word)).then_some(end)
}

/// `IDENTIFIED BY '…'`, `IDENTIFIED WITH plugin BY '…'`, `IDENTIFIED BY PASSWORD '…'` but for hashes.
fn identified(window: &Window, at: usize) -> Option<Value> {
    let mut at = at;
    if let Some(with) = is_word(window, at, b"with") {
        let plugin = window.skip_space(with);
        let quotes = usize::from(matches!(window.byte(plugin), Some(b'\'' | b'"' | b'`')));
        at = plugin + quotes;
        at += name_length(window.after(at)) + quotes;
    }
    let by = is_word(window, at, b"by")?;
    let hashed = is_word(window, by, b"password").or_else(|| is_word(window, by, b"values"));
    if hashed.is_some() {
        return None;
    }
    let start = window.skip_space(by);
    if let Some(string) = quoted(window.text(), start) {
        return Value::quoted(string.inside).checked(window);
    }
    // Oracle takes words without quotes.
    let length = name_length(window.after(start));
    let is_word = window.byte(start).is_some_and(|byte| byte.is_ascii_alphabetic())
        && matches!(window.byte(start + length), None | Some(b';' | b' ' | b'\n' | b'\r' | b'#'));
    let before = window.before(at, 200).to_ascii_lowercase();
    let is_statement =
        [&b"create user "[..], b"alter user ", b"create role ", b"alter role ", b"grant "]
            .iter()
            .any(|verb| memchr::memmem::find(&before, verb).is_some());
    (is_word && is_statement).then(|| Value::bare(start..start + length))?.checked(window)
}

/// `SET PASSWORD FOR user = '…'`; where `PASSWORD('…')` follows, that is read as a call.
fn password_for(window: &Window, at: usize) -> Option<Value> {
    let rest = window.after(at);
    let equals = memchr::memchr2(b'=', b'\n', rest.get(..rest.len().min(200))?)?;
    let start = window.skip_space(at + equals + 1);
    let is_assigned = rest.get(equals) == Some(&b'=');
    let string = if is_assigned { quoted(window.text(), start) } else { None }?;
    Value::quoted(string.inside).checked(window)
}

/// The values of the column `name` in `INSERT INTO t (a, name) VALUES ('…', '…'), …`.
fn column(window: &Window, name: &Range<usize>) -> Option<Vec<Value>> {
    let quoted = window.skip_blanks(
        name.end + usize::from(matches!(window.byte(name.end), Some(b'`' | b'"' | b']' | b'\''))),
    );
    if !matches!(window.byte(quoted), Some(b',' | b')')) {
        return None;
    }
    let before = window.before(name.start, MAX_STATEMENT / 2);
    let open =
        memchr::memrchr2(b'(', b')', before).filter(|open| before.get(*open) == Some(&b'('))?;
    let head = before.get(..open)?;
    let head = head.get(head.len().saturating_sub(120)..)?;
    // Most heads have no `o` before a blank.
    let may_be =
        |at: &usize| head.get(*at..).is_some_and(|end| matches!(end, [b'o' | b'O', b' ', ..]));
    let is_into = |at: &usize| {
        head.get(*at - 3..).is_some_and(|end| {
            end.first_chunk::<5>().is_some_and(|end| end.eq_ignore_ascii_case(b"into "))
        })
    };
    let insert = (3..head.len()).rev().filter(may_be).find(is_into)?;
    if head.get(insert..)?.contains(&b';') {
        return None;
    }
    let position = memchr::memchr_iter(b',', before.get(open..)?).count();
    let rest = window.after(name.end);
    let close = memchr::memchr(b')', rest.get(..rest.len().min(MAX_STATEMENT))?)?;
    let mut at = is_word(window, name.end + close + 1, b"values")
        .or_else(|| values_at_once(window, name.end + close + 1))?;
    let mut found = Vec::new();
    for _ in 0..MAX_ROWS {
        let Some((value, end)) = row(window, at, position) else { break };
        found.extend(value);
        let comma = window.skip_space(end);
        if window.byte(comma) != Some(b',') {
            break;
        }
        at = comma + 1;
    }
    Some(found)
}

/// `)VALUES(` without blanks.
fn values_at_once(window: &Window, at: usize) -> Option<usize> {
    window.get(at..at + 6).eq_ignore_ascii_case(b"values").then_some(at + 6)
}

/// The string at a position of the row that begins at or behind `at`, and where the row ends.
fn row(window: &Window, at: usize, position: usize) -> Option<(Option<Value>, usize)> {
    let mut at = window.skip_space(at);
    if window.byte(at) != Some(b'(') {
        return None;
    }
    at += 1;
    let (mut field, mut depth, mut found) = (0, 0_usize, None);
    for _ in 0..MAX_STATEMENT {
        match window.byte(at)? {
            b')' if depth == 0 => return Some((found, at + 1)),
            b')' => depth -= 1,
            b'(' => depth += 1,
            b',' if depth == 0 => field += 1,
            b'\'' | b'"' | b'N' | b'E' | b'\\' => {
                let is_quote = matches!(window.byte(at)?, b'\'' | b'"');
                if let Some(string) = quoted(window.text(), at) {
                    // A function round it, such as one that hashes, is none of ours.
                    if field == position && depth == 0 {
                        found = Value::quoted(string.inside).checked(window);
                    }
                    at = string.end;
                    continue;
                }
                if is_quote {
                    return None;
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}
