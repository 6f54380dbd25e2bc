//! What people decided: marked on findings and gaps, and named where it hides nothing any more.

use std::fs;
use std::path::{Path, PathBuf};

use crate::config::{Config, Halves};
use crate::outcome::Outcome;
use crate::policy;
use crate::source::{Part, Source};
use crate::suppress::{Allow, Entry, Scope, allow};

/// Marks what `[[allow]]` and the baseline hide, in this order. Comments are read with the text they stand in.
pub(super) fn apply(outcome: &mut Outcome, sources: &[Source], config: &Config) {
    let lists_all = config.lists_all;
    allow::apply(outcome, &config.allows, config.now, |outcome, allow| {
        lists_all && outcome.is_complete() && would_use(allow, sources, config)
    });
    if let Some(baseline) = &config.baseline {
        let judges = lists_all && outcome.is_complete();
        let covered = Covered::of(sources, baseline.root());
        baseline.apply(outcome, config.now, |entry| judges && covered.would_find(entry, config));
    }
    outcome.stale.sort();
    outcome.stale.dedup();
}

/// Whether a scan of some sources finds what there is in a directory, or in its history.
pub fn covers(sources: &[Source], directory: &Path) -> bool {
    let Covered { files, history } = Covered::of(sources, directory);
    files || history
}

/// Which of the findings that people decided on, in a directory, a scan of some sources finds.
#[derive(Clone, Copy)]
struct Covered {
    /// Those in files.
    files: bool,
    /// Those in the history.
    history: bool,
}

impl Covered {
    fn of(sources: &[Source], directory: &Path) -> Self {
        let Some(directory) = real(directory) else {
            return Self { files: false, history: false };
        };
        let holds = |root: &Path| real(root).is_some_and(|root| directory.starts_with(root));
        let has_files = |source: &Source| matches!(source, Source::Path(path) if holds(path));
        let has_history = |source: &Source| match source {
            // Without a work tree, whoever names a baseline says what it is for.
            Source::Git(git) if matches!(git.part, Part::History(_)) => {
                git.work_tree().is_none_or(|root| holds(&root))
            }
            _ => false,
        };
        Self { files: sources.iter().any(has_files), history: sources.iter().any(has_history) }
    }

    fn would_find(self, entry: &Entry, config: &Config) -> bool {
        let is_covered = if entry.history { self.history } else { self.files };
        is_covered && looks_for(&entry.rule, config)
    }
}

/// Whether a scan of files would find something for an `[[allow]]`. Those for findings of a history cannot be told from
/// others, so that scans of histories judge none.
fn would_use(allow: &Allow, sources: &[Source], config: &Config) -> bool {
    let looks = match &allow.scope {
        Scope::Findings { rule: Some(rule), .. } => looks_for(rule, config),
        Scope::Findings { .. } | Scope::Incomplete(_) => config.halves == Halves::Both,
    };
    looks && Covered::of(sources, &allow.root).files
}

/// Whether a rule or a check takes part.
fn looks_for(id: &str, config: &Config) -> bool {
    let is_check = policy::ids().any(|check| check == id)
        && config.policy.disabled.iter().all(|disabled| disabled != id);
    match config.halves {
        Halves::Both => is_check || config.rules.has(id),
        Halves::Secrets => config.rules.has(id),
        Halves::Policy => is_check,
    }
}

/// A directory, by the path that it has and no other; the empty one is the working directory.
fn real(directory: &Path) -> Option<PathBuf> {
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    fs::canonicalize(directory).ok()
}
