//! Every object of a repository under a number: its place in the sorted list of names.

use std::ops::Range;
use std::sync::Arc;

use gix::ObjectId;
use rayon::prelude::*;

use super::odb::PackFiles;
use super::pack::Opened;

/// The number of an object.
pub(super) type Object = u32;

/// Where an object lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Home {
    /// The number of the pack, or [`Home::LOOSE`].
    pub(super) pack: u32,
    /// The number of the entry in the pack, or of the loose object.
    pub(super) entry: u32,
}

impl Home {
    /// In a file of its own.
    pub(super) const LOOSE: u32 = u32::MAX;
}

/// Names, sorted, and where each object lies.
pub(super) struct Objects {
    names: Names,
    width: usize,
    homes: Vec<Home>,
    /// For every value of the first bits of a name, how many names are below.
    below: Vec<u32>,
    shift: u32,
}

/// The names of all objects, one behind the other.
enum Names {
    Own(Vec<u8>),
    /// Those of a pack that has them all.
    OfPack(Arc<PackFiles>),
}

impl Objects {
    /// Takes the objects of all packs and the loose ones, in this order; of the same object the first counts.
    /// `None` when they are too many to number.
    pub(super) fn new(packs: &[Opened], loose: &[ObjectId], width: usize) -> Option<Self> {
        let count = packs.iter().map(Opened::len).sum::<usize>() + loose.len();
        u32::try_from(count).ok().filter(|count| *count < u32::MAX / 2)?;
        let only = match packs {
            [only] if loose.is_empty() => Some(only.files()),
            _ => None,
        };
        let mut names = Vec::with_capacity(if only.is_some() { 0 } else { count * width });
        let mut homes = Vec::with_capacity(count);
        for (pack, opened) in (0..).zip(packs) {
            for (name, entry) in opened.names() {
                if only.is_none() {
                    names.extend_from_slice(name);
                }
                homes.push(Home { pack, entry });
            }
        }
        for (entry, name) in (0..).zip(loose) {
            names.extend_from_slice(name.as_slice());
            homes.push(Home { pack: Home::LOOSE, entry });
        }
        if only.is_none() {
            (names, homes) = sorted(&names, &homes, width);
        }
        let names = only.map_or(Names::Own(names), |files| Names::OfPack(Arc::clone(files)));
        let bits = homes.len().max(2).ilog2();
        let mut objects = Self { names, width, homes, below: Vec::new(), shift: 32 - bits };
        objects.below = vec![0; (1 << bits) + 1];
        for object in 0..objects.len() {
            let bucket = objects.bucket(objects.name(object));
            if let Some(count) = objects.below.get_mut(bucket + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for count in &mut objects.below {
            sum += *count;
            *count = sum;
        }
        Some(objects)
    }

    /// Of every pack, which object each entry is; `Object::MAX` for what is read elsewhere.
    pub(super) fn of_packs(&self, packs: &[Opened]) -> Vec<Vec<Object>> {
        let mut all: Vec<Vec<Object>> =
            packs.iter().map(|pack| vec![Object::MAX; pack.len()]).collect();
        for (object, home) in (0..).zip(&self.homes) {
            let place =
                all.get_mut(index(home.pack)).and_then(|pack| pack.get_mut(index(home.entry)));
            if let Some(place) = place {
                *place = object;
            }
        }
        all
    }

    /// No objects.
    pub(super) fn empty(width: usize) -> Self {
        Self {
            names: Names::Own(Vec::new()),
            width,
            homes: Vec::new(),
            below: vec![0; 3],
            shift: 31,
        }
    }

    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.homes.len()).unwrap_or(u32::MAX)
    }

    /// The bytes of a name; none when there is no such object.
    pub(super) fn name(&self, object: Object) -> &[u8] {
        let at = index(object) * self.width;
        match &self.names {
            Names::Own(names) => names.get(at..at + self.width).unwrap_or_default(),
            Names::OfPack(files) if object < self.len() => {
                files.index.oid_at_index(object).as_bytes()
            }
            Names::OfPack(_) => &[],
        }
    }

    pub(super) fn id(&self, object: Object) -> Option<ObjectId> {
        ObjectId::try_from(self.name(object)).ok()
    }

    pub(super) fn home(&self, object: Object) -> Option<Home> {
        self.homes.get(index(object)).copied()
    }

    /// The object with this name.
    pub(super) fn find(&self, name: &[u8]) -> Option<Object> {
        self.find_within(name, self.bounds(name))
    }

    /// The objects whose names begin with the same bits.
    fn bounds(&self, name: &[u8]) -> Range<Object> {
        let bucket = self.bucket(name);
        let below = |bucket: usize| self.below.get(bucket).copied().unwrap_or(0);
        below(bucket)..below(bucket + 1)
    }

    fn find_within(&self, name: &[u8], bounds: Range<Object>) -> Option<Object> {
        let Range { start: mut low, end: mut high } = bounds;
        while low < high {
            let middle = low + (high - low) / 2;
            match self.name(middle).cmp(name) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The objects with these names. No look-up waits for the memory that another needs.
    pub(super) fn find_all<'a>(
        &self,
        names: impl Iterator<Item = &'a [u8]> + Clone,
    ) -> Vec<Option<Object>> {
        let bounds: Vec<Range<Object>> = names.clone().map(|name| self.bounds(name)).collect();
        let known: Vec<u64> = bounds.iter().map(|bounds| head(self.name(bounds.start))).collect();
        let find = |(name, (bounds, known)): (&[u8], (Range<Object>, u64))| {
            let is_other = bounds.len() < 2 && head(name) != known;
            if is_other { None } else { self.find_within(name, bounds) }
        };
        names.zip(bounds.into_iter().zip(known)).map(find).collect()
    }

    fn bucket(&self, name: &[u8]) -> usize {
        let first = name.first_chunk().map_or(0, |first| u32::from_be_bytes(*first));
        index(first >> self.shift)
    }
}

/// The first bytes of a name.
fn head(name: &[u8]) -> u64 {
    name.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
}

/// Names and homes in the order of the names, each name once.
fn sorted(names: &[u8], homes: &[Home], width: usize) -> (Vec<u8>, Vec<Home>) {
    let name =
        |at: &u32| names.get(index(*at) * width..(index(*at) + 1) * width).unwrap_or_default();
    let mut order: Vec<u32> = (0..).take(homes.len()).collect();
    // Of the same name the first stays first.
    order.par_sort_by(|a, b| name(a).cmp(name(b)));
    order.dedup_by(|a, b| name(a) == name(b));
    let names = order.iter().flat_map(|at| name(at).iter().copied()).collect();
    (names, order.iter().filter_map(|at| homes.get(index(*at)).copied()).collect())
}

/// A number as an index.
pub(super) const fn index(number: u32) -> usize {
    number as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(names: impl Iterator<Item = ObjectId>) -> Objects {
        Objects::new(&[], &names.collect::<Vec<_>>(), 20).unwrap()
    }

    #[test]
    fn finds_every_name_and_no_other() {
        let name = |n: u32| {
            let mut bytes = [0; 20];
            bytes[..4].copy_from_slice(&n.wrapping_mul(0x9E37_79B9).to_be_bytes());
            bytes[4..8].copy_from_slice(&n.to_be_bytes());
            ObjectId::from(bytes)
        };
        for count in [0, 1, 2, 3, 1000] {
            let objects = objects((0..count).chain(0..count).map(name));
            assert_eq!(objects.len(), count);
            for n in 0..count {
                let found = objects.find(name(n).as_slice()).unwrap();
                assert_eq!(objects.home(found), Some(Home { pack: Home::LOOSE, entry: n }));
                assert_eq!(objects.id(found), Some(name(n)));
            }
            assert_eq!(objects.find(name(count + 5).as_slice()), None);
        }
    }

    #[test]
    fn names_that_all_begin_alike_are_found_too() {
        let name = |n: u8| {
            let mut bytes = [7; 20];
            bytes[19] = n;
            ObjectId::from(bytes)
        };
        let objects = objects((0..200).rev().map(name));
        assert!((0..200).all(|n| objects.find(name(n).as_slice()) == Some(n.into())));
    }
}
