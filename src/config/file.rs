//! `keylint.toml` as a person writes it.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

use miette::NamedSource;
use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;

use super::{ConfigError, FailOnText};
use crate::finding::{Confidence, Severity};

/// The largest file of rules that a configuration may name, in bytes.
const MAX_RULES: u64 = 4 * 1024 * 1024;

/// The contents of a `keylint.toml`; the default is an empty one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConfigFile {
    /// Paths below the file's directory that are not scanned.
    #[serde(default)]
    pub(super) exclude: Vec<Spanned<String>>,
    /// What makes a scan fail.
    #[serde(default)]
    pub(super) fail_on: Option<FailOnText>,
    /// The file of the findings that people know of.
    #[serde(default)]
    pub(super) baseline: Option<Spanned<String>>,
    /// Findings below are not listed.
    #[serde(default)]
    pub(super) min_confidence: Option<Confidence>,
    /// Which rules and checks take part.
    #[serde(default)]
    pub(super) rules: RulesText,
    /// Severities by id.
    #[serde(default)]
    pub(super) severity: BTreeMap<Spanned<String>, Severity>,
    /// What does not count.
    #[serde(default)]
    pub(super) allow: Vec<AllowText>,
    /// Rules for secrets, which are read from the text.
    #[serde(default)]
    pub(super) rule: Vec<IgnoredAny>,
    /// What the files of rules that it names hold: name and text.
    #[serde(skip)]
    pub(super) rule_files: Vec<(String, String)>,
    /// Where it was read from.
    #[serde(skip)]
    path: PathBuf,
    #[serde(skip)]
    text: String,
}

/// The `[rules]` table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RulesText {
    /// Ids that do not take part.
    #[serde(default)]
    pub(super) disable: Vec<Spanned<String>>,
    /// When not empty, the only ids that take part.
    #[serde(default)]
    pub(super) only: Vec<Spanned<String>>,
    /// Files of rules, below the directory of this file.
    #[serde(default)]
    pub(super) files: Vec<Spanned<String>>,
}

/// An `[[allow]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AllowText {
    pub(super) rule: Option<Spanned<String>>,
    pub(super) path: Option<Spanned<String>>,
    pub(super) fingerprint: Option<String>,
    pub(super) incomplete: Option<Spanned<String>>,
    pub(super) reason: Spanned<String>,
    pub(super) owner: Option<Spanned<String>>,
    pub(super) expires: Option<Spanned<String>>,
}

impl ConfigFile {
    /// The files of rules that it names.
    pub fn rule_files(&self) -> &[(String, String)] {
        &self.rule_files
    }

    /// Itself, when it holds rules: name and text.
    pub fn own_rules(&self) -> Option<(String, String)> {
        self.rules_text().map(|(name, text)| (name, text.to_owned()))
    }

    /// The baseline that it names, which may not be there yet.
    ///
    /// # Errors
    ///
    /// When it is not below the directory of this file.
    pub fn baseline(&self) -> Result<Option<PathBuf>, ConfigError> {
        let Some(name) = &self.baseline else { return Ok(None) };
        let is_plain = |part: Component| matches!(part, Component::Normal(_) | Component::CurDir);
        let path = self.root().join(name.get_ref());
        let below = !name.get_ref().is_empty()
            && Path::new(name.get_ref()).components().all(is_plain)
            && fs::canonicalize(&path).ok().is_none_or(|real| {
                fs::canonicalize(plain(self.root())).is_ok_and(|root| real.starts_with(root))
            });
        below.then_some(Some(path)).ok_or_else(|| ConfigError::Invalid {
            problem: format!(
                "`{}` is not below the directory of the configuration",
                name.get_ref()
            ),
            help: "a baseline from elsewhere is given with --baseline FILE".into(),
            source_code: self.source(),
            at: name.span().into(),
        })
    }

    /// The directory that its paths are relative to.
    pub fn root(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Its rules, given as name and text; `None` when it has none.
    pub(super) fn rules_text(&self) -> Option<(String, &str)> {
        (!self.rule.is_empty()).then(|| (self.path.display().to_string(), self.text.as_str()))
    }

    /// Its own path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The line of a byte of it, from 1.
    pub(super) fn line(&self, at: usize) -> u64 {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        1 + memchr::memchr_iter(b'\n', before).count() as u64
    }

    /// The text, for messages that point into it.
    pub(super) fn source(&self) -> NamedSource<String> {
        NamedSource::new(self.path.display().to_string(), self.text.clone()).with_language("TOML")
    }
}

/// Reads a configuration file.
///
/// # Errors
///
/// When it cannot be read, is not TOML, or has a key that does not exist.
pub fn read(path: &Path) -> Result<ConfigFile, ConfigError> {
    let text = fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
        path: path.into(),
        detail: error.to_string(),
    })?;
    let file: ConfigFile = toml::from_str(&text).map_err(|error| ConfigError::Syntax {
        detail: error.message().lines().next().unwrap_or_default().into(),
        at: error.span().map_or_else(|| (0, 0).into(), Into::into),
        source_code: NamedSource::new(path.display().to_string(), text.clone())
            .with_language("TOML"),
    })?;
    let file = ConfigFile { path: path.into(), text, ..file };
    let rule_files = file.rules.files.iter().map(|name| read_rules(name, &file));
    Ok(ConfigFile { rule_files: rule_files.collect::<Result<_, _>>()?, ..file })
}

/// A directory; the empty path is the working directory.
fn plain(directory: &Path) -> &Path {
    if directory.as_os_str().is_empty() { Path::new(".") } else { directory }
}

/// Reads a file of rules. What is scanned may choose it, so it must lie with what is scanned.
fn read_rules(name: &Spanned<String>, file: &ConfigFile) -> Result<(String, String), ConfigError> {
    let invalid = |problem: String, help: &str| ConfigError::Invalid {
        problem,
        help: help.into(),
        source_code: file.source(),
        at: name.span().into(),
    };
    let path = file.root().join(name.get_ref());
    let root = plain(file.root());
    let unreadable = |error: io::Error| {
        let help = "the path is relative to the directory of the configuration";
        invalid(format!("`{}` cannot be read: {error}", name.get_ref()), help)
    };
    let real = fs::canonicalize(&path).map_err(unreadable)?;
    if !real.starts_with(fs::canonicalize(root).map_err(unreadable)?) {
        let problem =
            format!("`{}` is not below the directory of the configuration", name.get_ref());
        return Err(invalid(problem, "rules from elsewhere are given with --rules FILE"));
    }
    let metadata = fs::metadata(&real).map_err(unreadable)?;
    if !metadata.is_file() || metadata.len() > MAX_RULES {
        let problem = format!("`{}` is no file of rules", name.get_ref());
        return Err(invalid(problem, "name a regular file of at most 4 MiB"));
    }
    let text = fs::read_to_string(&real).map_err(unreadable)?;
    Ok((path.display().to_string(), text))
}
