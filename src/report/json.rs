//! The JSON report. Its shape is part of the interface: `docs/report.schema.json`, versioned by `schema_version`.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;

use super::history::{self, HistoryView};
use super::image::{self, BuiltView, ImageView};
use super::stale::{self, StaleView};
use super::{Options, listed};
use crate::config::Secrets;
use crate::date::timestamp;
use crate::finding::{Edit, Finding, FindingKind, Place};
use crate::location::Position;
use crate::outcome::{ObjectCounts, Outcome, Skipped};

/// Changes when a field changes its meaning or goes away.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    schema_version: u32,
    tool: Tool,
    now: String,
    complete: bool,
    summary: Summary,
    findings: Vec<FindingView<'a>>,
    skipped: Vec<SkippedView<'a>>,
    stale: Vec<StaleView<'a>>,
    notes: &'a [String],
    stats: StatsView<'a>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Summary {
    findings: usize,
    suppressed: usize,
    suppressed_by: BTreeMap<&'static str, u64>,
    below_confidence: u64,
    by_severity: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct FindingView<'a> {
    rule: &'a str,
    title: &'a str,
    severity: &'static str,
    confidence: &'static str,
    message: &'a str,
    help: &'a str,
    references: &'a [String],
    fingerprint: &'a str,
    #[serde(flatten)]
    kind: KindView<'a>,
    places: Vec<PlaceView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<HistoryView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum KindView<'a> {
    Secret {
        redacted: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        raw: Option<String>,
        verdict: &'static str,
        facts: BTreeMap<&'a str, &'a str>,
    },
    Policy {
        supersedes: &'a [String],
    },
}

#[derive(Serialize)]
struct EditView<'a> {
    start: PositionView,
    end: PositionView,
    text: &'a str,
}

#[derive(Serialize)]
struct PlaceView<'a> {
    origin: String,
    start: PositionView,
    end: PositionView,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
    snippet: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<ImageView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    built: Option<BuiltView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<SuppressionView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Vec<EditView<'a>>>,
}

#[derive(Serialize)]
struct PositionView {
    line: u64,
    column: u64,
    offset: u64,
}

#[derive(Serialize)]
struct SuppressionView<'a> {
    kind: &'static str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<&'a str>,
}

#[derive(Serialize)]
struct SkippedView<'a> {
    origin: String,
    reason: &'static str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<&'a str>,
}

#[derive(Serialize)]
struct StatsView<'a> {
    files: u64,
    bytes: u64,
    binary: u64,
    archives: u64,
    layers: u64,
    documents: u64,
    links: u64,
    special: u64,
    ignored: u64,
    excluded: u64,
    submodules: u64,
    unchanged: u64,
    windows: u64,
    candidates: u64,
    rejected: &'a BTreeMap<&'static str, u64>,
    git: ObjectCounts,
}

pub(super) fn write(
    outcome: &Outcome,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut by_severity = BTreeMap::new();
    for finding in outcome.active() {
        *by_severity.entry(finding.severity.name()).or_default() += 1;
    }
    let stats = &outcome.stats;
    let active = outcome.active().count();
    let report = Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "keylint", version: env!("CARGO_PKG_VERSION") },
        now: timestamp(options.now),
        complete: outcome.is_complete(),
        summary: Summary {
            findings: active,
            suppressed: outcome.findings.len() - active,
            suppressed_by: (outcome.suppressed().into_iter())
                .map(|(kind, count)| (kind.name(), count))
                .collect(),
            below_confidence: stats.below_confidence,
            by_severity,
        },
        findings: listed(outcome, options).map(|finding| view(finding, options.secrets)).collect(),
        skipped: outcome.skipped.iter().map(skipped_view).collect(),
        stale: outcome.stale.iter().map(stale::view).collect(),
        notes: &outcome.notes,
        stats: StatsView {
            files: stats.files,
            bytes: stats.bytes,
            binary: stats.binary,
            archives: stats.archives,
            layers: stats.layers,
            documents: stats.documents,
            links: stats.census.links,
            special: stats.census.special,
            ignored: stats.census.ignored,
            excluded: stats.census.excluded,
            submodules: stats.census.submodules,
            unchanged: stats.unchanged,
            windows: stats.windows,
            candidates: stats.candidates,
            rejected: &stats.rejected,
            git: stats.git,
        },
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

fn view(finding: &Finding, secrets: Secrets) -> FindingView<'_> {
    let kind = match &finding.kind {
        FindingKind::Secret { secret, redacted, verdict, facts } => KindView::Secret {
            redacted,
            raw: (secrets == Secrets::Revealed)
                .then(|| String::from_utf8_lossy(secret.reveal()).into_owned()),
            verdict: verdict.name(),
            facts: facts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        },
        FindingKind::Policy { supersedes } => KindView::Policy { supersedes },
    };
    FindingView {
        rule: &finding.rule.id,
        title: &finding.rule.title,
        severity: finding.severity.name(),
        confidence: finding.confidence.name(),
        message: &finding.message,
        help: &finding.rule.help,
        references: &finding.rule.references,
        fingerprint: finding.fingerprint.as_str(),
        kind,
        places: finding.places.iter().map(|place| place_view(place, finding)).collect(),
        history: finding.history.as_ref().map(history::view),
    }
}

fn edit_view(edit: &Edit) -> EditView<'_> {
    let Edit { location, text } = edit;
    EditView { start: position_view(location.start), end: position_view(location.end), text }
}

fn place_view<'a>(place: &'a Place, finding: &Finding) -> PlaceView<'a> {
    PlaceView {
        origin: place.origin.to_string(),
        start: position_view(place.location.start),
        end: position_view(place.location.end),
        rule: Some(place.rule.id.as_str()).filter(|id| *id != finding.rule.id),
        snippet: &place.snippet.text,
        image: image::view(place),
        built: image::built_view(place),
        suppressed: place.suppressed.as_ref().map(|known| SuppressionView {
            kind: known.kind.name(),
            reason: &known.reason,
            owner: known.owner.as_deref(),
            expires: known.expires.as_deref(),
        }),
        fix: place.fix.as_ref().map(|fix| fix.edits.iter().map(edit_view).collect()),
    }
}

const fn position_view(Position { offset, line, column, .. }: Position) -> PositionView {
    PositionView { line, column, offset }
}

fn skipped_view(skipped: &Skipped) -> SkippedView<'_> {
    SkippedView {
        origin: skipped.origin.to_string(),
        reason: skipped.reason.name(),
        detail: &skipped.detail,
        accepted: skipped.accepted.as_deref(),
    }
}
