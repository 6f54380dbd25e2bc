//! What fits what: keys and their public halves, tokens and what signed them, passphrases and what they open.
//!
//! What lies in the same file is tried first, then what lies in the same directory; how much is tried is bounded.

mod armour;
mod lock;
mod trials;

use std::collections::BTreeMap;

use super::gathered::Gathered;
use super::material::Known;
use super::near::{Distance, Spot, nearest};
use super::{Terms, add_fact, place_name, verdict};
use crate::finding::{Confidence, Finding, FindingKind, Severity, Verdict};

/// The words for a proof, and what it does to a finding.
struct Proof {
    /// The number of the finding.
    of: usize,
    /// What is said of it, after the title.
    says: String,
    /// Where what proves it stands.
    by: String,
    means: Meaning,
}

/// What a proof says of a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// It is a real one.
    Real,
    /// What it protects is known: a passphrase is no protection any more.
    Open,
}

/// Finds out which secrets prove each other, and says what was not tried.
pub(super) fn prove(findings: &mut [Finding], gathered: &Gathered, terms: Terms) -> Vec<String> {
    let mut proofs = public_halves(findings, gathered);
    let (tried, mut notes) = trials::run(findings, gathered, terms);
    proofs.extend(tried);
    for proof in proofs {
        if let Some(finding) = findings.get_mut(proof.of) {
            apply(finding, &proof, terms);
        }
    }
    if gathered.left_out() > 0 {
        notes.push(format!(
            "not compared with what was found: {} of the public keys, hashes of passwords and unlisted parts of credentials, of which there are too many",
            gathered.left_out()
        ));
    }
    notes
}

/// Private keys whose public half lies in the same directory.
fn public_halves(findings: &[Finding], gathered: &Gathered) -> Vec<Proof> {
    let material = gathered.public_material();
    let mut spots: BTreeMap<super::public::Id, Vec<Spot>> = BTreeMap::new();
    for (item, material) in material.iter().enumerate() {
        if let Known::Key { id, .. } = material.known {
            let spot = Spot::new(&material.origin, material.line, item);
            spots.entry(id).or_default().push(spot);
        }
    }
    for spots in spots.values_mut() {
        spots.sort_unstable();
    }
    if spots.is_empty() {
        return Vec::new();
    }
    let mut proofs = Vec::new();
    for (of, finding) in findings.iter().enumerate() {
        let FindingKind::Secret { secret, .. } = &finding.kind else { continue };
        let Some(halves) = armour::id(secret.reveal()).and_then(|id| spots.get(&id)) else {
            continue;
        };
        let near = finding.places.iter().filter_map(|place| {
            nearest(halves, &Spot::new(&place.origin, place.location.start.line, 0))
        });
        let near = near.min_by_key(|(distance, _)| *distance);
        let near = near.filter(|((distance, _), _)| *distance <= Distance::Folder);
        if let Some((_, spot)) = near
            && let Some(half) = material.get(spot.item)
            && let Known::Key { called, .. } = half.known
        {
            let by = place_name(&half.origin, half.line);
            let says = format!("its {called} is at {by}");
            proofs.push(Proof { of, says, by, means: Meaning::Real });
        }
    }
    proofs
}

/// What is proven stays proven: the first proof is told.
fn apply(finding: &mut Finding, proof: &Proof, terms: Terms) {
    let is_fixed = terms.is_fixed(finding);
    let Some(before) = verdict(finding) else { return };
    let opened = proof.means == Meaning::Open && before == Verdict::EncryptedKey;
    let fact = if before == Verdict::EncryptedKey && !opened { "public half" } else { "proven by" };
    add_fact(finding, fact, proof.by.clone());
    let is_news = match before {
        Verdict::ShapeOnly | Verdict::StructureValid | Verdict::ChecksumValid => true,
        // It may be a real one and of no use: so it stays.
        Verdict::EncryptedKey => opened,
        Verdict::Expired | Verdict::ChecksumFailed | Verdict::PublicKnown | Verdict::Proven => {
            false
        }
    };
    if !is_news {
        return;
    }
    finding.confidence = Confidence::VeryHigh;
    if opened && !is_fixed {
        finding.severity = finding.severity.max(finding.rule.severity).max(Severity::High);
    }
    let title = finding.message.strip_suffix(super::super::said(before));
    finding.message = format!("{}; {}", title.unwrap_or(&finding.message), proof.says);
    if let FindingKind::Secret { verdict, .. } = &mut finding.kind {
        *verdict = Verdict::Proven;
    }
}
