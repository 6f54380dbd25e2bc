//! Outcomes as people and programs read them. Reports see an [`Outcome`] and nothing else.

pub mod access;
mod checkout;
mod comment;
mod counts;
mod csv;
mod github;
mod gitlab;
mod history;
mod html;
mod image;
mod json;
mod junit;
mod markdown;
mod page;
mod plan;
mod sarif;
pub mod saved;
mod stale;
mod text;
mod uri;
mod views;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

pub use plan::write_plan;
pub use text::MAX_SKIPPED;

use crate::blob::inert;
use crate::config::Secrets;
use crate::finding::{Finding, Place, RuleMeta, Severity};
use crate::outcome::Outcome;

/// A format of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people, on a terminal.
    Text,
    /// For programs; `docs/report.schema.json` describes it.
    Json,
    /// [`Format::Json`] with a line for each finding, and a last one for the rest.
    JsonLines,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations in the log of GitHub Actions.
    Github,
    /// GitLab's report on secrets.
    Gitlab,
    /// GitLab's report on the quality of code.
    GitlabCodequality,
    /// JUnit XML, for the tests of any CI.
    Junit,
    /// Comma-separated values.
    Csv,
    /// Markdown, for summaries of jobs and for comments.
    Markdown,
    /// A page for browsers.
    Html,
}

/// What a report needs besides the outcome.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether suppressed places are listed too.
    pub suppressed: Suppressed,
    /// Whether raw secrets may be written.
    pub secrets: Secrets,
    /// The time that dates in tokens were compared with, in seconds since 1970.
    pub now: u64,
    /// The lowest severity that makes the scan fail.
    pub fail_on: Severity,
    /// How text looks.
    pub look: Look,
    /// Columns of the terminal, for text.
    pub width: usize,
    /// The directory that paths are relative to, where names of files in text shall lead to the files.
    pub links: Option<PathBuf>,
    /// What kind of run it is, `scan`, `git` or `image`: in SARIF, a later run of the same kind replaces it.
    pub category: &'static str,
}

/// Whether suppressed places are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suppressed {
    /// They are counted.
    Counted,
    /// They are listed too, marked as such.
    Listed,
}

/// How text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Plain characters, no escapes.
    Plain,
    /// Colours and line drawing.
    Colour,
}

/// Writes a report.
///
/// # Errors
///
/// When `out` cannot be written to.
///
/// # Examples
///
/// ```
/// use keylint::config::Secrets;
/// use keylint::finding::Severity;
/// use keylint::outcome::Outcome;
/// use keylint::report::{Format, Look, Options, Suppressed, write};
///
/// # fn main() -> std::io::Result<()> {
/// let options = Options {
///     suppressed: Suppressed::Counted,
///     secrets: Secrets::Masked,
///     now: 0,
///     fail_on: Severity::Low,
///     look: Look::Plain,
///     width: 100,
///     links: None,
///     category: "scan",
/// };
/// let mut report = Vec::new();
/// write(Format::Text, &Outcome::default(), &options, &mut report)?;
/// assert_eq!(String::from_utf8_lossy(&report), "no findings in 0 files, 0 bytes\n");
/// # Ok(())
/// # }
/// ```
pub fn write(
    format: Format,
    outcome: &Outcome,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match format {
        Format::Text => text::write(outcome, options, out),
        Format::Json => json::write(outcome, options, out),
        Format::JsonLines => json::write_lines(outcome, options, out),
        Format::Sarif => sarif::write(outcome, options, out),
        Format::Github => github::write(outcome, options, out),
        Format::Gitlab => gitlab::write(outcome, options, out),
        Format::GitlabCodequality => gitlab::write_quality(outcome, options, out),
        Format::Junit => junit::write(outcome, options, out),
        Format::Csv => csv::write(outcome, options, out),
        Format::Markdown => markdown::write(outcome, options, out),
        Format::Html => html::write(outcome, options, out),
    }
}

/// A number of things, in words that fit the number.
pub fn plural(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The findings that a report lists.
fn listed<'a>(outcome: &'a Outcome, options: &Options) -> impl Iterator<Item = &'a Finding> {
    let all = options.suppressed == Suppressed::Listed;
    outcome.findings.iter().filter(move |finding| all || !finding.is_suppressed())
}

/// The places that a report lists, each with its finding and its number there, from 0.
fn places<'a>(
    outcome: &'a Outcome,
    options: &Options,
) -> impl Iterator<Item = (&'a Finding, usize, &'a Place)> {
    let all = options.suppressed == Suppressed::Listed;
    let shown = move |(_, place): &(usize, &Place)| all || place.suppressed.is_none();
    listed(outcome, options).flat_map(move |finding| {
        let places = finding.places.iter().enumerate().filter(shown);
        places.map(move |(ordinal, place)| (finding, ordinal, place))
    })
}

/// Rules once each, by id.
fn rules<'a>(all: impl Iterator<Item = &'a Arc<RuleMeta>>) -> Vec<Arc<RuleMeta>> {
    let by_id: BTreeMap<&str, &Arc<RuleMeta>> = all.map(|rule| (rule.id.as_str(), rule)).collect();
    by_id.into_values().map(Arc::clone).collect()
}

/// What a history and images tell of a place, a line each, harmless to show; each begins with a line feed.
fn circumstances(finding: &Finding, place: &Place) -> String {
    let mut lines = String::new();
    for line in finding.history.iter().flat_map(history::lines) {
        lines.push('\n');
        lines += &inert(line.as_bytes());
    }
    image::write_lines(place, &mut lines);
    lines
}
