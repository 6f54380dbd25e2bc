//! The trees of a repository: what is in each directory of each commit.
//!
//! Most trees are another one with an entry changed. So the entries lie in one list, and a tree is a few stretches of it.

use std::ops::Range;

use gix::ObjectId;

use super::names::Names;
use super::objects::{Object, Objects, index};
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

    /// How many objects the repository has.
    pub(super) const fn objects(&self) -> usize {
        self.places.len()
    }

    /// How many slots there are.
    pub(super) fn slots(&self) -> usize {
        self.parts.iter().map(|part| part.slots.len()).sum()
    }

    /// The number of a name, where any directory has it.
    pub(super) fn number(&self, name: &[u8]) -> Option<u32> {
        self.names.find(name)
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
        let Portion { mut slots, stretches, trees, names, missing, malformed, .. } = portion;
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

/// The trees of a portion of the repository.
#[derive(Default)]
pub(super) struct Portion {
    slots: Vec<Slot>,
    stretches: Vec<Stretch>,
    trees: Vec<(Object, Range<u32>)>,
    names: Names,
    /// Slots whose objects are not looked up yet, with the names of these.
    pending: Vec<Pending>,
    missing: Vec<(ObjectId, bool)>,
    malformed: Vec<Object>,
}

/// A slot whose object is not looked up yet.
struct Pending {
    slot: u32,
    id: ObjectId,
    is_tree: bool,
}

/// So many objects are looked up at a time: the memory that each needs is fetched while others are waited for.
const PENDING: usize = 64;

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
        let room = base.map_or(0, |base| base.kept.slots.len() + 2);
        let (starts, slots) = (Vec::with_capacity(room), Vec::with_capacity(room));
        let entries = Entries { starts, slots, len: 0 };
        let mut reader = Reader { portion: self, entries, width: store.hash.len_in_bytes() };
        let done = reader.run(bytes, base);
        let mut entries = reader.entries;
        if self.pending.len() >= PENDING {
            self.look_up(&store.objects);
        }
        let mut stretches = stretches(&entries.slots);
        if is_shattered(stretches.len(), entries.slots.len()) {
            self.look_up(&store.objects);
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
    /// Looks up what is left, and gives back what it does not need any more.
    pub(super) fn finish(&mut self, objects: &Objects) {
        self.look_up(objects);
        self.pending = Vec::new();
        self.slots.shrink_to_fit();
        self.stretches.shrink_to_fit();
    }

    /// Looks up the objects of the slots that wait for it.
    fn look_up(&mut self, objects: &Objects) {
        let found = objects.find_all(self.pending.iter().map(|pending| pending.id.as_slice()));
        for (Pending { slot, id, is_tree }, found) in self.pending.drain(..).zip(found) {
            let missing = u32::try_from(self.missing.len()).unwrap_or(0);
            let child = found.unwrap_or(Trees::MISSING.saturating_add(missing));
            if found.is_none() {
                self.missing.push((id, is_tree));
            }
            if let Some(slot) = self.slots.get_mut(index(slot)) {
                slot.child = child;
            }
        }
    }

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
    /// The length of the name of an object.
    width: usize,
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
        // The entry behind the last that lies in it whole; of one that was read in part the last is not known to end.
        let after = base.starts.partition_point(|start| *start <= end);
        let is_to_end = after == base.starts.len() && from < base.len && base.len <= end;
        let last = if is_to_end { after } else { after - 1 };
        let upto = if is_to_end { base.len } else { *base.starts.get(last)? };
        let starts = base.starts.get(first..last)?;
        self.entries.starts.extend(starts.iter().map(|start| here + (start - from)));
        self.entries.slots.extend_from_slice(base.slots.get(first..last)?);
        (first < last).then_some(here + (upto - from))
    }

    /// Reads the entry at `at`: mode, name and object. <https://git-scm.com/docs/gitformat-pack>
    fn entry(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        let rest = bytes.get(at..)?;
        let space = memchr::memchr(b' ', rest)?;
        let nul = memchr::memchr(0, rest)?;
        let (mode, name) = (rest.get(..space)?, rest.get(space + 1..nul)?);
        let end = nul + 1 + self.width;
        let id = rest.get(nul + 1..end)?;
        self.entries.starts.push(u32::try_from(at).ok()?);
        let slot = if mode == b"160000" { SUBMODULE } else { self.new_slot(mode, name, id)? };
        self.entries.slots.push(slot);
        Some(at + end)
    }

    fn new_slot(&mut self, mode: &[u8], name: &[u8], id: &[u8]) -> Option<u32> {
        let slot = u32::try_from(self.portion.slots.len()).ok()?;
        let (id, is_tree) = (ObjectId::try_from(id).ok()?, mode == b"40000");
        self.portion.pending.push(Pending { slot, id, is_tree });
        let name = self.portion.names.number(name);
        self.portion.slots.push(Slot { child: Trees::MISSING, name });
        Some(slot)
    }
}
