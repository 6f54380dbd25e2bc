//! What a commit changes: its tree against those of its parents.

use std::collections::HashSet;
use std::sync::Arc;

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice};
use gix::objs::{Kind, TreeRefIter};

use super::repository::Repository;
use super::{MAX_PATH, join};

/// A file that a commit adds or changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) path: BString,
    pub(super) id: ObjectId,
    /// What the parents have there.
    pub(super) before: Vec<ObjectId>,
}

/// What a commit does to files.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) added: Vec<Change>,
    /// Files that no parent keeps, by the first parent.
    pub(super) removed: Vec<(BString, ObjectId)>,
    /// Directories that cannot be read, and why.
    pub(super) unread: Vec<(BString, String)>,
}

/// So many directories are compared under every path they have; the same comparison is then made once, so that trees that
/// hold themselves many times over come to an end.
const MAX_COMPARED: usize = 10_000;

/// Compares trees. The same comparison is made only once.
pub(super) struct Comparer {
    repository: Arc<Repository>,
    done: HashSet<(BString, Option<ObjectId>, Vec<ObjectId>)>,
}

/// Directories still to be compared: path, tree and those of the parents.
struct Pair {
    path: BString,
    tree: Option<ObjectId>,
    parents: Vec<ObjectId>,
}

/// A name in a directory.
struct Entry {
    name: BString,
    id: ObjectId,
    is_directory: bool,
}

impl Comparer {
    pub(super) fn new(repository: &Arc<Repository>) -> Self {
        Self { repository: Arc::clone(repository), done: HashSet::new() }
    }

    /// What `tree` has that none of its parents has at the same path.
    pub(super) fn compare(&mut self, tree: ObjectId, parents: Vec<ObjectId>) -> Changes {
        let mut changes = Changes::default();
        let mut waiting = vec![Pair { path: BString::default(), tree: Some(tree), parents }];
        while let Some(pair) = waiting.pop() {
            let path =
                if self.done.len() < MAX_COMPARED { pair.path.clone() } else { BString::default() };
            let is_new = self.done.insert((path, pair.tree, pair.parents.clone()));
            if is_new
                && pair.path.len() < MAX_PATH
                && pair.tree.is_none_or(|tree| !pair.parents.contains(&tree))
            {
                self.directory(&pair, &mut changes, &mut waiting);
            }
        }
        changes.added.sort_by(|a, b| a.path.cmp(&b.path));
        changes.removed.sort();
        changes
    }

    fn directory(&self, pair: &Pair, changes: &mut Changes, waiting: &mut Vec<Pair>) {
        let entries = pair.tree.map_or(Vec::new(), |tree| self.read(&pair.path, tree, changes));
        let parents: Vec<Vec<Entry>> =
            pair.parents.iter().map(|tree| self.read(&pair.path, *tree, changes)).collect();
        for entry in &entries {
            let same_name =
                || parents.iter().filter_map(|parent| find(parent, entry.name.as_bstr()));
            if same_name().any(|known| known.id == entry.id) {
                continue;
            }
            let path = join(&pair.path, &entry.name);
            let alike = same_name().filter(|known| known.is_directory == entry.is_directory);
            let before = alike.map(|known| known.id).collect();
            if entry.is_directory {
                waiting.push(Pair { path, tree: Some(entry.id), parents: before });
            } else {
                changes.added.push(Change { path, id: entry.id, before });
            }
        }
        let Some(first) = parents.first() else { return };
        for gone in first.iter().filter(|known| find(&entries, known.name.as_bstr()).is_none()) {
            let path = join(&pair.path, &gone.name);
            if gone.is_directory {
                waiting.push(Pair { path, tree: None, parents: vec![gone.id] });
            } else {
                changes.removed.push((path, gone.id));
            }
        }
    }

    /// The entries of a tree by name, without submodules.
    fn read(&self, path: &BString, tree: ObjectId, changes: &mut Changes) -> Vec<Entry> {
        if tree.is_empty_tree() {
            return Vec::new();
        }
        let bytes = match self.repository.odb.get(tree, Kind::Tree) {
            Ok(bytes) => bytes,
            Err(detail) => {
                changes.unread.push((path.clone(), detail));
                return Vec::new();
            }
        };
        let mut entries = Vec::new();
        for entry in TreeRefIter::from_bytes(&bytes, tree.kind()) {
            match entry {
                Ok(entry) if entry.mode.is_commit() => {}
                Ok(entry) => entries.push(Entry {
                    name: entry.filename.to_owned(),
                    id: entry.oid.to_owned(),
                    is_directory: entry.mode.is_tree(),
                }),
                Err(error) => {
                    changes.unread.push((path.clone(), format!("tree {tree}: {error}")));
                    break;
                }
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        entries
    }
}

fn find<'a>(entries: &'a [Entry], name: &BStr) -> Option<&'a Entry> {
    let at = entries.binary_search_by(|entry| entry.name.as_bstr().cmp(name)).ok()?;
    entries.get(at)
}
