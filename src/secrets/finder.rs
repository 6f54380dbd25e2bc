//! Finds many words in short stretches of text, whatever their case.

use super::keys::{Keys, LENGTH, key, push};
use super::tables::Word;

/// The shortest word that can be found.
pub(crate) const SHORTEST: usize = LENGTH;

/// Lists of more words than this look at a fourth byte before they look a word up.
const MANY: usize = 64;

/// A set of words, each of [`SHORTEST`] bytes or more; shorter ones are never found.
pub(crate) struct Finder {
    words: Vec<Word>,
    /// What words begin with.
    keys: Keys,
    /// What the first four bytes of words give, one bit each, where there are many words: three are often those of another.
    fours: Option<Box<[u64; FOURS / 64]>>,
    /// Key and number of each word, sorted.
    by_key: Vec<(usize, usize)>,
    /// Whether there are words without a key.
    has_short: bool,
}

impl Finder {
    pub(crate) fn new(words: Vec<Word>) -> Self {
        let key_of = |word: &Word| word.as_bytes().first_chunk().map(|start| key(*start));
        let numbered = words.iter().enumerate();
        let mut by_key: Vec<(usize, usize)> =
            numbered.filter_map(|(number, word)| Some((key_of(word)?, number))).collect();
        by_key.sort_unstable();
        let keys = by_key.iter().map(|(key, _)| *key).collect();
        let has_short = words.iter().any(|word| word.len() < SHORTEST);
        let fours = (words.len() > MANY).then(|| fours(&words));
        Self { words, keys, fours, by_key, has_short }
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

    /// Whether the first bytes are those of a word that has a key; `None` when they are too few for one.
    fn may_start(&self, text: &[u8]) -> Option<bool> {
        text.first_chunk().map(|start| self.keys.has(key(*start)))
    }

    /// Calls `visit` with the start and the number of each word in `text`, in the order of their starts, then of their numbers.
    pub(crate) fn each(&self, text: &[u8], mut visit: impl FnMut(usize, usize)) {
        let mut key = 0;
        for (end, byte) in text.iter().enumerate() {
            key = push(key, *byte);
            if self.keys.has(key) && end + 1 >= SHORTEST && self.may_go_on(key, text.get(end + 1)) {
                self.verify(text, end + 1 - SHORTEST, key, &mut visit);
            }
        }
    }

    /// Whether any of the words stands in `text`.
    pub(crate) fn any(&self, text: &[u8]) -> bool {
        let mut found = false;
        self.each(text, |_, _| found = true);
        found
    }

    /// Whether a word may have this byte behind the three of a key.
    #[inline]
    fn may_go_on(&self, key: usize, next: Option<&u8>) -> bool {
        let (Some(fours), Some(next)) = (&self.fours, next) else { return true };
        let bit = four(key, *next);
        fours.get(bit / 64).is_some_and(|bits| bits >> (bit % 64) & 1 == 1)
    }

    fn verify(&self, text: &[u8], at: usize, key: usize, visit: &mut impl FnMut(usize, usize)) {
        let from = self.by_key.partition_point(|(known, _)| *known < key);
        let rest = text.get(at..).unwrap_or_default();
        for (_, number) in self.by_key.iter().skip(from).take_while(|(known, _)| *known == key) {
            let word = self.words.get(*number).map(|word| word.as_bytes()).unwrap_or_default();
            if rest.get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word)) {
                visit(at, *number);
            }
        }
    }
}

/// Values of [`four`].
const FOURS: usize = 1 << 16;

/// What a key and the byte behind it give.
const fn four(key: usize, next: u8) -> usize {
    (key ^ ((next & 31) as usize) << 11) & (FOURS - 1)
}

fn fours(words: &[Word]) -> Box<[u64; FOURS / 64]> {
    let mut set = Box::new([0; FOURS / 64]);
    let mut mark = |bit: usize| {
        if let Some(bits) = set.get_mut(bit / 64) {
            *bits |= 1 << (bit % 64);
        }
    };
    for word in words {
        match *word.as_bytes() {
            [a, b, c, next, ..] => mark(four(key([a, b, c]), next)),
            // Anything may stand behind a word of three.
            [a, b, c] => (0..32).for_each(|next| mark(four(key([a, b, c]), next))),
            _ => {}
        }
    }
    set
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
