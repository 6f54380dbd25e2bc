//! All objects of a repository: those of its packs, the loose ones, and what it borrows from others.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::objs::Kind;
use rayon::prelude::*;

use super::loose::{self, Loose};
use super::objects::{Home, Object, Objects, index};
use super::pack::{Entry, Opened, Pack};
use super::repository::Repository;
use super::walk::{self, Made, Unread, walk};
use crate::blob::Origin;
use crate::outcome::{SkipReason, Skipped};

/// The largest loose object that is read into memory.
const MAX_LOOSE: u64 = 256 * 1024 * 1024;

/// The objects of a repository and where they lie.
pub(super) struct Store {
    pub(super) hash: gix::hash::Kind,
    pub(super) objects: Objects,
    pub(super) packs: Vec<Pack>,
    /// By number.
    loose: Vec<LooseFile>,
}

struct LooseFile {
    path: PathBuf,
    is_borrowed: bool,
}

/// Entries of one pack that are walked one after another by the same thread.
#[derive(Clone, Debug)]
pub(super) struct Portion {
    pub(super) pack: usize,
    pub(super) roots: Vec<Entry>,
}

/// What a pass over objects gave: by portion, in order; and what it could not read.
pub(super) struct Passed<T> {
    pub(super) results: Vec<T>,
    pub(super) unread: Vec<(Object, String)>,
}

/// A directory of objects.
struct Directory {
    path: PathBuf,
    is_borrowed: bool,
}

impl Store {
    /// Opens every pack and lists every loose object. What cannot be opened is named in `skipped`.
    pub(super) fn open(repository: &Repository, skipped: &mut Vec<Skipped>) -> Self {
        let hash = repository.hash();
        let directories = directories(repository, skipped);
        let mut opened = Vec::new();
        let mut all = Vec::new();
        let mut loose = Vec::new();
        for Directory { path, is_borrowed } in &directories {
            let indices = packs(path, skipped);
            let packs: Vec<_> = indices.par_iter().map(|idx| open(idx, hash)).collect();
            for (idx, pack) in indices.iter().zip(packs) {
                match pack {
                    Ok(pack) => opened.push((pack, *is_borrowed)),
                    Err(detail) => skipped.push(unreadable(&idx.with_extension("pack"), detail)),
                }
            }
            let mut unread = Vec::new();
            for (id, path) in loose::list(path, hash, &mut unread) {
                let entry = u32::try_from(loose.len()).unwrap_or(u32::MAX);
                all.push((id, Home { pack: Home::LOOSE, entry }));
                loose.push(LooseFile { path, is_borrowed: *is_borrowed });
            }
            skipped.extend(unread.iter().map(|(path, error)| unreadable(path, error.to_string())));
        }
        let in_packs = (0..).zip(&opened).flat_map(|(pack, (opened, _))| {
            opened.names.iter().map(move |(id, entry)| (*id, Home { pack, entry: *entry }))
        });
        let all: Vec<(ObjectId, Home)> = in_packs.chain(all).collect();
        let objects = Objects::new(all, hash.len_in_bytes());
        let objects = objects.unwrap_or_else(|| {
            let detail = "the repository has more than a billion objects".into();
            skipped.push(unreadable(&repository.git_dir(), detail));
            Objects::empty(hash.len_in_bytes())
        });
        let find = |id: &ObjectId| objects.find(id.as_slice());
        let packs =
            opened.into_iter().map(|(opened, is_borrowed)| Pack::new(opened, is_borrowed, find));
        let packs = packs.collect();
        Self { hash, objects, packs, loose }
    }

    /// Whether an object lies with this repository, not with one that it borrows from.
    pub(super) fn is_own(&self, object: Object) -> bool {
        match self.objects.home(object) {
            Some(Home { pack: Home::LOOSE, entry }) => {
                self.loose.get(index(entry)).is_some_and(|file| !file.is_borrowed)
            }
            Some(Home { pack, .. }) => {
                self.packs.get(index(pack)).is_some_and(|pack| !pack.is_borrowed)
            }
            None => false,
        }
    }

    /// Whether an entry is where its object is read: not a copy of what another pack has.
    pub(super) fn is_home(&self, pack: usize, entry: Entry) -> Option<Object> {
        let object = self.packs.get(pack)?.object(entry);
        let home = self.objects.home(object)?;
        (index(home.pack) == pack && home.entry == entry).then_some(object)
    }

    /// The roots of a kind in portions of about `weight` objects.
    pub(super) fn portions(&self, kind: Kind, weight: u32) -> Vec<Portion> {
        let mut portions = Vec::new();
        for (number, pack) in self.packs.iter().enumerate() {
            let (mut roots, mut sum) = (Vec::new(), 0);
            for root in pack.roots.iter().filter(|root| root.kind == kind) {
                roots.push(root.entry);
                sum += root.weight;
                if sum >= weight {
                    portions.push(Portion { pack: number, roots: std::mem::take(&mut roots) });
                    sum = 0;
                }
            }
            if !roots.is_empty() {
                portions.push(Portion { pack: number, roots });
            }
        }
        portions
    }

    /// The numbers of the loose objects, in portions.
    pub(super) fn loose_portions(&self) -> Vec<Range<u32>> {
        let count = u32::try_from(self.loose.len()).unwrap_or(u32::MAX);
        (0..count).step_by(256).map(|from| from..count.min(from + 256)).collect()
    }

    /// Shows every object of a kind to `visit`, in parallel; those of a portion to the same `T`.
    pub(super) fn pass<T: Default + Send, Kept: Default>(
        &self,
        kind: Kind,
        visit: impl Fn(&mut T, Object, Made<Kept>) -> Kept + Sync,
    ) -> Passed<T> {
        const WEIGHT: u32 = 4096;
        let packed = self.portions(kind, WEIGHT);
        let packed = packed.par_iter().map_init(walk::Scratch::default, |scratch, portion| {
            let (mut result, mut unread) = (T::default(), Vec::new());
            self.walk(
                portion,
                scratch,
                &mut |object, made| visit(&mut result, object, made),
                &mut |object, reason| {
                    unread.push((object, reason.to_string()));
                },
            );
            (result, unread)
        });
        let loose = self.loose_portions();
        let loose = loose.par_iter().map(|portion| {
            let (mut result, mut unread) = (T::default(), Vec::new());
            for number in portion.clone() {
                let Some(object) = self.loose_object(number) else { continue };
                match self.loose(number).and_then(|loose| {
                    if loose.kind == kind { loose.bytes(MAX_LOOSE).map(Some) } else { Ok(None) }
                }) {
                    Ok(Some(bytes)) => {
                        visit(
                            &mut result,
                            object,
                            Made { entry: number, bytes: &bytes, base: None },
                        );
                    }
                    Ok(None) => {}
                    Err(error) => unread.push((object, error.to_string())),
                }
            }
            (result, unread)
        });
        let mut all: Vec<(T, Vec<(Object, String)>)> = packed.collect();
        all.extend(loose.collect::<Vec<_>>());
        let mut passed = Passed { results: Vec::with_capacity(all.len()), unread: Vec::new() };
        for (result, unread) in all {
            passed.results.push(result);
            passed.unread.extend(unread);
        }
        passed
    }

    /// Walks over a portion. Copies of objects that another pack has are made, and not shown.
    pub(super) fn walk<Kept: Default>(
        &self,
        portion: &Portion,
        scratch: &mut walk::Scratch,
        visit: &mut dyn FnMut(Object, Made<Kept>) -> Kept,
        unread: &mut dyn FnMut(Object, Unread),
    ) {
        let Some(pack) = self.packs.get(portion.pack) else { return };
        for root in &portion.roots {
            walk(
                pack,
                *root,
                scratch,
                &mut |made: Made<Kept>| match self.is_home(portion.pack, made.entry) {
                    Some(object) => visit(object, made),
                    None => Kept::default(),
                },
                &mut |entry, reason| {
                    if let Some(object) = self.is_home(portion.pack, entry) {
                        unread(object, reason);
                    }
                },
            );
        }
    }

    /// Objects that no walk reaches, because what they are made of is not there.
    pub(super) fn broken(&self) -> Vec<(Object, String)> {
        let of_pack = |(number, pack): (usize, &Pack)| -> Vec<(Object, String)> {
            let broken = pack.broken.iter().filter_map(|entry| self.is_home(number, *entry));
            broken
                .map(|object| (object, "it is made of an object that is not there".into()))
                .collect()
        };
        self.packs.iter().enumerate().flat_map(of_pack).collect()
    }

    /// The object that a loose file holds, unless a pack has it too.
    pub(super) fn loose_object(&self, number: u32) -> Option<Object> {
        let file = self.loose.get(index(number))?;
        let name = file.path.file_name()?.to_str()?;
        let first = file.path.parent()?.file_name()?.to_str()?;
        let id = ObjectId::from_hex(format!("{first}{name}").as_bytes()).ok()?;
        let object = self.objects.find(id.as_slice())?;
        (self.objects.home(object)? == Home { pack: Home::LOOSE, entry: number }).then_some(object)
    }

    /// Opens a loose object.
    pub(super) fn loose(&self, number: u32) -> io::Result<Loose> {
        let file = self.loose.get(index(number)).ok_or(io::ErrorKind::NotFound)?;
        Loose::open(&file.path)
    }
}

fn open(idx: &Path, hash: gix::hash::Kind) -> Result<Opened, String> {
    // An index that lies must not end the scan.
    std::panic::catch_unwind(|| Opened::open(idx, hash))
        .unwrap_or_else(|_| Err("its index is corrupt".into()))
}

/// The directories of objects: the repository's own, then those it borrows from.
fn directories(repository: &Repository, skipped: &mut Vec<Skipped>) -> Vec<Directory> {
    let own = repository.objects_dir();
    let mut all = vec![Directory { path: own.clone(), is_borrowed: false }];
    match repository.alternates() {
        Ok(alternates) => {
            for path in alternates {
                if path.is_dir() {
                    all.push(Directory { path, is_borrowed: true });
                } else {
                    skipped.push(unreadable(
                        &path,
                        "objects are borrowed from here, and it is no directory".into(),
                    ));
                }
            }
        }
        Err(detail) => skipped.push(unreadable(&own.join("info/alternates"), detail)),
    }
    all
}

/// The indices of the packs in a directory of objects, sorted.
fn packs(objects: &Path, skipped: &mut Vec<Skipped>) -> Vec<PathBuf> {
    let directory = objects.join("pack");
    let mut found = Vec::new();
    match std::fs::read_dir(&directory) {
        Ok(entries) => {
            let paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
            let is = |path: &PathBuf, extension: &str| {
                path.extension().is_some_and(|known| known == extension)
            };
            for path in paths.iter().filter(|path| is(path, "pack")) {
                let idx = path.with_extension("idx");
                if idx.exists() {
                    found.push(idx);
                } else if !path
                    .file_name()
                    .is_some_and(|name| name.to_string_lossy().starts_with("tmp_"))
                {
                    skipped.push(unreadable(
                        path,
                        "the pack has no index; `git index-pack` makes one".into(),
                    ));
                }
            }
            found.extend(
                paths
                    .iter()
                    .filter(|path| is(path, "idx") && !path.with_extension("pack").exists())
                    .cloned(),
            );
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => skipped.push(unreadable(&directory, error.to_string())),
    }
    found.sort();
    found
}

fn unreadable(path: &Path, detail: String) -> Skipped {
    Skipped {
        origin: Origin::File { path: path.into() },
        reason: SkipReason::Malformed,
        detail,
        accepted: None,
    }
}
