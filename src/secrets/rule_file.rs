//! Files that rules are read from: rule files, the configuration, and the configuration of gitleaks.

use miette::SourceSpan;
use serde::Deserialize;

use super::gitleaks::{self, Allowlist};
use super::rule::Rule;
use super::rule_error::{RuleError, RuleProblem, source};
use super::rule_text::{RuleFile, RuleText};

/// What a file adds to the rules.
#[derive(Default)]
pub(super) struct RuleList {
    pub(super) rules: Vec<Rule>,
    /// What does not count.
    pub(super) allowlists: Vec<Allowlist>,
    /// Ids of built-in rules that do not take part.
    pub(super) disabled: Vec<String>,
    /// Files that it builds on.
    pub(super) bases: Vec<String>,
    /// What a reader of the report should know.
    pub(super) notes: Vec<String>,
}

/// Reads a rule file, ours or that of gitleaks.
pub(super) fn read(name: &str, text: &str) -> Result<RuleList, RuleError> {
    if gitleaks::is_meant(text) {
        return gitleaks::read(name, text);
    }
    Ok(RuleList { rules: parse(name, text)?, ..RuleList::default() })
}

/// The `[[rule]]` tables of a configuration, which has other keys too.
pub(super) fn read_configuration(name: &str, text: &str) -> Result<RuleList, RuleError> {
    let rules = check(name, text, texts(name, text)?)?;
    Ok(RuleList { rules, ..RuleList::default() })
}

/// The rules of a file of ours, whatever else is in it.
pub(super) fn texts(name: &str, text: &str) -> Result<Vec<RuleText>, RuleError> {
    #[derive(Deserialize)]
    struct Rules {
        #[serde(default, rename = "rule")]
        rules: Vec<RuleText>,
    }
    let file: Rules =
        toml::from_str(text).map_err(|error| RuleError::syntax(name, text, &error))?;
    Ok(file.rules)
}

/// Reads a rule file of ours and checks every rule in it, regexes included.
pub(super) fn parse(name: &str, text: &str) -> Result<Vec<Rule>, RuleError> {
    let file: RuleFile =
        toml::from_str(text).map_err(|error| RuleError::syntax(name, text, &error))?;
    check(name, text, file.rules)
}

fn check(name: &str, text: &str, texts: Vec<RuleText>) -> Result<Vec<Rule>, RuleError> {
    let mut rules: Vec<Rule> = Vec::new();
    for (number, rule_text) in texts.into_iter().enumerate() {
        let (id, pattern) = (rule_text.id.clone(), rule_text.regex.clone());
        let invalid =
            |problem| Section::new(name, text, "rule", number).invalid(&id, &pattern, problem);
        let rule = Rule::new(rule_text).map_err(invalid)?;
        rule.check().map_err(invalid)?;
        if rules.iter().any(|known| known.meta.id == id) {
            return Err(invalid(RuleProblem::Duplicate { place: String::new() }));
        }
        rules.push(rule);
    }
    Ok(rules)
}

/// Where in a file one of its rules is written.
pub(super) struct Section<'a> {
    name: &'a str,
    text: &'a str,
    /// Where it begins, and what it says.
    start: usize,
    body: &'a str,
}

impl<'a> Section<'a> {
    /// The rule of a number among the tables of one name.
    pub(super) fn new(name: &'a str, text: &'a str, table: &str, number: usize) -> Self {
        let header = format!("[[{table}]]");
        let begins_line = |at: &usize| {
            let before = text.get(..*at).unwrap_or_default().trim_end_matches([' ', '\t']);
            before.is_empty() || before.ends_with('\n')
        };
        let mut starts = text.match_indices(&header).map(|(at, _)| at).filter(begins_line);
        let (start, end) = match starts.nth(number) {
            Some(start) => (start, starts.next().unwrap_or(text.len())),
            None => (0, text.len()),
        };
        Self { name, text, start, body: text.get(start..end).unwrap_or_default() }
    }

    /// The rule of an id.
    pub(super) fn of_id(name: &'a str, text: &'a str, id: &str) -> Self {
        let mut found = Self { name, text, start: 0, body: text };
        if let Some(at) = text.find(&format!("\"{id}\"")) {
            found.start = at;
            found.body = text.get(at..).unwrap_or_default();
        }
        found
    }

    /// The error for a problem of this rule.
    pub(super) fn invalid(&self, id: &str, pattern: &str, problem: RuleProblem) -> RuleError {
        let name = if id.is_empty() { "a rule".into() } else { format!("rule `{id}`") };
        RuleError::Invalid {
            name,
            at: self.place(id, pattern, &problem),
            help: problem.help(),
            problem: Box::new(problem),
            source_code: source(self.name, self.text),
        }
    }

    fn place(&self, id: &str, pattern: &str, problem: &RuleProblem) -> SourceSpan {
        let find = |wanted: &str| self.body.find(wanted).map(|at| self.start + at);
        if let RuleProblem::Regex { at, .. } = problem
            && let Some(start) = find(pattern).filter(|_| !pattern.is_empty())
        {
            return (start + at.start, at.len()).into();
        }
        let mut wanted = problem.about();
        wanted.extend([format!("\"{id}\""), format!("'{id}'")]);
        let found = wanted.iter().find_map(|wanted| Some((find(wanted)?, wanted.len())));
        found.unwrap_or_else(|| (self.start, self.body.lines().next().map_or(0, str::len))).into()
    }
}
