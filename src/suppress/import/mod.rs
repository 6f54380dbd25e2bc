//! What other scanners wrote down of findings that people know of: reports, baselines, lists to be ignored.
//!
//! Each file becomes claims, one per secret that it names. [`matched`] says which findings of a scan they are about.

mod detect_secrets;
mod error;
mod gitleaks;
mod gitleaksignore;
mod kingfisher;
mod matching;
mod shape;
mod trufflehog;

use std::path::{Component, Path, PathBuf};

use super::text;
pub use error::ImportError;
pub use matching::{Matched, Tree, Unfound, Unmatched, Why, matched};

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// A program whose files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// Reports and baselines, which are the same. <https://github.com/gitleaks/gitleaks#creating-a-baseline>
    Gitleaks,
    /// `.gitleaksignore`. <https://github.com/gitleaks/gitleaks#gitleaksignore>
    GitleaksIgnore,
    /// `.secrets.baseline`. <https://github.com/Yelp/detect-secrets#quickstart>
    DetectSecrets,
    /// JSON, an object a line. <https://github.com/trufflesecurity/trufflehog>
    Trufflehog,
    /// JSON, whole or an object a line. <https://github.com/mongodb/kingfisher>
    Kingfisher,
}

impl Tool {
    /// What the file is called where it is named as a source.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gitleaks => "gitleaks",
            Self::GitleaksIgnore => ".gitleaksignore",
            Self::DetectSecrets => "detect-secrets",
            Self::Trufflehog => "trufflehog",
            Self::Kingfisher => "kingfisher",
        }
    }
}

/// What a file says.
#[derive(Debug)]
pub struct Import {
    /// Who wrote it.
    pub tool: Tool,
    /// In its order.
    pub claims: Vec<Claim>,
}

/// One secret that another scanner found.
#[derive(Debug)]
pub struct Claim {
    /// What it is.
    pub(super) told: Told,
    /// The file, relative to what was scanned; empty where none is told. It may be anything: it is compared, never opened.
    pub path: PathBuf,
    /// The line it starts on, from 1; 0 where none is told.
    pub line: u64,
    /// The commit, in hex.
    pub commit: Option<String>,
    /// What somebody decided: `false` for no secret.
    pub(super) is_secret: Option<bool>,
}

/// What is told of the secret itself. It stays in the process.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// Nothing: it was redacted, or is told by its place alone.
    Place,
    /// It is some private key.
    PrivateKey,
    /// How it begins.
    Start(String),
    /// The SHA-1 of it.
    Sha1([u8; 20]),
    /// All of it.
    Whole(String),
}

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Told(…)")
    }
}

impl Claim {
    fn new(told: Told, path: &str, line: u64) -> Self {
        Self { told, path: plain(path), line, commit: None, is_secret: None }
    }

    /// Why the secret does not count, for whoever reads the baseline.
    pub fn reason(&self, tool: Tool) -> String {
        let marked = match self.is_secret {
            Some(false) => ", marked as no secret there",
            Some(true) => ", marked as a secret there",
            None => "",
        };
        format!("imported from {}{marked}", tool.name())
    }
}

/// A path without the parts that say nothing.
fn plain(path: &str) -> PathBuf {
    Path::new(path).components().filter(|part| !matches!(part, Component::CurDir)).collect()
}

/// Reads a file of another scanner.
///
/// # Errors
///
/// When it cannot be read, is larger than 64 MiB, or is not what one of the scanners writes.
pub fn load(path: &Path) -> Result<Import, ImportError> {
    let unreadable = |detail| ImportError::Unreadable { path: path.into(), detail };
    let text = text::load(path, MAX_BYTES).map_err(unreadable)?;
    let text = text.ok_or_else(|| unreadable("it is larger than 64 MiB".into()))?;
    read(&path.display().to_string(), &text)
}

/// Reads the text of a file; its content says what it is, not its name.
///
/// # Errors
///
/// When it is not what one of the scanners writes.
pub fn read(name: &str, text: &str) -> Result<Import, ImportError> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let unknown = || ImportError::Unknown { name: name.into() };
    if !text.starts_with(['{', '[']) {
        let claims = gitleaksignore::read(text).ok_or_else(unknown)?;
        return Ok(Import { tool: Tool::GitleaksIgnore, claims });
    }
    let corrupt = |error: &serde_json::Error| ImportError::corrupt(name, error);
    let tool = shape::tool(text).map_err(|error| corrupt(&error))?.ok_or_else(unknown)?;
    let claims = match tool {
        Tool::Gitleaks => gitleaks::read(text),
        Tool::DetectSecrets => detect_secrets::read(text),
        Tool::Trufflehog => trufflehog::read(text),
        Tool::Kingfisher => kingfisher::read(text),
        Tool::GitleaksIgnore => return Err(unknown()),
    };
    Ok(Import { tool, claims: claims.map_err(|error| corrupt(&error))? })
}

#[cfg(test)]
mod tests;
