//! What must not be shown of a text, and texts without it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::blob::{Blob, Content, Origin};
use crate::config::{Config, Secrets};
use crate::finding::{Finding, FindingKind, Place};
use crate::outcome::Stats;
use crate::secrets::{self, Detection};
use crate::snippet::Redaction;

/// A text with everything masked that must not be shown of it.
pub fn masked(origin: &Arc<Origin>, text: &[u8], config: &Config) -> Vec<u8> {
    let blob = Blob::whole(origin, text, Content::Text);
    let detections = unlisted(&blob, config, &mut secrets::Scratch::default());
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for redaction in redactions(&detections, config.secrets) {
        if redaction.span.start >= at {
            out.extend(text.get(at..redaction.span.start).unwrap_or_default());
            let secret = text.get(redaction.span.clone()).unwrap_or_default();
            out.extend(redaction.mask(secret).bytes());
            at = redaction.span.end;
        }
    }
    out.extend(text.get(at..).unwrap_or_default());
    out
}

/// Masks what the history of a finding quotes of people's texts.
pub(super) fn mask_history(findings: &mut [Finding], config: &Config) {
    if config.secrets == Secrets::Revealed {
        return;
    }
    let origin = Arc::new(Origin::Stdin);
    for finding in findings {
        let FindingKind::Secret { secret, redacted, .. } = &finding.kind else { continue };
        if secret.reveal().is_empty() {
            continue;
        }
        let own = String::from_utf8_lossy(secret.reveal());
        let Some(history) = &mut finding.history else { continue };
        for moment in history.first.iter_mut().chain(&mut history.last) {
            for text in [&mut moment.author, &mut moment.subject] {
                let clean = masked(&origin, text.as_bytes(), config);
                *text = String::from_utf8_lossy(&clean).replace(own.as_ref(), redacted);
            }
        }
    }
}

/// Masks what instructions of images tell: the values in them, and what was found elsewhere.
pub(super) fn mask_instructions(findings: &mut [Finding], config: &Config) {
    if config.secrets == Secrets::Revealed {
        return;
    }
    let origin = Arc::new(Origin::Stdin);
    let mut known: HashMap<String, String> = HashMap::new();
    let places = findings.iter_mut().flat_map(|finding| &mut finding.places);
    for text in places.flat_map(Place::instructions_mut) {
        let clean = known.entry(text.clone()).or_insert_with(|| {
            let clean = masked(&origin, text.as_bytes(), config);
            String::from_utf8_lossy(&clean).into_owned()
        });
        text.clone_from(clean);
    }
}

/// What must not be shown of a blob: every secret found in it, also those that are not reported.
pub(super) fn redactions(detections: &[Detection], secrets: Secrets) -> Vec<Redaction> {
    match secrets {
        Secrets::Revealed => Vec::new(),
        Secrets::Masked => {
            let mut redactions: Vec<Redaction> = Vec::new();
            for found in detections.iter().filter(|found| !found.is_of_file()) {
                let span = found.span();
                match redactions.last_mut() {
                    // Several secrets may be encoded in the same bytes.
                    Some(last) if span.start < last.span.end => {
                        last.span.end = last.span.end.max(span.end);
                    }
                    _ => redactions.push(Redaction { span, keep: found.public_prefix() }),
                }
            }
            redactions
        }
    }
}

/// Secrets that are hidden but neither listed nor counted here.
pub(super) fn unlisted<'a>(
    blob: &Blob,
    config: &'a Config,
    scratch: &mut secrets::Scratch,
) -> Vec<Detection<'a>> {
    config.rules.detect(blob, config.now, scratch, &mut Stats::default()).detections
}
