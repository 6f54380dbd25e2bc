//! The entries of an object, in whatever it is written: `{…}`, a tag's attributes, lines of one indentation. The one that
//! has the value is looked for by its key.

use std::ops::Range;

use super::name_length;
use super::operator::Operator;
use super::quotes::quoted;
use super::value::{self, Value};
use super::window::{Window, is_one_of};
use super::yaml::indent_of;

/// How far from its beginning an object is read.
const MAX_OBJECT: usize = 1200;

/// Keys that an object has the value under.
const VALUE_KEYS: &[&str] = &[
    "value",
    "parametervalue",
    "defaultvalue",
    "default",
    "plaintext",
    "stringvalue",
    "secretvalue",
    "secretstring",
    "plain",
    "val",
    "content",
    "paramvalue",
    "variablevalue",
    "rawvalue",
    "optionvalue",
    "currentvalue",
];
/// Keys that say that the value is kept elsewhere.
const REFERENCE_KEYS: &[&str] = &[
    "valuefrom",
    "secretkeyref",
    "secretref",
    "fromsecret",
    "valueref",
    "configmapkeyref",
    "remoteref",
    "secretkeyselector",
    "generatevalue",
    "frominput",
    "usefilevalue",
    "keyvaultid",
    "valuefromsecret",
    "dynamicvalue",
];
/// Keys under which the name of a value stands.
const NAME_KEYS: &[&str] = &[
    "name",
    "key",
    "parameterkey",
    "parametername",
    "variablename",
    "variable",
    "optionname",
    "paramname",
    "envname",
    "envvar",
    "field",
    "propertyname",
    "settingname",
    "title",
    "id",
    "property",
    "setting",
    "parameter",
    "n",
    "k",
];

/// Where entries begin and what ends them.
pub(super) struct Entries {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The least indentation of a line that belongs to them.
    pub(super) indent: usize,
    /// Whether `=` gives a value, as `:` does.
    pub(super) has_equals: bool,
}

impl Entries {
    /// Everything from `from` to the end of the object.
    pub(super) fn all(window: &Window, from: usize) -> Self {
        let to = window.text().len().min(from + MAX_OBJECT);
        Self { from, to, indent: 0, has_equals: true }
    }
}

pub(super) fn is_name_key(key: &[u8]) -> bool {
    is_one_of(key, NAME_KEYS)
}

/// Whether one of the parents of a name says that the value is kept elsewhere.
pub(crate) fn refers(text: &[u8], parents: &[Range<usize>]) -> bool {
    let words = parents.iter().filter_map(|parent| text.get(parent.clone()));
    words.into_iter().any(|word| is_one_of(word, REFERENCE_KEYS))
}

/// The value among the entries; `None` where there is none, or another key says that it is kept elsewhere.
pub(super) fn value(window: &Window, entries: &Entries) -> Option<Value> {
    let mut at = entries.from;
    let mut depth = 0_usize;
    let mut open = 0;
    while at < entries.to {
        match window.byte(at)? {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' if depth == 0 => return None,
            b'}' | b']' | b')' => depth -= 1,
            b'\n' if depth == 0 && ends_at(window, at + 1, entries.indent) => return None,
            _ => {
                let (key, end) = key(window, at);
                // Quotes that nothing closes make it something else, and cost time.
                open += usize::from(end == at && is_quote(window, at));
                if open > 2 {
                    return None;
                }
                if depth == 0
                    && !key.is_empty()
                    && let Some(behind) = operator(window, end, entries.has_equals)
                {
                    if is_one_of(key, REFERENCE_KEYS) {
                        return None;
                    }
                    if is_one_of(key, VALUE_KEYS) && !holds_reference(window, behind) {
                        return value::read(window, behind, Operator::Colon, at);
                    }
                }
                at = end.max(at + 1);
                continue;
            }
        }
        at += 1;
    }
    None
}

/// A key or any other word at `at`, in quotes or bare, and where it ends.
fn key<'a>(window: &Window<'a>, at: usize) -> (&'a [u8], usize) {
    if is_quote(window, at)
        && let Some(string) = quoted(window.text(), at)
    {
        return (window.get(string.inside), string.end);
    }
    let length = name_length(window.after(at));
    (window.get(at..at + length), at + length)
}

fn is_quote(window: &Window, at: usize) -> bool {
    matches!(window.byte(at), Some(b'"' | b'\'' | b'\\' | b'`'))
}

/// Where the operator behind a key ends.
fn operator(window: &Window, end: usize, has_equals: bool) -> Option<usize> {
    let at = window.skip_blanks(end);
    match window.after(at) {
        [b'=', b'=', ..] => None,
        [b'=', b'>', ..] => Some(at + 2),
        [b':', ..] => Some(at + 1),
        [b'=', ..] if has_equals => Some(at + 1),
        _ => None,
    }
}

/// Whether what begins at `at` is a map with a reference in it: `value: {secretKeyRef: …}`.
fn holds_reference(window: &Window, at: usize) -> bool {
    let rest = window.after(window.skip_space(at));
    let rest = rest.strip_prefix(b"{").unwrap_or(rest).trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").unwrap_or(rest);
    is_one_of(rest.get(..name_length(rest)).unwrap_or_default(), REFERENCE_KEYS)
}

/// Whether the line at `at` belongs to no object that is indented so far.
fn ends_at(window: &Window, at: usize, indent: usize) -> bool {
    let content = window.skip_blanks(at);
    let line = window.after(content);
    let closes = matches!(line.first(), Some(b'}' | b']' | b')' | b'\r' | b'\n'));
    line.starts_with(b"- ")
        || line.starts_with(b"---")
        || !closes && indent_of(window, content) < indent
}

/// Where the object of the entry that begins at `key` begins.
pub(super) fn start(window: &Window, key: usize) -> usize {
    let indent = indent_of(window, key);
    let before = window.before(key, MAX_OBJECT / 2);
    let low = key - before.len();
    let mut depth = 0_usize;
    let mut line = key;
    for (offset, byte) in before.iter().enumerate().rev() {
        let at = low + offset;
        match byte {
            b'}' | b']' | b')' => depth += 1,
            b'{' | b'[' | b'(' if depth == 0 => return at + 1,
            b'{' | b'[' | b'(' => depth -= 1,
            b'\n' if depth == 0 => {
                let content = window.skip_blanks(at + 1);
                let is_item = window.after(content).starts_with(b"- ");
                let is_blank = matches!(window.byte(content), Some(b'\r' | b'\n'));
                if is_blank
                    || !is_item && indent_of(window, content + usize::from(is_item)) < indent
                {
                    return line;
                }
                line = at + 1;
                if is_item {
                    // Its first entry stands behind the hyphen.
                    return content + 2;
                }
            }
            _ => {}
        }
    }
    let content = window.skip_blanks(low);
    match window.after(content) {
        [b'-', b' ', ..] if low == 0 => content + 2,
        _ if low == 0 => low,
        _ => line,
    }
}
