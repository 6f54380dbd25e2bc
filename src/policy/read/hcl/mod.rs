//! Terraform's language as it is written: nothing is looked up or worked out.

mod expression;
mod limits;
mod template;

use std::ops::Range;

use hcl_edit::parser::{Error, parse_body};
use hcl_edit::structure::{Attribute, Block, BlockLabel, Body, Structure};
use hcl_edit::{Decorate, Ident, Span};

use super::json::{Kind, SyntaxError};
use super::shift;
use crate::policy::tree::{Entry, Node, Value};

/// The most keys of one file that may be there twice.
const MAX_REPEATED: usize = 16;

/// Parses a file of attributes and blocks. Spans are offsets into `text`.
///
/// A block is an entry under its type, with a map in it for each label and for its body.
pub(in crate::policy) fn parse(text: &str) -> Result<Node, SyntaxError> {
    let plain = text.strip_prefix('\u{feff}').unwrap_or(text);
    let by = text.len() - plain.len();
    let mut root = parse_plain(plain).map_err(|error| {
        let span = error.span.start + by..error.span.end + by;
        SyntaxError { span, ..error }
    })?;
    if by > 0 {
        shift(&mut root, by);
    }
    Ok(root)
}

fn parse_plain(text: &str) -> Result<Node, SyntaxError> {
    limits::check(text)?;
    let body = body_with_repeated_keys(text).map_err(|error| syntax_error(&error, text))?;
    let source = Source { text };
    Ok(Node { span: 0..text.len(), value: Value::Map(source.entries(&body)) })
}

/// The parser refuses a key that is there twice, but Terraform takes the last one of an object. So it is given the
/// text with another key of the same length there; what keys are called is read from the text as it was.
fn body_with_repeated_keys(text: &str) -> Result<Body, Error> {
    let mut error = match parse_body(text) {
        Ok(body) => return Ok(body),
        Err(error) => error,
    };
    let mut renamed = text.to_owned();
    for name in 0..MAX_REPEATED {
        let Some(key) = repeated_key(&error, &renamed) else { break };
        let stand_in = stand_in(key.len(), name);
        renamed.replace_range(key, &stand_in);
        match parse_body(&renamed) {
            Ok(body) => return Ok(body),
            Err(next) => error = next,
        }
    }
    Err(error)
}

/// Where the name of the key stands that the parser refuses for being there already.
fn repeated_key(error: &Error, text: &str) -> Option<Range<usize>> {
    if !error.message().contains("redefined") {
        return None;
    }
    let start = error.location().offset();
    let rest = text.get(start..)?;
    if let Some(inside) = rest.strip_prefix('"') {
        let name = inside.split('"').next()?;
        let is_plain = !name.is_empty() && !name.contains(['\\', '$', '%']);
        return is_plain.then(|| start + 1..start + 1 + name.len());
    }
    let name = rest.find(|character: char| !is_of_name(character)).unwrap_or(rest.len());
    (name > 0).then(|| start..start + name)
}

fn is_of_name(character: char) -> bool {
    Ident::try_new(format!("a{character}")).is_ok()
}

/// A name that nobody gives to a key.
fn stand_in(length: usize, number: usize) -> String {
    let letter = b'Q'.wrapping_add(u8::try_from(number % 8).unwrap_or_default());
    let digit = b'a'.wrapping_add(u8::try_from(number).unwrap_or_default());
    let bytes = std::iter::repeat_n(letter, length.saturating_sub(1)).chain([digit]);
    bytes.map(char::from).take(length).collect()
}

fn syntax_error(error: &Error, text: &str) -> SyntaxError {
    let (offset, message) = (error.location().offset(), error.message());
    // At the end of the text the parser names its last byte, which may be in a character.
    let start = (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let length = text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let (kind, problem) = if message.contains("nesting depth") {
        (Kind::TooDeep, "more than 64 levels of nesting".into())
    } else if message.contains("chained") {
        (Kind::TooDeep, "more than 128 operators one after the other".into())
    } else if message.starts_with("invalid escape") || message.contains("hex code") {
        // The place that it names comes after it.
        let escape = text.get(..start).and_then(|before| before.rfind('\\')).unwrap_or(start);
        let problem = "no escape sequence that Terraform knows".into();
        return SyntaxError { span: escape..start, problem, kind: Kind::Other };
    } else if message.starts_with("invalid expression") {
        (Kind::Other, "here should be a value".into())
    } else {
        (Kind::Other, message.to_owned())
    };
    SyntaxError { span: start..start + length, problem, kind }
}

/// The text that was parsed. Names and strings are read from it, by their spans.
#[derive(Clone, Copy)]
struct Source<'a> {
    text: &'a str,
}

impl<'a> Source<'a> {
    fn slice(self, span: &Range<usize>) -> &'a str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    fn entries(self, body: &Body) -> Vec<Entry> {
        let entry = |structure: &Structure| match structure {
            Structure::Attribute(attribute) => self.attribute(attribute),
            Structure::Block(block) => self.dynamic(block).unwrap_or_else(|| self.block(block)),
        };
        body.iter().map(entry).collect()
    }

    fn attribute(self, attribute: &Attribute) -> Entry {
        let key_span = attribute.key.span().unwrap_or_default();
        let key = self.slice(&key_span).into();
        Entry { key, key_span, value: self.node(&attribute.value) }
    }

    fn block(self, block: &Block) -> Entry {
        let body = self.braces(block);
        let inside = block.labels.iter().rev().fold(body, |value, label| {
            let (key, key_span) = self.label(label);
            let span = value.span.clone();
            Node { span, value: Value::Map(vec![Entry { key, key_span, value }]) }
        });
        let key_span = block.ident.span().unwrap_or_default();
        Entry { key: self.slice(&key_span).into(), key_span, value: inside }
    }

    /// `dynamic "statement" { content { … } }` stands for any number of blocks `statement`, none included: it is read as a call
    /// with the body of one.
    /// <https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks>
    fn dynamic(self, block: &Block) -> Option<Entry> {
        let [label] = block.labels.as_slice() else { return None };
        let content = block.body.get_blocks("content").next()?;
        if block.ident.as_str() != "dynamic" {
            return None;
        }
        let (key, key_span) = self.label(label);
        let content = self.braces(content);
        let span = content.span.clone();
        let value = Node { span, value: Value::Call("dynamic".into(), vec![content]) };
        Some(Entry { key, key_span, value })
    }

    fn label(self, label: &BlockLabel) -> (String, Range<usize>) {
        let span = label.span().unwrap_or_default();
        let name = match label {
            BlockLabel::Ident(_) => self.slice(&span).into(),
            BlockLabel::String(_) => self.plain(&span).decoded,
        };
        (name, span)
    }

    /// The body of a block with its braces, which the parser does not say the place of.
    fn braces(self, block: &Block) -> Node {
        let suffix = |decor: &hcl_edit::Decor| decor.suffix().map_or(0, |text| text.len());
        let (before, space) = match block.labels.last() {
            Some(label) => (label.span(), suffix(label.decor())),
            None => (block.ident.span(), suffix(block.ident.decor())),
        };
        let start = before.map_or(0, |before| before.end) + space;
        let end = block.span().map_or(start, |span| span.end.max(start));
        Node { span: start..end, value: Value::Map(self.entries(&block.body)) }
    }
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
