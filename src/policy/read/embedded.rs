//! JSON written in a string of another text: its values, each where it stands in that text.

use std::ops::Range;

use super::json::{self, SyntaxError};
use crate::policy::text;
use crate::policy::tree::{Embedded, Entry, Node, Value};

/// Where the bytes of a decoded string were written.
#[derive(Clone, Debug, Default)]
pub(in crate::policy) struct Offsets {
    /// From the first on (in the decoded string), bytes stand one after the other from the second on (in the text).
    runs: Vec<(usize, usize)>,
}

impl Offsets {
    /// Of a string that is written as it is, from this place on.
    pub(in crate::policy) fn straight(start: usize) -> Self {
        Self { runs: vec![(0, start)] }
    }

    /// Says that what comes next in the decoded string, at `inner`, is written at `outer`. Must be called in order.
    pub(in crate::policy) fn push(&mut self, inner: usize, outer: usize) {
        match self.runs.last_mut() {
            Some(last) if last.0 == inner => last.1 = outer,
            Some(last) if inner - last.0 == outer.wrapping_sub(last.1) => {}
            _ => self.runs.push((inner, outer)),
        }
    }

    /// The place in the text of a place in the decoded string.
    pub(in crate::policy) fn outer(&self, inner: usize) -> usize {
        let after = self.runs.partition_point(|(start, _)| *start <= inner);
        let run = after.checked_sub(1).and_then(|at| self.runs.get(at));
        run.map_or(inner, |(start, outer)| outer + (inner - start))
    }

    fn span(&self, inner: &Range<usize>) -> Range<usize> {
        let start = self.outer(inner.start);
        start..self.outer(inner.end).max(start)
    }

    /// Those of a string inside of this one.
    fn then(&self, inner: &Self) -> Self {
        let mut joined = Self::default();
        for (at, (start, middle)) in inner.runs.iter().enumerate() {
            let end = inner.runs.get(at + 1).map_or(usize::MAX, |(next, _)| *next);
            joined.push(*start, self.outer(*middle));
            // Every run of the outer string that begins inside of this run begins one here.
            let from = self.runs.partition_point(|(begin, _)| begin <= middle);
            for (begin, outer) in self.runs.get(from..).unwrap_or_default() {
                let at = start + (begin - middle);
                if at >= end {
                    break;
                }
                joined.push(at, *outer);
            }
        }
        joined
    }
}

/// The document in a string that looks like one; where its bytes are written is asked only then.
pub(in crate::policy) fn read(text: &str, offsets: impl FnOnce() -> Offsets) -> Option<Value> {
    let start = text.trim_start();
    if start.starts_with(['{', '[']) && text.contains("Statement") {
        return Some(parse(text, &offsets()));
    }
    let is_encoded = start.starts_with("%7B") || start.starts_with("%7b");
    if is_encoded && text.contains("Statement") {
        let (decoded, places) = percent_decoded(text)?;
        return Some(parse(&decoded, &offsets().then(&places)));
    }
    None
}

fn parse(text: &str, offsets: &Offsets) -> Value {
    let (root, error) = document(text, offsets);
    Value::Json(Box::new(Embedded { root, error }))
}

/// The value of a text of JSON with holes, as far as it could be read, and why not further.
pub(super) fn document(text: &str, offsets: &Offsets) -> (Option<Node>, Option<SyntaxError>) {
    let (text, places) = with_quoted_holes(text);
    let offsets = offsets.then(&places);
    let (mut root, error) = match json::parse(&text) {
        Ok(root) => (Some(root), None),
        Err(error) => (json::parse_leniently(&text).ok(), Some(error)),
    };
    if let Some(root) = &mut root {
        place(root, &offsets);
    }
    let error = error.map(|error| SyntaxError { span: offsets.span(&error.span), ..error });
    (root, error)
}

/// Moves a tree to where it stands in the text.
fn place(node: &mut Node, offsets: &Offsets) {
    node.span = offsets.span(&node.span);
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| place(item, offsets)),
        Value::Map(entries) => {
            for Entry { key_span, value, .. } in entries {
                *key_span = offsets.span(key_span);
                place(value, offsets);
            }
        }
        Value::Json(embedded) => {
            if let Some(root) = &mut embedded.root {
                place(root, offsets);
            }
            if let Some(error) = &mut embedded.error {
                error.span = offsets.span(&error.span);
            }
        }
        Value::String(text) => {
            if let Some(name) = text.strip_prefix(BARE) {
                let name = text::leading_hole(name).map_or(name, |(name, _)| name);
                node.value = Value::Hole(name.into());
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Hole(_) | Value::Call(..) => {}
    }
}

/// Stands before a hole that is a whole value of the JSON.
const BARE: &str = "\u{fdd2}";

/// The text with quotes round the holes that stand where a value should, so that it is JSON.
fn with_quoted_holes(text: &str) -> (String, Offsets) {
    let (mut out, mut offsets) = (String::with_capacity(text.len()), Offsets::straight(0));
    let (mut rest, mut in_string) = (text, false);
    while let Some(character) = rest.chars().next() {
        let at = text.len() - rest.len();
        if let Some((name, after)) = text::leading_hole(rest) {
            // A quote in the name of a hole is not one of the JSON.
            let hole = text::hole(&name.replace(['"', '\\', '\n', '\t', '\r'], " "));
            offsets.push(out.len(), at);
            if in_string {
                out += &hole;
            } else {
                out.extend(["\"", BARE, &hole, "\""]);
            }
            rest = after;
            offsets.push(out.len(), text.len() - rest.len());
            continue;
        }
        let mut take = character.len_utf8();
        match character {
            '"' => in_string = !in_string,
            '\\' if in_string => {
                take += rest.chars().nth(1).map_or(0, char::len_utf8);
            }
            _ => {}
        }
        out += rest.get(..take).unwrap_or_default();
        rest = rest.get(take..).unwrap_or_default();
    }
    (out, offsets)
}

/// `%7B` and the like turned into what they stand for, as the IAM API writes documents.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PolicyVersion.html>
fn percent_decoded(text: &str) -> Option<(String, Offsets)> {
    let (mut out, mut offsets) = (Vec::with_capacity(text.len()), Offsets::straight(0));
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        offsets.push(out.len(), at);
        match (byte, hex) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                at += 3;
            }
            (byte, _) => {
                out.push(*byte);
                at += 1;
            }
        }
        offsets.push(out.len(), at);
    }
    Some((String::from_utf8(out).ok()?, offsets))
}

/// Where the bytes of a JSON string are written: `raw` is what stands between the quotes, from `start` on.
pub(in crate::policy) fn of_json_string(raw: &str, start: usize) -> Offsets {
    let mut offsets = Offsets::straight(start);
    let (mut at, mut inner) = (0, 0);
    while let Some(character) = raw.get(at..).and_then(|rest| rest.chars().next()) {
        if character != '\\' {
            at += character.len_utf8();
            inner += character.len_utf8();
            continue;
        }
        offsets.push(inner, start + at);
        let (length, decoded) = escape(raw.get(at..).unwrap_or_default());
        at += length;
        inner += decoded;
        offsets.push(inner, start + at);
    }
    offsets
}

/// The bytes that an escape takes, and the bytes of what it stands for.
fn escape(text: &str) -> (usize, usize) {
    let unit = |at: usize| {
        let hex = text.get(at..).filter(|rest| rest.starts_with("\\u"))?.get(2..6)?;
        u32::from_str_radix(hex, 16).ok()
    };
    match unit(0) {
        None => (2, 1),
        Some(0xD800..0xDC00) if unit(6).is_some_and(|low| (0xDC00..0xE000).contains(&low)) => {
            (12, 4)
        }
        Some(code) => (6, char::from_u32(code).map_or(3, char::len_utf8)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embedded(value: Option<Value>) -> Embedded {
        match value {
            Some(Value::Json(embedded)) => *embedded,
            other => panic!("JSON in a string, not {other:?}"),
        }
    }

    #[test]
    fn spans_are_places_of_the_outer_text() {
        let text = r#"  {\"a\": \"\u00e9x\", \"Statement\": [\"y\\n\", null]}"#;
        let decoded: String = serde_json::from_str(&format!("\"{text}\"")).unwrap();
        let found = embedded(read(&decoded, || of_json_string(text, 0)));
        let root = found.root.unwrap();
        let shown = |node: &Node| &text[node.span.clone()];
        assert_eq!(shown(root.get("a").unwrap()), r#"\"\u00e9x\""#);
        let items = root.get("Statement").unwrap().items();
        assert_eq!((shown(&items[0]), shown(&items[1])), (r#"\"y\\n\""#, "null"));
        assert_eq!(&text[root.entries()[1].key_span.clone()], r#"\"Statement\""#);
    }

    #[test]
    fn a_document_of_the_api_is_percent_encoded() {
        let text = "%7B%22Statement%22%3A%5B%22x%22%5D%7D";
        let root = embedded(read(text, || Offsets::straight(10))).root.unwrap();
        let item = &root.get("Statement").unwrap().items()[0];
        assert_eq!(&text[item.span.start - 10..item.span.end - 10], "%22x%22");
    }

    #[test]
    fn holes_are_values_or_parts_of_strings() {
        let hole = text::hole("var.\"x\"");
        let text = format!("{{\"Statement\": {hole}, \"a\": \"b{hole}c\", \"d\": 1}}");
        let root = embedded(read(&text, || Offsets::straight(0))).root.unwrap();
        assert!(matches!(root.get("Statement").unwrap().value, Value::Hole(_)));
        assert!(text::has_hole(root.get("a").unwrap().string().unwrap()));
        assert_eq!(&text[root.get("d").unwrap().span.clone()], "1");
    }

    #[test]
    fn a_slip_is_placed_as_well() {
        let error = embedded(read("{\"Statement\": [1,]}", || Offsets::straight(5))).error.unwrap();
        assert_eq!(error.span, 21..22);
    }
}
