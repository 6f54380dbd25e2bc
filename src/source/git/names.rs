//! Names of files and directories, each once, under a number.

use std::hash::{BuildHasher, RandomState};

use super::objects::index;

/// Names in the order in which they were first seen. There may be many of these lists at a time, so no name has memory of
/// its own.
#[derive(Default)]
pub(super) struct Names {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<u32>,
    /// Numbers at places that follow from the names; [`NONE`] where there is none. Its length is a power of two.
    table: Vec<u32>,
    hasher: RandomState,
}

const NONE: u32 = u32::MAX;

/// The first length of a table.
const SMALLEST: usize = 64;

impl Names {
    /// The number of a name, which is added where it is new.
    pub(super) fn number(&mut self, name: &[u8]) -> u32 {
        if self.ends.len() * 4 >= self.table.len() * 3 {
            self.grow();
        }
        let place = self.place(name);
        let known = self.table.get(place).copied().unwrap_or(NONE);
        if known != NONE {
            return known;
        }
        let number = self.len();
        self.bytes.extend_from_slice(name);
        self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
        if let Some(free) = self.table.get_mut(place) {
            *free = number;
        }
        number
    }

    /// The number of a name that is there.
    pub(super) fn find(&self, name: &[u8]) -> Option<u32> {
        self.table.get(self.place(name)).copied().filter(|number| *number != NONE)
    }

    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn get(&self, number: u32) -> &[u8] {
        let end = |number: u32| self.ends.get(index(number)).map_or(0, |end| index(*end));
        let start = number.checked_sub(1).map_or(0, end);
        self.bytes.get(start..end(number)).unwrap_or_default()
    }

    /// Where the table has a name, or has room for it.
    fn place(&self, name: &[u8]) -> usize {
        let mask = self.table.len().wrapping_sub(1);
        let from = usize::try_from(self.hasher.hash_one(name) & u64::from(u32::MAX)).unwrap_or(0);
        let is_its = |place: &usize| match self.table.get(*place) {
            Some(number) => *number == NONE || self.get(*number) == name,
            None => true,
        };
        (0..=mask).map(|step| from.wrapping_add(step) & mask).find(is_its).unwrap_or(0)
    }

    fn grow(&mut self) {
        self.table = vec![NONE; (self.table.len() * 2).max(SMALLEST)];
        for number in 0..self.len() {
            let place = self.place(self.get(number));
            if let Some(free) = self.table.get_mut(place) {
                *free = number;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_one_number() {
        let mut names = Names::default();
        assert_eq!(names.find(b"a"), None);
        let name = |number: u32| format!("name{}", number * number).into_bytes();
        for _ in 0..2 {
            for number in 0..1000 {
                assert_eq!(names.number(&name(number)), number);
            }
        }
        assert!((0..1000).all(|number| names.get(number) == name(number)));
        assert_eq!((names.find(&name(7)), names.find(b"name"), names.len()), (Some(7), None, 1000));
        assert_eq!(names.number(b""), 1000);
    }
}
