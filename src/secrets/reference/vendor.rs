//! What a rule with a `value` asks of the text before and behind it, by regexes and plain loops.

use std::ops::Range;
use std::sync::LazyLock;

use regex_automata::meta::Regex;
use regex_automata::util::syntax;

use super::super::rule::{Rule, Trigger};
use super::super::vendor::{MAX_BLANKS, MAX_GAP, VALUE};
use super::super::words;
use super::{begins_word, stands_at};

static NAME_OR_KEY: LazyLock<Regex> = LazyLock::new(|| regex(r#"\A(?:\.[0-9A-Za-z]|["']:)"#));
static JOINING: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"\A[\t\n\r !"&'()*,\-./0-9:<=>?A-Z\[\\\]_`a-z{|\x80-\xff]*\z"#));
static ENDING: LazyLock<Regex> = LazyLock::new(|| regex(r"\. |</|/>|&&|\|\|"));
static OPEN: LazyLock<Regex> =
    LazyLock::new(|| regex(r"[=:({\[>|\\][ \t\r]*\n|\n[ \t\r]*(?i:value|default)"));

fn regex(pattern: &str) -> Regex {
    let syntax = syntax::Config::new().unicode(false).utf8(false);
    Regex::builder().syntax(syntax).build(pattern).unwrap()
}

/// Whether one of the words, ending as a word, speaks of the secret. Rules without a `value` ask nothing.
pub(super) fn allows(rule: &Rule, text: &[u8], secret: &Range<usize>) -> bool {
    let (Some(_), Trigger::Words { words, .. }) = (&rule.vendor, &rule.trigger) else {
        return true;
    };
    let speaks = |at: usize, word: &String| {
        let end = at + word.len();
        end <= secret.start
            && stands_at(text, at, word)
            && begins_word(text, at)
            && ends_word(text, end)
            && joins(&text[end..secret.start])
    };
    let far = secret.start.saturating_sub(400);
    !NAME_OR_KEY.is_match(&text[secret.end..])
        && (far..secret.start).any(|at| words.iter().any(|word| speaks(at, word)))
}

fn ends_word(text: &[u8], end: usize) -> bool {
    if !text[end - 1].is_ascii_alphabetic() || !text[end].is_ascii_alphabetic() {
        return true;
    }
    let changes_case = text[end].is_ascii_uppercase() && text[end - 1].is_ascii_lowercase();
    changes_case || words::NOUN.iter().any(|noun| stands_at(text, end, noun))
}

fn joins(gap: &[u8]) -> bool {
    let (mut length, mut blanks, mut before) = (0, 0, b'.');
    for byte in gap.iter().copied() {
        let is_blank = byte.is_ascii_whitespace();
        blanks += usize::from(is_blank);
        length += usize::from(!is_blank || !before.is_ascii_whitespace());
        before = byte;
    }
    let is_value = |word: &[u8]| {
        word.iter().all(u8::is_ascii_alphanumeric) && word.iter().any(u8::is_ascii_digit)
    };
    let ends = |at: usize| gap.get(at).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let starts = |at: usize| at == 0 || !gap[at - 1].is_ascii_alphanumeric();
    let has_value = (0..gap.len()).any(|start| {
        let mut longer = start + VALUE..=gap.len();
        starts(start) && longer.any(|end| ends(end) && is_value(&gap[start..end]))
    });
    let lines = memchr::memchr_iter(b'\n', gap).count();
    length <= MAX_GAP
        && blanks <= MAX_BLANKS
        && JOINING.is_match(gap)
        && !ENDING.is_match(gap)
        && !has_value
        && (lines == 0 || lines == 1 && OPEN.is_match(gap))
}
