//! Is the value of an assignment a secret? A sum of weighted terms, every one of which `explain` can print.
//!
//! The weights are data: `rules/secrets/score.toml`, with how they were made.

use super::assign::{NameClass, Operator, Quoting, Words};
use super::candidate::{Candidate, Named};
use super::filters::is_uuid;
use super::place::Syntax;
use super::randomness;
use super::words;
use crate::finding::Confidence;

/// A term of the sum: its name in `score.toml`, how much of it a candidate has, and the weight of one.
pub(crate) type Term = (&'static str, f32, f32);

/// The weights by name; written by the build script.
const WEIGHTS: &[(&str, f32)] = include!(concat!(env!("OUT_DIR"), "/weights.rs"));

/// A term with its weight, which is looked up when the program is built.
macro_rules! term {
    ($name:literal) => {
        term!($name, 1.0)
    };
    ($name:literal, $amount:expr) => {{
        const WEIGHT: f32 = weight($name);
        ($name, $amount, WEIGHT)
    }};
}

/// The weight of a term; 0 for one that the data does not name.
const fn weight(name: &str) -> f32 {
    let mut at = 0;
    while at < WEIGHTS.len() {
        if is_same(WEIGHTS[at].0.as_bytes(), name.as_bytes()) {
            return WEIGHTS[at].1;
        }
        at += 1;
    }
    0.0
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// The least probability that is listed when nothing else is asked for.
pub(crate) const LISTED: f32 = 0.5;

/// How sure a probability makes us; below the lowest the candidate is dropped.
const LEVELS: [(f32, Confidence); 3] =
    [(0.9, Confidence::High), (LISTED, Confidence::Medium), (0.15, Confidence::Low)];

/// The probability that the candidate is a secret, from 0 to 1.
pub(crate) fn probability(candidate: &Candidate) -> f32 {
    let sum: f32 = terms(candidate).iter().map(|(_, amount, weight)| amount * weight).sum();
    1.0 / (1.0 + (-sum).exp())
}

/// The confidence that a probability stands for; `None` drops the candidate.
pub(crate) fn confidence(probability: f32) -> Option<Confidence> {
    LEVELS.iter().find(|(least, _)| probability >= *least).map(|(_, confidence)| *confidence)
}

/// Every term that the candidate has any of.
pub(crate) fn terms(candidate: &Candidate) -> Vec<Term> {
    let mut terms = Vec::with_capacity(24);
    terms.push(term!("bias"));
    match (&candidate.named, candidate.rule.scored) {
        (Some(named), _) => name_terms(named, candidate, &mut terms),
        (None, Some(class)) => terms.extend([class_term(class), term!("operator-format")]),
        (None, None) => {}
    }
    value_terms(candidate.secret(), &mut terms);
    place_terms(candidate, &mut terms);
    terms
}

const fn class_term(class: NameClass) -> Term {
    match class {
        NameClass::Password => term!("name-password"),
        NameClass::Secret => term!("name-secret"),
        NameClass::Token => term!("name-token"),
        NameClass::Key => term!("name-key"),
        NameClass::BareKey => term!("name-bare-key"),
        NameClass::Auth => term!("name-auth"),
        NameClass::Salt => term!("name-salt"),
    }
}

fn name_terms(named: &Named, candidate: &Candidate, terms: &mut Vec<Term>) {
    terms.push(class_term(named.class));
    terms.push(match named.assignment.operator {
        Operator::Assign => term!("operator-assign"),
        Operator::Compare => term!("operator-compare"),
        Operator::Colon => term!("operator-colon"),
        Operator::Comma => term!("operator-comma"),
        Operator::Call => term!("operator-call"),
        Operator::Element => term!("operator-element"),
        Operator::Space => term!("operator-space"),
        Operator::Pair => term!("operator-pair"),
        Operator::Item => term!("operator-item"),
        Operator::Flag => term!("operator-flag"),
        Operator::Sql => term!("operator-sql"),
        Operator::Entry => term!("operator-entry"),
    });
    if named.assignment.quoting == Quoting::Bare {
        terms.push(match candidate.place.syntax {
            Syntax::Code => term!("bare-in-code"),
            Syntax::Config => term!("bare-in-config"),
            Syntax::Prose => term!("bare-in-prose"),
            Syntax::Unknown => term!("bare-elsewhere"),
        });
        if words_follow(candidate) {
            terms.push(term!("words-follow"));
        }
    }
    if named.assignment.call.is_some() {
        terms.push(term!("wrapped"));
    }
    let name = candidate.name();
    if !name.iter().any(u8::is_ascii_lowercase) && name.contains(&b'_') {
        terms.push(term!("name-constant-case"));
    }
    let in_name = Words::of(name);
    if in_name.iter().any(|word| words::DEED.has(word)) {
        terms.push(term!("name-deed"));
    }
    if Words::of(candidate.secret()).iter().any(|word| word.len() >= 3 && in_name.has(word)) {
        terms.push(term!("shares-a-word"));
    }
}

/// `Password: wrong or missing`: a blank before the value and words behind it, as in a sentence.
fn words_follow(candidate: &Candidate) -> bool {
    let is_apart = candidate.line_before(1).first().is_some_and(u8::is_ascii_whitespace);
    let end = candidate.secret.end;
    let behind = candidate.text.get(end..candidate.text.len().min(end + 60)).unwrap_or_default();
    let line = behind.split(|byte| b"\r\n".contains(byte)).next().unwrap_or_default();
    let is_word = |word: &&[u8]| word.len() >= 2 && word.iter().all(u8::is_ascii_alphabetic);
    is_apart
        && line.first() == Some(&b' ')
        && line.split(|byte| *byte == b' ').skip(1).take(2).filter(is_word).count() == 2
}

fn value_terms(secret: &[u8], terms: &mut Vec<Term>) {
    let evidence = randomness::evidence(secret);
    terms.push(term!("evidence", evidence.clamp(-15.0, 15.0) / 10.0));
    terms.push(term!("evidence-much", (evidence - 15.0).clamp(0.0, 60.0) / 10.0));
    terms.push(match secret.len() {
        0..=3 => term!("length-3"),
        4..=5 => term!("length-4-5"),
        6..=7 => term!("length-6-7"),
        8..=15 => term!("length-8-15"),
        16..=31 => term!("length-16-31"),
        32..=64 => term!("length-32-64"),
        65..=128 => term!("length-65-128"),
        _ => term!("length-129"),
    });
    let count = |test: fn(&u8) -> bool| secret.iter().filter(|byte| test(byte)).count();
    let (digits, lower, upper) =
        (count(u8::is_ascii_digit), count(u8::is_ascii_lowercase), count(u8::is_ascii_uppercase));
    let kinds = [
        (term!("digits-and-letters"), digits > 0 && lower + upper > 0),
        (term!("digits-only"), digits == secret.len()),
        (term!("mixed-case"), lower > 0 && upper > 0),
        (term!("upper-only"), upper == secret.len()),
        (term!("capitalised"), is_capitalised(secret)),
        (term!("word-and-number"), is_word_and_number(secret)),
        (term!("word-number-sign"), is_word_number_sign(secret)),
        (term!("leet"), is_leet(secret)),
        (term!("uuid"), is_uuid(secret)),
        (
            term!("constant-case"),
            upper > 0 && lower == 0 && digits + upper < secret.len() && secret.contains(&b'_'),
        ),
        (term!("hex"), secret.len() >= 16 && secret.iter().all(u8::is_ascii_hexdigit)),
        (term!("password-signs"), secret.iter().any(|byte| b"!@#$%^&*?~=+".contains(byte))),
        (term!("word-signs"), secret.iter().any(|byte| b"-_.".contains(byte))),
        (term!("space"), secret.contains(&b' ')),
        (term!("foreign"), secret.iter().any(|byte| *byte >= 0x80)),
        (term!("code-signs"), secret.iter().any(|byte| b"()[]{}<>|\\".contains(byte))),
        (term!("slash-or-colon"), secret.iter().any(|byte| b"/:".contains(byte))),
    ];
    terms.extend(kinds.into_iter().filter(|(_, has)| *has).map(|(term, _)| term));
    let spoken = speaks_of_secrets(secret);
    if spoken > 0.0 {
        terms.push(term!("speaks-of-secrets", spoken));
    }
}

/// `Kennwort`, `Neues Kennwort`: words as people write them at the start of a label.
fn is_capitalised(secret: &[u8]) -> bool {
    let (first, rest) = secret.split_first().unwrap_or((&0, &[]));
    let lower = |byte: &u8| byte.is_ascii_lowercase() || *byte >= 0x80 || b" .,:!?'".contains(byte);
    first.is_ascii_uppercase() && rest.len() >= 3 && rest.iter().all(lower)
}

/// `root123`: a word, then a number.
fn is_word_and_number(secret: &[u8]) -> bool {
    let letters = secret.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (word, number) = secret.split_at(letters);
    letters >= 3
        && !number.is_empty()
        && number.iter().all(u8::is_ascii_digit)
        && randomness::evidence(word) < 2.0
}

/// `Sommer2024!`, `Berlin#7`: words, numbers and signs, as rules for passwords want them.
fn is_word_number_sign(secret: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| secret.iter().any(test);
    let is_sign = |byte: &u8| b"!@#$%^&*?+".contains(byte);
    (6..=32).contains(&secret.len())
        && has(u8::is_ascii_alphabetic)
        && has(u8::is_ascii_digit)
        && has(is_sign)
        && secret
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || is_sign(byte) || b"-_.".contains(byte))
}

/// `s3cr3t`, `p@ssw0rd`: a word again, once the digits are read as letters.
fn is_leet(secret: &[u8]) -> bool {
    let read = |byte: &u8| match byte {
        b'0' => b'o',
        b'1' | b'!' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' => b't',
        other => *other,
    };
    let plain: Vec<u8> = secret.iter().map(read).collect();
    plain != secret
        && plain.iter().all(u8::is_ascii_alphabetic)
        && randomness::evidence(&plain) < -2.0
}

/// The share of the value's letters, from 0 to 1, in words of names of secrets and in those that examples are made of.
fn speaks_of_secrets(secret: &[u8]) -> f32 {
    let words = Words::of(secret);
    let length = |made_up: bool| -> u16 {
        let words = words.iter().filter(|word| !made_up || words::MADE_UP.has(word));
        words.map(|word| u16::try_from(word.len()).unwrap_or(u16::MAX)).fold(0, u16::saturating_add)
    };
    f32::from(length(true)) / f32::from(length(false).max(1))
}

fn place_terms(candidate: &Candidate, terms: &mut Vec<Term>) {
    let place = candidate.place;
    let kinds = [
        (term!("file-code"), place.syntax == Syntax::Code),
        (term!("file-config"), place.syntax == Syntax::Config),
        (term!("file-prose"), place.syntax == Syntax::Prose),
        (term!("path-test"), place.is_test),
        (term!("path-locale"), place.is_locale),
        (term!("path-generated"), place.is_generated),
    ];
    terms.extend(kinds.into_iter().filter(|(_, has)| *has).map(|(term, _)| term));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_weight_is_used() {
        let source = include_str!("score.rs");
        for (name, _) in WEIGHTS {
            assert!(
                source.contains(&format!("term!(\"{name}\"")),
                "no term `{name}` is ever counted"
            );
        }
        assert!(weight("bias") != 0.0 && weight("no such term") == 0.0);
    }

    #[test]
    fn levels_fall() {
        assert!(LEVELS.is_sorted_by(|a, b| a.0 > b.0 && a.1 > b.1));
        assert_eq!(confidence(0.95), Some(Confidence::High));
        assert_eq!(confidence(0.1), None);
    }
}
