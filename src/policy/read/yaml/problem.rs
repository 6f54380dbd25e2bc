//! What is wrong with a text that should be YAML, in plain words, and where.

use std::ops::Range;

use granit_parser::{ErrorKind, ScanError};

use crate::policy::read::json::{Kind, MAX_DEPTH, SyntaxError};

/// The parser's error, in our words.
pub(super) fn of(error: &ScanError, text: &str) -> SyntaxError {
    let at = error.marker().byte_offset().unwrap_or(text.len());
    let span = match error.kind() {
        kind if is_tab(kind) => tab(text, at),
        ErrorKind::UnknownQuotedScalarEscape => unknown_escape(text, at),
        ErrorKind::ExpectedBlockMappingKey => {
            // The parser names the place after the dash of a list.
            let before = text.get(..at).unwrap_or_default().trim_end_matches([' ', '\t']);
            let dash = before.strip_suffix('-').map(str::len);
            character(text, dash.unwrap_or(at))
        }
        _ => character(text, at),
    };
    let problem = match error.kind() {
        ErrorKind::RecursionLimitExceeded => return too_deep(span),
        ErrorKind::InvalidQuotedScalarIndent if at < text.len() => {
            "this is not indented, but a quote before it is not closed".into()
        }
        ErrorKind::UnclosedFlowCollection { open } => format!("this `{open}` is never closed"),
        ErrorKind::UnexpectedCharacter { character } => {
            format!("a text that starts with `{character}` needs quotes")
        }
        kind => common(kind).map_or_else(|| unusual(kind), Into::into),
    };
    SyntaxError { span, problem, kind: Kind::Other }
}

/// The line of a text in quotes that is not indented as YAML wants it.
pub(super) fn line_not_indented(error: &ScanError, text: &str) -> Option<usize> {
    let at = error.marker().byte_offset().filter(|at| *at < text.len())?;
    matches!(error.kind(), ErrorKind::InvalidQuotedScalarIndent).then_some(at)
}

const fn is_tab(kind: &ErrorKind) -> bool {
    use ErrorKind as E;
    matches!(
        kind,
        E::TabNotAllowed
            | E::TabInBlockIndentation
            | E::TabAtBlockScalarStart
            | E::TabInIndentation
            | E::TabInPlainScalar
    )
}

/// What people get wrong.
const fn common(kind: &ErrorKind) -> Option<&'static str> {
    use ErrorKind as E;
    Some(match kind {
        kind if is_tab(kind) => "a tab; YAML is indented with spaces",
        E::MappingValueNotAllowed | E::InvalidColonPlacement => {
            "a `:` where no key can be; a text with `: ` in it needs quotes"
        }
        E::ExpectedBlockSequenceEntry => {
            "an item of the list should stand here, with its `-` under the others"
        }
        E::ExpectedBlockMappingKey => "a key should stand here, under the others",
        E::SimpleKeyExpected | E::InvalidSimpleKey => "a `:` is missing after this key",
        E::InvalidIndentation => "this line is not indented like those around it",
        E::UnclosedQuotedScalar | E::InvalidQuotedScalarIndent => {
            "a quote before this is never closed"
        }
        E::UnexpectedEofFlowMapping | E::UnexpectedEofImplicitFlowMapping => {
            "a `{` before this is never closed"
        }
        E::UnexpectedEofFlowSequence => "a `[` before this is never closed",
        E::ExpectedFlowMappingSeparator => "a `,` or `}` is missing before this",
        E::ExpectedFlowSequenceSeparator => "a `,` or `]` is missing before this",
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            "this follows a text in quotes, with no comma or line break before it"
        }
        E::BlockSequenceEntryNotAllowed => "a list cannot start here",
        E::UnknownQuotedScalarEscape => "an escape that YAML does not have",
        E::ExpectedDocumentStart => "this follows a whole document; `---` starts another",
        _ => return None,
    })
}

/// Anything else, as the parser says it, without what it was doing: "while scanning a tag, …".
fn unusual(kind: &ErrorKind) -> String {
    let said = kind.to_string();
    let what = said.strip_prefix("while ").and_then(|said| said.split_once(", "));
    what.map_or(said.as_str(), |(_, what)| what).into()
}

pub(super) fn other(span: Range<usize>, problem: &str) -> SyntaxError {
    SyntaxError { span, problem: problem.into(), kind: Kind::Other }
}

pub(super) fn too_deep(span: Range<usize>) -> SyntaxError {
    let problem = format!("more than {MAX_DEPTH} levels of nesting");
    SyntaxError { span, problem, kind: Kind::TooDeep }
}

pub(super) fn too_many(span: Range<usize>) -> SyntaxError {
    let problem = "aliases or merges that expand to more than 200,000 values".into();
    SyntaxError { span, problem, kind: Kind::TooDeep }
}

/// The character at a place; at the end of the text, the last one that can be seen.
pub(super) fn character(text: &str, at: usize) -> Range<usize> {
    let next = text.get(at..).and_then(|rest| rest.chars().next());
    if let Some(character) = next {
        return at..at + character.len_utf8();
    }
    let seen = text.trim_end();
    let last = seen.char_indices().next_back().map_or(0, |(last, _)| last);
    last..seen.len()
}

/// The first escape that YAML does not have, in the quoted string that starts at a place.
/// <https://yaml.org/spec/1.2.2/#57-escaped-characters>
fn unknown_escape(text: &str, at: usize) -> Range<usize> {
    const KNOWN: &str = "0abt\tnvfre \"/\\N_LPxuU\r\n";
    let mut characters = text.get(at..).unwrap_or_default().char_indices();
    while let Some((start, character)) = characters.next() {
        let Some((sign, escaped)) = (character == '\\').then(|| characters.next()).flatten() else {
            continue;
        };
        if !KNOWN.contains(escaped) {
            return at + start..at + sign + escaped.len_utf8();
        }
    }
    character(text, at)
}

/// The tab that the parser stumbled over. It names a place near it: after the tab, or the start of the scalar that
/// goes on in a line that is indented with one.
fn tab(text: &str, at: usize) -> Range<usize> {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let is_blank = |character: char| matches!(character, ' ' | '\t');
    let run = before.trim_end_matches(is_blank).len();
    let near = after.len() - after.trim_start_matches(is_blank).len() + at;
    let in_run = text.get(run..near).and_then(|blanks| blanks.find('\t')).map(|tab| run + tab);
    let found = in_run.or_else(|| {
        let breaks = after.match_indices('\n').map(|(line, _)| line + 1);
        let mut indents = breaks.filter_map(|line| {
            let rest = after.get(line..)?;
            let indent = rest.get(..rest.len() - rest.trim_start_matches(is_blank).len())?;
            indent.find('\t').map(|tab| at + line + tab)
        });
        indents.next()
    });
    character(text, found.unwrap_or(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::read::yaml::parse;

    fn error(text: &str) -> SyntaxError {
        parse(text).error.unwrap_or_else(|| panic!("{text:?} is wrong"))
    }

    #[test]
    fn problems_are_in_plain_words_where_they_are() {
        for (text, place, problem) in [
            ("a: b: c\n", 4, "a `:` where no key can be; a text with `: ` in it needs quotes"),
            (
                "- a\nb: c\n",
                4,
                "an item of the list should stand here, with its `-` under the others",
            ),
            ("a: 1\n- b\n", 5, "a key should stand here, under the others"),
            ("a: 1\nb\n", 5, "a `:` is missing after this key"),
            ("a: 'b\n", 4, "a quote before this is never closed"),
            ("a: 'b\nc: 1\n", 6, "this is not indented, but a quote before it is not closed"),
            ("a: [1, 2", 3, "this `[` is never closed"),
            ("a: {b: 2", 3, "this `{` is never closed"),
            ("a: \"\\q\"\n", 4, "an escape that YAML does not have"),
            (
                "- \"a\" b\n",
                6,
                "this follows a text in quotes, with no comma or line break before it",
            ),
            ("a: - b\n", 3, "a list cannot start here"),
            ("a: @b\n", 3, "a text that starts with `@` needs quotes"),
            ("[a]\nb: c\n", 4, "this follows a whole document; `---` starts another"),
            ("a: &x\n  b: *x\n", 11, "an alias inside of the value that it stands for"),
            ("? [a]\n: b\n", 2, "a list or an object as a key; keys are strings"),
            ("é: *y\n", 4, "no anchor `y` comes before this alias"),
            ("a: &x 1\n---\nb: *x\n", 15, "no anchor `x` comes before this alias"),
        ] {
            let error = error(text);
            assert_eq!((error.problem.as_str(), error.span.start), (problem, place), "{text:?}");
            assert!(
                text.get(error.span.clone()).is_some_and(|shown| !shown.is_empty()),
                "{text:?}"
            );
        }
        assert_eq!(error("é: *yy\n").span, 4..7);
    }

    #[test]
    fn tabs_are_shown_themselves() {
        for text in ["a:\n\tb: c\n", "a:\n  b: é\n\tc: d\n", "a:\n  - b\n \t- c\n"] {
            let error = error(text);
            assert_eq!(error.problem, "a tab; YAML is indented with spaces", "{text:?}");
            assert_eq!(&text[error.span.clone()], "\t", "{text:?}");
        }
    }

    #[test]
    fn templates_of_other_engines_are_not_yaml() {
        for text in [
            "a: {{ b }}\n",
            "{{ if x }}\na: b\n{{ end }}\n",
            "{% if x %}\na: b\n",
            "{{- range .x }}\n- a: {{ . | quote }}\n",
        ] {
            assert!(parse(text).error.is_some(), "{text}");
        }
    }

    #[test]
    fn depth_is_limited() {
        let tagged = format!("a: {}", "!Ref [".repeat(4_000));
        let lines: Vec<String> =
            (0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        for text in [
            "[".repeat(100_000),
            "- ".repeat(100_000),
            "{a: ".repeat(100_000),
            tagged,
            lines.concat(),
        ] {
            assert_eq!(error(&text).kind, Kind::TooDeep, "{:?}", error(&text));
        }
        let deep = format!("{}1{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert_eq!(parse(&deep).error, None);
    }
}
