//! The trees of a repository: what is in each directory of each commit.
//!
//! Most trees are another one with an entry changed. So the entries lie in one list, and a tree is a few stretches of it.

use std::collections::HashMap;
use std::ops::Range;

use gix::ObjectId;

use super::objects::{Object, index};
use super::store::Store;
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
    /// As the portions of the repository gave them.
    parts: Vec<Part>,
    /// Of every object, where its stretches are.
    places: Vec<Place>,
    names: Names,
    /// Objects that are named and not there, and whether as a directory.
    pub(super) missing: Vec<(ObjectId, bool)>,
    /// Trees that were read in part.
    pub(super) malformed: Vec<Object>,
}

impl Trees {
    /// The first number of what is missing.
    pub(super) const MISSING: Object = 1 << 31;

    /// What is in a tree; `None` when it was not read.
    pub(super) fn of(&self, tree: Object) -> Option<Tree<'_>> {
        let Place { part, len, start } = *self.places.get(index(tree))?;
        let Part { slots, stretches, first } =
            self.parts.get(usize::from(part)).filter(|_| len != NO_TREE)?;
        let stretches = stretches.get(index(start)..index(start) + usize::from(len))?;
        Some(Tree { stretches, slots, first: *first })
    }

    /// How many slots there are.
    pub(super) fn slots(&self) -> usize {
        self.parts.iter().map(|part| part.slots.len()).sum()
    }

    /// The number of a name, where any directory has it.
    pub(super) fn number(&self, name: &[u8]) -> Option<u32> {
        self.names.numbers.get(name).copied()
    }

    pub(super) fn name(&self, name: u32) -> &[u8] {
        self.names.get(name)
    }

    /// Joins what portions of the repository gave, which has so many objects.
    pub(super) fn join(portions: Vec<Portion>, objects: u32) -> Self {
        let places = vec![Place { part: 0, len: NO_TREE, start: 0 }; index(objects)];
        let mut all = Self { places, ..Self::default() };
        let mut first = 0;
        for portion in portions {
            first = all.add(portion, first);
        }
        all
    }

    /// Adds a portion whose slots are numbered from `first` on; where the next begins.
    fn add(&mut self, portion: Portion, first: u32) -> u32 {
        let number = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let Portion { mut slots, mut stretches, trees, names, missing, malformed } = portion;
        let first_missing = number(self.missing.len());
        let names: Vec<u32> =
            (0..names.len()).map(|name| self.names.number(names.get(name))).collect();
        for Slot { child, name } in &mut slots {
            if *child >= Self::MISSING {
                *child += first_missing;
            }
            *name = names.get(index(*name)).copied().unwrap_or(0);
        }
        self.missing.extend(missing);
        self.malformed.extend(malformed);
        let part = u16::try_from(self.parts.len()).unwrap_or(u16::MAX);
        for (tree, span) in trees {
            if let Some(place) = self.places.get_mut(index(tree)) {
                let len = u16::try_from(span.end - span.start).unwrap_or(NO_TREE);
                *place = Place { part, len, start: span.start };
            }
        }
        slots.shrink_to_fit();
        stretches.shrink_to_fit();
        let next = first.saturating_add(number(slots.len()));
        self.parts.push(Part { slots, stretches, first });
        next
    }
}

/// The trees of a portion.
struct Part {
    slots: Vec<Slot>,
    stretches: Vec<Stretch>,
    /// The number of its first slot among all.
    first: u32,
}

/// What is in one tree.
#[derive(Clone, Copy)]
pub(super) struct Tree<'a> {
    pub(super) stretches: &'a [Stretch],
    /// The slots that the stretches are of.
    slots: &'a [Slot],
    /// The number of the first of them among all.
    pub(super) first: u32,
}

impl<'a> Tree<'a> {
    /// One of its slots, by the number that stretches have.
    pub(super) fn slot(&self, slot: u32) -> Option<Slot> {
        self.slots.get(index(slot)).copied()
    }

    /// The slots of a stretch.
    pub(super) fn stretch(&self, stretch: Stretch) -> &'a [Slot] {
        self.slots.get(index(stretch.start)..index(stretch.start + stretch.len)).unwrap_or_default()
    }
}

/// Where the stretches of a tree are.
#[derive(Clone, Copy)]
struct Place {
    part: u16,
    /// How many; [`NO_TREE`] for other objects.
    len: u16,
    start: u32,
}

const NO_TREE: u16 = u16::MAX;

/// Whether a tree is in so many pieces that it is better written out anew, which the trees made of it gain from. Every
/// change makes two more pieces: with n entries, 2√n pieces take the least room on the whole.
const fn is_shattered(pieces: usize, entries: usize) -> bool {
    pieces * pieces > 4 * entries
}

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
        base: Option<&Base<Entries>>,
        store: &Store,
    ) -> Entries {
        let mut reader = Reader { portion: self, entries: Entries::default(), store };
        let done = reader.run(bytes, base);
        let mut entries = reader.entries;
        let mut stretches = stretches(&entries.slots);
        if is_shattered(stretches.len(), entries.slots.len()) {
            self.write_out(&mut entries.slots);
            stretches = self::stretches(&entries.slots);
        }
        let number = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let start = number(self.stretches.len());
        self.stretches.extend(stretches);
        self.trees.push((tree, start..number(self.stretches.len())));
        if done.is_none() {
            self.malformed.push(tree);
        }
        entries
    }
}

impl Portion {
    /// Gives entries slots of their own, next to one another.
    fn write_out(&mut self, slots: &mut [u32]) {
        for slot in slots.iter_mut().filter(|slot| **slot != SUBMODULE) {
            let copy = self.slots.get(index(*slot)).copied();
            *slot = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
            self.slots.extend(copy);
        }
    }
}

/// Slots as stretches of the list.
fn stretches(slots: &[u32]) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for slot in slots.iter().filter(|slot| **slot != SUBMODULE) {
        match stretches.last_mut().filter(|last| last.start + last.len == *slot) {
            Some(last) => last.len += 1,
            None => stretches.push(Stretch { start: *slot, len: 1 }),
        }
    }
    stretches
}

/// Stands for a submodule, whose commit is in another repository.
const SUBMODULE: u32 = u32::MAX;

struct Reader<'a> {
    portion: &'a mut Portion,
    entries: Entries,
    store: &'a Store,
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
        let end = nul + 1 + self.store.hash.len_in_bytes();
        let id = rest.get(nul + 1..end)?;
        self.entries.starts.push(u32::try_from(at).ok()?);
        let slot = if mode == b"160000" { SUBMODULE } else { self.new_slot(mode, name, id)? };
        self.entries.slots.push(slot);
        Some(at + end)
    }

    fn new_slot(&mut self, mode: &[u8], name: &[u8], id: &[u8]) -> Option<u32> {
        let child = if let Some(child) = self.store.objects.find(id) {
            child
        } else {
            let number = u32::try_from(self.portion.missing.len()).ok()?;
            self.portion.missing.push((ObjectId::try_from(id).ok()?, mode == b"40000"));
            Trees::MISSING.checked_add(number)?
        };
        let slot = u32::try_from(self.portion.slots.len()).ok()?;
        let name = self.portion.names.number(name);
        self.portion.slots.push(Slot { child, name });
        Some(slot)
    }
}
