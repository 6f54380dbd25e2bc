//! XML: elements with attributes and content, attributes in pairs, elements in pairs.

use std::ops::Range;

use super::entries::{self, Entries};
use super::value::{MAX_VALUE, Value};
use super::window::{Window, is_one_of, trim};
use super::{is_name_byte, name_length};

/// How long a tag may be.
const MAX_TAG: usize = 600;
/// Tags whose names and values belong to a form, or to a page.
const FORM_TAGS: &[&str] = &[
    "input", "option", "button", "label", "select", "textarea", "a", "img", "form", "div", "span",
    "td", "th", "li", "meta", "link", "script", "iframe", "section", "slot", "template", "p", "h1",
    "h2", "h3", "tr", "ul", "svg", "path",
];
/// Elements that hold the name of the value in the next element.
const NAME_ELEMENTS: &[&str] =
    &["key", "name", "string", "paramname", "parametername", "variablename", "id"];
/// Elements that hold the value of a name before them.
const VALUE_ELEMENTS: &[&str] = &[
    "string",
    "value",
    "data",
    "paramvalue",
    "parametervalue",
    "defaultvalue",
    "default",
    "text",
    "secret",
    "plaintext",
];

/// The start of the tag that `at` lies in, without its bracket.
pub(super) fn tag_round(window: &Window, at: usize) -> Option<Range<usize>> {
    let before = window.before(at, MAX_TAG);
    let open = memchr::memrchr2(b'<', b'>', before)?;
    let start = at - before.len() + open + 1;
    let name = window.after(start);
    let is_tag =
        before.get(open) == Some(&b'<') && name.first().is_some_and(u8::is_ascii_alphabetic);
    is_tag.then(|| start..start + local_length(name))
}

/// The length of a name with prefixes such as `xs:`.
fn local_length(rest: &[u8]) -> usize {
    rest.iter().take(96).take_while(|byte| is_name_byte(**byte) || **byte == b':').count()
}

/// The last part of the name of a tag.
fn local<'a>(window: &Window<'a>, tag: Range<usize>) -> &'a [u8] {
    window.get(tag).rsplit(|byte| *byte == b':').next().unwrap_or_default()
}

/// The bracket that ends the tag that goes on at `at`; brackets in attributes do not.
fn tag_end(window: &Window, at: usize) -> Option<usize> {
    let rest = window.after(at);
    let mut quote = None;
    for (offset, byte) in rest.iter().take(MAX_TAG).enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + offset),
            (None, b'<') => return None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// `<add key="DbPassword" value="…"/>`, `<string name="api_key">…</string>`.
pub(super) fn attribute_pair(
    window: &Window,
    tag: &Range<usize>,
    name_end: usize,
) -> Option<Value> {
    if is_one_of(local(window, tag.clone()), FORM_TAGS) {
        return None;
    }
    // The name's own quote is open here.
    let closed = name_end + usize::from(matches!(window.byte(name_end), Some(b'"' | b'\'')));
    let end = tag_end(window, closed)?;
    let attributes = Entries { from: tag.end, to: end, indent: 0, has_equals: true };
    if let Some(value) = entries::value(window, &attributes) {
        return Some(value);
    }
    if window.byte(end - 1) == Some(b'/') { None } else { content(window, end + 1) }
}

/// `<password>…</password>`, also with attributes; `<password value="…"/>`.
pub(super) fn element(window: &Window, name: &Range<usize>) -> Option<Value> {
    let end = tag_end(window, name.end)?;
    if end > name.end {
        let attributes = Entries { from: name.end, to: end, indent: 0, has_equals: true };
        if let Some(value) = entries::value(window, &attributes) {
            return Some(value);
        }
    }
    if window.byte(end - 1) == Some(b'/') { None } else { content(window, end + 1) }
}

/// `<key>Password</key><string>…</string>`: the element behind the one that holds the name.
pub(super) fn element_pair(window: &Window, name: &Range<usize>) -> Option<Value> {
    let before = window.before(name.start, 64);
    let open = memchr::memrchr2(b'<', b'>', before.strip_suffix(b">")?)?;
    let tag = before.get(open + 1..before.len() - 1)?;
    if before.get(open) != Some(&b'<') || !is_one_of(tag, NAME_ELEMENTS) {
        return None;
    }
    let end = tag_end(window, name.end + 1)?;
    let next = window.skip_space(end + 1);
    let rest = window.after(next).strip_prefix(b"<")?;
    let element = rest.get(..name_length(rest))?;
    if !is_one_of(element, VALUE_ELEMENTS) {
        return None;
    }
    content(window, tag_end(window, next + 1)? + 1)
}

/// The text of the element whose content begins at `at`, or of the one element in it.
fn content(window: &Window, at: usize) -> Option<Value> {
    let start = window.skip_space(at);
    let rest = window.after(start);
    if let Some(child) = rest.strip_prefix(b"<").filter(|child| !child.starts_with(b"!")) {
        let element = child.get(..name_length(child))?;
        let end = tag_end(window, start + 1)?;
        let is_value = is_one_of(element, VALUE_ELEMENTS) && window.byte(end - 1) != Some(b'/');
        return if is_value { text(window, end + 1) } else { None };
    }
    text(window, start)
}

/// Text up to the tag that closes the element.
fn text(window: &Window, at: usize) -> Option<Value> {
    let at = window.skip_space(at);
    let rest = window.after(at);
    if let Some(inside) = rest.strip_prefix(b"<![CDATA[") {
        let end = memchr::memmem::find(inside.get(..inside.len().min(MAX_VALUE))?, b"]]>")?;
        return Value::quoted(trim(window.text(), at + 9..at + 9 + end)).checked(window);
    }
    let end = memchr::memchr(b'<', rest.get(..rest.len().min(MAX_VALUE))?)?;
    if !rest.get(end..)?.starts_with(b"</") {
        return None;
    }
    Value::quoted(trim(window.text(), at..at + end)).checked(window)
}
