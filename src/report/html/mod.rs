//! Findings as a page: a verdict, charts, filters, and a card for each finding. Without scripts it is a table.

mod change;
mod data;
mod place;

use std::cmp::Reverse;
use std::io;

use super::page::{Escaped, Page};
use super::{Options, Suppressed, counts, listed};
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
        counts::scanned(stats),
        counts::size(stats.bytes)
    )?;
    let gaps = counts::missing(outcome);
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
    let mut place = shown
        .next()
        .map_or(String::new(), |place| format!("{}:{}", place.origin, place.location.start.line));
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::Value;

    use super::*;
    use crate::blob::Origin;
    use crate::config::Secrets;
    use crate::finding::{Confidence, RuleMeta, Severity, Suppression, SuppressionKind};
    use crate::fingerprint::{ContentId, Fingerprint};
    use crate::location::{Location, Position};
    use crate::report::Look;
    use crate::snippet::Snippet;

    const OPTIONS: Options = Options {
        suppressed: Suppressed::Counted,
        secrets: Secrets::Masked,
        now: 0,
        fail_on: Severity::Low,
        look: Look::Plain,
        width: 100,
        links: None,
        category: "scan",
    };

    fn finding(severity: Severity, places: usize) -> Finding {
        let rule = Arc::new(RuleMeta {
            id: format!("rule-{severity}"),
            title: String::new(),
            help: "do this\nthen that".into(),
            severity,
            confidence: Confidence::High,
            references: Vec::new(),
            tags: Vec::new(),
            check: None,
        });
        let start = Position::START;
        let place = Place {
            rule: Arc::clone(&rule),
            origin: Arc::new(Origin::Stdin),
            location: Location { start, end: start },
            snippet: Snippet { text: "ab\ncdé".into(), lines_before: 0, label: 1..2 },
            suppressed: None,
            written: None,
            layer: None,
            built: None,
            fix: None,
        };
        Finding {
            rule,
            severity,
            confidence: Confidence::High,
            message: "m".into(),
            places: vec![place; places],
            kind: FindingKind::Policy { supersedes: Vec::new() },
            fingerprint: Fingerprint::of_policy("a", ContentId::of(b""), ""),
            history: None,
        }
    }

    fn data(findings: Vec<Finding>) -> Value {
        let outcome = Outcome { findings, ..Outcome::default() };
        let mut page = Vec::new();
        write(&outcome, &OPTIONS, &mut page).unwrap();
        let page = String::from_utf8(page).unwrap();
        let (_, rest) = page.split_once("id=\"data\">").unwrap();
        serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
    }

    #[test]
    fn the_worst_findings_come_first_and_rules_are_told_once() {
        use Severity::{High, Low};
        let data = data([Low, High, Low].map(|severity| finding(severity, 1)).into());
        let rules: Vec<_> =
            data["findings"].as_array().unwrap().iter().map(|of| &of["rule"]).collect();
        assert_eq!(rules, [0, 1, 1]);
        let ids: Vec<_> = data["rules"].as_array().unwrap().iter().map(|of| &of["id"]).collect();
        assert_eq!(ids, ["rule-high", "rule-low"]);
        assert_eq!(data["steps"], serde_json::json!([["do this", "then that"]]));
        assert_eq!(data["findings"][2]["steps"], 0);
    }

    #[test]
    fn places_are_counted_beyond_a_number() {
        let mut many = finding(Severity::Low, 130);
        many.places[0].suppressed = Some(Suppression::new(SuppressionKind::Inline, "why"));
        let data = data(vec![many]);
        let listed = data["findings"][0]["places"].as_array().unwrap();
        assert_eq!((listed.len(), &data["findings"][0]["more"]), (100, &29.into()));
        assert!(listed.iter().all(|place| place.get("suppressed").is_none()));
        assert_eq!(listed[0]["snippet"]["parts"], serde_json::json!(["a", "b", "\ncdé"]));
    }

    #[test]
    fn a_page_has_an_end() {
        let mut first = finding(Severity::High, 1);
        first.places[0].snippet.text = "x".repeat(60 << 20);
        let brief = data(vec![first, finding(Severity::Low, 9)]);
        let second = &brief["findings"][1];
        assert_eq!((&second["brief"], &second["more"]), (&true.into(), &8.into()));
        assert_eq!(second["places"][0].get("snippet"), None);
        let many = data(vec![finding(Severity::Low, 1); MAX_FINDINGS + 7]);
        assert_eq!(many["findings"].as_array().unwrap().len(), MAX_FINDINGS);
        assert_eq!((&many["left"], &many["active"]), (&7.into(), &(MAX_FINDINGS + 7).into()));
    }
}
