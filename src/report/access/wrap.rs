//! Text in columns: words on lines of a given width. What is wrapped is made harmless for terminals first.

use std::io;

use crate::report::Look;
use crate::report::image::shown;

/// The lowest width that reports keep to, in columns; on a narrower terminal lines wrap by themselves.
const MIN_WIDTH: usize = 60;
/// The highest, in columns: longer lines are hard to read.
const MAX_WIDTH: usize = 160;

/// Columns to use on a terminal of `width` columns.
pub(super) fn columns(width: usize) -> usize {
    width.clamp(MIN_WIDTH, MAX_WIDTH)
}

/// The lines of a text, each of at most `width` characters. A word that is longer has a line of its own.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let len = word.chars().count();
        match lines.last_mut() {
            Some(line) if used + 1 + len <= width => {
                line.push(' ');
                line.push_str(word);
                used += 1 + len;
            }
            _ => {
                lines.push(word.into());
                used = len;
            }
        }
    }
    lines
}

/// Writes a text behind `head`, which is as long as `indent` says, and below it with as many blanks.
pub(super) fn hang(
    head: &str,
    indent: usize,
    (text, width): (&str, usize),
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let lines = wrap(&shown(text), width.saturating_sub(indent));
    let Some((first, rest)) = lines.split_first() else {
        return writeln!(out, "{}", head.trim_end());
    };
    writeln!(out, "{head}{first}")?;
    rest.iter().try_for_each(|line| writeln!(out, "{:indent$}{line}", ""))
}

/// A colour, as the number that terminals know it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colour {
    Red = 31,
    Green = 32,
    Yellow = 33,
    Blue = 36,
}

/// A text that has been made harmless, in a colour where colours are wanted.
pub(super) fn painted(text: &str, colour: Colour, look: Look) -> String {
    match look {
        Look::Plain => text.into(),
        Look::Colour => format!("\u{1b}[{}m{text}\u{1b}[0m", colour as u8),
    }
}

/// A heading, or what else stands out.
pub(super) fn bold(text: &str, look: Look) -> String {
    match look {
        Look::Plain => text.into(),
        Look::Colour => format!("\u{1b}[1m{text}\u{1b}[0m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole() {
        assert_eq!(wrap("a bb  ccc", 4), ["a bb", "ccc"]);
        assert_eq!(wrap("a longer-than-that b", 4), ["a", "longer-than-that", "b"]);
        assert_eq!(wrap("", 4), Vec::<String>::new());
    }
}
