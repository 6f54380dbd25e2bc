//! Finds many words in short stretches of text, whatever their case.

use super::keys::{Fives, Starts, fold};
use super::tables::Word;

/// The shortest word that can be found.
pub(crate) const SHORTEST: usize = 3;

/// A set of words, each of [`SHORTEST`] bytes or more; shorter ones are never found.
pub(crate) struct Finder {
    words: Vec<Word>,
    /// What the short ones begin with, those of three and four bytes.
    starts: Starts,
    /// What the others begin with.
    fives: Fives,
    /// The words by slot, then by number.
    by_slot: Vec<Entry>,
    /// Where in `by_slot` each slot begins.
    slots: Box<[u32; SLOTS + 1]>,
    /// Whether there are words too short to be found.
    has_short: bool,
}

/// A word as it is compared.
struct Entry {
    slot: usize,
    number: usize,
    /// Its first eight bytes, and the bits of these that it has.
    head: u64,
    mask: u64,
}

/// Values of [`slot`].
const SLOTS: usize = 1 << 10;
/// How many places are tested at once: eight bytes hold the first five of each.
const STEP: usize = 4;
/// How many places are tested before words are looked up at those that pass.
const BATCH: usize = 256;

impl Finder {
    pub(crate) fn new(words: Vec<Word>) -> Self {
        let entry = |(number, word): (usize, &Word)| {
            let slot = slot(*word.as_bytes().first_chunk()?);
            let mask = u64::MAX >> (64 - 8 * word.len().min(8));
            Some(Entry { slot, number, head: head(word.as_bytes()) & mask, mask })
        };
        let mut by_slot: Vec<Entry> = words.iter().enumerate().filter_map(entry).collect();
        // Those of one slot stay in their order.
        by_slot.sort_by_key(|entry| entry.slot);
        let mut slots = Box::new([0; SLOTS + 1]);
        for Entry { slot, .. } in &by_slot {
            // Counted one slot further, where the words of this one end.
            if let Some(end) = slots.get_mut(slot + 1) {
                *end += 1;
            }
        }
        for slot in 0..SLOTS {
            slots[slot + 1] += slots[slot];
        }
        let has_short = words.iter().any(|word| word.len() < SHORTEST);
        let short = words.iter().filter(|word| word.len() < 5).map(|word| word.as_bytes());
        let starts = Starts::new(short, fold);
        let fives = Fives::new(words.iter().map(|word| word.as_bytes()));
        Self { words, starts, fives, by_slot, slots, has_short }
    }

    pub(crate) fn words(&self) -> &[Word] {
        &self.words
    }

    /// Whether `word` is one of the words, in the same case. They must be sorted.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.may_start(word.as_bytes()).unwrap_or(true)
            && self.words.binary_search_by(|known| (**known).cmp(word)).is_ok()
    }

    /// Whether `text` starts with one of the words, in the same case.
    pub(crate) fn starts(&self, text: &[u8]) -> bool {
        (self.has_short || self.may_start(text).unwrap_or(true))
            && self.words.iter().any(|known| text.starts_with(known.as_bytes()))
    }

    /// Whether the first bytes may be those of a word; `None` when they are too few to tell.
    fn may_start(&self, text: &[u8]) -> Option<bool> {
        (text.len() >= SHORTEST).then(|| self.may_begin(head(text)) == 1)
    }

    /// 1 where a word may begin with these bytes, five of which count.
    #[inline]
    fn may_begin(&self, bytes: u64) -> u64 {
        #[expect(clippy::cast_possible_truncation, reason = "short words have four bytes at most")]
        let four = bytes as u32;
        self.starts.has(four) | self.fives.has(bytes)
    }

    /// Calls `visit` with the start and the number of each word in `text`, in the order of their starts, then of their numbers.
    pub(crate) fn each(&self, text: &[u8], mut visit: impl FnMut(usize, usize)) {
        let mut places = [0; BATCH];
        for from in (0..(text.len() + 1).saturating_sub(SHORTEST)).step_by(BATCH) {
            let mut kept = 0;
            let to = text.len().min(from + BATCH);
            for at in (from..to).step_by(STEP) {
                // The first bytes of all words that begin here or at the next places.
                let bytes = head(text.get(at..).unwrap_or_default());
                for place in 0..STEP {
                    // No jump depends on the outcome: it would be guessed wrong too often.
                    places[kept % BATCH] = at + place;
                    kept += usize::from(self.may_begin(bytes >> (8 * place)) == 1);
                }
            }
            for place in places.iter().take(kept) {
                self.verify(text, *place, &mut visit);
            }
        }
    }

    /// Whether any of the words stands in `text`.
    pub(crate) fn any(&self, text: &[u8]) -> bool {
        let mut found = false;
        self.each(text, |_, _| found = true);
        found
    }

    fn verify(&self, text: &[u8], at: usize, visit: &mut impl FnMut(usize, usize)) {
        let rest = text.get(at..).unwrap_or_default();
        let Some(slot) = rest.first_chunk().map(|start| slot(*start)) else { return };
        let bound = |slot: usize| self.slots.get(slot).map_or(0, |start| *start as usize);
        let there = self.by_slot.get(bound(slot)..bound(slot + 1)).unwrap_or_default();
        let found = head(rest);
        for entry in there.iter().filter(|entry| found & entry.mask == entry.head) {
            let word = self.words.get(entry.number).map(|word| word.as_bytes()).unwrap_or_default();
            if rest.get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word)) {
                visit(at, entry.number);
            }
        }
    }
}

/// The first eight bytes with the bit set that tells lower case from upper.
#[inline]
fn head(bytes: &[u8]) -> u64 {
    let bytes = bytes.first_chunk::<8>().copied().unwrap_or_else(|| {
        let mut padded = [0; 8];
        padded.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        padded
    });
    u64::from_le_bytes(bytes) | 0x2020_2020_2020_2020
}

/// The last four bytes, one byte further; letters of both cases are one.
#[inline]
const fn push(bytes: u32, byte: u8) -> u32 {
    bytes >> 8 | (fold(byte) as u32) << 24
}

/// Where the words that begin like this are looked up.
const fn slot([a, b, c]: [u8; SHORTEST]) -> usize {
    (push(push(push(0, a), b), c) >> 8).wrapping_mul(0x9E37_79B1) as usize >> 22
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_words_whatever_their_case() {
        let finder = Finder::new(["token", "tok", "key", "-us", "ab"].map(Word::Borrowed).to_vec());
        let mut found = Vec::new();
        finder.each(b"myToKeN xab KEY a-us1", |at, word| found.push((at, word)));
        assert_eq!(found, [(2, 0), (2, 1), (12, 2), (17, 3)]);
        let many: Vec<Word> = (0..100).map(|number| format!("w{number}x").into()).collect();
        let many = Finder::new([many, vec!["key".into(), "w7x".into()]].concat());
        for text in ["w7x", "..W42X.", "key", "a key!"] {
            assert!(many.any(text.as_bytes()), "{text}");
        }
        assert!(!many.any(b"w7y w100y ke y"));
        assert!(finder.any(b"a key") && !finder.any(b"ke y") && !finder.any(b""));
    }
}
