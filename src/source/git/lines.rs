//! Which lines of a text are new.

use std::ops::Range;

use imara_diff::sources::byte_lines;
use imara_diff::{Algorithm, Diff, InternedInput};

/// The bytes of `after` that stand on lines which none of the texts before has there, sorted and apart. A last line that
/// only gets a line end is not new.
pub(super) fn added(before: &[Vec<u8>], after: &[u8]) -> Vec<Range<u64>> {
    let lines: Vec<&[u8]> = byte_lines(after).collect();
    let mut is_new = vec![true; lines.len()];
    for before in before {
        let mut input = InternedInput::default();
        input.update_before(byte_lines(before).map(without_end));
        input.update_after(byte_lines(after).map(without_end));
        let diff = Diff::compute(Algorithm::Histogram, &input);
        for (line, is_new) in (0..).zip(&mut is_new) {
            *is_new &= diff.is_added(line);
        }
    }
    let mut spans: Vec<Range<u64>> = Vec::new();
    let mut at = 0;
    for (line, is_new) in lines.iter().zip(is_new) {
        let end = at + line.len() as u64;
        match spans.last_mut().filter(|last| last.end == at) {
            Some(last) if is_new => last.end = end,
            _ if is_new => spans.push(at..end),
            _ => {}
        }
        at = end;
    }
    spans
}

fn without_end(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(spans: &[Range<u64>], of: &str) -> Vec<String> {
        let at = |offset: u64| usize::try_from(offset).unwrap();
        spans.iter().map(|span| of[at(span.start)..at(span.end)].to_owned()).collect()
    }

    fn new(before: &[&str], after: &str) -> Vec<String> {
        let before: Vec<Vec<u8>> = before.iter().map(|text| text.as_bytes().to_vec()).collect();
        text(&added(&before, after.as_bytes()), after)
    }

    #[test]
    fn lines_that_were_there_are_not_new() {
        assert_eq!(new(&["a\nb\nc\n"], "a\nx\nb\nc\ny\nz\n"), ["x\n", "y\nz\n"]);
        assert_eq!(new(&["a\nb\n"], "a\nb\n"), Vec::<String>::new());
        assert_eq!(new(&["a\nb"], "a\nb\nc"), ["c"], "the end of the last line is none of it");
        assert_eq!(new(&["a\nb\n"], "a"), Vec::<String>::new());
        assert_eq!(new(&["b\n"], ""), Vec::<String>::new());
    }

    #[test]
    fn without_a_text_before_everything_is_new() {
        assert_eq!(new(&[], "a\nb"), ["a\nb"]);
    }

    #[test]
    fn what_a_merge_takes_from_either_side_is_not_new() {
        assert_eq!(new(&["a\nours\n", "a\ntheirs\n"], "a\nours\ntheirs\nboth\n"), ["both\n"]);
    }
}
