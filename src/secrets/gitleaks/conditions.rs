//! What a rule of gitleaks asks beside its regex: a group, entropy, a path, findings of other rules nearby.

use std::collections::BTreeMap;
use std::path::PathBuf;

use regex_automata::Input;
use regex_automata::meta::Regex;
use regex_automata::util::primitives::NonMaxUsize;

use super::super::candidate::Candidate;
use super::super::rule::Found;
use super::allowlist::path_below;
use crate::blob::{Blob, Origin};

/// What a rule asks beside its regex.
#[derive(Debug)]
pub(crate) struct Conditions {
    /// The group that is the secret; 0 for the first that is not empty, else all of the match.
    pub(super) group: usize,
    /// The secret must have more than this, in bits for each character; 0 for no matter what.
    pub(super) entropy: f64,
    /// What the path of the input must match.
    pub(super) path: Option<Regex>,
    /// The directory that the path is relative to.
    pub(super) root: PathBuf,
    /// What must be found near a match.
    pub(super) required: Vec<Required>,
    /// Whether what it finds counts, or only for rules that require it.
    pub(super) is_reported: bool,
}

/// Another rule that must have found something near.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Required {
    pub(super) rule: String,
    pub(super) lines: Option<u64>,
    pub(super) columns: Option<u64>,
}

impl Conditions {
    /// What the regex matches first, and the secret in it.
    pub(crate) fn find(&self, regex: &Regex, input: &Input) -> Option<Found> {
        let groups = regex.captures_len();
        let mut slots = vec![None; 2 * groups];
        regex.search_slots(input, &mut slots)?;
        let span = |group: usize| {
            let slot = |at: usize| slots.get(at).copied().flatten().map(NonMaxUsize::get);
            Some(slot(2 * group)?..slot(2 * group + 1)?)
        };
        let whole = span(0)?;
        let secret = match self.group {
            0 => (1..groups).filter_map(span).find(|group| !group.is_empty()),
            group => Some(span(group).unwrap_or(whole.start..whole.start)),
        };
        Some(Found { secret: secret.unwrap_or_else(|| whole.clone()), whole })
    }

    /// Why a value is no secret.
    pub(crate) fn reject(&self, secret: &[u8]) -> Option<&'static str> {
        (self.entropy > 0.0 && entropy(secret) <= self.entropy).then_some("entropy")
    }

    /// Whether the rule is for this input.
    pub(crate) fn takes(&self, origin: &Origin) -> bool {
        let Some(regex) = &self.path else { return true };
        path_below(&self.root, origin).is_some_and(|path| regex.is_match(path.as_bytes()))
    }

    /// Whether other rules found what this one requires.
    fn is_complete(&self, own: &Place, all: &[Place]) -> bool {
        self.required.iter().all(|required| {
            let near =
                |a: u64, b: u64, most: Option<u64>| most.is_none_or(|most| a.abs_diff(b) <= most);
            all.iter().filter(|other| other.rule == required.rule).any(|other| {
                near(own.line, other.line, required.lines)
                    && near(own.column, other.column, required.columns)
            })
        })
    }
}

/// Where a candidate stands in its text.
struct Place<'a> {
    rule: &'a str,
    line: u64,
    column: u64,
}

impl<'a> Place<'a> {
    fn of(candidate: &'a Candidate, lines: &[usize]) -> Self {
        let start = candidate.matched.start;
        let line = lines.partition_point(|newline| *newline < start);
        let line_start =
            line.checked_sub(1).and_then(|before| lines.get(before)).map_or(0, |at| at + 1);
        Self {
            rule: &candidate.rule.meta.id,
            line: line as u64,
            column: (start - line_start) as u64,
        }
    }
}

/// Candidates that were dropped because of what stands, or does not stand, near them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dropped {
    /// What they require is not there.
    pub(crate) incomplete: u64,
    /// They count only for others.
    pub(crate) unreported: u64,
}

/// Drops the candidates of rules for other inputs, those whose rule requires what is not there, and those that count only
/// for others.
pub(crate) fn settle(candidates: &mut Vec<Candidate>, blob: &Blob) -> Dropped {
    let mut dropped = Dropped::default();
    if candidates.iter().all(|candidate| candidate.rule.conditions.is_none()) {
        return dropped;
    }
    candidates.retain(|found| conditions(found).is_none_or(|own| own.takes(blob.origin())));
    let lines: Vec<usize> = memchr::memchr_iter(b'\n', blob.text).collect();
    let counts = |found: &&Candidate| {
        conditions(found).is_none_or(|own| own.reject(found.secret()).is_none())
    };
    let all: Vec<Place> =
        candidates.iter().filter(counts).map(|found| Place::of(found, &lines)).collect();
    let mut stays = Vec::with_capacity(candidates.len());
    for found in candidates.iter() {
        let Some(own) = conditions(found) else {
            stays.push(true);
            continue;
        };
        let is_complete = own.is_complete(&Place::of(found, &lines), &all);
        dropped.incomplete += u64::from(!is_complete);
        dropped.unreported += u64::from(is_complete && !own.is_reported);
        stays.push(is_complete && own.is_reported);
    }
    let mut stays = stays.into_iter();
    candidates.retain(|_| stays.next() == Some(true));
    dropped
}

fn conditions<'a>(candidate: &Candidate<'a>) -> Option<&'a Conditions> {
    candidate.rule.conditions.as_deref()
}

/// Shannon's entropy of the characters of a text, in bits for each.
fn entropy(text: &[u8]) -> f64 {
    let text = String::from_utf8_lossy(text);
    let mut counts: BTreeMap<char, u32> = BTreeMap::new();
    for character in text.chars() {
        *counts.entry(character).or_default() += 1;
    }
    let all: f64 = counts.values().map(|count| f64::from(*count)).sum();
    let share = |count: &u32| f64::from(*count) / all;
    counts.values().map(share).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_of_known_texts() {
        for (text, bits) in [("", 0.0), ("aaaa", 0.0), ("abab", 1.0), ("abcd", 2.0), ("äöüß", 2.0)]
        {
            assert!((entropy(text.as_bytes()) - bits).abs() < 1e-9, "{text}");
        }
    }
}
