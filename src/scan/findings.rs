//! From what a detector says of a text to a finding, with nothing in it that must not be shown.

use std::ops::Range;
use std::sync::Arc;

use crate::blob::{Blob, Content, Origin, inert};
use crate::config::{Config, Secrets};
use crate::finding::{Bytes, Finding, FindingKind, Place, RuleMeta, Secret, Written};
use crate::location::{Location, Width};
use crate::secrets::Detection;
use crate::snippet::{Redaction, Snippet};

/// Secrets that may begin before another one in the same bytes.
const NEIGHBOURS: usize = 8;

pub(super) fn secret_finding(detection: &Detection, place: Place, config: &Config) -> Finding {
    let rule = Arc::clone(detection.meta());
    let severity = config.severities.get(&rule.id).copied().unwrap_or(detection.severity);
    let secret = detection.secret();
    let redacted = match config.secrets {
        _ if secret.is_empty() => String::new(),
        Secrets::Masked => {
            Redaction { span: detection.span(), keep: detection.public_prefix() }.mask(secret)
        }
        Secrets::Revealed => String::from_utf8_lossy(secret).into_owned(),
    };
    Finding {
        rule,
        severity,
        confidence: detection.confidence,
        message: detection.message(),
        fingerprint: detection.fingerprint.clone(),
        places: vec![place],
        kind: FindingKind::Secret {
            secret: Secret::new(secret),
            redacted,
            verdict: detection.verdict,
            facts: detection.facts.clone(),
        },
        history: None,
    }
}

pub(super) fn place(
    blob: &Blob,
    span: &Range<usize>,
    location: Location,
    redactions: &[Redaction],
    rule: &Arc<RuleMeta>,
) -> Place {
    Place {
        rule: Arc::clone(rule),
        origin: Arc::clone(blob.origin()),
        location,
        snippet: Snippet::new(blob.text, span, redactions),
        suppressed: None,
        written: None,
        layer: None,
        built: None,
        fix: None,
    }
}

/// How a secret is written, of which those before it in the text are known. Bytes are kept where they may be shown.
pub(super) fn written(
    (detection, earlier): (&Detection, &[Detection]),
    blob: &Blob,
    secrets: Secrets,
) -> Written {
    let span = detection.span();
    let keeps = secrets == Secrets::Revealed && !detection.is_of_file();
    let bytes = keeps.then(|| {
        let mut ends = earlier.iter().rev().take(NEIGHBOURS).map(|other| other.span().end);
        let end = ends.find(|end| *end <= span.start).unwrap_or(0);
        let from = span.start.saturating_sub(Bytes::MAX_BEFORE).max(end);
        let before = blob.text.get(from..span.start).unwrap_or_default();
        let line = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        Bytes {
            value: Secret::new(blob.text.get(span.clone()).unwrap_or_default()),
            before: Secret::new(before.get(line..).unwrap_or_default()),
            is_plain: blob.content == Content::Text
                && blob.width == Width::Bytes
                && !matches!(**blob.origin(), Origin::Member { .. }),
        }
    });
    Written { name: inert(detection.name()), bytes }
}
