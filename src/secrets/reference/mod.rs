//! The matcher as one would write it without a prefilter: every regex over the whole text, then the trigger that the
//! rule declares, looked for round each match with plain loops. The fast path must find neither less nor more.

mod hits;
mod slow;
mod tests;
mod vendor;

use std::collections::BTreeSet;
use std::ops::Range;

use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Anchored, Input};

use super::assign;
use super::matcher::{self, AROUND_RUN, LONGEST_RUN, NEAR_AFTER, NEAR_BEFORE};
use super::rule::{MIN_RUN, Rule, Trigger};
use super::ruleset::RuleSet;

/// A candidate: its rule, and where its secret starts and ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    rule: String,
    start: usize,
    end: usize,
}

impl Found {
    fn new(rule: &Rule, secret: &Range<usize>) -> Self {
        Self { rule: rule.meta.id.clone(), start: secret.start, end: secret.end }
    }
}

/// A match of a regex: all of it, and its group 1.
struct Match {
    all: Range<usize>,
    secret: Range<usize>,
}

/// All candidates of a text.
fn candidates(rules: &RuleSet, text: &[u8]) -> BTreeSet<Found> {
    let mut found = BTreeSet::new();
    let runs = runs(text);
    let lower = text.to_ascii_lowercase();
    for rule in (0..).map_while(|number| rules.rule(number)) {
        let secrets = match &rule.trigger {
            Trigger::Prefix(prefixes) => of_prefix(rule, text, prefixes),
            // Without any of the words there is nothing to look at.
            Trigger::Words { words, .. } if !has_any(words, &lower) => continue,
            Trigger::Anywhere { keywords } => of_anywhere(rule, text, keywords),
            _ => triggered(rule, text, &places(rule, text, &runs)),
        };
        found.extend(secrets.iter().map(|secret| Found::new(rule, secret)));
    }
    found.extend(of_assignments(rules, text));
    found
}

/// Every match in the text; the signs behind one secret may be those before the next.
fn matches(rule: &Rule, text: &[u8]) -> Vec<Match> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(next) = search(rule, text, from..text.len(), Anchored::No) {
        from = next.secret.end.max(next.all.start + 1);
        if !next.secret.is_empty() {
            found.push(next);
        }
    }
    found
}

fn search(rule: &Rule, text: &[u8], range: Range<usize>, anchored: Anchored) -> Option<Match> {
    let mut slots = [None; 4];
    rule.regex()?.search_slots(&Input::new(text).range(range).anchored(anchored), &mut slots)?;
    let [start, end, secret_start, secret_end] = slots.map(|slot| slot.map(NonMaxUsize::get));
    Some(Match { all: start?..end?, secret: secret_start?..secret_end? })
}

/// One of the prefixes after a byte that is no letter or digit, and a match from there on that is not too long.
fn of_prefix(rule: &Rule, text: &[u8], prefixes: &[String]) -> Vec<Range<usize>> {
    let starts = (0..text.len()).filter(|at| {
        let after_sign = *at == 0 || !text[at - 1].is_ascii_alphanumeric();
        after_sign && prefixes.iter().any(|prefix| text[*at..].starts_with(prefix.as_bytes()))
    });
    starts
        .filter_map(|at| search(rule, text, at..text.len().min(at + rule.span), Anchored::Yes))
        .map(|found| found.secret)
        .collect()
}

/// Wherever a match no longer than the span begins, if one of the words is there; then from behind it.
fn of_anywhere(rule: &Rule, text: &[u8], keywords: &[String]) -> Vec<Range<usize>> {
    let is_there = |word: &String| (0..text.len()).any(|at| stands_at(text, at, word));
    if !keywords.is_empty() && !keywords.iter().any(is_there) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut at = 0;
    while at <= text.len() {
        let reach = at..text.len().min(at + rule.span);
        let Some(next) = search(rule, text, reach, Anchored::Yes) else {
            at += 1;
            continue;
        };
        at = next.secret.end.max(next.all.start + 1);
        if !next.secret.is_empty() {
            found.push(next.secret);
        }
    }
    found
}

/// Where a trigger stands, and the stretch round it that a match must lie in.
struct Place {
    at: Range<usize>,
    reach: Range<usize>,
}

impl Place {
    fn fits(&self, found: &Match) -> bool {
        found.all.start < self.at.end
            && self.at.start < found.all.end
            && self.reach.start <= found.all.start
            && found.all.end <= self.reach.end
    }
}

/// The matches of a rule that have a trigger.
fn triggered(rule: &Rule, text: &[u8], places: &[Place]) -> Vec<Range<usize>> {
    if places.is_empty() {
        return Vec::new();
    }
    let found = matches(rule, text).into_iter();
    found
        .filter(|found| places.iter().any(|place| place.fits(found)))
        .filter(|found| vendor::allows(rule, text, &found.secret))
        .map(|found| found.secret)
        .collect()
}

/// Whether the regex matches this secret from some byte on, when it sees no more than what a trigger lets it see. A
/// longer match over the whole text may hide that one.
fn is_cut_match(rule: &Rule, text: &[u8], secret: &Range<usize>, runs: &[Range<usize>]) -> bool {
    if !vendor::allows(rule, text, secret) {
        return false;
    }
    places(rule, text, runs).iter().filter(|place| place.reach.contains(&secret.start)).any(
        |place| {
            (place.reach.start..=secret.start).any(|start| {
                search(rule, text, start..place.reach.end, Anchored::Yes)
                    .is_some_and(|found| found.secret == *secret && place.fits(&found))
            })
        },
    )
}

/// Where the trigger of a rule stands; none for prefixes and assignments.
fn places(rule: &Rule, text: &[u8], runs: &[Range<usize>]) -> Vec<Place> {
    let reach = |start: usize, before: usize, end: usize, after: usize| {
        start.saturating_sub(before)..text.len().min(end + after)
    };
    match &rule.trigger {
        Trigger::Literal { literal, before, followed_by } => {
            let stands = |at: &usize| {
                literal.iter().any(|literal| stands_at(text, *at, literal))
                    && followed_by.is_none_or(|byte| is_followed_by(text, *at, byte))
            };
            let place =
                |at: usize| Place { at: at..at + 1, reach: reach(at, *before, at, rule.span) };
            (0..text.len()).filter(stands).map(place).collect()
        }
        Trigger::Words { run: least, words } | Trigger::Infix { run: least, infix: words } => {
            let only_whole = matches!(rule.trigger, Trigger::Words { .. });
            let there = stand(words, &text.to_ascii_lowercase());
            let has_word = |run: &&Range<usize>| {
                let near = reach(run.start, NEAR_BEFORE, run.end, NEAR_AFTER);
                there.iter().any(|word| {
                    near.start <= word.start
                        && word.end <= near.end
                        && (!only_whole || begins_word(text, word.start))
                })
            };
            let place = |run: &Range<usize>| Place {
                at: run.clone(),
                reach: reach(run.start, AROUND_RUN, run.end, AROUND_RUN),
            };
            runs.iter().filter(|run| run.len() >= *least).filter(has_word).map(place).collect()
        }
        Trigger::Prefix(_) | Trigger::Anywhere { .. } | Trigger::Assigned { .. } => Vec::new(),
    }
}

/// The value of every name that has one of the words, wherever in it the word stands.
fn of_assignments(rules: &RuleSet, text: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    for at in 0..text.len() {
        if !assign::WORDS.iter().any(|word| stands_at(text, at, word)) {
            continue;
        }
        for assignment in assign::read(text, at).assignments {
            if let Some(candidate) = matcher::assigned(rules, text, assignment) {
                found.push(Found::new(candidate.rule, &candidate.secret));
            }
        }
    }
    found
}

/// Maximal runs of token characters that are long enough, none of them too long, each with a digit.
fn runs(text: &[u8]) -> Vec<Range<usize>> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"_+/-".contains(&byte);
    let mut runs = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let length = text[at..].iter().take_while(|byte| is_token(**byte)).count();
        let run = at..at + length;
        if (MIN_RUN..=LONGEST_RUN).contains(&length)
            && text[run.clone()].iter().any(u8::is_ascii_digit)
        {
            runs.push(run);
        }
        at += length + 1;
    }
    runs
}

fn has_any(words: &[String], lower: &[u8]) -> bool {
    words
        .iter()
        .any(|word| memchr::memmem::find(lower, word.to_ascii_lowercase().as_bytes()).is_some())
}

/// Where the words stand in a text of small letters.
fn stand(words: &[String], lower: &[u8]) -> Vec<Range<usize>> {
    let places = |word: &String| {
        let word = word.to_ascii_lowercase();
        let found: Vec<usize> = memchr::memmem::find_iter(lower, word.as_bytes()).collect();
        found.into_iter().map(move |at| at..at + word.len()).collect::<Vec<_>>()
    };
    words.iter().flat_map(places).collect()
}

fn stands_at(text: &[u8], at: usize, word: &str) -> bool {
    text.get(at..at + word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
}

/// Whether what stands at `at` is the beginning of a word: `my_token`, `myToken`, but not `mytoken`.
fn begins_word(text: &[u8], at: usize) -> bool {
    if at == 0 || !text[at].is_ascii_alphabetic() || !text[at - 1].is_ascii_alphabetic() {
        return true;
    }
    text[at].is_ascii_uppercase() && text[at - 1].is_ascii_lowercase()
}

/// Whether `byte` comes after `at`, with no white space, quote or bracket before it, within 320 bytes.
fn is_followed_by(text: &[u8], at: usize, byte: u8) -> bool {
    for found in text[at..].iter().take(320) {
        if found.is_ascii_whitespace() || b"\"<>`\0".contains(found) {
            return false;
        }
        if *found == byte {
            return true;
        }
    }
    false
}
