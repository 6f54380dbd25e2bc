//! The built-in rules joined with those of files: which take the place of which, and what a reader should know of it.

use std::path::Path;

use super::gitleaks::Allowlist;
use super::rule_error::{RuleError, RuleProblem, source};
use super::rule_file::{RuleList, Section};
use super::store::Store;
use crate::blob::inert;

/// The built-in rules and those of files, as they are joined.
pub(super) struct Union {
    pub(super) rules: Store,
    /// Rules of files: id and file.
    owners: Vec<(String, String)>,
    pub(super) allowlists: Vec<Allowlist>,
    /// Files that others build on: the other, its text, and the file.
    bases: Vec<(String, String, String)>,
    /// What rules of files need: the file, its text, the rule, the other.
    needed: Vec<(String, String, String, String)>,
    pub(super) notes: Vec<String>,
}

impl Union {
    pub(super) fn new(rules: Store) -> Self {
        let (owners, bases, needed) = (Vec::new(), Vec::new(), Vec::new());
        Self { rules, owners, allowlists: Vec::new(), bases, needed, notes: Vec::new() }
    }

    pub(super) fn add(&mut self, file: &str, text: &str, list: RuleList) -> Result<(), RuleError> {
        let RuleList { rules, allowlists, disabled, bases, notes } = list;
        self.notes.extend(notes);
        self.disable(file, &disabled);
        for rule in rules {
            let id = &rule.meta.id;
            if let Some((_, other)) = self.owners.iter().find(|(known, _)| known == id) {
                let place = format!(", in `{other}`");
                let problem = RuleProblem::Duplicate { place };
                return Err(Section::of_id(file, text, id).invalid(id, "", problem));
            }
            if self.rules.remove(id) {
                let note = format!("rule {id} of {file} takes the place of the built-in one");
                self.notes.push(inert(note.as_bytes()));
            }
            let of_rule = |other: &String| (file.into(), text.into(), id.clone(), other.clone());
            self.needed.extend(rule.pair.iter().map(of_rule));
            self.owners.push((id.clone(), file.into()));
            self.rules.push(rule);
        }
        self.allowlists.extend(allowlists);
        self.bases.extend(bases.into_iter().map(|base| (file.into(), text.into(), base)));
        Ok(())
    }

    /// Takes away built-in rules, and says so.
    fn disable(&mut self, file: &str, ids: &[String]) {
        let is_owned = |id: &str| self.owners.iter().any(|(known, _)| known == id);
        let (known, unknown): (Vec<&String>, Vec<&String>) =
            ids.iter().partition(|id| !is_owned(id) && self.rules.find(id).is_some());
        for id in known {
            self.rules.remove(id);
            let note = format!("{file} turns the built-in rule {id} off");
            self.notes.push(inert(note.as_bytes()));
        }
        for id in unknown {
            let note = format!("{file} turns off {id}, which is no built-in rule");
            self.notes.push(inert(note.as_bytes()));
        }
    }

    /// Whether there is a rule for everything that the rules of files need.
    pub(super) fn check_pairs(&self) -> Result<(), RuleError> {
        let is_there = |id: &String| self.rules.find(id).is_some();
        match self.needed.iter().find(|(.., other)| !is_there(other)) {
            None => Ok(()),
            Some((file, text, id, other)) => {
                let (field, value, known) = ("rule to pair with", other.clone(), Vec::new());
                let problem = RuleProblem::UnknownValue { field, value, known };
                Err(Section::of_id(file, text, other).invalid(id, "", problem))
            }
        }
    }

    /// Whether all files that others build on are there: without them, less would be found.
    pub(super) fn check_bases(&self, files: &[(String, String)]) -> Result<(), RuleError> {
        for (file, text, base) in &self.bases {
            let is_there =
                |name: &str| Path::new(name).ends_with(Path::new(base).file_name()?).then_some(());
            if files.iter().any(|(name, _)| is_there(name).is_some()) {
                continue;
            }
            return Err(RuleError::Unusable {
                file: file.clone(),
                problem: format!("it builds on `{base}`, which is not given"),
                help: format!("give it too: --rules {base}, or in `[rules] files` of keylint.toml"),
                at: text.find(base.as_str()).map_or((0, 0), |at| (at, base.len())).into(),
                source_code: source(file, text),
            });
        }
        Ok(())
    }
}
