//! Reports that were saved as JSON, read back. They come from anybody: what they say is made harmless to show again, and no number
//! is taken for one that can be counted on.

mod error;
mod filter;
mod finding;
mod input;
mod layer;
mod merge;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Deserializer, Value};

pub use error::SavedError;
pub use filter::Filter;
pub use merge::merge;

use super::image::shown;
use super::views::{FindingView, ReportView, SCHEMA_VERSION, SkippedView, StatsView};
use crate::date::seconds_from_timestamp;
use crate::finding::Severity;
use crate::outcome::{ObjectCounts, Outcome, SkipReason, Skipped, Stats, Unlisted};

/// A saved report. What it does not say has the value that a scan would have had.
#[derive(Debug)]
pub struct Saved {
    /// Findings, gaps and counts.
    pub outcome: Outcome,
    /// The moment that dates in tokens were compared with, in seconds since 1970.
    pub now: u64,
    /// The lowest severity that made the scan fail.
    pub fail_on: Severity,
    /// What kind of run it was, as [`super::Options::category`] names it.
    pub category: &'static str,
    /// Whether it holds raw secrets.
    pub is_revealed: bool,
}

/// What kinds of run are called.
const CATEGORIES: [&str; 4] = ["scan", "git", "image", "report"];

/// The most that a number of a saved report counts: what JSON holds exactly everywhere.
const MAX_NUMBER: u64 = 1 << 53;

/// A number that can be added to others.
fn bounded(number: u64) -> u64 {
    number.min(MAX_NUMBER)
}

/// [`bounded`], where it counts things in memory.
fn bounded_size(number: usize) -> usize {
    number.min(1 << 30)
}

/// A text of one or more lines, harmless to show.
fn lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(shown).collect();
    lines.join("\n")
}

/// What tells values apart. Other fields are of no account.
#[derive(Deserialize)]
struct Head {
    schema_version: Option<Value>,
    summary: Option<IgnoredAny>,
    findings: Option<IgnoredAny>,
    places: Option<IgnoredAny>,
    fingerprint: Option<IgnoredAny>,
    runs: Option<IgnoredAny>,
    principals: Option<IgnoredAny>,
}

/// What a value of a file is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A whole report.
    Report,
    /// A line for a finding.
    Finding,
    /// The last line of such lines.
    Last,
}

/// Reads the reports of a file, of which there may be several one after the other. `name` is for errors, harmless to show.
///
/// # Errors
///
/// When there is none, or when one is not whole.
pub fn read(name: &str, bytes: &[u8]) -> Result<Vec<Saved>, SavedError> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut values = Deserializer::from_slice(bytes).into_iter::<Head>();
    let (mut reports, mut waiting) = (Vec::new(), Vec::new());
    let mut start = 0;
    while let Some(head) = values.next() {
        let head = head.map_err(|error| SavedError::of_json(name, bytes, &error))?;
        let end = values.byte_offset();
        let value = bytes.get(start..end).unwrap_or_default();
        start = end;
        let damaged = |error: serde_json::Error| SavedError::damaged(name, &error.to_string());
        match kind(name, &head)? {
            Kind::Finding => {
                let view: FindingView = serde_json::from_slice(value).map_err(damaged)?;
                waiting.push(view);
            }
            Kind::Report | Kind::Last => {
                let mut view: ReportView = serde_json::from_slice(value).map_err(damaged)?;
                let findings = view.findings.take().unwrap_or_else(|| std::mem::take(&mut waiting));
                let saved = saved(&view, &findings);
                reports.push(saved.map_err(|problem| SavedError::damaged(name, &problem))?);
            }
        }
    }
    if !waiting.is_empty() {
        return Err(SavedError::CutOff { name: name.into() });
    }
    if reports.is_empty() {
        return Err(SavedError::Empty { name: name.into() });
    }
    Ok(reports)
}

fn kind(name: &str, head: &Head) -> Result<Kind, SavedError> {
    let of_another = |what| Err(SavedError::Other { name: name.into(), what });
    if head.runs.is_some() {
        return of_another("a SARIF log");
    }
    if head.places.is_some() && head.fingerprint.is_some() {
        return Ok(Kind::Finding);
    }
    let Some(version) = head.schema_version.as_ref().and_then(Value::as_u64) else {
        return of_another("JSON of something else");
    };
    if head.principals.is_some() {
        return of_another("a report of `keylint access`");
    }
    if head.summary.is_none() {
        return of_another("JSON of something else");
    }
    if version != u64::from(SCHEMA_VERSION) {
        return Err(SavedError::Version { name: name.into(), version });
    }
    Ok(if head.findings.is_some() { Kind::Report } else { Kind::Last })
}

/// A report, or what is wrong with it.
fn saved(view: &ReportView, findings: &[FindingView]) -> Result<Saved, String> {
    if view.tool.name != "keylint" {
        return Err(format!("it was written by `{}`", shown(&view.tool.name)));
    }
    let now = seconds_from_timestamp(&view.now).and_then(|now| u64::try_from(now).ok());
    let now = now.ok_or_else(|| format!("`{}` is no moment", shown(&view.now)))?;
    let rules = view.rules.iter().map(finding::rule).map(|rule| (rule.id.clone(), rule.into()));
    let rules = rules.collect();
    let findings = findings.iter().map(|of| finding::finding(of, &rules));
    let mut outcome = Outcome {
        findings: findings.collect::<Result<_, _>>()?,
        skipped: view.skipped.iter().map(skipped).collect::<Result<_, _>>()?,
        notes: view.notes.iter().map(|note| shown(note).into_owned()).collect(),
        stats: stats(&view.stats),
        ..Outcome::default()
    };
    outcome.stats.below_confidence = bounded(view.summary.below_confidence);
    outcome.unlisted = Unlisted {
        findings: bounded(view.summary.suppressed).saturating_sub(outcome.suppressed()),
        places: bounded(view.summary.suppressed_places).saturating_sub(outcome.suppressed_places()),
    };
    let category = CATEGORIES.into_iter().find(|known| view.command.as_deref() == Some(known));
    Ok(Saved {
        outcome,
        now,
        fail_on: view.fail_on.unwrap_or(Severity::Low),
        category: category.unwrap_or("scan"),
        is_revealed: view.revealed,
    })
}

fn skipped(view: &SkippedView) -> Result<Skipped, String> {
    Ok(Skipped {
        origin: input::origin(view.input.as_ref(), &view.origin)?,
        reason: named(SkipReason::ALL, SkipReason::name, &view.reason)?,
        detail: shown(&view.detail).into_owned(),
        accepted: view.accepted.as_ref().map(|reason| shown(reason).into_owned()),
    })
}

/// The one of some values that has a name.
fn named<T: Copy>(all: &[T], name: fn(T) -> &'static str, wanted: &str) -> Result<T, String> {
    let found = all.iter().copied().find(|value| name(*value) == wanted);
    found.ok_or_else(|| format!("`{}` is a word that this version does not know", shown(wanted)))
}

fn stats(view: &StatsView) -> Stats {
    let mut stats = Stats {
        files: bounded(view.files),
        bytes: bounded(view.bytes),
        binary: bounded(view.binary),
        archives: bounded(view.archives),
        layers: bounded(view.layers),
        documents: bounded(view.documents),
        unchanged: bounded(view.unchanged),
        windows: bounded(view.windows),
        candidates: bounded(view.candidates),
        ..Stats::default()
    };
    stats.census.links = bounded(view.links);
    stats.census.special = bounded(view.special);
    stats.census.ignored = bounded(view.ignored);
    stats.census.excluded = bounded(view.excluded);
    stats.census.submodules = bounded(view.submodules);
    let ObjectCounts { commits, trees, blobs, tags } = view.git;
    stats.git = ObjectCounts {
        commits: bounded(commits),
        trees: bounded(trees),
        blobs: bounded(blobs),
        tags: bounded(tags),
    };
    for (name, count) in &view.rejected {
        stats.rejected.insert(shown(name).into_owned().into(), bounded(*count));
    }
    stats
}
