//! What the filters say, in words that `keylint explain` prints.

/// Name and meaning of each filter.
const WORDS: &[(&str, &str)] = &[
    ("too-short", "a value of less than three characters is no secret"),
    ("constant", "the value is a word of the language, such as `null` or `true`"),
    ("number", "the value is a number"),
    ("version", "the value is a version"),
    ("joined", "it stands between strings that are joined, and is code itself"),
    ("repetition", "it has few different characters, or one of them many times in a row"),
    ("kinds", "the rule wants kinds of characters that it does not have"),
    ("expression", "the value is code that gives a value: a call, a variable, a type"),
    ("reference", "the value says where a secret is kept, or which variable holds it"),
    ("placeholder", "the value is one that people write where a secret would be"),
    ("not-random", "it is not random enough for a key that only a word nearby speaks of"),
    ("prose", "the value reads like a sentence"),
    ("path", "the value is a path"),
    ("format", "the value is a pattern that something is printed or matched with"),
    ("escapes", "nothing is left of the value once its escapes are read"),
    ("option", "the value is the next option of a command line"),
    ("url", "the value is an address; a password in one is found by another rule"),
    ("uuid", "the value is a UUID, and the name does not say that it is a secret"),
    ("locale", "the name is that of a language and a country"),
    ("file-name", "the name is that of a file of source code, which something is said of"),
    ("test-result", "the line is one of a log of tests"),
    ("change-log", "the line says what changed in a file or a function"),
    ("member", "the value is a member of what the name points to"),
    ("ciphertext", "the value is encrypted"),
    ("password-hash", "the value is the hash of a password, not the password"),
    ("digest", "the value is called a digest, a revision or the like"),
    ("unnamed", "the vendor's word speaks of something else than this value"),
    ("public-key", "the value is a public key"),
    ("name-again", "the value says its own name again"),
    ("entropy", "its entropy is not above that of the rule"),
];

/// What a filter says.
pub(in crate::secrets) fn words(filter: &str) -> Option<&'static str> {
    WORDS.iter().find(|(name, _)| *name == filter).map(|(_, words)| *words)
}

#[cfg(test)]
mod tests {
    use super::super::FILTERS;
    use super::*;

    #[test]
    fn every_filter_has_words() {
        let silent: Vec<&str> =
            FILTERS.iter().map(|filter| filter.name).filter(|name| words(name).is_none()).collect();
        assert_eq!(silent, Vec::<&str>::new());
        // One filter is of the rules for gitleaks.
        assert_eq!(WORDS.len(), FILTERS.len() + 1);
    }
}
