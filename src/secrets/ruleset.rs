//! All rules of a scan, and the tables by which a hit finds its rules.

use std::collections::{HashMap, HashSet};

use super::anywhere::Anywhere;
use super::assign::{self, NameClass, Words};
use super::finder::Finder;
use super::gitleaks::Allowlist;
use super::prefilter::{Anchors, Prefilter, Prefixes};
use super::rule::{Rule, Trigger};
use super::rule_error::RuleError;
use super::rule_file;
use super::rule_text::RuleText;
use super::union::Union;

/// The built-in rules, packed by the build script.
const BUILT_IN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rules.bin"));
/// The files they come from: name and text.
pub(super) const SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rule_sources.rs"));

/// The rules of a scan.
pub struct RuleSet {
    rules: Vec<Rule>,
    pub(super) prefilter: Prefilter,
    /// Rules by number of prefix.
    pub(super) by_prefix: Vec<Vec<usize>>,
    /// What an anchor stands for, by its number.
    pub(super) by_anchor: Vec<Anchor>,
    pub(super) near: Near,
    pub(super) anywhere: Anywhere,
    /// The rules for values of assignments.
    assigned: Vec<usize>,
    by_id: HashMap<String, usize>,
    /// The rules that others name as what they need.
    parts: HashSet<String>,
    /// What users' files say of findings that do not count.
    pub(super) allowlists: Vec<Allowlist>,
    /// The numbers of rules that go by the path of an input.
    for_paths: Vec<usize>,
    notes: Vec<String>,
}

/// What an anchor stands for.
#[derive(Debug, Default)]
pub(super) struct Anchor {
    /// It is a word that names of secrets have.
    pub(super) names_secrets: bool,
    /// Rules that have it as a literal.
    pub(super) rules: Vec<usize>,
}

/// The words and infixes that are looked for near runs, and the rules that wait for each.
pub(super) struct Near {
    pub(super) words: Finder,
    pub(super) rules: Vec<Vec<usize>>,
    /// The shortest run that any of the rules looks at.
    pub(super) least_run: usize,
}

impl RuleSet {
    /// The built-in rules.
    pub fn built_in() -> Self {
        Self::new(unpack())
    }

    /// The built-in rules and those of rule files, given as name and text. A rule of a file replaces the built-in one of
    /// the same id.
    ///
    /// # Errors
    ///
    /// When a file is not a rule file, or a rule makes no sense.
    pub fn load(files: &[(String, String)]) -> Result<Self, RuleError> {
        Self::load_with(None, files)
    }

    /// [`Self::load`], with the rules that a configuration holds, given as name and text too.
    ///
    /// # Errors
    ///
    /// When one of them is not a rule file, or a rule makes no sense.
    pub fn load_with(
        configuration: Option<(&str, &str)>,
        files: &[(String, String)],
    ) -> Result<Self, RuleError> {
        let mut union = Union::new(unpack());
        if let Some((name, text)) = configuration {
            union.add(name, text, rule_file::read_configuration(name, text)?)?;
        }
        for (number, (name, text)) in files.iter().enumerate() {
            // The same file twice is no mistake: a configuration and a command may both name it.
            if !files.iter().take(number).any(|(_, known)| known == text) {
                union.add(name, text, rule_file::read(name, text)?)?;
            }
        }
        union.check_bases(files)?;
        union.check_pairs()?;
        let Union { rules, allowlists, mut notes, .. } = union;
        let set = Self::new(rules);
        notes.extend(set.slow_note());
        Ok(Self { allowlists, notes, ..set })
    }

    /// What a reader of the report should know of the rules.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The rules of users that are tried on every text.
    fn slow_note(&self) -> Option<String> {
        let slow: Vec<&str> = self
            .anywhere
            .always()
            .filter_map(|number| self.rule(number))
            .map(|rule| rule.meta.id.as_str())
            .collect();
        match slow.as_slice() {
            [] => None,
            [one] => Some(format!("rule {one} is searched without a trigger: it reads every byte")),
            more => Some(format!(
                "rules {} are searched without a trigger: each reads every byte",
                more.join(", ")
            )),
        }
    }

    /// Each rule in a set of its own.
    pub fn apart(self) -> impl Iterator<Item = Self> {
        self.rules.into_iter().map(|rule| Self::new(vec![rule]))
    }

    /// The rules whose id `keep` wants.
    #[must_use]
    pub fn retain(self, keep: impl Fn(&str) -> bool) -> Self {
        let Self { rules, allowlists, notes, .. } = self;
        let kept = Self::new(rules.into_iter().filter(|rule| keep(&rule.meta.id)).collect());
        Self { allowlists, notes, ..kept }
    }

    pub(super) fn new(mut rules: Vec<Rule>) -> Self {
        for (order, rule) in rules.iter_mut().enumerate() {
            rule.order = order;
        }
        let mut prefixes = Index::default();
        let mut anchors = Index::default();
        let mut near = Index::default();
        let mut assigned = Vec::new();
        for (number, rule) in rules.iter().enumerate() {
            match &rule.trigger {
                Trigger::Prefix(list) => prefixes.add(list, number),
                Trigger::Words { words, .. } => near.add(words, number),
                Trigger::Infix { infix, .. } => near.add(infix, number),
                Trigger::Literal { literal, .. } => anchors.add(literal, number),
                Trigger::Anywhere { .. } => {}
                Trigger::Assigned { .. } => assigned.push(number),
            }
        }
        let runs = rules.iter().filter_map(|rule| match rule.trigger {
            Trigger::Words { run, .. } | Trigger::Infix { run, .. } => Some(run),
            _ => None,
        });
        let least_run = runs.min().unwrap_or(usize::MAX);
        let quoted = Some(anchors.number_of("=3D"));
        let literals = anchors.words.len();
        if !assigned.is_empty() {
            for word in assign::WORDS {
                anchors.number_of(word);
            }
        }
        let by_anchor = anchors.words.iter().zip(anchors.rules).enumerate();
        let is_word = |number: usize, word: &String| {
            number >= literals || assign::WORDS.contains(&word.as_str())
        };
        let by_anchor = by_anchor
            .map(|(number, (word, rules))| Anchor { names_secrets: is_word(number, word), rules })
            .collect();
        Self {
            prefilter: Prefilter {
                prefixes: Prefixes::new(&prefixes.words),
                anchors: Anchors::new(&anchors.words),
                quoted,
            },
            by_prefix: prefixes.rules,
            by_anchor,
            near: Near { words: Finder::new(near.words), rules: near.rules, least_run },
            anywhere: Anywhere::new(&rules),
            assigned,
            by_id: rules.iter().map(|rule| (rule.meta.id.clone(), rule.order)).collect(),
            parts: rules.iter().flat_map(|rule| rule.pair.iter().cloned()).collect(),
            allowlists: Vec::new(),
            for_paths: (0..)
                .zip(&rules)
                .filter(|(_, rule)| rule.is_for_paths())
                .map(|(at, _)| at)
                .collect(),
            notes: Vec::new(),
            rules,
        }
    }

    /// What is known of each rule, in the order of the files.
    pub fn metas(&self) -> impl Iterator<Item = &std::sync::Arc<crate::finding::RuleMeta>> {
        self.rules.iter().map(|rule| &rule.meta)
    }

    /// The rule with this id.
    fn by_id(&self, id: &str) -> Option<&Rule> {
        self.by_id.get(id).and_then(|number| self.rule(*number))
    }

    /// Whether the score decides about the values of a rule: it says little about what they are.
    pub(super) fn is_scored(&self, id: &str) -> bool {
        self.by_id(id).is_some_and(Rule::is_scored)
    }

    /// What a rule needs beside what it finds, as far as that is looked for.
    pub(super) fn pair(&self, id: &str) -> impl Iterator<Item = &str> {
        let others = self.by_id(id).into_iter().flat_map(|rule| &rule.pair);
        others.map(String::as_str).filter(|other| self.by_id.contains_key(*other))
    }

    /// Whether another rule needs what this one finds.
    pub(super) fn is_part(&self, id: &str) -> bool {
        self.parts.contains(id)
    }

    /// The rules that go by the path of an input.
    pub(super) fn for_paths(&self) -> impl Iterator<Item = &Rule> {
        self.for_paths.iter().filter_map(|number| self.rule(*number))
    }

    pub(super) fn rule(&self, number: usize) -> Option<&Rule> {
        self.rules.get(number)
    }

    /// A rule for values assigned to names of a class, one that wants no word of the name if there is one.
    pub(super) fn of_class(&self, class: NameClass) -> Option<&Rule> {
        let takes = |rule: &&Rule| matches!(&rule.trigger, Trigger::Assigned { classes, .. } if classes.contains(&class));
        let any = || self.assigned.iter().filter_map(|number| self.rule(*number)).find(takes);
        self.assigned(class, &Words::default()).or_else(any)
    }

    /// The rule for values assigned to a name of a class: one that wants a word of the name before one that wants none.
    pub(super) fn assigned(&self, class: NameClass, name: &Words) -> Option<&Rule> {
        let mut plain = None;
        for rule in self.assigned.iter().filter_map(|number| self.rule(*number)) {
            let Trigger::Assigned { classes, with } = &rule.trigger else { continue };
            if !classes.contains(&class) {
                continue;
            }
            if with.is_empty() {
                plain = plain.or(Some(rule));
            } else if with.iter().any(|word| name.has(word)) {
                return Some(rule);
            }
        }
        plain
    }
}

/// The rules as the build script packed them.
fn unpack() -> Vec<Rule> {
    let texts: Vec<RuleText> = postcard::from_bytes(BUILT_IN).unwrap_or_default();
    texts.into_iter().filter_map(|text| Rule::new(text).ok()).collect()
}

/// Words, each once, and the rules that wait for each.
#[derive(Default)]
struct Index {
    numbers: HashMap<String, usize>,
    words: Vec<String>,
    rules: Vec<Vec<usize>>,
}

impl Index {
    fn number_of(&mut self, word: &str) -> usize {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        let number = self.words.len();
        self.numbers.insert(word.into(), number);
        self.words.push(word.into());
        self.rules.push(Vec::new());
        number
    }

    fn add(&mut self, words: &[String], rule: usize) {
        for word in words {
            let number = self.number_of(word);
            if let Some(rules) = self.rules.get_mut(number) {
                rules.push(rule);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_rule_is_sound() {
        let mut ids: Vec<String> = Vec::new();
        for (name, text) in SOURCES {
            let rules =
                rule_file::parse(name, text).unwrap_or_else(|error| panic!("{name}: {error}"));
            ids.extend(rules.iter().map(|rule| rule.meta.id.clone()));
        }
        let built_in = RuleSet::built_in();
        let packed: Vec<String> = built_in.metas().map(|meta| meta.id.clone()).collect();
        assert_eq!(packed, ids, "the packed rules are those of the files");
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), packed.len(), "every id is there once");
        let parts: std::collections::BTreeSet<_> = built_in.parts.iter().collect();
        for other in parts {
            assert!(built_in.by_id(other).is_some(), "no rule finds `{other}`, which others need");
        }
    }

    #[test]
    fn anchors_stay_few() {
        let anchors = RuleSet::built_in().by_anchor.len();
        assert!(anchors <= 80, "{anchors} anchors: each one slows down every byte of every scan");
    }
}
