//! Is the value of an assignment a secret? A sum of weighted terms, every one of which `explain` can print.
//!
//! The weights are data: `rules/secrets/score.toml`, with how they were made.

use super::assign::{NameClass, Operator, Quoting, split};
use super::candidate::{Candidate, Named};
use super::place::Syntax;
use super::randomness;
use super::words;
use crate::finding::Confidence;

/// A term: its name in `score.toml`, and how much of it a candidate has.
pub(crate) type Term = (&'static str, f32);

/// The weights, sorted by name; written by the build script.
const WEIGHTS: &[(&str, f32)] = include!(concat!(env!("OUT_DIR"), "/weights.rs"));

/// How sure a probability makes us; below the lowest the candidate is dropped.
const LEVELS: [(f32, Confidence); 3] =
    [(0.9, Confidence::High), (0.5, Confidence::Medium), (0.15, Confidence::Low)];

/// The probability that the candidate is a secret, from 0 to 1.
pub(crate) fn probability(candidate: &Candidate) -> f32 {
    let sum: f32 = terms(candidate).into_iter().map(|(name, amount)| amount * weight(name)).sum();
    1.0 / (1.0 + (-sum).exp())
}

/// The confidence that a probability stands for; `None` drops the candidate.
pub(crate) fn confidence(probability: f32) -> Option<Confidence> {
    LEVELS.iter().find(|(least, _)| probability >= *least).map(|(_, confidence)| *confidence)
}

/// The weight of a term; 0 for one that the data does not name.
pub(crate) fn weight(name: &str) -> f32 {
    WEIGHTS
        .binary_search_by(|(known, _)| (*known).cmp(name))
        .ok()
        .and_then(|at| WEIGHTS.get(at))
        .map_or(0.0, |(_, weight)| *weight)
}

/// Every term that the candidate has any of.
pub(crate) fn terms(candidate: &Candidate) -> Vec<Term> {
    let mut terms = vec![("bias", 1.0)];
    match (&candidate.named, candidate.rule.scored) {
        (Some(named), _) => name_terms(named, candidate, &mut terms),
        (None, Some(class)) => terms.extend([class_term(class), ("operator-format", 1.0)]),
        (None, None) => {}
    }
    value_terms(candidate.secret(), &mut terms);
    place_terms(candidate, &mut terms);
    terms
}

const fn class_term(class: NameClass) -> Term {
    match class {
        NameClass::Password => ("name-password", 1.0),
        NameClass::Secret => ("name-secret", 1.0),
        NameClass::Token => ("name-token", 1.0),
        NameClass::Key => ("name-key", 1.0),
        NameClass::BareKey => ("name-bare-key", 1.0),
        NameClass::Auth => ("name-auth", 1.0),
        NameClass::Salt => ("name-salt", 1.0),
    }
}

fn name_terms(named: &Named, candidate: &Candidate, terms: &mut Vec<Term>) {
    terms.push(class_term(named.class));
    terms.push(match named.assignment.operator {
        Operator::Assign => ("operator-assign", 1.0),
        Operator::Compare => ("operator-compare", 1.0),
        Operator::Colon => ("operator-colon", 1.0),
        Operator::Comma => ("operator-comma", 1.0),
        Operator::Call => ("operator-call", 1.0),
        Operator::Element => ("operator-element", 1.0),
        Operator::Space => ("operator-space", 1.0),
    });
    if named.assignment.quoting == Quoting::Bare {
        terms.push(match candidate.place.syntax {
            Syntax::Code => ("bare-in-code", 1.0),
            Syntax::Config => ("bare-in-config", 1.0),
            Syntax::Prose => ("bare-in-prose", 1.0),
            Syntax::Unknown => ("bare-elsewhere", 1.0),
        });
    }
    if named.assignment.call.is_some() {
        terms.push(("wrapped", 1.0));
    }
    let name = candidate.name();
    if !name.iter().any(u8::is_ascii_lowercase) && name.contains(&b'_') {
        terms.push(("name-constant-case", 1.0));
    }
    let in_name = split(name);
    if split(candidate.secret()).iter().any(|word| word.len() >= 3 && in_name.contains(word)) {
        terms.push(("shares-a-word", 1.0));
    }
}

fn value_terms(secret: &[u8], terms: &mut Vec<Term>) {
    let evidence = randomness::evidence(secret);
    terms.push(("evidence", evidence.clamp(-15.0, 15.0) / 10.0));
    terms.push(("evidence-much", (evidence - 15.0).clamp(0.0, 60.0) / 10.0));
    terms.push(match secret.len() {
        0..=3 => ("length-3", 1.0),
        4..=5 => ("length-4-5", 1.0),
        6..=7 => ("length-6-7", 1.0),
        8..=15 => ("length-8-15", 1.0),
        16..=31 => ("length-16-31", 1.0),
        32..=64 => ("length-32-64", 1.0),
        65..=128 => ("length-65-128", 1.0),
        _ => ("length-129", 1.0),
    });
    let count = |test: fn(&u8) -> bool| secret.iter().filter(|byte| test(byte)).count();
    let (digits, lower, upper) =
        (count(u8::is_ascii_digit), count(u8::is_ascii_lowercase), count(u8::is_ascii_uppercase));
    let kinds = [
        ("digits-and-letters", digits > 0 && lower + upper > 0),
        ("digits-only", digits == secret.len()),
        ("mixed-case", lower > 0 && upper > 0),
        ("upper-only", upper == secret.len()),
        ("capitalised", is_capitalised(secret)),
        ("word-and-number", is_word_and_number(secret)),
        ("leet", is_leet(secret)),
        (
            "constant-case",
            upper > 0 && lower == 0 && digits + upper < secret.len() && secret.contains(&b'_'),
        ),
        ("hex", secret.len() >= 16 && secret.iter().all(u8::is_ascii_hexdigit)),
        ("password-signs", secret.iter().any(|byte| b"!@#$%^&*?~=+".contains(byte))),
        ("word-signs", secret.iter().any(|byte| b"-_.".contains(byte))),
        ("space", secret.contains(&b' ')),
        ("foreign", secret.iter().any(|byte| *byte >= 0x80)),
        ("code-signs", secret.iter().any(|byte| b"()[]{}<>|\\".contains(byte))),
        ("slash-or-colon", secret.iter().any(|byte| b"/:".contains(byte))),
    ];
    terms.extend(kinds.into_iter().filter(|(_, has)| *has).map(|(name, _)| (name, 1.0)));
    if speaks_of_secrets(secret) {
        terms.push(("speaks-of-secrets", 1.0));
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

/// The words of names of secrets, and those that examples are made of, within the value itself.
fn speaks_of_secrets(secret: &[u8]) -> bool {
    split(secret).iter().any(|word| words::has("made-up", word))
}

fn place_terms(candidate: &Candidate, terms: &mut Vec<Term>) {
    let place = candidate.place;
    let kinds = [
        ("file-code", place.syntax == Syntax::Code),
        ("file-config", place.syntax == Syntax::Config),
        ("file-prose", place.syntax == Syntax::Prose),
        ("path-test", place.is_test),
        ("path-locale", place.is_locale),
        ("path-generated", place.is_generated),
    ];
    terms.extend(kinds.into_iter().filter(|(_, has)| *has).map(|(name, _)| (name, 1.0)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_are_sorted_and_used() {
        assert!(WEIGHTS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(weight("bias") != 0.0 && weight("no such term") == 0.0);
    }

    #[test]
    fn levels_fall() {
        assert!(LEVELS.is_sorted_by(|a, b| a.0 > b.0 && a.1 > b.1));
        assert_eq!(confidence(0.95), Some(Confidence::High));
        assert_eq!(confidence(0.1), None);
    }
}
