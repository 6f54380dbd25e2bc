//! Whether there is anything to take back, and how urgent that is.

use std::cmp::Reverse;

use super::issuer::{AWS_KEYS, AWS_SESSIONS};
use crate::blob::{Origin, path_bytes};
use crate::finding::{Confidence, Finding, FindingKind, Place, RuleMeta, Severity, Verdict};
use crate::history::History;

/// What is said of a key under a passphrase.
pub(super) const ENCRYPTED: &str = "A passphrase protects it. If that is long and random, stands nowhere in this repository and is used for nothing else, the key is not lost; else treat it as one without.";

/// What is said of a value that may be made up.
pub(super) const DOUBTFUL: &str = "It is in tests, examples or documentation alone, and nothing proves it. If it is made up, note that in `keylint.toml` (`[[allow]]`), or take a value that nobody can take for a secret.";

/// What has to happen with a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// It has to be taken back.
    Rotate,
    /// It opens nothing, for this reason.
    Nothing(&'static str),
}

impl Need {
    pub(super) fn of(rule: &RuleMeta, verdict: Verdict) -> Self {
        match verdict {
            Verdict::Expired => Self::Nothing(
                "It has expired: there is nothing to rotate. Take it out of the code, and find out whether the same place gets a new one from time to time.",
            ),
            Verdict::PublicKnown => Self::Nothing(
                "It is a value from public documentation: there is nothing to rotate. Where something runs with it all the same, set one of your own there.",
            ),
            Verdict::ChecksumFailed => Self::Nothing(
                "Its checksum does not hold, so that its issuer never made it in this form: there is nothing to rotate unless it was altered by hand. Put a placeholder in its place that looks like none.",
            ),
            _ if rule.tags.iter().any(|tag| tag == "public" || tag == "identifier") => {
                Self::Nothing(
                    "It is no credential by itself: there is nothing to rotate. What goes with it is what has to be secret.",
                )
            }
            _ => Self::Rotate,
        }
    }

    pub(super) fn is_rotate(self) -> bool {
        self == Self::Rotate
    }
}

/// What a finding says of its secret; `None` for one in a policy.
pub(super) fn need(finding: &Finding) -> Option<Need> {
    let FindingKind::Secret { verdict, .. } = &finding.kind else { return None };
    Some(Need::of(&finding.rule, *verdict))
}

/// Whether a secret is worth a place in a store. Keys of AWS are not: who reads the store has a role already. What is no longer
/// in the files is not: nothing reads it there.
pub(super) fn moves(finding: &Finding) -> bool {
    let id = finding.rule.id.as_str();
    let is_gone = finding.history.as_ref().is_some_and(|history| !history.in_head);
    !is_gone
        && !is_doubtful(finding)
        && need(finding).is_some_and(Need::is_rotate)
        && !AWS_KEYS.contains(&id)
        && !AWS_SESSIONS.contains(&id)
}

/// Folders, and pieces of the names of files, of tests, examples and documentation.
const SAMPLES: &[&str] = &[
    "test",
    "tests",
    "testing",
    "testdata",
    "__tests__",
    "spec",
    "specs",
    "e2e",
    "fixtures",
    "mocks",
    "mock",
    "example",
    "examples",
    "sample",
    "samples",
    "doc",
    "docs",
    "documentation",
];

/// Whether a place is in a test, an example or documentation, by its name.
fn is_sample(place: &Place) -> bool {
    let Some(path) = place.origin.path() else { return false };
    let path = String::from_utf8_lossy(&path_bytes(path)).to_lowercase();
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or_default();
    let is_named = |part: &str| SAMPLES.contains(&part);
    // `users.spec.ts`, `test_users.py`, `.env.example`, `readme.md`.
    let of_file = file.split(['.', '_', '-']).any(is_named);
    of_file
        || [".md", ".rst", ".adoc"].iter().any(|ending| file.ends_with(ending))
        || parts.any(is_named)
}

/// Whether it may well be made up: nothing proves it, and it is in tests, examples and documentation alone.
pub(super) fn is_doubtful(finding: &Finding) -> bool {
    let FindingKind::Secret { verdict, .. } = &finding.kind else { return false };
    let is_proven = !matches!(verdict, Verdict::ShapeOnly | Verdict::StructureValid);
    let mut active = finding.places.iter().filter(|place| place.suppressed.is_none());
    finding.severity <= Severity::Medium && !is_proven && active.all(is_sample)
}

/// Whether others could read it: it was pushed, or it is in an image.
pub(super) fn is_out(finding: &Finding) -> bool {
    finding.history.as_ref().and_then(pushed) == Some(true) || is_in_image(finding)
}

/// Whether it is in a layer or in the configuration of an image.
pub(super) fn is_in_image(finding: &Finding) -> bool {
    finding.places.iter().any(|place| matches!(place.origin.outermost(), Origin::Image(_)))
}

/// Whether commits with it were pushed, as far as can be seen. What leads to them under these names was made by a forge.
pub(super) fn pushed(history: &History) -> Option<bool> {
    let of_forge = |name: &String| {
        ["refs/pull/", "refs/merge-requests/", "refs/pull-requests/", "refs/changes/"]
            .iter()
            .any(|start| name.starts_with(start))
    };
    if history.refs.iter().any(of_forge) { Some(true) } else { history.on_remote }
}

/// What findings are sorted by: what is worst comes first.
pub(super) type Urgency = Reverse<(bool, Severity, u8, bool, Confidence)>;

/// What opens something before what does not, the worst first, what is proven and what others could read before the rest.
pub(super) fn urgency(finding: &Finding) -> Urgency {
    let proof = match &finding.kind {
        FindingKind::Policy { .. } => 1,
        FindingKind::Secret { verdict, .. } => match verdict {
            Verdict::Proven => 4,
            Verdict::ChecksumValid => 3,
            Verdict::StructureValid => 2,
            Verdict::ShapeOnly => 1,
            _ => 0,
        },
    };
    let is_live = need(finding).is_none_or(Need::is_rotate);
    Reverse((is_live, finding.severity, proof, is_out(finding), finding.confidence))
}

/// Why a finding stands where it does, in a few words.
pub(super) fn why(finding: &Finding) -> String {
    let mut words = vec![finding.severity.name().to_owned()];
    if let FindingKind::Secret { verdict, .. } = &finding.kind {
        let said = match verdict {
            Verdict::Proven => "proven",
            Verdict::ChecksumValid => "its checksum holds",
            Verdict::Expired => "expired",
            Verdict::PublicKnown => "publicly known",
            Verdict::EncryptedKey => "under a passphrase",
            Verdict::ChecksumFailed => "made up or altered",
            Verdict::ShapeOnly | Verdict::StructureValid => "",
        };
        words.extend((!said.is_empty()).then(|| said.to_owned()));
    }
    if let Some(history) = &finding.history {
        words.extend(match pushed(history) {
            Some(true) => Some("pushed".to_owned()),
            Some(false) => Some("not pushed".to_owned()),
            None => None,
        });
    }
    if is_in_image(finding) {
        words.push("in an image".to_owned());
    }
    words.join(", ")
}
