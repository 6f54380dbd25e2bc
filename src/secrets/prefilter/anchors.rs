//! Anchors: the words and literals that are looked for everywhere, not only near long runs.

use super::super::frequency;
use super::super::keys::{self, Starts, THREE, folded_four};
use super::super::tables::Word;
use super::blocks::{BUCKETS, Tables};
use super::{Hit, runs};

/// Words of three bytes or more, found whatever their case by three of their bytes.
pub(crate) struct Anchors {
    words: Vec<Word>,
    tables: Tables,
    /// Three bytes of each word, folded, with the word's number and where in it they stand; sorted.
    probes: Vec<Probe>,
    /// The probes, each with the byte of the word before it, and with the one behind it; NULs where it has none.
    ends: Starts,
    starts: Starts,
    /// The first probe of each hash, plus one; 0 for none.
    first: [u32; 256],
}

/// Three bytes by which a word is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Probe {
    hash: usize,
    bytes: [u8; 3],
    word: usize,
    offset: usize,
    /// The folded bytes of the word just before and behind these; 0 where it has none.
    beside: [u8; 2],
}

/// Of more words each has a probe of its own: to find what they share would take longer than it saves.
const MANY: usize = 500;

impl Anchors {
    /// Builds the tables.
    pub(crate) fn new(words: &[Word]) -> Self {
        let mut probes = probes(words);
        probes.sort_unstable();
        let ends = probes
            .iter()
            .map(|probe| [probe.beside[0], probe.bytes[0], probe.bytes[1], probe.bytes[2]]);
        let starts = probes
            .iter()
            .map(|probe| [probe.bytes[0], probe.bytes[1], probe.bytes[2], probe.beside[1]]);
        let (ends, starts) = (Starts::of(ends), Starts::of(starts));
        let tables = Tables::default();
        let mut anchors =
            Self { words: words.to_vec(), tables, probes, ends, starts, first: [0; 256] };
        for (place, probe) in anchors.probes.iter().enumerate().rev() {
            if let (Some(first), Ok(place)) =
                (anchors.first.get_mut(probe.hash), u32::try_from(place + 1))
            {
                *first = place;
            }
        }
        let mut distinct: Vec<[u8; 3]> = anchors.probes.iter().map(|probe| probe.bytes).collect();
        // The frequent ones first: the others are fitted in.
        let by_frequency = |a: &[u8; 3], b: &[u8; 3]| {
            frequency::of_three(*b).total_cmp(&frequency::of_three(*a)).then(a.cmp(b))
        };
        distinct.sort_unstable_by(by_frequency);
        distinct.dedup();
        // What passes the buckets that are in use.
        let mut passing: Vec<f32> = Vec::new();
        for start in distinct {
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
        keys::retain(places, |at| {
            let start = folded_four(text, at);
            // At the very beginning of the text nothing is known of what stands before.
            let end = at.checked_sub(1).map_or(0, |at| folded_four(text, at));
            let ends = self.ends.has(end) | self.ends.has(start << 8);
            ends & (self.starts.has(start) | self.starts.has(start & THREE))
        });
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
        let Some(first) = (first as usize).checked_sub(1) else { return };
        let same = self.probes.iter().skip(first).take_while(|probe| probe.hash == hash);
        let beside = beside(text, at);
        let fits = |probe: &&Probe| {
            let agrees = |(known, found): (u8, u8)| known == 0 || known == found;
            probe.bytes == bytes && probe.beside.into_iter().zip(beside).all(agrees)
        };
        for probe in same.filter(fits) {
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

/// How much a probe costs whether or not it is there, beside its frequency.
const PER_PROBE: f32 = 0.001;

/// Few and rare probes for all the words: words share one where they can.
fn probes(words: &[Word]) -> Vec<Probe> {
    let mut places: Vec<Probe> = Vec::new();
    for (word, text) in words.iter().enumerate() {
        for (offset, bytes) in text.as_bytes().windows(3).filter_map(fold).enumerate() {
            let beside = beside(text.as_bytes(), offset);
            places.push(Probe { hash: hash(bytes), bytes, word, offset, beside });
        }
    }
    places.sort_unstable();
    // A probe may stand in a word twice; once is enough.
    places.dedup_by_key(|probe| (probe.bytes, probe.word));
    if words.len() > MANY {
        return rarest(places);
    }
    let groups = places.chunk_by(|a, b| a.bytes == b.bytes);
    let cost = |probe: &Probe| PER_PROBE + frequency::of_three(probe.bytes);
    let mut groups: Vec<(f32, Vec<Probe>)> =
        groups.filter_map(|group| Some((cost(group.first()?), group.to_vec()))).collect();
    let mut chosen = Vec::new();
    let worth = |(cost, group): &(f32, Vec<Probe>)| {
        f32::from(u8::try_from(group.len()).unwrap_or(u8::MAX)) / cost
    };
    while let Some(best) =
        (0..groups.len()).max_by(|a, b| worth(&groups[*a]).total_cmp(&worth(&groups[*b])))
    {
        let (_, taken) = groups.swap_remove(best);
        groups.retain_mut(|(_, group)| {
            group.retain(|probe| !taken.iter().any(|taken| taken.word == probe.word));
            !group.is_empty()
        });
        chosen.extend(taken);
    }
    chosen
}

/// The rarest probe of each word.
fn rarest(mut places: Vec<Probe>) -> Vec<Probe> {
    let frequency = |probe: &Probe| frequency::of_three(probe.bytes);
    places.sort_by(|a, b| a.word.cmp(&b.word).then(frequency(a).total_cmp(&frequency(b))));
    places.dedup_by_key(|probe| probe.word);
    places
}

/// Three bytes with the bit set that tells lower case from upper.
fn fold(text: &[u8]) -> Option<[u8; 3]> {
    text.first_chunk::<3>().map(|start| start.map(|byte| byte | 0x20))
}

/// The folded bytes just before and behind the three at `at`; 0 at the ends of the text.
fn beside(text: &[u8], at: usize) -> [u8; 2] {
    let fold = |at: Option<usize>| at.and_then(|at| text.get(at)).map_or(0, |byte| byte | 0x20);
    [fold(at.checked_sub(1)), fold(Some(at + 3))]
}

fn hash([a, b, c]: [u8; 3]) -> usize {
    let mixed = u32::from_le_bytes([a, b, c, 0]).wrapping_mul(0x9E37_79B1);
    (mixed >> 24) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::prefilter::simd;

    #[test]
    fn words_are_found_however_many_there_are() {
        for count in [3, 400, 3000] {
            let words: Vec<Word> = (0..count).map(|number| format!("w{number}x!").into()).collect();
            let anchors = Anchors::new(&words);
            let text = format!("w0x! W2X! w{0}x! w{count}x! w{0}", count - 1);
            let (mut blocks, mut hits) = (Vec::new(), Vec::new());
            simd::classify(text.as_bytes(), anchors.tables(), &mut blocks);
            let mask = blocks.iter().map(|block| block.anchor);
            anchors.search(text.as_bytes(), mask, &mut Vec::new(), &mut hits);
            let found: Vec<(usize, usize)> = hits.iter().map(|hit| (hit.at, hit.id)).collect();
            assert_eq!(found, [(0, 0), (5, 2), (10, count - 1)], "{count} words");
        }
    }
}
