//! Anchors: the words and literals that are looked for everywhere, not only near long runs.

use super::Hit;
use super::simd::Tables;

/// Words of three bytes or more, found whatever their case.
pub(crate) struct Anchors {
    words: Vec<String>,
    tables: Tables,
    /// Chains of words by the hash of their first three bytes: `first[hash]`, then `next[id]`; `NONE` ends one.
    first: [u8; 256],
    next: Vec<u8>,
}

/// The end of a chain. Also the limit on the number of anchors: more would slow down every byte of every scan.
const NONE: u8 = u8::MAX;

impl Anchors {
    /// Builds the tables. Words beyond the 255th are left out; a test holds the built-in rules far below.
    pub(crate) fn new(words: &[String]) -> Self {
        let words: Vec<String> = words.iter().take(usize::from(NONE)).cloned().collect();
        let mut anchors = Self {
            tables: Tables::default(),
            first: [NONE; 256],
            next: vec![NONE; words.len()],
            words: Vec::new(),
        };
        // Words that begin alike share a bucket, so that a bucket stays selective.
        let mut order: Vec<usize> = (0..words.len()).collect();
        order.sort_by_key(|id| words.get(*id).and_then(|word| fold(word.as_bytes())));
        for (place, id) in order.into_iter().enumerate() {
            let Some(start) = words.get(id).and_then(|word| fold(word.as_bytes())) else {
                continue;
            };
            anchors.tables.add(start, place * 16 / words.len());
            let (Some(first), Ok(id_byte)) = (anchors.first.get_mut(hash(start)), u8::try_from(id))
            else {
                continue;
            };
            if let Some(next) = anchors.next.get_mut(id) {
                *next = *first;
            }
            *first = id_byte;
        }
        anchors.words = words;
        anchors
    }

    /// The words, by id.
    #[cfg(test)]
    pub(crate) fn words(&self) -> &[String] {
        &self.words
    }

    pub(super) const fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Adds the words that really stand where the mask says that one might.
    pub(super) fn search(&self, text: &[u8], mask: &[u64], hits: &mut Vec<Hit>) {
        for (index, word) in mask.iter().enumerate() {
            let mut bits = *word;
            while bits != 0 {
                self.verify(text, index * 64 + bits.trailing_zeros() as usize, hits);
                bits &= bits - 1;
            }
        }
    }

    fn verify(&self, text: &[u8], at: usize, hits: &mut Vec<Hit>) {
        let Some(rest) = text.get(at..) else { return };
        let Some(start) = fold(rest) else { return };
        let mut link = self.first.get(hash(start)).copied().unwrap_or(NONE);
        while link != NONE {
            let id = usize::from(link);
            if let Some(word) = self.words.get(id).map(String::as_bytes)
                && rest.get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word))
            {
                hits.push(Hit { at, id });
            }
            link = self.next.get(id).copied().unwrap_or(NONE);
        }
    }
}

/// The first three bytes with the bit set that tells lower case from upper.
fn fold(text: &[u8]) -> Option<[u8; 3]> {
    text.first_chunk::<3>().map(|start| start.map(|byte| byte | 0x20))
}

fn hash([a, b, c]: [u8; 3]) -> usize {
    let mixed = u32::from_le_bytes([a, b, c, 0]).wrapping_mul(0x9E37_79B1);
    (mixed >> 24) as usize
}
