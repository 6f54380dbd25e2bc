//! All rules of a scan, and the tables by which a hit finds its rules.

use std::collections::HashMap;

use miette::{NamedSource, SourceSpan};

use super::assign::{self, NameClass, Words};
use super::finder::Finder;
use super::prefilter::{Anchors, Prefilter, Prefixes};
use super::rule::{Rule, Trigger};
use super::rule_error::{RuleError, RuleProblem};
use super::rule_text::{RuleFile, RuleText};

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
    /// The rules for values of assignments.
    assigned: Vec<usize>,
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
        let mut rules = unpack();
        for (name, text) in files {
            for rule in parse(name, text)? {
                rules.retain(|known| known.meta.id != rule.meta.id);
                rules.push(rule);
            }
        }
        Ok(Self::new(rules))
    }

    /// The rules whose id `keep` wants.
    #[must_use]
    pub fn retain(self, keep: impl Fn(&str) -> bool) -> Self {
        Self::new(self.rules.into_iter().filter(|rule| keep(&rule.meta.id)).collect())
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
            assigned,
            rules,
        }
    }

    /// What is known of each rule, in the order of the files.
    pub fn metas(&self) -> impl Iterator<Item = &std::sync::Arc<crate::finding::RuleMeta>> {
        self.rules.iter().map(|rule| &rule.meta)
    }

    pub(super) fn rule(&self, number: usize) -> Option<&Rule> {
        self.rules.get(number)
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

/// Reads a rule file and checks every rule in it, regexes included.
pub(super) fn parse(name: &str, text: &str) -> Result<Vec<Rule>, RuleError> {
    let source = || NamedSource::new(name, text.to_owned()).with_language("TOML");
    let file: RuleFile = toml::from_str(text).map_err(|error| RuleError::Syntax {
        file: name.into(),
        detail: error.message().lines().next().unwrap_or_default().into(),
        at: error.span().map_or_else(|| (0, 0).into(), SourceSpan::from),
        source_code: source(),
    })?;
    let mut rules: Vec<Rule> = Vec::new();
    for rule_text in file.rules {
        let id = rule_text.id.clone();
        let invalid = |problem: RuleProblem| RuleError::Invalid {
            at: place_of(text, &id),
            id: id.clone(),
            problem,
            source_code: source(),
        };
        let rule = Rule::new(rule_text).map_err(invalid)?;
        rule.check().map_err(invalid)?;
        if rules.iter().any(|known| known.meta.id == id) {
            return Err(invalid(RuleProblem::Duplicate));
        }
        rules.push(rule);
    }
    Ok(rules)
}

/// Where an id is written last in a file.
fn place_of(text: &str, id: &str) -> SourceSpan {
    text.rfind(&format!("\"{id}\"")).map_or_else(|| (0, 0).into(), |at| (at, id.len() + 2).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_rule_is_sound() {
        let mut ids: Vec<String> = Vec::new();
        for (name, text) in SOURCES {
            let rules = parse(name, text).unwrap_or_else(|error| panic!("{name}: {error}"));
            ids.extend(rules.iter().map(|rule| rule.meta.id.clone()));
        }
        let packed: Vec<String> = RuleSet::built_in().metas().map(|meta| meta.id.clone()).collect();
        assert_eq!(packed, ids, "the packed rules are those of the files");
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), packed.len(), "every id is there once");
    }

    #[test]
    fn anchors_stay_few() {
        let anchors = RuleSet::built_in().by_anchor.len();
        assert!(anchors <= 80, "{anchors} anchors: each one slows down every byte of every scan");
    }
}
