//! Finds many words in short stretches of text, whatever their case.

/// Bits of a key: five of each of the first three bytes of a word, which do not depend on the case of letters.
const KEY_BITS: u32 = 15;
/// The shortest word that can be found.
pub(crate) const SHORTEST: usize = 3;

/// A set of words, each of [`SHORTEST`] bytes or more; shorter ones are never found.
pub(crate) struct Finder {
    words: Vec<String>,
    /// One bit for each key that a word begins with.
    keys: Box<[u64; 1 << KEY_BITS >> 6]>,
    /// Key and number of each word, sorted.
    by_key: Vec<(usize, usize)>,
    /// Whether there are words without a key.
    has_short: bool,
}

impl Finder {
    pub(crate) fn new(words: Vec<String>) -> Self {
        let key_of = |word: &String| {
            word.as_bytes()
                .first_chunk::<SHORTEST>()
                .map(|start| start.iter().fold(0, |key, byte| push(key, *byte)))
        };
        let mut keys = Box::new([0; 1 << KEY_BITS >> 6]);
        let numbered = words.iter().enumerate();
        let mut by_key: Vec<(usize, usize)> =
            numbered.filter_map(|(number, word)| Some((key_of(word)?, number))).collect();
        by_key.sort_unstable();
        for (key, _) in &by_key {
            if let Some(bits) = keys.get_mut(key / 64) {
                *bits |= 1 << (key % 64);
            }
        }
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
        let start = text.first_chunk::<SHORTEST>()?;
        let key = start.iter().fold(0, |key, byte| push(key, *byte));
        self.keys.get(key / 64).map(|bits| bits >> (key % 64) & 1 == 1)
    }

    /// Calls `visit` with the start and the number of each word in `text`, in the order of their starts, then of their numbers.
    pub(crate) fn each(&self, text: &[u8], mut visit: impl FnMut(usize, usize)) {
        let mut key = 0;
        for (end, byte) in text.iter().enumerate() {
            key = push(key, *byte);
            let is_key = self.keys.get(key / 64).is_some_and(|bits| bits >> (key % 64) & 1 == 1);
            if is_key && end + 1 >= SHORTEST {
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

/// The key of the last three bytes, one byte further.
const fn push(key: usize, byte: u8) -> usize {
    key >> 5 | ((byte & 31) as usize) << 10
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
