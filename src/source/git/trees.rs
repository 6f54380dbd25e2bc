//! The trees of a repository: what is in each directory of each commit.
//!
//! Most trees are another one with an entry changed. So the entries lie in one list, and a tree is a few stretches of it.

use std::collections::HashMap;
use std::ops::Range;

use gix::ObjectId;

use super::objects::{Object, Objects, index};
use super::walk::Base;
use crate::blob::Copied;

/// A name in a directory, and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// The object; from [`Trees::MISSING`] on, one that is not there.
    pub(super) child: Object,
    /// The number of the name.
    pub(super) name: u32,
}

/// Entries next to one another in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) start: u32,
    pub(super) len: u32,
}

/// The trees of a repository.
#[derive(Default)]
pub(super) struct Trees {
    pub(super) slots: Vec<Slot>,
    stretches: Vec<Stretch>,
    /// Of every object, where its stretches begin; the bit above says whether it is a tree.
    starts: Vec<u32>,
    count: u64,
    names: Names,
    /// Objects that are named and not there, and whether as a directory.
    pub(super) missing: Vec<(ObjectId, bool)>,
    /// Trees that were read in part.
    pub(super) malformed: Vec<Object>,
}

impl Trees {
    /// The first number of what is missing.
    pub(super) const MISSING: Object = 1 << 31;

    /// The stretches of a tree; `None` when it was not read.
    pub(super) fn of(&self, tree: Object) -> Option<&[Stretch]> {
        let start = *self.starts.get(index(tree))?;
        if start & IS_TREE == 0 {
            return None;
        }
        let end = self
            .starts
            .get(index(tree) + 1)
            .map_or(self.stretches.len(), |end| index(end & !IS_TREE));
        self.stretches.get(index(start & !IS_TREE)..end)
    }

    pub(super) fn slot(&self, slot: u32) -> Option<Slot> {
        self.slots.get(index(slot)).copied()
    }

    pub(super) fn name(&self, name: u32) -> &[u8] {
        self.names.get(name)
    }

    /// Joins what portions of the repository gave, which has so many objects.
    pub(super) fn join(portions: Vec<Portion>, objects: u32) -> Self {
        let mut all = Self::default();
        let mut starts: Vec<(Object, u32, u32)> = Vec::new();
        let mut stretches: Vec<Stretch> = Vec::new();
        for portion in portions {
            let number = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
            let (first_slot, first_missing) = (number(all.slots.len()), number(all.missing.len()));
            let names: Vec<u32> = (0..portion.names.len())
                .map(|name| all.names.number(portion.names.get(name)))
                .collect();
            all.slots.extend(portion.slots.iter().map(|slot| Slot {
                child: if slot.child >= Self::MISSING {
                    slot.child + first_missing
                } else {
                    slot.child
                },
                name: names.get(index(slot.name)).copied().unwrap_or(0),
            }));
            all.missing.extend(portion.missing);
            all.malformed.extend(portion.malformed);
            let base = number(stretches.len());
            stretches.extend(
                portion
                    .stretches
                    .iter()
                    .map(|Stretch { start, len }| Stretch { start: start + first_slot, len: *len }),
            );
            starts.extend(
                portion
                    .trees
                    .iter()
                    .map(|(tree, span)| (*tree, base + span.start, base + span.end)),
            );
        }
        // First how many stretches each object has, then where they begin.
        let mut lens = vec![0_u32; index(objects)];
        for (tree, start, end) in &starts {
            if let Some(len) = lens.get_mut(index(*tree)).filter(|len| **len == 0) {
                *len = (end - start) | IS_TREE;
                all.count += 1;
            }
        }
        let mut sum = 0;
        for len in &mut lens {
            let (own, is_tree) = (*len & !IS_TREE, *len & IS_TREE);
            *len = sum | is_tree;
            sum += own;
        }
        all.stretches = vec![Stretch { start: 0, len: 0 }; index(sum)];
        for (tree, start, end) in starts {
            let Some(to) = lens.get(index(tree)).map(|to| index(to & !IS_TREE)) else { continue };
            let of = stretches.get(index(start)..index(end)).unwrap_or_default();
            if let Some(place) = all.stretches.get_mut(to..to + of.len()) {
                place.copy_from_slice(of);
            }
        }
        all.starts = lens;
        all
    }
}

/// Set on where the stretches of a tree begin; other objects have none.
const IS_TREE: u32 = 1 << 31;

/// Names of files and directories, each once.
#[derive(Default)]
struct Names {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    numbers: HashMap<Box<[u8]>, u32>,
}

impl Names {
    fn number(&mut self, name: &[u8]) -> u32 {
        if let Some(known) = self.numbers.get(name) {
            return *known;
        }
        let number = self.len();
        self.bytes.extend_from_slice(name);
        self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
        self.numbers.insert(name.into(), number);
        number
    }

    fn len(&self) -> u32 {
        u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }

    fn get(&self, number: u32) -> &[u8] {
        let end = |number: u32| self.ends.get(index(number)).map_or(0, |end| index(*end));
        let start = number.checked_sub(1).map_or(0, end);
        self.bytes.get(start..end(number)).unwrap_or_default()
    }
}

/// The trees of a portion of the repository.
#[derive(Default)]
pub(super) struct Portion {
    slots: Vec<Slot>,
    stretches: Vec<Stretch>,
    trees: Vec<(Object, Range<u32>)>,
    names: Names,
    missing: Vec<(ObjectId, bool)>,
    malformed: Vec<Object>,
}

/// The entries of a tree by where they begin in its bytes, for the trees made of it.
#[derive(Default)]
pub(super) struct Entries {
    starts: Vec<u32>,
    slots: Vec<u32>,
    len: u32,
}

impl Portion {
    /// Reads a tree, as far as it is well-formed.
    pub(super) fn read(
        &mut self,
        tree: Object,
        bytes: &[u8],
        base: Option<Base<Entries>>,
        objects: &Objects,
        hash: gix::hash::Kind,
    ) -> Entries {
        let mut reader = Reader { portion: self, entries: Entries::default(), objects, hash };
        let done = reader.run(bytes, base.as_ref());
        let entries = reader.entries;
        let start = u32::try_from(self.stretches.len()).unwrap_or(u32::MAX);
        let mut last: Option<Stretch> = None;
        for slot in entries.slots.iter().filter(|slot| **slot != SUBMODULE) {
            last = match last {
                Some(stretch) if stretch.start + stretch.len == *slot => {
                    Some(Stretch { len: stretch.len + 1, ..stretch })
                }
                _ => {
                    self.stretches.extend(last);
                    Some(Stretch { start: *slot, len: 1 })
                }
            };
        }
        self.stretches.extend(last);
        let end = u32::try_from(self.stretches.len()).unwrap_or(u32::MAX);
        self.trees.push((tree, start..end));
        if done.is_none() {
            self.malformed.push(tree);
        }
        entries
    }
}

/// Stands for a submodule, whose commit is in another repository.
const SUBMODULE: u32 = u32::MAX;

struct Reader<'a> {
    portion: &'a mut Portion,
    entries: Entries,
    objects: &'a Objects,
    hash: gix::hash::Kind,
}

impl Reader<'_> {
    fn run(&mut self, bytes: &[u8], base: Option<&Base<Entries>>) -> Option<()> {
        let mut at = 0;
        let mut copies = base.map_or(&[][..], |base| base.copied);
        while at < bytes.len() {
            let here = u32::try_from(at).ok()?;
            while let Some((first, rest)) = copies.split_first()
                && first.to + first.len <= here
            {
                copies = rest;
            }
            let copy = copies.first().filter(|copy| copy.to <= here);
            let next = match (copy, base) {
                (Some(copy), Some(base)) => self.copy(here, *copy, base.kept),
                _ => None,
            };
            at = match next {
                Some(next) => index(next),
                None => self.entry(bytes, at)?,
            };
        }
        self.entries.len = u32::try_from(bytes.len()).ok()?;
        Some(())
    }

    /// Takes over the entries that lie whole in what was copied; where the next one begins, if there was any.
    fn copy(&mut self, here: u32, copy: Copied, base: &Entries) -> Option<u32> {
        let from = copy.from + (here - copy.to);
        let end = copy.from.checked_add(copy.len)?;
        let first = base.starts.binary_search(&from).ok()?;
        let mut taken = 0;
        let mut upto = from;
        for at in first..base.starts.len() {
            let after = base.starts.get(at + 1).copied().unwrap_or(base.len);
            if after > end {
                break;
            }
            self.entries.starts.push(here + (upto - from));
            self.entries.slots.push(*base.slots.get(at)?);
            upto = after;
            taken += 1;
        }
        (taken > 0).then_some(here + (upto - from))
    }

    /// Reads the entry at `at`: mode, name and object. <https://git-scm.com/docs/gitformat-pack>
    fn entry(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        let rest = bytes.get(at..)?;
        let space = memchr::memchr(b' ', rest)?;
        let nul = memchr::memchr(0, rest)?;
        let (mode, name) = (rest.get(..space)?, rest.get(space + 1..nul)?);
        let end = nul + 1 + self.hash.len_in_bytes();
        let id = rest.get(nul + 1..end)?;
        self.entries.starts.push(u32::try_from(at).ok()?);
        let slot = if mode == b"160000" { SUBMODULE } else { self.new_slot(mode, name, id)? };
        self.entries.slots.push(slot);
        Some(at + end)
    }

    fn new_slot(&mut self, mode: &[u8], name: &[u8], id: &[u8]) -> Option<u32> {
        let child = match self.objects.find(id) {
            Some(child) => child,
            None => {
                let number = u32::try_from(self.portion.missing.len()).ok()?;
                self.portion.missing.push((ObjectId::try_from(id).ok()?, mode == b"40000"));
                Trees::MISSING.checked_add(number)?
            }
        };
        let slot = u32::try_from(self.portion.slots.len()).ok()?;
        let name = self.portion.names.number(name);
        self.portion.slots.push(Slot { child, name });
        Some(slot)
    }
}
