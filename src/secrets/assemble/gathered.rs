//! What is no finding, and may say something of one: other halves that are not listed, public keys, hashes of passwords.

use std::sync::Arc;

use super::super::{Detection, RuleSet, Scratch};
use super::material::{Known, recognise};
use crate::blob::{Blob, Origin};
use crate::finding::{Finding, FindingKind, RuleMeta, Secret, Verdict};
use crate::location::Location;

/// The most that is kept of either kind, in a whole scan.
const MOST: usize = 10_000;

/// What some inputs have of it, in order.
#[derive(Default)]
pub(crate) struct Gathered {
    unlisted: Vec<Unlisted>,
    material: Vec<Material>,
    /// How much there was beside that.
    left_out: u64,
}

/// A secret that the report does not list.
pub(super) struct Unlisted {
    pub(super) rule: Arc<RuleMeta>,
    pub(super) origin: Arc<Origin>,
    pub(super) line: u64,
    pub(super) secret: Secret,
}

/// What is public, and belongs to a secret.
pub(super) struct Material {
    pub(super) known: Known,
    pub(super) origin: Arc<Origin>,
    pub(super) line: u64,
}

impl Gathered {
    /// Adds what another part of the scan gathered.
    pub(crate) fn add(&mut self, next: Self) {
        let Self { unlisted, material, left_out } = next;
        self.left_out += left_out;
        for unlisted in unlisted {
            self.keep_unlisted(unlisted);
        }
        for material in material {
            self.keep_material(material);
        }
    }

    fn keep_unlisted(&mut self, unlisted: Unlisted) {
        if self.unlisted.len() < MOST {
            self.unlisted.push(unlisted);
        } else {
            self.left_out += 1;
        }
    }

    fn keep_material(&mut self, material: Material) {
        if self.material.len() < MOST {
            self.material.push(material);
        } else {
            self.left_out += 1;
        }
    }

    /// Keeps what is left of a finding that is not listed.
    pub(crate) fn unlisted(&mut self, finding: &Finding) {
        let FindingKind::Secret { secret, verdict, .. } = &finding.kind else { return };
        let Some(place) = finding.places.first().filter(|_| is_real(*verdict)) else { return };
        self.keep_unlisted(Unlisted {
            rule: Arc::clone(&finding.rule),
            origin: Arc::clone(&place.origin),
            line: place.location.start.line,
            secret: secret.clone(),
        });
    }

    /// Keeps a part of a credential that nobody asked to see.
    pub(crate) fn below(
        &mut self,
        detection: &Detection,
        blob: &Blob,
        location: Location,
        rules: &RuleSet,
    ) {
        let rule = detection.meta();
        if rules.is_part(&rule.id) && is_real(detection.verdict) {
            self.keep_unlisted(Unlisted {
                rule: Arc::clone(rule),
                origin: Arc::clone(blob.origin()),
                line: location.start.line,
                secret: Secret::new(detection.secret()),
            });
        }
    }

    /// Keeps the public material of a blob that was searched just now.
    pub(crate) fn material(&mut self, blob: &Blob, scratch: &Scratch) {
        let mut locator = blob.locator();
        let mut end = 0;
        for run in scratch.runs().iter().filter(|run| blob.owns.contains(&run.start)) {
            if run.start < end {
                continue;
            }
            let Some((known, after)) = recognise(blob.text, run.start) else { continue };
            end = after;
            self.keep_material(Material {
                known,
                origin: Arc::clone(blob.origin()),
                line: locator.position(run.start).line,
            });
        }
    }

    pub(super) fn unlisted_secrets(&self) -> &[Unlisted] {
        &self.unlisted
    }

    pub(super) fn public_material(&self) -> &[Material] {
        &self.material
    }

    pub(super) const fn left_out(&self) -> u64 {
        self.left_out
    }
}

const fn is_real(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::PublicKnown | Verdict::ChecksumFailed)
}
