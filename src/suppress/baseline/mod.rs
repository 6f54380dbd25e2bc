//! The baseline: findings that people know of, one line each, in a file that is committed.
//!
//! JSON Lines: what the file is, then one entry per finding, sorted by fingerprint. No times, no numbers of lines: what
//! moves changes nothing, and branches that add entries merge line by line.

mod apply;
mod error;
mod foreign;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;

pub use error::BaselineError;
pub use read::{load, read};

use crate::fingerprint::Fingerprint;

/// The name that a baseline has where nobody gives it another.
pub const NAME: &str = "keylint.baseline";
/// The version of the format that is written, and the newest that is read.
const VERSION: u64 = 1;
/// The largest baseline that is read, in bytes.
const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// One finding that people know of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Which finding.
    pub fingerprint: Fingerprint,
    /// The rule that found it first; for readers, not compared.
    pub rule: String,
    /// Where it was first seen; for readers, not compared.
    pub path: String,
    /// Why it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who answers for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The last day it holds, as `YYYY-MM-DD`; without one it holds for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Whether it is for a finding of the history, which a scan of files need not find.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub history: bool,
}

impl Entry {
    /// An entry without a reason, an owner and an end.
    pub fn new(fingerprint: Fingerprint, rule: impl Into<String>, path: impl Into<String>) -> Self {
        let (rule, path) = (rule.into(), path.into());
        Self { fingerprint, rule, path, reason: None, owner: None, expires: None, history: false }
    }
}

/// An entry, and how it is written in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    entry: Entry,
    /// Its line, from 1; 0 when it is not in the file yet.
    number: u64,
    /// The line itself, which stays as it is.
    text: Option<String>,
}

/// What a file of known findings says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    file: PathBuf,
    /// The directory that it is about.
    root: PathBuf,
    lines: BTreeMap<Fingerprint, Line>,
    notes: Vec<String>,
    /// Entries that were read for a finding with another one.
    differing: usize,
}

#[derive(Serialize)]
struct Header {
    keylint: &'static str,
    version: u64,
}

impl Baseline {
    /// A baseline without entries, to be written to a file.
    pub fn empty(file: &Path) -> Self {
        let root = file.parent().unwrap_or(Path::new("")).into();
        Self { file: file.into(), root, ..Self::default() }
    }

    /// The file it is in.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The directory that it is about: its own, unless another was named.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// This baseline, about another directory than its own.
    #[must_use]
    pub fn about(self, root: &Path) -> Self {
        Self { root: root.into(), ..self }
    }

    /// What a reader should know of the file, harmless to show.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// All entries, sorted by fingerprint.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.lines.values().map(|line| &line.entry)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The entry of a finding.
    pub fn get(&self, fingerprint: &Fingerprint) -> Option<&Entry> {
        self.lines.get(fingerprint).map(|line| &line.entry)
    }

    /// The entries that were read from these lines, from 1.
    pub fn at_lines(&self, numbers: &BTreeSet<u64>) -> impl Iterator<Item = &Entry> {
        let lines = self.lines.values().filter(|line| numbers.contains(&line.number));
        lines.map(|line| &line.entry)
    }

    /// Adds an entry, unless the finding has one: that stays as it is. Says whether it was added.
    pub fn add(&mut self, entry: Entry) -> bool {
        let is_new = !self.lines.contains_key(&entry.fingerprint);
        if is_new {
            self.replace(entry);
        }
        is_new
    }

    /// Puts an entry in the place of the one that the finding has, if any.
    pub fn replace(&mut self, entry: Entry) {
        let line = Line { number: 0, text: None, entry };
        self.lines.insert(line.entry.fingerprint.clone(), line);
    }

    /// Takes the entry of a finding out.
    pub fn remove(&mut self, fingerprint: &Fingerprint) -> Option<Entry> {
        self.lines.remove(fingerprint).map(|line| line.entry)
    }

    /// The text of the file. Entries that were read stay byte for byte.
    pub fn write(&self) -> String {
        let mut text = json(&Header { keylint: "baseline", version: VERSION });
        for line in self.lines.values() {
            text.push('\n');
            match &line.text {
                Some(as_read) => text.push_str(as_read),
                None => text.push_str(&json(&line.entry)),
            }
        }
        text.push('\n');
        text
    }
}

/// One line. What is written here are maps of strings and numbers, which are always JSON.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests;
