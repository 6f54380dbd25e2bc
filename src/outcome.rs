//! What a scan ends with: findings, what was not scanned and why, and what was counted on the way.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::blob::Origin;
use crate::finding::{Finding, SuppressionKind};
use crate::profile::Profile;

/// Everything a scan has to say. Reports are made from this alone.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Sorted by place, then rule.
    pub findings: Vec<Finding>,
    /// Sorted by origin; empty when every selected byte was scanned.
    pub skipped: Vec<Skipped>,
    /// Decisions of people that hide nothing any more; sorted.
    pub stale: Vec<StaleDecision>,
    /// What else a reader should know, harmless to show: gaps that do not matter, content from elsewhere.
    pub notes: Vec<String>,
    /// What was looked at and what became of it.
    pub stats: Stats,
    /// Where the time went, if that was asked for. No report shows it: the same inputs give the same report.
    pub profile: Profile,
}

impl Outcome {
    /// Whether every selected byte was scanned, known gaps aside.
    pub fn is_complete(&self) -> bool {
        self.skipped.iter().all(|skipped| skipped.accepted.is_some())
    }

    /// The findings that no suppression covers.
    pub fn active(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| !finding.is_suppressed())
    }

    /// How many findings are suppressed, by where that was decided; of several decisions, the first counts.
    pub fn suppressed(&self) -> BTreeMap<SuppressionKind, u64> {
        let mut counts = BTreeMap::new();
        let suppressed = self.findings.iter().filter(|finding| finding.is_suppressed());
        let first =
            |finding: &Finding| finding.places.iter().find_map(|place| place.suppressed.clone());
        for decision in suppressed.filter_map(first) {
            *counts.entry(decision.kind).or_default() += 1;
        }
        counts
    }
}

/// A decision that a place does not count, and that hides nothing any more. Texts are harmless to show.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StaleDecision {
    /// The file it is written in.
    pub origin: Origin,
    /// Its line there, from 1.
    pub line: u64,
    /// In what form it is written.
    pub kind: SuppressionKind,
    /// What it would hide: a fingerprint, a rule, a path.
    pub covers: String,
    /// What became of it.
    pub why: Stale,
}

/// Why a decision hides nothing any more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stale {
    /// What it was made for was not found in a scan that would have found it.
    Unused,
    /// Its last day has passed, and what it was made for is reported again.
    Expired {
        /// Its last day, as `YYYY-MM-DD`.
        on: String,
    },
}

/// An input, or a part of one, that was selected but not scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// What it is.
    pub origin: Origin,
    /// Which kind of obstacle.
    pub reason: SkipReason,
    /// The obstacle in words, without a full stop.
    pub detail: String,
    /// Why the configuration accepts this gap; `None` makes the scan incomplete.
    pub accepted: Option<String>,
}

impl Skipped {
    /// A gap that nobody has accepted yet.
    pub fn new(origin: Origin, reason: SkipReason, detail: impl Into<String>) -> Self {
        Self { origin, reason, detail: detail.into(), accepted: None }
    }
}

/// Why an input was not scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SkipReason {
    /// The operating system did not let us read it.
    Unreadable,
    /// It changed its nature between listing and reading, or is no regular file.
    NotRegular,
    /// A documented limit was reached.
    Limit,
    /// It is named, and it is not there.
    Missing,
    /// A known format that could not be decoded.
    Malformed,
    /// It is encrypted.
    Encrypted,
    /// A known format, or a way to pack, that keylint does not read.
    Unsupported,
    /// A defect of keylint itself: the scanner stopped on this input.
    Internal,
}

impl SkipReason {
    /// The word that reports use; part of the interface.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::NotRegular => "not-regular",
            Self::Missing => "missing",
            Self::Limit => "limit",
            Self::Malformed => "malformed",
            Self::Encrypted => "encrypted",
            Self::Unsupported => "unsupported",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Counts of a scan. Every number is a function of the input and the configuration, never of time or threads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Inputs read to the end.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Inputs that were taken for binary and searched with provider rules only.
    pub binary: u64,
    /// Archives and compressed files that were opened.
    pub archives: u64,
    /// Layers of container images that were read.
    pub layers: u64,
    /// What the selection left out.
    pub census: Census,
    /// Stretches of text that rules looked at closely.
    pub windows: u64,
    /// Values that some rule matched.
    pub candidates: u64,
    /// Candidates dropped, by the name of the filter that did it.
    pub rejected: BTreeMap<&'static str, u64>,
    /// Findings below `min_confidence`, which are not listed.
    pub below_confidence: u64,
    /// Findings of changed files on lines that were there before, which are not listed.
    pub unchanged: u64,
    /// AWS policy documents read.
    pub documents: u64,
    /// Objects of git repositories whose history was scanned.
    pub git: ObjectCounts,
}

impl Stats {
    /// Adds the counts of another part of the same scan.
    pub fn add(&mut self, other: &Self) {
        let Self {
            files,
            bytes,
            binary,
            archives,
            layers,
            census,
            windows,
            candidates,
            rejected,
            below_confidence,
            unchanged,
            documents,
            git,
        } = other;
        self.files += files;
        self.bytes += bytes;
        self.binary += binary;
        self.archives += archives;
        self.layers += layers;
        self.census.add(census);
        self.windows += windows;
        self.candidates += candidates;
        for (filter, count) in rejected {
            *self.rejected.entry(filter).or_default() += count;
        }
        self.below_confidence += below_confidence;
        self.unchanged += unchanged;
        self.documents += documents;
        self.git.add(git);
    }
}

/// Objects of git repositories, each counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ObjectCounts {
    /// Commits.
    pub commits: u64,
    /// Trees: directories of commits.
    pub trees: u64,
    /// Blobs: contents of files.
    pub blobs: u64,
    /// Annotated tags.
    pub tags: u64,
}

impl ObjectCounts {
    /// Adds the counts of another repository.
    pub fn add(&mut self, other: &Self) {
        let Self { commits, trees, blobs, tags } = other;
        self.commits += commits;
        self.trees += trees;
        self.blobs += blobs;
        self.tags += tags;
    }
}

/// What was seen in the tree and not selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Symbolic links: never followed.
    pub links: u64,
    /// FIFOs, sockets and devices: never opened.
    pub special: u64,
    /// Files that git ignores, and ignored directories (one each, not entered).
    pub ignored: u64,
    /// Files that `exclude` of the configuration leaves out.
    pub excluded: u64,
    /// Submodules, whose content belongs to another repository.
    pub submodules: u64,
}

impl Census {
    /// Adds what another part of the scan saw.
    pub fn add(&mut self, other: &Self) {
        let Self { links, special, ignored, excluded, submodules } = other;
        self.links += links;
        self.special += special;
        self.ignored += ignored;
        self.excluded += excluded;
        self.submodules += submodules;
    }
}
