//! Strings that say something else, in whatever quotes they stand.

use std::ops::Range;

use super::Edit;
use crate::policy::text::{has_hole, shown};

/// The quotes round a string, and what of it lies between them.
struct Written<'t> {
    /// What a quote is written as: `"`, `\"`, `'`, or nothing.
    quote: &'static str,
    inner: Range<usize>,
    raw: &'t str,
}

fn written<'t>(text: &'t str, span: &Range<usize>) -> Option<Written<'t>> {
    let whole = text.get(span.clone())?;
    let quote = ["\"", "\\\"", "'"].into_iter().find(|quote| {
        whole.len() >= 2 * quote.len() && whole.starts_with(quote) && whole.ends_with(quote)
    });
    // A list, a map or a function is no string, whatever it gives.
    if quote.is_none() && whole.starts_with(['{', '[', '!', '"', '\'', '|', '>', '&', '*', '%']) {
        return None;
    }
    let quote = quote.unwrap_or_default();
    let inner = span.start + quote.len()..span.end - quote.len();
    Some(Written { quote, raw: text.get(inner.clone())?, inner })
}

impl Written<'_> {
    /// Whether a text can stand between these quotes as it is.
    fn takes(&self, text: &str) -> bool {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"*?:/._@+=-".contains(&byte);
        match self.quote {
            "" => text.bytes().all(is_plain),
            "'" => !text.contains('\'') && !text.chars().any(char::is_control),
            _ => !text.contains(['"', '\\', '$', '%']) && !text.chars().any(char::is_control),
        }
    }
}

/// The edit that makes one string another one.
pub(super) fn rewrite(text: &str, span: &Range<usize>, from: &str, to: &str) -> Option<Edit> {
    let written = written(text, span)?;
    let same = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| -> usize {
        a.zip(b).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
    };
    let start = same(&mut from.chars(), &mut to.chars());
    let rests = (from.get(start..)?, to.get(start..)?);
    let end = same(&mut rests.0.chars().rev(), &mut rests.1.chars().rev());
    let removed = from.get(start..from.len() - end)?;
    let added = to.get(start..to.len() - end)?;
    if has_hole(added) || !written.takes(added) {
        return None;
    }
    let Range { start: from_byte, end: to_byte } = written.inner;
    let edit = |span: Range<usize>| Some(Edit { span, text: added.into() });
    if written.raw == from {
        let whole = from_byte + start..to_byte - end;
        return if written.quote.is_empty() {
            Some(plain(&written, to, whole, added))
        } else {
            edit(whole)
        };
    }
    // With escapes or holes in it only an end that is written as it is can change.
    let tail = from.rsplit('\u{fdd1}').next()?;
    let head = from.split('\u{fdd0}').next()?;
    let known_tail =
        written.raw.ends_with(tail) && (!tail.is_empty() || written.raw.ends_with('}'));
    if end == 0 && removed.len() <= tail.len() && known_tail && has_hole(from) {
        return edit(to_byte - removed.len()..to_byte);
    }
    if start == 0
        && !head.is_empty()
        && removed.len() <= head.len()
        && written.raw.starts_with(head)
    {
        return edit(from_byte..from_byte + removed.len());
    }
    // A hole in the middle that is written as `${name}`.
    let as_written = shown(from);
    (written.raw == as_written && !from.get(..start)?.is_empty()).then(|| {
        let before = shown(from.get(..start)?).len();
        Some(Edit {
            span: from_byte + before..from_byte + before + shown(removed).len(),
            text: added.into(),
        })
    })?
}

/// The edit that puts a reference at the start of a string. Without quotes it can stand only where another one does already.
pub(super) fn restart(text: &str, span: &Range<usize>, from: &str, to: &str) -> Option<Edit> {
    let Written { quote, inner, raw } = written(text, span)?;
    let can_stand = !quote.is_empty() || raw.contains("${");
    (can_stand && raw.starts_with(from))
        .then(|| Edit { span: inner.start..inner.start + from.len(), text: to.into() })
}

/// A string without quotes may need them for what it says now.
fn plain(written: &Written, to: &str, span: Range<usize>, added: &str) -> Edit {
    let is_safe = to.starts_with(|first: char| first.is_ascii_alphanumeric()) && !to.ends_with(':');
    if is_safe {
        return Edit { span, text: added.into() };
    }
    // Only YAML has strings without quotes.
    Edit { span: written.inner.clone(), text: format!("\"{to}\"") }
}

/// The edit that gives an element another name.
pub(super) fn rename(text: &str, span: &Range<usize>, from: &str, to: &str) -> Option<Edit> {
    let written = written(text, span)?;
    (written.raw == from && written.takes(to))
        .then(|| Edit { span: written.inner, text: to.into() })
}

/// A string in the quotes of another one.
pub(super) fn like(text: &str, other: &Range<usize>, value: &str) -> Option<String> {
    let written = written(text, other)?;
    let is_safe =
        !written.quote.is_empty() || value.starts_with(|c: char| c.is_ascii_alphanumeric());
    let quote = if is_safe { written.quote } else { "\"" };
    written.takes(value).then(|| format!("{quote}{value}{quote}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::text::hole;

    fn rewritten(raw: &str, from: &str, to: &str) -> Option<String> {
        let text = format!("xx{raw}yy");
        let edit = rewrite(&text, &(2..2 + raw.len()), from, to)?;
        let mut text = text;
        text.replace_range(edit.span, &edit.text);
        Some(text[2..text.len() - 2].to_owned())
    }

    #[test]
    fn only_what_differs_is_touched() {
        let hole = &hole("x");
        for (raw, from, to, result) in [
            ("\"a:b\"", "a:b", "a:b-??????", Some("\"a:b-??????\"")),
            ("'a:b'", "a:b", "a:c", Some("'a:c'")),
            ("a:b", "a:b", "a:b-??????", Some("a:b-??????")),
            ("a:b", "a:b", "*", Some("\"*\"")),
            ("\\\"a\\\"", "a", "ab", Some("\\\"ab\\\"")),
            ("\"a${x}b\"", &format!("a{hole}b"), &format!("a{hole}b-*"), Some("\"a${x}b-*\"")),
            ("\"${x}\"", hole, &format!("{hole}-*"), Some("\"${x}-*\"")),
            ("\"a//${x}\"", &format!("a//{hole}"), &format!("a/{hole}"), Some("\"a/${x}\"")),
            ("!GetAtt X.Arn", hole, &format!("{hole}-*"), None),
            ("{\"Ref\": \"X\"}", hole, &format!("{hole}-*"), None),
            ("\"a\\u0062\"", "ab", "abc", None),
            ("\"a\"", "a", "a\"b", None),
        ] {
            assert_eq!(rewritten(raw, from, to).as_deref(), result, "{raw}");
        }
    }

    #[test]
    fn references_stand_where_they_can() {
        let to = "arn:${AWS::Partition}:";
        for (text, fixed) in [
            ("'arn:aws:s3:::b'", Some("'arn:${AWS::Partition}:s3:::b'")),
            ("\"arn:aws:s3:::b\"", Some("\"arn:${AWS::Partition}:s3:::b\"")),
            ("arn:aws:s3:::${B}", Some("arn:${AWS::Partition}:s3:::${B}")),
            ("arn:aws:s3:::b", None),
            ("!Join ['', []]", None),
        ] {
            let edit = restart(text, &(0..text.len()), "arn:aws:", to);
            let made = edit.map(|edit| {
                let mut made = text.to_owned();
                made.replace_range(edit.span, &edit.text);
                made
            });
            assert_eq!(made.as_deref(), fixed, "{text}");
        }
    }
}
