//! What somebody has to do: a line in words, and the code that goes with it.

use crate::blob::inert;

/// Characters of a name that are shown; the rest is cut.
const MAX_NAME: usize = 120;

/// One thing to do, or one thing to know before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// In words. What stands between backquotes is code or a name; no name of an input has one itself.
    pub text: String,
    /// What to type, or to write in the place of something.
    pub code: Option<Code>,
}

/// A few lines of code. No secret is ever in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// As Markdown names languages: `bash`, `json`, `hcl`.
    pub language: &'static str,
    /// The lines, each with its end.
    pub text: String,
}

impl Step {
    pub(super) fn say(text: impl Into<String>) -> Self {
        Self { text: text.into(), code: None }
    }

    pub(super) fn with(text: impl Into<String>, language: &'static str, code: &str) -> Self {
        let code = Code { language, text: format!("{}\n", code.trim_end()) };
        Self { text: text.into(), code: Some(code) }
    }

    /// The text in pieces, each with whether it is code or a name.
    pub fn pieces(&self) -> impl Iterator<Item = (bool, &str)> {
        pieces(&self.text)
    }
}

/// A text in pieces, each with whether it is code or a name: every second one is.
pub fn pieces(text: &str) -> impl Iterator<Item = (bool, &str)> {
    let all = text.split('`').enumerate().map(|(at, piece)| (at % 2 == 1, piece));
    all.filter(|(_, piece)| !piece.is_empty())
}

/// A name of an input, as a piece of a text that it cannot end.
pub(super) fn name(text: &str) -> String {
    let clean = inert(text.as_bytes()).replace('`', "\\u{60}").replace('\t', " ");
    let mut short: String = clean.chars().take(MAX_NAME).collect();
    if short.len() < clean.len() {
        short.push('…');
    }
    if short.is_empty() { "` `".into() } else { format!("`{short}`") }
}

/// Several names, the first few of them.
pub(super) fn names<'n>(all: impl Iterator<Item = &'n str>, most: usize) -> String {
    let mut all = all.map(name);
    let first: Vec<String> = all.by_ref().take(most).collect();
    let more = all.count();
    let listed = first.join(", ");
    if more == 0 { listed } else { format!("{listed} and {more} more") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_names() {
        let step = Step::say(format!("Look at {} there.", name("a`b\u{202e}c")));
        let pieces: Vec<_> = step.pieces().collect();
        assert_eq!(
            pieces,
            [(false, "Look at "), (true, "a\\u{60}b\\u{202e}c"), (false, " there.")]
        );
        assert_eq!(name(&"x".repeat(500)).chars().count(), MAX_NAME + 3);
        assert_eq!(names(["a", "b", "c"].into_iter(), 2), "`a`, `b` and 1 more");
    }
}
