//! Finds many words in short stretches of text, whatever their case.

use super::keys::{Keys, LENGTH, key, push};

/// The shortest word that can be found.
pub(crate) const SHORTEST: usize = LENGTH;

/// A set of words, each of [`SHORTEST`] bytes or more; shorter ones are never found.
pub(crate) struct Finder {
    words: Vec<String>,
    /// What words begin with.
    keys: Keys,
    /// Key and number of each word, sorted.
    by_key: Vec<(usize, usize)>,
    /// Whether there are words without a key.
    has_short: bool,
}

impl Finder {
    pub(crate) fn new(words: Vec<String>) -> Self {
        let key_of = |word: &String| word.as_bytes().first_chunk().map(|start| key(*start));
        let numbered = words.iter().enumerate();
        let mut by_key: Vec<(usize, usize)> =
            numbered.filter_map(|(number, word)| Some((key_of(word)?, number))).collect();
        by_key.sort_unstable();
        let keys = by_key.iter().map(|(key, _)| *key).collect();
        let has_short = words.iter().any(|word| word.len() < SHORTEST);
        Self { words, keys, by_key, has_short }
    }

    pub(crate) fn words(&self) -> &[String] {
        &self.words
    }

    /// Whether `word` is one of the words, in the same case. They must be sorted.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.may_start(word.as_bytes()).unwrap_or(true)
            && self.words.binary_search_by(|known| known.as_str().cmp(word)).is_ok()
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
            if self.keys.has(key) && end + 1 >= SHORTEST {
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

    fn verify(&self, text: &[u8], at: usize, key: usize, visit: &mut impl FnMut(usize, usize)) {
        let from = self.by_key.partition_point(|(known, _)| *known < key);
        let rest = text.get(at..).unwrap_or_default();
        for (_, number) in self.by_key.iter().skip(from).take_while(|(known, _)| *known == key) {
            let word = self.words.get(*number).map(String::as_bytes).unwrap_or_default();
            if rest.get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word)) {
                visit(at, *number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_words_whatever_their_case() {
        let finder = Finder::new(["token", "tok", "key", "-us", "ab"].map(str::to_owned).to_vec());
        let mut found = Vec::new();
        finder.each(b"myToKeN xab KEY a-us1", |at, word| found.push((at, word)));
        assert_eq!(found, [(2, 0), (2, 1), (12, 2), (17, 3)]);
        assert!(finder.any(b"a key") && !finder.any(b"ke y") && !finder.any(b""));
    }
}
