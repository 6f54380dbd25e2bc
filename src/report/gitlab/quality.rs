//! The report on the quality of code, which merge requests show in every tier of GitLab.
//!
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::blob::{Origin, inert, path_bytes};
use crate::finding::{Finding, Place, Severity};
use crate::outcome::{Outcome, Skipped};
use crate::report::image::shown;
use crate::report::json::pretty;
use crate::report::uri::uri;
use crate::report::{Options, checkout, places};

pub(in crate::report) fn write(
    outcome: &Outcome,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    // What is there twice in a file has an identity of its own each time: GitLab drops all but one of those that share one.
    let mut seen = BTreeMap::new();
    let mut issues: Vec<Value> = Vec::new();
    for (finding, _, place) in places(outcome, options) {
        let (found, rule) = (finding.fingerprint.as_str(), place.rule.id.as_str());
        let fingerprint = fingerprint(&mut seen, [found, rule, &uri(&place.origin)]);
        issues.push(issue(finding, place, &fingerprint));
    }
    for skipped in &outcome.skipped {
        let (reason, detail) = (skipped.reason.name(), skipped.detail.as_str());
        let fingerprint = fingerprint(&mut seen, [reason, detail, &uri(&skipped.origin)]);
        issues.push(gap(skipped, &fingerprint));
    }
    pretty(&issues, out)?;
    writeln!(out)
}

/// 128 bits of SHA-256 of what an issue is, and of how many there were like it.
fn fingerprint(seen: &mut BTreeMap<String, u64>, parts: [&str; 3]) -> String {
    let name = parts.join("\n");
    let number = seen.entry(name.clone()).or_default();
    *number += 1;
    let digest = Sha256::digest(format!("{name}\n{number}"));
    digest.iter().take(16).fold(String::with_capacity(32), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn issue(finding: &Finding, place: &Place, fingerprint: &str) -> Value {
    let file = checkout::file(&place.origin);
    let is_told = file.is_some_and(|file| file.is_exact);
    let mut text = finding.message.clone();
    if !is_told {
        text = format!("{text} (in {}:{})", place.origin, place.location.start.line);
    }
    let severity = match &place.suppressed {
        Some(known) => {
            text = format!("suppressed ({}): {}: {text}", known.kind.name(), known.reason);
            "info"
        }
        None => severity(finding.severity),
    };
    let mut lines = json!({ "begin": if is_told { place.location.start.line } else { 1 } });
    if let (true, Some(lines)) = (is_told, lines.as_object_mut()) {
        lines.insert("end".into(), json!(place.location.end.line));
    }
    json!({
        "description": shown(&text),
        "check_name": place.rule.id,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": { "path": path(&place.origin), "lines": lines },
    })
}

/// An input that was not scanned, which no other part of this report can tell.
fn gap(skipped: &Skipped, fingerprint: &str) -> Value {
    let Skipped { origin, reason, detail, accepted } = skipped;
    let (severity, accepted) = match accepted {
        Some(reason) => ("info", format!("; accepted: {reason}")),
        None => ("major", String::new()),
    };
    let text = format!("not scanned ({reason}): {origin}: {detail}{accepted}");
    json!({
        "description": shown(&text),
        "check_name": "keylint-not-scanned",
        "fingerprint": fingerprint,
        "severity": severity,
        "location": { "path": path(origin), "lines": { "begin": 1 } },
    })
}

/// The file to open; for what is in none, what it is called.
fn path(origin: &Origin) -> String {
    if let Some(file) = checkout::file(origin) {
        return file.path;
    }
    let outermost = origin.outermost();
    outermost.path().map_or_else(|| outermost.to_string(), |path| inert(&path_bytes(path)))
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Note => "info",
    }
}
