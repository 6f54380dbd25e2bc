//! Keys without a mark of their own: a vendor's word, then a value of known letters and length, on one line.

use std::ops::Range;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::assign::{self, Words};
use super::candidate::Candidate;
use super::matcher::begins_word;
use super::rule::{Rule, Trigger};
use super::rule_error::RuleProblem;
use super::{filters, words};
use crate::finding::Confidence;

/// The most bytes between the word and the value; a stretch of blanks counts as one.
pub(super) const MAX_GAP: usize = 48;
/// The most blanks between them.
pub(super) const MAX_BLANKS: usize = 40;
/// How much of a name before the word is read.
const MAX_NAME: usize = 48;
/// A stretch of so many letters and digits is a value of its own.
pub(super) const VALUE: usize = 16;

/// How a rule knows its value.
#[derive(Debug)]
pub(crate) struct Vendor {
    /// Whether the word says too little: a noun of secrets and an operator must stand beside it.
    pub(crate) named: bool,
}

/// A word of a rule, and the value it speaks of.
struct Link<'a> {
    /// From the beginning of the name to the value.
    spoken: &'a [u8],
    /// From the end of the word to the value.
    gap: &'a [u8],
}

/// The regex of a rule that gives a value: exactly that, and no part of something longer.
pub(crate) fn pattern(value: &str) -> Result<String, RuleProblem> {
    let parsed = ParserBuilder::new().unicode(false).utf8(false).build().parse(value);
    let hir = parsed.map_err(|error| RuleProblem::Regex {
        detail: error.to_string().lines().last().unwrap_or_default().into(),
        at: 0..value.len(),
    })?;
    let mut own = [false; 256];
    letters(&hir, &mut own);
    let own = |spared: u8| -> String {
        let is_own = |byte: &u8| *byte != spared && own.get(usize::from(*byte)) == Some(&true);
        let escaped: Vec<String> =
            (b'!'..=b'~').filter(is_own).map(|byte| format!("\\x{byte:02x}")).collect();
        escaped.concat()
    };
    // Padding ends a value; before it, `=` is an operator.
    let before = format!(r"0-9A-Za-z+/.@\#$%\\\~{}", own(b'='));
    let after = format!(r"0-9A-Za-z_+/=(\[\-{}", own(0));
    Ok(format!("(?:^|[^{before}])({value})(?:$|[^{after}])"))
}

/// Marks every byte that a regex can match.
fn letters(hir: &Hir, own: &mut [bool; 256]) {
    let mut mark = |byte: u8| own[usize::from(byte)] = true;
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.iter().copied().for_each(mark),
        HirKind::Class(Class::Bytes(class)) => {
            class.iter().flat_map(|range| range.start()..=range.end()).for_each(mark);
        }
        HirKind::Class(Class::Unicode(class)) => {
            let all = class.iter().flat_map(|range| range.start()..=range.end());
            all.filter_map(|letter| u8::try_from(letter).ok()).for_each(&mut mark);
        }
        HirKind::Repetition(repetition) => letters(&repetition.sub, own),
        HirKind::Capture(capture) => letters(&capture.sub, own),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            for part in parts {
                letters(part, own);
            }
        }
        HirKind::Empty | HirKind::Look(_) => {}
    }
}

/// Whether a rule takes a value where it stands. Those without a `value` take what their regex matches.
pub(super) fn allows(rule: &Rule, text: &[u8], secret: &Range<usize>) -> bool {
    rule.vendor.is_none() || stands_alone(text, secret) && link(rule, text, secret).is_some()
}

/// Whether nothing shows that the value is the beginning of a file name or the name of something else.
fn stands_alone(text: &[u8], secret: &Range<usize>) -> bool {
    let after = text.get(secret.end..).unwrap_or_default();
    let is_name = matches!(after, [b'.', next, ..] if next.is_ascii_alphanumeric());
    let is_map_key = matches!(after, [b'"' | b'\'', b':', ..]);
    !is_name && !is_map_key
}

/// The nearest of the rule's words that speaks of the value.
fn link<'a>(rule: &Rule, text: &'a [u8], secret: &Range<usize>) -> Option<Link<'a>> {
    let Trigger::Words { words, .. } = &rule.trigger else { return None };
    let longest = words.iter().map(String::len).max()?;
    let low = secret.start.saturating_sub(MAX_GAP + MAX_BLANKS + longest);
    (low..secret.start).rev().find_map(|start| {
        words.iter().find_map(|word| {
            let end = start + word.len();
            let stands = text.get(start..end)?.eq_ignore_ascii_case(word.as_bytes());
            let gap = text.get(end..secret.start)?;
            let is_word = stands && begins_word(text, start) && ends_word(text, end);
            let front = text.get(start.saturating_sub(MAX_NAME)..start).unwrap_or_default();
            let named = front.iter().rev().take_while(|byte| is_of_name(**byte)).count();
            (is_word && joins(gap))
                .then(|| Some(Link { spoken: text.get(start - named..secret.start)?, gap }))?
        })
    })
}

/// Whether a word that ends at `end` is not the beginning of a longer one: `datadog_key`, `datadogKey`, `DATADOGKEY`.
fn ends_word(text: &[u8], end: usize) -> bool {
    let last = end.checked_sub(1).and_then(|at| text.get(at)).copied().unwrap_or(0);
    let rest = text.get(end..).unwrap_or_default();
    let next = rest.first().copied().unwrap_or(0);
    !next.is_ascii_alphabetic()
        || !last.is_ascii_alphabetic()
        || next.is_ascii_uppercase() && last.is_ascii_lowercase()
        || {
            let letters = rest.iter().take(13).take_while(|byte| byte.is_ascii_alphabetic());
            let rest: Vec<u8> = letters.map(u8::to_ascii_lowercase).collect();
            words::NOUN.starts(&rest)
        }
}

/// Whether what stands between the word and the value is the rest of a name, operators, quotes and a few words, on one
/// line or on two where the first one leaves the value open.
fn joins(gap: &[u8]) -> bool {
    let blanks = gap.iter().filter(|byte| byte.is_ascii_whitespace()).count();
    let stretches = gap.chunk_by(|a, b| a.is_ascii_whitespace() == b.is_ascii_whitespace());
    let is_blank = |part: &&[u8]| part.first().is_some_and(u8::is_ascii_whitespace);
    let length = gap.len() - blanks + stretches.filter(is_blank).count();
    let has = |needle: &[u8]| memchr::memmem::find(gap, needle).is_some();
    let ends = [&b". "[..], b"</", b"/>", b"&&", b"||"];
    length <= MAX_GAP
        && blanks <= MAX_BLANKS
        && gap.iter().all(|byte| may_join(*byte))
        && !ends.into_iter().any(has)
        && !has_value(gap)
        && gap.split(|byte| *byte == b'\n').count() <= 2
        && memchr::memchr(b'\n', gap).is_none_or(|at| is_open(gap, at))
}

const fn may_join(byte: u8) -> bool {
    !matches!(byte, b';' | b'@' | b'#' | b'^' | b'~' | b'%' | b'$' | b'+' | b'}' | 0..=8 | 11 | 12 | 14..=31 | 127)
}

/// A long stretch of letters and digits, some of each kind: another value.
fn has_value(gap: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric();
    gap.split(|byte| !is_plain(byte))
        .any(|word| word.len() >= VALUE && word.iter().any(u8::is_ascii_digit))
}

/// Whether a line that ends at `at` waits for its value: after an operator, or where the next line begins with `value`.
fn is_open(gap: &[u8], at: usize) -> bool {
    let (before, after) = gap.split_at(at);
    let after = after.trim_ascii_start();
    let begins = |word: &str| {
        after.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    };
    matches!(
        before.trim_ascii_end().last(),
        Some(b'=' | b':' | b'(' | b'{' | b'[' | b'>' | b'|' | b'\\')
    ) || begins("value")
        || begins("default")
}

const fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

impl Link<'_> {
    /// Whether a noun of secrets is part of the name, or follows it.
    fn has_noun(&self) -> bool {
        let name = self.spoken.get(..self.spoken.len() - self.gap.len()).unwrap_or_default();
        [name, self.gap].iter().any(|part| Words::of(part).iter().any(is_noun))
    }

    /// Whether the name that the value belongs to ends in a word that makes it something else: an id, a version, a URL.
    fn is_about(&self) -> bool {
        let mut names = self.spoken.split(|byte| !is_of_name(*byte));
        let last = names.rfind(|name| name.iter().any(u8::is_ascii_alphabetic));
        let words = Words::of(last.unwrap_or_default());
        let is_open = |word: &str| matches!(word, "public" | "pub" | "publishable");
        words.iter().any(is_open)
            || words.iter().last().is_some_and(|word| {
                !is_noun(word) && (words::ABOUT.has(word) || words::NO_NOUN.has(word))
            })
    }

    fn has_operator(&self) -> bool {
        self.gap.iter().any(|byte| matches!(byte, b'=' | b':' | b'(' | b'>' | b','))
    }

    /// Whether the value follows a part of the name, as in `datadog-secret-…`, and that part is no noun.
    fn is_part_of_name(&self) -> bool {
        matches!(self.gap.last(), Some(b'-' | b'_'))
            && !Words::of(self.gap).iter().last().is_some_and(is_noun)
    }
}

fn is_noun(word: &str) -> bool {
    words::NOUN.has(word) || assign::classify(&Words::of(word.as_bytes())).is_some()
}

/// How sure a candidate of a rule is before anything is verified: a noun of secrets beside the vendor's word says more
/// than the word alone.
pub(super) fn confidence(candidate: &Candidate) -> Confidence {
    let Candidate { rule, text, secret, .. } = candidate;
    let has_noun =
        rule.vendor.is_some() && link(rule, text, secret).is_some_and(|link| link.has_noun());
    let known = rule.meta.confidence;
    if has_noun { known.max(Confidence::Medium) } else { known }
}

/// Whether the vendor's word alone does not make the value a secret: it is called something else, or must be called
/// something.
pub(super) fn is_unnamed(candidate: &Candidate) -> bool {
    let Candidate { rule, text, secret, .. } = candidate;
    let Some(vendor) = &rule.vendor else { return false };
    let Some(link) = link(rule, text, secret) else { return true };
    let must_say = vendor.named || filters::is_uuid(candidate.secret());
    link.is_about()
        || link.is_part_of_name()
        || must_say && !link.has_noun()
        || vendor.named && !link.has_operator()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{RuleSet, Scratch};
    use super::*;
    use crate::blob::{Blob, Content, Origin};
    use crate::outcome::Stats;

    const RULES: &str = r#"
        [[rule]]
        id = "acme-key"
        title = "Acme key"
        severity = "low"
        confidence = "low"
        trigger = { run = 32, words = ["acme"] }
        value = '[0-9a-f]{32}'
        help = "Delete it."

        [[rule]]
        id = "crate-key"
        title = "Crate key"
        severity = "low"
        confidence = "low"
        trigger = { run = 32, words = ["crate"], named = true }
        value = '[0-9a-f]{32}'
        help = "Delete it."

        [[rule]]
        id = "zenbox-key"
        title = "Zenbox key"
        severity = "low"
        confidence = "low"
        trigger = { run = 36, words = ["zenbox"] }
        value = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
        help = "Delete it."

        [[rule]]
        id = "runner-key"
        title = "Runner key"
        severity = "low"
        confidence = "low"
        trigger = { run = 32, words = ["runner"] }
        value = '[0-9A-Za-z_-]{36}'
        help = "Delete it."
    "#;

    /// What the rules make of a line in which `@` stands for 32 hex digits and `~` for a UUID: nothing, low or medium.
    fn found(line: &str) -> Option<Confidence> {
        let rules = RuleSet::load(&[("test".into(), RULES.into())]).unwrap();
        let ids = ["acme-key", "crate-key", "zenbox-key", "runner-key"];
        let rules = rules.retain(|id| ids.contains(&id));
        let hex = ["6dc0b7a1f25e4893", "b7f01c9ad42e8563"].concat();
        let uuid = ["3f29c1d7-84be-4a06", "-9d52-e7c06b18fa43"].concat();
        let text = line.replace('@', &hex).replace('~', &uuid);
        let origin = Arc::new(Origin::Stdin);
        let blob = Blob::whole(&origin, text.as_bytes(), Content::Text);
        let found = rules.detect(&blob, 0, &mut Scratch::default(), &mut Stats::default());
        found.detections.first().map(|detection| detection.confidence)
    }

    #[test]
    fn values_beside_a_word_and_a_noun_are_found() {
        for line in [
            "acmeKey = \"@\"",
            "ACME_TOKEN=@",
            "acme secret @",
            "<acme-key>@</acme-key>",
            r#""acme": {"apiKey": "@"}"#,
            "setAcmeKey(\"@\")",
            "[DEBUG] Using acme Key=@",
            "acme-SECRET-@",
            "acme_key =\n    \"@\"",
            "- name: ACME_API_KEY\n  value: @",
            "acme:\n  api_key: @",
            "myAcmeApiKey: '@'",
            "ACMEKEY @",
            "acme.api.key=@",
            "Authorization: acme Bearer @",
            "define('ACME_KEY', '@');",
            "https://api.acme.com/v1?api_key=@",
            "crateKey = \"@\"",
            "zenbox_api_key: ~",
        ] {
            assert_eq!(found(line), Some(Confidence::Medium), "{line}");
        }
    }

    #[test]
    fn a_word_alone_says_little() {
        for line in ["acme: @", "acme = '@'", "acme\t@"] {
            assert_eq!(found(line), Some(Confidence::Low), "{line}");
        }
        for line in ["crate: @", "crate key @", "zenbox: ~"] {
            assert_eq!(found(line), None, "{line}");
        }
    }

    #[test]
    fn what_is_no_key_is_left_alone() {
        for line in [
            "acme_key = a@",
            "acme_key = @a",
            "acme_key = @_v2",
            "acme_key = @.js",
            "acme_key: commit @",
            "acme_key: sha256:@",
            "acme_key_id = @",
            "acme_public_key = @",
            "acme_key_url = https://example.org/@",
            "acme keys: lib/acme/@",
            "acmeish_key = @",
            "pacme_key = @",
            "acme is used. A key @",
            "acme_key = 1 # @",
            "acme_key = @a1; other = @",
            "acme_keys = {\"@\": 1}",
            "acme_key = true\nother = @",
            "acme_key = 31415926535897932384626433832795",
            "runner_key = runner-integration-tests-number-1234",
        ] {
            assert_eq!(found(line), None, "{line}");
        }
    }

    #[test]
    fn a_pattern_is_bounded_by_what_is_not_in_it() {
        assert!(pattern("[0-9a-f]{8}").is_ok_and(|pattern| !pattern.contains("x2d")));
        assert!(pattern("[0-9a-f-]{8}").is_ok_and(|pattern| pattern.contains("x2d")));
        assert!(pattern("[0-9a-z]{8}=").is_ok_and(|pattern| !pattern.contains("x3d])(")));
        assert!(pattern("[0-9").is_err());
    }
}
