//! `[[allow]]` of the configuration.

use std::fmt;
use std::path::{Path, PathBuf};

use globset::GlobMatcher;

use crate::blob::{Origin, inert};
use crate::finding::{Finding, Place, Suppression, SuppressionKind};
use crate::outcome::{Outcome, Skipped, Stale, StaleDecision};

/// One `[[allow]]`: everything it names must hold.
#[derive(Clone, Debug)]
pub struct Allow {
    /// What it covers.
    pub scope: Scope,
    /// Why, who answers for it, and how long it holds; the reason is never empty.
    pub decision: Suppression,
    /// The directory that paths are relative to.
    pub root: PathBuf,
    /// The file that it is written in.
    pub file: PathBuf,
    /// Its line there, from 1.
    pub line: u64,
}

/// What an `[[allow]]` covers.
#[derive(Clone, Debug)]
pub enum Scope {
    /// Places of findings.
    Findings {
        /// The id of the rule, if one is named.
        rule: Option<String>,
        /// Where, if a path is named.
        path: Option<GlobMatcher>,
        /// Which finding, if one is named.
        fingerprint: Option<String>,
    },
    /// Inputs that are known not to be scanned.
    Incomplete(GlobMatcher),
}

/// Marks the places and gaps that the configuration allows. What has ended by `now`, in seconds since 1970, allows nothing
/// and is named; so is what allows nothing that is there, where `is_judged` says that the scan would have found it.
pub fn apply(
    outcome: &mut Outcome,
    allows: &[Allow],
    now: u64,
    is_judged: impl Fn(&Outcome, &Allow) -> bool,
) {
    let mut idle = Vec::new();
    for allow in allows {
        match allow.decision.ended(now) {
            Some(on) => outcome.stale.push(allow.stale(Stale::Expired { on: on.to_owned() })),
            None if allow.mark(&mut outcome.findings, &mut outcome.skipped) => {}
            None => idle.push(allow),
        }
    }
    // Which gaps are accepted is known when all are marked.
    let unused = idle.into_iter().filter(|allow| is_judged(outcome, allow));
    let unused: Vec<_> = unused.map(|allow| allow.stale(Stale::Unused)).collect();
    outcome.stale.extend(unused);
}

impl Allow {
    /// Marks what it allows and nothing before it did. Says whether it allows anything that is there.
    fn mark(&self, findings: &mut [Finding], skipped: &mut [Skipped]) -> bool {
        let mut is_used = false;
        match &self.scope {
            Scope::Incomplete(glob) => {
                let known = skipped.iter_mut().filter(|skipped| self.covers(&skipped.origin, glob));
                for skipped in known {
                    is_used = true;
                    skipped.accepted.get_or_insert_with(|| self.decision.reason.clone());
                }
            }
            Scope::Findings { rule, path, fingerprint } => {
                let fits = |finding: &Finding| {
                    fingerprint.as_ref().is_none_or(|wanted| wanted == finding.fingerprint.as_str())
                };
                // What found a place does not depend on what the same secret is in other places.
                let covers = |place: &Place| {
                    rule.as_ref().is_none_or(|rule| *rule == place.rule.id)
                        && path.as_ref().is_none_or(|glob| self.covers(&place.origin, glob))
                };
                let places = findings.iter_mut().filter(|finding| fits(finding));
                for place in places.flat_map(|finding| &mut finding.places) {
                    if covers(place) {
                        is_used = true;
                        place.suppressed.get_or_insert_with(|| self.decision.clone());
                    }
                }
            }
        }
        is_used
    }

    /// Itself, where it hides nothing any more.
    fn stale(&self, why: Stale) -> StaleDecision {
        StaleDecision {
            origin: Origin::File { path: self.file.clone() },
            line: self.line,
            kind: SuppressionKind::Config,
            covers: inert(self.scope.to_string().as_bytes()),
            why,
        }
    }

    /// A glob covers an archive with all that is in it, or some of that under its full name: `a.zip!/conf/*`.
    fn covers(&self, origin: &Origin, glob: &GlobMatcher) -> bool {
        let below = |path: &Path| glob.is_match(path.strip_prefix(&self.root).unwrap_or(path));
        let is_member = matches!(origin, Origin::Member { .. });
        origin.full_path().is_some_and(|path| below(&path))
            || is_member && origin.outermost().path().is_some_and(below)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incomplete(glob) => write!(f, "incomplete {}", glob.glob()),
            Self::Findings { rule, path, fingerprint } => {
                let path = path.as_ref().map(|glob| glob.glob().to_string());
                let named = [("rule", rule), ("path", &path), ("fingerprint", fingerprint)];
                let named = named.iter().filter_map(|(key, value)| Some((key, value.as_ref()?)));
                let all: Vec<String> = named.map(|(key, value)| format!("{key} {value}")).collect();
                f.write_str(&all.join(", "))
            }
        }
    }
}
