//! Known prefixes, probed at every place in a long run where a token could begin.

use std::ops::Range;

use super::super::keys::{Keys, key};
use super::super::tables::Word;
use super::Hit;
use super::runs::{self, Long};
use super::simd::Block;

/// How far before a run prefixes are looked for in what joiners tie to it.
pub(super) const MAX_JOINED: usize = 48;

/// The prefixes of the rules, found by their first three bytes; a prefix of two stands for every third one.
pub(crate) struct Prefixes {
    list: Vec<Word>,
    /// What prefixes begin with.
    keys: Keys,
    /// Key and number of each prefix, sorted.
    by_key: Vec<(usize, usize)>,
    /// The bytes of prefixes that do not belong to a run, such as the dot of `SG.`.
    joiners: Vec<u8>,
}

impl Prefixes {
    /// Prefixes have two bytes or more and begin with a letter or digit.
    pub(crate) fn new(list: Vec<Word>) -> Self {
        let mut by_key: Vec<(usize, usize)> = Vec::new();
        for (id, prefix) in list.iter().enumerate() {
            match *prefix.as_bytes() {
                [a, b, c, ..] => by_key.push((key([a, b, c]), id)),
                [a, b] => by_key.extend((0..32).map(|c| (key([a, b, c]), id))),
                _ => {}
            }
        }
        by_key.sort_unstable();
        let keys = by_key.iter().map(|(key, _)| *key).collect();
        let bytes = list.iter().flat_map(|prefix| prefix.bytes());
        let mut joiners: Vec<u8> = bytes.filter(|byte| !super::is_token_byte(*byte)).collect();
        joiners.sort_unstable();
        joiners.dedup();
        Self { list, keys, by_key, joiners }
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
        self.keys.retain(text, places);
        for at in places.iter() {
            self.verify(text, *at, hits);
        }
        // A prefix with a joiner in it may lie in one run and touch the next.
        hits.sort_unstable();
        hits.dedup();
    }

    /// The stretch of token bytes and joiners that ends in a joiner just before `start`; mostly empty.
    fn joined_before(&self, text: &[u8], start: usize) -> Range<usize> {
        let before = text.get(start.saturating_sub(MAX_JOINED)..start).unwrap_or_default();
        let is_joiner = |byte: &u8| self.joiners.contains(byte);
        if !before.last().is_some_and(is_joiner) {
            return start..start;
        }
        let length = before
            .iter()
            .rev()
            .take_while(|byte| super::is_token_byte(**byte) || is_joiner(byte))
            .count();
        start - length..start
    }

    fn verify(&self, text: &[u8], at: usize, hits: &mut Vec<Hit>) {
        let rest = text.get(at..).unwrap_or_default();
        let Some(key) = rest.first_chunk().map(|start| key(*start)) else { return };
        let from = self.by_key.partition_point(|(known, _)| *known < key);
        for (_, id) in self.by_key.iter().skip(from).take_while(|(known, _)| *known == key) {
            if self.list.get(*id).is_some_and(|prefix| rest.starts_with(prefix.as_bytes())) {
                hits.push(Hit { at, id: *id });
            }
        }
    }
}
