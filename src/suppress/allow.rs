//! `[[allow]]` of the configuration.

use std::path::{Path, PathBuf};

use globset::GlobMatcher;

use crate::blob::Origin;
use crate::finding::{Finding, Suppression, SuppressionKind};
use crate::outcome::Skipped;

/// One `[[allow]]`: everything it names must hold.
#[derive(Clone, Debug)]
pub struct Allow {
    /// What it covers.
    pub scope: Scope,
    /// Why; never empty.
    pub reason: String,
    /// The directory that paths are relative to.
    pub root: PathBuf,
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

/// Marks the places that the configuration allows.
pub fn apply(findings: &mut [Finding], skipped: &mut [Skipped], allows: &[Allow]) {
    for finding in findings {
        for allow in allows {
            let Scope::Findings { rule, path, fingerprint } = &allow.scope else { continue };
            let fingerprint_fits =
                fingerprint.as_ref().is_none_or(|wanted| wanted == finding.fingerprint.as_str());
            if !fingerprint_fits {
                continue;
            }
            for place in finding.places.iter_mut().filter(|place| place.suppressed.is_none()) {
                // What found a place does not depend on what the same secret is in other places.
                if rule.as_ref().is_some_and(|rule| *rule != place.rule.id) {
                    continue;
                }
                if path.as_ref().is_none_or(|glob| allow.covers(&place.origin, glob)) {
                    let reason = allow.reason.clone();
                    place.suppressed = Some(Suppression::new(SuppressionKind::Config, reason));
                }
            }
        }
    }
    for skipped in skipped {
        let known = allows.iter().find(|allow| {
            matches!(&allow.scope, Scope::Incomplete(glob) if allow.covers(&skipped.origin, glob))
        });
        skipped.accepted = known.map(|allow| allow.reason.clone());
    }
}

impl Allow {
    /// A glob covers an archive with all that is in it, or some of that under its full name: `a.zip!/conf/*`.
    fn covers(&self, origin: &Origin, glob: &GlobMatcher) -> bool {
        let below = |path: &Path| glob.is_match(path.strip_prefix(&self.root).unwrap_or(path));
        let is_member = matches!(origin, Origin::Member { .. });
        origin.full_path().is_some_and(|path| below(&path))
            || is_member && origin.outermost().path().is_some_and(below)
    }
}
