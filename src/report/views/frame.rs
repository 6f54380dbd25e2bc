//! What a saved report has besides its findings.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::input::{self, InputView};
use super::{FindingView, RuleView, rule};
use crate::config::Secrets;
use crate::date::timestamp;
use crate::finding::{RuleMeta, Severity};
use crate::outcome::{Census, ObjectCounts, Outcome, Skipped, Stats};
use crate::report::Options;

/// Changes when a field changes its meaning or goes away.
pub(in crate::report) const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
pub(in crate::report) struct ReportView<'a> {
    pub schema_version: u32,
    pub tool: ToolView<'a>,
    pub now: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_on: Option<Severity>,
    pub complete: bool,
    /// Whether raw secrets are in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revealed: bool,
    pub summary: SummaryView<'a>,
    /// Absent where findings have lines of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<Vec<FindingView<'a>>>,
    #[serde(default)]
    pub rules: Vec<RuleView<'a>>,
    pub skipped: Vec<SkippedView<'a>>,
    pub notes: Cow<'a, [String]>,
    pub stats: StatsView<'a>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::report) struct ToolView<'a> {
    pub name: Cow<'a, str>,
    pub version: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::report) struct SummaryView<'a> {
    pub findings: u64,
    pub suppressed: u64,
    #[serde(default)]
    pub suppressed_places: u64,
    pub below_confidence: u64,
    pub by_severity: BTreeMap<Cow<'a, str>, u64>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::report) struct SkippedView<'a> {
    pub origin: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<InputView<'a>>,
    pub reason: Cow<'a, str>,
    pub detail: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Cow<'a, str>>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::report) struct StatsView<'a> {
    pub files: u64,
    pub bytes: u64,
    pub binary: u64,
    pub archives: u64,
    pub layers: u64,
    pub documents: u64,
    pub links: u64,
    pub special: u64,
    pub ignored: u64,
    pub excluded: u64,
    pub submodules: u64,
    pub unchanged: u64,
    pub windows: u64,
    pub candidates: u64,
    pub rejected: BTreeMap<Cow<'a, str>, u64>,
    pub git: ObjectCounts,
}

/// A report, with the findings or without.
pub(in crate::report) fn report<'a>(
    outcome: &'a Outcome,
    options: &'a Options,
    rules_of: &'a [std::sync::Arc<RuleMeta>],
    findings: Option<Vec<FindingView<'a>>>,
) -> ReportView<'a> {
    let mut by_severity: BTreeMap<Cow<'_, str>, u64> = BTreeMap::new();
    for finding in outcome.active() {
        *by_severity.entry(finding.severity.name().into()).or_default() += 1;
    }
    ReportView {
        schema_version: SCHEMA_VERSION,
        tool: ToolView { name: "keylint".into(), version: env!("CARGO_PKG_VERSION").into() },
        now: timestamp(options.now).into(),
        command: Some(options.category.into()),
        fail_on: Some(options.fail_on),
        complete: outcome.is_complete(),
        revealed: options.secrets == Secrets::Revealed,
        summary: SummaryView {
            findings: outcome.active().count() as u64,
            suppressed: outcome.suppressed(),
            suppressed_places: outcome.suppressed_places(),
            below_confidence: outcome.stats.below_confidence,
            by_severity,
        },
        findings,
        rules: rules_of.iter().map(|of| rule(of)).collect(),
        skipped: outcome.skipped.iter().map(skipped).collect(),
        notes: (&outcome.notes).into(),
        stats: stats(&outcome.stats),
    }
}

fn skipped(skipped: &Skipped) -> SkippedView<'_> {
    SkippedView {
        origin: skipped.origin.to_string().into(),
        input: Some(input::view(&skipped.origin)),
        reason: skipped.reason.name().into(),
        detail: (&skipped.detail).into(),
        accepted: skipped.accepted.as_ref().map(Into::into),
    }
}

fn stats(stats: &Stats) -> StatsView<'_> {
    let Census { links, special, ignored, excluded, submodules } = stats.census;
    StatsView {
        files: stats.files,
        bytes: stats.bytes,
        binary: stats.binary,
        archives: stats.archives,
        layers: stats.layers,
        documents: stats.documents,
        links,
        special,
        ignored,
        excluded,
        submodules,
        unchanged: stats.unchanged,
        windows: stats.windows,
        candidates: stats.candidates,
        rejected: stats
            .rejected
            .iter()
            .map(|(name, count)| (name.as_ref().into(), *count))
            .collect(),
        git: stats.git,
    }
}
