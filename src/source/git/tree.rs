//! A tree of a commit, looked up by path. Only what is asked for is read, so that no tree can be too large.

use std::collections::HashMap;

use std::sync::Arc;

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice};
use gix::objs::TreeRefIter;

use super::repository::Repository;
use super::{MAX_PATH, join, split};

/// The most files that are listed of a tree.
const MAX_FILES: usize = 1_000_000;

/// A tree and what was read of it.
pub(super) struct Tree {
    repository: Arc<Repository>,
    root: ObjectId,
    /// Directories by path, without a slash at the end.
    directories: HashMap<BString, Arc<Directory>>,
    /// Directories that could not be read, and why.
    pub(super) unread: Vec<(BString, String)>,
}

/// Names in a directory: what they are, and whether that is a directory.
type Directory = HashMap<BString, (ObjectId, Entry)>;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Entry {
    Directory,
    File,
    Submodule,
}

impl Tree {
    pub(super) fn new(repository: &Arc<Repository>, root: ObjectId) -> Self {
        Self {
            repository: Arc::clone(repository),
            root,
            directories: HashMap::new(),
            unread: Vec::new(),
        }
    }

    /// The content at a path.
    pub(super) fn blob(&mut self, path: &BStr) -> Option<ObjectId> {
        let (above, name) = split(path);
        match self.directory(above)?.get(name)? {
            (id, Entry::File) => Some(*id),
            _ => None,
        }
    }

    fn directory(&mut self, path: &BStr) -> Option<Arc<Directory>> {
        if let Some(known) = self.directories.get(path) {
            return Some(Arc::clone(known));
        }
        let id = if path.is_empty() {
            self.root
        } else {
            let (above, name) = split(path);
            match self.directory(above)?.get(name)? {
                (id, Entry::Directory) => *id,
                _ => return None,
            }
        };
        let directory = self.read(id).unwrap_or_else(|detail| {
            self.unread.push((path.to_owned(), detail));
            Directory::default()
        });
        let directory = Arc::new(directory);
        self.directories.insert(path.to_owned(), Arc::clone(&directory));
        Some(directory)
    }

    fn read(&self, id: ObjectId) -> Result<Directory, String> {
        if id.is_empty_tree() {
            return Ok(Directory::default());
        }
        let bytes = self.repository.odb.get(id, gix::objs::Kind::Tree)?;
        let entries = TreeRefIter::from_bytes(&bytes, id.kind()).filter_map(Result::ok);
        let kind = |mode: gix::objs::tree::EntryMode| match mode {
            mode if mode.is_tree() => Entry::Directory,
            mode if mode.is_commit() => Entry::Submodule,
            _ => Entry::File,
        };
        let entry = |entry: gix::objs::tree::EntryRef| {
            (entry.filename.to_owned(), (entry.oid.to_owned(), kind(entry.mode)))
        };
        Ok(entries.map(entry).collect())
    }

    /// Every file with its content, sorted by path; the first million.
    pub(super) fn files(&mut self) -> Vec<(BString, ObjectId)> {
        let mut files = Vec::new();
        let mut waiting = vec![BString::default()];
        while let Some(path) = waiting.pop() {
            let Some(directory) = self.directory(path.as_bstr()) else { continue };
            let mut names: Vec<_> = directory.iter().collect();
            names.sort();
            for (name, (id, kind)) in names {
                let below = join(&path, name);
                match kind {
                    Entry::Directory if waiting.len() < MAX_FILES && below.len() < MAX_PATH => {
                        waiting.push(below);
                    }
                    Entry::File if files.len() < MAX_FILES => files.push((below, *id)),
                    _ => {}
                }
            }
            if files.len() >= MAX_FILES {
                break;
            }
        }
        files.sort();
        files
    }
}
