//! Content of git repositories: the index for hooks, ranges of commits, the whole history. Read in-process, with a
//! configuration that nobody trusts; nothing is written.

mod batch;
mod commits;
mod context;
mod delta;
mod history;
mod lines;
mod loose;
mod objects;
mod pack;
mod reach;
mod repository;
mod staged;
mod store;
mod tips;
mod tree;
mod trees;
mod version;
mod walk;

use std::path::PathBuf;
use std::sync::Arc;

pub(in crate::source) use batch::{Sink, read as read_batch};
pub use history::{Batch, History};
pub use version::Version;
pub(in crate::source) use version::{added, bytes, read};
pub(in crate::source) use walk::Scratch;

use super::{Listing, Selection, SourceError};

/// A repository, and what of it is scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitSource {
    /// The repository: its root, a directory inside of it, or its git directory. The empty path is the working directory.
    pub repository: PathBuf,
    /// What of it.
    pub part: Part,
}

/// What of a repository is scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Everything that references lead to, or everything that is there.
    History(Scope),
    /// What the next commit will hold.
    Staged(Staged),
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
    /// The index, where it is not the repository's own: `GIT_INDEX_FILE`.
    pub index: Option<PathBuf>,
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
    let repository = Arc::new(repository::Repository::open(&source.repository)?);
    match &source.part {
        Part::History(scope) => {
            history::list(&repository, None, *scope, listing);
            Ok(())
        }
        Part::Staged(staged) => staged::list(&repository, staged, selection, listing),
    }
}

/// A path as git writes it.
fn to_path(path: &gix::bstr::BStr) -> PathBuf {
    // Where paths are not bytes, what is no UTF-8 cannot be opened, but still be named.
    gix::path::from_bstr(path)
        .map_or_else(|_| path.to_string().into(), std::borrow::Cow::into_owned)
}

/// The root of the work tree of the repository at `path`, where it has one.
pub fn work_tree(path: &std::path::Path) -> Option<PathBuf> {
    repository::Repository::open(path).ok()?.work_tree()
}
