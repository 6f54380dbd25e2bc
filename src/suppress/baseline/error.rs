//! What is wrong with a baseline, where, and what to do about it.

use std::path::PathBuf;

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

/// Bytes of a baseline that a message carries along; of a larger one it has the line alone.
const MAX_SHOWN: usize = 64 * 1024;
/// Bytes of a line of a larger one that a message carries along.
const MAX_LINE: usize = 4096;

/// A baseline that cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub enum BaselineError {
    /// The file cannot be read.
    #[error("the baseline `{}` cannot be read: {detail}", path.display())]
    #[diagnostic(
        code(baseline::unreadable),
        help("check the path and its permissions; `keylint baseline write` makes a baseline")
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// The file is larger than any baseline should be.
    #[error("`{}` is larger than 32 MiB, too large for a baseline", path.display())]
    #[diagnostic(
        code(baseline::too_large),
        help("leave out with `exclude` of keylint.toml what holds so many findings")
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// It was made for another scanner.
    #[error("`{name}` is {what}, not a baseline of keylint")]
    #[diagnostic(code(baseline::foreign))]
    Foreign {
        /// The file.
        name: String,
        /// What it is.
        what: &'static str,
        /// What to do.
        #[help]
        help: String,
    },
    /// Marks that git leaves where it could not merge.
    #[error("the baseline has a merge conflict")]
    #[diagnostic(
        code(baseline::conflict),
        help(
            "keep the lines of both sides and delete the marks: the order does not matter. A line `keylint.baseline merge=union` in .gitattributes prevents it"
        )
    )]
    Conflict {
        /// The text.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where.
        #[label("a mark of the conflict")]
        at: SourceSpan,
    },
    /// A newer keylint wrote it.
    #[error("the baseline has version {version}, this keylint reads version 1")]
    #[diagnostic(code(baseline::version), help("use the keylint that wrote it, or a newer one"))]
    Version {
        /// As written.
        version: String,
        /// The text.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where.
        #[label("here")]
        at: SourceSpan,
    },
    /// A line that is no entry.
    #[error("{problem}")]
    #[diagnostic(code(baseline::line))]
    Line {
        /// What is wrong.
        problem: String,
        /// What to do.
        #[help]
        help: &'static str,
        /// The text.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where.
        #[label("this")]
        at: SourceSpan,
    },
}

/// As much of a text as there is room for, in bytes.
pub(super) fn beginning(text: &str, room: usize) -> &str {
    let end = text.len().min(room);
    (0..=end).rev().find_map(|at| text.get(..at)).unwrap_or_default()
}

/// A text and a stretch of one of its lines.
pub(super) struct Spot<'a> {
    /// The name of the file.
    pub(super) name: &'a str,
    /// The whole text.
    pub(super) text: &'a str,
    /// Where the line begins.
    pub(super) start: usize,
    /// How long it is.
    pub(super) len: usize,
}

impl Spot<'_> {
    /// The text for a message, and the place in it. Of a large text all lines but this one are left empty, so that its number
    /// stays what it is.
    pub(super) fn shown(&self) -> (NamedSource<String>, SourceSpan) {
        let named = |text: String| NamedSource::new(self.name, text);
        if self.text.len() <= MAX_SHOWN {
            return (named(self.text.to_owned()), (self.start, self.len).into());
        }
        let before = self.text.get(..self.start).unwrap_or_default();
        let above = memchr::memchr_iter(b'\n', before.as_bytes()).count();
        let line = self.text.get(self.start..self.start + self.len).unwrap_or_default();
        let line = beginning(line, MAX_LINE);
        (named("\n".repeat(above) + line), (above, line.len()).into())
    }

    /// A line that is no entry.
    pub(super) fn line(&self, problem: impl Into<String>, help: &'static str) -> BaselineError {
        let (source_code, at) = self.shown();
        BaselineError::Line { problem: problem.into(), help, source_code, at }
    }
}
