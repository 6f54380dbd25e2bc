//! Rules are tested by the examples they carry, through the whole pipeline.

use std::sync::Arc;

use super::rule_error::RuleError;
use super::rule_text::ExampleText;
use super::ruleset::{RuleSet, SOURCES};
use super::{Scratch, rule_file};
use crate::blob::{Blob, Content, Origin};
use crate::outcome::Stats;

/// What became of the examples of one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExampleReport {
    /// The rule.
    pub id: String,
    /// How many examples it has.
    pub examples: usize,
    /// Each failure in words.
    pub failures: Vec<String>,
}

/// What a rule is shown with: texts that it finds something in, and texts that it does not. The tokens are made up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examples {
    /// Something is found in each.
    pub matching: Vec<String>,
    /// Nothing is found in these.
    pub not_matching: Vec<String>,
}

impl Examples {
    /// The examples of a built-in rule, or of one in other files, given as name and text.
    pub fn of(id: &str, files: &[(String, String)]) -> Option<Self> {
        let own = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        let mut rules = own.chain(SOURCES.iter().copied()).flat_map(|(name, text)| {
            // Reading them all takes a while, so that files without the id are passed over.
            let texts = text.contains(id).then(|| rule_file::texts(name, text).unwrap_or_default());
            texts.unwrap_or_default()
        });
        let rule = rules.find(|rule| rule.id == id)?;
        let joined = |examples: &[ExampleText]| examples.iter().map(join).collect();
        Some(Self { matching: joined(&rule.matching), not_matching: joined(&rule.not_matching) })
    }
}

/// Runs the examples of the built-in rules, in the order of the files.
///
/// # Errors
///
/// When a rule file is broken, which the build would have refused.
pub fn check_built_in(now: u64) -> Result<Vec<ExampleReport>, RuleError> {
    let rules = RuleSet::built_in();
    let mut reports = Vec::new();
    for (name, text) in SOURCES {
        reports.extend(check(&rules, name, text, now));
    }
    Ok(reports)
}

/// Runs the examples of one rule file, with the built-in rules beside it, as a scan would.
///
/// # Errors
///
/// When the file is not a rule file or a rule in it makes no sense.
pub fn check_file(name: &str, text: &str, now: u64) -> Result<Vec<ExampleReport>, RuleError> {
    let rules = RuleSet::load(&[(name.into(), text.into())])?;
    Ok(check(&rules, name, text, now))
}

impl RuleSet {
    /// Runs the examples of a configuration and of rule files that these rules were made of, each given as name and text.
    /// Files of others have no examples.
    pub fn check_files(
        &self,
        configuration: Option<&(String, String)>,
        files: &[(String, String)],
        now: u64,
    ) -> Vec<ExampleReport> {
        let all = configuration.into_iter().chain(files);
        all.flat_map(|(name, text)| check(self, name, text, now)).collect()
    }
}

/// The examples of one file, of which nothing but the rules is read here.
fn check(rules: &RuleSet, name: &str, text: &str, now: u64) -> Vec<ExampleReport> {
    let texts = rule_file::texts(name, text).unwrap_or_default();
    let mut reports = Vec::new();
    for rule in texts {
        let mut report = ExampleReport {
            examples: rule.matching.len() + rule.not_matching.len(),
            failures: Vec::new(),
            id: rule.id.clone(),
        };
        let expectations = rule.matching.iter().map(|example| (example, true));
        for (example, wanted) in
            expectations.chain(rule.not_matching.iter().map(|example| (example, false)))
        {
            let text = join(example);
            let found = found_by(rules, &text, now);
            if found.contains(&rule.id) != wanted {
                report.failures.push(failure(&text, wanted, &found));
            }
        }
        if rule.matching.is_empty() {
            report.failures.push("the rule has no `match` example".into());
        }
        reports.push(report);
    }
    reports
}

fn join(example: &ExampleText) -> String {
    match example {
        ExampleText::Whole(text) => text.clone(),
        ExampleText::Parts(parts) => parts.concat(),
    }
}

/// The ids of the rules that find something in `text`.
fn found_by(rules: &RuleSet, text: &str, now: u64) -> Vec<String> {
    let origin = Arc::new(Origin::Stdin);
    let blob = Blob::whole(&origin, text.as_bytes(), Content::Text);
    let (mut scratch, mut stats) = (Scratch::default(), Stats::default());
    let found = rules.detect(&blob, now, &mut scratch, &mut stats);
    found.detections.iter().map(|detection| detection.meta().id.clone()).collect()
}

/// The example's beginning is enough to find it; its end may be a token.
fn failure(text: &str, wanted: bool, found: &[String]) -> String {
    let start: String = text.chars().take(24).collect();
    let found = if found.is_empty() { "nothing".into() } else { found.join(", ") };
    let problem = if wanted { "should match and does not" } else { "should not match and does" };
    format!("the example that begins `{}` {problem}; found: {found}", start.escape_debug())
}
