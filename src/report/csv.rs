//! Comma-separated values, a line for each place: for spreadsheets and for whoever sorts by hand.
//!
//! <https://www.rfc-editor.org/rfc/rfc4180>

use std::io;

use super::{Options, places};
use crate::blob::Origin;
use crate::finding::{Finding, FindingKind, Place};
use crate::history::{At, GitPlace};
use crate::outcome::{Outcome, Skipped};

/// The first line. What is not known of a place is empty.
const HEADER: [&str; 19] = [
    "status",
    "severity",
    "confidence",
    "rule",
    "title",
    "message",
    "origin",
    "line",
    "column",
    "end_line",
    "end_column",
    "commit",
    "kind",
    "redacted",
    "verdict",
    "fingerprint",
    "suppressed_by",
    "reason",
    "help",
];

pub(super) fn write(
    outcome: &Outcome,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    line(&HEADER.map(str::to_owned), out)?;
    for (finding, _, place) in places(outcome, options) {
        line(&of_place(finding, place), out)?;
    }
    outcome.skipped.iter().try_for_each(|skipped| line(&of_gap(skipped), out))
}

fn of_place(finding: &Finding, place: &Place) -> [String; HEADER.len()] {
    let (start, end) = (place.location.start, place.location.end);
    let (kind, redacted, verdict) = match &finding.kind {
        FindingKind::Secret { redacted, verdict, .. } => {
            ("secret", redacted.clone(), verdict.name())
        }
        FindingKind::Policy { .. } => ("policy", String::new(), ""),
    };
    let suppression = place.suppressed.as_ref();
    let status = if suppression.is_some() { "suppressed" } else { "active" };
    [
        status.into(),
        finding.severity.name().into(),
        finding.confidence.name().into(),
        place.rule.id.clone(),
        place.rule.title.clone(),
        finding.message.clone(),
        place.origin.to_string(),
        start.line.to_string(),
        start.column.to_string(),
        end.line.to_string(),
        end.column.to_string(),
        commit(&place.origin),
        kind.into(),
        redacted,
        verdict.into(),
        finding.fingerprint.to_string(),
        suppression.map_or(String::new(), |known| known.kind.name().into()),
        suppression.map_or(String::new(), |known| known.reason.clone()),
        place.rule.help.clone(),
    ]
}

fn of_gap(skipped: &Skipped) -> [String; HEADER.len()] {
    let accepted = if skipped.accepted.is_some() { " (accepted)" } else { "" };
    HEADER.map(|name| match name {
        "status" => format!("not scanned{accepted}"),
        "rule" => skipped.reason.name().into(),
        "message" => skipped.detail.clone(),
        "origin" => skipped.origin.to_string(),
        "reason" => skipped.accepted.clone().unwrap_or_default(),
        _ => String::new(),
    })
}

fn commit(origin: &Origin) -> String {
    match origin.outermost() {
        Origin::Git(GitPlace {
            at: At::Commit { commit, .. } | At::CommitText { commit, .. },
            ..
        }) => commit.to_string(),
        _ => String::new(),
    }
}

fn line(cells: &[String], out: &mut dyn io::Write) -> io::Result<()> {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    write!(out, "{}\r\n", cells.join(","))
}

/// A cell that is text: programs for tables take what begins with one of some signs for a formula, and run it.
/// <https://owasp.org/www-community/attacks/CSV_Injection>
fn cell(text: &str) -> String {
    let is_formula = text
        .trim_start_matches(' ')
        .starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let text = if is_formula { format!("'{text}") } else { text.into() };
    if text.contains([',', '"', '\r', '\n', '\'', ';', '\t']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_text() {
        for (text, expected) in [
            ("plain", "plain"),
            ("a,\"b\"", "\"a,\"\"b\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "\"'=1+1\""),
            (" @SUM(A1)", "\"' @SUM(A1)\""),
            ("-x.env", "\"'-x.env\""),
            ("\tx", "\"'\tx\""),
            ("", ""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
