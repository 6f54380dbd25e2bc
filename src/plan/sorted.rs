//! Findings by what becomes of them, the most urgent first, and what there is of each in a few words.

use super::is_live;
use super::need::{Need, is_doubtful, need, urgency};
use crate::finding::Finding;
use crate::outcome::Outcome;

/// The findings that no suppression covers.
pub(super) struct Sorted<'o> {
    all: Vec<&'o Finding>,
    /// Secrets to take back.
    pub(super) live: Vec<&'o Finding>,
    /// Secrets that may be made up.
    pub(super) doubtful: Vec<&'o Finding>,
    /// What opens nothing.
    pub(super) idle: Vec<&'o Finding>,
    /// Defects of policies.
    pub(super) policies: Vec<&'o Finding>,
}

impl<'o> Sorted<'o> {
    pub(super) fn new(outcome: &'o Outcome) -> Self {
        let mut all: Vec<&Finding> = outcome.active().collect();
        all.sort_by_cached_key(|finding| urgency(finding));
        let pick = |is_wanted: fn(&Finding) -> bool| {
            all.iter().copied().filter(|finding| is_wanted(finding)).collect()
        };
        Self {
            live: pick(|finding| is_live(finding) && !is_doubtful(finding)),
            doubtful: pick(|finding| is_live(finding) && is_doubtful(finding)),
            idle: pick(|finding| matches!(need(finding), Some(Need::Nothing(_)))),
            policies: pick(|finding| need(finding).is_none()),
            all,
        }
    }

    /// What has to be done for certain, in the order of urgency.
    pub(super) fn urgent(&self) -> impl Iterator<Item = &'o Finding> {
        let is_urgent = |finding: &&Finding| match need(finding) {
            Some(need) => need.is_rotate() && !is_doubtful(finding),
            None => true,
        };
        self.all.iter().copied().filter(is_urgent)
    }

    /// What there is, and what to know before.
    pub(super) fn summary(&self, outcome: &Outcome) -> Vec<String> {
        let counts = [
            (self.live.len(), "secret to take back", "secrets to take back"),
            (self.doubtful.len(), "value to look at", "values to look at"),
            (self.idle.len(), "value that opens nothing", "values that open nothing"),
            (self.policies.len(), "defect in AWS policies", "defects in AWS policies"),
        ];
        let said = |(count, one, many): &(usize, &str, &str)| {
            let words = if *count == 1 { one } else { many };
            (*count > 0).then(|| format!("{count} {words}"))
        };
        let found: Vec<String> = counts.iter().filter_map(said).collect();
        let mut lines = vec![if found.is_empty() {
            "Nothing was found that asks for an action.".to_owned()
        } else {
            format!("{}.", found.join(", "))
        }];
        if !self.live.is_empty() {
            lines.push("First take each secret back where it was issued: as long as it is valid, nothing else helps. Then keep the new one outside of the code. Clean histories and images last, if at all. Nobody can see from here whether a secret still works; take it for valid until its issuer says otherwise.".into());
        }
        let is_known = outcome.findings.iter().any(|finding| finding.history.is_some());
        if !self.live.is_empty() && !is_known && outcome.stats.layers == 0 {
            lines.push("This scan did not look at the history: `keylint git --plan FILE` says which of these were committed and pushed, and finds those that are no longer in the files.".into());
        }
        let skipped = outcome.skipped.iter().filter(|skipped| skipped.accepted.is_none()).count();
        if skipped > 0 {
            lines.push(format!(
                "What could not be scanned ({skipped}) is not in this plan; the report names it."
            ));
        }
        lines
    }
}
