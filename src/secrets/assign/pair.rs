//! A name that is itself a value, with the secret beside it: `name: DB_PASSWORD`, `value: …`.

use std::ops::Range;

use super::entries::{self, Entries};
use super::is_name_byte;
use super::value::Value;
use super::window::Window;
use super::xml;
use super::yaml::indent_of;

/// The value of the pair that has `name` for its name.
pub(super) fn read(window: &Window, name: &Range<usize>) -> Option<Value> {
    let key = key_before(window, name.start)?;
    if !entries::is_name_key(window.get(key.range.clone())) {
        return None;
    }
    if key.operator == b'='
        && let Some(tag) = xml::tag_round(window, key.range.start)
    {
        return xml::attribute_pair(window, &tag, name.end);
    }
    let from = entries::start(window, key.range.start);
    let mut object = Entries::all(window, from);
    object.indent = indent_of(window, key.range.start);
    entries::value(window, &object)
}

/// The key that something gives a value to.
struct Key {
    range: Range<usize>,
    operator: u8,
}

/// Looks for `key: ` or `key="` right before `at`. A path may stand before the name: `Name: /prod/db/password`.
fn key_before(window: &Window, at: usize) -> Option<Key> {
    let before = window.before(at, 160);
    let path = |byte: &&u8| is_name_byte(**byte) || **byte == b'/';
    let before = strip_end(before, path);
    let before = strip_end(before, |byte| is_quote(**byte)).trim_ascii_end();
    let before = before.strip_suffix(b"N").filter(|rest| rest.ends_with(b"=")).unwrap_or(before);
    let (operator, before) = match before {
        [rest @ .., b'=', b'>'] => (b':', rest),
        [rest @ .., byte @ (b':' | b'=')] => (*byte, rest),
        _ => return None,
    };
    let before = strip_end(before.trim_ascii_end(), |byte| is_quote(**byte));
    let length = before.iter().rev().take(32).take_while(|byte| is_name_byte(**byte)).count();
    let end = at - (window.before(at, 160).len() - before.len());
    (length > 0).then_some(Key { range: end - length..end, operator })
}

const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'\\' | b'`')
}

fn strip_end(bytes: &[u8], is_part: impl Fn(&&u8) -> bool) -> &[u8] {
    let length = bytes.iter().rev().take_while(is_part).count();
    bytes.get(..bytes.len() - length).unwrap_or_default()
}
