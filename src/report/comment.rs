//! Markdown in which nothing of an input can be anything but text.

use std::fmt::Write as _;

use crate::report::image::shown;

/// GitHub refuses a comment of more than 65,536 characters; this counts bytes.
const MAX_BYTES: usize = 60_000;

/// Where text may have addresses that readers make links of. All are of the pages that keylint refers to.
const HOSTS: [&str; 2] = ["aws.amazon.com/", "docs.aws.amazon.com/"];

/// A text of limited length.
#[derive(Debug)]
pub(super) struct Page {
    text: String,
    most: usize,
}

impl Default for Page {
    fn default() -> Self {
        Self::with_room(MAX_BYTES)
    }
}

impl Page {
    /// A page with room for so many bytes.
    pub(super) fn with_room(most: usize) -> Self {
        Self { text: String::new(), most }
    }

    /// Adds a piece whole, or tells that there is no room for it.
    pub(super) fn push(&mut self, piece: &str) -> bool {
        let fits = self.text.len() + piece.len() <= self.most;
        if fits {
            self.text.push_str(piece);
        }
        fits
    }

    /// Adds a short piece of our own, such as how much there was no room for.
    pub(super) fn end(&mut self, piece: &str) {
        self.text.push_str(piece);
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }
}

/// A name as a code span: no reader looks for mentions, links or commands in it.
pub(super) fn code(name: &str) -> String {
    let mut span = String::from("`");
    for character in shown(name).chars() {
        match character {
            // A span ends at a backquote and a cell at a pipe, whatever stands before.
            '`' | '|' => span.extend(character.escape_unicode()),
            '\t' => span.push(' '),
            _ => span.push(character),
        }
    }
    if span.len() == 1 {
        span.push(' ');
    }
    span.push('`');
    span
}

/// [`code`] where a reader expects HTML and no Markdown, as in `<summary>`.
pub(super) fn html_code(name: &str) -> String {
    let mut text = String::from("<code>");
    for character in shown(name).chars() {
        if character.is_alphanumeric() || " -_.,/".contains(character) {
            text.push(character);
        } else {
            let _ = write!(text, "&#{};", u32::from(character));
        }
    }
    text + "</code>"
}

/// Words that may have names in them: what means something to Markdown is written as a number.
pub(super) fn prose(words: &str) -> String {
    let mut text = String::new();
    for character in shown(words).chars() {
        match character {
            '@' | '#' => {
                // Readers look for mentions in the text that the numbers stand for; none looks across a comment.
                let _ = write!(text, "&#{};<!-- -->", u32::from(character));
            }
            '\t' => text.push(' '),
            _ if character.is_ascii_punctuation() && !",;()/-'\"".contains(character) => {
                let _ = write!(text, "&#{};", u32::from(character));
            }
            _ => text.push(character),
        }
    }
    text
}

/// Sentences that may have names between backquotes: these become code spans, the rest [`prose`] that reads well in its source.
pub(super) fn words(text: &str) -> String {
    let shown = shown(text);
    let parts: Vec<&str> = shown.split('`').collect();
    // A span ends where it begins.
    if parts.len().is_multiple_of(2) {
        return prose(text);
    }
    let part = |(at, part): (usize, &&str)| if at % 2 == 1 { code(part) } else { sentence(part) };
    parts.iter().enumerate().map(part).collect()
}

/// [`prose`], with the full stops and colons that no address has.
fn sentence(text: &str) -> String {
    let mut sentence = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['.', ':']) {
        let (before, after) = rest.split_at(at);
        let sign = after.get(..1).unwrap_or_default();
        let after = after.get(1..).unwrap_or_default();
        let is_end = after.is_empty() || after.starts_with(' ');
        sentence += &prose(before);
        sentence += &if is_end { sign.to_owned() } else { prose(sign) };
        rest = after;
    }
    sentence + &prose(rest)
}

/// Words of ours, which people also read as they are written: only what may mean something to Markdown is written as a number.
pub(super) fn ours(words: &str) -> String {
    let words = shown(words);
    let mut text = String::new();
    for (at, character) in words.char_indices() {
        let rest = || words.get(at + 1..).unwrap_or_default();
        let is_link = || {
            let host = rest().strip_prefix("//");
            host.is_some_and(|rest| HOSTS.iter().any(|host| rest.starts_with(host)))
        };
        match character {
            '@' | '#' => {
                let _ = write!(text, "&#{};<!-- -->", u32::from(character));
            }
            ':' if rest().starts_with("//") && !is_link() => text.push_str("&#58;"),
            'w' | 'W' if rest().to_lowercase().starts_with("ww.") => {
                let _ = write!(text, "&#{};", u32::from(character));
            }
            '<' | '>' | '&' | '*' | '_' | '[' | ']' | '\\' | '`' | '|' | '~' | '!' | '$' | '=' => {
                let _ = write!(text, "&#{};", u32::from(character));
            }
            '\t' => text.push(' '),
            _ => text.push(character),
        }
    }
    text
}

/// Lines of code as a block.
pub(super) fn block(language: &str, code: &str) -> String {
    let lines: Vec<_> = code.lines().map(shown).collect();
    let mut longest = 2;
    for line in &lines {
        let runs = line.split(|character| character != '`').map(str::len);
        longest = longest.max(runs.max().unwrap_or(0));
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n"))
}

/// A line of a table, of cells that are Markdown already.
pub(super) fn cells(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_spans() {
        for (name, span) in [
            ("app/Role", "`app/Role`"),
            ("a|b`c\\", "`a\\u{7c}b\\u{60}c\\`"),
            ("a\nb\u{202e}", "`a\\u{a}b\\u{202e}`"),
            ("", "` `"),
        ] {
            assert_eq!(code(name), span);
        }
    }

    #[test]
    fn words_are_no_markup() {
        assert_eq!(prose("as 111122223333, (ok)"), "as 111122223333, (ok)");
        assert_eq!(prose("@team"), "&#64;<!-- -->team");
        assert_eq!(prose("<b>*|`"), "&#60;b&#62;&#42;&#124;&#96;");
        assert_eq!(prose("https://a.b"), "https&#58;//a&#46;b");
        assert_eq!(html_code("</code>\n"), "<code>&#60;/code&#62;&#92;u&#123;a&#125;</code>");
    }

    #[test]
    fn names_in_sentences_are_spans() {
        for (text, markdown) in [
            ("Assigned to `pass_word`.", "Assigned to `pass_word`."),
            ("a: `b|c` d.e", "a: `b\\u{7c}c` d&#46;e"),
            ("odd ` one", "odd &#96; one"),
            ("see https://a.b: `@x` @y", "see https&#58;//a&#46;b: `@x` &#64;<!-- -->y"),
        ] {
            assert_eq!(words(text), markdown);
        }
    }

    #[test]
    fn words_of_ours_stay_readable() {
        assert_eq!(ours("Settings → API, e.g. (x)."), "Settings → API, e.g. (x).");
        assert_eq!(ours("[a](https://b.c) www.b.c"), "&#91;a&#93;(https&#58;//b.c) &#119;ww.b.c");
        assert_eq!(ours("<b> @x *y*"), "&#60;b&#62; &#64;<!-- -->x &#42;y&#42;");
        assert_eq!(ours("see https://aws.amazon.com/x"), "see https://aws.amazon.com/x");
        assert_eq!(ours("https://aws.amazon.com.b/x"), "https&#58;//aws.amazon.com.b/x");
    }

    #[test]
    fn blocks_end_where_they_should() {
        assert_eq!(block("json", "a\n```\nb"), "````json\na\n```\nb\n````\n");
    }

    #[test]
    fn pages_have_room_for_what_fits() {
        let mut page = Page::default();
        assert!(page.push(&"a".repeat(MAX_BYTES)));
        assert!(!page.push("b"));
        page.end("c");
        assert!(page.as_str().ends_with("ac"));
    }
}
