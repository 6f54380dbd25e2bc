//! JSON as AWS takes it: no comments, no trailing commas, nothing that editors let through.

use std::ops::Range;

use jsonc_parser::ast::{ObjectPropName, Value as Ast};
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};

use super::embedded;
use crate::policy::tree::{Entry, Node, Value};

/// What is wrong with a text that should be JSON.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::policy) struct SyntaxError {
    pub(in crate::policy) span: Range<usize>,
    pub(in crate::policy) problem: String,
    pub(in crate::policy) kind: Kind,
}

/// What a reader does about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::policy) enum Kind {
    /// Another value follows the first one.
    AnotherValue,
    /// More levels than [`MAX_DEPTH`].
    TooDeep,
    /// Anything else.
    Other,
}

/// The most levels of lists and objects; the parser's own limit.
pub(in crate::policy) const MAX_DEPTH: usize = 512;

/// Parses one value. Spans are offsets into `text`.
pub(in crate::policy) fn parse(text: &str) -> Result<Node, SyntaxError> {
    parse_with(text, &strict())
}

/// Parses one value, past comments and commas that are too many or too few, so that one slip does not hide what else is wrong.
pub(in crate::policy) fn parse_leniently(text: &str) -> Result<Node, SyntaxError> {
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_missing_commas: true,
        ..strict()
    };
    parse_with(text, &options)
}

/// Stands before the name of a place that is a whole value.
const PLACE: char = '\u{7f}';

/// Parses the template of a value, after it proved not to be one: `${name}` that stands where a value should is filled in later.
pub(in crate::policy) fn parse_with_places(text: &str, error: &SyntaxError) -> Option<Node> {
    if !text.get(error.span.start..)?.starts_with("${") || text.contains(PLACE) {
        return None;
    }
    let mut quoted = String::with_capacity(text.len());
    let (mut rest, mut in_string) = (text, false);
    while let Some(character) = rest.chars().next() {
        let place =
            rest.strip_prefix("${").filter(|_| !in_string).and_then(|rest| rest.split_once('}'));
        if let Some((name, after)) = place.filter(|(name, _)| !name.contains(['"', '\\', '\n'])) {
            // As long as before, so that offsets stay what they are.
            quoted.extend(['"', PLACE]);
            quoted.push_str(name);
            quoted.push('"');
            rest = after;
            continue;
        }
        let length = match character {
            '\\' if in_string => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            _ => character.len_utf8(),
        };
        in_string ^= character == '"';
        let (taken, after) = rest.split_at_checked(length)?;
        quoted.push_str(taken);
        rest = after;
    }
    let mut root = parse(&quoted).ok()?;
    open_places(&mut root);
    Some(root)
}

fn open_places(node: &mut Node) {
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(open_places),
        Value::Map(entries) => entries.iter_mut().for_each(|entry| open_places(&mut entry.value)),
        Value::String(text) => {
            if let Some(name) = text.strip_prefix(PLACE) {
                node.value = Value::Hole(name.into());
            }
        }
        _ => {}
    }
}

const fn strict() -> ParseOptions {
    ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

fn parse_with(text: &str, options: &ParseOptions) -> Result<Node, SyntaxError> {
    let collect = CollectOptions { comments: CommentCollectionStrategy::Off, tokens: false };
    let parsed =
        parse_to_ast(text, &collect, options).map_err(|error| syntax_error(&error, text))?;
    let empty =
        || SyntaxError { span: 0..0, problem: "there is no value".into(), kind: Kind::Other };
    parsed.value.map(|value| node(value, text)).ok_or_else(empty)
}

fn syntax_error(error: &ParseError, text: &str) -> SyntaxError {
    let range = error.range();
    let mut span = range.start..range.end.max(range.start);
    let (kind, problem) = match error.kind() {
        ParseErrorKind::MultipleRootJsonValues => {
            (Kind::AnotherValue, "another value follows".into())
        }
        ParseErrorKind::NestingDepthExceeded => {
            (Kind::TooDeep, format!("more than {MAX_DEPTH} levels of nesting"))
        }
        ParseErrorKind::TrailingCommasNotAllowed => {
            (Kind::Other, "a comma before the closing bracket".into())
        }
        ParseErrorKind::CommentsNotAllowed => (Kind::Other, "a comment; JSON has none".into()),
        ParseErrorKind::ExpectedComma => {
            span = before_missing_comma(text).unwrap_or(span);
            (Kind::Other, "a comma is missing after this".into())
        }
        ParseErrorKind::SingleQuotedStringsNotAllowed => {
            (Kind::Other, "single quotes; JSON strings take double quotes".into())
        }
        ParseErrorKind::UnterminatedObject => (Kind::Other, "this `{` is never closed".into()),
        ParseErrorKind::UnterminatedArray => (Kind::Other, "this `[` is never closed".into()),
        other => (Kind::Other, lower_first(&other.to_string())),
    };
    SyntaxError { span, problem, kind }
}

/// The last character before the place where a comma should be. The parser names another place for it.
fn before_missing_comma(text: &str) -> Option<Range<usize>> {
    let error = serde_json::from_str::<serde::de::IgnoredAny>(text).err()?;
    let line = error.line().checked_sub(1)?;
    let from =
        if line == 0 { 0 } else { memchr::memchr_iter(b'\n', text.as_bytes()).nth(line - 1)? + 1 };
    let before = text.get(..from + error.column().checked_sub(1)?)?.trim_end();
    let last = before.char_indices().next_back()?.0;
    Some(last..before.len())
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn node(ast: Ast<'_>, text: &str) -> Node {
    let range = ast.range();
    let value = match ast {
        Ast::NullKeyword(_) => Value::Null,
        Ast::BooleanLit(literal) => Value::Bool(literal.value),
        Ast::NumberLit(literal) => Value::Number(literal.value.into()),
        Ast::StringLit(literal) => {
            let raw = text.get(range.start + 1..range.end.saturating_sub(1)).unwrap_or_default();
            let offsets = || embedded::of_json_string(raw, range.start + 1);
            embedded::read(&literal.value, offsets)
                .unwrap_or_else(|| Value::String(literal.value.into_owned()))
        }
        Ast::Array(array) => {
            Value::List(array.elements.into_iter().map(|item| node(item, text)).collect())
        }
        Ast::Object(object) => Value::Map(
            object
                .properties
                .into_iter()
                .map(|property| {
                    let name = match &property.name {
                        ObjectPropName::String(literal) => literal.range(),
                        ObjectPropName::Word(word) => word.range(),
                    };
                    Entry {
                        key_span: name.start..name.end,
                        key: property.name.into_string(),
                        value: node(property.value, text),
                    }
                })
                .collect(),
        ),
    };
    Node { span: range.start..range.end, value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_repeated_keys_and_exact_spans() {
        let text = r#" {"a": 1, "a": ["x\n", null]}"#;
        let tree = parse(text).unwrap();
        let [first, second] = tree.entries() else { panic!("two entries") };
        assert_eq!(
            (&text[first.key_span.clone()], &text[first.value.span.clone()]),
            ("\"a\"", "1")
        );
        assert_eq!(&text[second.value.span.clone()], r#"["x\n", null]"#);
        assert_eq!(second.value.items()[0].string(), Some("x\n"));
        assert_eq!(tree.span, 1..text.len());
    }

    #[test]
    fn refuses_what_aws_refuses() {
        for (text, problem) in [
            (r#"{"a":1,}"#, "a comma before the closing bracket"),
            (r#"{"a":[1,]}"#, "a comma before the closing bracket"),
            ("{\"a\":1 // x\n}", "a comment; JSON has none"),
            (r#"{"a":1 "b":2}"#, "a comma is missing after this"),
            (r"{'a':1}", "single quotes; JSON strings take double quotes"),
            (r#"{"a":1"#, "this `{` is never closed"),
            (r#"{"a":1} {"b":2}"#, "another value follows"),
        ] {
            assert_eq!(parse(text).unwrap_err().problem, problem, "{text}");
        }
        for text in
            ["{a:1}", "[1 2]", "[+1]", "[0x1]", "[.5]", "[NaN]", "", "{\"a\" 1}", "[\"\\q\"]"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_missing_comma_is_shown_where_it_is_missing() {
        for text in [
            "{\n \"Effect\": \"Allow\",\n \"Action\": \"s3:é\"\n \"Resource\": \"*\"\n}",
            "[{\"x\": [1, 2]\n\n \"y\": 3}]",
            "[\"a\" \"b\"]",
        ] {
            let error = parse(text).unwrap_err();
            let shown = &text[error.span.clone()];
            assert!(matches!(shown, "\"" | "]"), "{text}: {shown:?} at {:?}", error.span);
            let rest = text[error.span.end..].trim_start();
            assert!(
                ["\"Resource", "\"y", "\"b"].iter().any(|next| rest.starts_with(next)),
                "{text}"
            );
            assert!(parse_leniently(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn depth_is_limited() {
        let text = "[".repeat(100_000);
        assert_eq!(parse(&text).unwrap_err().kind, Kind::TooDeep);
    }
}
