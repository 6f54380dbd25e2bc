//! The report for people: one block a finding, then a summary that says what was and what was not looked at.

use std::fmt::{self, Write as _};
use std::io;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, SourceCode, SourceSpan, SpanContents,
};

use super::{Look, Options, Suppressed, history, image, listed, plural, stale};
use crate::blob::write_inert;
use crate::finding::{Finding, FindingKind, Place, Severity, SuppressionKind};
use crate::outcome::{Outcome, Stats};

/// Further places that are named; the rest are counted.
const MORE_PLACES: usize = 5;

pub(super) fn write(
    outcome: &Outcome,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let theme = match options.look {
        Look::Plain => GraphicalTheme::unicode_nocolor(),
        Look::Colour => GraphicalTheme::unicode(),
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(options.width.clamp(60, 160))
        .with_links(false);
    for finding in listed(outcome, options) {
        if let Some(block) = block(finding, options.suppressed) {
            let mut text = String::new();
            if handler.render_report(&mut text, &block).is_err() {
                text = block.to_string();
            }
            writeln!(out, "{}", text.trim_start_matches('\n').trim_end())?;
            writeln!(out)?;
        }
    }
    image::tree(outcome, options, out)?;
    summary(outcome, options, out)
}

/// Gaps that are named; the rest are counted.
pub const MAX_SKIPPED: usize = 50;

/// One finding as a diagnostic.
#[derive(Debug)]
struct Block<'a> {
    finding: &'a Finding,
    first: &'a Place,
    rest: Vec<&'a Place>,
    snippet: Window<'a>,
}

fn block(finding: &Finding, suppressed: Suppressed) -> Option<Block<'_>> {
    let shown = |place: &&Place| suppressed == Suppressed::Listed || place.suppressed.is_none();
    let mut places = finding.places.iter().filter(shown);
    let first = places.next()?;
    Some(Block {
        finding,
        first,
        rest: places.collect(),
        snippet: Window { place: first, name: name(first) },
    })
}

fn name(place: &Place) -> String {
    place.origin.to_string()
}

impl fmt::Display for Block<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_inert(f, self.finding.message.as_bytes())
    }
}

impl std::error::Error for Block<'_> {}

impl Diagnostic for Block<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.finding.rule.id))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Critical | Severity::High => miette::Severity::Error,
            Severity::Medium | Severity::Low => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let mut help = self.finding.rule.help.clone();
        for line in self.finding.history.iter().flat_map(history::lines) {
            help.push('\n');
            let _ = write_inert(&mut help, line.as_bytes());
        }
        image::write_lines(self.first, &mut help);
        for place in self.rest.iter().take(MORE_PLACES) {
            let _ = write!(help, "\nalso at {}:{}", place.origin, place.location.start.line);
            if place.rule.id != self.finding.rule.id {
                let _ = write!(help, " ({})", place.rule.id);
            }
        }
        if self.rest.len() > MORE_PLACES {
            let _ = write!(help, "\nand at {} more places", self.rest.len() - MORE_PLACES);
        }
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.snippet)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let mut label =
            format!("{} severity, {} confidence", self.finding.severity, self.finding.confidence);
        if let FindingKind::Secret { facts, .. } = &self.finding.kind {
            for (name, value) in facts {
                label.push_str(", ");
                let _ = write_inert(&mut label, format!("{name} {value}").as_bytes());
            }
        }
        if self.first.rule.id != self.finding.rule.id {
            let _ = write!(label, ", found here by {}", self.first.rule.id);
        }
        if let Some(suppression) = &self.first.suppressed {
            label.push_str(", suppressed: ");
            let _ = write_inert(&mut label, suppression.reason.as_bytes());
        }
        let span = self.first.snippet.label.clone();
        Some(Box::new(std::iter::once(LabeledSpan::at(span, label))))
    }
}

/// The lines of a place, numbered as in the file.
#[derive(Debug)]
struct Window<'a> {
    place: &'a Place,
    name: String,
}

impl SourceCode for Window<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let snippet = &self.place.snippet;
        let inner = snippet.text.as_str().read_span(span, before, after)?;
        let first_line =
            self.place.location.start.line.saturating_sub(1 + snippet.lines_before as u64);
        let line = usize::try_from(first_line).unwrap_or(0) + inner.line();
        // The header names the column in the file; the cut may have moved it.
        let on_label_line = inner.line() == snippet.lines_before;
        let column = self.place.location.start.column.saturating_sub(1);
        let column =
            if on_label_line { usize::try_from(column).unwrap_or(0) } else { inner.column() };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            inner.data(),
            *inner.span(),
            line,
            column,
            inner.line_count(),
        )))
    }
}

fn summary(outcome: &Outcome, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    gaps(outcome, out)?;
    let active: Vec<&Finding> = outcome.active().collect();
    let by_severity: Vec<String> = Severity::ALL
        .iter()
        .rev()
        .map(|severity| {
            (severity, active.iter().filter(|finding| finding.severity == *severity).count())
        })
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| format!("{count} {severity}"))
        .collect();
    let stats = &outcome.stats;
    let found = match active.len() {
        0 => "no findings".into(),
        1 => format!("1 finding ({})", by_severity.join(", ")),
        count => format!("{count} findings ({})", by_severity.join(", ")),
    };
    let files = scanned(stats);
    writeln!(out, "{found} in {files}, {}{}", size(stats.bytes), failing(&active, options))?;
    let census = &stats.census;
    let suppressed = outcome.findings.len() - active.len();
    let how_suppressed = how_suppressed(outcome);
    let fixable = active.iter().flat_map(|finding| &finding.places);
    let fixable = fixable.filter(|place| place.suppressed.is_none() && place.fix.is_some());
    let counts = [
        (fixable.count() as u64, "place", " to be put right by --fix"),
        (suppressed as u64, "finding", how_suppressed.as_str()),
        (stats.below_confidence, "place", " below the confidence asked for (--min-confidence low)"),
        (stats.documents, "policy document", " read"),
        (stats.layers, "layer", " of images read"),
        (stats.archives, "archive", " opened"),
        (stats.binary, "binary file", " (provider rules only)"),
        (census.ignored, "git-ignored name", " not scanned (--no-ignore)"),
        (census.excluded, "file", " excluded by keylint.toml"),
        (stats.unchanged, "finding", " on lines that did not change (--staged-all)"),
        (census.submodules, "submodule", " not entered"),
        (census.links, "link", " not followed"),
        (census.special, "special file", " not opened (pipes, sockets, devices)"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, noun, what)| plural(*count, noun) + what)
        .collect();
    if !counts.is_empty() {
        writeln!(out, "{}", counts.join("; "))?;
    }
    if !outcome.is_complete() {
        let missing =
            outcome.skipped.iter().filter(|skipped| skipped.accepted.is_none()).count() as u64;
        writeln!(out, "incomplete: {} not scanned", plural(missing, "input"))?;
    }
    Ok(())
}

/// Where it was decided that findings are suppressed.
fn how_suppressed(outcome: &Outcome) -> String {
    let by = outcome.suppressed();
    let decided: Vec<String> = by
        .iter()
        .map(|(kind, count)| {
            let place = match kind {
                SuppressionKind::Inline => "by comments",
                SuppressionKind::Config => "by keylint.toml",
                SuppressionKind::Gitleaks => "by allowlists for gitleaks",
                SuppressionKind::Baseline => "by the baseline",
                SuppressionKind::Peer => "by comments for other scanners",
            };
            format!("{count} {place}")
        })
        .collect();
    format!(" suppressed ({}; --show-suppressed)", decided.join(", "))
}

/// How much was scanned: of a history, contents of files and texts of commits.
fn scanned(stats: &Stats) -> String {
    let commits = stats.git.commits;
    if commits == 0 {
        return plural(stats.files, "file");
    }
    let contents = stats.files.saturating_sub(commits + stats.git.tags);
    format!("{} of files, {}", plural(contents, "content"), plural(commits, "commit"))
}

/// What was not scanned, what is decided for nothing, and what else a reader should know.
fn gaps(outcome: &Outcome, out: &mut dyn io::Write) -> io::Result<()> {
    for skipped in outcome.skipped.iter().take(MAX_SKIPPED) {
        let accepted = skipped
            .accepted
            .as_ref()
            .map_or(String::new(), |reason| format!(" (accepted: {reason})"));
        writeln!(out, "not scanned: {}: {}{accepted}", skipped.origin, skipped.detail)?;
    }
    if outcome.skipped.len() > MAX_SKIPPED {
        let more = outcome.skipped.len() - MAX_SKIPPED;
        writeln!(out, "not scanned: {more} more; --format json names all")?;
    }
    for decision in outcome.stale.iter().take(stale::MAX_STALE) {
        let (origin, line, words) = (&decision.origin, decision.line, stale::words(decision));
        writeln!(out, "stale: {origin}:{line}: {words}")?;
    }
    if outcome.stale.len() > stale::MAX_STALE {
        let more = outcome.stale.len() - stale::MAX_STALE;
        writeln!(out, "stale: {more} more; --format json names all")?;
    }
    for note in &outcome.notes {
        writeln!(out, "note: {note}")?;
    }
    Ok(())
}

fn failing(active: &[&Finding], options: &Options) -> String {
    let failing = active.iter().filter(|finding| finding.severity >= options.fail_on).count();
    if failing == active.len() {
        String::new()
    } else {
        format!("; {failing} of {} severity or worse", options.fail_on)
    }
}

/// Bytes with a decimal unit.
fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)];
    match UNITS.iter().find(|(_, unit)| bytes >= *unit) {
        Some((name, unit)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => plural(bytes, "byte"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(1_950), "1.9 kB");
        assert_eq!(size(490_500_000), "490.5 MB");
    }
}
