//! Findings as a page: a verdict, charts, filters, and a card for each finding. Without scripts it is a table.

mod change;
mod data;
mod place;

use std::cmp::Reverse;
use std::io;

use super::page::{Escaped, Page};
use super::{Options, Suppressed, listed, text};
use crate::blob::inert;
use crate::finding::{Finding, FindingKind, Place};
use crate::outcome::Outcome;

/// The most findings that a page lists: the worst.
const MAX_FINDINGS: usize = 50_000;
/// The most rows of the table that stands in for the page where scripts do not run.
const MAX_ROWS: usize = 1000;

const PAGE: Page = Page {
    title: "keylint report",
    style: include_str!("page.css"),
    script: concat!(
        include_str!("read.js"),
        include_str!("filter.js"),
        include_str!("chart.js"),
        include_str!("time.js"),
        include_str!("card.js"),
        include_str!("list.js"),
        include_str!("keys.js"),
        include_str!("page.js"),
    ),
    markup: include_str!("page.html"),
};

/// Writes the page.
///
/// # Errors
///
/// When `out` cannot be written to.
pub(super) fn write(
    outcome: &Outcome,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut findings: Vec<&Finding> = listed(outcome, options).collect();
    findings.sort_by_key(|finding| Reverse(finding.severity));
    let left = findings.len().saturating_sub(MAX_FINDINGS);
    findings.truncate(MAX_FINDINGS);
    let data = data::data(outcome, &findings, left, options);
    PAGE.write(&data, |out| write_plain(outcome, &findings, left, options, out), out)
}

/// The places of a finding that are shown.
fn places<'a>(finding: &'a Finding, options: &Options) -> impl Iterator<Item = &'a Place> {
    let all = options.suppressed == Suppressed::Listed;
    finding.places.iter().filter(move |place| all || place.suppressed.is_none())
}

/// The findings as a table.
fn write_plain(
    outcome: &Outcome,
    findings: &[&Finding],
    left: usize,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let stats = &outcome.stats;
    writeln!(out, "<div class=\"plain\"><h1>keylint report</h1>")?;
    writeln!(
        out,
        "<p>The charts, the filters and the details need scripts. This is what was found in {}, {}.</p>",
        text::scanned(stats),
        text::size(stats.bytes)
    )?;
    let gaps = outcome.skipped.iter().filter(|skipped| skipped.accepted.is_none()).count() as u64;
    if gaps > 0 {
        let gaps = super::plural(gaps, "input");
        writeln!(out, "<p>The scan is not complete: {gaps} not scanned.</p>")?;
    }
    write!(out, "<table><caption>Findings</caption><thead><tr>")?;
    for name in ["Severity", "Rule", "Place", "What is wrong", "Value"] {
        write!(out, "<th scope=\"col\">{name}</th>")?;
    }
    writeln!(out, "</tr></thead><tbody>")?;
    for finding in findings.iter().take(MAX_ROWS) {
        write_row(finding, options, out)?;
    }
    writeln!(out, "</tbody></table>")?;
    let left = left + findings.len().saturating_sub(MAX_ROWS);
    if left > 0 {
        writeln!(out, "<p>{left} more findings are left out here.</p>")?;
    }
    writeln!(out, "</div>")
}

fn write_row(finding: &Finding, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut shown = places(finding, options);
    let mut place = shown.next().map_or(String::new(), |place| {
        format!("{}:{}", place.origin, place.location.start.line)
    });
    let more = shown.count();
    if more > 0 {
        place = format!("{place} and {}", super::plural(more as u64, "more place"));
    }
    let value = match &finding.kind {
        FindingKind::Secret { redacted, .. } => redacted,
        FindingKind::Policy { .. } => "",
    };
    write!(out, "<tr>")?;
    for cell in [finding.severity.name(), &finding.rule.id, &place, &finding.message, value] {
        write!(out, "<td>{}</td>", Escaped(&inert(cell.as_bytes())))?;
    }
    writeln!(out, "</tr>")
}
