//! Known prefixes, probed at every place in a long run where a token could begin.

use std::collections::HashMap;
use std::ops::Range;

use super::{Hit, runs};

/// The prefixes of the rules, found by their first two bytes.
pub(crate) struct Prefixes {
    list: Vec<String>,
    /// One bit for each pair of first bytes.
    pairs: Box<[u64; 1024]>,
    by_pair: HashMap<[u8; 2], Vec<usize>>,
    /// The longest part of a prefix up to its last byte that does not belong to a run, such as `SG.`.
    longest_joined: usize,
    /// The bytes such parts end in.
    joiners: Vec<u8>,
}

impl Prefixes {
    /// Prefixes have two bytes or more and begin with a letter or digit.
    pub(crate) fn new(list: &[String]) -> Self {
        let mut prefixes = Self {
            list: list.to_vec(),
            pairs: Box::new([0; 1024]),
            by_pair: HashMap::new(),
            longest_joined: 0,
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
            if let Some(last) = bytes.iter().rposition(|byte| !super::is_token_byte(*byte)) {
                prefixes.longest_joined = prefixes.longest_joined.max(last + 1);
                prefixes.joiners.extend(bytes.get(last));
            }
        }
        prefixes
    }

    /// The list this was built from.
    #[cfg(test)]
    pub(crate) fn list(&self) -> &[String] {
        &self.list
    }

    /// Adds the prefixes that begin in `run`, or shortly before it where a joiner ties them to it.
    pub(super) fn search(
        &self,
        text: &[u8],
        alnum: &[u64],
        run: &Range<usize>,
        hits: &mut Vec<Hit>,
    ) {
        let joined = run
            .start
            .checked_sub(1)
            .and_then(|at| text.get(at))
            .is_some_and(|byte| self.joiners.contains(byte));
        if joined {
            for at in run.start.saturating_sub(self.longest_joined)..run.start {
                if begins_token(text, at) {
                    self.probe(text, at, run.start, hits);
                }
            }
        }
        let mut carry = 0;
        for (base, bits) in runs::words(alnum, run) {
            let mut starts = bits & !(bits << 1 | carry);
            carry = bits >> 63;
            while starts != 0 {
                self.probe(text, base + starts.trailing_zeros() as usize, 0, hits);
                starts &= starts - 1;
            }
        }
    }

    /// Adds the prefixes that stand at `at` and reach at least to `least_end`.
    fn probe(&self, text: &[u8], at: usize, least_end: usize, hits: &mut Vec<Hit>) {
        let Some(rest) = text.get(at..) else { return };
        let Some(&pair) = rest.first_chunk::<2>() else { return };
        let (word, bit) = pair_bit(pair);
        if self.pairs.get(word).is_none_or(|word| word & bit == 0) {
            return;
        }
        for id in self.by_pair.get(&pair).into_iter().flatten() {
            let prefix = self.list.get(*id).map_or(&b""[..], |prefix| prefix.as_bytes());
            if at + prefix.len() >= least_end && rest.starts_with(prefix) {
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
