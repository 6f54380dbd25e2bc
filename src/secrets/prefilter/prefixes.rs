//! Known prefixes, probed at every place in a long run where a token could begin.

use std::collections::HashMap;
use std::ops::Range;

use super::{Hit, runs};

/// How far before a run prefixes are looked for in what joiners tie to it.
pub(super) const MAX_JOINED: usize = 48;

/// The prefixes of the rules, found by their first two bytes.
pub(crate) struct Prefixes {
    list: Vec<String>,
    /// One bit for each pair of first bytes.
    pairs: Box<[u64; 1024]>,
    by_pair: HashMap<[u8; 2], Vec<usize>>,
    /// The bytes of prefixes that do not belong to a run, such as the dot of `SG.`.
    joiners: Vec<u8>,
}

impl Prefixes {
    /// Prefixes have two bytes or more and begin with a letter or digit.
    pub(crate) fn new(list: &[String]) -> Self {
        let mut prefixes = Self {
            list: list.to_vec(),
            pairs: Box::new([0; 1024]),
            by_pair: HashMap::new(),
            joiners: Vec::new(),
        };
        for (id, prefix) in list.iter().enumerate() {
            let bytes = prefix.as_bytes();
            let Some(&pair) = bytes.first_chunk::<2>() else { continue };
            let (word, bit) = pair_bit(pair);
            if let Some(word) = prefixes.pairs.get_mut(word) {
                *word |= bit;
            }
            prefixes.by_pair.entry(pair).or_default().push(id);
            prefixes.joiners.extend(bytes.iter().filter(|byte| !super::is_token_byte(**byte)));
        }
        prefixes.joiners.sort_unstable();
        prefixes.joiners.dedup();
        prefixes
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
        alnum: &[u64],
        run: &Range<usize>,
        hits: &mut Vec<Hit>,
    ) {
        for at in self.joined_before(text, run.start) {
            if begins_token(text, at) {
                self.probe(text, at, hits);
            }
        }
        let mut carry = 0;
        for (base, bits) in runs::words(alnum, run) {
            let mut starts = bits & !(bits << 1 | carry);
            carry = bits >> 63;
            while starts != 0 {
                self.probe(text, base + starts.trailing_zeros() as usize, hits);
                starts &= starts - 1;
            }
        }
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
    fn probe(&self, text: &[u8], at: usize, hits: &mut Vec<Hit>) {
        let Some(rest) = text.get(at..) else { return };
        let Some(&pair) = rest.first_chunk::<2>() else { return };
        let (word, bit) = pair_bit(pair);
        if self.pairs.get(word).is_none_or(|word| word & bit == 0) {
            return;
        }
        for id in self.by_pair.get(&pair).into_iter().flatten() {
            let prefix = self.list.get(*id).map_or(&b""[..], |prefix| prefix.as_bytes());
            if rest.starts_with(prefix) {
                hits.push(Hit { at, id: *id });
            }
        }
    }
}

const fn pair_bit([first, second]: [u8; 2]) -> (usize, u64) {
    let index = (first as usize) << 8 | second as usize;
    (index / 64, 1 << (index % 64))
}

fn begins_token(text: &[u8], at: usize) -> bool {
    let alnum = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphanumeric);
    alnum(at) && !at.checked_sub(1).is_some_and(alnum)
}
