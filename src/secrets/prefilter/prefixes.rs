//! Known prefixes, probed at every place in a long run where a token could begin.

use std::ops::Range;

use super::simd::Block;
use super::{Hit, runs};

/// How far before a run prefixes are looked for in what joiners tie to it.
pub(super) const MAX_JOINED: usize = 48;

/// Bits of a key: five of each of the first three bytes.
const KEY_BITS: u32 = 15;

/// The prefixes of the rules, found by their first three bytes; a prefix of two stands for every third one.
pub(crate) struct Prefixes {
    list: Vec<String>,
    /// One bit for each key that a prefix begins with.
    keys: Box<[u64; 1 << KEY_BITS >> 6]>,
    /// Key and number of each prefix, sorted.
    by_key: Vec<(usize, usize)>,
    /// The bytes of prefixes that do not belong to a run, such as the dot of `SG.`.
    joiners: Vec<u8>,
}

impl Prefixes {
    /// Prefixes have two bytes or more and begin with a letter or digit.
    pub(crate) fn new(list: &[String]) -> Self {
        let mut by_key: Vec<(usize, usize)> = Vec::new();
        for (id, prefix) in list.iter().enumerate() {
            match *prefix.as_bytes() {
                [a, b, c, ..] => by_key.push((key([a, b, c]), id)),
                [a, b] => by_key.extend((0..32).map(|c| (key([a, b, c]), id))),
                _ => {}
            }
        }
        by_key.sort_unstable();
        let mut keys = Box::new([0; 1 << KEY_BITS >> 6]);
        for (key, _) in &by_key {
            if let Some(bits) = keys.get_mut(key / 64) {
                *bits |= 1 << (key % 64);
            }
        }
        let bytes = list.iter().flat_map(|prefix| prefix.bytes());
        let mut joiners: Vec<u8> = bytes.filter(|byte| !super::is_token_byte(*byte)).collect();
        joiners.sort_unstable();
        joiners.dedup();
        Self { list: list.to_vec(), keys, by_key, joiners }
    }

    /// The list this was built from.
    #[cfg(test)]
    pub(crate) fn list(&self) -> &[String] {
        &self.list
    }

    /// Adds the prefixes that begin in `run`, or in what joiners tie to its start, as in `dp.st.dev.…`.
    pub(super) fn search(
        &self,
        text: &[u8],
        blocks: &[Block],
        run: &Range<usize>,
        hits: &mut Vec<Hit>,
    ) {
        let joined = self.joined_before(text, run.start);
        if !joined.is_empty() {
            runs::for_each_start(blocks, &joined, |at| self.probe(text, at, hits));
        }
        runs::for_each_start(blocks, run, |at| self.probe(text, at, hits));
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

    /// Adds the prefixes that stand at `at`.
    #[inline]
    fn probe(&self, text: &[u8], at: usize, hits: &mut Vec<Hit>) {
        let Some(&start) = text.get(at..).and_then(|rest| rest.first_chunk::<3>()) else { return };
        let key = key(start);
        if self.keys.get(key / 64).is_some_and(|bits| bits >> (key % 64) & 1 == 1) {
            self.verify(text, at, key, hits);
        }
    }

    #[cold]
    fn verify(&self, text: &[u8], at: usize, key: usize, hits: &mut Vec<Hit>) {
        let rest = text.get(at..).unwrap_or_default();
        let from = self.by_key.partition_point(|(known, _)| *known < key);
        for (_, id) in self.by_key.iter().skip(from).take_while(|(known, _)| *known == key) {
            if self.list.get(*id).is_some_and(|prefix| rest.starts_with(prefix.as_bytes())) {
                hits.push(Hit { at, id: *id });
            }
        }
    }
}

/// Five bits of each byte.
const fn key([a, b, c]: [u8; 3]) -> usize {
    (a as usize & 31) << 10 | (b as usize & 31) << 5 | (c as usize & 31)
}
