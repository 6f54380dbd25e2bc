//! The configuration of gitleaks and betterleaks: their rules and allowlists as ours. What cannot be done is said: in a note
//! when more is found without it, as an error when less would be.

mod allowlist;
mod conditions;
mod pattern;
mod text;

use std::collections::BTreeMap;
use std::path::Path;

use regex_automata::meta::Regex;
use toml::Value;

pub(crate) use allowlist::Allowlist;
pub(crate) use conditions::{Conditions, Dropped, settle};

use super::rule::Rule;
use super::rule_error::{RuleError, RuleProblem, nearest, source};
use super::rule_file::{RuleList, Section};
use crate::blob::inert;
use crate::finding::{Confidence, RuleMeta, Severity};
use allowlist::{Condition, Target, reason};
use conditions::Required;
use text::{AllowText, FileText, RequiredText, RuleText};

/// Keys that say nothing of what is found.
const SILENT: [&str; 4] = ["title", "description", "minversion", "betterleaksminversion"];
/// Keys that keylint has no use for: with them less would be found, never more.
const UNUSED: [(&str, &str); 6] = [
    ("tokenefficiency", "it needs the vocabulary of a language model"),
    ("prefilter", "expressions are not evaluated"),
    ("filter", "expressions are not evaluated"),
    ("validate", "keylint asks nobody"),
    ("analyze", "keylint asks nobody"),
    ("revoke", "keylint asks nobody"),
];

/// Whether a text is meant to be such a file and not one of our own.
pub(super) fn is_meant(text: &str) -> bool {
    text::is_meant(text)
}

/// Reads a file.
pub(super) fn read(name: &str, text: &str) -> Result<RuleList, RuleError> {
    let file = text::read(text).map_err(|error| RuleError::syntax(name, text, &error))?;
    let mut reader =
        Reader { name, text, extends: file.extend.usedefault, list: RuleList::default() };
    reader.file(file)?;
    Ok(reader.list)
}

/// A file that is being read, and what it gave so far.
struct Reader<'a> {
    name: &'a str,
    text: &'a str,
    /// Whether it adds to the rules that gitleaks brings along.
    extends: bool,
    list: RuleList,
}

impl Reader<'_> {
    fn file(&mut self, file: FileText) -> Result<(), RuleError> {
        let FileText { extend, rules, allowlist, allowlists, rest } = file;
        self.unused("the file", &rest, &["extend", "rules", "allowlist", "allowlists"]);
        self.unused("[extend]", &extend.rest, &["useDefault", "path", "url", "disabledRules"]);
        if !extend.url.is_empty() {
            let help = "keylint is offline: fetch it yourself, name it with --rules, and take the `url` away";
            return Err(self.unusable("it builds on a file from the network", help, &extend.url));
        }
        self.list.bases.extend(Some(extend.path).filter(|path| !path.is_empty()));
        self.list.disabled = extend.disabledrules.iter().map(|id| plain_id(id)).collect();
        for (number, rule) in rules.into_iter().enumerate() {
            self.rule(number, rule)?;
        }
        self.check_required();
        for list in allowlist.into_iter().chain(allowlists) {
            let targets: Vec<String> = list.targetrules.iter().map(|id| plain_id(id)).collect();
            let rules = Some(targets).filter(|targets| !targets.is_empty());
            self.allowlist("an allowlist", list, rules)?;
        }
        Ok(())
    }

    fn rule(&mut self, number: usize, rule: RuleText) -> Result<(), RuleError> {
        let (written, regex) = (rule.id.clone(), rule.regex.clone());
        let id = plain_id(&written);
        let section = Section::new(self.name, self.text, "rules", number);
        let invalid = |problem| section.invalid(&written, &regex, problem);
        if id.is_empty() {
            return Err(invalid(RuleProblem::Empty { field: "id" }));
        }
        if self.list.rules.iter().any(|known| known.meta.id == id) {
            return Err(invalid(RuleProblem::Duplicate { place: String::new() }));
        }
        let of = format!("rule {id}");
        let known = ["id", "regex", "secretGroup", "entropy", "path", "keywords", "tags"];
        self.unused(&of, &rule.rest, &known);
        let mut lists = rule.allowlists;
        lists.extend(rule.allowlist);
        for list in lists {
            self.allowlist(&of, list, Some(vec![id.clone()]))?;
        }
        if regex.is_empty() && rule.path.is_empty() {
            if self.extends {
                // A rule of gitleaks with more to it; ours of the same id, if there is one, gets its allowlists.
                if rule.entropy > 0.0 || !rule.keywords.is_empty() {
                    self.note(&format!("changes {of}; only its allowlists are used"));
                }
                return Ok(());
            }
            return Err(invalid(RuleProblem::NoRegex));
        }
        let required = self.required(&of, rule.required, rule.components);
        let compiled = compile(&regex).map_err(invalid)?;
        let groups = compiled.as_ref().map_or(1, Regex::captures_len) - 1;
        if rule.secretgroup > groups {
            return Err(invalid(RuleProblem::GroupMissing { group: rule.secretgroup, groups }));
        }
        let path_problem = |problem| section.invalid(&written, &rule.path, problem);
        let conditions = Conditions {
            group: rule.secretgroup,
            // A path has no characters to count.
            entropy: if compiled.is_some() { rule.entropy } else { 0.0 },
            path: compile(&rule.path).map_err(path_problem)?,
            root: self.root().into(),
            required,
            is_reported: !rule.skipreport,
        };
        let meta = self.meta(id, &rule.description, rule.tags);
        let keywords = rule.keywords.iter().map(|word| word.to_lowercase()).collect();
        self.list.rules.push(Rule::foreign(meta, keywords, compiled, conditions));
        Ok(())
    }

    fn meta(&self, id: String, description: &str, tags: Vec<String>) -> RuleMeta {
        let title = description.lines().next().unwrap_or_default().trim().trim_end_matches('.');
        let title = if title.is_empty() { &id } else { title };
        let help = format!(
            "Revoke it where it was issued, then read it from the environment. The rule is in {}.",
            self.name
        );
        RuleMeta {
            title: inert(title.as_bytes()),
            help: inert(help.as_bytes()),
            severity: Severity::High,
            confidence: Confidence::Medium,
            references: Vec::new(),
            tags: std::iter::once("secret".into()).chain(tags).collect(),
            check: None,
            id,
        }
    }

    /// What a rule requires near its matches.
    fn required(
        &mut self,
        of: &str,
        required: Vec<RequiredText>,
        components: Vec<RequiredText>,
    ) -> Vec<Required> {
        let mut all = Vec::new();
        for text in required.into_iter().chain(components) {
            self.unused(of, &text.rest, &["id", "withinLines", "withinColumns", "within"]);
            let distance = |unit: char| {
                let mut parts = text.within.split(',').map(str::trim);
                parts.find_map(|part| part.strip_suffix(unit)?.parse().ok())
            };
            let lines = text.withinlines.or_else(|| distance('L'));
            let columns = text.withincolumns.or_else(|| distance('C'));
            if !text.optional {
                all.push(Required { rule: plain_id(&text.id), lines, columns });
            }
        }
        all
    }

    /// Names what is required of rules that this file does not have.
    fn check_required(&mut self) {
        let ids: Vec<String> = self.list.rules.iter().map(|rule| rule.meta.id.clone()).collect();
        let mut missing = Vec::new();
        for rule in &mut self.list.rules {
            let Some(conditions) = &mut rule.conditions else { continue };
            conditions.required.retain(|required| {
                let is_there = ids.contains(&required.rule);
                if !is_there {
                    missing.push((rule.meta.id.clone(), required.rule.clone()));
                }
                is_there
            });
        }
        for (rule, required) in missing {
            self.note(&format!(
                "rule {rule} requires {required}, which is not in it; not asked for"
            ));
        }
    }

    fn allowlist(
        &mut self,
        of: &str,
        list: AllowText,
        rules: Option<Vec<String>>,
    ) -> Result<(), RuleError> {
        let AllowText { description, condition, commits, paths, regextarget, .. } = list;
        self.unused(
            of,
            &list.rest,
            &["condition", "commits", "paths", "regexTarget", "regexes", "stopwords"],
        );
        let choice = |field: &'static str, value: String, known: &[&'static str]| {
            let known = known.to_vec();
            self.section(&value).invalid("", "", RuleProblem::UnknownValue { field, value, known })
        };
        let condition = match condition.to_uppercase().as_str() {
            "" | "OR" | "||" => Condition::Or,
            "AND" | "&&" => Condition::And,
            _ => return Err(choice("condition", condition, &["OR", "AND"])),
        };
        let target = match regextarget.to_lowercase().as_str() {
            "" | "secret" => Target::Secret,
            "match" => Target::Match,
            "line" => Target::Line,
            _ => return Err(choice("regexTarget", regextarget, &["secret", "match", "line"])),
        };
        if commits.is_empty()
            && paths.is_empty()
            && list.regexes.is_empty()
            && list.stopwords.is_empty()
        {
            let help = "give it `commits`, `paths`, `regexes` or `stopwords`, or take it away";
            return Err(self.unusable(
                &format!("an allowlist of {of} is empty"),
                help,
                "allowlist",
            ));
        }
        let compiled = |patterns: &[String]| {
            let one = |pattern: &String| {
                pattern::compile(pattern)
                    .map_err(|problem| self.section(pattern).invalid("", pattern, problem))
            };
            patterns.iter().map(one).collect::<Result<Vec<Regex>, _>>()
        };
        let (paths, regexes) = (compiled(&paths)?, compiled(&list.regexes)?);
        let small = |words: &[String]| words.iter().map(|word| word.to_lowercase()).collect();
        self.list.allowlists.push(Allowlist {
            rules,
            condition,
            commits: small(&commits),
            paths,
            target,
            regexes,
            stopwords: small(&list.stopwords),
            reason: reason(self.name, &description),
            root: self.root().into(),
        });
        Ok(())
    }

    /// Names the keys that are not used.
    fn unused(&mut self, of: &str, rest: &BTreeMap<String, Value>, known: &[&str]) {
        for key in rest.keys().filter(|key| !SILENT.contains(&key.as_str())) {
            let why =
                UNUSED.iter().find(|(unused, _)| unused == key).map(|(_, why)| (*why).to_owned());
            let why = why.unwrap_or_else(|| match nearest(key, known.iter().copied()) {
                Some(nearest) => format!("is `{nearest}` meant?"),
                None => "it is not known".into(),
            });
            self.note(&format!("`{key}` of {of} is not used: {why}"));
        }
    }

    fn note(&mut self, what: &str) {
        self.list.notes.push(inert(format!("{}: {what}", self.name).as_bytes()));
    }

    fn root(&self) -> &Path {
        Path::new(self.name).parent().unwrap_or(Path::new(""))
    }

    /// Where something is written.
    fn section(&self, wanted: &str) -> Section<'_> {
        Section::of_id(self.name, self.text, wanted)
    }

    fn unusable(&self, problem: &str, help: &str, wanted: &str) -> RuleError {
        let start = self.text.find(wanted).unwrap_or(0);
        RuleError::Unusable {
            file: self.name.into(),
            problem: problem.into(),
            help: help.into(),
            source_code: source(self.name, self.text),
            at: (start, wanted.len().min(self.text.len())).into(),
        }
    }
}

/// A regex, if there is one.
fn compile(regex: &str) -> Result<Option<Regex>, RuleProblem> {
    if regex.is_empty() { Ok(None) } else { pattern::compile(regex).map(Some) }
}

/// An id as comments and commands can hold it: small letters, digits, hyphens.
fn plain_id(id: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    id.trim().chars().map(plain).collect()
}
