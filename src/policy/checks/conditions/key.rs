//! Keys: how they are written, and those that protect nothing.

use super::line::{Compares, lines};
use crate::finding::Severity;
use crate::policy::checks::{Violations, quote};
use crate::policy::document::Document;
use crate::policy::text::is_placeholder;

/// Keys that are nothing without the name of a tag.
const OF_TAGS: &[&str] = &["resourcetag", "requesttag", "principaltag"];

pub(super) fn format(document: &Document, violations: &mut Violations) {
    for line in lines(document) {
        let key = &line.entry.key;
        if is_placeholder(key) {
            continue;
        }
        // What follows a second colon, such as a key of an encryption context, is anybody's own text.
        let own = key.match_indices(':').nth(1).map_or(key.len(), |(at, _)| at);
        let written = key.get(..own).unwrap_or(key);
        let (prefix, name) = written.split_once(':').unwrap_or((key, ""));
        let (name, tag) =
            name.split_once('/').map_or((name, None), |(name, tag)| (name, Some(tag)));
        let lower = name.to_ascii_lowercase();
        let problem = if !key.contains(':') {
            "has no prefix: a key is written `service:Name`, or `aws:Name`"
        } else if prefix.is_empty() || name.is_empty() {
            "lacks a part: a key is written `service:Name`"
        } else if prefix.contains(char::is_whitespace) || name.contains(char::is_whitespace) {
            "has a space, which no key has"
        } else if written.contains(['*', '?']) {
            "has a wildcard: those stand in values, and the name of a key is taken as it is"
        } else if OF_TAGS.contains(&lower.as_str()) && tag.is_none_or(str::is_empty) {
            "names no tag: the key of one follows after a `/`"
        } else {
            continue;
        };
        violations.report_as(
            line.severity(),
            &line.entry.key_span,
            format!("{} {problem}. No request has this key.", quote(key)),
        );
    }
}

/// Keys that AWS has replaced, each with what to write and how bad it is that nobody did.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html>,
/// <https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html>
const REPLACED: &[(&str, &str, Severity)] = &[
    ("aws:arn", "`aws:PrincipalArn` or `aws:SourceArn`", Severity::Medium),
    ("aws:sourceowner", "`aws:SourceAccount`", Severity::Note),
];

pub(super) fn deprecated(document: &Document, violations: &mut Violations) {
    for line in lines(document) {
        let replaced = REPLACED.iter().find(|(key, _, _)| *key == line.key);
        if let Some((_, instead, severity)) = replaced {
            violations.report_as(
                *severity,
                &line.entry.key_span,
                format!(
                    "{} is kept for old policies; what replaces it is {instead}.",
                    quote(&line.entry.key)
                ),
            );
        }
    }
}

/// Keys that hold what the caller chose to send.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-referer>
const SENT: &[&str] = &["aws:referer", "aws:useragent"];

pub(super) fn untrustworthy(document: &Document, violations: &mut Violations) {
    for line in lines(document).filter(|line| line.is_on(SENT)) {
        // To deny what says of itself that it is unwelcome, or what says nothing, harms nobody.
        let is_guard = line.known().is_some_and(|known| {
            known.compares == Compares::Text && (line.statement.allows() || known.is_negated)
        });
        if is_guard {
            violations.report(
                &line.entry.key_span,
                format!(
                    "Callers send {} themselves: whoever knows what is wanted here gets past it.",
                    quote(&line.entry.key)
                ),
            );
        }
    }
}
