//! Annotations of GitHub Actions: commands in the log of a step, which GitHub shows beside the lines of a pull request.
//!
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use super::checkout;
use super::counts::{found, missing};
use super::image::shown;
use super::stale::{MAX_STALE, line};
use super::{MAX_SKIPPED, Options, Suppressed, circumstances, listed, plural};
use crate::blob::write_inert;
use crate::finding::{Finding, Place, Severity};
use crate::outcome::Outcome;

/// What GitHub keeps of each level in one step.
const MAX_ANNOTATIONS: usize = 10;
/// Further places that an annotation names; the rest are counted.
const MAX_PLACES: usize = 5;

/// How an annotation looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Error,
    Warning,
    Notice,
}

impl Level {
    const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Notice];

    const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }

    fn of(finding: &Finding) -> Self {
        match finding.severity {
            _ if finding.is_suppressed() => Self::Notice,
            Severity::Critical | Severity::High => Self::Error,
            Severity::Medium | Severity::Low => Self::Warning,
            Severity::Note => Self::Notice,
        }
    }
}

pub(super) fn write(
    outcome: &Outcome,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut findings: Vec<&Finding> = listed(outcome, options).collect();
    findings
        .sort_by_key(|of| (of.is_suppressed(), std::cmp::Reverse((of.severity, of.confidence))));
    let mut left = Vec::new();
    for level in Level::ALL {
        let of_level: Vec<_> = findings.iter().filter(|of| Level::of(of) == level).collect();
        // One of the warnings says that there are gaps.
        let gaps = usize::from(level == Level::Warning && missing(outcome) > 0);
        for finding in of_level.iter().take(MAX_ANNOTATIONS - gaps) {
            annotate(level, finding, options, out)?;
        }
        if let Some(more) =
            (of_level.len() + gaps).checked_sub(MAX_ANNOTATIONS).filter(|more| *more > 0)
        {
            left.push(plural(more as u64, level.name()));
        }
    }
    if !left.is_empty() {
        let left = left.join(", ");
        writeln!(
            out,
            "keylint: without an annotation: {left} (GitHub keeps {MAX_ANNOTATIONS} of each level in a step)"
        )?;
    }
    rest(outcome, out)
}

/// The annotation of a finding, at the first place that is listed.
fn annotate(
    level: Level,
    finding: &Finding,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let all = options.suppressed == Suppressed::Listed;
    let mut places = finding.places.iter().filter(|place| all || place.suppressed.is_none());
    let Some(first) = places.next() else { return Ok(()) };
    let mut properties = Vec::new();
    let file = checkout::file(&first.origin);
    if let Some(file) = &file {
        properties.push(format!("file={}", property(&file.path)));
        if file.is_exact {
            properties.extend(lines(first));
        }
    }
    let title =
        format!("{} ({}, {} confidence)", first.rule.id, finding.severity, finding.confidence);
    properties.push(format!("title={}", property(&title)));
    let is_told = file.is_some_and(|file| file.is_exact);
    let text = text(finding, first, is_told, &places.collect::<Vec<_>>());
    writeln!(out, "::{} {}::{}", level.name(), properties.join(","), data(&text))
}

/// Line and column. GitHub takes columns for those of one line.
fn lines(place: &Place) -> Vec<String> {
    let (start, end) = (place.location.start, place.location.end);
    let mut lines = vec![format!("line={}", start.line), format!("endLine={}", end.line)];
    if start.line == end.line {
        lines.push(format!("col={}", start.column));
        lines.push(format!("endColumn={}", end.column));
    }
    lines
}

/// What an annotation says. Where no file of the checkout tells the place, the text does.
fn text(finding: &Finding, first: &Place, is_told: bool, rest: &[&Place]) -> String {
    let mut text = String::new();
    let _ = write_inert(&mut text, finding.message.as_bytes());
    if !is_told {
        let _ = write!(text, "\nin {}:{}", first.origin, first.location.start.line);
    }
    if let Some(suppression) = &first.suppressed {
        let _ = write!(text, "\nsuppressed ({}): {}", suppression.kind.name(), suppression.reason);
    }
    if !finding.rule.help.is_empty() {
        let _ = write!(text, "\n{}", finding.rule.help);
    }
    text.push_str(&circumstances(finding, first));
    for place in rest.iter().take(MAX_PLACES) {
        let _ = write!(text, "\nalso at {}:{}", place.origin, place.location.start.line);
    }
    if rest.len() > MAX_PLACES {
        let _ = write!(text, "\nand at {} more places", rest.len() - MAX_PLACES);
    }
    text
}

/// What was not scanned, and the result: plain lines of the log.
fn rest(outcome: &Outcome, out: &mut dyn io::Write) -> io::Result<()> {
    let missing = missing(outcome);
    if missing > 0 {
        let what =
            format!("{} not scanned; the log of this step names them", plural(missing, "input"));
        writeln!(out, "::warning title={}::{}", property("keylint: incomplete"), data(&what))?;
    }
    for skipped in outcome.skipped.iter().take(MAX_SKIPPED) {
        let accepted = skipped.accepted.as_ref().map(|reason| format!(" (accepted: {reason})"));
        let accepted = accepted.unwrap_or_default();
        plain(&format!("not scanned: {}: {}{accepted}", skipped.origin, skipped.detail), out)?;
    }
    if outcome.skipped.len() > MAX_SKIPPED {
        let more = outcome.skipped.len() - MAX_SKIPPED;
        plain(&format!("not scanned: {more} more; --format json names all"), out)?;
    }
    for decision in outcome.stale.iter().take(MAX_STALE) {
        plain(&format!("stale: {}", line(decision)), out)?;
    }
    for note in &outcome.notes {
        plain(&format!("note: {note}"), out)?;
    }
    let mut verdict = found(outcome);
    if outcome.suppressed() > 0 {
        let _ = write!(verdict, "; {} suppressed", outcome.suppressed());
    }
    if outcome.stats.below_confidence > 0 {
        let below = plural(outcome.stats.below_confidence, "place");
        let _ = write!(verdict, "; {below} below the confidence asked for");
    }
    plain(&verdict, out)
}

/// A line of the log in which nothing is a command: those of today stand at the beginning of a line, older ones anywhere.
fn plain(line: &str, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "keylint: {}", shown(line).replace("##[", "## ["))
}

/// The text of a command. The runner takes nothing in it for another command, and what is escaped for what it was.
fn data(text: &str) -> String {
    let lines: Vec<Cow<'_, str>> = text.split('\n').map(shown).collect();
    escaped(&lines.join("\n"), &[])
}

/// The value of a property.
fn property(text: &str) -> String {
    escaped(&shown(text), &[':', ','])
}

fn escaped(text: &str, more: &[char]) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '\r' | '\n') || more.contains(&character) {
            let _ = write!(escaped, "%{:02X}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    // Who reads logs for the commands of old finds none.
    escaped.replace("##[", "## [")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_data() {
        assert_eq!(data("100%\na: b,c"), "100%25%0Aa: b,c");
        assert_eq!(property("a:b,c\n100%"), "a%3Ab%2Cc\\u{a}100%25");
        assert_eq!(data("##[add-mask]x"), "## [add-mask]x");
        let mut out = Vec::new();
        plain("a\n::error::b ##[set-env name=x]y", &mut out).unwrap();
        let line = String::from_utf8(out).unwrap();
        assert_eq!(line, "keylint: a\\u{a}::error::b ## [set-env name=x]y\n");
    }
}
