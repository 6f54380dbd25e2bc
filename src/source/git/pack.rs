//! A pack: its objects as trees of deltas, so that each is made once, right after the one it is made of.
//! <https://git-scm.com/docs/pack-format>

use std::sync::Arc;

use gix::ObjectId;
use gix::objs::Kind;
use gix::odb::pack::data::{self, entry::Header};
use rayon::prelude::*;

use super::objects::{Object, index};
use super::odb::PackFiles;

/// An entry of a pack: its place in the order of offsets.
pub(super) type Entry = u32;

/// No entry.
pub(super) const NONE: Entry = Entry::MAX;

/// A pack whose entries are known, but not yet which objects they are.
pub(super) struct Opened {
    files: Arc<PackFiles>,
    /// Where entries begin, sorted.
    offsets: Vec<u64>,
    /// The entry of each name of the index.
    entries: Vec<Entry>,
}

/// A pack and the trees of deltas in it.
pub(super) struct Pack {
    pub(super) files: Arc<PackFiles>,
    offsets: Vec<u64>,
    /// The object that an entry is; [`Object::MAX`] where another pack has it too, and is read.
    objects: Vec<Object>,
    first_child: Vec<Entry>,
    next_sibling: Vec<Entry>,
    /// What is no delta, with its kind and how many entries depend on it, itself included.
    pub(super) roots: Vec<Root>,
    /// Entries that depend on nothing that is there.
    pub(super) broken: Vec<Entry>,
}

/// An entry that is no delta.
#[derive(Clone, Copy, Debug)]
pub(super) struct Root {
    pub(super) entry: Entry,
    pub(super) kind: Kind,
    /// Entries that are made of it, itself included.
    pub(super) weight: u32,
}

/// What an entry is made of.
#[derive(Clone, Copy)]
enum Made {
    Of(Entry),
    Whole(Kind),
    Unknown,
}

impl Opened {
    /// Puts the entries of a pack in order.
    pub(super) fn new(files: &Arc<PackFiles>) -> Self {
        let names = (0..files.index.num_objects()).into_par_iter();
        let mut order: Vec<(u64, u32)> =
            names.map(|name| (files.index.pack_offset_at_index(name), name)).collect();
        order.par_sort_unstable();
        let mut entries = vec![NONE; order.len()];
        for (entry, (_, name)) in (0..).zip(&order) {
            if let Some(place) = entries.get_mut(index(*name)) {
                *place = entry;
            }
        }
        let offsets = order.into_iter().map(|(offset, _)| offset).collect();
        Self { files: Arc::clone(files), offsets, entries }
    }

    pub(super) const fn files(&self) -> &Arc<PackFiles> {
        &self.files
    }

    /// How many objects it has.
    pub(super) const fn len(&self) -> usize {
        self.offsets.len()
    }

    /// The names of its objects, sorted, and the entry of each.
    pub(super) fn names(&self) -> impl Iterator<Item = (&[u8], Entry)> {
        (0..)
            .zip(&self.entries)
            .map(|(name, entry)| (self.files.index.oid_at_index(name).as_bytes(), *entry))
    }
}

impl Pack {
    /// Builds the trees of deltas. `objects` are the objects that the entries are.
    pub(super) fn new(opened: Opened, objects: Vec<Object>) -> Self {
        let Opened { files, offsets, entries } = opened;
        let by_name = |name: &ObjectId| entries.get(index(files.index.lookup(name)?)).copied();
        let made: Vec<Made> = offsets
            .par_iter()
            .map(|offset| made(&files.data, &offsets, *offset, by_name))
            .collect();
        drop(entries);
        let mut pack = Self {
            first_child: vec![NONE; offsets.len()],
            next_sibling: vec![NONE; offsets.len()],
            files,
            offsets,
            objects,
            roots: Vec::new(),
            broken: Vec::new(),
        };
        pack.grow(&made);
        pack
    }

    /// Hangs every entry below what it is made of.
    fn grow(&mut self, made: &[Made]) {
        let order = order(made);
        let weights = weigh(made, &order);
        // The heaviest comes last: when it is made, its base is needed no more, so that no more than the logarithm of the
        // number of entries is ever held.
        let weight = |entry: Entry| weights.get(index(entry)).copied().unwrap_or(0);
        let mut heaviest = vec![NONE; made.len()];
        let bases = || (0..).zip(made).filter_map(|(entry, made)| Some((entry, made.base()?)));
        for (entry, base) in bases() {
            if let Some(known) = heaviest.get_mut(index(base))
                && (*known == NONE || weight(*known) < weight(entry))
            {
                *known = entry;
            }
        }
        self.first_child.clone_from(&heaviest);
        for (entry, base) in
            bases().filter(|(entry, base)| heaviest.get(index(*base)) != Some(entry))
        {
            let first =
                self.first_child.get_mut(index(base)).map(|first| std::mem::replace(first, entry));
            if let (Some(first), Some(next)) = (first, self.next_sibling.get_mut(index(entry))) {
                *next = first;
            }
        }
        for (entry, made) in (0..).zip(made) {
            if let Made::Whole(kind) = made {
                self.roots.push(Root { entry, kind: *kind, weight: weight(entry) });
            }
        }
        self.broken = (0..).take(made.len()).filter(|entry| weight(*entry) == 0).collect();
    }

    /// The entries that are made of one.
    pub(super) fn children(&self, entry: Entry) -> impl Iterator<Item = Entry> + '_ {
        let next = |entry: Option<&Entry>| entry.copied().filter(|entry| *entry != NONE);
        let first = next(self.first_child.get(index(entry)));
        std::iter::successors(first, move |entry| next(self.next_sibling.get(index(*entry))))
    }

    pub(super) fn first_child(&self, entry: Entry) -> Entry {
        self.first_child.get(index(entry)).copied().unwrap_or(NONE)
    }

    pub(super) fn next_sibling(&self, entry: Entry) -> Entry {
        self.next_sibling.get(index(entry)).copied().unwrap_or(NONE)
    }

    /// The object that an entry is; `None` when it is read elsewhere.
    pub(super) fn object(&self, entry: Entry) -> Option<Object> {
        self.objects.get(index(entry)).copied().filter(|object| *object != Object::MAX)
    }

    /// What stands before the data of an entry.
    pub(super) fn header(&self, entry: Entry) -> Option<data::Entry> {
        self.files.data.entry(*self.offsets.get(index(entry))?).ok()
    }

    /// The compressed data of an entry, and whatever comes after it.
    pub(super) fn compressed(&self, header: &data::Entry) -> &[u8] {
        let end = self.files.data.pack_end() as u64;
        let range = header.data_offset..end.max(header.data_offset);
        self.files.data.entry_slice(range).unwrap_or_default()
    }
}

/// The entries that can be made, each after what it is made of.
fn order(made: &[Made]) -> Vec<Entry> {
    let is_sorted = (0..).zip(made).all(|(entry, made)| match made {
        Made::Of(base) => *base < entry,
        Made::Whole(_) => true,
        Made::Unknown => false,
    });
    if is_sorted {
        return (0..).take(made.len()).collect();
    }
    let mut children: Vec<Vec<Entry>> = vec![Vec::new(); made.len()];
    let mut order = Vec::with_capacity(made.len());
    for (entry, made) in (0..).zip(made) {
        match made {
            Made::Of(base) => {
                children.get_mut(index(*base)).into_iter().for_each(|of| of.push(entry));
            }
            Made::Whole(_) => order.push(entry),
            Made::Unknown => {}
        }
    }
    let mut at = 0;
    while let Some(entry) = order.get(at).copied() {
        order.extend(children.get_mut(index(entry)).map(std::mem::take).unwrap_or_default());
        at += 1;
    }
    order
}

/// How many entries each is needed for, itself included; 0 for what cannot be made.
fn weigh(made: &[Made], order: &[Entry]) -> Vec<u32> {
    let mut weights = vec![0_u32; made.len()];
    for entry in order.iter().rev() {
        let own = weights.get_mut(index(*entry)).map_or(1, |weight| {
            *weight += 1;
            *weight
        });
        let base = made.get(index(*entry)).and_then(|made| made.base());
        if let Some(weight) = base.and_then(|base| weights.get_mut(index(base))) {
            *weight += own;
        }
    }
    weights
}

impl Made {
    const fn base(self) -> Option<Entry> {
        match self {
            Self::Of(base) => Some(base),
            Self::Whole(_) | Self::Unknown => None,
        }
    }
}

fn made(
    data: &data::File,
    offsets: &[u64],
    offset: u64,
    by_name: impl Fn(&ObjectId) -> Option<Entry>,
) -> Made {
    let Ok(entry) = data.entry(offset) else { return Made::Unknown };
    let base = match entry.header {
        Header::Commit => return Made::Whole(Kind::Commit),
        Header::Tree => return Made::Whole(Kind::Tree),
        Header::Blob => return Made::Whole(Kind::Blob),
        Header::Tag => return Made::Whole(Kind::Tag),
        Header::RefDelta { base_id } => by_name(&base_id),
        Header::OfsDelta { base_distance } => {
            let base = offset.checked_sub(base_distance);
            let at = base.and_then(|base| offsets.binary_search(&base).ok());
            at.and_then(|at| u32::try_from(at).ok())
        }
    };
    base.map_or(Made::Unknown, Made::Of)
}
