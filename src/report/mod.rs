//! Outcomes as people and programs read them. Reports see an [`Outcome`] and nothing else.

pub mod access;
mod history;
mod image;
mod json;
mod markdown;
mod page;
mod plan;
mod sarif;
mod text;
mod uri;

use std::io;

pub use plan::write_plan;
pub use text::MAX_SKIPPED;

use crate::config::Secrets;
use crate::finding::{Finding, Severity};
use crate::outcome::Outcome;

/// A format of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people, on a terminal.
    Text,
    /// For programs; `docs/report.schema.json` describes it.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
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
    /// What kind of run it is, for SARIF: a later run of the same kind replaces it.
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
pub fn write(
    format: Format,
    outcome: &Outcome,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match format {
        Format::Text => text::write(outcome, options, out),
        Format::Json => json::write(outcome, options, out),
        Format::Sarif => sarif::write(outcome, options, out),
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
