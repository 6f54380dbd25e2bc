//! The report for people: one block a finding, then a summary that says what was and what was not looked at.

use std::fmt::{self, Write as _};
use std::io;
use std::path::Path;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, SourceCode, SourceSpan, SpanContents,
};

use super::counts::{besides, found, missing, scanned, size};
use super::uri::uri;
use super::{Look, Options, Suppressed, circumstances, image, listed, plural, stale};
use crate::blob::{Origin, write_inert};
use crate::finding::{Finding, FindingKind, Place, Severity};
use crate::outcome::Outcome;

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
            if let Some(here) = &options.links {
                link(&mut text, &block, here);
            }
            writeln!(out, "{}", text.trim_start_matches('\n').trim_end())?;
            writeln!(out)?;
        }
    }
    image::tree(outcome, options, out)?;
    summary(outcome, options, out)
}

/// Makes the name of the file in the head of a block a link to it, in the way that terminals know:
/// <https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda>.
fn link(text: &mut String, block: &Block, here: &Path) {
    let Origin::File { path } = block.first.origin.outermost() else { return };
    let start = block.first.location.start;
    let head = format!("{}:{}:{}", block.snippet.name, start.line, start.column);
    let Some(at) = text.find("─[").and_then(|from| Some(from + text.get(from..)?.find(&head)?))
    else {
        return;
    };
    let target = uri(&Origin::File { path: here.join(path) });
    text.replace_range(at..at + head.len(), &format!("\x1b]8;;{target}\x1b\\{head}\x1b]8;;\x1b\\"));
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
        help += &circumstances(self.finding, self.first);
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
    let stats = &outcome.stats;
    let found = found(outcome);
    let files = scanned(stats);
    writeln!(out, "{found} in {files}, {}{}", size(stats.bytes), failing(&active, options))?;
    let counts = besides(outcome);
    if !counts.is_empty() {
        writeln!(out, "{}", counts.join("; "))?;
    }
    if !outcome.is_complete() {
        writeln!(out, "incomplete: {} not scanned", plural(missing(outcome), "input"))?;
    }
    Ok(())
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
