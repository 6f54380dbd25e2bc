//! One finding per secret, with every place it was seen at, whichever rules found it there.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::{Terms, is_harmless, verdict};
use crate::finding::{Finding, FindingKind, Severity, Verdict};
use crate::fingerprint::Fingerprint;

/// The same secret, or the same defect of the same statement, in several places becomes one finding, where it was first
/// seen. The fingerprint of a weak secret holds what found it, so that only strong ones are joined across rules.
pub(super) fn unify(findings: Vec<Finding>, terms: Terms) -> Vec<Finding> {
    let mut known: HashMap<Fingerprint, usize> = HashMap::new();
    let mut same: Vec<Vec<Finding>> = Vec::new();
    for finding in findings {
        if let Some(others) = known.get(&finding.fingerprint).and_then(|at| same.get_mut(*at)) {
            others.push(finding);
        } else {
            known.insert(finding.fingerprint.clone(), same.len());
            same.push(vec![finding]);
        }
    }
    same.into_iter().filter_map(|same| one(same, terms)).collect()
}

/// The finding that several are, as the one of them says that knows most.
fn one(mut same: Vec<Finding>, terms: Terms) -> Option<Finding> {
    let ranks = same.iter().enumerate().map(|(at, finding)| (rank(finding, terms), Reverse(at)));
    let Reverse(lead) = ranks.max()?.1;
    let severity = severity(&same, same.get(lead)?, terms);
    let confidence = same.iter().map(|finding| finding.confidence).max()?;
    let places = same.iter_mut().flat_map(|finding| std::mem::take(&mut finding.places)).collect();
    let mut lead = same.swap_remove(lead);
    lead.severity = severity;
    if !verdict(&lead).is_some_and(is_harmless) {
        lead.confidence = confidence;
    }
    lead.places = places;
    Some(lead)
}

/// The highest, unless the configuration or the value itself says what it is.
fn severity(same: &[Finding], lead: &Finding, terms: Terms) -> Severity {
    if terms.is_fixed(lead) || verdict(lead).is_some_and(is_harmless) {
        let of_rule = same.iter().filter(|finding| finding.rule.id == lead.rule.id);
        return of_rule.map(|finding| finding.severity).max().unwrap_or(lead.severity);
    }
    same.iter().map(|finding| finding.severity).max().unwrap_or(lead.severity)
}

/// How much a finding knows of its secret.
fn rank<'f>(finding: &'f Finding, terms: Terms) -> (bool, u8, Severity, Reverse<&'f str>) {
    let is_specific = !terms.rules.is_scored(&finding.rule.id);
    let knows = match &finding.kind {
        FindingKind::Policy { .. } => 0,
        FindingKind::Secret { verdict, .. } => match verdict {
            Verdict::PublicKnown | Verdict::Proven => 5,
            Verdict::ChecksumValid => 4,
            Verdict::StructureValid => 3,
            Verdict::Expired | Verdict::EncryptedKey => 2,
            Verdict::ShapeOnly => 1,
            Verdict::ChecksumFailed => 0,
        },
    };
    (is_specific, knows, finding.rule.severity, Reverse(finding.rule.id.as_str()))
}
