//! What can be wrong with a manifest, and what to do about it.

use std::ops::Range;

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

use super::file::ManifestText;
use crate::blob::inert;
use crate::policy::access::description::At;

/// The longest name that is held against others, in bytes. Their cost grows with its square.
const MAX_COMPARED: usize = 128;

/// The most of a name that a message shows, in characters.
const MAX_SHOWN: usize = 80;

/// A manifest that cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub enum ManifestError {
    /// Not TOML, or a value of another type.
    #[error("{detail}")]
    #[diagnostic(code(access::syntax))]
    Syntax {
        /// The parser's words.
        detail: String,
        /// What to do.
        #[help]
        help: String,
        /// The text.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where.
        #[label("here")]
        at: SourceSpan,
    },
    /// A key that does not exist.
    #[error("there is no key `{key}` here")]
    #[diagnostic(code(access::unknown_key))]
    UnknownKey {
        /// As written.
        key: String,
        /// What to do.
        #[help]
        help: String,
        /// The text.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where.
        #[label("not a key of this table")]
        at: SourceSpan,
    },
    /// An account, a key or a file that does not exist.
    #[error("there is no {what} `{name}`")]
    #[diagnostic(code(access::unknown_name))]
    UnknownName {
        /// Of what.
        what: &'static str,
        /// As written.
        name: String,
        /// What to do.
        #[help]
        help: String,
        /// The text.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where.
        #[label("not known")]
        at: SourceSpan,
    },
    /// The same thing twice.
    #[error("the {what} `{name}` is there twice")]
    #[diagnostic(code(access::repeated))]
    Repeated {
        /// Of what.
        what: &'static str,
        /// As written.
        name: String,
        /// What to do.
        #[help]
        help: String,
        /// The text.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where it is first.
        #[label("first here")]
        first: SourceSpan,
        /// Where it is again.
        #[label("and again here")]
        at: SourceSpan,
    },
    /// Two things that cannot both be true.
    #[error("{problem}")]
    #[diagnostic(code(access::contradiction))]
    Contradiction {
        /// What is wrong.
        problem: String,
        /// What to do.
        #[help]
        help: String,
        /// The text.
        #[source_code]
        source_code: NamedSource<String>,
        /// One of them, where it stands elsewhere.
        #[label("against this")]
        first: Option<SourceSpan>,
        /// The other.
        #[label("this")]
        at: SourceSpan,
    },
    /// An entry that says too little, or what cannot be.
    #[error("{problem}")]
    #[diagnostic(code(access::invalid))]
    Invalid {
        /// What is wrong.
        problem: String,
        /// What to do.
        #[help]
        help: String,
        /// The text.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where.
        #[label("this")]
        at: SourceSpan,
    },
}

impl ManifestError {
    /// The same, of a manifest that messages call otherwise.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        let (Self::Syntax { source_code, .. }
        | Self::UnknownKey { source_code, .. }
        | Self::UnknownName { source_code, .. }
        | Self::Repeated { source_code, .. }
        | Self::Contradiction { source_code, .. }
        | Self::Invalid { source_code, .. }) = &mut self;
        *source_code = NamedSource::new(name, source_code.inner().clone()).with_language("TOML");
        self
    }
}

/// The text of a manifest, for what points into it.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    /// What the file is called.
    pub(super) name: &'a str,
    pub(super) text: &'a str,
    /// Its place in the list of those that are read.
    pub(super) file: usize,
}

impl Page<'_> {
    /// The tables of the manifest.
    pub(super) fn parse(&self) -> Result<ManifestText, ManifestError> {
        toml::from_str(self.text).map_err(|error| {
            let at = error.span().map_or_else(|| (0, 0).into(), Into::into);
            self.syntax(error.message().lines().next().unwrap_or_default(), at)
        })
    }

    pub(super) fn at(&self, span: Range<usize>) -> At {
        At { file: self.file, span }
    }

    fn source(&self) -> NamedSource<String> {
        NamedSource::new(self.name, self.text.to_owned()).with_language("TOML")
    }

    fn syntax(&self, detail: &str, at: SourceSpan) -> ManifestError {
        let unknown = detail.strip_prefix("unknown field `");
        if let Some((key, expected)) = unknown.and_then(|rest| rest.rsplit_once("`, expected ")) {
            let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
            let all = format!("what may stand here: {}; see docs/accounts.md", known.join(", "));
            return ManifestError::UnknownKey {
                key: name(key),
                help: did_you_mean(key, known.into_iter(), &all),
                source_code: self.source(),
                at,
            };
        }
        ManifestError::Syntax {
            detail: shown(detail, 2 * MAX_SHOWN),
            help: "see docs/accounts.md for the tables and what stands in them; names, account numbers and dates stand in quotes".into(),
            source_code: self.source(),
            at,
        }
    }

    pub(super) fn unknown<'n>(
        &self,
        what: &'static str,
        written: &toml::Spanned<String>,
        known: impl Iterator<Item = &'n str>,
        help: &str,
    ) -> ManifestError {
        ManifestError::UnknownName {
            what,
            name: name(written.get_ref()),
            help: did_you_mean(written.get_ref(), known, help),
            source_code: self.source(),
            at: written.span().into(),
        }
    }

    pub(super) fn repeated(
        &self,
        what: &'static str,
        written: &str,
        first: Range<usize>,
        at: Range<usize>,
    ) -> ManifestError {
        ManifestError::Repeated {
            what,
            name: name(written),
            help: "say everything in one place and delete the other".into(),
            source_code: self.source(),
            first: first.into(),
            at: at.into(),
        }
    }

    pub(super) fn contradiction(
        &self,
        problem: String,
        help: &str,
        first: Option<Range<usize>>,
        at: Range<usize>,
    ) -> ManifestError {
        ManifestError::Contradiction {
            problem,
            help: help.into(),
            source_code: self.source(),
            first: first.map(Into::into),
            at: at.into(),
        }
    }

    pub(super) fn invalid(&self, problem: String, help: &str, at: Range<usize>) -> ManifestError {
        ManifestError::Invalid {
            problem,
            help: help.into(),
            source_code: self.source(),
            at: at.into(),
        }
    }
}

/// A name as messages show it.
pub(super) fn name(written: &str) -> String {
    shown(written, MAX_SHOWN)
}

/// The start of a text, without what a terminal would act on.
fn shown(text: &str, most: usize) -> String {
    let (end, dots) = match text.char_indices().nth(most) {
        Some((end, _)) => (end, "…"),
        None => (text.len(), ""),
    };
    inert(text.get(..end).unwrap_or_default().as_bytes()) + dots
}

/// What to do about a name that does not exist, with the one that may be meant.
fn did_you_mean<'n>(wanted: &str, known: impl Iterator<Item = &'n str>, help: &str) -> String {
    nearest(wanted, known)
        .map_or_else(|| help.into(), |near| format!("did you mean `{}`? {help}", name(near)))
}

/// The name that is most like another one; `None` where none is, or where that is too long for a slip.
pub(in crate::policy) fn nearest<'n>(
    wanted: &str,
    known: impl Iterator<Item = &'n str>,
) -> Option<&'n str> {
    let is_short = |name: &str| name.len() <= MAX_COMPARED;
    let alike = known
        .filter(|known| is_short(wanted) && is_short(known))
        .map(|known| (strsim::jaro_winkler(wanted, known), known));
    // One slip in a short name leaves little of it.
    let is_slip = |known: &str| wanted.len() > 2 && strsim::damerau_levenshtein(wanted, known) == 1;
    alike
        .filter(|(likeness, known)| *likeness > 0.88 || *likeness > 0.6 && is_slip(known))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}
