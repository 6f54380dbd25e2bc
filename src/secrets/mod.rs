//! The secrets half: text in, detections out.
//!
//! prefilter → matcher → candidates → filters → verdict and score → overlap

mod anywhere;
mod assemble;
mod assign;
mod bench;
mod candidate;
mod cost;
mod decode;
mod detection;
mod examples;
mod explain;
mod filters;
mod finder;
mod frequency;
mod gitleaks;
mod keys;
mod masks;
mod matcher;
mod overlap;
mod pattern;
mod place;
mod prefilter;
#[cfg(any(test, fuzzing))]
pub mod promises;
mod randomness;
#[cfg(test)]
mod reference;
mod repeats;
mod rule;
mod rule_error;
mod rule_file;
mod rule_text;
mod ruleset;
mod score;
mod store;
mod stretch;
mod tables;
mod trigger;
mod union;
mod vendor;
mod verdict;
mod words;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

pub(crate) use assemble::{Gathered, assemble};
pub use cost::{Bench, Trial};
pub(crate) use detection::Detection;
use detection::said;
pub use examples::{ExampleReport, check_built_in, check_file};
pub use explain::{Explanation, Score};
pub use masks::Masks;
pub(crate) use repeats::mask_repeats;
pub use rule_error::{RuleError, RuleProblem, nearest};
pub use ruleset::RuleSet;

use crate::blob::{Blob, Content};
use crate::finding::{Confidence, Severity, Suppression, Verdict};
use crate::location::Position;
use crate::outcome::Stats;
use crate::profile::{Meter, Stage};
use assign::files;
use candidate::Candidate;
use decode::{Trail, Walk};
use gitleaks::Dropped;
use matcher::Matched;
use place::{PlaceClass, Syntax};
use prefilter::{Hits, Lanes};
use rule::Proof;
use verdict::Verified;

/// Buffers that one thread uses again for every blob.
#[derive(Default)]
pub struct Scratch {
    lanes: Lanes,
    /// What was found in texts that others are made of, by their numbers.
    known: HashMap<u32, Hits>,
    /// For views of encoded text, and views in those.
    views: Vec<Lanes>,
    /// Rules that did not see all of a text.
    unfinished: Vec<String>,
    /// Candidates of the last text that what stands near them decided about.
    dropped: Dropped,
    /// Says where the time goes, if somebody asks.
    pub(crate) meter: Meter,
}

impl Scratch {
    /// Forgets the texts that others were made of: the next input numbers its own.
    pub(crate) fn forget(&mut self) {
        self.known.clear();
    }

    /// The long runs of the text that was searched last.
    fn runs(&self) -> &[Range<usize>] {
        &self.lanes.runs
    }

    /// The rules that matched so often in the last text that they did not see all of it.
    pub(crate) fn take_unfinished(&mut self) -> Vec<String> {
        std::mem::take(&mut self.unfinished)
    }
}

/// What was found in a blob.
pub(crate) struct Detected<'a> {
    /// In the order of the text.
    pub(crate) detections: Vec<Detection<'a>>,
    /// Why parts of it were not decoded, in words.
    pub(crate) gaps: Vec<&'static str>,
}

/// A candidate of a text or of a view of it.
struct Seen<'c> {
    candidate: Candidate<'c>,
    /// Where in the blob it stands, and how it is written there.
    origin: decode::Origin,
    /// The number of the view; 0 for the text itself.
    view: usize,
}

/// What is decided about a candidate that is taken for a secret.
struct Judgement {
    verdict: Verdict,
    severity: Severity,
    confidence: Confidence,
    facts: Vec<(String, String)>,
}

/// Why a candidate was dropped: the name of the filter, or of the score.
type Rejection = &'static str;

impl RuleSet {
    /// Finds the secrets of a blob that start in the part it owns, encoded ones too. `now` is in seconds since 1970.
    pub(crate) fn detect<'a>(
        &'a self,
        blob: &Blob,
        now: u64,
        scratch: &mut Scratch,
        stats: &mut Stats,
    ) -> Detected<'a> {
        let (mut files, mut detections) = (Vec::new(), Vec::new());
        let gaps = self.each_candidate(blob, scratch, &mut |seen| {
            stats.candidates += 1;
            match judge(&seen.candidate, now) {
                Ok(judgement) if seen.candidate.rule.is_for_paths() => {
                    files.extend(self.detection(seen, judgement));
                }
                Ok(judgement) => detections.extend(self.detection(seen, judgement)),
                Err(filter) => *stats.rejected.entry(filter.into()).or_default() += 1,
            }
        });
        let Lanes { prefixes, anchors, runs, .. } = &scratch.lanes;
        stats.windows += (prefixes.len() + anchors.len() + runs.len()) as u64;
        for (name, count) in
            [("required", scratch.dropped.incomplete), ("skip-report", scratch.dropped.unreported)]
        {
            if count > 0 {
                *stats.rejected.entry(name.into()).or_default() += count;
            }
        }
        let all = detections.len();
        let kept = overlap::resolve(detections);
        if kept.len() < all {
            *stats.rejected.entry("overlap".into()).or_default() += (all - kept.len()) as u64;
        }
        files.extend(kept);
        Detected { detections: files, gaps }
    }

    /// The decision of an allowlist that a finding does not count.
    pub(crate) fn allowlisted(&self, detection: &Detection, blob: &Blob) -> Option<Suppression> {
        self.allowlists.iter().find_map(|list| list.judge(detection, blob))
    }

    fn detection(&self, seen: Seen, judgement: Judgement) -> Option<Detection<'_>> {
        let Seen { candidate, origin, view } = seen;
        let Judgement { verdict, severity, confidence, mut facts } = judgement;
        if !origin.encodings.is_empty() {
            facts.push(("encoding".into(), origin.chain()));
        }
        Some(Detection {
            rule: self.rule(candidate.rule.order)?,
            secret: candidate.secret().into(),
            name: candidate.name().into(),
            found: candidate.secret.clone(),
            matched: if view == 0 { candidate.matched.clone() } else { origin.span.clone() },
            span: origin.span,
            encodings: origin.encodings,
            view,
            verdict,
            severity,
            confidence,
            facts,
        })
    }

    /// Runs the prefilter, only over what is new where the rest was searched before.
    fn search(&self, blob: &Blob, Scratch { lanes, known, .. }: &mut Scratch) {
        let base = blob.made.and_then(|made| made.base);
        let Some((base, before)) = base.and_then(|base| Some((base, known.remove(&base.number)?)))
        else {
            lanes.idle.clear();
            return self.prefilter.search(blob.text, lanes);
        };
        self.prefilter.search_again(blob.text, &before, base.copied, lanes);
        if !base.is_last {
            known.insert(base.number, before);
        }
    }

    /// Shows the candidates of a blob that start in the part it owns, each once: those of its text by rule and place, then
    /// those of its views. Says what was not decoded.
    fn each_candidate(
        &self,
        blob: &Blob,
        scratch: &mut Scratch,
        visit: &mut dyn FnMut(Seen),
    ) -> Vec<&'static str> {
        scratch.meter.enter(Stage::Prefilter);
        self.search(blob, scratch);
        scratch.meter.enter(Stage::Matching);
        let Matched { mut candidates, led, unfinished, .. } =
            matcher::candidates(self, blob.text, &scratch.lanes, &scratch.meter);
        scratch.meter.enter(Stage::Judging);
        scratch.unfinished.extend(unfinished.iter().map(|rule| rule.meta.id.clone()));
        if let Some(made) = blob.made.filter(|made| made.is_base) {
            let hits = Hits::of(&scratch.lanes, blob.text.len(), led);
            scratch.known.insert(made.number, hits);
        }
        scratch.dropped = gitleaks::settle(&mut candidates, blob);
        if blob.start == Position::START {
            let rules = self.for_paths().filter(|rule| rule.takes(blob.origin()));
            candidates.extend(rules.map(|rule| Candidate::of_file(rule, blob.text)));
        }
        self.add_known_file(blob, &mut candidates);
        let mut sift = Sift { blob, place: None, known: BTreeSet::new() };
        sift.show(candidates, None, visit);
        let Scratch { lanes, views, meter, .. } = scratch;
        meter.enter(Stage::Decoding);
        let mut in_view = |found: &decode::Found| {
            meter.enter(Stage::Matching);
            let Matched { candidates, .. } =
                matcher::candidates(self, found.text, found.lanes, meter);
            meter.enter(Stage::Judging);
            sift.show(candidates, Some(&found.trail), visit);
            meter.enter(Stage::Decoding);
        };
        let walk = Walk::new(&self.prefilter, blob.text.len(), views, meter, &mut in_view);
        let gaps = walk.through(blob.text, lanes);
        meter.enter(Stage::Judging);
        gaps.into_iter().map(decode::Gap::detail).collect()
    }

    /// What is in files that are known by their names. These are asked for only where a text looks like such a file.
    fn add_known_file<'a>(&'a self, blob: &Blob<'a>, candidates: &mut Vec<Candidate<'a>>) {
        if blob.is_whole
            && files::may_be(blob.text)
            && let Some(path) = blob.origin().path()
        {
            let read = files::read(path, blob.text).into_iter();
            candidates.extend(read.filter_map(|found| matcher::assigned(self, blob.text, found)));
        }
    }
}

/// Lets every candidate of a blob pass once.
struct Sift<'b> {
    blob: &'b Blob<'b>,
    /// What the path of the blob says, once something is found.
    place: Option<PlaceClass>,
    /// Rule, place and, in views, value of what was shown.
    known: BTreeSet<(usize, usize, usize, Vec<u8>)>,
}

impl Sift<'_> {
    /// Shows what is new of the candidates of one text, by rule and place.
    fn show(
        &mut self,
        mut candidates: Vec<Candidate>,
        trail: Option<&Trail>,
        visit: &mut dyn FnMut(Seen),
    ) {
        if candidates.is_empty() {
            return;
        }
        let is_text = trail.map_or(self.blob.content == Content::Text, |trail| {
            trail.is_text() && (trail.is_opaque() || self.blob.content == Content::Text)
        });
        let mut place = *self.place.get_or_insert_with(|| PlaceClass::of(self.blob.origin()));
        if trail.is_some_and(Trail::is_opaque) {
            place.syntax = Syntax::Unknown;
        }
        candidates.sort_by(|a, b| {
            // What is read as what it stands for comes before what is only read.
            let key = |of: &Candidate| (of.secret.start, of.secret.end, of.decoded.is_none());
            a.rule.order.cmp(&b.rule.order).then_with(|| key(a).cmp(&key(b)))
        });
        for mut candidate in candidates {
            let origin = match trail {
                Some(trail) => trail.origin(&candidate.secret),
                None => Some(decode::Origin::plain(candidate.secret.clone())),
            };
            let is_owned = |origin: &decode::Origin| {
                self.blob.owns.contains(&origin.span.start) || candidate.rule.is_for_paths()
            };
            let Some(origin) = origin.filter(is_owned) else {
                continue;
            };
            let Range { start, end } = origin.span;
            let in_view = trail.map_or_else(Vec::new, |_| candidate.secret().to_vec());
            let key = (candidate.rule.order, start, end, in_view);
            // In binaries words stand anywhere: only what has a mark of its own counts.
            if (is_text || candidate.rule.has_mark()) && self.known.insert(key) {
                candidate.place = place;
                visit(Seen { candidate, origin, view: trail.map_or(0, |trail| trail.number) });
            }
        }
    }
}

/// Filters, score and verdict of one candidate.
fn judge(candidate: &Candidate, now: u64) -> Result<Judgement, Rejection> {
    let secret = candidate.secret();
    let rule = candidate.rule;
    if let Some(filter) = filters::reject(candidate)
        && (rule.is_scored() || !verdict::is_public(secret))
    {
        return Err(filter);
    }
    let confidence = if rule.is_scored() {
        score::confidence(score::probability(candidate)).ok_or("score")?
    } else {
        vendor::confidence(candidate)
    };
    let verified = verdict::verify(rule.verifier, candidate.text, &candidate.secret, now);
    let Verified { verdict, facts, .. } = verified;
    if rule.proof == Proof::Required && verdict == Verdict::ShapeOnly {
        return Err("unproven");
    }
    let severity = rule.meta.severity.min(verified.severity);
    let confidence = confidence.min(verified.confidence);
    let (severity, confidence) = verdict::weigh(verdict, severity, confidence);
    Ok(Judgement { verdict, severity, confidence, facts })
}
