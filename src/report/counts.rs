//! The result in a few words, the same in all reports for people.

use super::plural;
use crate::finding::{Finding, Severity, SuppressionKind};
use crate::outcome::{Outcome, Stats};

/// How many findings count, the worst first.
pub(super) fn found(outcome: &Outcome) -> String {
    let active: Vec<&Finding> = outcome.active().collect();
    let by_severity: Vec<String> = by_severity(outcome)
        .into_iter()
        .map(|(severity, count)| format!("{count} {severity}"))
        .collect();
    match active.len() {
        0 => "no findings".into(),
        1 => format!("1 finding ({})", by_severity.join(", ")),
        count => format!("{count} findings ({})", by_severity.join(", ")),
    }
}

/// How many findings of each severity count, the worst first; severities that did not occur are left out.
pub(super) fn by_severity(outcome: &Outcome) -> Vec<(Severity, usize)> {
    let count = |of: Severity| outcome.active().filter(|finding| finding.severity == of).count();
    let worst_first = Severity::ALL.iter().rev().map(|severity| (*severity, count(*severity)));
    worst_first.filter(|(_, count)| *count > 0).collect()
}

/// Inputs that were not scanned, and that nobody accepted.
pub(super) fn missing(outcome: &Outcome) -> u64 {
    outcome.skipped.iter().filter(|skipped| skipped.accepted.is_none()).count() as u64
}

/// How much was scanned: of a history, contents of files and texts of commits.
pub(super) fn scanned(stats: &Stats) -> String {
    let commits = stats.git.commits;
    if commits == 0 {
        return plural(stats.files, "file");
    }
    let contents = stats.files.saturating_sub(commits + stats.git.tags);
    format!("{} of files, {}", plural(contents, "content"), plural(commits, "commit"))
}

/// What is known beside the findings, in words: what was read, and what was left out.
pub(super) fn besides(outcome: &Outcome) -> Vec<String> {
    let stats = &outcome.stats;
    let census = &stats.census;
    let fixable = outcome.active().flat_map(|finding| &finding.places);
    let fixable = fixable.filter(|place| place.suppressed.is_none() && place.fix.is_some());
    let how_suppressed = how_suppressed(outcome);
    let counts = [
        (fixable.count() as u64, "place", " to be put right by --fix"),
        (outcome.suppressed(), "finding", how_suppressed.as_str()),
        (stats.below_confidence, "place", " below the confidence asked for (--min-confidence low)"),
        (stats.documents, "policy document", " read"),
        (stats.layers, "layer", " of images read"),
        (stats.archives, "archive", " opened"),
        (stats.binary, "binary file", " (provider rules only)"),
        (census.ignored, "git-ignored name", " not scanned (--no-ignore)"),
        (census.excluded, "file", " excluded by keylint.toml"),
        (stats.unchanged, "finding", " on lines that did not change (--staged-all)"),
        (census.submodules, "submodule", " not entered"),
        (census.links, "link", " not followed"),
        (census.special, "special file", " not opened (pipes, sockets, devices)"),
    ];
    counts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, noun, what)| plural(*count, noun) + what)
        .collect()
}

/// Where it was decided that findings are suppressed.
fn how_suppressed(outcome: &Outcome) -> String {
    let by = outcome.suppressed_by();
    let decided: Vec<String> = by
        .iter()
        .map(|(kind, count)| {
            let place = match kind {
                SuppressionKind::Inline => "by comments",
                SuppressionKind::Config => "by keylint.toml",
                SuppressionKind::Gitleaks => "by allowlists for gitleaks",
                SuppressionKind::Baseline => "by the baseline",
                SuppressionKind::Peer => "by comments for other scanners",
            };
            format!("{count} {place}")
        })
        .collect();
    format!(" suppressed ({}; --show-suppressed)", decided.join(", "))
}

/// Bytes with a decimal unit.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)];
    match UNITS.iter().find(|(_, unit)| bytes >= *unit) {
        Some((name, unit)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => plural(bytes, "byte"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(1_950), "1.9 kB");
        assert_eq!(size(490_500_000), "490.5 MB");
    }
}
