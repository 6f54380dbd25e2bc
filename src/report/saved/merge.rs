//! Several saved reports as one: each finding once with all its places, everything that was counted added up.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Saved;
use crate::blob::Origin;
use crate::finding::{Finding, FindingKind, Place, RuleMeta, Severity};
use crate::location::Location;
use crate::outcome::{Outcome, SkipReason, Skipped};

/// Joins reports. One alone stays as it is; of none, nothing was found in nothing.
pub fn merge(reports: Vec<Saved>) -> Saved {
    let mut reports = reports.into_iter();
    let Some(first) = reports.next() else {
        let outcome = Outcome::default();
        let (fail_on, category) = (Severity::Low, "report");
        return Saved { outcome, now: 0, fail_on, category, is_revealed: false };
    };
    if reports.len() == 0 {
        return first;
    }
    let mut joined = Joined::default();
    let mut whole = Saved { outcome: Outcome::default(), ..first };
    joined.add(first.outcome);
    for report in reports {
        whole.now = whole.now.max(report.now);
        whole.fail_on = whole.fail_on.min(report.fail_on);
        whole.is_revealed |= report.is_revealed;
        if whole.category != report.category {
            whole.category = "report";
        }
        joined.add(report.outcome);
    }
    whole.outcome = joined.outcome();
    whole
}

/// What findings are one by: a secret, by its fingerprint. The same defect of a policy may be in several documents, where
/// other words say it.
type Identity = (String, String);

/// The most facts that one finding gets from several reports.
const MAX_FACTS: usize = 64;

#[derive(Default)]
struct Joined {
    findings: BTreeMap<Identity, Finding>,
    skipped: BTreeMap<(Origin, SkipReason, String), Option<String>>,
    rules: BTreeMap<String, Arc<RuleMeta>>,
    notes: BTreeSet<String>,
    rest: Outcome,
}

impl Joined {
    fn add(&mut self, outcome: Outcome) {
        for finding in outcome.findings {
            self.finding(finding);
        }
        for Skipped { origin, reason, detail, accepted } in outcome.skipped {
            match self.skipped.entry((origin, reason, detail)) {
                // Accepted is what all reports accept.
                Entry::Occupied(known) if accepted.is_none() => *known.into_mut() = None,
                Entry::Occupied(_) => {}
                Entry::Vacant(free) => {
                    free.insert(accepted);
                }
            }
        }
        for note in outcome.notes {
            if self.notes.insert(note.clone()) {
                self.rest.notes.push(note);
            }
        }
        self.rest.stats.add(&outcome.stats);
        self.rest.unlisted.findings += outcome.unlisted.findings;
        self.rest.unlisted.places += outcome.unlisted.places;
    }

    fn finding(&mut self, mut finding: Finding) {
        self.name(&mut finding);
        let words = match &finding.kind {
            FindingKind::Secret { .. } => String::new(),
            FindingKind::Policy { .. } => finding.message.clone(),
        };
        match self.findings.entry((finding.fingerprint.to_string(), words)) {
            Entry::Occupied(mut known) => join(known.get_mut(), finding),
            Entry::Vacant(free) => {
                free.insert(finding);
            }
        }
    }

    /// One text for each rule, whatever versions the reports are of.
    fn name(&mut self, finding: &mut Finding) {
        let places = finding.places.iter_mut().map(|place| &mut place.rule);
        for rule in places.chain([&mut finding.rule]) {
            let known = self.rules.entry(rule.id.clone()).or_insert_with(|| Arc::clone(rule));
            *rule = Arc::clone(known);
        }
    }

    fn outcome(self) -> Outcome {
        let mut findings: Vec<Finding> = self.findings.into_values().collect();
        findings.iter_mut().for_each(unite_places);
        // As a scan sorts them.
        findings.sort_by_cached_key(|finding| {
            let first = finding.places.first();
            let place = first.map(|at| (Arc::clone(&at.origin), at.location.start.offset));
            (place, finding.rule.id.clone())
        });
        let gap =
            |((origin, reason, detail), accepted)| Skipped { origin, reason, detail, accepted };
        let skipped = self.skipped.into_iter().map(gap).collect();
        Outcome { findings, skipped, ..self.rest }
    }
}

/// Adds what another report says of the same finding. What is surer of itself has the word.
fn join(known: &mut Finding, mut other: Finding) {
    if (other.severity, other.confidence) > (known.severity, known.confidence) {
        std::mem::swap(known, &mut other);
    }
    known.history = known.history.take().or(other.history);
    if let (FindingKind::Secret { facts, .. }, FindingKind::Secret { facts: others, .. }) =
        (&mut known.kind, other.kind)
    {
        for fact in others {
            if facts.len() < MAX_FACTS && facts.iter().all(|(name, _)| *name != fact.0) {
                facts.push(fact);
            }
        }
    }
    known.places.extend(other.places);
}

/// Each place once, in order.
fn unite_places(finding: &mut Finding) {
    let mut places: BTreeMap<(Arc<Origin>, Location, String), Place> = BTreeMap::new();
    for place in std::mem::take(&mut finding.places) {
        let key = (Arc::clone(&place.origin), place.location, place.rule.id.clone());
        match places.entry(key) {
            // Suppressed is what all reports suppress.
            Entry::Occupied(same) if place.suppressed.is_none() => {
                same.into_mut().suppressed = None;
            }
            Entry::Occupied(_) => {}
            Entry::Vacant(free) => {
                free.insert(place);
            }
        }
    }
    finding.places = places.into_values().collect();
}
