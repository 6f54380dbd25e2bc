//! A layer that lies unpacked on disk, as `containers/storage` keeps it: `overlay` has what a layer changes, `vfs` all that is
//! there from it on. <https://github.com/containers/storage/tree/main/drivers>,
//! <https://docs.kernel.org/filesystems/overlayfs.html#whiteouts-and-opaque-directories>

use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::out::Out;
use super::super::read::open;
use super::layer::{Is, Names};
use crate::blob::{Origin, path_bytes};
use crate::outcome::SkipReason;

/// The files of a layer.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub(super) root: PathBuf,
    /// For `vfs`: the files of the layer below, which are there once more.
    pub(super) below: Option<PathBuf>,
}

/// Directories in one another that are gone down.
const MAX_DEPTH: usize = 256;

impl Tree {
    /// Reads all files that the layer below does not have.
    ///
    /// # Errors
    ///
    /// When its directory cannot be read.
    pub(super) fn read(
        &self,
        origin: &Arc<Origin>,
        out: &mut Out,
        names: &mut Names,
    ) -> io::Result<()> {
        fs::read_dir(&self.root)?;
        let mut walk = Walk { tree: self, origin, out, names, linked: HashMap::new() };
        walk.directory(Path::new(""), 0, self.below.is_some());
        Ok(())
    }
}

struct Walk<'a, 'b> {
    tree: &'a Tree,
    origin: &'a Arc<Origin>,
    out: &'a mut Out<'b>,
    names: &'a mut Names,
    /// Files that have several names, by what the file system knows them by, and the first name.
    linked: HashMap<(u64, u64), Box<[u8]>>,
}

impl Walk<'_, '_> {
    /// Reads a directory, which the layer below may have too.
    fn directory(&mut self, below: &Path, depth: usize, is_copy: bool) {
        let here = self.tree.root.join(below);
        let entries = if depth < MAX_DEPTH {
            fs::read_dir(&here).and_then(Iterator::collect::<io::Result<Vec<_>>>)
        } else {
            Err(io::Error::other("directories lie too deep in one another"))
        };
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => return self.skip(below, &error),
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        if is_copy {
            self.find_deleted(below);
        }
        if is_opaque(&here) {
            self.names.opaque.insert(path_bytes(below).into());
        }
        for entry in entries {
            self.entry(&below.join(entry.file_name()), depth, is_copy);
        }
    }

    fn entry(&mut self, path: &Path, depth: usize, is_copy: bool) {
        let full = self.tree.root.join(path);
        let metadata = match fs::symlink_metadata(&full) {
            Ok(metadata) => metadata,
            Err(error) => return self.skip(path, &error),
        };
        let name: Box<[u8]> = path_bytes(path).into();
        if metadata.is_dir() {
            self.names.entries.insert(name, Is::Directory);
            // Links of the layer below may lead anywhere.
            let is_copy = is_copy && self.lower(path).is_some_and(|lower| lower.is_dir());
            return self.directory(path, depth + 1, is_copy);
        }
        if is_whiteout(&metadata) {
            self.names.deleted.insert(name);
            return;
        }
        if is_copy && self.is_from_below(path, &metadata) {
            return;
        }
        self.names.entries.insert(name.clone(), Is::Other);
        if let Some(identity) = identity(&metadata) {
            if let Some(first) = self.linked.get(&identity) {
                return self.names.add_link(&name, first);
            }
            self.linked.insert(identity, name);
        }
        let origin =
            Arc::new(Origin::Member { archive: Arc::clone(self.origin), path: path.into() });
        if metadata.is_symlink() {
            if let Ok(to) = fs::read_link(&full) {
                self.out.aside(&origin, &path_bytes(&to));
            }
        } else if metadata.is_file() {
            let read =
                open(&full).and_then(|(mut file, size)| self.out.input(&origin, &mut file, size));
            if let Err(error) = read {
                self.skip(path, &error);
            }
        }
    }

    /// What the layer below has of this name.
    fn lower(&self, path: &Path) -> Option<Metadata> {
        fs::symlink_metadata(self.tree.below.as_ref()?.join(path)).ok()
    }

    /// For `vfs`: what the layer below has and this one has not.
    fn find_deleted(&mut self, below: &Path) {
        let Some(lower) = &self.tree.below else { return };
        let Ok(entries) = fs::read_dir(lower.join(below)) else { return };
        for entry in entries.flatten() {
            let path = below.join(entry.file_name());
            if fs::symlink_metadata(self.tree.root.join(&path)).is_err() {
                self.names.deleted.insert(path_bytes(&path).into());
            }
        }
    }

    /// For `vfs`: whether the layer below has the same file.
    fn is_from_below(&self, path: &Path, metadata: &Metadata) -> bool {
        let Some(lower) = &self.tree.below else { return false };
        let (lower, full) = (lower.join(path), self.tree.root.join(path));
        let Some(known) = self.lower(path) else { return false };
        if known.file_type() != metadata.file_type() {
            return false;
        }
        if metadata.is_symlink() {
            return fs::read_link(&lower).ok() == fs::read_link(&full).ok();
        }
        metadata.is_file()
            && known.len() == metadata.len()
            && same_content(&lower, &full).unwrap_or(false)
    }

    fn skip(&mut self, path: &Path, error: &io::Error) {
        let origin =
            Arc::new(Origin::Member { archive: Arc::clone(self.origin), path: path.into() });
        self.out.skip(&origin, SkipReason::Unreadable, error.to_string());
    }
}

fn same_content(one: &Path, other: &Path) -> io::Result<bool> {
    const PIECE: u64 = 64 * 1024;
    let (mut one, mut other): (File, File) = (open(one)?.0, open(other)?.0);
    let (mut a, mut b) = (Vec::new(), Vec::new());
    loop {
        a.clear();
        b.clear();
        (&mut one).take(PIECE).read_to_end(&mut a)?;
        (&mut other).take(PIECE).read_to_end(&mut b)?;
        if a != b || a.is_empty() {
            return Ok(a == b);
        }
    }
}

/// What tells a file that has several names.
#[cfg(unix)]
fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    (metadata.is_file() && metadata.nlink() > 1).then(|| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// A character device of numbers 0 and 0.
#[cfg(unix)]
fn is_whiteout(metadata: &Metadata) -> bool {
    use std::os::unix::fs::{FileTypeExt, MetadataExt};
    metadata.file_type().is_char_device() && metadata.rdev() == 0
}

#[cfg(not(unix))]
fn is_whiteout(_: &Metadata) -> bool {
    false
}

#[cfg(target_os = "linux")]
fn is_opaque(directory: &Path) -> bool {
    ["trusted.overlay.opaque", "user.overlay.opaque"].iter().any(|name| {
        let mut value = [0; 1];
        let read = rustix::fs::lgetxattr(directory, *name, &mut value[..]);
        read == Ok(1) && value == *b"y"
    })
}

#[cfg(not(target_os = "linux"))]
fn is_opaque(_: &Path) -> bool {
    false
}
