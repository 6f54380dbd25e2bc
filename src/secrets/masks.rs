//! Messages that quote a text must not show the secrets in it.

use aho_corasick::{AhoCorasick, MatchKind};

use crate::blob::Blob;
use crate::snippet::{MASK, Redaction};

/// The secrets of a text, and what stands for each in a message.
pub struct Masks {
    secrets: Option<AhoCorasick>,
    masks: Vec<String>,
}

impl Masks {
    /// Of the text of a blob.
    pub fn new(blob: &Blob, redactions: &[Redaction]) -> Self {
        let pair = |redaction: &Redaction| {
            let secret = blob.text.get(redaction.span.clone())?;
            let text = String::from_utf8_lossy(secret).into_owned();
            (!text.is_empty()).then(|| (text, redaction.mask(secret)))
        };
        let (secrets, masks): (Vec<String>, Vec<String>) =
            redactions.iter().filter_map(pair).unzip();
        let search =
            || AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(secrets);
        Self { secrets: (!masks.is_empty()).then(search).and_then(Result::ok), masks }
    }

    /// The message without the secrets in it.
    pub fn put_on(&self, message: &str) -> String {
        match &self.secrets {
            Some(secrets) => secrets.replace_all(message, &self.masks),
            None if self.masks.is_empty() => message.to_owned(),
            // They could not be searched for.
            None => MASK.into(),
        }
    }
}
