//! `keylint.toml` as a person writes it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use miette::NamedSource;
use serde::Deserialize;
use toml::Spanned;

use super::ConfigError;
use crate::finding::{Confidence, Severity};

/// The contents of a `keylint.toml`; the default is an empty one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConfigFile {
    /// Paths below the file's directory that are not scanned.
    #[serde(default)]
    pub(super) exclude: Vec<Spanned<String>>,
    /// The lowest severity that makes a scan fail.
    #[serde(default)]
    pub(super) fail_on: Option<Severity>,
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
}

impl ConfigFile {
    /// The directory that its paths are relative to.
    pub(super) fn root(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
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
    Ok(ConfigFile { path: path.into(), text, ..file })
}
