//! The JSON report, and the same with a line for each finding. Its shape is part of the interface: `docs/report.schema.json`,
//! versioned by `schema_version`.

mod inert;

use std::io;
use std::sync::Arc;

pub(super) use inert::{compact, escaped, pretty};

use super::views::{self, report};
use super::{Options, listed, rules};
use crate::finding::{Finding, RuleMeta};
use crate::outcome::Outcome;

pub(super) fn write(
    outcome: &Outcome,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let rules = rules(listed(outcome, options).flat_map(rules_of));
    let findings = listed(outcome, options);
    let findings = findings.map(|of| views::finding(of, options.secrets)).collect();
    pretty(&report(outcome, options, &rules, Some(findings)), out)?;
    writeln!(out)
}

/// Writes a line for each finding. The last line is the report without them.
pub(super) fn write_lines(
    outcome: &Outcome,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    for finding in listed(outcome, options) {
        compact(&views::finding(finding, options.secrets), out)?;
        writeln!(out)?;
    }
    let rules = rules(listed(outcome, options).flat_map(rules_of));
    compact(&report(outcome, options, &rules, None), out)?;
    writeln!(out)
}

/// The rule of a finding, and what found it at its places.
fn rules_of(finding: &Finding) -> impl Iterator<Item = &Arc<RuleMeta>> {
    finding.places.iter().map(|place| &place.rule).chain([&finding.rule])
}
