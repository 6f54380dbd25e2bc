//! JSON as AWS takes it: no comments, no trailing commas, nothing that editors let through.

use std::ops::Range;

use jsonc_parser::ast::{ObjectPropName, Value as Ast};
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};

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

/// Parses one value, past comments and trailing commas, so that one slip does not hide what else is wrong.
pub(in crate::policy) fn parse_leniently(text: &str) -> Result<Node, SyntaxError> {
    parse_with(
        text,
        &ParseOptions { allow_comments: true, allow_trailing_commas: true, ..strict() },
    )
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
    let parsed = parse_to_ast(text, &collect, options).map_err(|error| syntax_error(&error))?;
    let empty =
        || SyntaxError { span: 0..0, problem: "there is no value".into(), kind: Kind::Other };
    parsed.value.map(node).ok_or_else(empty)
}

fn syntax_error(error: &ParseError) -> SyntaxError {
    let range = error.range();
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
        ParseErrorKind::ExpectedComma => (Kind::Other, "a comma is missing here".into()),
        ParseErrorKind::SingleQuotedStringsNotAllowed => {
            (Kind::Other, "single quotes; JSON strings take double quotes".into())
        }
        ParseErrorKind::UnterminatedObject => (Kind::Other, "this `{` is never closed".into()),
        ParseErrorKind::UnterminatedArray => (Kind::Other, "this `[` is never closed".into()),
        other => (Kind::Other, lower_first(&other.to_string())),
    };
    SyntaxError { span: range.start..range.end.max(range.start), problem, kind }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn node(ast: Ast<'_>) -> Node {
    let range = ast.range();
    let value = match ast {
        Ast::NullKeyword(_) => Value::Null,
        Ast::BooleanLit(literal) => Value::Bool(literal.value),
        Ast::NumberLit(literal) => Value::Number(literal.value.into()),
        Ast::StringLit(literal) => Value::String(literal.value.into_owned()),
        Ast::Array(array) => Value::List(array.elements.into_iter().map(node).collect()),
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
                        value: node(property.value),
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
            (r#"{"a":1 "b":2}"#, "a comma is missing here"),
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
    fn depth_is_limited() {
        let text = "[".repeat(100_000);
        assert_eq!(parse(&text).unwrap_err().kind, Kind::TooDeep);
    }
}
