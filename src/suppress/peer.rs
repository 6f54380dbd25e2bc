//! Comments for other scanners. Whoever moves to keylint has decided once, and is not asked again.

use std::ops::Range;

use super::near::{Near, is_alone};
use crate::finding::{Suppression, SuppressionKind};

/// What stands on a line of the secret: the first or the last, where it has several.
///
/// <https://github.com/gitleaks/gitleaks#gitleaksallow>, <https://github.com/trufflesecurity/trufflehog>,
/// <https://docs.gitguardian.com/ggshield-docs/reference/secret/ignore>, <https://github.com/mongodb/kingfisher>
const MARKERS: &[&str] =
    &["gitleaks:allow", "betterleaks:allow", "trufflehog:ignore", "ggignore", KINGFISHER];

/// Kingfisher takes it in any case, alone on the line above, and below a secret of several lines.
const KINGFISHER: &str = "kingfisher:ignore";

/// How the comments of detect-secrets begin. <https://github.com/Yelp/detect-secrets#inline-allowlisting>
const PRAGMA: &str = "pragma:";

/// The decision that a comment for another scanner declares for a secret. What stands in the secret itself decides
/// nothing.
pub fn find(near: &Near) -> Option<Suppression> {
    if near.span.is_empty() {
        return None;
    }
    let (first, last) = (near.first(), near.last());
    let at = on_line(near, &first)
        .or_else(|| on_line(near, &last))
        .or_else(|| above(near))
        .or_else(|| (first != last).then(|| alone(near, &near.below()?, KINGFISHER)).flatten())?;
    Some(Suppression::new(SuppressionKind::Peer, near.words(at)))
}

/// From a marker on the line to the end of that.
fn on_line(near: &Near, line: &Range<usize>) -> Option<Range<usize>> {
    let found = MARKERS.iter().find_map(|marker| first_word(near, line, marker));
    found.or_else(|| pragma(near, line, &["allowlist", "whitelist"]))
}

/// What covers the line below it, where it stands alone.
fn above(near: &Near) -> Option<Range<usize>> {
    let line = near.above()?;
    let next_line = || {
        let at = pragma(near, &line, &["allowlist nextline"])?;
        near.text.get(line.start..at.start).is_some_and(is_alone).then_some(at)
    };
    next_line().or_else(|| alone(near, &line, KINGFISHER))
}

fn alone(near: &Near, line: &Range<usize>, marker: &str) -> Option<Range<usize>> {
    let at = first_word(near, line, marker)?;
    near.text.get(line.start..at.start).is_some_and(is_alone).then_some(at)
}

/// Where a marker stands as a word of its own, and not in the secret.
fn first_word(near: &Near, line: &Range<usize>, marker: &str) -> Option<Range<usize>> {
    words(near, line, marker).next().map(|at| at..line.end)
}

fn words<'n>(
    near: &'n Near,
    line: &'n Range<usize>,
    marker: &'n str,
) -> impl Iterator<Item = usize> + 'n {
    let bytes = |range: Range<usize>| near.text.get(range).unwrap_or_default();
    let in_any_case = marker == KINGFISHER;
    let starts = candidates(bytes(line.clone()), marker, in_any_case);
    starts.map(move |start| line.start + start).filter(move |start| {
        let end = start + marker.len();
        let is_outside = end <= near.span.start || *start >= near.span.end;
        // Of a pragma, more words follow.
        let goes_on = bytes(end..line.end).first().copied().is_some_and(is_of_word);
        let begins = bytes(line.start..*start).last().is_some_and(|b| is_of_word(*b) || *b == b':');
        // Of a pragma, more words follow.
        is_outside && !begins && (marker == PRAGMA || !goes_on)
    })
}

/// Where a marker may start in a line.
fn candidates<'l>(
    line: &'l [u8],
    marker: &'l str,
    in_any_case: bool,
) -> Box<dyn Iterator<Item = usize> + 'l> {
    let colon = marker.find(':').filter(|_| in_any_case);
    let Some(colon) = colon else {
        return Box::new(memchr::memmem::find_iter(line, marker));
    };
    let starts = memchr::memchr_iter(b':', line).filter_map(move |at| at.checked_sub(colon));
    Box::new(starts.filter(move |start| {
        let there = line.get(*start..start + marker.len());
        there.is_some_and(|there| there.eq_ignore_ascii_case(marker.as_bytes()))
    }))
}

const fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || !byte.is_ascii()
}

/// `pragma: allowlist secret`, with one of these for its middle.
fn pragma(near: &Near, line: &Range<usize>, middles: &[&str]) -> Option<Range<usize>> {
    let says = |start: usize| {
        let rest = near.text.get(start + PRAGMA.len()..line.end).unwrap_or_default();
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        let after = |middle: &&str| {
            let rest = rest.strip_prefix(middle.as_bytes())?;
            let rest = rest.strip_prefix(b" ").or_else(|| rest.strip_prefix(b"-"))?;
            rest.strip_prefix(b"secret")
                .filter(|rest| !rest.first().copied().is_some_and(is_of_word))
        };
        middles.iter().any(|middle| after(middle).is_some())
    };
    words(near, line, PRAGMA).find(|start| says(*start)).map(|start| start..line.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reason of the comment about `SECRET`, or about all from `BEGIN` to `END`.
    fn reason(text: &str) -> Option<String> {
        let start = text.find("BEGIN").or_else(|| text.find("SECRET")).unwrap();
        let end = text.find("END").map_or_else(|| start + 6, |at| at + 3);
        let near = Near { text: text.as_bytes(), span: &(start..end), hidden: &[] };
        find(&near).map(|decision| decision.reason)
    }

    #[test]
    fn markers_on_the_line() {
        for (text, wanted) in [
            ("x = SECRET # gitleaks:allow", Some("gitleaks:allow")),
            ("x = SECRET #gitleaks:allow a dead one", Some("gitleaks:allow a dead one")),
            ("/* betterleaks:allow */ x = SECRET", Some("betterleaks:allow")),
            ("x = SECRET // trufflehog:ignore", Some("trufflehog:ignore")),
            ("x = SECRET //ggignore: made up", Some("ggignore: made up")),
            ("x = SECRET # not:ggignore", None),
            ("x = SECRET // ggignore made up", Some("ggignore made up")),
            ("x = SECRET ; KingFisher:Ignore", Some("KingFisher:Ignore")),
            ("x = SECRET # pragma: allowlist secret", Some("pragma: allowlist secret")),
            ("x = SECRET # pragma:whitelist-secret", Some("pragma:whitelist-secret")),
            (
                "x = SECRET # pragma: no cover pragma: allowlist secret",
                Some("pragma: allowlist secret"),
            ),
            ("x = SECRET # Gitleaks:allow", None),
            ("x = SECRET # xgitleaks:allowx", None),
            ("x = SECRET # gitleaks:allow-all", None),
            ("x = SECRET # ggignore-start", None),
            ("x = SECRET # pragma: allowlist secrets", None),
            ("x = SECRET # pragma: allowlist", None),
            ("x = SECRET # pragma: allowlist nextline secret", None),
            ("x = SECRET\n# gitleaks:allow", None),
            ("# gitleaks:allow\nx = SECRET", None),
        ] {
            assert_eq!(reason(text).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn markers_above_and_below() {
        for (text, wanted) in [
            ("# pragma: allowlist nextline secret\nx = SECRET", true),
            ("y = 1 # pragma: allowlist nextline secret\nx = SECRET", false),
            ("# pragma: allowlist nextline secret\n\nx = SECRET", false),
            ("# pragma: allowlist secret\nx = SECRET", false),
            ("# kingfisher:ignore\nx = SECRET", true),
            ("y = 1 # kingfisher:ignore\nx = SECRET", false),
            ("x = SECRET\n# kingfisher:ignore\ny = 1", false),
            ("x = BEGIN\nabc\nEND\n# kingfisher:ignore", true),
            ("x = BEGIN\nabc\nEND # gitleaks:allow", true),
            ("/* gitleaks:allow */ x = BEGIN\nabc\nEND", true),
            ("x = BEGIN\nabc # gitleaks:allow\nEND", false),
            ("x = BEGIN\nabc\nEND\n# gitleaks:allow", false),
            ("# pragma: allowlist nextline secret\nx = BEGIN\nabc\nEND", true),
        ] {
            assert_eq!(reason(text).is_some(), wanted, "{text}");
        }
    }

    #[test]
    fn a_secret_does_not_hide_itself() {
        let text = b"password = 'a gitleaks:allow b'";
        let near = |span| find(&Near { text, span, hidden: &[] }).is_some();
        assert!(!near(&(12..30)), "in the value");
        assert!(near(&(12..13)), "beside it");
        assert!(!near(&(20..30)), "half in it");
        assert!(!near(&(12..12)), "about a whole file");
    }
}
