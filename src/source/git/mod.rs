//! Content of git repositories: the index for hooks, ranges of commits, the whole history. Read in-process, with a
//! configuration that nobody trusts; nothing is written.

mod asked;
mod at;
mod batch;
mod changes;
mod commits;
mod context;
mod delta;
mod gaps;
mod history;
pub mod hooks;
mod lines;
mod loose;
mod moved;
mod names;
mod objects;
mod odb;
mod pack;
mod peeled;
mod provenance;
mod pruned;
mod ranges;
mod reach;
mod regular;
mod repository;
mod select;
mod staged;
mod store;
mod tips;
mod tree;
mod trees;
mod version;
mod walk;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::bstr::ByteSlice;

pub(in crate::source) use batch::read as read_batch;
pub use history::{Batch, History};
pub(in crate::source) use provenance::trace;
pub use ranges::Scanned;
pub use version::Version;
pub(in crate::source) use version::{added, bytes, read};
pub(in crate::source) use walk::Scratch;

use super::{Listing, Selection, SourceError};
use crate::blob::Origin;
use crate::outcome::{SkipReason, Skipped};
use repository::Repository;

/// A repository, and what of it is scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitSource {
    /// The repository: its root, a directory inside of it, or its git directory. The empty path is the working directory.
    pub repository: PathBuf,
    /// What git tells a program that it runs.
    pub environment: Environment,
    /// How it is named in reports, where a scan has several.
    pub name: Option<PathBuf>,
    /// What of it.
    pub part: Part,
}

/// What git tells its hooks about where they run, so that they see what it is about to make.
/// <https://git-scm.com/docs/git#_the_git_repository>
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The index, where it is not the repository's own: `GIT_INDEX_FILE`.
    pub index: Option<PathBuf>,
    /// Directories of objects that are not part of the repository yet: `GIT_OBJECT_DIRECTORY` and
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`.
    pub objects: Vec<PathBuf>,
    /// The work tree, where it is not the repository's own: `GIT_WORK_TREE`.
    pub work_tree: Option<PathBuf>,
}

/// What of a repository is scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// What some commits add.
    Commits(Commits),
    /// Everything that references lead to, or everything that is there.
    History(Scope),
    /// What the next commit will hold.
    Staged(Staged),
    /// The files of a commit, for their policies.
    At {
        /// The commit, by any name that git takes.
        revision: String,
        /// One file of it, from the root of the repository, for all that is looked for; all files for their policies alone.
        only: Option<PathBuf>,
    },
}

/// Which commits are scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Commits {
    /// `A..B`: those of B that A does not have.
    Range(String),
    /// Those from a moment on, in seconds since 1970.
    Since(i64),
    /// Those that a push brings to a remote.
    Pushed {
        /// What is pushed.
        updates: Vec<Update>,
        /// The name of the remote, where it has one.
        remote: Option<String>,
    },
}

/// A reference that a push changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The object that is pushed, by name or as a revision; zeros where the reference is deleted.
    pub local: String,
    /// What the remote has there now; zeros where it has nothing.
    pub remote: String,
}

/// How much of a history is scanned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// What references lead to.
    #[default]
    Reachable,
    /// Every object that is there.
    All,
}

/// What of the index is scanned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Staged {
    /// Files and directories by name; empty for everything that differs from HEAD.
    pub names: Vec<PathBuf>,
    /// Which findings of the files are reported.
    pub report: Report,
}

/// Which findings of a changed file are reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Report {
    /// Those on lines that are new.
    #[default]
    Added,
    /// All.
    All,
}

pub(super) fn list(
    source: &GitSource,
    selection: &Selection,
    listing: &mut Listing,
) -> Result<(), SourceError> {
    let repository = Arc::new(Repository::open(&source.repository, &source.environment)?);
    listing.notes.extend(repository.odb.note());
    match &source.part {
        Part::History(scope) => {
            let name = source.name.clone().map(Arc::from);
            history::list(&repository, name, *scope, selection, listing);
            list_modules(&repository, source, *scope, selection, listing);
            Ok(())
        }
        Part::Commits(commits) => {
            let name = source.name.clone().map(Arc::from);
            ranges::list(&repository, name, commits, selection, listing)
        }
        Part::Staged(staged) => staged::list(&repository, staged, selection, listing),
        Part::At { revision, only } => {
            let asked = at::Files { revision, only: only.as_deref() };
            at::list(&repository, asked, selection, listing)
        }
    }
}

/// Lists the histories of the submodules of a repository, each under the name of its git directory.
fn list_modules(
    repository: &Repository,
    source: &GitSource,
    scope: Scope,
    selection: &Selection,
    listing: &mut Listing,
) {
    let common = repository.common_dir();
    let directory = common.join("modules");
    // A link could lead anywhere.
    let modules = if directory.is_symlink() { Vec::new() } else { modules(&directory, 0) };
    for path in modules {
        let name = path.strip_prefix(&common).unwrap_or(&path);
        let name = Some(Arc::from(source.name.clone().unwrap_or_default().join(name)));
        match Repository::open(&path, &Environment::default()) {
            Ok(module) => history::list(&Arc::new(module), name, scope, selection, listing),
            Err(error) => {
                let origin = Origin::File { path };
                let gap = Skipped::new(origin, SkipReason::Malformed, error.to_string());
                listing.skipped.push(gap);
            }
        }
    }
}

/// The git directories of submodules, which may have submodules of their own.
fn modules(directory: &Path, depth: usize) -> Vec<PathBuf> {
    const MAX_DEPTH: usize = 16;
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let mut below: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    below.sort();
    let mut found = Vec::new();
    for path in below.into_iter().filter(|path| path.is_dir() && !path.is_symlink()) {
        if regular::check(&path.join("HEAD")).is_ok() {
            found.extend(modules(&path.join("modules"), depth + 1));
            found.push(path);
        } else if depth < MAX_DEPTH {
            // The name of a submodule may have slashes.
            found.extend(modules(&path, depth + 1));
        }
    }
    found
}

/// The longest path that is gone down; no work tree can hold a longer one.
const MAX_PATH: usize = 4096;

/// The path of a name in a directory.
fn join(directory: &[u8], name: &[u8]) -> gix::bstr::BString {
    let mut path = gix::bstr::BString::from(directory);
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

/// The directory of a path, and the name in it.
fn split(path: &gix::bstr::BStr) -> (&gix::bstr::BStr, &gix::bstr::BStr) {
    path.rsplit_once_str("/")
        .map_or((b"".into(), path), |(directory, name)| (directory.into(), name.into()))
}

/// A path as git writes it.
fn to_path(path: &gix::bstr::BStr) -> PathBuf {
    // Where paths are not bytes, what is no UTF-8 cannot be opened, but still be named.
    gix::path::from_bstr(path)
        .map_or_else(|_| path.to_string().into(), std::borrow::Cow::into_owned)
}

impl GitSource {
    /// The root of the work tree, where the repository has one.
    pub fn work_tree(&self) -> Option<PathBuf> {
        let told = self.environment.work_tree.clone();
        told.or_else(|| {
            Repository::discover(&self.repository).ok()?.work_dir().map(Path::to_path_buf)
        })
    }
}
