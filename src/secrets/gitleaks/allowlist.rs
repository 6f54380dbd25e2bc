//! Allowlists of gitleaks: what does not count, by commit, path, regex or word.

use std::path::{Path, PathBuf};

use regex_automata::meta::Regex;

use super::super::Detection;
use crate::blob::{Blob, Origin, inert, path_bytes};
use crate::finding::{Suppression, SuppressionKind};
use crate::history::At;

/// How far a line is looked at in each direction from the match.
const REACH: usize = 4096;

/// One `[allowlist]`, `[[allowlists]]` or `[[rules.allowlists]]`.
pub(crate) struct Allowlist {
    /// The ids of the rules that it is for; `None` for all.
    pub(super) rules: Option<Vec<String>>,
    pub(super) condition: Condition,
    /// In small letters.
    pub(super) commits: Vec<String>,
    pub(super) paths: Vec<Regex>,
    pub(super) target: Target,
    pub(super) regexes: Vec<Regex>,
    /// In small letters.
    pub(super) stopwords: Vec<String>,
    /// What reports say.
    pub(super) reason: String,
    /// The directory that paths are relative to.
    pub(super) root: PathBuf,
}

/// How the criteria of an allowlist are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// One of those given.
    Or,
    /// All of those given.
    And,
}

/// What the regexes of an allowlist look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Secret,
    /// All that the regex of the rule matched.
    Match,
    /// The lines of the match.
    Line,
}

impl Allowlist {
    /// The decision of this list that a finding does not count.
    pub(crate) fn judge(&self, detection: &Detection, blob: &Blob) -> Option<Suppression> {
        let id = &detection.meta().id;
        if self.rules.as_ref().is_some_and(|rules| !rules.contains(id)) {
            return None;
        }
        let criteria: [(bool, &dyn Fn() -> bool); 4] = [
            (self.commits.is_empty(), &|| self.has_commit(blob.origin())),
            (self.paths.is_empty(), &|| {
                let path = path_below(&self.root, blob.origin());
                path.is_some_and(|path| any(&self.paths, path.as_bytes()))
            }),
            (self.regexes.is_empty(), &|| any(&self.regexes, self.target.of(detection, blob))),
            (self.stopwords.is_empty(), &|| {
                let secret = String::from_utf8_lossy(detection.secret()).to_lowercase();
                self.stopwords.iter().any(|word| secret.contains(word))
            }),
        ];
        let mut given = criteria.iter().filter(|(is_empty, _)| !is_empty);
        let covers = match self.condition {
            Condition::Or => given.any(|(_, holds)| holds()),
            Condition::And => given.all(|(_, holds)| holds()),
        };
        let kind = SuppressionKind::Gitleaks;
        covers.then(|| Suppression::new(kind, self.reason.clone()))
    }

    fn has_commit(&self, origin: &Origin) -> bool {
        let Origin::Git(place) = origin.outermost() else { return false };
        match &place.at {
            At::Commit { commit, .. } | At::CommitText { commit, .. } => {
                self.commits.contains(&commit.to_string())
            }
            _ => false,
        }
    }
}

impl Target {
    fn of<'a>(self, detection: &'a Detection, blob: &Blob<'a>) -> &'a [u8] {
        let (text, matched) = (blob.text, &detection.matched);
        match self {
            Self::Secret => detection.secret(),
            Self::Match => text.get(matched.clone()).unwrap_or_default(),
            Self::Line => {
                let low = matched.start.saturating_sub(REACH);
                let before = text.get(low..matched.start).unwrap_or_default();
                let start = memchr::memrchr(b'\n', before).map_or(low, |at| low + at + 1);
                let high = text.len().min(matched.end + REACH);
                let after = text.get(matched.end..high).unwrap_or_default();
                let end = memchr::memchr(b'\n', after).map_or(high, |at| matched.end + at);
                text.get(start..end).unwrap_or_default()
            }
        }
    }
}

fn any(regexes: &[Regex], text: &[u8]) -> bool {
    regexes.iter().any(|regex| regex.is_match(text))
}

/// The path of an input as regexes for paths see it: from the directory of the file that they stand in, with `/`.
pub(super) fn path_below(root: &Path, origin: &Origin) -> Option<String> {
    let path = origin.full_path()?;
    let below = path.strip_prefix(root).unwrap_or(&path);
    Some(String::from_utf8_lossy(&path_bytes(below)).into_owned())
}

/// What reports say of an allowlist.
pub(super) fn reason(file: &str, description: &str) -> String {
    let text = match description.trim() {
        "" => format!("allowlist of {file}"),
        words => format!("{words} (allowlist of {file})"),
    };
    inert(text.as_bytes())
}
