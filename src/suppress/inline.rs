//! `keylint:allow <rule-id> <reason>` on the line of a finding, or alone on the line above. Before the reason may stand
//! `until=YYYY-MM-DD`, the last day it holds, and `owner=NAME`.

use std::ops::Range;

use super::near::{Near, is_alone};
use crate::blob::inert;
use crate::finding::{Suppression, SuppressionKind};

const MARKER: &[u8] = b"keylint:allow";
/// The longest id that is read, in bytes.
const MAX_ID: usize = 100;

/// A comment that decides about a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// What it says.
    pub decision: Suppression,
    /// Whether it stands on the line above, not on that of the place.
    pub is_above: bool,
}

/// The comment about a place that names a rule.
pub fn find(near: &Near, rule: &str) -> Option<Comment> {
    let on_line = read(near, &near.first(), rule, |_| true);
    if let Some(decision) = on_line {
        return Some(Comment { decision, is_above: false });
    }
    let decision = read(near, &near.above()?, rule, is_alone)?;
    Some(Comment { decision, is_above: true })
}

/// The decision on a line that names the rule, behind what `fits`.
fn read(
    near: &Near,
    line: &Range<usize>,
    rule: &str,
    fits: impl Fn(&[u8]) -> bool,
) -> Option<Suppression> {
    let text = near.text.get(line.clone())?;
    let first = memchr::memmem::find(text, MARKER)?;
    if !text.get(..first).is_some_and(fits) {
        return None;
    }
    // A line may name several rules, each with a reason of its own.
    let mut starts = memchr::memmem::find_iter(text, MARKER).peekable();
    while let Some(start) = starts.next() {
        let end = starts.peek().copied().unwrap_or(text.len());
        let words = near.words(line.start + start + MARKER.len()..line.start + end);
        if let Some(decision) = decision(&words, rule) {
            return Some(decision);
        }
    }
    None
}

/// What the words after the marker decide, if they name the rule.
fn decision(words: &str, rule: &str) -> Option<Suppression> {
    let next = |words: &str| -> (String, String) {
        let (word, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        (word.to_owned(), rest.trim_start().to_owned())
    };
    let (named, mut rest) = next(words);
    if named != rule {
        return None;
    }
    let mut decision = Suppression::new(SuppressionKind::Inline, "");
    loop {
        let (word, after) = next(&rest);
        match word.split_once('=') {
            Some(("until", day)) => decision.expires = Some(day.to_owned()),
            Some(("owner", name)) => decision.owner = Some(name.to_owned()),
            _ => break,
        }
        rest = after;
    }
    decision.reason = rest;
    Some(decision)
}

/// Every comment of a text that names what looks like the id of a rule: where it stands, and the id.
pub fn all(text: &[u8]) -> impl Iterator<Item = (usize, String)> {
    memchr::memmem::find_iter(text, MARKER).filter_map(|at| {
        let rest = text.get(at + MARKER.len()..)?;
        let rest = rest.get(..rest.len().min(MAX_ID))?.strip_prefix(b" ")?.trim_ascii_start();
        let is_of_id =
            |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
        let length = rest.iter().take_while(|byte| is_of_id(byte)).count();
        let id = rest.get(..length).filter(|id| id.contains(&b'-'))?;
        let ends = rest.get(length).is_none_or(u8::is_ascii_whitespace);
        ends.then(|| (at, inert(id)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snippet::Redaction;

    fn comment(text: &str, rule: &str) -> Option<Suppression> {
        let at = text.find("SECRET").unwrap();
        let near = Near { text: text.as_bytes(), span: &(at..at + 6), hidden: &[] };
        find(&near, rule).map(|comment| comment.decision)
    }

    fn reason(text: &str, rule: &str) -> Option<String> {
        comment(text, rule).map(|decision| decision.reason)
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
        let both = "x = SECRET # keylint:allow r1 one keylint:allow r2 two";
        assert_eq!(reason(both, "r1"), Some("one".into()));
        assert_eq!(reason(both, "r2"), Some("two".into()));
    }

    #[test]
    fn an_end_and_an_owner_come_before_the_reason() {
        let text = "SECRET # keylint:allow r1 until=2027-01-31 owner=team-a as owner=x says";
        let decision = comment(text, "r1").unwrap();
        assert_eq!(decision.expires.as_deref(), Some("2027-01-31"));
        assert_eq!(decision.owner.as_deref(), Some("team-a"));
        assert_eq!(decision.reason, "as owner=x says");
        let last_moment = 86_400 * crate::date::days_from_date(2027, 2, 1) - 1;
        assert_eq!(decision.ended(last_moment), None);
        assert_eq!(decision.ended(last_moment + 1), Some("2027-01-31"));
        let wrong = comment("SECRET # keylint:allow r1 until=never", "r1").unwrap();
        assert_eq!(wrong.ended(0), Some("never"), "what is no day is no licence for ever");
    }

    #[test]
    fn a_reason_ends_before_what_must_not_be_shown() {
        assert_eq!(reason("/* keylint:allow r1 why */ x = SECRET", "r1"), Some("why".into()));
        assert_eq!(reason("keylint:allow r1 why SECRET", "r1"), Some("why".into()));
        let text = b"SECRET # keylint:allow r1 why OTHER";
        let hidden = [Redaction { span: 0..6, keep: 0 }, Redaction { span: 30..35, keep: 0 }];
        let near = Near { text, span: &(0..6), hidden: &hidden };
        assert_eq!(find(&near, "r1").unwrap().decision.reason, "why");
    }

    #[test]
    fn all_comments_of_a_text() {
        let text = b"# keylint:allow a-b why\nkeylint:allow <id>\nkeylint:allow RULE x\n`keylint:allow`, the id\n\
            keylint:allow c-d keylint:allow e-f";
        let ids: Vec<String> = all(text).map(|(_, id)| id).collect();
        assert_eq!(ids, ["a-b", "c-d", "e-f"]);
    }
}
