//! The word lists of `rules/secrets/words.txt`, each read once.

use std::collections::HashMap;
use std::sync::LazyLock;

const TEXT: &str = include_str!("../../rules/secrets/words.txt");

static LISTS: LazyLock<HashMap<&str, Vec<String>>> = LazyLock::new(|| {
    let mut lists: HashMap<&str, Vec<String>> = HashMap::new();
    for line in TEXT.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        if let Some(name) = words.next() {
            lists.entry(name).or_default().extend(words.map(|word| word.replace('␣', " ")));
        }
    }
    lists
});

/// A list, by its name in the file; a test holds that every name used exists.
pub(crate) fn list(name: &str) -> &'static [String] {
    LISTS.get(name).map(Vec::as_slice).unwrap_or_default()
}

/// Whether a list has exactly this word.
pub(crate) fn has(name: &str, word: &str) -> bool {
    list(name).iter().any(|known| known == word)
}

/// Whether `text` starts with a word of the list.
pub(crate) fn starts(name: &str, text: &[u8]) -> bool {
    list(name).iter().any(|known| text.starts_with(known.as_bytes()))
}

/// Whether a word of the list stands anywhere in `text`.
pub(crate) fn within(name: &str, text: &[u8]) -> bool {
    list(name).iter().any(|known| memchr::memmem::find(text, known.as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_that_is_used_exists() {
        let sources = [
            include_str!("assign/name.rs"),
            include_str!("filters/code.rs"),
            include_str!("filters/elsewhere.rs"),
            include_str!("filters/made_up.rs"),
            include_str!("place.rs"),
            include_str!("score.rs"),
        ];
        let mut used = 0;
        for source in sources {
            for call in [
                "words::has(\"",
                "words::starts(\"",
                "words::within(\"",
                "words::list(\"",
                "any_part(\"",
            ] {
                for rest in source.split(call).skip(1) {
                    let name = rest.split('"').next().unwrap();
                    assert!(!list(name).is_empty(), "there is no list `{name}`");
                    used += 1;
                }
            }
        }
        assert!(used > 15, "{used}");
    }
}
