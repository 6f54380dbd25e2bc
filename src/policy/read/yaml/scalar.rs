//! Scalars: of what type they are, and where the bytes of their text were written.

use std::ops::Range;

use granit_parser::{ScalarStyle, Tag};

use crate::policy::read::embedded::{self, Offsets};
use crate::policy::tree::Value;

/// A scalar as the parser gives it.
pub(super) struct Scalar<'t> {
    /// Decoded.
    pub(super) text: &'t str,
    pub(super) style: ScalarStyle,
    pub(super) tag: Option<&'t Tag>,
    /// Of what was written, with its quotes.
    pub(super) span: Range<usize>,
}

impl Scalar<'_> {
    /// Its value. `source` is the whole text.
    pub(super) fn value(&self, source: &str) -> Value {
        let is_typed = match self.tag.map(Tag::core_suffix) {
            Some(Some("null")) => return Value::Null,
            Some(core) => matches!(core, Some("bool" | "int" | "float")),
            None => self.style == ScalarStyle::Plain,
        };
        is_typed
            .then(|| typed(self.text))
            .flatten()
            .or_else(|| embedded::read(self.text, || self.offsets(source)))
            .unwrap_or_else(|| Value::String(self.text.into()))
    }

    /// Where the bytes of the decoded text were written. Exact for all but the white space at the ends of lines.
    fn offsets(&self, source: &str) -> Offsets {
        let quoted = matches!(self.style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        let start = self.span.start + usize::from(quoted);
        let written = source.get(start..self.span.end).unwrap_or_default();
        let (mut offsets, mut rest) = (Offsets::default(), written);
        for (inner, character) in self.text.char_indices() {
            rest = self.past_unsaid(rest, character);
            offsets.push(inner, start + written.len() - rest.len());
            rest = rest.get(self.width(rest, character)..).unwrap_or_default();
        }
        offsets.push(self.text.len(), start + written.len() - rest.len());
        offsets
    }

    /// What was written, after anything that says nothing: indentation, and line breaks with a backslash before them.
    fn past_unsaid<'w>(&self, written: &'w str, next: char) -> &'w str {
        let mut rest = written;
        loop {
            if !is_blank(next) {
                rest = rest.trim_start_matches(is_blank);
            }
            let escaped = rest.strip_prefix('\\').filter(|after| after.starts_with(['\n', '\r']));
            match escaped.filter(|_| self.style == ScalarStyle::DoubleQuoted) {
                Some(after) => rest = after.trim_start_matches(is_blank),
                None => return rest,
            }
        }
    }

    /// How many bytes of what was written stand for a character of the decoded text.
    fn width(&self, written: &str, decoded: char) -> usize {
        let mut characters = written.chars();
        let Some(first) = characters.next() else { return 0 };
        match (self.style, first, characters.next()) {
            (ScalarStyle::DoubleQuoted, '\\', Some('x')) => 4,
            (ScalarStyle::DoubleQuoted, '\\', Some('u')) if decoded > '\u{ffff}' => 12,
            (ScalarStyle::DoubleQuoted, '\\', Some('u')) => 6,
            (ScalarStyle::DoubleQuoted, '\\', Some('U')) => 10,
            (ScalarStyle::DoubleQuoted, '\\', Some(_))
            | (ScalarStyle::SingleQuoted, '\'', Some('\''))
            | (_, '\r', Some('\n')) => 2,
            _ if is_blank(decoded) && !is_blank(first) => 0,
            _ => first.len_utf8(),
        }
    }
}

const fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

/// The value of a plain text that is not a string. Of numbers only those that JSON has: `0123`, `1_000` and `2012-10-17`
/// are strings, as account ids and versions are meant to be.
fn typed(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some(Value::Null),
        "true" | "True" | "TRUE" => Some(Value::Bool(true)),
        "false" | "False" | "FALSE" => Some(Value::Bool(false)),
        _ => is_number(text).then(|| Value::Number(text.into())),
    }
}

fn is_number(text: &str) -> bool {
    let after_digits = |text: &str| {
        let rest = text.trim_start_matches(|digit: char| digit.is_ascii_digit());
        (rest.len() < text.len()).then(|| rest.to_owned())
    };
    let text = text.strip_prefix('-').unwrap_or(text);
    if text.starts_with('0') && text.get(1..2).is_some_and(|next| !matches!(next, "." | "e" | "E"))
    {
        return false;
    }
    let Some(mut rest) = after_digits(text) else { return false };
    if let Some(fraction) = rest.strip_prefix('.') {
        let Some(after) = after_digits(fraction) else { return false };
        rest = after;
    }
    let Some(exponent) = rest.strip_prefix(['e', 'E']) else { return rest.is_empty() };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    after_digits(exponent).is_some_and(|rest| rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::read::yaml::parse;
    use crate::policy::tree::{Embedded, Node};

    fn root(text: &str) -> Node {
        let reading = parse(text);
        assert_eq!(reading.error, None, "{text}");
        reading.roots.into_iter().next().unwrap()
    }

    fn value(text: &str) -> Value {
        root(&format!("a: {text}\n")).get("a").unwrap().value.clone()
    }

    #[test]
    fn only_plain_texts_have_types() {
        for text in ["~", "null", "NULL", "", "!!null x"] {
            assert_eq!(value(text), Value::Null, "{text}");
        }
        assert_eq!((value("true"), value("False")), (Value::Bool(true), Value::Bool(false)));
        for text in ["0", "-1", "12.50", "1e9", "1.5E-3", "123456789012", "0.5", "0e1"] {
            assert_eq!(value(text), Value::Number(text.into()), "{text}");
        }
        for text in [
            "2012-10-17",
            "012345678901",
            "yes",
            "off",
            "tRUE",
            "1_000",
            "0x1F",
            ".5",
            "1.",
            "+1",
            "1e",
            "1.2.3",
            "NaN",
            "é",
            "00",
            "1é",
        ] {
            assert_eq!(value(text), Value::String(text.into()), "{text}");
        }
        for text in [
            "'true'",
            "\"true\"",
            "!!str true",
            "! true",
            "!!binary true",
            "|\n  true",
            ">-\n  true",
        ] {
            assert_eq!(
                value(text).clone(),
                Value::String(if text.starts_with('|') { "true\n".into() } else { "true".into() })
            );
        }
        assert_eq!(value("!!int '5'"), Value::Number("5".into()));
        assert_eq!(value("!!bool 'true'"), Value::Bool(true));
    }

    /// Where the values of a policy in a string stand, in the text around it.
    fn assert_exact(text: &str, arn: &str, action: &str) {
        let root = root(text);
        let policy = root.get("p").unwrap();
        let Value::Json(embedded) = &policy.value else { panic!("JSON in {text}: {policy:?}") };
        let Embedded { root: Some(found), error: None } = &**embedded else {
            panic!("{embedded:?} in {text}")
        };
        let statement = &found.get("Statement").unwrap().items()[0];
        let shown = |key: &str| &text[statement.get(key).unwrap().span.clone()];
        assert_eq!((shown("Resource"), shown("Action")), (arn, action), "{text}");
        assert!(shown_key(text, statement).contains("Resource"), "{text}");
    }

    fn shown_key<'t>(text: &'t str, statement: &Node) -> &'t str {
        &text[statement.entries().last().unwrap().key_span.clone()]
    }

    #[test]
    fn values_of_a_policy_in_a_string_stand_where_they_were_written() {
        let (arn, action) = ("\"arn:aws:s3:::é/*\"", "[\"s3:*\"]");
        let json =
            "{\"Statement\": [{\"Action\": [\"s3:*\"], \"Resource\": \"arn:aws:s3:::é/*\"}]}";
        assert_exact(&format!("p: '{json}'\n"), arn, action);
        assert_exact(&format!("p: !Sub '{json}'\n").replace("p: !Sub", "p:"), arn, action);
        let lines = json.replace(", ", ",\n        ").replace("[{", "[\n      {\n   ");
        assert_exact(&format!("p: '\n  {lines}\n  '\nq: 1\n"), arn, action);
        assert_exact(&format!("x: é\np: |\n  {lines}\nq: 1\n"), arn, action);
        assert_exact(&format!("x: é\np: |2-\n    {lines}\nq: 1\n"), arn, action);
        assert_exact(&format!("p: >\n  {lines}\n\n\nq: 1\n"), arn, action);
        assert_exact(&format!("p: >-\n\n  {lines}").replace('\n', "\r\n"), arn, action);
        assert_exact(&format!("p: |+\n  {lines}").replace('\n', "\r\n"), arn, action);
        assert_exact(&format!("--- \np: &a !!str\n   '{lines}'\n"), arn, action);
    }

    #[test]
    fn escapes_and_folds_are_part_of_what_was_written() {
        let text = r#"p: "{\"Statement\": [{\n  \"Action\": \x22s3:*\",\
            \u0020 \"Resource\": \"\u00e9\U0001F600\ud83d\ude00\\u00e9\
            /*\"}]}" "#;
        let arn = "\\\"\\u00e9\\U0001F600\\ud83d\\ude00\\\\u00e9\\\n            /*\\\"";
        assert_exact(text, arn, r#"\x22s3:*\""#);
        let single =
            "p: '{\"Statement\": [{\"Action\": \"it''s\",\n  \"Resource\": \"a''''\n   b\"}]}'";
        assert_exact(single, "\"a''''\n   b\"", "\"it''s\"");
        let folded =
            "p: >\n  {\"Statement\": [{\"Action\": \"s3:*\",\n  \"Resource\": \"a\n  b\"}]}\n";
        assert_exact(folded, "\"a\n  b\"", "\"s3:*\"");
    }

    #[test]
    fn a_policy_in_a_string_may_be_percent_encoded() {
        let text = "é: 1\np: \"%7B%22Statement%22%3A%5B%22x%22%5D%7D\"\n";
        let root = root(text);
        let Value::Json(found) = &root.get("p").unwrap().value else { panic!("JSON") };
        let item = &found.root.as_ref().unwrap().get("Statement").unwrap().items()[0];
        assert_eq!(&text[item.span.clone()], "%22x%22");
    }
}
