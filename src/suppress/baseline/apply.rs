//! A baseline held against what a scan found.

use super::{Baseline, Entry, Line};
use crate::blob::{Origin, inert};
use crate::finding::{Suppression, SuppressionKind};
use crate::fingerprint::Fingerprint;
use crate::outcome::{Outcome, Stale, StaleDecision};

impl Baseline {
    /// Marks every place of the findings that have an entry. An entry that has ended by `now`, in seconds since 1970, marks
    /// nothing and is named; so is one whose finding is not there, where `is_judged` says that the scan would have found it.
    pub fn apply(&self, outcome: &mut Outcome, now: u64, is_judged: impl Fn(&Entry) -> bool) {
        let mut found: Vec<&Fingerprint> = Vec::new();
        for finding in &mut outcome.findings {
            let Some(line) = self.lines.get(&finding.fingerprint) else { continue };
            found.push(&line.entry.fingerprint);
            let decision = line.entry.decision();
            let mut open =
                finding.places.iter_mut().filter(|place| place.suppressed.is_none()).peekable();
            match decision.ended(now) {
                Some(on) if open.peek().is_some() => {
                    outcome.stale.push(self.stale(line, Stale::Expired { on: on.to_owned() }));
                }
                Some(_) => {}
                None => open.for_each(|place| place.suppressed = Some(decision.clone())),
            }
        }
        found.sort_unstable();
        let is_found = |line: &Line| found.binary_search(&&line.entry.fingerprint).is_ok();
        let unused = self.lines.values().filter(|line| !is_found(line) && is_judged(&line.entry));
        outcome.stale.extend(unused.map(|line| self.stale(line, Stale::Unused)));
        outcome.notes.extend(self.notes.iter().cloned());
    }

    /// What the baseline decides about a finding, unless that has ended by `now`, in seconds since 1970.
    pub fn decision(&self, fingerprint: &Fingerprint, now: u64) -> Option<Suppression> {
        let decision = self.get(fingerprint)?.decision();
        decision.ended(now).is_none().then_some(decision)
    }

    fn stale(&self, line: &Line, why: Stale) -> StaleDecision {
        let Entry { fingerprint, rule, path, .. } = &line.entry;
        StaleDecision {
            origin: Origin::File { path: self.file.clone() },
            line: line.number,
            kind: SuppressionKind::Baseline,
            covers: inert(format!("{fingerprint} ({rule} in {path})").as_bytes()),
            why,
        }
    }
}

impl Entry {
    /// The decision that it is.
    fn decision(&self) -> Suppression {
        let shown = |text: &String| inert(text.as_bytes());
        Suppression {
            owner: self.owner.as_ref().map(shown),
            expires: self.expires.clone(),
            ..Suppression::new(
                SuppressionKind::Baseline,
                self.reason.as_ref().map(shown).unwrap_or_default(),
            )
        }
    }
}
