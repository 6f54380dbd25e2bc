//! The report as Markdown: for the summary of a job, and for comments on pull requests.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;

use super::comment::{Page, cells, code, words};
use super::counts::{by_severity, found, missing, scanned, size};
use super::{Options, Suppressed, listed, plural, stale};
use crate::finding::{Finding, FindingKind, Place};
use crate::outcome::Outcome;
use crate::snippet::MASK;

/// Findings that have a line, if there is room.
const MAX_ROWS: usize = 200;
/// Places that one line names; the rest are counted.
const MAX_PLACES: usize = 3;
/// Gaps and notes that are named, of each.
const MAX_REMARKS: usize = 20;
/// Rules whose advice is given.
const MAX_ADVICE: usize = 15;
/// Bytes that no single piece may have: a few long names must not keep all others out.
const MAX_PIECE: usize = 4_000;

pub(super) fn write(
    outcome: &Outcome,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut page = Page::default();
    page.end(&format!("### keylint: {}\n\n{}\n\n", found(outcome), scope(outcome)));
    if missing(outcome) > 0 {
        let gaps = plural(missing(outcome), "input");
        page.end(&format!("**Incomplete: {gaps} not scanned.**\n\n"));
    }
    severities(outcome, &mut page);
    let mut findings: Vec<&Finding> = listed(outcome, options).collect();
    findings
        .sort_by_key(|of| (of.is_suppressed(), std::cmp::Reverse((of.severity, of.confidence))));
    let kept = table(&findings, options, &mut page);
    advice(findings.get(..kept).unwrap_or_default(), &mut page);
    gaps(outcome, &mut page);
    write!(out, "{}", page.as_str())
}

/// What was looked at, and what is not listed.
fn scope(outcome: &Outcome) -> String {
    let stats = &outcome.stats;
    let mut text = format!("Scanned: {}, {}.", scanned(stats), size(stats.bytes));
    let counts = [
        (outcome.suppressed(), "finding", " suppressed"),
        (stats.below_confidence, "place", " below the confidence asked for"),
    ];
    for (count, noun, what) in counts {
        if count > 0 {
            let _ = write!(text, " {}{what}.", plural(count, noun));
        }
    }
    text
}

fn severities(outcome: &Outcome, page: &mut Page) {
    let counts = by_severity(outcome);
    if counts.is_empty() {
        return;
    }
    let mut table = String::from("| Severity | Findings |\n| --- | ---: |\n");
    for (severity, count) in counts {
        table += &cells(&[severity.name().into(), count.to_string()]);
    }
    page.end(&(table + "\n"));
}

/// A line for each finding, and how many there was no room for. Says how many have one.
fn table(findings: &[&Finding], options: &Options, page: &mut Page) -> usize {
    if findings.is_empty() {
        return 0;
    }
    page.end("| Severity | Rule | Where | What |\n| --- | --- | --- | --- |\n");
    let mut kept = 0;
    for finding in findings.iter().take(MAX_ROWS) {
        let row = row(finding, options);
        if row.len() > MAX_PIECE || !page.push(&row) {
            break;
        }
        kept += 1;
    }
    let left = findings.len() - kept;
    page.end("\n");
    if left > 0 {
        let more = plural(left as u64, "more finding");
        page.end(&format!("{more} not listed, for there is no room: `--format json` has all\n\n"));
    }
    kept
}

fn row(finding: &Finding, options: &Options) -> String {
    let all = options.suppressed == Suppressed::Listed;
    let shown = |place: &&Place| all || place.suppressed.is_none();
    let places: Vec<&Place> = finding.places.iter().filter(shown).collect();
    let mut at: Vec<String> = places.iter().take(MAX_PLACES).map(|place| site(place)).collect();
    if places.len() > MAX_PLACES {
        at.push(format!("{} more", places.len() - MAX_PLACES));
    }
    let mut what = words(&finding.message);
    if let FindingKind::Secret { redacted, .. } = &finding.kind
        && !redacted.is_empty()
        && redacted != MASK
    {
        what = format!("{what} {}", code(redacted));
    }
    if let (true, Some(known)) =
        (finding.is_suppressed(), places.first().and_then(|place| place.suppressed.as_ref()))
    {
        what = format!("suppressed ({}): {}. {what}", known.kind.name(), words(&known.reason));
    }
    cells(&[finding.severity.name().into(), code(&finding.rule.id), at.join("<br>"), what])
}

fn site(place: &Place) -> String {
    code(&format!("{}:{}", place.origin, place.location.start.line))
}

/// What to do, once for each rule.
fn advice(findings: &[&Finding], page: &mut Page) {
    let mut told = BTreeSet::new();
    let active = findings.iter().filter(|finding| !finding.is_suppressed());
    let rules = active.map(|finding| &finding.rule).filter(|rule| told.insert(rule.id.clone()));
    let mut pieces = Vec::new();
    for rule in rules.take(MAX_ADVICE) {
        let help = words(&rule.help.replace('\n', " "));
        pieces.push(format!("- {}: {help}\n", code(&rule.id)));
    }
    if pieces.is_empty() {
        return;
    }
    page.push("**What to do**\n\n");
    for piece in pieces.iter().filter(|piece| piece.len() <= MAX_PIECE) {
        page.push(piece);
    }
    page.push("\n`keylint explain RULE` says more of a rule.\n\n");
}

/// What was not scanned, and what else a reader should know.
fn gaps(outcome: &Outcome, page: &mut Page) {
    let gaps = outcome.skipped.iter().map(|skipped| {
        let accepted = skipped.accepted.as_ref().map(|reason| format!(" (accepted: {reason})"));
        let text = format!("{}{}", skipped.detail, accepted.unwrap_or_default());
        format!("- {}: {}\n", code(&skipped.origin.to_string()), words(&text))
    });
    remarks("Not scanned", gaps, outcome.skipped.len(), page);
    let stale = outcome.stale.iter().map(|stale| format!("- {}\n", words(&stale::line(stale))));
    remarks("Decisions to look at", stale, outcome.stale.len(), page);
    let notes = outcome.notes.iter().map(|note| format!("- {}\n", words(note)));
    remarks("Notes", notes, outcome.notes.len(), page);
}

fn remarks(title: &str, all: impl Iterator<Item = String>, count: usize, page: &mut Page) {
    if count == 0 {
        return;
    }
    page.end(&format!("**{title}**\n\n"));
    let mut told = 0;
    for remark in all.take(MAX_REMARKS).filter(|remark| remark.len() <= MAX_PIECE) {
        if page.push(&remark) {
            told += 1;
        }
    }
    if count > told {
        page.end(&format!("- and {} more\n", count - told));
    }
    page.end("\n");
}
