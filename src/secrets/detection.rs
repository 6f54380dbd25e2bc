//! A candidate that is taken for a secret, with all that a finding is made of.

use std::ops::Range;
use std::sync::Arc;

use super::decode::Encoding;
use super::rule::{Rule, Trigger};
use crate::blob::inert;
use crate::finding::{Confidence, RuleMeta, Severity, Verdict};
use crate::fingerprint::Fingerprint;

/// A candidate that is taken for a secret.
pub(crate) struct Detection<'a> {
    pub(crate) rule: &'a Rule,
    /// The secret, decoded.
    pub(super) secret: Box<[u8]>,
    /// The name it is assigned to; empty when there is none.
    pub(super) name: Box<[u8]>,
    /// The bytes of its text that are the secret: of the blob, or of a view.
    pub(super) found: Range<usize>,
    /// The bytes of the blob that stand for it.
    pub(super) span: Range<usize>,
    /// The bytes of the blob that its rule matched, the secret among them.
    pub(crate) matched: Range<usize>,
    /// How they were encoded, the outermost encoding first; empty when they are the secret itself.
    pub(super) encodings: Vec<Encoding>,
    /// The number of the view it was found in; 0 for the text of the blob.
    pub(super) view: usize,
    pub(crate) verdict: Verdict,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) facts: Vec<(String, String)>,
    /// What it is known by across runs.
    pub(crate) fingerprint: Fingerprint,
}

impl Detection<'_> {
    pub(crate) fn meta(&self) -> &Arc<RuleMeta> {
        &self.rule.meta
    }

    pub(crate) fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// The name it is assigned to; empty when there is none.
    pub(crate) fn name(&self) -> &[u8] {
        &self.name
    }

    pub(crate) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// How many of the secret's first bytes are public, because the rule's own prefix says them; none where the text has
    /// other bytes.
    pub(crate) fn public_prefix(&self) -> usize {
        let Trigger::Prefix(prefixes) = &self.rule.trigger else { return 0 };
        if !self.encodings.is_empty() {
            return 0;
        }
        let longest = prefixes
            .iter()
            .filter(|prefix| self.secret().starts_with(prefix.as_bytes()))
            .map(String::len)
            .max();
        // A short secret is not made shorter.
        longest.filter(|length| self.secret().len() >= length + 12).unwrap_or(0)
    }

    /// Whether it is about a whole file, by its path.
    pub(crate) fn is_of_file(&self) -> bool {
        self.rule.is_for_paths()
    }

    /// What is wrong, without the secret.
    pub(crate) fn message(&self) -> String {
        let title = &self.meta().title;
        let named = match std::str::from_utf8(&self.name) {
            Ok(name) if !name.is_empty() => {
                format!("{title} assigned to `{}`", inert(name.as_bytes()))
            }
            _ => title.clone(),
        };
        named + said(self.verdict)
    }
}

/// What a message says of a verdict, after the title.
pub(super) const fn said(verdict: Verdict) -> &'static str {
    match verdict {
        // What proves it is known when everything is read.
        Verdict::ShapeOnly | Verdict::Proven => "",
        Verdict::StructureValid => "; its structure is valid",
        Verdict::ChecksumValid => "; its checksum is valid",
        Verdict::ChecksumFailed => "; its checksum does not hold, so it was altered or made up",
        Verdict::Expired => "; it has expired",
        Verdict::EncryptedKey => "; a passphrase protects it",
        Verdict::PublicKnown => "; a value from public documentation",
    }
}
