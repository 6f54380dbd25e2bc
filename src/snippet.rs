//! A few lines around a place, redacted and harmless: all of a text that ever reaches a report.

use std::ops::Range;

use crate::blob::write_inert;

/// Context lines on either side.
const CONTEXT_LINES: usize = 2;
/// Bytes shown on either side of the label on its own line, and the most of any other line.
const MARGIN: usize = 80;
/// The most bytes of the label itself that are shown.
const LABEL: usize = 200;
/// How far context is looked for, so that one long line costs no more than many short ones.
const REACH: usize = 2048;
/// What stands for the hidden part of a secret.
pub const MASK: &str = "********";

/// A stretch of text that must not be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redaction {
    /// The secret's bytes.
    pub span: Range<usize>,
    /// How many of its first bytes are public, such as a provider's prefix.
    pub keep: usize,
}

impl Redaction {
    /// The text that stands for `secret`.
    pub fn mask(&self, secret: &[u8]) -> String {
        let mut masked = String::new();
        let keep = char_floor(secret, self.keep.min(secret.len()));
        let _ = write_inert(&mut masked, secret.get(..keep).unwrap_or_default());
        masked + MASK
    }
}

/// Lines around a place. Control characters are escaped, secrets masked, long lines cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippet {
    /// The lines, without a line end after the last.
    pub text: String,
    /// How many lines of `text` come before the one with the label.
    pub lines_before: usize,
    /// Where the label lies in `text`, in bytes.
    pub label: Range<usize>,
}

impl Snippet {
    /// The lines of `text` around `span`. `redactions` must be sorted and not overlap.
    pub fn new(text: &[u8], span: &Range<usize>, redactions: &[Redaction]) -> Self {
        let mut writer = Writer { text, span, redactions, out: String::new(), label: None };
        let line = Line::around(text, span.start);
        let before = line.before(text);
        for line in &before {
            writer.line(line.start..line.end.min(line.start + 2 * MARGIN), line);
            writer.out.push('\n');
        }
        let end = line.end.min(span.end.min(span.start + LABEL) + MARGIN);
        writer.line(span.start.saturating_sub(MARGIN).max(line.start)..end, &line);
        let after = if span.end <= line.end { line.after(text) } else { Vec::new() };
        for line in after {
            writer.out.push('\n');
            writer.line(line.start..line.end.min(line.start + 2 * MARGIN), &line);
        }
        let (start, end) = writer.label.unwrap_or((0, 0));
        Self { lines_before: before.len(), label: start..end.max(start), text: writer.out }
    }
}

impl Snippet {
    /// Puts a mask in the place of `spans`, which must be sorted and not overlap.
    pub fn hide(&mut self, spans: &[Range<usize>]) {
        let mut text = String::with_capacity(self.text.len());
        let mut label = self.label.clone();
        let mut at = 0;
        for span in spans {
            text.push_str(self.text.get(at..span.start).unwrap_or_default());
            let masked = text.len()..text.len() + MASK.len();
            text.push_str(MASK);
            let moved = |edge: usize, new: usize, inside: usize| match edge {
                edge if edge >= span.end => text.len() + edge - span.end,
                edge if edge > span.start => inside,
                _ => new,
            };
            label.start = moved(self.label.start, label.start, masked.start);
            label.end = moved(self.label.end, label.end, masked.end);
            at = span.end;
        }
        text.push_str(self.text.get(at..).unwrap_or_default());
        (self.text, self.label) = (text, label);
    }
}

/// One line of a text; its ends are exact only within [`REACH`].
struct Line {
    start: usize,
    end: usize,
}

impl Line {
    fn around(text: &[u8], at: usize) -> Self {
        let at = at.min(text.len());
        let low = at.saturating_sub(REACH);
        let start = memchr::memrchr(b'\n', text.get(low..at).unwrap_or_default())
            .map_or(low, |newline| low + newline + 1);
        Self { start, end: line_end(text, at) }
    }

    /// The lines before, in reading order.
    fn before(&self, text: &[u8]) -> Vec<Self> {
        let mut lines: Vec<Self> = Vec::new();
        let mut start = self.start;
        while lines.len() < CONTEXT_LINES && start > 0 && text.get(start - 1) == Some(&b'\n') {
            let line = Self::around(text, start - 1);
            start = line.start;
            lines.push(line);
        }
        lines.reverse();
        lines
    }

    fn after(&self, text: &[u8]) -> Vec<Self> {
        let mut lines: Vec<Self> = Vec::new();
        let mut end = self.end;
        while lines.len() < CONTEXT_LINES && text.get(end) == Some(&b'\n') && end + 1 < text.len() {
            let line = Self { start: end + 1, end: line_end(text, end + 1) };
            end = line.end;
            lines.push(line);
        }
        lines
    }
}

fn line_end(text: &[u8], from: usize) -> usize {
    let high = text.len().min(from + REACH);
    memchr::memchr(b'\n', text.get(from..high).unwrap_or_default())
        .map_or(high, |newline| from + newline)
}

/// The nearest start of a character at or before `at`.
fn char_floor(text: &[u8], at: usize) -> usize {
    (at.saturating_sub(3)..=at)
        .rev()
        .find(|at| text.get(*at).is_none_or(|byte| byte & 0xC0 != 0x80))
        .unwrap_or(at)
}

struct Writer<'a> {
    text: &'a [u8],
    span: &'a Range<usize>,
    redactions: &'a [Redaction],
    out: String,
    /// Start and end of the label in `out`, once they are known.
    label: Option<(usize, usize)>,
}

impl Writer<'_> {
    /// Writes a cut of a line; `…` stands for what is cut off.
    fn line(&mut self, cut: Range<usize>, line: &Line) {
        let cut = char_floor(self.text, cut.start)..char_floor(self.text, cut.end);
        let cut = match self.text.get(cut.clone()) {
            Some([.., b'\r']) if cut.end == line.end => cut.start..cut.end - 1,
            _ => cut,
        };
        if cut.start > line.start {
            self.out.push('…');
        }
        let mut at = cut.start;
        while at < cut.end {
            at = self.piece(at, cut.end);
        }
        if cut.end + 1 < line.end {
            self.out.push('…');
        }
    }

    /// Writes up to the next edge of a redaction or of the label, and returns where that is.
    fn piece(&mut self, at: usize, limit: usize) -> usize {
        let before = self.out.len();
        let after = self.redactions.partition_point(|redaction| redaction.span.end <= at);
        let next = self.redactions.get(after);
        let to = match next {
            Some(redaction) if redaction.span.start <= at => {
                let secret = self.text.get(redaction.span.clone()).unwrap_or_default();
                self.out.push_str(&if redaction.span.start == at {
                    redaction.mask(secret)
                } else {
                    MASK.into()
                });
                redaction.span.end
            }
            _ => {
                let edges = [
                    next.map(|redaction| redaction.span.start),
                    Some(self.span.start),
                    Some(self.span.end),
                ];
                let to =
                    edges.into_iter().flatten().filter(|edge| *edge > at).fold(limit, usize::min);
                let _ = write_inert(&mut self.out, self.text.get(at..to).unwrap_or_default());
                to
            }
        };
        if at < self.span.end && to > self.span.start {
            let start = self.label.map_or(before, |(start, _)| start);
            self.label = Some((start, self.out.len()));
        } else if at == self.span.start && self.span.is_empty() && self.label.is_none() {
            self.label = Some((before, before));
        }
        to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snippet(text: &str, needle: &str, secrets: &[(&str, usize)]) -> Snippet {
        let find = |needle: &str| text.find(needle).map(|at| at..at + needle.len()).unwrap();
        let redactions: Vec<_> = secrets
            .iter()
            .map(|(secret, keep)| Redaction { span: find(secret), keep: *keep })
            .collect();
        Snippet::new(text.as_bytes(), &find(needle), &redactions)
    }

    #[test]
    fn shows_two_lines_on_either_side() {
        let snippet = snippet("1\n2\n3\nhere\n5\n6\n7\n", "here", &[]);
        assert_eq!(snippet.text, "2\n3\nhere\n5\n6");
        assert_eq!(snippet.lines_before, 2);
        assert_eq!(&snippet.text[snippet.label.clone()], "here");
    }

    #[test]
    fn masks_the_secret_and_its_neighbours() {
        let snippet =
            snippet("a=prefix_one\r\nb=two!\r\n", "prefix_one", &[("prefix_one", 7), ("two!", 0)]);
        assert_eq!(snippet.text, "a=prefix_********\nb=********");
        assert_eq!(&snippet.text[snippet.label.clone()], "prefix_********");
    }

    #[test]
    fn a_label_inside_a_secret_shows_nothing_of_it() {
        let snippet = snippet("x = abcdefghij;", "def", &[("abcdefghij", 0)]);
        assert_eq!(snippet.text, "x = ********;");
    }

    #[test]
    fn cuts_long_lines_round_the_label() {
        let text = format!("{}here{}", "é".repeat(500), "z".repeat(5000));
        let snippet = snippet(&text, "here", &[]);
        assert!(snippet.text.starts_with('…') && snippet.text.ends_with('…'));
        assert!(snippet.text.len() < 300);
        assert_eq!(&snippet.text[snippet.label.clone()], "here");
    }

    #[test]
    fn hides_more_later_and_keeps_the_label() {
        for (needle, label) in
            [("here", "here"), ("say two", "say ********"), ("wo or", "******** or")]
        {
            let mut snippet = snippet("one, here, say two or one", needle, &[]);
            let spans = ["one,", "two", "one"].map(|word| snippet.text.find(word).unwrap());
            let last = snippet.text.rfind("one").unwrap();
            snippet.hide(&[spans[0]..spans[0] + 3, spans[1]..spans[1] + 3, last..last + 3]);
            assert_eq!(snippet.text, "********, here, say ******** or ********");
            assert_eq!(&snippet.text[snippet.label.clone()], label);
        }
    }

    #[test]
    fn a_secret_of_many_lines_shows_one_mask() {
        let snippet = snippet(
            "key:\n  BEGIN\n  AAAA\n  END\nnext\n",
            "BEGIN\n  AAAA\n  END",
            &[("BEGIN\n  AAAA\n  END", 5)],
        );
        assert_eq!(snippet.text, "key:\n  BEGIN********");
    }
}
