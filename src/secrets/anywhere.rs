//! The slow lane: rules without anything that the prefilter stops at. Their regexes run over whole texts.

use aho_corasick::{AhoCorasick, MatchKind};
use regex_automata::{Anchored, Input};

use super::rule::{Found, Rule, Trigger};

/// How often a regex is tried on one text at most. What it matches in the rest is not known.
pub(super) const MAX_TRIES: usize = 4096;
/// How far a search looks at once, beyond the longest match: a regex that always looks to the end must not do so at every
/// match.
const STRIDE: usize = 4096;

/// The rules of this lane, and the words that some of them wait for.
#[derive(Default)]
pub(super) struct Anywhere {
    /// The numbers of those that wait for no word.
    always: Vec<usize>,
    keywords: Option<AhoCorasick>,
    /// The rule that waits for each word.
    waiting: Vec<usize>,
}

impl Anywhere {
    pub(super) fn new<'a>(rules: impl Iterator<Item = &'a Rule>) -> Self {
        let mut lane = Self::default();
        let mut words: Vec<&str> = Vec::new();
        for rule in rules {
            let number = rule.order;
            let Trigger::Anywhere { keywords } = &rule.trigger else { continue };
            if rule.is_for_paths() {
                continue;
            }
            // Only the case of ASCII is folded; a word beyond that is not waited for.
            if keywords.is_empty() || !keywords.iter().all(|word| word.is_ascii()) {
                lane.always.push(number);
                continue;
            }
            for word in keywords {
                words.push(word);
                lane.waiting.push(number);
            }
        }
        if !words.is_empty() {
            let built = AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .match_kind(MatchKind::Standard)
                .build(&words);
            lane.keywords = built.ok();
            if lane.keywords.is_none() {
                lane.always.append(&mut lane.waiting);
            }
        }
        lane
    }

    /// The numbers of the rules that are tried on every text.
    pub(super) fn always(&self) -> impl Iterator<Item = usize> {
        self.always.iter().copied()
    }

    /// The rules to try on a text, in their order.
    pub(super) fn due(&self, text: &[u8]) -> Vec<usize> {
        let mut due = self.always.clone();
        let Some(keywords) = &self.keywords else { return due };
        let mut is_there = vec![false; self.waiting.len()];
        let mut missing = self.waiting.len();
        for word in keywords.find_overlapping_iter(text) {
            let Some(is_there) = is_there.get_mut(word.pattern().as_usize()) else { continue };
            missing -= usize::from(!*is_there);
            *is_there = true;
            if missing == 0 {
                break;
            }
        }
        let waiting = self.waiting.iter().zip(is_there);
        due.extend(waiting.filter(|(_, is_there)| *is_there).map(|(rule, _)| *rule));
        due.sort_unstable();
        due.dedup();
        due
    }
}

/// Whether the end of a text was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Reached,
    /// The regex was tried too often.
    TooOften,
}

/// Calls `visit` for each match of a rule that is no longer than its span: from the first byte where there is one, then from
/// behind it.
pub(super) fn each_match(rule: &Rule, text: &[u8], mut visit: impl FnMut(Found)) -> End {
    let mut from = 0;
    let mut tries = 0;
    while from <= text.len() {
        let end = text.len().min(from.saturating_add(STRIDE + rule.span));
        let Some(found) = rule.find(&Input::new(text).range(from..end)) else {
            if end == text.len() {
                break;
            }
            from += STRIDE;
            continue;
        };
        let start = found.whole.start;
        if start >= from + STRIDE {
            from = start;
            continue;
        }
        tries += 1;
        if tries > MAX_TRIES {
            return End::TooOften;
        }
        match shorten(rule, text, found) {
            Some(found) => {
                from = rule.next_search(&found);
                visit(found);
            }
            None => from = start + 1,
        }
    }
    End::Reached
}

/// A match from the same byte on that is no longer than the span of the rule.
fn shorten(rule: &Rule, text: &[u8], found: Found) -> Option<Found> {
    if found.whole.len() <= rule.span {
        return Some(found);
    }
    let start = found.whole.start;
    let reach = start..text.len().min(start + rule.span);
    rule.find(&Input::new(text).range(reach).anchored(Anchored::Yes))
}
