//! One pass over a text that finds the few places worth a closer look: long runs of token characters, known
//! prefixes inside them, and a small set of anchors (words and literals).
//!
//! The lanes must lose nothing. Each has a plain counterpart in the tests that it must agree with, byte for byte.

mod again;
#[cfg(any(test, fuzzing))]
mod agree;
mod anchors;
mod blocks;
#[cfg(all(feature = "simd", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod classes;
mod prefixes;
mod runs;
mod simd;

use std::ops::Range;

use super::decode;
pub(crate) use again::{Hits, Marks, REACH};
pub(crate) use anchors::Anchors;
pub(crate) use prefixes::Prefixes;

/// What the pass looks for.
pub(crate) struct Prefilter {
    pub(crate) prefixes: Prefixes,
    pub(crate) anchors: Anchors,
    /// The number of the anchor that quoted-printable text has, `=3D`.
    pub(crate) quoted: Option<usize>,
}

/// What the pass found, in the order of the text. Reused from blob to blob.
#[derive(Default)]
pub(crate) struct Lanes {
    /// A known prefix begins at this byte of a long run, or just before one.
    pub(crate) prefixes: Vec<Hit>,
    /// An anchor begins at this byte.
    pub(crate) anchors: Vec<Hit>,
    /// Runs of [`MIN_RUN`](super::rule::MIN_RUN) or more token characters with a digit among them.
    pub(crate) runs: Vec<Range<usize>>,
    /// Signs of escapes, and quotes at which literals may be joined.
    pub(crate) signs: Vec<usize>,
    /// Where long runs begin that look like encoded text.
    pub(crate) encoded: Vec<usize>,
    blocks: Vec<blocks::Block>,
    places: Vec<usize>,
    /// Hits and runs that are known to lead nowhere; empty where nothing is known.
    pub(crate) idle: Marks,
    /// A buffer for [`Prefilter::search_again`].
    found: Hits,
}

/// Something known begins at `at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    pub(crate) at: usize,
    /// Its number in the list the lane was built from.
    pub(crate) id: usize,
}

impl Lanes {
    fn clear(&mut self) {
        self.prefixes.clear();
        self.anchors.clear();
        self.runs.clear();
        self.signs.clear();
        self.encoded.clear();
    }
}

impl Prefilter {
    /// Where quoted-printable text stands.
    pub(crate) fn quoted(&self, lanes: &Lanes) -> impl Iterator<Item = usize> {
        let hits = lanes.anchors.iter().filter(|hit| Some(hit.id) == self.quoted);
        hits.map(|hit| hit.at)
    }

    /// Stops where the ways to make the pass do not agree on a text.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn agree(&self, text: &[u8]) {
        agree::on(text, self.anchors.tables());
    }

    /// Searches the whole text.
    pub(crate) fn search(&self, text: &[u8], lanes: &mut Lanes) {
        lanes.clear();
        let Lanes { prefixes, anchors, runs, signs, encoded, blocks, places, .. } = lanes;
        simd::classify(text, self.anchors.tables(), blocks);
        self.anchors.search(text, blocks.iter().map(|block| block.anchor), places, anchors);
        places.clear();
        for (index, block) in blocks.iter().enumerate() {
            runs::each_bit(index * 64, block.sign, |at| {
                if decode::is_sign(text, at) {
                    signs.push(at);
                }
            });
        }
        runs::for_each_block(blocks, |long| {
            runs::each_bit(long.base, long.begins, |at| {
                if decode::looks_encoded(text, at) {
                    encoded.push(at);
                }
            });
            self.prefixes.places(text, blocks, long, places);
            let from = runs.last().map_or(0, |run| run.end);
            let mut digits = runs::from(long.base, from) & long.block.digit & long.bytes;
            while digits != 0 {
                let run = runs::around(blocks, long.base + digits.trailing_zeros() as usize);
                digits &= runs::from(long.base, run.end);
                runs.push(run);
            }
        });
        self.prefixes.search(text, places, prefixes);
    }
}

/// Whether a byte may stand between two literals that are joined.
pub(crate) const fn is_gap(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'+' | b'.' | b'&' | b'\\')
}

/// Whether a byte belongs to a run: letters, digits and the four signs that tokens are made of.
pub(crate) const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'/' | b'-')
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::super::rule::MIN_RUN;
    use super::super::tables::Word;
    use super::*;

    pub(super) static PREFILTER: LazyLock<Prefilter> = LazyLock::new(|| {
        let list = |words: &[&'static str]| -> Vec<Word> {
            words.iter().map(|word| Word::Borrowed(word)).collect()
        };
        Prefilter {
            prefixes: Prefixes::new(list(&["ab_", "SG.", "a1", "abc", "x.y."])),
            anchors: Anchors::new(&list(&["pass", "://", "-----BEGIN", "key", "8Q~", "PWD"])),
            quoted: None,
        }
    });

    /// The lanes, written the slow way.
    fn plain(text: &[u8]) -> (Vec<Hit>, Vec<Hit>, Vec<Range<usize>>) {
        let prefilter = &*PREFILTER;
        let begins = |at: usize, word: &str| {
            text[at..]
                .get(..word.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
        };
        let mut anchors = Vec::new();
        for at in 0..text.len() {
            let words = prefilter.anchors.words().iter().enumerate();
            anchors
                .extend(words.filter(|(_, word)| begins(at, word)).map(|(id, _)| Hit { at, id }));
        }
        let mut long = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let length = text[at..].iter().take_while(|byte| is_token_byte(**byte)).count();
            if length >= MIN_RUN {
                long.push(at..at + length);
            }
            at += length + 1;
        }
        let mut prefixes = Vec::new();
        for at in 0..text.len() {
            let starts = text[at].is_ascii_alphanumeric()
                && (at == 0 || !text[at - 1].is_ascii_alphanumeric());
            for (id, prefix) in prefilter.prefixes.list().iter().enumerate() {
                // The prefix lies in a long run, or joiners tie it to one.
                let tied = |run: &Range<usize>| {
                    let between = text.get(at..run.start).unwrap_or_default();
                    let joined = |byte: &u8| is_token_byte(*byte) || *byte == b'.';
                    at < run.start
                        && run.start - at <= prefixes::MAX_JOINED
                        && between.last() == Some(&b'.')
                        && between.iter().all(joined)
                };
                let near = long.iter().any(|run| run.contains(&at) || tied(run));
                if starts && near && text[at..].starts_with(prefix.as_bytes()) {
                    prefixes.push(Hit { at, id });
                }
            }
        }
        long.retain(|run| text[run.clone()].iter().any(u8::is_ascii_digit));
        (prefixes, anchors, long)
    }

    fn check(text: &[u8]) {
        let mut lanes = Lanes::default();
        PREFILTER.search(text, &mut lanes);
        let (prefixes, anchors, runs) = plain(text);
        let mut found = lanes.prefixes.clone();
        found.sort_unstable();
        assert_eq!(found, prefixes);
        let mut found = lanes.anchors.clone();
        found.sort_unstable();
        assert_eq!(found, anchors);
        assert_eq!(lanes.runs, runs);
    }

    #[test]
    fn finds_what_it_should() {
        let text = b"ab_0123456789abcdef SG.bcdefghijklmnopqrst PASSword=x://y -----begin 8q~ aab_0123456789abcdef";
        let mut lanes = Lanes::default();
        PREFILTER.search(text, &mut lanes);
        assert_eq!(lanes.prefixes.len(), 2, "{:?}", lanes.prefixes);
        assert_eq!(lanes.anchors.len(), 4, "{:?}", lanes.anchors);
        check(text);
    }

    #[test]
    fn runs_end_where_blocks_end() {
        for length in 0..200 {
            for offset in [0, 1, 15, 16, 47, 48, 49, 63, 64, 65] {
                let mut text = vec![b' '; offset];
                text.extend(std::iter::repeat_n(b'a', length));
                text.push(b'7');
                check(&text);
                text.push(b' ');
                check(&text);
            }
        }
    }

    #[test]
    fn real_text_agrees() {
        for text in [include_bytes!("../rule.rs").as_slice(), include_bytes!("../../../Cargo.toml")]
        {
            check(text);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn lanes_equal_the_plain_loops(
            parts in prop::collection::vec(
                prop_oneof![
                    "[a-zA-Z0-9_+/-]{0,40}",
                    "[ -~\n]{0,20}",
                    Just("ab_".to_owned()), Just("SG.".to_owned()), Just("x.y.".to_owned()), Just("pAss".to_owned()),
                    Just("://".to_owned()), Just("-----BEGIN".to_owned()), Just("8Q~".to_owned()), Just("\u{fc}".to_owned()),
                ],
                0..24,
            )
        ) {
            check(parts.concat().as_bytes());
        }

        #[test]
        fn arbitrary_bytes_agree(text in prop::collection::vec(any::<u8>(), 0..300)) {
            check(&text);
        }
    }
}
