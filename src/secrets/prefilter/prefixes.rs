//! Known prefixes, probed at every place in a long run where a token could begin.

use std::ops::Range;

use super::super::keys::{self, Starts, THREE, TWO, four};
use super::super::tables::Word;
use super::Hit;
use super::blocks::Block;
use super::runs::{self, Long};

/// How far before a run prefixes are looked for in what joiners tie to it.
pub(super) const MAX_JOINED: usize = 48;

/// The prefixes of the rules, found by their first four bytes.
pub(crate) struct Prefixes {
    list: Vec<Word>,
    /// What they begin with.
    starts: Starts,
    /// The first two bytes and the number of each prefix, sorted.
    by_two: Vec<(usize, usize)>,
    /// Where in `by_two` the prefixes begin whose first byte is this one.
    first: [usize; 257],
    /// The bytes of prefixes that do not belong to a run, such as the dot of `SG.`.
    joiners: [bool; 256],
}

fn two([first, second]: [u8; 2]) -> usize {
    usize::from(first) << 8 | usize::from(second)
}

impl Prefixes {
    /// Prefixes have two bytes or more and begin with a letter or digit.
    pub(crate) fn new(list: Vec<Word>) -> Self {
        let start = |prefix: &Word| prefix.as_bytes().first_chunk().map(|start| two(*start));
        let numbered = list.iter().enumerate();
        let mut by_two: Vec<(usize, usize)> =
            numbered.filter_map(|(id, prefix)| Some((start(prefix)?, id))).collect();
        by_two.sort_unstable();
        let first = std::array::from_fn(|byte| by_two.partition_point(|(two, _)| *two < byte << 8));
        let starts = Starts::new(list.iter().map(|word| word.as_bytes()), |byte| byte);
        let mut joiners = [false; 256];
        for byte in list.iter().flat_map(|prefix| prefix.bytes()) {
            joiners[usize::from(byte)] = !super::is_token_byte(byte);
        }
        Self { list, starts, by_two, first, joiners }
    }

    /// The list this was built from.
    #[cfg(test)]
    pub(crate) fn list(&self) -> &[Word] {
        &self.list
    }

    /// Adds the places where a prefix could begin: in a long run, and in what joiners tie to its start, as in
    /// `dp.st.dev.…`.
    pub(super) fn places(
        &self,
        text: &[u8],
        blocks: &[Block],
        long: &Long,
        places: &mut Vec<usize>,
    ) {
        runs::each_bit(long.base, long.begins, |start| {
            let joined = self.joined_before(text, start);
            if !joined.is_empty() {
                runs::for_each_start(blocks, &joined, |at| places.push(at));
            }
        });
        runs::each_bit(long.base, long.block.start & long.bytes, |at| places.push(at));
    }

    /// Adds the prefixes that stand at these places, in the order of the text.
    pub(super) fn search(&self, text: &[u8], places: &mut Vec<usize>, hits: &mut Vec<Hit>) {
        keys::retain(places, |at| self.may_begin(four(text, at)));
        for at in places.iter() {
            self.verify(text, *at, hits);
        }
        // A prefix with a joiner in it may lie in one run and touch the next.
        hits.sort_unstable();
        hits.dedup();
    }

    /// The stretch of token bytes and joiners that ends in a joiner just before `start`; mostly empty.
    fn joined_before(&self, text: &[u8], start: usize) -> Range<usize> {
        let is_joiner = |byte: &u8| self.joiners[usize::from(*byte)];
        if !start.checked_sub(1).and_then(|at| text.get(at)).is_some_and(is_joiner) {
            return start..start;
        }
        let before = text.get(start.saturating_sub(MAX_JOINED)..start).unwrap_or_default();
        let length = before
            .iter()
            .rev()
            .take_while(|byte| super::is_token_byte(**byte) || is_joiner(byte))
            .count();
        start - length..start
    }

    /// 1 where a prefix may begin with these four bytes.
    #[inline]
    fn may_begin(&self, bytes: u32) -> u64 {
        [bytes, bytes & THREE, bytes & TWO]
            .iter()
            .fold(0, |found, bytes| found | self.starts.has(*bytes))
    }

    fn verify(&self, text: &[u8], at: usize, hits: &mut Vec<Hit>) {
        let rest = text.get(at..).unwrap_or_default();
        let Some(start) = rest.first_chunk().map(|start| two(*start)) else { return };
        let bound = |byte: usize| self.first.get(byte).copied().unwrap_or(0);
        let range = bound(start >> 8)..bound((start >> 8) + 1);
        let there = self.by_two.get(range).unwrap_or_default();
        let same = there.iter().filter(|(known, _)| *known == start);
        for (_, id) in same {
            if self.list.get(*id).is_some_and(|prefix| rest.starts_with(prefix.as_bytes())) {
                hits.push(Hit { at, id: *id });
            }
        }
    }
}
