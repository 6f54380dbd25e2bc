//! From what a detector says of a text to a finding, with nothing in it that must not be shown.

use std::ops::Range;
use std::sync::Arc;

use crate::blob::Blob;
use crate::config::{Config, Secrets};
use crate::finding::{Finding, FindingKind, Place, RuleMeta, Secret};
use crate::location::Location;
use crate::secrets::Detection;
use crate::snippet::{Redaction, Snippet};

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
        layer: None,
        built: None,
        fix: None,
    }
}
