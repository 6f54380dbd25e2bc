//! A part of a saved report.

use globset::GlobMatcher;

use crate::config::Halves;
use crate::finding::{Confidence, Finding, FindingKind, Place, Severity};
use crate::outcome::Outcome;

/// Which findings of a saved report are wanted. What is left out is counted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The lowest confidence.
    pub min_confidence: Option<Confidence>,
    /// The lowest severity.
    pub severity: Option<Severity>,
    /// Secrets or policies.
    pub halves: Option<Halves>,
    /// Ids of rules that found it, at one of its places at least; empty for all.
    pub rules: Vec<String>,
    /// Where; empty for everywhere. A pattern fits a whole path, in archives that of the archive or of what is in it.
    pub paths: Vec<GlobMatcher>,
}

impl Filter {
    /// Leaves out what is not wanted. What was not scanned stays.
    pub fn apply(&self, outcome: &mut Outcome) {
        let (mut below, mut left_out) = (0, 0);
        let findings = std::mem::take(&mut outcome.findings);
        for mut finding in findings {
            if self.min_confidence.is_some_and(|least| finding.confidence < least) {
                below += finding.places.len() as u64;
                continue;
            }
            if !self.paths.is_empty() {
                finding.places.retain(|place| self.is_there(place));
            }
            if finding.places.is_empty() || !self.wants(&finding) {
                left_out += 1;
            } else {
                outcome.findings.push(finding);
            }
        }
        outcome.stats.below_confidence += below;
        if left_out > 0 {
            outcome
                .notes
                .push(format!("findings that the filters of this report leave out: {left_out}"));
        }
    }

    fn is_there(&self, place: &Place) -> bool {
        let origin = &place.origin;
        let names = [origin.full_path(), origin.path().map(Into::into)];
        let outer = origin.outermost().path().map(Into::into);
        names.into_iter().chain([outer]).flatten().any(|path| {
            let path: &std::path::Path = path.as_ref();
            self.paths.iter().any(|glob| glob.is_match(path))
        })
    }

    fn wants(&self, finding: &Finding) -> bool {
        let half = match finding.kind {
            FindingKind::Secret { .. } => Halves::Secrets,
            FindingKind::Policy { .. } => Halves::Policy,
        };
        let wanted = |id: &String| self.rules.contains(id);
        self.severity.is_none_or(|least| finding.severity >= least)
            && self.halves.is_none_or(|halves| halves == Halves::Both || halves == half)
            && (self.rules.is_empty()
                || wanted(&finding.rule.id)
                || finding.places.iter().any(|place| wanted(&place.rule.id)))
    }
}
