//! What a scan is told: the layers of file and flags, joined and checked.

mod allow;
mod discover;
mod fail_on;
mod file;
mod ids;

use std::collections::BTreeMap;
use std::path::PathBuf;

use globset::{Glob, GlobMatcher, GlobSetBuilder};
use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

pub use discover::{
    Discovered, baseline_place, discover, discover_baseline, repository_root, unread_rules,
};
pub use fail_on::{FailOn, FailOnText};
pub use file::{ConfigFile, read};
use ids::Ids;
pub use ids::KnownIds;

use crate::finding::{Confidence, Severity};
use crate::policy;
use crate::profile::Clock;
pub use crate::secrets::nearest;
use crate::secrets::{RuleError, RuleSet};
use crate::source::{IgnoreFiles, Selection};
use crate::suppress::{Allow, Baseline};

/// Everything a scan is told. Made by [`Config::new`].
pub struct Config {
    /// Which halves run.
    pub halves: Halves,
    /// The secret rules that take part.
    pub rules: RuleSet,
    /// What the policy half is told.
    pub policy: policy::Options,
    /// Severities that replace those of rules and checks.
    pub severities: BTreeMap<String, Severity>,
    /// Findings below are counted, not listed.
    pub min_confidence: Confidence,
    /// What makes a scan fail.
    pub fail_on: FailOn,
    /// Which files are scanned.
    pub selection: Selection,
    /// What a reader of the report should know of this.
    pub notes: Vec<String>,
    /// What people decided not to count.
    pub allows: Vec<Allow>,
    /// What comments may name, where those that hide nothing are looked for.
    pub comments: Option<KnownIds>,
    /// The findings that people know of.
    pub baseline: Option<Baseline>,
    /// Whether no flag narrows what is listed: what is not found is then not there.
    pub lists_all: bool,
    /// Whether raw secrets may be shown.
    pub secrets: Secrets,
    /// Seconds since 1970 that dates in tokens are compared with.
    pub now: u64,
    /// Threads that scan; at least one.
    pub threads: usize,
    /// What measures where the time goes; without one nothing is measured.
    pub clock: Option<Clock>,
}

/// Which halves of keylint run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Halves {
    /// Secrets and policies.
    #[default]
    Both,
    /// Secrets alone.
    Secrets,
    /// Policies alone.
    Policy,
}

/// Whether raw secrets may be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Secrets {
    /// Every report masks them.
    #[default]
    Masked,
    /// Reports show them: `--reveal`.
    Revealed,
}

/// The layer of the command line. `None` leaves the decision to the file, then to the default.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--only`.
    pub halves: Option<Halves>,
    /// `--min-confidence`.
    pub min_confidence: Option<Confidence>,
    /// `--fail-on`.
    pub fail_on: Option<FailOnText>,
    /// `--no-ignore`.
    pub ignore_files: IgnoreFiles,
    /// `--reveal`.
    pub secrets: Secrets,
    /// The baseline in force.
    pub baseline: Option<Baseline>,
    /// `--rules`: name and text of each file.
    pub rule_files: Vec<(String, String)>,
    /// What else a reader of the report should know.
    pub notes: Vec<String>,
    /// `--kind`.
    pub kind: Option<policy::Kind>,
    /// `--catalog`: name and text of each file.
    pub catalogues: Vec<(String, String)>,
    /// `--threads`, or what the machine has.
    pub threads: usize,
    /// Seconds since 1970.
    pub now: u64,
    /// `--stats`: what to measure times with.
    pub clock: Option<Clock>,
}

/// Configuration that cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("`{}` cannot be read: {detail}", path.display())]
    #[diagnostic(
        code(config::unreadable),
        help("check the path and its permissions, or scan with --no-config")
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// Not TOML, or a key that does not exist.
    #[error("{detail}")]
    #[diagnostic(
        code(config::syntax),
        help("see docs/configuration.md for the keys, or scan with --no-config")
    )]
    Syntax {
        /// The parser's words.
        detail: String,
        /// The text.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where.
        #[label("here")]
        at: SourceSpan,
    },
    /// An id that no rule and no check has.
    #[error("there is no rule or check `{id}`")]
    #[diagnostic(code(config::unknown_id))]
    UnknownId {
        /// As written.
        id: String,
        /// What to do.
        #[help]
        help: String,
        /// The text.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where.
        #[label("not an id")]
        at: SourceSpan,
    },
    /// An entry that says too little or what cannot be.
    #[error("{problem}")]
    #[diagnostic(code(config::invalid))]
    Invalid {
        /// What is wrong.
        problem: String,
        /// What to do.
        #[help]
        help: String,
        /// The text.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where.
        #[label("this")]
        at: SourceSpan,
    },
    /// Nothing is left to find.
    #[error("the configuration leaves no rule and no check to run")]
    #[diagnostic(
        code(config::nothing_left),
        help("a scan that looks for nothing would always pass: enable some rules")
    )]
    NothingLeft,
    /// A rule file that cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Rules(#[from] RuleError),
    /// A catalogue of actions that cannot be used.
    #[error("`{file}` cannot be used as a catalogue")]
    #[diagnostic(code(config::catalogue))]
    Catalogue {
        /// The file.
        file: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// Several inputs, each under its own configuration.
    #[error("`{}` and `{}` would both {what} this scan", first.display(), second.display())]
    #[diagnostic(
        code(config::ambiguous),
        help("name one with {flag}, or scan the paths one at a time")
    )]
    Ambiguous {
        /// What it would do.
        what: &'static str,
        /// The flag that names one.
        flag: &'static str,
        /// One file.
        first: PathBuf,
        /// Another.
        second: PathBuf,
    },
}

impl Config {
    /// Joins the layers. `known_checks` are the ids of the policy checks.
    ///
    /// # Errors
    ///
    /// When the file names rules that do not exist, allows without a reason, or leaves nothing to run.
    pub fn new(
        file: &ConfigFile,
        flags: &Flags,
        known_checks: &[&str],
    ) -> Result<Self, ConfigError> {
        let mut rules = load_rules(file, &flags.rule_files)?;
        let mut notes = rules.notes().to_vec();
        notes.extend(flags.notes.iter().cloned());
        let ids = Ids { rules: &rules, checks: known_checks };
        let file_ids =
            file.rules.disable.iter().chain(&file.rules.only).chain(file.severity.keys());
        file_ids
            .chain(file.allow.iter().filter_map(|allow| allow.rule.as_ref()))
            .try_for_each(|id| ids.check(id, file))?;
        let is_listed = |list: &[toml::Spanned<String>], id: &str| {
            list.iter().any(|listed| listed.get_ref() == id)
        };
        let fail_on = FailOn::of(flags.fail_on, file.fail_on);
        let takes_part = |id: &str| {
            !is_listed(&file.rules.disable, id)
                && (file.rules.only.is_empty() || is_listed(&file.rules.only, id))
        };
        let comments = fail_on.unused.then(|| KnownIds::new(&ids, takes_part));
        if !file.rules.disable.is_empty() || !file.rules.only.is_empty() {
            rules = rules.retain(takes_part);
        }
        let disabled_checks: Vec<String> =
            known_checks.iter().filter(|id| !takes_part(id)).map(|id| (*id).into()).collect();
        let halves = flags.halves.unwrap_or_default();
        let no_rules = rules.is_empty() || halves == Halves::Policy;
        let no_checks = disabled_checks.len() == known_checks.len() || halves == Halves::Secrets;
        if no_rules && no_checks {
            return Err(ConfigError::NothingLeft);
        }
        Ok(Self {
            halves,
            rules,
            policy: policy::Options {
                disabled: disabled_checks,
                kind: flags.kind,
                catalogue: catalogue(flags)?,
            },
            notes,
            allows: allow::allows(file)?,
            baseline: flags.baseline.clone(),
            lists_all: lists_all(file, flags),
            selection: selection(file, flags)?,
            min_confidence: flags
                .min_confidence
                .or(file.min_confidence)
                .unwrap_or(Confidence::Medium),
            fail_on,
            severities: file
                .severity
                .iter()
                .map(|(id, severity)| (id.get_ref().clone(), *severity))
                .collect(),
            comments,
            secrets: flags.secrets,
            now: flags.now,
            threads: flags.threads.max(1),
            clock: flags.clock,
        })
    }
}

/// Whether no flag leaves out findings that the configuration by itself would list.
fn lists_all(file: &ConfigFile, flags: &Flags) -> bool {
    let usual = file.min_confidence.unwrap_or(Confidence::Medium);
    flags.kind.is_none() && flags.min_confidence.is_none_or(|asked| asked <= usual)
}

/// The built-in rules, those of the configuration and of the files that it names, and those of other files.
///
/// # Errors
///
/// When one of the files is not a rule file, or a rule makes no sense.
pub fn load_rules(file: &ConfigFile, files: &[(String, String)]) -> Result<RuleSet, RuleError> {
    let own = file.rules_text();
    let files = [file.rule_files.as_slice(), files].concat();
    RuleSet::load_with(own.as_ref().map(|(name, text)| (name.as_str(), *text)), &files)
}

/// The built-in catalogue with what the user adds to it.
fn catalogue(flags: &Flags) -> Result<policy::Catalogue, ConfigError> {
    let mut catalogue = policy::Catalogue::default().at(flags.now);
    for (file, text) in &flags.catalogues {
        catalogue.extend(text).map_err(|error| {
            let hint = error.help().map_or_else(String::new, |help| format!("; {help}"));
            ConfigError::Catalogue { file: file.clone(), help: format!("{error}{hint}") }
        })?;
    }
    Ok(catalogue)
}

fn selection(file: &ConfigFile, flags: &Flags) -> Result<Selection, ConfigError> {
    let mut exclude = GlobSetBuilder::new();
    for pattern in &file.exclude {
        exclude.add(glob(pattern, file)?.glob().clone());
    }
    Ok(Selection {
        ignore_files: flags.ignore_files,
        exclude: exclude.build().unwrap_or_default(),
        exclude_root: file.root().into(),
        threads: flags.threads,
    })
}

fn glob(pattern: &toml::Spanned<String>, file: &ConfigFile) -> Result<GlobMatcher, ConfigError> {
    let compiled = Glob::new(pattern.get_ref()).map_err(|error| ConfigError::Invalid {
        problem: format!("`{}` is not a path pattern: {}", pattern.get_ref(), error.kind()),
        help: "a pattern fits the whole path: `docs/**`, `*.snap`; see docs/configuration.md"
            .into(),
        source_code: file.source(),
        at: pattern.span().into(),
    })?;
    Ok(compiled.compile_matcher())
}
