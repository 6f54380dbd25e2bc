//! What GitLab shows of a pipeline: its report on secrets, and its report on the quality of code.
//!
//! <https://docs.gitlab.com/user/application_security/secret_detection/>,
//! <https://gitlab.com/gitlab-org/security-products/security-report-schemas>

mod quality;
mod uuid;

use std::io;

use serde_json::{Map, Value, json};

pub(super) use quality::write as write_quality;

use super::image::shown;
use super::json::pretty;
use super::stale::{MAX_STALE, line};
use super::uri::uri;
use super::{MAX_SKIPPED, Options, Suppressed, checkout, circumstances, places};
use crate::blob::{Origin, inert, path_bytes};
use crate::date::timestamp;
use crate::finding::{Finding, FindingKind, Place, Severity};
use crate::history::{At, GitPlace, Moment};
use crate::outcome::{Outcome, Skipped};

/// The version of GitLab's schema that the report keeps to.
const SCHEMA_VERSION: &str = "15.2.0";
/// What stands for the commit where there is none yet.
const NO_COMMIT: &str = "0000000";
/// Characters that GitLab takes of a name.
const MAX_NAME: usize = 255;
/// Characters that GitLab takes of what to do.
const MAX_SOLUTION: usize = 7000;

pub(super) fn write(
    outcome: &Outcome,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let is_secret = |finding: &Finding| matches!(finding.kind, FindingKind::Secret { .. });
    let all = places(outcome, options).filter(|(finding, ..)| is_secret(finding));
    let vulnerabilities: Vec<Value> =
        all.map(|(finding, _, place)| vulnerability(finding, place)).collect();
    let tool = json!({
        "id": "keylint",
        "name": "keylint",
        "url": env!("CARGO_PKG_REPOSITORY"),
        "version": env!("CARGO_PKG_VERSION"),
        "vendor": { "name": "keylint" },
    });
    // GitLab's times have no zone: UTC.
    let now = timestamp(options.now);
    let now = now.trim_end_matches('Z');
    let report = json!({
        "version": SCHEMA_VERSION,
        "scan": {
            "analyzer": tool,
            "scanner": tool,
            "type": "secret_detection",
            "start_time": now,
            "end_time": now,
            "status": if outcome.is_complete() { "success" } else { "failure" },
            "messages": messages(outcome, options),
        },
        "vulnerabilities": vulnerabilities,
    });
    pretty(&report, out)?;
    writeln!(out)
}

/// What a reader should know beside what was found.
fn messages(outcome: &Outcome, options: &Options) -> Vec<Value> {
    let say = |level: &str, text: &str| json!({ "level": level, "value": shown(text) });
    let mut messages: Vec<Value> = outcome.skipped.iter().take(MAX_SKIPPED).map(gap).collect();
    if outcome.skipped.len() > MAX_SKIPPED {
        let more = outcome.skipped.len() - MAX_SKIPPED;
        messages.push(say("warn", &format!("not scanned: {more} more; --format json names all")));
    }
    let stale = outcome.stale.iter().take(MAX_STALE).map(|stale| say("warn", &line(stale)));
    messages.extend(stale);
    messages.extend(outcome.notes.iter().map(|note| say("info", note)));
    let policies =
        outcome.active().filter(|of| matches!(of.kind, FindingKind::Policy { .. })).count();
    let counts = [
        (
            policies as u64,
            "findings of policies, which this report has no room for",
            "--format gitlab-codequality",
        ),
        (outcome.suppressed_places(), "places suppressed", "--show-suppressed"),
        (
            outcome.stats.below_confidence,
            "places below the confidence asked for",
            "--min-confidence low",
        ),
    ];
    for (count, what, flag) in counts {
        let is_listed = flag == "--show-suppressed" && options.suppressed == Suppressed::Listed;
        if count > 0 && !is_listed {
            messages.push(say("info", &format!("{what}: {count} ({flag} lists them)")));
        }
    }
    messages
}

fn gap(skipped: &Skipped) -> Value {
    let Skipped { origin, reason, detail, accepted } = skipped;
    let (level, accepted) = match accepted {
        Some(reason) => ("info", format!("; accepted: {reason}")),
        None => ("warn", String::new()),
    };
    let text = format!("not scanned ({reason}): {origin}: {detail}{accepted}");
    json!({ "level": level, "value": shown(&text) })
}

fn vulnerability(finding: &Finding, place: &Place) -> Value {
    let rule = &place.rule;
    let mut identifier = json!({
        "type": "keylint_rule_id",
        "name": format!("keylint rule {}", rule.id),
        "value": rule.id,
    });
    let links: Vec<&String> = rule.references.iter().filter(|link| is_link(link)).collect();
    if let (Some(link), Some(fields)) = (links.first(), identifier.as_object_mut()) {
        fields.insert("url".into(), json!(link));
    }
    let mut vulnerability = json!({
        "id": id(finding, place),
        "name": shortened(&rule.title, MAX_NAME),
        "description": description(finding, place),
        "severity": severity(finding.severity),
        "solution": shortened(&rule.help, MAX_SOLUTION),
        "identifiers": [identifier],
        "links": links.iter().map(|link| json!({ "url": link })).collect::<Vec<_>>(),
        "location": location(finding, place),
    });
    if let (Some(known), Some(fields)) = (&place.suppressed, vulnerability.as_object_mut()) {
        let text = format!("suppressed ({}): {}", known.kind.name(), known.reason);
        let flag = json!({
            "type": "flagged-as-likely-false-positive",
            "origin": "keylint",
            "description": text,
        });
        fields.insert("flags".into(), json!([flag]));
    }
    vulnerability
}

/// The same for the same finding at the same place, in every report.
fn id(finding: &Finding, place: &Place) -> String {
    let at = uri(&place.origin);
    let offset = place.location.start.offset;
    uuid::of(&format!("{}#{at}#{offset}#{}", finding.fingerprint, place.rule.id))
}

/// A text that GitLab reads as Markdown.
fn description(finding: &Finding, place: &Place) -> String {
    let mut text = escaped(&finding.message);
    if !checkout::file(&place.origin).is_some_and(|file| file.is_exact) {
        let at = format!("in {}:{}", place.origin, place.location.start.line);
        text = format!("{text}\n\n{}", escaped(&at));
    }
    for line in circumstances(finding, place).lines().filter(|line| !line.is_empty()) {
        text.push_str("\n\n");
        text.push_str(&escaped(line));
    }
    text
}

/// Text that means nothing to Markdown.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in shown(text).chars() {
        if "\\`*_[]<>#|~@!$&".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Where it is. GitLab opens the file at the commit that it is told.
fn location(finding: &Finding, place: &Place) -> Value {
    let outermost = place.origin.outermost();
    let path = outermost.path().map(|path| inert(&path_bytes(path)));
    let mut location = Map::new();
    location.insert("file".into(), json!(path.unwrap_or_else(|| outermost.to_string())));
    // Lines of what is in an archive are not those of the archive.
    if !matches!(*place.origin, Origin::Member { .. }) {
        location.insert("start_line".into(), json!(place.location.start.line));
        location.insert("end_line".into(), json!(place.location.end.line));
    }
    location.insert("commit".into(), commit(finding, outermost));
    location.into()
}

fn commit(finding: &Finding, origin: &Origin) -> Value {
    let Origin::Git(GitPlace {
        at: At::Commit { commit, .. } | At::CommitText { commit, .. }, ..
    }) = origin
    else {
        return json!({ "sha": NO_COMMIT });
    };
    let moments =
        finding.history.iter().flat_map(|history| history.first.iter().chain(&history.last));
    let mut moments = moments.filter(|moment| moment.commit == *commit);
    match moments.next() {
        Some(Moment { author, date, subject, .. }) => json!({
            "sha": commit.to_string(),
            "author": author,
            "date": timestamp(u64::try_from(*date).unwrap_or(0)),
            "message": subject,
        }),
        None => json!({ "sha": commit.to_string() }),
    }
}

/// Addresses that GitLab takes.
fn is_link(link: &str) -> bool {
    ["https://", "http://"]
        .iter()
        .any(|scheme| link.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.into();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Note => "Info",
    }
}
