//! Anchors: the words and literals that are looked for everywhere, not only near long runs.

use super::super::keys::{Keys, key};
use super::super::randomness;
use super::super::tables::Word;
use super::simd::{BUCKETS, Tables};
use super::{Hit, runs};

/// Words of three bytes or more, found whatever their case by their rarest three bytes.
pub(crate) struct Anchors {
    words: Vec<Word>,
    tables: Tables,
    /// The rarest three bytes of each word, folded, with the word's number and where in it they stand; sorted.
    probes: Vec<Probe>,
    /// What probes are.
    keys: Keys,
    /// The first probe of each hash, plus one; 0 for none.
    first: [u8; 256],
}

/// Three bytes by which a word is looked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Probe {
    hash: usize,
    bytes: [u8; 3],
    word: usize,
    offset: usize,
}

/// The most anchors there can be: each one slows down every byte of every scan. A test holds the rules far below.
pub(crate) const MOST: usize = 250;

impl Anchors {
    /// Builds the tables; words beyond [`MOST`] are left out.
    pub(crate) fn new(words: &[Word]) -> Self {
        let words = words.get(..words.len().min(MOST)).unwrap_or_default();
        let mut probes: Vec<Probe> = words
            .iter()
            .enumerate()
            .filter_map(|(number, word)| Probe::rarest(number, word))
            .collect();
        probes.sort_unstable();
        let keys = probes.iter().map(|probe| key(probe.bytes)).collect();
        let tables = Tables::default();
        let mut anchors = Self { words: words.to_vec(), tables, probes, keys, first: [0; 256] };
        for (place, probe) in anchors.probes.iter().enumerate().rev() {
            if let (Some(first), Ok(place)) =
                (anchors.first.get_mut(probe.hash), u8::try_from(place + 1))
            {
                *first = place;
            }
        }
        let mut starts: Vec<[u8; 3]> = anchors.probes.iter().map(|probe| probe.bytes).collect();
        starts.sort_unstable();
        starts.dedup();
        // What passes the buckets that are in use.
        let mut passing: Vec<f32> = Vec::new();
        for start in starts {
            // Into the bucket that then lets least else pass; of those that are empty, one is as good as the other.
            let with = (0..BUCKETS.min(passing.len() + 1)).map(|bucket| {
                let mut with = anchors.tables.clone();
                with.add(start, bucket);
                let now = with.passing(bucket);
                (bucket, now, now - passing.get(bucket).copied().unwrap_or(0.0))
            });
            let Some((bucket, now, _)) = with.min_by(|a, b| a.2.total_cmp(&b.2)) else { continue };
            anchors.tables.add(start, bucket);
            match passing.get_mut(bucket) {
                Some(known) => *known = now,
                None => passing.push(now),
            }
        }
        anchors
    }

    /// The words, by number.
    #[cfg(test)]
    pub(crate) fn words(&self) -> &[Word] {
        &self.words
    }

    pub(super) const fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Adds the words that really stand where the mask says that one might, in the order of the text. `places` is a
    /// buffer.
    pub(super) fn search(
        &self,
        text: &[u8],
        mask: impl Iterator<Item = u64>,
        places: &mut Vec<usize>,
        hits: &mut Vec<Hit>,
    ) {
        places.clear();
        for (index, word) in mask.enumerate() {
            runs::each_bit(index * 64, word, |at| places.push(at));
        }
        self.keys.retain(text, places);
        for at in places.iter() {
            self.verify(text, *at, hits);
        }
        if !hits.is_sorted() {
            hits.sort_unstable();
        }
    }

    fn verify(&self, text: &[u8], at: usize, hits: &mut Vec<Hit>) {
        let Some(bytes) = text.get(at..).and_then(fold) else { return };
        let hash = hash(bytes);
        let first = self.first.get(hash).copied().unwrap_or(0);
        let Some(first) = usize::from(first).checked_sub(1) else { return };
        let same = self.probes.iter().skip(first).take_while(|probe| probe.hash == hash);
        for probe in same.filter(|probe| probe.bytes == bytes) {
            let word = self.words.get(probe.word).map(|word| word.as_bytes()).unwrap_or_default();
            let Some(start) = at.checked_sub(probe.offset) else { continue };
            if text
                .get(start..start + word.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(word))
            {
                hits.push(Hit { at: start, id: probe.word });
            }
        }
    }
}

impl Probe {
    /// The three bytes of a word that text has least often.
    fn rarest(number: usize, word: &str) -> Option<Self> {
        let places = word.as_bytes().windows(3).filter_map(<[u8]>::first_chunk::<3>).enumerate();
        let rarity = |bytes: &[u8; 3]| randomness::surprise_of(*bytes);
        let (offset, bytes) =
            places.max_by(|a, b| rarity(a.1).total_cmp(&rarity(b.1)).then(b.0.cmp(&a.0)))?;
        let bytes = bytes.map(|byte| byte | 0x20);
        Some(Self { hash: hash(bytes), bytes, word: number, offset })
    }
}

/// Three bytes with the bit set that tells lower case from upper.
fn fold(text: &[u8]) -> Option<[u8; 3]> {
    text.first_chunk::<3>().map(|start| start.map(|byte| byte | 0x20))
}

fn hash([a, b, c]: [u8; 3]) -> usize {
    let mixed = u32::from_le_bytes([a, b, c, 0]).wrapping_mul(0x9E37_79B1);
    (mixed >> 24) as usize
}
