//! The fast path against the slow one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;

use super::super::assign;
use super::super::decode::ways as decode;
use super::super::rule::{Rule, Trigger};
use super::super::{RuleSet, Scratch};
use super::Found;
use super::hits::{self, Dice};
use crate::blob::{Base, Blob, Content, Copied, Made, Origin};
use crate::outcome::Stats;

static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::built_in);

fn fast(text: &[u8]) -> BTreeSet<Found> {
    let origin = Arc::new(Origin::Stdin);
    let blob = Blob::whole(&origin, text, Content::Text);
    let mut found = BTreeSet::new();
    RULES.each_candidate(&blob, &mut Scratch::default(), &mut |seen| {
        if seen.view == 0 {
            found.insert(Found::new(seen.candidate.rule, &seen.origin.span));
        }
    });
    found
}

/// [`fast`], and what it finds in views.
fn fast_with_views(blob: &Blob, scratch: &mut Scratch) -> BTreeSet<Found> {
    let mut found = BTreeSet::new();
    RULES.each_candidate(blob, scratch, &mut |seen| {
        found.insert(Found::new(seen.candidate.rule, &seen.origin.span));
    });
    found
}

/// What one of the two finds and the other does not, with some of the text round it.
fn difference(text: &[u8]) -> Vec<String> {
    let (fast, slow) = (fast(text), super::candidates(&RULES, text));
    let describe = |side: &str, found: &Found| {
        let shown = found.start.saturating_sub(60)..text.len().min(found.end + 20);
        format!("{side} {found:?}: {:?}", String::from_utf8_lossy(&text[shown]))
    };
    let runs = super::runs(text);
    let is_cut = |found: &Found| {
        rules()
            .filter(|rule| rule.meta.id == found.rule)
            .any(|rule| super::is_cut_match(rule, text, &(found.start..found.end), &runs))
    };
    let lost = slow.difference(&fast).map(|found| describe("lost", found));
    let invented = fast.difference(&slow).filter(|found| !is_cut(found));
    lost.chain(invented.map(|found| describe("invented", found))).collect()
}

fn rules() -> impl Iterator<Item = &'static Rule> {
    (0..).map_while(|number| RULES.rule(number))
}

fn assert_equal(text: &[u8]) {
    let wrong = difference(text);
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn finds_what_each_regex_can_match() {
    const LINES: u64 = 16;
    let mut wrong = Vec::new();
    for rule in rules() {
        let mut good = 0;
        for seed in 0..LINES {
            let line = hits::line(rule, &mut Dice::of(&[seed, rule.order as u64]));
            let found = super::candidates(&RULES, &line);
            good += u64::from(found.iter().any(|found| found.rule == rule.meta.id));
            wrong.extend(difference(&line));
        }
        // Chance does not know what a regex asks of its surroundings, so not every line is a hit.
        if good < LINES / 3 {
            wrong.push(format!("{}: only {good} of {LINES} lines are hits", rule.meta.id));
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn agrees_where_hits_share_a_separator() {
    let mut wrong = Vec::new();
    for rule in rules() {
        for (seed, separator) in [" ", ",", "\n", "\"", ";"].into_iter().enumerate() {
            let dice = &mut Dice::of(&[seed as u64, rule.order as u64]);
            let mut text = hits::line(rule, dice);
            text.truncate(text.len() - "\"\n".len());
            for _ in 0..3 {
                text.extend(separator.as_bytes());
                text.extend(hits::hit(rule, dice));
            }
            wrong.extend(difference(&text));
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn agrees_where_hits_stand_close_together() {
    for seed in 0..5 {
        let dice = &mut Dice::of(&[seed]);
        let mut pieces: Vec<Vec<u8>> = rules().map(|rule| hits::line(rule, dice)).collect();
        for rule in rules() {
            pieces
                .push([hits::hit(rule, dice), dice.pick(SEPARATORS).as_bytes().to_vec()].concat());
        }
        for last in (1..pieces.len()).rev() {
            pieces.swap(last, dice.below(last + 1));
        }
        assert_equal(&pieces.concat());
    }
}

#[test]
fn agrees_on_this_repository() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> = vec![root.join("Cargo.lock"), root.join("Cargo.toml")];
    for folder in ["src", "rules", "docs", "tests"] {
        files.extend(files_below(&root.join(folder)));
    }
    assert!(files.len() > 80, "only {} files", files.len());
    for file in files {
        let wrong = difference(&fs::read(&file).unwrap());
        assert!(wrong.is_empty(), "{}:\n{}", file.display(), wrong.join("\n"));
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let below = |path: PathBuf| if path.is_dir() { files_below(&path) } else { vec![path] };
    paths.into_iter().flat_map(below).collect()
}

const SEPARATORS: &[&str] = &[
    "", " ", "\n", ",", "\"", "' '", "=", ":", ".", "/", "-", "_", "@", "&", ";", "\0", "\u{fc}",
    " = \"", "\": \"", "://",
];

/// One fragment of a text, from the seed of a die.
fn fragment(seed: u64) -> Vec<u8> {
    let dice = &mut Dice::of(&[seed]);
    let all: Vec<&Rule> = rules().collect();
    let rule = *dice.pick(&all);
    match dice.below(8) {
        0 | 1 => hits::line(rule, dice),
        2 => hits::hit(rule, dice),
        3 | 4 => {
            let hit = hits::hit(rule, dice);
            let cut = dice.below(hit.len() + 1);
            let half = if dice.below(2) == 0 { &hit[..cut] } else { &hit[cut..] };
            half.to_vec()
        }
        5 => words(rule, dice),
        6 => dice.pick(SEPARATORS).as_bytes().to_vec(),
        _ => (0..dice.below(20)).map(|_| u8::try_from(dice.below(256)).unwrap()).collect(),
    }
}

/// A fragment as it is, encoded, or a part of it encoded, with more literals to join it to.
fn maybe_encoded(seed: u64) -> Vec<u8> {
    let dice = &mut Dice::of(&[seed, 1]);
    let text = fragment(seed);
    match dice.below(3) {
        0 => text,
        1 => decode::encode(dice.below(decode::WAYS), &text).bytes,
        _ => {
            let half = text.get(dice.below(text.len() + 1)..).unwrap_or_default();
            let joint = *dice.pick(&["\" \"", "\"\n + \"", "\" +\n\"", "\\n", "\\\n", "\n", "%3d"]);
            [half, joint.as_bytes(), b"x1", joint.as_bytes()].concat()
        }
    }
}

/// A word that the rule waits for, or that names of secrets have.
fn words(rule: &Rule, dice: &mut Dice) -> Vec<u8> {
    let word = match &rule.trigger {
        Trigger::Prefix(words)
        | Trigger::Words { words, .. }
        | Trigger::Infix { infix: words, .. }
        | Trigger::Literal { literal: words, .. } => dice.pick(words).clone(),
        Trigger::Anywhere { keywords: words } if !words.is_empty() => dice.pick(words).clone(),
        Trigger::Anywhere { .. } | Trigger::Assigned { .. } => {
            (*dice.pick(assign::WORDS)).to_owned()
        }
    };
    if dice.below(3) == 0 { word.to_uppercase().into_bytes() } else { word.into_bytes() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_on_glued_fragments(seeds in prop::collection::vec(any::<u64>(), 0..14)) {
        let text: Vec<u8> = seeds.into_iter().flat_map(fragment).collect();
        let wrong = difference(&text);
        prop_assert!(wrong.is_empty(), "{:?}:\n{}", String::from_utf8_lossy(&text), wrong.join("\n"));
    }
}

/// Candidates of texts each made of the one before, found with what is known of that.
fn again(texts: &[(Vec<u8>, Vec<Copied>)]) -> Vec<BTreeSet<Found>> {
    let (origin, scratch) = (Arc::new(Origin::Stdin), &mut Scratch::default());
    let found = |(number, (text, copied)): (u32, &(Vec<u8>, Vec<Copied>))| {
        let base = number.checked_sub(1).map(|number| Base { number, copied, is_last: true });
        let made = Some(Made { number, is_base: true, base });
        let blob = Blob { made, ..Blob::whole(&origin, text, Content::Text) };
        fast_with_views(&blob, scratch)
    };
    (0..).zip(texts).map(found).collect()
}

/// A text with pieces of it replaced, and what it has of the one before.
fn edited(text: &[u8], edits: &[(usize, usize, u64)]) -> (Vec<u8>, Vec<Copied>) {
    let (mut out, mut copied, mut from) = (Vec::new(), Vec::new(), 0);
    let mut edits: Vec<_> =
        edits.iter().map(|(at, gone, new)| (at % (text.len() + 1), *gone, *new)).collect();
    edits.sort_unstable();
    for (at, gone, new) in edits.into_iter().chain([(text.len(), 0, u64::MAX)]) {
        let at = at.max(from);
        let number = |number: usize| u32::try_from(number).unwrap();
        if at > from {
            copied.push(Copied {
                to: number(out.len()),
                from: number(from),
                len: number(at - from),
            });
        }
        out.extend(&text[from..at]);
        if new != u64::MAX {
            out.extend(maybe_encoded(new));
        }
        from = (at + gone).min(text.len());
    }
    (out, copied)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_known_of_a_text_is_true_of_what_is_made_of_it(
        parts in prop::collection::vec((any::<u64>(), prop::sample::select(vec![0_usize, 3, 700, 1500])), 1..8),
        edits in prop::collection::vec(prop::collection::vec((any::<usize>(), 0..40_usize, any::<u64>()), 0..3), 1..4),
    ) {
        let part = |(seed, filler): (u64, usize)| [maybe_encoded(seed), b"\n1 + 1\n".repeat(filler)].concat();
        let mut texts = vec![(parts.into_iter().flat_map(part).collect::<Vec<u8>>(), Vec::new())];
        for edits in &edits {
            let next = edited(&texts[texts.len() - 1].0, edits);
            texts.push(next);
        }
        for (found, (text, _)) in again(&texts).into_iter().zip(&texts) {
            let origin = Arc::new(Origin::Stdin);
            let blob = Blob::whole(&origin, text, Content::Text);
            prop_assert_eq!(found, fast_with_views(&blob, &mut Scratch::default()));
        }
    }
}

/// The fingerprints of what is found, and whether every candidate is there or has a reason why not.
fn fingerprints(text: &[u8]) -> (Vec<String>, bool) {
    let origin = Arc::new(Origin::Stdin);
    let mut stats = Stats::default();
    let blob = Blob::whole(&origin, text, Content::Text);
    let found = RULES.detect(&blob, 0, &mut Scratch::default(), &mut stats);
    let mut all: Vec<String> =
        found.detections.iter().map(|found| found.fingerprint.to_string()).collect();
    all.sort_unstable();
    let accounted = all.len() as u64 + stats.rejected.values().sum::<u64>();
    (all, accounted == stats.candidates)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn added_lines_change_no_fingerprint(
        seeds in prop::collection::vec(any::<u64>(), 0..10),
        lines in (1..40_usize, 1..40_usize),
    ) {
        let text: Vec<u8> = seeds.into_iter().flat_map(fragment).collect();
        let far = b"1 + 1\n".repeat(1000);
        let add = |before: usize, after: usize| {
            let line = b"1 + 1\n";
            [&line.repeat(before)[..], &far, &text, b"\n", &far, &line.repeat(after)].concat()
        };
        let (plain, is_accounted) = fingerprints(&add(0, 0));
        prop_assert!(is_accounted, "a candidate went without a reason: {:?}", String::from_utf8_lossy(&text));
        prop_assert_eq!(plain, fingerprints(&add(lines.0, lines.1)).0);
    }
}
