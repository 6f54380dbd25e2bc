//! `keylint:allow <rule-id> <reason>` on the line of a finding, or alone on the line above.

use crate::blob::inert;
use crate::finding::{Suppression, SuppressionKind};

const MARKER: &[u8] = b"keylint:allow";
/// How far a line is looked at in each direction from the finding.
const REACH: usize = 4096;

/// The suppression that a comment near `at` declares for a rule.
pub fn find(text: &[u8], at: usize, rule: &str) -> Option<Suppression> {
    let at = at.min(text.len());
    let low = at.saturating_sub(REACH);
    let start = memchr::memrchr(b'\n', text.get(low..at)?).map_or(low, |newline| low + newline + 1);
    let high = text.len().min(at + REACH);
    let end = memchr::memchr(b'\n', text.get(at..high)?).map_or(high, |newline| at + newline);
    let on_line = text.get(start..end).and_then(|line| read(line, rule));
    on_line.or_else(|| {
        let above = start.checked_sub(1)?;
        let low = above.saturating_sub(REACH);
        let from =
            memchr::memrchr(b'\n', text.get(low..above)?).map_or(low, |newline| low + newline + 1);
        let line = text.get(from..above)?;
        is_comment_alone(line).then(|| read(line, rule)).flatten()
    })
}

/// The reason on a line that names the rule.
fn read(line: &[u8], rule: &str) -> Option<Suppression> {
    let start = memchr::memmem::find(line, MARKER)? + MARKER.len();
    let rest = String::from_utf8_lossy(line.get(start..)?);
    let (named, reason) =
        rest.trim_start().split_once(char::is_whitespace).unwrap_or((rest.trim_start(), ""));
    let reason = reason
        .trim()
        .trim_end_matches("*/")
        .trim_end_matches("-->")
        .trim_end_matches('"')
        .trim_end();
    let reason = || inert(reason.as_bytes());
    (named == rule).then(|| Suppression::new(SuppressionKind::Inline, reason()))
}

/// Whether nothing but signs of a comment stands before the marker: a comment behind code is about that code.
fn is_comment_alone(line: &[u8]) -> bool {
    memchr::memmem::find(line, MARKER)
        .and_then(|at| line.get(..at))
        .is_some_and(|before| !before.iter().any(u8::is_ascii_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str, rule: &str) -> Option<String> {
        let at = text.find("SECRET").unwrap();
        find(text.as_bytes(), at, rule).map(|suppression| suppression.reason)
    }

    #[test]
    fn on_the_line_or_alone_above() {
        assert_eq!(
            reason("x = SECRET # keylint:allow r1 a test value\n", "r1"),
            Some("a test value".into())
        );
        assert_eq!(reason("// keylint:allow r1 why\nx = SECRET", "r1"), Some("why".into()));
        assert_eq!(reason("<!-- keylint:allow r1 why -->\nx = SECRET", "r1"), Some("why".into()));
        assert_eq!(reason("y = 1 // keylint:allow r1 that line\nx = SECRET", "r1"), None);
        assert_eq!(reason("// keylint:allow r1 too far\n\nx = SECRET", "r1"), None);
    }

    #[test]
    fn names_one_rule() {
        assert_eq!(reason("x = SECRET # keylint:allow r2 reason", "r1"), None);
        assert_eq!(reason("x = SECRET # keylint:allow", "r1"), None);
        assert_eq!(reason("x = SECRET # keylint:allow r1", "r1"), Some(String::new()));
    }
}
