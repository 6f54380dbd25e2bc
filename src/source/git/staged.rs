//! The index against HEAD: what the next commit will hold.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice};
use gix::index::entry::{Flags, Mode, Stage};

use super::super::{Listing, Selection, SourceError, Unit};
use super::context;
use super::repository::Repository;
use super::tree::Tree;
use super::version::{Before, Version};
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
    let Some(index) = index(repository, staged, listing) else { return Ok(()) };
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
    let moved = Moved::new(&chosen, &files, &mut head);
    let report = if is_commit { staged.report } else { Report::All };
    let make = |file: &File, before, secrets| {
        let place = GitPlace { repository: None, path: file.path(), at: At::Index };
        let repository = Arc::clone(repository);
        Unit::Version(Arc::new(Version {
            repository,
            place,
            id: file.id,
            before,
            secrets,
            policies: true,
        }))
    };
    for (file, before) in &chosen {
        let before = before.map_or_else(|| moved.from(file), |before| vec![before]);
        let before = match report {
            Report::Added if !before.is_empty() => Before::Blobs(before),
            _ => Before::Anything,
        };
        listing.units.push(make(file, before, true));
    }
    head.name_unread(listing);
    let changed: BTreeSet<&BStr> = chosen.iter().map(|(file, _)| file.path.as_bstr()).collect();
    let others = files.iter().filter(|file| !changed.contains(file.path.as_bstr()));
    let others: Vec<(&BStr, &File)> = others.map(|file| (file.path.as_bstr(), file)).collect();
    for file in context::of(&changed, &others) {
        listing.units.push(make(file, Before::Everything, false));
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

fn index(
    repository: &Repository,
    staged: &Staged,
    listing: &mut Listing,
) -> Option<gix::index::State> {
    let local = repository.local();
    let path = staged.index.clone().unwrap_or_else(|| local.index_path());
    if !path.exists() {
        return None;
    }
    let read = gix::index::File::at(
        &path,
        local.object_hash(),
        true,
        gix::index::decode::Options::default(),
    );
    match read {
        Ok(index) => Some(index.into_parts().0),
        Err(error) => {
            listing.skipped.push(Skipped {
                origin: Origin::File { path },
                reason: SkipReason::Malformed,
                detail: format!("git's index could not be read: {error}"),
                accepted: None,
            });
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
        let local = repository.local();
        let tree = match local.head_tree_id_or_empty() {
            Ok(id) => Some(Tree::new(repository, id.detach())),
            Err(error) => {
                listing.skipped.push(Skipped {
                    origin: Origin::File { path: local.git_dir().join("HEAD") },
                    reason: SkipReason::Malformed,
                    detail: format!("HEAD cannot be read, so every file counts as new: {error}"),
                    accepted: None,
                });
                None
            }
        };
        Self { tree }
    }

    /// Names the directories of HEAD that cannot be read.
    fn name_unread(&self, listing: &mut Listing) {
        for (path, detail) in self.tree.iter().flat_map(|tree| &tree.unread) {
            let place = GitPlace { repository: None, path: to_path(path.as_bstr()), at: At::File };
            listing.skipped.push(Skipped {
                origin: Origin::Git(place),
                reason: SkipReason::Malformed,
                detail: format!(
                    "a directory of HEAD cannot be read, so its files count as new: {detail}"
                ),
                accepted: None,
            });
        }
    }

    fn blob(&mut self, path: &BString) -> Option<ObjectId> {
        self.tree.as_mut()?.blob(path.as_bstr())
    }
}

/// Files of HEAD that lie under no path of the index any more: what was renamed has their lines.
#[derive(Default)]
struct Moved(Vec<(BString, ObjectId)>);

/// The most files that a new file is compared with.
const MAX_MOVED: usize = 32;

impl Moved {
    fn new(chosen: &[(&File, Option<ObjectId>)], files: &[File], head: &mut Head) -> Self {
        if chosen.iter().all(|(_, before)| before.is_some()) {
            return Self::default();
        }
        let kept: HashSet<&BStr> = files.iter().map(|file| file.path.as_bstr()).collect();
        let all = head.tree.iter_mut().flat_map(Tree::files);
        Self(all.filter(|(path, _)| !kept.contains(path.as_bstr())).collect())
    }

    /// Where the lines of a new file may have come from: the same content, files of the same name, a few others.
    fn from(&self, file: &File) -> Vec<ObjectId> {
        if self.0.iter().any(|(_, id)| *id == file.id) {
            return vec![file.id];
        }
        let alike = self.0.iter().filter(|(path, _)| name(path) == name(&file.path));
        let alike: Vec<ObjectId> = alike.map(|(_, id)| *id).take(MAX_MOVED).collect();
        if alike.is_empty() && self.0.len() <= MAX_MOVED {
            return self.0.iter().map(|(_, id)| *id).collect();
        }
        alike
    }
}

fn name(path: &BString) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
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
            listing.skipped.push(Skipped {
                origin: Origin::File { path: name.clone() },
                reason: SkipReason::Unreadable,
                detail: "it is not in git's index: add it, or scan the file with `keylint scan`"
                    .into(),
                accepted: None,
            });
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
