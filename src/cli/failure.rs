//! How a bad instruction is shown: without what could command a terminal, and without secrets.

use std::fmt;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

use keylint::blob::{Blob, Content, Origin, inert, is_inert};
use keylint::secrets::{RuleSet, Scratch};

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
        let rules = RuleSet::built_in();
        let clean = |text: String| inert(mask(&text, &rules).as_bytes());
        Self {
            inner,
            message: clean(inner.to_string()),
            help: inner.help().map(|help| clean(help.to_string())),
            source: inner.source_code().and_then(|source| clean_source(source, &rules)),
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
        self.inner.labels()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }
}

/// The whole source, with every character in its place, so that labels stay where they are.
fn clean_source(source: &dyn SourceCode, rules: &RuleSet) -> Option<NamedSource<String>> {
    let whole = source.read_span(&(0, 0).into(), 0, usize::MAX).ok()?;
    let text = String::from_utf8_lossy(whole.data()).into_owned();
    let mut clean = String::with_capacity(text.len());
    for character in mask(&text, rules).chars() {
        match character {
            '\n' | '\t' => clean.push(character),
            '\r' => clean.push(' '),
            _ if is_inert(character) => clean.push(character),
            _ => clean.extend(std::iter::repeat_n('?', character.len_utf8())),
        }
    }
    Some(NamedSource::new(inert(whole.name().unwrap_or_default().as_bytes()), clean))
}

/// The text with every secret in it replaced by as many asterisks.
fn mask(text: &str, rules: &RuleSet) -> String {
    let origin = Arc::new(Origin::Stdin);
    let blob = Blob::whole(&origin, text.as_bytes(), Content::Text);
    let explanations = rules.explain(&blob, 0, &mut Scratch::default());
    let mut masked = text.as_bytes().to_vec();
    for found in explanations.iter().filter(|found| found.verdict.is_some()) {
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        let span = place(found.location.start.offset)..place(found.location.end.offset);
        if let Some(secret) = masked.get_mut(span) {
            secret.fill(b'*');
        }
    }
    // A secret that ends within a character leaves no text: then nothing is shown.
    String::from_utf8(masked).unwrap_or_else(|_| "*".repeat(text.len()))
}
