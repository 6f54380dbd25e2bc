//! The word lists of `rules/secrets/words.txt`, each read when it is first used.

use std::ops::Deref;
use std::sync::LazyLock;

use super::finder::Finder;
use super::tables::Word;

const TEXT: &str = include_str!("../../rules/secrets/words.txt");

/// A list of words.
pub(crate) struct List(LazyLock<Finder>);

macro_rules! lists {
    ($($list:ident = $name:literal),+ $(,)?) => {
        $(pub(crate) static $list: List = List(LazyLock::new(|| Finder::new(read($name))));)+

        /// Every list, for the test that the file has them all.
        #[cfg(test)]
        const ALL: &[(&str, &List)] = &[$(($name, &$list)),+];
    };
}

lists! {
    PASSWORD_END = "password-end",
    SECRET_END = "secret-end",
    TOKEN_END = "token-end",
    KEY_END = "key-end",
    SECRET_KEY = "secret-key",
    OPEN_KEY = "open-key",
    OPEN_TOKEN = "open-token",
    ABOUT = "about",
    OTHER = "other",
    REFERENCE = "reference",
    PLACEHOLDER = "placeholder",
    CONSTANT = "constant",
    WRAPPER = "wrapper",
    ENCRYPTED = "encrypted",
    CIPHERTEXT = "ciphertext",
    PASSWORD_HASH = "password-hash",
    PUBLIC_KEY = "public-key",
    HASH_WITHIN = "hash-within",
    DIGEST = "digest",
    DIGEST_NEAR = "digest-near",
    MADE_UP = "made-up",
    DEED = "deed",
    NOUN = "noun",
    NO_NOUN = "no-noun",
    PATH_TEST = "path-test",
    PATH_LOCALE = "path-locale",
    PATH_GENERATED = "path-generated",
    CODE = "code",
    CONFIG = "config",
    PROSE = "prose",
}

/// The words of a list, sorted. A list may go on over several lines.
pub(crate) fn read(name: &str) -> Vec<Word> {
    let lines = TEXT.lines().filter(|line| !line.starts_with('#'));
    let of_list = lines.filter_map(|line| line.split_once(' ')).filter(|(list, _)| *list == name);
    let words = of_list.flat_map(|(_, words)| words.split_whitespace());
    let spaced = |word: &'static str| {
        if word.contains('␣') { word.replace('␣', " ").into() } else { Word::Borrowed(word) }
    };
    let mut words: Vec<Word> = words.map(spaced).collect();
    words.sort_unstable();
    words
}

impl Deref for List {
    type Target = [Word];

    fn deref(&self) -> &[Word] {
        self.0.words()
    }
}

impl List {
    /// Whether the list has exactly this word.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.0.has(word)
    }

    /// Whether `text` starts with a word of the list.
    pub(crate) fn starts(&self, text: &[u8]) -> bool {
        self.0.starts(text)
    }

    /// Whether a word of the list, of three bytes or more, stands anywhere in `text`, whatever its case.
    pub(crate) fn stands_in(&self, text: &[u8]) -> bool {
        self.0.any(text)
    }

    /// What is left of `text` without the words of the list that stand in it.
    pub(crate) fn without(&self, text: &[u8]) -> Vec<u8> {
        let mut rest = Vec::with_capacity(text.len());
        let mut end = 0;
        self.0.each(text, |at, number| {
            rest.extend(text.get(end..at).unwrap_or_default());
            let length = self.get(number).map_or(0, |word| word.len());
            end = end.max(at + length);
        });
        rest.extend(text.get(end..).unwrap_or_default());
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_every_list() {
        for (name, list) in ALL {
            assert!(!list.is_empty(), "there is no list `{name}`");
        }
    }

    #[test]
    fn the_file_has_no_other_list() {
        let names = TEXT
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split(' ').next());
        for name in names.filter(|name| !name.is_empty()) {
            let known = ALL.iter().any(|(list, _)| *list == name);
            assert!(
                known
                    || super::super::assign::NameClass::ALL
                        .iter()
                        .any(|class| class.name() == name),
                "{name}"
            );
        }
    }
}
