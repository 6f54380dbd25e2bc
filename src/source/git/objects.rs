//! Every object of a repository under a number: its place in the sorted list of names.

use gix::ObjectId;

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
    names: Vec<u8>,
    width: usize,
    homes: Vec<Home>,
    /// For every value of the first bits of a name, how many names are below.
    below: Vec<u32>,
    shift: u32,
}

impl Objects {
    /// Takes the objects of all packs and the loose ones, in this order; of the same object the first counts.
    /// `None` when they are too many to number.
    pub(super) fn new(mut all: Vec<(ObjectId, Home)>, width: usize) -> Option<Self> {
        if !all.is_sorted_by(|(a, _), (b, _)| a < b) {
            all.sort_by_key(|(name, _)| *name);
            all.dedup_by_key(|(name, _)| *name);
        }
        u32::try_from(all.len()).ok().filter(|count| *count < u32::MAX / 2)?;
        let mut names = Vec::with_capacity(all.len() * width);
        let mut homes = Vec::with_capacity(all.len());
        for (name, home) in all {
            names.extend_from_slice(name.as_slice());
            homes.push(home);
        }
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

    /// No objects.
    pub(super) fn empty(width: usize) -> Self {
        Self { names: Vec::new(), width, homes: Vec::new(), below: vec![0; 3], shift: 31 }
    }

    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.homes.len()).unwrap_or(u32::MAX)
    }

    /// The bytes of a name; none when there is no such object.
    pub(super) fn name(&self, object: Object) -> &[u8] {
        let at = index(object) * self.width;
        self.names.get(at..at + self.width).unwrap_or_default()
    }

    pub(super) fn id(&self, object: Object) -> Option<ObjectId> {
        ObjectId::try_from(self.name(object)).ok()
    }

    pub(super) fn home(&self, object: Object) -> Option<Home> {
        self.homes.get(index(object)).copied()
    }

    /// The object with this name.
    pub(super) fn find(&self, name: &[u8]) -> Option<Object> {
        let bucket = self.bucket(name);
        let mut low = *self.below.get(bucket)?;
        let mut high = *self.below.get(bucket + 1)?;
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

    fn bucket(&self, name: &[u8]) -> usize {
        let first = name.first_chunk().map_or(0, |first| u32::from_be_bytes(*first));
        index(first >> self.shift)
    }
}

/// A number as an index.
pub(super) const fn index(number: u32) -> usize {
    number as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_name_and_no_other() {
        let name = |n: u32| {
            let mut bytes = [0; 20];
            bytes[..4].copy_from_slice(&n.wrapping_mul(0x9E37_79B9).to_be_bytes());
            bytes[4..8].copy_from_slice(&n.to_be_bytes());
            ObjectId::from(bytes)
        };
        for count in [0, 1, 2, 3, 1000] {
            let all = (0..count).map(|n| (name(n), Home { pack: 0, entry: n }));
            let twice = all.clone().map(|(name, home)| (name, Home { pack: 1, ..home }));
            let objects = Objects::new(all.chain(twice).collect(), 20).unwrap();
            assert_eq!(objects.len(), count);
            for n in 0..count {
                let found = objects.find(name(n).as_slice()).unwrap();
                assert_eq!(objects.home(found), Some(Home { pack: 0, entry: n }));
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
        let all = (0..200).map(|n| (name(n), Home { pack: 0, entry: n.into() })).collect();
        let objects = Objects::new(all, 20).unwrap();
        assert!((0..200).all(|n| objects.find(name(n).as_slice()) == Some(n.into())));
    }
}
