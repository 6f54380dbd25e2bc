//! Items of lists and entries of maps that come and go, with their commas, lines and indentation.

use std::ops::Range;

use super::Edit;

/// How far the start of a line is looked for: a long line has no indentation that would matter.
const REACH: usize = 4096;

/// Where the line of a place starts.
fn line_start(text: &str, at: usize) -> usize {
    let low = at.saturating_sub(REACH);
    let before = text.as_bytes().get(low..at).unwrap_or_default();
    memchr::memrchr(b'\n', before).map_or(low, |newline| low + newline + 1)
}

/// Where the line of a place ends, before its newline.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let length = rest.find('\n').unwrap_or(rest.len());
    let end = at + length;
    if text.get(..end).is_some_and(|line| line.ends_with('\r')) && length > 0 {
        end - 1
    } else {
        end
    }
}

/// The blanks before something, when nothing else stands before it on its line.
pub(super) fn indent(text: &str, at: usize) -> Option<&str> {
    let before = text.get(line_start(text, at)..at)?;
    before.trim().is_empty().then_some(before)
}

/// The bytes before a place on its line.
pub(super) fn column(text: &str, at: usize) -> usize {
    at - line_start(text, at)
}

/// What stands before an item on its line when it is one of YAML's: blanks, a hyphen, blanks.
pub(super) fn bullet(text: &str, at: usize) -> Option<&str> {
    let before = text.get(line_start(text, at)..at)?;
    (before.trim() == "-").then_some(before)
}

/// The edit that takes something out of a list or map.
pub(super) fn remove(text: &str, span: &Range<usize>) -> Option<Edit> {
    let gone = |span: Range<usize>| Some(Edit { span, text: String::new() });
    let start = line_start(text, span.start);
    let next_line = |at: usize| {
        (line_end(text, at)..text.len())
            .find(|at| text.as_bytes().get(*at) == Some(&b'\n'))
            .map_or(text.len(), |at| at + 1)
    };
    let rest = text.get(span.end..)?;
    let ends_line = || is_nothing(rest.lines().next().unwrap_or_default().trim());
    if bullet(text, span.start).is_some() && ends_line() {
        let is_last = {
            let indent = column(text, span.start);
            let is_sibling = |line: &str| {
                line.trim_start().starts_with("- ")
                    && line.len() - line.trim_start().len() + 2 == indent
            };
            let after = text.get(next_line(span.end)..)?.lines().next().is_some_and(is_sibling);
            let before = text.get(..start)?.lines().next_back().is_some_and(is_sibling);
            !after && !before
        };
        return if is_last { None } else { gone(start..next_line(span.end)) };
    }
    let after = rest.trim_start();
    if let Some(behind) = after.strip_prefix(',') {
        let end = text.len() - behind.len();
        if indent(text, span.start).is_some()
            && is_nothing(behind.lines().next().unwrap_or_default().trim())
        {
            return gone(start..next_line(end));
        }
        let blanks = behind.len() - behind.trim_start_matches([' ', '\t']).len();
        return gone(span.start..end + blanks);
    }
    let before = text.get(..span.start)?.trim_end();
    if before.ends_with(',') {
        return gone(before.len() - 1..span.end);
    }
    // A line of its own in a map without commas.
    let alone = indent(text, span.start).is_some() && ends_line();
    (alone && !before.ends_with(['[', '{'])).then(|| gone(start..next_line(span.end)))?
}

/// Whether the rest of a line is empty or a comment.
fn is_nothing(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('#') || rest.starts_with("//")
}

/// The edit that puts something after an item of a list.
pub(super) fn add(text: &str, after: &Range<usize>, item: &str) -> Option<Edit> {
    if let Some(bullet) = bullet(text, after.start) {
        let at = line_end(text, after.end);
        return Some(Edit { span: at..at, text: format!("\n{bullet}{item}") });
    }
    let before = text.get(..after.start)?.trim_end();
    let is_in_list = before.ends_with(['[', ',']);
    let at = after.end;
    let text = match indent(text, after.start) {
        Some(indent) => format!(",\n{indent}{item}"),
        None => format!(", {item}"),
    };
    is_in_list.then_some(Edit { span: at..at, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(text: &str, word: &str) -> Option<String> {
        let start = text.find(word).unwrap();
        let edit = remove(text, &(start..start + word.len()))?;
        let mut text = text.to_owned();
        text.replace_range(edit.span, &edit.text);
        Some(text)
    }

    #[test]
    fn an_item_goes_with_its_comma_or_line() {
        for (text, word, result) in [
            ("[\"a\", \"b\"]", "\"a\"", Some("[\"b\"]")),
            ("[\"a\", \"b\"]", "\"b\"", Some("[\"a\"]")),
            ("[\"a\"]", "\"a\"", None),
            ("[\n  \"a\",\n  \"b\"\n]", "\"a\"", Some("[\n  \"b\"\n]")),
            ("[\n  \"a\",\n  \"b\"\n]", "\"b\"", Some("[\n  \"a\"\n]")),
            ("x:\n  - a # why\n  - b\n", "a #", None),
            ("x:\n  - aa\n  - b\n", "aa", Some("x:\n  - b\n")),
            ("x:\n  - aa\n", "aa", None),
            ("x:\r\n  - aa\r\n  - b\r\n", "aa", Some("x:\r\n  - b\r\n")),
        ] {
            assert_eq!(without(text, word).as_deref(), result.or(None), "{text}");
        }
    }

    #[test]
    fn an_item_comes_in_the_same_form() {
        let with = |text: &str, word: &str| {
            let start = text.find(word).unwrap();
            let edit = add(text, &(start..start + word.len()), "NEW")?;
            let mut text = text.to_owned();
            text.replace_range(edit.span, &edit.text);
            Some(text)
        };
        assert_eq!(with("[\"a\", \"b\"]", "\"a\"").as_deref(), Some("[\"a\", NEW, \"b\"]"));
        assert_eq!(with("[\n  \"a\"\n]", "\"a\"").as_deref(), Some("[\n  \"a\",\n  NEW\n]"));
        assert_eq!(with("- a # x\n- b\n", "a").as_deref(), Some("- a # x\n- NEW\n- b\n"));
        assert_eq!(with("x: a\n", "a"), None);
    }
}
