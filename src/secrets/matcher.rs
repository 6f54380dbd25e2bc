//! From hits to candidates: the regexes of the rules that a hit points at, in a bounded stretch round it.

use std::ops::Range;

use regex_automata::{Anchored, Input};

use super::assign::{self, Assignment};
use super::candidate::{Candidate, Named};
use super::place::PlaceClass;
use super::prefilter::{Hit, Lanes};
use super::rule::{Rule, Trigger};
use super::ruleset::RuleSet;

/// How far before a run a word counts as near it, in bytes.
const NEAR_BEFORE: usize = 100;
/// How far after a run a word counts as near it.
const NEAR_AFTER: usize = 40;
/// How much around a run its regex may use.
const AROUND_RUN: usize = 64;
/// Longer runs are data, not tokens; words and infixes do not apply to them.
const LONGEST_RUN: usize = 1024;

/// All candidates of a text, in no particular order, some of them twice.
pub(super) fn candidates<'a>(
    rules: &'a RuleSet,
    text: &'a [u8],
    lanes: &Lanes,
    place: PlaceClass,
) -> Vec<Candidate<'a>> {
    let mut matcher = Matcher { rules, text, place, found: Vec::new() };
    for hit in &lanes.prefixes {
        matcher.prefix(*hit);
    }
    matcher.anchors(&lanes.anchors);
    matcher.runs(&lanes.runs);
    matcher.found
}

struct Matcher<'a> {
    rules: &'a RuleSet,
    text: &'a [u8],
    place: PlaceClass,
    found: Vec<Candidate<'a>>,
}

impl<'a> Matcher<'a> {
    fn prefix(&mut self, hit: Hit) {
        let rules = self.rules;
        for rule in rules
            .by_prefix
            .get(hit.id)
            .into_iter()
            .flatten()
            .filter_map(|number| rules.rule(*number))
        {
            let range = hit.at..self.text.len().min(hit.at + rule.span);
            self.search(rule, range, Anchored::Yes, |_| true);
        }
    }

    fn anchors(&mut self, hits: &[Hit]) {
        let rules = self.rules;
        let mut name_end = 0;
        for hit in hits {
            let Some(anchor) = rules.by_anchor.get(hit.id) else { continue };
            for rule in anchor.rules.iter().filter_map(|number| rules.rule(*number)) {
                self.literal(rule, hit.at);
            }
            if anchor.names_secrets && hit.at >= name_end {
                let Some(assignment) = assign::read(self.text, hit.at) else { continue };
                name_end = assignment.name.end;
                self.assigned(assignment);
            }
        }
    }

    fn literal(&mut self, rule: &'a Rule, at: usize) {
        let Trigger::Literal { before, followed_by, .. } = &rule.trigger else { return };
        if followed_by.is_none_or(|byte| is_followed_by(self.text, at, byte)) {
            let range = at.saturating_sub(*before)..self.text.len().min(at + rule.span);
            self.search(rule, range, Anchored::No, |span| span.start <= at && at < span.end);
        }
    }

    fn assigned(&mut self, assignment: Assignment) {
        let name = self.text.get(assignment.name.clone()).unwrap_or_default();
        let Some(class) = assign::classify(assignment.spoken(name)) else { return };
        let Some(rule) = self.rules.assigned(class, name) else { return };
        let secret = assignment.value.clone();
        let named = Some(Named { assignment, class });
        self.found.push(Candidate { rule, text: self.text, secret, named, place: self.place });
    }

    /// Tries the rules of the words near each run. Words are looked up once where the surroundings of runs overlap.
    fn runs(&mut self, runs: &[Range<usize>]) {
        let rules = self.rules;
        let surroundings = |run: &Range<usize>| {
            run.start.saturating_sub(NEAR_BEFORE)..self.text.len().min(run.end + NEAR_AFTER)
        };
        let short: Vec<(Range<usize>, Range<usize>)> = runs
            .iter()
            .filter(|run| run.len() <= LONGEST_RUN)
            .map(|run| (run.clone(), surroundings(run)))
            .collect();
        if short.is_empty() {
            return;
        }
        let Some(automaton) = rules.near.automaton() else { return };
        for group in short.chunk_by(|a, b| a.1.end >= b.1.start) {
            let (Some((_, first)), Some((_, last))) = (group.first(), group.last()) else {
                continue;
            };
            let window = self.text.get(first.start..last.end).unwrap_or_default();
            let words: Vec<(usize, usize, usize)> = automaton
                .find_overlapping_iter(window)
                .map(|word| {
                    (
                        first.start + word.start(),
                        first.start + word.end(),
                        word.pattern().as_usize(),
                    )
                })
                .filter(|(at, _, _)| begins_word(self.text, *at))
                .collect();
            for (run, near) in group {
                // Words end in the order they are found, so those of earlier runs are skipped at once.
                let from = words.partition_point(|(_, end, _)| *end <= near.start);
                let there = words
                    .get(from..)
                    .unwrap_or_default()
                    .iter()
                    .take_while(|(_, end, _)| *end <= near.end);
                let mut tried: Vec<usize> = Vec::new();
                for (_, _, word) in there.filter(|(start, _, _)| *start >= near.start) {
                    let waiting =
                        rules.near.rules.get(*word).map(Vec::as_slice).unwrap_or_default();
                    tried.extend(waiting);
                }
                tried.sort_unstable();
                tried.dedup();
                for rule in tried.into_iter().filter_map(|number| rules.rule(number)) {
                    self.near_run(rule, run);
                }
            }
        }
    }

    fn near_run(&mut self, rule: &'a Rule, run: &Range<usize>) {
        let (Trigger::Words { run: least, .. } | Trigger::Infix { run: least, .. }) = rule.trigger
        else {
            return;
        };
        if run.len() >= least {
            let range =
                run.start.saturating_sub(AROUND_RUN)..self.text.len().min(run.end + AROUND_RUN);
            self.search(rule, range, Anchored::No, |span| {
                span.start < run.end && run.start < span.end
            });
        }
    }

    /// Adds what the rule's regex matches in `range`. The regex sees the whole text, so that its look-around is true.
    fn search(
        &mut self,
        rule: &'a Rule,
        range: Range<usize>,
        anchored: Anchored,
        fits: impl Fn(&Range<usize>) -> bool,
    ) {
        let Some(regex) = rule.regex() else { return };
        let mut captures = regex.create_captures();
        let mut from = range.start;
        while from < range.end {
            regex.search_captures(
                &Input::new(self.text).range(from..range.end).anchored(anchored),
                &mut captures,
            );
            let (Some(whole), Some(secret)) = (captures.get_group(0), captures.get_group(1)) else {
                break;
            };
            let (span, secret) = (whole.start..whole.end, secret.start..secret.end);
            from = span.end.max(from + 1);
            if !secret.is_empty() && fits(&span) {
                let place = self.place;
                self.found.push(Candidate { rule, text: self.text, secret, named: None, place });
            }
            if anchored == Anchored::Yes {
                break;
            }
        }
    }
}

/// Whether `byte` comes after `at` before white space, quotes and brackets, within 320 bytes.
fn is_followed_by(text: &[u8], at: usize, byte: u8) -> bool {
    let rest = text.get(at..text.len().min(at + 320)).unwrap_or_default();
    let ends =
        |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'<' | b'>' | b'`' | b'\0');
    rest.iter().copied().take_while(|byte| !ends(*byte)).any(|found| found == byte)
}

/// Whether a word begins at `at`: after no letter, or where the case changes as in `myToken`.
fn begins_word(text: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).and_then(|before| text.get(before)) else { return true };
    let first = text.get(at).copied().unwrap_or(0);
    !before.is_ascii_alphabetic()
        || !first.is_ascii_alphabetic()
        || first.is_ascii_uppercase() && before.is_ascii_lowercase()
}
