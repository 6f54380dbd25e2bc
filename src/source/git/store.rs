//! All objects of a repository: those of its packs, the loose ones, and what it borrows from others.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::objs::Kind;
use rayon::prelude::*;

use super::loose::{self, Loose};
use super::objects::{Home, Object, Objects, index};
use super::odb::{Directory, MAX_OBJECT, Odb};
use super::pack::{Entry, Opened, Pack};
use super::walk::{self, Made, Unread, walk};
use crate::blob::Origin;
use crate::outcome::{SkipReason, Skipped};

/// The objects of a repository and where they lie.
pub(super) struct Store {
    pub(super) hash: gix::hash::Kind,
    pub(super) objects: Objects,
    pub(super) packs: Vec<Pack>,
    /// By number.
    loose: Vec<LooseFile>,
}

struct LooseFile {
    id: ObjectId,
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

impl Store {
    /// Numbers the objects of every pack and the loose ones. What cannot be read is named in `skipped`.
    pub(super) fn open(odb: &Odb, skipped: &mut Vec<Skipped>) -> Self {
        skipped.extend(odb.gaps.iter().cloned());
        let opened: Vec<Opened> = odb.packs.iter().map(Opened::new).collect();
        let (mut names, mut loose, mut unread) = (Vec::new(), Vec::new(), Vec::new());
        for Directory { path, is_borrowed } in &odb.directories {
            for (id, path) in loose::list(path, odb.hash, &mut unread) {
                names.push(id);
                loose.push(LooseFile { id, path, is_borrowed: *is_borrowed });
            }
        }
        skipped.extend(unread.iter().map(|(path, error)| unreadable(path, error.to_string())));
        let width = odb.hash.len_in_bytes();
        let objects = Objects::new(&opened, &names, width).unwrap_or_else(|| {
            let directory = odb.directories.first().map_or(Path::new(""), |own| &own.path);
            skipped.push(unreadable(directory, "it has more than two billion objects".into()));
            Objects::empty(width)
        });
        let numbers = objects.of_packs(&opened);
        let packs = opened.into_iter().zip(numbers);
        let packs = packs.map(|(opened, objects)| Pack::new(opened, objects)).collect();
        Self { hash: odb.hash, objects, packs, loose }
    }

    /// Whether an object lies with this repository, not with one that it borrows from.
    pub(super) fn is_own(&self, object: Object) -> bool {
        match self.objects.home(object) {
            Some(Home { pack: Home::LOOSE, entry }) => {
                self.loose.get(index(entry)).is_some_and(|file| !file.is_borrowed)
            }
            Some(Home { pack, .. }) => {
                self.packs.get(index(pack)).is_some_and(|pack| !pack.files.is_borrowed)
            }
            None => false,
        }
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
        let size = (count / 0x4000).max(256);
        let from = (0..=count / size).map(|portion| portion * size);
        from.map(|from| from..count.min(from + size))
            .filter(|portion| !portion.is_empty())
            .collect()
    }

    /// Shows every object of a kind to `visit`, in parallel; those of a portion to the same `T`, which `finish` sees last.
    pub(super) fn pass<T: Default + Send, Kept: Default>(
        &self,
        kind: Kind,
        visit: impl Fn(&mut T, Object, Made<Kept>) -> Kept + Sync,
        finish: impl Fn(&mut T) + Sync,
    ) -> Passed<T> {
        // So many that the work is even, so few that they can be numbered with 16 bits.
        let weight = (self.objects.len() / 0x8000).max(8192);
        let packed = self.portions(kind, weight);
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
            finish(&mut result);
            (result, unread)
        });
        let loose = self.loose_portions();
        let loose = loose.par_iter().map(|portion| {
            let (mut result, mut unread) = (T::default(), Vec::new());
            for number in portion.clone() {
                let Some(object) = self.loose_object(number) else { continue };
                match self.loose(number).and_then(|loose| {
                    if loose.kind == kind {
                        loose.bytes(MAX_OBJECT as u64).map(Some)
                    } else {
                        Ok(None)
                    }
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
            finish(&mut result);
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
                &mut |made: Made<Kept>| match pack.object(made.entry) {
                    Some(object) => visit(object, made),
                    None => Kept::default(),
                },
                &mut |entry, reason| {
                    if let Some(object) = pack.object(entry) {
                        unread(object, reason);
                    }
                },
            );
        }
    }

    /// Objects that no walk reaches, because what they are made of is not there.
    pub(super) fn broken(&self) -> Vec<(Object, String)> {
        let of_pack = |pack: &Pack| -> Vec<(Object, String)> {
            let broken = pack.broken.iter().filter_map(|entry| pack.object(*entry));
            broken
                .map(|object| (object, "it is made of an object that is not there".into()))
                .collect()
        };
        self.packs.iter().flat_map(of_pack).collect()
    }

    /// The object that a loose file holds, unless a pack has it too.
    pub(super) fn loose_object(&self, number: u32) -> Option<Object> {
        let file = self.loose.get(index(number))?;
        let object = self.objects.find(file.id.as_slice())?;
        (self.objects.home(object)? == Home { pack: Home::LOOSE, entry: number }).then_some(object)
    }

    /// Opens a loose object.
    pub(super) fn loose(&self, number: u32) -> io::Result<Loose> {
        let file = self.loose.get(index(number)).ok_or(io::ErrorKind::NotFound)?;
        Loose::open(&file.path)
    }
}

fn unreadable(path: &Path, detail: String) -> Skipped {
    Skipped::new(Origin::File { path: path.into() }, SkipReason::Malformed, detail)
}
