//! What a fix changes, as lines that go and lines that come. A report has no files: it knows the lines of the snippet, and
//! where it does not know a line that changes, it says which one it is.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::blob::inert;
use crate::finding::{Edit, Fix, Place};
use crate::location::Position;
use crate::snippet::{MASK, Snippet};

/// The most lines of a fix.
const MAX_LINES: usize = 60;
/// Snippets may cut lines from this many bytes on, and the line of the place this many bytes behind it.
const CUT: (usize, usize) = (160, 80);

/// A line of a difference: its sign and its text.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Line(char, String);

/// What a place's fix does: ` ` says where, `-` goes, `+` comes. Empty without a fix.
pub(super) fn lines(place: &Place) -> Vec<Line> {
    let Some(Fix { edits, .. }) = &place.fix else { return Vec::new() };
    let first = place.location.start.line.saturating_sub(place.snippet.lines_before as u64);
    let known = known(&place.snippet, first);
    let mut lines = Vec::new();
    for edits in hunks(edits) {
        match change(edits, &known) {
            Some((old, new)) => lines.extend(difference(edits, &old, &new)),
            None => edits.iter().for_each(|edit| unknown(edit, &mut lines)),
        }
    }
    let left = lines.len().saturating_sub(MAX_LINES);
    lines.truncate(MAX_LINES);
    if left > 0 {
        lines.push(Line(' ', format!("{left} more lines")));
    }
    lines
}

/// The lines of a snippet that are what the file has: not cut, not masked, not escaped.
fn known(snippet: &Snippet, first: u64) -> BTreeMap<u64, &str> {
    let mut at = 0;
    let mut known = BTreeMap::new();
    for (number, line) in (first..).zip(snippet.text.split('\n')) {
        let end = at + line.len();
        let behind = end.saturating_sub(snippet.label.end);
        let is_marked = (at..=end).contains(&snippet.label.end);
        let is_cut =
            line.contains('…') || if is_marked { behind >= CUT.1 } else { line.len() >= CUT.0 };
        if !is_cut && ![MASK, "\\u{", "\\x"].iter().any(|sign| line.contains(sign)) {
            known.insert(number, line);
        }
        at = end + 1;
    }
    known
}

/// Edits that share a line.
fn hunks(edits: &[Edit]) -> impl Iterator<Item = &[Edit]> {
    edits.chunk_by(|one, next| one.location.end.line >= next.location.start.line)
}

/// The lines that edits touch, before and after; `None` where one of them is not known.
fn change(edits: &[Edit], known: &BTreeMap<u64, &str>) -> Option<(String, String)> {
    let (first, last) = (edits.first()?.location.start.line, edits.last()?.location.end.line);
    let mut old = String::new();
    for number in first..=last {
        if number > first {
            old.push('\n');
        }
        old.push_str(known.get(&number)?);
    }
    let mut new = old.clone();
    for edit in edits.iter().rev() {
        let start = offset(&old, first, edit.location.start)?;
        let end = offset(&old, first, edit.location.end)?;
        (start <= end).then(|| new.replace_range(start..end, &edit.text))?;
    }
    Some((old, new))
}

/// Where a position lies in lines of which the first has the number `first`.
fn offset(lines: &str, first: u64, at: Position) -> Option<usize> {
    let before = usize::try_from(at.line.checked_sub(first)?).ok()?;
    let start: usize = lines.split_inclusive('\n').take(before).map(str::len).sum();
    let line = lines.get(start..)?.split('\n').next()?;
    let column = usize::try_from(at.column.checked_sub(1)?).ok()?;
    let mut ends = line.char_indices().map(|(at, _)| at).chain([line.len()]);
    ends.nth(column).map(|at| start + at)
}

/// The lines of both that the other does not have, between those that they share.
fn difference(edits: &[Edit], old: &str, new: &str) -> Vec<Line> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split('\n').collect(), new.split('\n').collect());
    let same = |(one, other): &(&&str, &&str)| one == other;
    let head = old.iter().zip(&new).take_while(same).count();
    let most = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(most).take_while(same).count();
    let number = edits.first().map_or(0, |edit| edit.location.start.line) + head as u64;
    let mut lines = vec![Line(' ', format!("line {number}"))];
    let part = |sign, lines: &[&str]| -> Vec<Line> {
        let middle = lines.get(head..lines.len() - tail).unwrap_or_default();
        middle.iter().map(|line| Line(sign, inert(line.as_bytes()))).collect()
    };
    lines.extend(part('-', &old));
    lines.extend(part('+', &new));
    lines
}

/// An edit of lines that are not known.
fn unknown(Edit { location, text }: &Edit, lines: &mut Vec<Line>) {
    let at = |Position { line, column, .. }: Position| format!("line {line}, column {column}");
    let (start, end) = (at(location.start), at(location.end));
    lines.push(Line(
        ' ',
        match (start == end, text.is_empty()) {
            (true, _) => format!("at {start}, this is added:"),
            (false, true) => format!("from {start}, to {end}: this is deleted"),
            (false, false) => {
                format!("from {start}, to {end}, this takes the place of what is there:")
            }
        },
    ));
    if !text.is_empty() {
        lines.extend(text.split('\n').map(|line| Line('+', inert(line.as_bytes()))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::location::Location;

    fn snippet(text: &str, label: &str) -> Snippet {
        let start = text.find(label).unwrap();
        let lines_before = text[..start].matches('\n').count();
        Snippet { text: text.into(), lines_before, label: start..start + label.len() }
    }

    /// An edit from `(line, column)` to `(line, column)`, whose bytes are as many as its columns.
    fn edit(from: (u64, u64), to: (u64, u64), text: &str) -> Edit {
        let at = |(line, column)| Position { line, column, offset: column, ..Position::START };
        Edit { location: Location { start: at(from), end: at(to) }, text: text.into() }
    }

    fn shown(snippet: &Snippet, edits: &[Edit]) -> Option<Vec<String>> {
        let (old, new) = change(edits, &known(snippet, 7))?;
        let lines = difference(edits, &old, &new);
        Some(lines.into_iter().map(|Line(sign, text)| format!("{sign}{text}")).collect())
    }

    #[test]
    fn edits_of_one_line_are_one_change() {
        let snippet = snippet("{\n  \"Action\": \"ü:*\",\n}", "ü:*");
        let edits = [edit((8, 13), (8, 14), "[\""), edit((8, 14), (8, 17), "s3:Get")];
        let expected = [" line 8", "-  \"Action\": \"ü:*\",", "+  \"Action\": [\"s3:Get\","];
        assert_eq!(shown(&snippet, &edits).unwrap(), expected);
        assert_eq!(hunks(&edits).count(), 1);
    }

    #[test]
    fn lines_that_stay_are_not_shown() {
        let snippet = snippet("{\n  \"Statement\": []\n}", "{");
        let added = shown(&snippet, &[edit((7, 2), (7, 2), "\n  \"Version\": \"x\",")]).unwrap();
        assert_eq!(added, [" line 8", "+  \"Version\": \"x\","]);
        let removed = shown(&snippet, &[edit((7, 2), (8, 18), "")]).unwrap();
        assert_eq!(removed, [" line 8", "-  \"Statement\": []"]);
        let apart = [edit((7, 1), (7, 1), "a"), edit((9, 1), (9, 1), "b")];
        assert_eq!(hunks(&apart).count(), 2);
    }

    #[test]
    fn lines_that_are_not_as_in_the_file_are_not_known() {
        let long = "x".repeat(160);
        for line in ["cut…", "k: ********", "\\u{1b}", long.as_str()] {
            let snippet = snippet(&format!("{line}\nhit"), "hit");
            assert_eq!(shown(&snippet, &[edit((7, 1), (7, 2), "y")]), None, "{line}");
            assert!(shown(&snippet, &[edit((8, 1), (8, 2), "y")]).is_some(), "{line}");
        }
        let snippet = snippet(&format!("hit{}", "x".repeat(80)), "hit");
        assert_eq!(shown(&snippet, &[edit((7, 1), (7, 2), "y")]), None);
        // Beyond the snippet, and beyond the line.
        let snippet = self::snippet("hit", "hit");
        assert_eq!(shown(&snippet, &[edit((8, 1), (8, 1), "y")]), None);
        assert_eq!(shown(&snippet, &[edit((7, 9), (7, 9), "y")]), None);
    }

    #[test]
    fn edits_of_lines_that_are_not_known_say_where_they_are() {
        let said = |edit: &Edit| {
            let mut lines = Vec::new();
            unknown(edit, &mut lines);
            lines.into_iter().map(|Line(sign, text)| format!("{sign}{text}")).collect::<Vec<_>>()
        };
        assert_eq!(
            said(&edit((9, 4), (9, 7), "a\nb\u{1b}")),
            [
                " from line 9, column 4, to line 9, column 7, this takes the place of what is there:",
                "+a",
                "+b\\u{1b}"
            ]
        );
        assert_eq!(
            said(&edit((9, 4), (9, 5), "")),
            [" from line 9, column 4, to line 9, column 5: this is deleted"]
        );
        assert_eq!(
            said(&edit((9, 4), (9, 4), "a")),
            [" at line 9, column 4, this is added:", "+a"]
        );
    }
}
