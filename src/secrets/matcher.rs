//! From hits to candidates: the regexes of the rules that a hit points at, in a bounded stretch round it.

use std::ops::Range;

use regex_automata::{Anchored, Input};

use super::anywhere::{self, End};
use super::assign::{self, Assignment, Words};
use super::candidate::{Candidate, Named};
use super::place::PlaceClass;
use super::prefilter::{Hit, Lanes, Marks, REACH};
use super::rule::{Found, Rule, Trigger};
use super::ruleset::RuleSet;
use super::{decode, filters, vendor};
use crate::profile::{Meter, Stage};

/// How far before a run a word counts as near it, in bytes.
pub(super) const NEAR_BEFORE: usize = 100;
/// How far after a run a word counts as near it.
pub(super) const NEAR_AFTER: usize = 40;
/// How much around a run its regex may use.
pub(super) const AROUND_RUN: usize = 64;
/// Names in a row that lie in the values of those before them; what is beyond has been seen many times.
const MOST_NESTED: usize = 64;
/// Longer runs are data, not tokens; words and infixes do not apply to them.
pub(super) const LONGEST_RUN: usize = 1024;

/// What the rules matched in a text.
#[derive(Default)]
pub(super) struct Matched<'a> {
    /// In no particular order, some of them twice. What their place says is not filled in.
    pub(super) candidates: Vec<Candidate<'a>>,
    /// Which hits led to them.
    pub(super) led: Marks,
    /// Rules that were tried too often to see the whole text.
    pub(super) unfinished: Vec<&'a Rule>,
    /// How often a rule was tried.
    pub(super) tries: u64,
}

/// All candidates of a text.
pub(super) fn candidates<'a>(
    rules: &'a RuleSet,
    text: &'a [u8],
    lanes: &Lanes,
    meter: &Meter,
) -> Matched<'a> {
    let mut matcher = Matcher { rules, text, found: Vec::new(), tries: 0, meter };
    let mut led = Marks::default();
    led.prefixes.reserve_exact(lanes.prefixes.len());
    for (at, hit) in lanes.prefixes.iter().enumerate() {
        let is_idle = lanes.idle.prefixes.get(at) == Some(&true);
        led.prefixes.push(!is_idle && matcher.prefix(*hit));
    }
    led.anchors = matcher.anchors(&lanes.anchors, &lanes.idle.anchors);
    led.runs = matcher.runs(&lanes.runs, &lanes.idle.runs);
    let unfinished = matcher.anywhere();
    Matched { candidates: matcher.found, led, unfinished, tries: matcher.tries }
}

/// A run and the stretch of text in which a word counts as near it.
struct Surroundings {
    /// Its number.
    number: usize,
    run: Range<usize>,
    near: Range<usize>,
}

/// A word of the rules, and where it stands.
struct Word {
    at: Range<usize>,
    number: usize,
    /// Whether it is no mere part of a longer word.
    begins: bool,
}

/// Names within values within values, as in `password=password=…`: each value is long, and there are very many.
#[derive(Default)]
struct Nested {
    /// Where the values end that were read.
    end: usize,
    /// How many names in a row lie in them.
    count: usize,
}

impl Nested {
    /// Whether so many names came before `at`, all in the same values, that this one is left to them.
    fn is_too_deep(&mut self, at: usize) -> bool {
        self.count = if at < self.end { self.count + 1 } else { 0 };
        self.count > MOST_NESTED
    }
}

struct Matcher<'a, 'm> {
    rules: &'a RuleSet,
    text: &'a [u8],
    found: Vec<Candidate<'a>>,
    tries: u64,
    meter: &'m Meter,
}

impl<'a> Matcher<'a, '_> {
    /// Whether it led to a candidate, or a rule looks further than anything that is known.
    fn prefix(&mut self, hit: Hit) -> bool {
        let (rules, before) = (self.rules, self.found.len());
        let mut is_far = false;
        for rule in rules
            .by_prefix
            .get(hit.id)
            .into_iter()
            .flatten()
            .filter_map(|number| rules.rule(*number))
        {
            let range = hit.at..self.text.len().min(hit.at + rule.span);
            is_far |= rule.span > REACH;
            self.search(rule, range, Anchored::Yes, |_| true);
        }
        is_far || self.found.len() > before
    }

    /// Which of the hits led to candidates, or have a rule that looks further than anything that is known.
    fn anchors(&mut self, hits: &[Hit], idle: &[bool]) -> Vec<bool> {
        let rules = self.rules;
        let mut name_end = 0;
        let mut led = vec![false; hits.len()];
        let mut nested = Nested::default();
        for (at, hit) in hits.iter().enumerate() {
            let Some(anchor) = rules.by_anchor.get(hit.id) else { continue };
            if idle.get(at) == Some(&true) {
                continue;
            }
            let known = self.found.len();
            let mut is_far = false;
            // Rules of one literal mostly ask for the same byte behind it: look once.
            let mut looked: Option<(u8, bool)> = None;
            for rule in anchor.rules.iter().filter_map(|number| rules.rule(*number)) {
                let Trigger::Literal { before, followed_by, .. } = rule.trigger else { continue };
                let follows = followed_by.is_none_or(|byte| match looked {
                    Some((known, follows)) if known == byte => follows,
                    _ => looked.insert((byte, is_followed_by(self.text, hit.at, byte))).1,
                });
                is_far |= rule.span.max(before) > REACH;
                if follows {
                    self.literal(rule, hit.at, before);
                }
            }
            if anchor.names_secrets && hit.at >= name_end {
                // A name may have several anchors; it is read once.
                if nested.is_too_deep(hit.at) {
                    is_far = true;
                } else {
                    self.meter.enter(Stage::Assignments);
                    let reading = assign::read(self.text, hit.at);
                    name_end = reading.name_end;
                    if let [only] = reading.assignments.as_slice() {
                        nested.end = nested.end.max(only.value.end);
                    }
                    for assignment in reading.assignments {
                        self.assigned(assignment);
                    }
                    self.meter.enter(Stage::Matching);
                }
            }
            if let Some(led) = led.get_mut(at) {
                *led = is_far || self.found.len() > known;
            }
        }
        led
    }

    fn literal(&mut self, rule: &'a Rule, at: usize, before: usize) {
        let range = at.saturating_sub(before)..self.text.len().min(at + rule.span);
        self.search(rule, range, Anchored::No, |span| span.start <= at && at < span.end);
    }

    fn assigned(&mut self, assignment: Assignment) {
        let candidate = assigned(self.rules, self.text, assignment);
        self.tries += u64::from(candidate.is_some());
        self.found.extend(candidate);
    }

    /// Tries the rules of the words near each run. Words are looked up once where the surroundings of runs overlap.
    fn runs(&mut self, runs: &[Range<usize>], idle: &[bool]) -> Vec<bool> {
        let mut led = vec![false; runs.len()];
        let lengths = self.rules.near.least_run..=LONGEST_RUN;
        let around = |(number, run): (usize, &Range<usize>)| Surroundings {
            number,
            run: run.clone(),
            near: run.start.saturating_sub(NEAR_BEFORE)..self.text.len().min(run.end + NEAR_AFTER),
        };
        let runs: Vec<Surroundings> = runs
            .iter()
            .enumerate()
            .filter(|(at, run)| lengths.contains(&run.len()) && idle.get(*at) != Some(&true))
            .map(around)
            .collect();
        let mut words = Vec::new();
        for group in runs.chunk_by(|a, b| a.near.end >= b.near.start) {
            let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
            self.words_in(&(first.near.start..last.near.end), &mut words);
            for Surroundings { number, run, near } in group {
                let known = self.found.len();
                // Words are sorted by where they start, so those of earlier runs are skipped at once.
                let from = words.partition_point(|word| word.at.start < near.start);
                let there = words.iter().skip(from).take_while(|word| word.at.start < near.end);
                let mut rules: Vec<usize> = Vec::new();
                for word in there.filter(|word| word.at.end <= near.end) {
                    rules.extend(self.waiting(word).filter(|rule| self.applies(*rule, word, run)));
                }
                rules.sort_unstable();
                rules.dedup();
                for rule in rules {
                    self.near_run(rule, run);
                }
                if let Some(led) = led.get_mut(*number) {
                    *led = self.found.len() > known;
                }
            }
        }
        led
    }

    /// The words of a stretch of text, by where they start.
    fn words_in(&self, stretch: &Range<usize>, words: &mut Vec<Word>) {
        words.clear();
        let near = &self.rules.near.words;
        near.each(self.text.get(stretch.clone()).unwrap_or_default(), |at, number| {
            let start = stretch.start + at;
            let length = near.words().get(number).map_or(0, |word| word.len());
            let at = start..start + length;
            words.push(Word { at, number, begins: begins_word(self.text, start) });
        });
    }

    /// The rules that wait for a word.
    fn waiting(&self, word: &Word) -> impl Iterator<Item = usize> {
        self.rules.near.rules.get(word.number).into_iter().flatten().copied()
    }

    /// Whether a word says something about a run that is long enough: an infix by standing in it or touching it, others as
    /// words.
    fn applies(&self, rule: usize, word: &Word, run: &Range<usize>) -> bool {
        let asked = self.rules.near.asked(rule);
        run.len() >= asked.run
            && if asked.is_infix {
                word.at.start <= run.end && run.start <= word.at.end
            } else {
                word.begins
            }
    }

    fn near_run(&mut self, rule: usize, run: &Range<usize>) {
        let rules = self.rules;
        let Some(rule) = rules.rule(rule) else { return };
        let range = run.start.saturating_sub(AROUND_RUN)..self.text.len().min(run.end + AROUND_RUN);
        self.search(rule, range, Anchored::No, |span| span.start < run.end && run.start < span.end);
    }

    /// Tries the rules without a trigger, and says which of them did not come to the end.
    fn anywhere(&mut self) -> Vec<&'a Rule> {
        let (rules, text) = (self.rules, self.text);
        let mut unfinished = Vec::new();
        for rule in rules.anywhere.due(text).into_iter().filter_map(|number| rules.rule(number)) {
            self.tries += 1;
            let (start, known) = (self.meter.now(), self.found.len());
            let end = anywhere::each_match(rule, text, |Found { whole: matched, secret }| {
                if !secret.is_empty() {
                    let (named, place) = (None, PlaceClass::default());
                    let decoded = None;
                    self.found.push(Candidate {
                        rule,
                        text,
                        secret,
                        matched,
                        decoded,
                        named,
                        place,
                        passed: 0,
                    });
                }
            });
            self.meter.tried(rule.order, start, text.len(), self.found.len() - known);
            if end == End::TooOften {
                unfinished.push(rule);
            }
        }
        unfinished
    }

    /// Adds what the rule's regex matches in `range`. The regex sees the whole text, so that its look-around is true.
    fn search(
        &mut self,
        rule: &'a Rule,
        range: Range<usize>,
        anchored: Anchored,
        fits: impl Fn(&Range<usize>) -> bool,
    ) {
        self.tries += 1;
        let (start, known) = (self.meter.now(), self.found.len());
        let mut from = range.start;
        while from < range.end {
            let input = Input::new(self.text).range(from..range.end).anchored(anchored);
            let Some(found) = rule.find(&input) else { break };
            from = rule.next_search(&found);
            let Found { whole, secret } = found;
            if !secret.is_empty() && fits(&whole) && vendor::allows(rule, self.text, &secret) {
                self.found.push(Candidate {
                    rule,
                    text: self.text,
                    secret,
                    matched: whole,
                    decoded: None,
                    named: None,
                    place: PlaceClass::default(),
                    passed: 0,
                });
            }
            if anchored == Anchored::Yes {
                break;
            }
        }
        self.meter.tried(rule.order, start, range.len(), self.found.len() - known);
    }
}

/// What is assigned to a name as a candidate of the rule for such names; `None` where the name is not about a secret, or
/// what it lies in says that the value is kept elsewhere.
pub(super) fn assigned<'a>(
    rules: &'a RuleSet,
    text: &'a [u8],
    assignment: Assignment,
) -> Option<Candidate<'a>> {
    let name = text.get(assignment.name.clone()).unwrap_or_default();
    let class =
        assignment.class.or_else(|| assign::classify(&Words::of(assignment.spoken(name))))?;
    let secret = assignment.value.clone();
    let decoded = if assignment.is_coded { decoded(text.get(secret.clone())?) } else { None };
    let (first, second) = (&assignment.name, &assignment.value);
    let matched = first.start.min(second.start)..first.end.max(second.end);
    let name_range = assignment.name.clone();
    let named = Some(Named { assignment, class });
    let (rule, place) = (rules.of_class(class)?, PlaceClass::default());
    let mut candidate = Candidate { rule, text, secret, matched, decoded, named, place, passed: 0 };
    // Most values are no secrets whatever they lie in, which takes longer to find out.
    let Some(passed) = filters::passed(&candidate) else { return Some(candidate) };
    let parents = assign::parents(text, &name_range);
    if assign::refers(text, &parents) {
        return None;
    }
    let path = parents.iter().rev().chain([&name_range]);
    let path: Vec<&[u8]> = path.filter_map(|part| text.get(part.clone())).collect();
    candidate.rule = rules.assigned(class, &Words::of(&path.join(&b'.')))?;
    candidate.passed = passed;
    Some(candidate)
}

/// What base64 stands for, where that is text.
fn decoded(value: &[u8]) -> Option<Vec<u8>> {
    let bytes = decode::base64_value(value)?;
    let is_text = str::from_utf8(&bytes).is_ok_and(|text| {
        !text.is_empty() && !text.contains(|sign: char| sign.is_control() && !sign.is_whitespace())
    });
    is_text.then(|| bytes.trim_ascii_end().to_vec())
}

/// Whether `byte` comes after `at` before white space, quotes and brackets, within 320 bytes.
fn is_followed_by(text: &[u8], at: usize, byte: u8) -> bool {
    let rest = text.get(at..text.len().min(at + 320)).unwrap_or_default();
    let ends =
        |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'<' | b'>' | b'`' | b'\0');
    rest.iter().copied().take_while(|byte| !ends(*byte)).any(|found| found == byte)
}

/// Whether a word begins at `at`: after no letter, or where the case changes as in `myToken`.
pub(super) fn begins_word(text: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).and_then(|before| text.get(before)) else { return true };
    let first = text.get(at).copied().unwrap_or(0);
    !before.is_ascii_alphabetic()
        || !first.is_ascii_alphabetic()
        || first.is_ascii_uppercase() && before.is_ascii_lowercase()
}
