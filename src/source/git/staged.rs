//! The index against HEAD: what the next commit will hold.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice};
use gix::index::entry::{Flags, Mode, Stage};
use gix::objs::Kind;

use super::super::{Listing, Selection, SourceError, Unit};
use super::context;
use super::moved::Moved;
use super::regular;
use super::repository::Repository;
use super::tips;
use super::tree::Tree;
use super::version::{Before, Policies, Version};
use super::{Report, Staged, to_path};
use crate::blob::{Origin, path_bytes};
use crate::history::{At, GitPlace};
use crate::outcome::{Census, SkipReason, Skipped};

/// Lists the files of the index that differ from HEAD, or those that are named.
pub(super) fn list(
    repository: &Arc<Repository>,
    staged: &Staged,
    selection: &Selection,
    listing: &mut Listing,
) -> Result<(), SourceError> {
    let names = Names::new(repository, &staged.names)?;
    let mut head = Head::new(repository, listing);
    let Some(index) = index(repository, listing) else { return Ok(()) };
    let files = files(&index, selection, &mut listing.census);
    let mut chosen: Vec<(&File, Option<ObjectId>)> = Vec::new();
    let mut is_commit = true;
    for file in &files {
        let before = head.blob(&file.path);
        let is_changed = before != Some(file.id);
        if names.holds(&file.path) && (is_changed || !names.all.is_empty()) {
            // Someone who names what is not about to change means all of it.
            is_commit &= is_changed;
            chosen.push((file, before));
        }
    }
    names.all_found(&files, &mut head, listing);
    let moved = moved(&chosen, &files, &mut head);
    let report = if is_commit { staged.report } else { Report::All };
    let make = |file: &File, before, policies| {
        let place = GitPlace { repository: None, path: file.path(), at: At::Index };
        let repository = Arc::clone(repository);
        let secrets = policies == Policies::Linted;
        let version =
            Version { repository, place, id: file.id, kind: Kind::Blob, before, secrets, policies };
        Unit::Version(Arc::new(version))
    };
    for (file, before) in &chosen {
        let before = before
            .map_or_else(|| moved.sources(file.path.as_bstr(), file.id), |before| vec![before]);
        let before = match report {
            Report::Added if !before.is_empty() => Before::Blobs(before),
            _ => Before::Anything,
        };
        listing.units.push(make(file, before, Policies::Linted));
    }
    head.name_unread(listing);
    let changed: BTreeSet<&BStr> = chosen.iter().map(|(file, _)| file.path.as_bstr()).collect();
    let others = files.iter().filter(|file| !changed.contains(file.path.as_bstr()));
    let others: Vec<(&BStr, &File)> = others.map(|file| (file.path.as_bstr(), file)).collect();
    for file in context::of(&changed, &others) {
        listing.units.push(make(file, Before::Everything, Policies::Context));
    }
    Ok(())
}

/// One file of the index.
struct File {
    path: BString,
    id: ObjectId,
}

impl File {
    fn path(&self) -> PathBuf {
        to_path(self.path.as_bstr())
    }
}

fn index(repository: &Repository, listing: &mut Listing) -> Option<gix::index::State> {
    let path = repository.index_path();
    if !path.exists() {
        return None;
    }
    let read = regular::check(&path).map_err(|error| error.to_string()).and_then(|()| {
        let options = gix::index::decode::Options::default();
        gix::index::File::at(&path, repository.odb.hash, true, options)
            .map_err(|error| error.to_string())
    });
    match read {
        Ok(index) => Some(index.into_parts().0),
        Err(error) => {
            listing.skipped.push(Skipped::new(
                Origin::File { path },
                SkipReason::Malformed,
                format!("git's index could not be read: {error}"),
            ));
            None
        }
    }
}

/// The files of the index that have content: no submodules, and nothing that is only meant to be added.
fn files(index: &gix::index::State, selection: &Selection, census: &mut Census) -> Vec<File> {
    let mut files = Vec::new();
    for entry in index.entries() {
        let path = entry.path(index);
        if entry.mode == Mode::COMMIT {
            census.submodules += 1;
        } else if entry.flags.contains(Flags::INTENT_TO_ADD) || entry.mode == Mode::DIR {
            // A directory stands in a sparse index for what the work tree leaves out: it is as in HEAD.
        } else if selection.excludes(&to_path(path)) {
            census.excluded += 1;
        } else if entry.stage() != Stage::Base {
            files.push(File { path: path.to_owned(), id: entry.id });
        }
    }
    files
}

/// The files of HEAD, looked up by path.
struct Head {
    tree: Option<Tree>,
}

impl Head {
    fn new(repository: &Arc<Repository>, listing: &mut Listing) -> Self {
        let failed = |detail: String| {
            Skipped::new(
                Origin::File { path: repository.git_dir().join("HEAD") },
                SkipReason::Malformed,
                format!("HEAD cannot be read, so every file counts as new: {detail}"),
            )
        };
        let tree = match tips::head(repository) {
            Ok(None) => None,
            Ok(Some(head)) => match repository.tree_of(head) {
                Ok(tree) => Some(Tree::new(repository, tree)),
                Err(detail) => {
                    listing.skipped.push(failed(detail));
                    None
                }
            },
            Err(detail) => {
                listing.skipped.push(failed(detail));
                None
            }
        };
        Self { tree }
    }

    /// Names the directories of HEAD that cannot be read.
    fn name_unread(&self, listing: &mut Listing) {
        for (path, detail) in self.tree.iter().flat_map(|tree| &tree.unread) {
            let place = GitPlace { repository: None, path: to_path(path.as_bstr()), at: At::File };
            listing.skipped.push(Skipped::new(
                Origin::Git(place),
                SkipReason::Malformed,
                format!("a directory of HEAD cannot be read, so its files count as new: {detail}"),
            ));
        }
    }

    fn blob(&mut self, path: &BString) -> Option<ObjectId> {
        self.tree.as_mut()?.blob(path.as_bstr())
    }
}

/// Files of HEAD that lie under no path of the index any more.
fn moved(chosen: &[(&File, Option<ObjectId>)], files: &[File], head: &mut Head) -> Moved {
    if chosen.iter().all(|(_, before)| before.is_some()) {
        return Moved::default();
    }
    let kept: HashSet<&BStr> = files.iter().map(|file| file.path.as_bstr()).collect();
    let all = head.tree.iter_mut().flat_map(Tree::files);
    Moved::new(all.filter(|(path, _)| !kept.contains(path.as_bstr())).collect())
}

/// What the user named, as paths from the root of the repository.
struct Names {
    /// With a slash at the end where everything below is meant; the empty path is the root.
    all: BTreeMap<BString, PathBuf>,
}

impl Names {
    fn new(repository: &Repository, names: &[PathBuf]) -> Result<Self, SourceError> {
        let mut all = BTreeMap::new();
        if names.is_empty() {
            return Ok(Self { all });
        }
        let root = repository.work_tree().and_then(|root| std::fs::canonicalize(root).ok());
        for name in names {
            let outside = || SourceError::NotInRepository { path: name.clone() };
            let root = root.as_ref().ok_or_else(outside)?;
            let real = real(name).ok_or_else(outside)?;
            let below = real.strip_prefix(root).map_err(|_| outside())?;
            let mut path = BString::from(path_bytes(below).into_owned());
            if real.is_dir() && !path.is_empty() {
                path.push(b'/');
            }
            all.insert(path, name.clone());
        }
        Ok(Self { all })
    }

    /// Whether a file is named; without names every file is.
    fn holds(&self, path: &BString) -> bool {
        let above =
            |at: usize| path.get(..=at).is_some_and(|above| self.all.contains_key(above.as_bstr()));
        self.all.is_empty()
            || self.all.contains_key(path)
            || self.all.contains_key(b"".as_bstr())
            || path.find_iter(b"/").any(above)
    }

    /// Says which names have no content in the index. What is only deleted has nothing to scan.
    fn all_found(&self, files: &[File], head: &mut Head, listing: &mut Listing) {
        let known: HashSet<&BStr> = files.iter().map(|file| file.path.as_bstr()).collect();
        for (path, name) in &self.all {
            let is_directory = path.is_empty() || path.ends_with(b"/");
            if is_directory || known.contains(path.as_bstr()) || head.blob(path).is_some() {
                continue;
            }
            listing.skipped.push(Skipped::new(
                Origin::File { path: name.clone() },
                SkipReason::Unreadable,
                "it is not in git's index: add it, or scan the file with `keylint scan`",
            ));
        }
    }
}

/// The path of a name without links above it: what is named may itself be a link, or gone.
fn real(name: &Path) -> Option<PathBuf> {
    let mut absolute = std::fs::canonicalize(".").ok()?;
    for part in name.components() {
        match part {
            Component::ParentDir => _ = absolute.pop(),
            Component::CurDir => {}
            part => absolute.push(part),
        }
    }
    let parent = absolute.parent().and_then(|parent| std::fs::canonicalize(parent).ok());
    match (parent, absolute.file_name()) {
        (Some(parent), Some(file)) => Some(parent.join(file)),
        _ => Some(absolute),
    }
}
