//! Keys whose values are of a form of their own: regions, prefixes of listings, owners of buckets.

use super::line::{Compares, Line, lines};
use crate::policy::arn::is_region;
use crate::policy::checks::{Violations, quote};
use crate::policy::document::{Document, Statement};
use crate::policy::text::{Part, is_pattern, is_placeholder, parts};

pub(super) fn region(document: &Document, violations: &mut Violations) {
    let is_meant = |line: &Line| {
        line.is_on(&["aws:requestedregion"])
            && line.known().is_some_and(|known| known.compares == Compares::Text)
    };
    for line in lines(document).filter(is_meant) {
        for (value, span) in line.values().filter(|(value, _)| is_filled_in(value)) {
            let ignores_case = line.known().is_some_and(|known| known.name.ends_with("IgnoreCase"));
            let folded = value.to_ascii_lowercase();
            if !is_region(if ignores_case { &folded } else { value }) {
                let outcome = if line.known().is_some_and(|known| known.is_negated) {
                    "it excepts nothing"
                } else {
                    "it never holds"
                };
                violations.report_as(
                    line.severity(),
                    span,
                    format!("{} is not the code of a region: {outcome}.", quote(value)),
                );
            }
        }
    }
}

/// Whether a value is written out: neither a pattern nor a place that is yet to be filled in, as `<region>` is.
fn is_filled_in(value: &str) -> bool {
    !is_pattern(value) && (!is_placeholder(value) || is_region(&value.to_ascii_lowercase()))
}

/// Actions whose answer is a list of keys.
const LISTING: &[&str] = &["ListBucket", "ListBucketVersions", "ListBucketMultipartUploads"];

pub(super) fn prefix(document: &Document, violations: &mut Violations) {
    let is_meant = |line: &Line| {
        line.is_on(&["s3:prefix"])
            && line.statement.is_about_any("s3", LISTING)
            && line.known().is_some_and(|known| {
                known.compares == Compares::Text
                    && known.is_negated == line.statement.allows()
                    && (line.statement.allows() || line.statement.denies())
            })
    };
    for line in lines(document).filter(is_meant) {
        // Of a pattern that starts open, or of the empty prefix, there is no shorter one.
        let starts = |value: &str| matches!(parts(value).next(), Some(Part::Char(_)));
        let Some((value, _)) = line.values().next().filter(|(value, _)| starts(value)) else {
            continue;
        };
        if !line.values().all(|(value, _)| starts(value)) {
            continue;
        }
        let outcome = if line.statement.denies() { "is not denied" } else { "is allowed" };
        violations.report_as(line.severity(), &line.entry.key_span, format!(
            "A listing without a prefix, or with a shorter one than {}, shows the same keys and {outcome}.",
            quote(value)
        ));
    }
}

pub(super) fn irrelevant(document: &Document, violations: &mut Violations) {
    let is_of_bucket = |statement: &Statement| statement.is_only_about("s3");
    for line in lines(document).filter(|line| line.is_on(&["s3:resourceaccount"])) {
        if is_of_bucket(line.statement) {
            violations.report(&line.entry.key_span, format!(
                "{} is always the account that owns this bucket: the condition holds for every request, or for none.",
                quote(&line.entry.key)
            ));
        }
    }
}
