//! What a scan of a directory makes of one path below it, and why.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::ignored::{self, Rules};
use super::{IgnoreFiles, Selection};

/// What a scan of a directory makes of a path below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// It is scanned.
    Taken,
    /// Git ignores it; it is scanned because of its name.
    TakenForItsName(Ignored),
    /// Git ignores it; it is scanned because git tracks it all the same.
    TakenAsTracked(Ignored),
    /// Git ignores it, and does not track it.
    Ignored(Ignored),
    /// A pattern of `exclude` leaves it out.
    Excluded {
        /// As it is written.
        pattern: String,
    },
    /// It, or a directory on the way to it, is a link, and those are not followed.
    Link(PathBuf),
    /// It is part of a git repository's own files.
    Repository,
    /// It is no regular file.
    Special,
}

impl Choice {
    /// Whether it is scanned.
    pub const fn is_taken(&self) -> bool {
        matches!(self, Self::Taken | Self::TakenForItsName(_) | Self::TakenAsTracked(_))
    }
}

/// What makes git ignore a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// The ignore file.
    pub file: PathBuf,
    /// The pattern in it.
    pub pattern: String,
    /// The directory above the path that the pattern is about, where it is not about the path itself.
    pub directory: Option<PathBuf>,
}

/// What a scan of the directory `root` makes of `path`, which is below it. It reads names and ignore files, and git's index when
/// an ignored path may be tracked.
pub fn choice(root: &Path, path: &Path, selection: &Selection) -> Choice {
    let Ok(below) = path.strip_prefix(root) else { return Choice::Taken };
    let parts: Vec<Component> = below.components().collect();
    let mut directory = root.to_path_buf();
    let mut rules = None;
    for (depth, part) in parts.iter().enumerate() {
        if selection.ignore_files == IgnoreFiles::Respect {
            rules = enter(&directory, depth, rules);
        }
        let next = directory.join(part);
        let is_last = depth + 1 == parts.len();
        match fs::symlink_metadata(&next) {
            Ok(found) if found.is_symlink() => return Choice::Link(next),
            Ok(found) if is_last && !found.is_file() => return Choice::Special,
            Ok(_) | Err(_) => {}
        }
        let is_repository = part.as_os_str() == ".git" && next.join("HEAD").is_file();
        if is_repository
            && below.components().skip(depth + 1).ne([Component::Normal("config".as_ref())])
        {
            return Choice::Repository;
        }
        directory = next;
    }
    if let Some(pattern) = selection.excluding(path) {
        return Choice::Excluded { pattern: pattern.to_owned() };
    }
    match rules.and_then(|rules| rules.decider(path)) {
        None => Choice::Taken,
        Some(ignored) => of_ignored(root, path, ignored),
    }
}

/// The rules in force in a directory, as far as they are asked.
fn enter(directory: &Path, depth: usize, above: Option<Arc<Rules>>) -> Option<Arc<Rules>> {
    let here = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let above = if depth == 0 { Rules::above(here) } else { above };
    Rules::of_directory(here, directory, depth, above).map(Arc::new)
}

fn of_ignored(root: &Path, path: &Path, ignored: Ignored) -> Choice {
    // A directory of packages is not entered, whatever lies in it.
    let is_entered =
        ignored.directory.as_deref().is_none_or(|directory| !below_packages(root, directory, path));
    if is_entered && ignored::is_sensitive(path) {
        return Choice::TakenForItsName(ignored);
    }
    if ignored::is_tracked(path) {
        Choice::TakenAsTracked(ignored)
    } else {
        Choice::Ignored(ignored)
    }
}

/// Whether there is a directory of packages on the way from an ignored directory to a path.
fn below_packages(root: &Path, directory: &Path, path: &Path) -> bool {
    let ignored = |above: &&Path| above.starts_with(directory) && above.starts_with(root);
    path.ancestors().skip(1).take_while(ignored).any(ignored::holds_packages)
}
