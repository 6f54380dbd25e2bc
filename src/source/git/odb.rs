//! The object database: where objects lie, and single objects of it. Read by keylint itself, so that no
//! configuration, replacement or lying file has a say.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::ObjectId;
use gix::objs::Kind;
use gix::odb::pack::data::decode::entry::ResolvedBase;
use gix::odb::pack::{cache, data, index};

use super::loose::Loose;
use super::regular;
use crate::blob::{Origin, inert, path_bytes};
use crate::outcome::{SkipReason, Skipped};

/// The largest object that is read as one, in bytes; also what making it of deltas may take.
pub(super) const MAX_OBJECT: usize = 256 * 1024 * 1024;

/// Objects borrow from others at most this often in a row, as in git.
const MAX_ALTERNATES: usize = 5;

/// A directory of objects.
pub(super) struct Directory {
    pub(super) path: PathBuf,
    /// Whether another repository owns it.
    pub(super) is_borrowed: bool,
}

/// The files of a pack.
pub(super) struct PackFiles {
    pub(super) index: index::File,
    pub(super) data: data::File,
    pub(super) is_borrowed: bool,
}

/// The object database of a repository.
pub(super) struct Odb {
    pub(super) hash: gix::hash::Kind,
    pub(super) directories: Vec<Directory>,
    pub(super) packs: Vec<Arc<PackFiles>>,
    /// What could not be opened.
    pub(super) gaps: Vec<Skipped>,
}

impl Odb {
    /// Opens every pack below a directory of objects, and those it borrows.
    pub(super) fn open(objects: &Path, others: &[PathBuf], hash: gix::hash::Kind) -> Self {
        let own = fs::canonicalize(objects).unwrap_or_else(|_| objects.into());
        let mut odb = Self { hash, directories: Vec::new(), packs: Vec::new(), gaps: Vec::new() };
        odb.add(&own, 0);
        for other in others.iter().filter_map(|other| fs::canonicalize(other).ok()) {
            odb.add(&other, 0);
        }
        odb
    }

    fn add(&mut self, path: &Path, depth: usize) {
        if self.directories.iter().any(|known| known.path == path) {
            return;
        }
        let is_borrowed = depth > 0;
        for idx in self.indices(path) {
            match open(&idx, self.hash, is_borrowed) {
                Ok(pack) => self.packs.push(Arc::new(pack)),
                Err(detail) => self.gap(&idx.with_extension("pack"), detail),
            }
        }
        let alternates = path.join("info/alternates");
        self.directories.push(Directory { path: path.into(), is_borrowed });
        let text = match regular::read(&alternates) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => return self.gap(&alternates, error.to_string()),
        };
        for line in text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty() && !line.starts_with(b"#"))
        {
            let named = path.join(super::to_path(line.into()));
            match fs::canonicalize(&named) {
                Ok(other) if other.is_dir() && depth < MAX_ALTERNATES => {
                    self.add(&other, depth + 1);
                }
                Ok(other) if other.is_dir() => {
                    self.gap(&other, "objects are borrowed too often in a row".into());
                }
                _ => self
                    .gap(&named, "objects are borrowed from here, and it is no directory".into()),
            }
        }
    }

    /// Says what is borrowed, and from where.
    pub(super) fn note(&self) -> Option<String> {
        let borrowed = self.directories.iter().filter(|directory| directory.is_borrowed);
        let from: Vec<String> =
            borrowed.map(|directory| inert(&path_bytes(&directory.path))).collect();
        (!from.is_empty()).then(|| format!("objects are borrowed from {}", from.join(", ")))
    }

    fn gap(&mut self, path: &Path, detail: String) {
        let origin = Origin::File { path: path.into() };
        self.gaps.push(Skipped::new(origin, SkipReason::Malformed, detail));
    }

    /// The indices of the packs in a directory of objects, sorted.
    fn indices(&mut self, objects: &Path) -> Vec<PathBuf> {
        let directory = objects.join("pack");
        let entries = match fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    self.gap(&directory, error.to_string());
                }
                return Vec::new();
            }
        };
        let mut indices = std::collections::BTreeSet::new();
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            let idx = path.with_extension("idx");
            if name.ends_with(".idx") || name.ends_with(".pack") && idx.exists() {
                indices.insert(idx);
            } else if name.ends_with(".pack") && !name.starts_with("tmp_") {
                self.gap(&path, "the pack has no index; `git index-pack` makes one".into());
            }
        }
        indices.into_iter().collect()
    }

    /// The kind and bytes of an object; `None` when there is no such object.
    pub(super) fn find(&self, id: ObjectId) -> Result<Option<(Kind, Vec<u8>)>, String> {
        for pack in &self.packs {
            if let Some(at) = pack.index.lookup(id) {
                return Self::packed(pack, at).map(Some);
            }
        }
        for directory in &self.directories {
            let path = loose_path(&directory.path, id);
            match Loose::open(&path) {
                Ok(loose) => {
                    let kind = loose.kind;
                    let bytes =
                        loose.bytes(MAX_OBJECT as u64).map_err(|error| error.to_string())?;
                    return Ok(Some((kind, bytes)));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(None)
    }

    /// The bytes of an object that must be there and of this kind.
    pub(super) fn get(&self, id: ObjectId, kind: Kind) -> Result<Vec<u8>, String> {
        match self.find(id)? {
            Some((found, bytes)) if found == kind => Ok(bytes),
            Some((found, _)) => Err(format!("{id} is a {found}, not a {kind}")),
            None => Err(format!("{kind} {id} is not in this repository")),
        }
    }

    fn packed(pack: &PackFiles, at: u32) -> Result<(Kind, Vec<u8>), String> {
        let (mut bytes, mut inflate) = (Vec::new(), gix::zlib::Inflate::default());
        let resolve = |id: &gix::oid, _: &mut Vec<u8>| {
            let Some(at) = pack.index.lookup(id) else { return Ok(None) };
            Ok(Some(ResolvedBase::InPack(pack.data.entry(pack.index.pack_offset_at_index(at))?)))
        };
        let entry = pack.data.entry(pack.index.pack_offset_at_index(at));
        let decoded = entry.and_then(|entry| {
            pack.data.decode_entry(entry, &mut bytes, &mut inflate, &resolve, &mut cache::Never)
        });
        let kind = decoded.map_err(|error| error.to_string())?.kind;
        Ok((kind, bytes))
    }
}

fn loose_path(objects: &Path, id: ObjectId) -> PathBuf {
    let hex = id.to_hex().to_string();
    let (first, rest) = hex.split_at_checked(2).unwrap_or_default();
    objects.join(first).join(rest)
}

fn open(idx: &Path, hash: gix::hash::Kind, is_borrowed: bool) -> Result<PackFiles, String> {
    for file in [idx, &idx.with_extension("pack")] {
        regular::check(file).map_err(|error| error.to_string())?;
    }
    // An index that lies must not end the scan.
    let opened = std::panic::catch_unwind(|| {
        let index = index::File::at(idx, hash).map_err(|error| error.to_string())?;
        let data =
            data::File::at(idx.with_extension("pack"), hash).map_err(|error| error.to_string())?;
        if index.num_objects() != data.num_objects() {
            let (listed, there) = (index.num_objects(), data.num_objects());
            return Err(format!("the index lists {listed} objects, and the pack has {there}"));
        }
        let data = data.with_alloc_limit_bytes(Some(2 * MAX_OBJECT));
        Ok(PackFiles { index, data, is_borrowed })
    });
    opened.unwrap_or_else(|_| Err("its index is corrupt".into()))
}
