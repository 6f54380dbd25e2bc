//! How a bad instruction is shown: without what could command a terminal, and without secrets.

use std::fmt;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

use keylint::blob::{Blob, Content, Origin, inert, is_inert};
use keylint::secrets::{Explanation, RuleSet, Scratch};

/// Bytes of a line that a message shows; of a longer one it has the number alone.
const MAX_LINE: usize = 2_000;

/// A diagnostic that is safe to print: arguments, names and lines of files may come from anybody.
#[derive(Debug)]
pub(super) struct Inert<'a> {
    inner: &'a dyn Diagnostic,
    message: String,
    help: Option<String>,
    source: Option<NamedSource<String>>,
}

impl<'a> Inert<'a> {
    pub(super) fn new(inner: &'a dyn Diagnostic) -> Self {
        let mask = Mask::new(inner.source_code());
        let clean = |text: String| inert(mask.message(&text).as_bytes());
        let mut message = clean(inner.to_string());
        let long = inner.labels().into_iter().flatten().find_map(|label| mask.in_long_line(&label));
        if let Some(line) = long {
            message = format!("{message} ({}:{line})", mask.name);
        }
        Self {
            inner,
            message,
            help: inner.help().map(|help| clean(help.to_string())),
            source: mask.source().filter(|_| long.is_none()),
        }
    }
}

impl fmt::Display for Inert<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Inert<'_> {}

impl Diagnostic for Inert<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.inner.code()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.source.as_ref()?;
        self.inner.labels()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }
}

/// The file that a message is about, and the secrets in it.
struct Mask {
    rules: RuleSet,
    name: String,
    text: String,
    secrets: Vec<String>,
}

impl Mask {
    fn new(source: Option<&dyn SourceCode>) -> Self {
        let whole = source.and_then(|source| source.read_span(&(0, 0).into(), 0, usize::MAX).ok());
        let name = whole.as_ref().and_then(|whole| whole.name()).unwrap_or_default();
        let bytes = whole.as_ref().map_or(&[][..], |whole| whole.data());
        let mut mask = Self {
            rules: RuleSet::built_in(),
            name: inert(name.as_bytes()),
            text: String::from_utf8_lossy(bytes).into_owned(),
            secrets: Vec::new(),
        };
        mask.secrets = mask.secrets_of(&mask.text, |_| true);
        mask
    }

    /// The values in a text that are taken for secrets.
    fn secrets_of(&self, text: &str, counts: impl Fn(&Explanation) -> bool) -> Vec<String> {
        let origin = Arc::new(Origin::Stdin);
        let blob = Blob::whole(&origin, text.as_bytes(), Content::Text);
        let found = self.rules.explain(&blob, 0, &mut Scratch::default()).into_iter();
        found
            .filter(|found| found.verdict.is_some() && counts(found))
            .map(|found| String::from_utf8_lossy(&found.value).into_owned())
            .collect()
    }

    /// A message without the secrets of the file, or others whose format gives them away.
    fn message(&self, text: &str) -> String {
        let others = self.secrets_of(text, |found| found.score.is_none());
        hide(text, self.secrets.iter().chain(&others))
    }

    /// The number of the line that a label is in, if nobody can read it for its length.
    fn in_long_line(&self, label: &LabeledSpan) -> Option<usize> {
        let (before, after) = self.text.split_at_checked(label.offset())?;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let end = after.find('\n').unwrap_or(after.len());
        let is_long = before.len() - start + end > MAX_LINE;
        is_long.then(|| before.bytes().filter(|byte| *byte == b'\n').count() + 1)
    }

    /// The file, with every character in its place, so that labels stay where they are.
    fn source(&self) -> Option<NamedSource<String>> {
        let mut clean = String::with_capacity(self.text.len());
        for character in hide(&self.text, &self.secrets).chars() {
            match character {
                '\n' | '\t' => clean.push(character),
                '\r' => clean.push(' '),
                _ if is_inert(character) => clean.push(character),
                _ => clean.extend(std::iter::repeat_n('?', character.len_utf8())),
            }
        }
        (!clean.is_empty()).then(|| NamedSource::new(&self.name, clean))
    }
}

/// The text with as many asterisks in the place of each secret.
fn hide<'a>(text: &str, secrets: impl IntoIterator<Item = &'a String>) -> String {
    secrets.into_iter().fold(text.to_owned(), |text, secret| {
        text.replace(secret.as_str(), &"*".repeat(secret.len()))
    })
}
