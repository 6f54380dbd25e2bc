//! From bytes to trees: which blobs may hold a policy at all, and the values written in them.

pub(super) mod embedded;
pub(super) mod hcl;
pub(super) mod json;

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::{self, Finder};

use super::tree::Node;
use crate::blob::{Blob, Content};
use json::SyntaxError;

/// A text without all of these has no policy: one pass, and almost every file is done.
static GATE: LazyLock<[Finder<'static>; 3]> =
    LazyLock::new(|| ["\"Statement\"", "\"2012-10-17\"", "\"2008-10-17\""].map(Finder::new));

/// Signs that a text becomes JSON only after a template engine has run.
const TEMPLATE_MARKS: &[&str] = &["{{", "{%", "<%", "<#", "#{", "%{"];

/// What was read of a blob.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Reading {
    /// Every value that stands by itself.
    pub(super) roots: Vec<Node>,
    /// Why the text, or the rest of it, is not JSON.
    pub(super) error: Option<SyntaxError>,
}

/// Whether a blob may hold a policy: it starts like JSON and has one of the gate's words.
pub(super) fn may_hold_policy(blob: &Blob) -> bool {
    blob.content == Content::Text && starts_like_json(blob) && has_gate_word(blob.text)
}

/// Whether an input that is read in chunks may hold a policy: its first chunk starts like JSON.
pub(super) fn starts_like_json(blob: &Blob) -> bool {
    let text = blob.text.strip_prefix(BOM).unwrap_or(blob.text);
    matches!(text.trim_ascii_start().first(), Some(b'{' | b'['))
}

pub(super) fn has_gate_word(text: &[u8]) -> bool {
    GATE.iter().any(|word| word.find(text).is_some())
}

const BOM: &[u8] = "\u{feff}".as_bytes();

/// The values of a text: one, or several one after the other. Spans count from the first byte of `text`.
pub(super) fn read(text: &[u8]) -> Reading {
    let start = if text.starts_with(BOM) { BOM.len() } else { 0 };
    let text = printable(text.get(start..).unwrap_or_default());
    let mut reading = Reading::default();
    match json::parse(&text) {
        Ok(root) => reading.roots.push(root),
        Err(error) if error.kind == json::Kind::AnotherValue => several(&text, &mut reading),
        Err(error) => {
            reading.roots.extend(json::parse_leniently(&text).ok());
            reading.error = Some(error);
        }
    }
    if start > 0 {
        reading.roots.iter_mut().for_each(|root| shift(root, start));
        if let Some(error) = &mut reading.error {
            error.span = error.span.start + start..error.span.end + start;
        }
    }
    reading
}

/// Values one after the other, such as one per line.
fn several(text: &str, reading: &mut Reading) {
    let mut at = 0;
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    loop {
        let next = values.next();
        let end = if matches!(next, Some(Ok(_))) { values.byte_offset() } else { text.len() };
        let Some(part) = text.get(at..end).filter(|part| !part.trim().is_empty()) else { break };
        match json::parse(part) {
            Ok(mut root) => {
                shift(&mut root, at);
                reading.roots.push(root);
            }
            Err(mut error) => {
                error.span = error.span.start + at..error.span.end + at;
                reading.error = Some(error);
                break;
            }
        }
        at = end;
    }
}

/// The text with every byte that is not UTF-8 replaced by one that is, so that offsets stay what they are.
fn printable(text: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(text).map_or_else(
        |_| {
            let mut out = String::with_capacity(text.len());
            for chunk in text.utf8_chunks() {
                out.push_str(chunk.valid());
                out.extend(chunk.invalid().iter().map(|_| '\u{7f}'));
            }
            Cow::Owned(out)
        },
        Cow::Borrowed,
    )
}

fn shift(node: &mut Node, by: usize) {
    use super::tree::Value;
    node.span = node.span.start + by..node.span.end + by;
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| shift(item, by)),
        Value::Map(entries) => {
            for entry in entries {
                entry.key_span = entry.key_span.start + by..entry.key_span.end + by;
                shift(&mut entry.value, by);
            }
        }
        Value::Json(embedded) => {
            embedded.root.iter_mut().for_each(|root| shift(root, by));
            if let Some(error) = &mut embedded.error {
                error.span = error.span.start + by..error.span.end + by;
            }
        }
        Value::Call(_, given) => given.iter_mut().for_each(|node| shift(node, by)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Hole(_) => {}
    }
}

/// Whether a text that is not JSON was meant to be a policy: it has the words of one and is not a template.
pub(super) fn is_meant_as_policy(text: &[u8]) -> bool {
    let has = |word: &str| memmem::find(text, word.as_bytes()).is_some();
    has("\"Statement\"") && has("\"Effect\"") && !TEMPLATE_MARKS.iter().any(|mark| has(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_several_values_and_says_where_the_last_one_breaks() {
        let text = b"{\"a\":1}\n{\"b\":2}\n";
        let reading = read(text);
        assert_eq!(reading.roots.len(), 2);
        assert_eq!(&text[reading.roots[1].span.clone()], b"{\"b\":2}");
        assert_eq!(reading.error, None);
        let reading = read(b"{\"a\":1}\n{\"b\":2,}\n");
        assert_eq!(reading.roots.len(), 1);
        assert_eq!(reading.error.unwrap().span, 14..15);
    }

    #[test]
    fn a_byte_order_mark_and_stray_bytes_do_not_move_anything() {
        let text = b"\xEF\xBB\xBF{\"a\":\"\xFFx\",\"b\":\"y\"}";
        let reading = read(text);
        let b = reading.roots[0].get("b").unwrap();
        assert_eq!(&text[b.span.clone()], b"\"y\"");
    }

    #[test]
    fn a_slip_does_not_hide_the_rest() {
        let reading = read(b"{\"a\":[1,],}");
        assert!(reading.error.is_some());
        assert_eq!(reading.roots.len(), 1);
    }
}
