//! All rules of a scan, and the tables by which a hit finds its rules.

use std::borrow::Cow;

use super::anywhere::Anywhere;
use super::assign::{self, NameClass, Words};
use super::finder::Finder;
use super::gitleaks::Allowlist;
use super::prefilter::{Anchors, Prefilter, Prefixes};
use super::rule::{Rule, Trigger};
use super::rule_error::RuleError;
use super::rule_file;
use super::store::Store;
use super::tables::{self, Index, Lists, Tables, Word};
use super::union::Union;

/// The files that the built-in rules come from: name and text.
pub(super) const SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rule_sources.rs"));

/// The rules of a scan.
pub struct RuleSet {
    rules: Store,
    pub(super) prefilter: Prefilter,
    /// Rules by number of prefix.
    pub(super) by_prefix: Lists,
    /// What an anchor stands for, by its number.
    pub(super) by_anchor: Vec<Anchor>,
    pub(super) near: Near,
    pub(super) anywhere: Anywhere,
    /// The rules for values of assignments.
    assigned: Vec<usize>,
    /// The rules that others name as what they need.
    parts: Index,
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
    pub(super) rules: Lists,
    /// The shortest run that any of the rules looks at.
    pub(super) least_run: usize,
    /// What each rule asks, by its number.
    asked: Vec<tables::Near>,
}

impl Near {
    /// What a rule that waits for a word asks of it and of the run.
    pub(super) fn asked(&self, rule: usize) -> tables::Near {
        self.asked.get(rule).copied().unwrap_or_default()
    }
}

impl RuleSet {
    /// The built-in rules.
    pub fn built_in() -> Self {
        Self::of(Store::built_in())
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
        let mut union = Union::new(Store::built_in());
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
        let set = Self::of(rules);
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
        self.rules.into_rules().map(|rule| Self::new(vec![rule]))
    }

    /// The rules whose id `keep` wants.
    #[must_use]
    pub fn retain(self, keep: impl Fn(&str) -> bool) -> Self {
        let Self { mut rules, allowlists, notes, .. } = self;
        let unwanted: Vec<String> = rules.ids().filter(|id| !keep(id)).map(str::to_owned).collect();
        for id in unwanted {
            rules.remove(&id);
        }
        Self { allowlists, notes, ..Self::of(rules) }
    }

    /// Rules without built-in ones.
    pub(super) fn new(rules: Vec<Rule>) -> Self {
        let mut store = Store::default();
        for rule in rules {
            store.push(rule);
        }
        Self::of(store)
    }

    fn of(rules: Store) -> Self {
        let tables = rules.tables();
        let least_run = tables.least_run();
        let Tables { prefixes, words, literals, near, anywhere, assigned, parts } = tables;
        let (anchors, by_anchor) = anchors(literals, !assigned.is_empty());
        let quoted = anchors.iter().position(|word| word == QUOTED);
        let free = || anywhere.iter().filter_map(|number| rules.get(*number));
        Self {
            prefilter: Prefilter {
                prefixes: Prefixes::new(prefixes.words),
                anchors: Anchors::new(&anchors),
                quoted,
            },
            by_prefix: prefixes.rules,
            by_anchor,
            near: Near {
                words: Finder::new(words.words),
                rules: words.rules,
                least_run,
                asked: near,
            },
            anywhere: Anywhere::new(free()),
            assigned,
            parts,
            allowlists: Vec::new(),
            for_paths: free().filter(|rule| rule.is_for_paths()).map(|rule| rule.order).collect(),
            notes: Vec::new(),
            rules,
        }
    }

    /// What is known of each rule, in the order of the files.
    pub fn metas(&self) -> impl Iterator<Item = &std::sync::Arc<crate::finding::RuleMeta>> {
        self.rules.iter().map(|rule| &rule.meta)
    }

    /// The id of each rule, in the same order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.rules.ids()
    }

    /// Whether there is a rule of this id.
    pub fn has(&self, id: &str) -> bool {
        self.rules.find(id).is_some()
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rule with this id.
    fn by_id(&self, id: &str) -> Option<&Rule> {
        self.rules.find(id).and_then(|number| self.rule(number))
    }

    /// Whether the score decides about the values of a rule: it says little about what they are.
    pub(super) fn is_scored(&self, id: &str) -> bool {
        self.by_id(id).is_some_and(Rule::is_scored)
    }

    /// What a rule needs beside what it finds, as far as that is looked for.
    pub(super) fn pair(&self, id: &str) -> impl Iterator<Item = &str> {
        let others = self.by_id(id).into_iter().flat_map(|rule| &rule.pair);
        others.map(String::as_str).filter(|other| self.has(other))
    }

    /// Whether another rule needs what this one finds.
    pub(super) fn is_part(&self, id: &str) -> bool {
        self.parts.has(id)
    }

    /// The rules that go by the path of an input.
    pub(super) fn for_paths(&self) -> impl Iterator<Item = &Rule> {
        self.for_paths.iter().filter_map(|number| self.rule(*number))
    }

    /// The rule of a number. What is asked for more often than rules are tried stands in the tables.
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

/// The literal that quoted-printable text has.
const QUOTED: &str = "=3D";

/// The words that are looked for everywhere, and what each stands for.
fn anchors(literals: Index, reads_names: bool) -> (Vec<Word>, Vec<Anchor>) {
    let Index { mut words, rules } = literals;
    let names = if reads_names { assign::WORDS } else { &[] };
    for word in names.iter().copied().chain([QUOTED]) {
        if !words.iter().any(|known| known == word) {
            words.push(Cow::Borrowed(word));
        }
    }
    let anchor = |(number, word): (usize, &Word)| Anchor {
        names_secrets: assign::WORDS.contains(&word.as_ref()),
        rules: rules.get(number).unwrap_or_default().to_vec(),
    };
    let by_anchor = words.iter().enumerate().map(anchor).collect();
    (words, by_anchor)
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
        assert!(built_in.ids().eq(packed.iter().map(String::as_str)));
        assert_eq!(packed, ids, "the packed rules are those of the files");
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), packed.len(), "every id is there once");
        for other in &built_in.parts.words {
            assert!(built_in.has(other), "no rule finds `{other}`, which others need");
        }
    }

    #[test]
    fn packed_tables_are_those_of_the_rules() {
        let built_in = RuleSet::built_in();
        let entries = || built_in.rules.iter().map(Rule::entry);
        assert_eq!(built_in.rules.tables(), Tables::new(entries()));
        assert!(built_in.rules.ids().all(|id| built_in.by_id(id).unwrap().meta.id == id));
        let kept = built_in.retain(|id| id.len() % 2 == 0);
        assert!(kept.metas().all(|meta| meta.id.len() % 2 == 0));
        assert!(kept.ids().eq(kept.metas().map(|meta| meta.id.as_str())));
        let Tables { mut near, .. } = kept.rules.tables();
        let fresh = Tables::new(kept.rules.iter().map(Rule::entry));
        near.truncate(fresh.near.len());
        assert_eq!(Tables { near, ..kept.rules.tables() }, fresh);
    }

    #[test]
    fn anchors_stay_few() {
        let anchors = RuleSet::built_in().by_anchor.len();
        assert!(anchors <= 80, "{anchors} anchors: each one slows down every byte of every scan");
    }
}
