//! What rules cost, on a text that is made up and always the same.

use super::Scratch;
use super::matcher;
use super::prefilter::Lanes;
use super::ruleset::RuleSet;
use crate::profile::{Meter, Profile, RuleCost};

/// What one rule does on a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// How often its regex was tried.
    pub tries: u64,
    /// The stretches of text it was tried on, in bytes.
    pub searched: u64,
    /// What it matched.
    pub matches: u64,
}

impl Trial {
    /// How often a built-in rule may be tried in a megabyte: each try costs some hundred nanoseconds.
    pub const MOST_TRIES: u64 = 6000;
    /// On how many bytes of a megabyte: a second look at every byte is what rules are to be spared.
    pub const MOST_SEARCHED: u64 = 500_000;

    /// Whether a built-in rule may cost as much. It does not depend on the machine.
    pub const fn is_cheap(&self) -> bool {
        self.tries <= Self::MOST_TRIES && self.searched <= Self::MOST_SEARCHED
    }
}

/// Texts in which triggers of a set of rules were looked for.
pub struct Bench {
    pub(super) text: Vec<u8>,
    pub(super) lanes: Lanes,
    pub(super) scratch: Scratch,
}

impl Bench {
    /// A text of about so many bytes, before any rule looks at it.
    pub fn new(bytes: usize) -> Self {
        Self::on(corpus(bytes))
    }

    /// Bytes of the text.
    pub fn size(&self) -> usize {
        self.text.len()
    }

    /// Looks for the triggers of the rules, which all rules share the cost of.
    pub fn prepare(&mut self, rules: &RuleSet) {
        rules.prefilter.search(&self.text, &mut self.lanes);
    }

    /// Tries the rules where their triggers are, and counts.
    pub fn trial(&self, rules: &RuleSet) -> Trial {
        let counts = self.counts(rules);
        let RuleCost { searched, .. } = counts.all_rules();
        let (tries, matches) = self.run(rules);
        Trial { tries, searched, matches }
    }

    /// Tries the rules where their triggers are, once: how often, and what they matched.
    pub fn run(&self, rules: &RuleSet) -> (u64, u64) {
        let meter = Meter::default();
        let matched = matcher::candidates(rules, &self.text, &self.lanes, &meter);
        (matched.tries, matched.candidates.len() as u64)
    }

    /// What each rule does, with times that are all zero.
    fn counts(&self, rules: &RuleSet) -> Profile {
        let meter = Meter::new(Some(|| 0));
        matcher::candidates(rules, &self.text, &self.lanes, &meter);
        meter.take()
    }
}

/// Everyday words, many of which are names of vendors.
const EVERYDAY: &str = include_str!("../../rules/secrets/bip39-english.txt");
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
    let everyday: Vec<&str> = EVERYDAY.lines().collect();
    let mut numbers = Numbers(1);
    let mut text = Vec::with_capacity(bytes + 64);
    while text.len() < bytes {
        match numbers.below(40) {
            0 => numbers.fill(HEX, 40, &mut text),
            1 => {
                let length = 16 + numbers.below(40);
                numbers.fill(BASE64, length, &mut text);
            }
            2..=11 => text.extend(numbers.pick(&everyday).as_bytes()),
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

    /// Tries in a megabyte that all built-in rules may need together.
    const MOST_TRIES_OF_ALL: u64 = 60_000;

    fn bench(rules: &RuleSet) -> Bench {
        let mut bench = Bench::new(1_000_000);
        bench.prepare(rules);
        bench
    }

    #[test]
    fn built_in_rules_are_cheap() {
        let rules = RuleSet::built_in();
        let counts = bench(&rules).counts(&rules);
        for (number, RuleCost { tries, searched, matches, .. }) in counts.rules() {
            let id = &rules.rule(number).unwrap().meta.id;
            let trial = Trial { tries, searched, matches };
            assert!(trial.is_cheap(), "{id} is too dear for a megabyte: {trial:?}");
        }
        let RuleCost { tries, .. } = counts.all_rules();
        assert!(tries > 1000, "the text has triggers, and rules are tried {tries} times");
        assert!(tries <= MOST_TRIES_OF_ALL, "all are tried {tries} times in a megabyte");
    }

    #[test]
    fn dear_rules_are_known() {
        for (trigger, regex, is_cheap) in [
            ("words = [\"monday\"]", "[0-9a-f]{32}", true),
            ("words = [\"name\", \"key\", \"the\", \"data\", \"string\"]", "[0-9a-f]{32}", false),
            ("anywhere = []", "nowhere to be found", false),
        ] {
            let rule = format!(
                "[[rule]]\nid = \"acme-key\"\ntitle = \"A\"\nseverity = \"low\"\nhelp = \"H\"\n\
                 trigger = {{ {trigger} }}\nregex = '({regex})'\n"
            );
            let all = RuleSet::load(&[("acme.toml".into(), rule)]).unwrap();
            let rules = all.retain(|id| id == "acme-key");
            let trial = bench(&rules).trial(&rules);
            assert_eq!(trial.is_cheap(), is_cheap, "{trigger}: {trial:?}");
        }
    }
}
