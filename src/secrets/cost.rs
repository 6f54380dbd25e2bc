//! What rules cost, on a text that is made up and always the same.

use super::matcher;
use super::prefilter::Lanes;
use super::ruleset::RuleSet;
use crate::profile::Meter;

/// What one rule does on a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// How often its regex was tried.
    pub tries: u64,
    /// What it matched.
    pub matches: u64,
}

/// Texts in which triggers of a set of rules were looked for.
pub struct Bench {
    text: Vec<u8>,
    lanes: Lanes,
}

impl Bench {
    /// A text of about so many bytes, before any rule looks at it.
    pub fn new(bytes: usize) -> Self {
        Self { text: corpus(bytes), lanes: Lanes::default() }
    }

    /// Bytes of the text.
    pub fn size(&self) -> usize {
        self.text.len()
    }

    /// Looks for the triggers of the rules, which all rules share the cost of.
    pub fn prepare(&mut self, rules: &RuleSet) {
        rules.prefilter.search(&self.text, &mut self.lanes);
    }

    /// Tries the rules where their triggers are, once.
    pub fn run(&self, rules: &RuleSet) -> Trial {
        let meter = Meter::default();
        let matched = matcher::candidates(rules, &self.text, &self.lanes, &meter);
        Trial { tries: matched.tries, matches: matched.candidates.len() as u64 }
    }
}

/// Words of programs and of their settings, those that rules wait for among them.
const WORDS: &[&str] = &[
    "return",
    "value",
    "self",
    "import",
    "function",
    "public",
    "static",
    "const",
    "string",
    "name",
    "path",
    "index",
    "config",
    "user",
    "password",
    "token",
    "secret",
    "api_key",
    "client",
    "server",
    "https://example.org/a/b",
    "request",
    "response",
    "error",
    "result",
    "test",
    "assert",
    "key",
    "id",
    "data",
    "list",
    "auth",
    "access",
    "account",
    "service",
    "region",
    "version",
    "0.1.2",
    "3f",
    "x86_64",
    "0xdeadbeef",
    "2024-01-31",
    "TODO",
    "the",
    "and",
    "of",
    "to",
    "in",
    "is",
    "for",
];
const SIGNS: &[&str] = &[
    " ", " ", " ", " ", " ", " = ", ": ", "(", ")", ", ", ";\n", "\n    ", "\n", " = \"", "\"",
    ".", "_", "-", "/",
];
const HEX: &[u8; 16] = b"0123456789abcdef";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Something like source code and settings: words, signs, and now and then a hash or a value.
fn corpus(bytes: usize) -> Vec<u8> {
    let mut numbers = Numbers(1);
    let mut text = Vec::with_capacity(bytes + 64);
    while text.len() < bytes {
        match numbers.below(40) {
            0 => numbers.fill(HEX, 40, &mut text),
            1 => {
                let length = 16 + numbers.below(40);
                numbers.fill(BASE64, length, &mut text);
            }
            _ => text.extend(numbers.pick(WORDS).as_bytes()),
        }
        text.extend(numbers.pick(SIGNS).as_bytes());
    }
    text
}

/// Numbers that look random and are always the same (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % count.max(1) as u64).unwrap_or(0)
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list.get(self.below(list.len())).copied().unwrap_or_default()
    }

    fn fill(&mut self, alphabet: &[u8], length: usize, text: &mut Vec<u8>) {
        for _ in 0..length {
            text.extend(alphabet.get(self.below(alphabet.len())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tries in a megabyte that no built-in rule goes beyond: each costs some hundred nanoseconds.
    const MOST_TRIES: u64 = 6000;

    #[test]
    fn built_in_rules_are_tried_rarely() {
        let mut bench = Bench::new(1_000_000);
        let mut all = 0;
        for rule in RuleSet::built_in().apart() {
            let id = rule.metas().next().map(|meta| meta.id.clone()).unwrap();
            bench.prepare(&rule);
            let Trial { tries, .. } = bench.run(&rule);
            assert!(tries <= MOST_TRIES, "{id} is tried {tries} times in a megabyte");
            all += tries;
        }
        assert!(all > 0, "the text has triggers");
    }
}
