//! The secrets half: text in, detections out.
//!
//! prefilter → matcher → candidates → filters → verdict and score → overlap

mod anywhere;
mod assemble;
mod assign;
mod candidate;
mod cost;
mod decode;
mod examples;
mod explain;
mod filters;
mod finder;
mod gitleaks;
mod keys;
mod masks;
mod matcher;
mod overlap;
mod pattern;
mod place;
mod prefilter;
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
mod vendor;
mod verdict;
mod words;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

pub(crate) use assemble::{Gathered, assemble};
pub use cost::{Bench, Trial};
pub use examples::{ExampleReport, check_built_in, check_file};
pub use explain::{Explanation, Score};
pub use masks::Masks;
pub(crate) use repeats::mask_repeats;
pub use rule_error::{RuleError, RuleProblem, nearest};
pub use ruleset::RuleSet;

use crate::blob::{Blob, Content, Origin, inert, path_bytes};
use crate::finding::{Confidence, RuleMeta, Severity, Suppression, Verdict};
use crate::fingerprint::Fingerprint;
use crate::location::Position;
use crate::outcome::Stats;
use assign::files;
use candidate::Candidate;
use decode::{Encoding, Trail, Walk};
use gitleaks::Dropped;
use matcher::Matched;
use place::{PlaceClass, Syntax};
use prefilter::{Hits, Lanes};
use rule::{Proof, Rule, Trigger};
use verdict::Verified;

/// Secrets of this many bits are their own identity: nobody can guess them from a fingerprint.
const STRONG_BITS: f32 = 70.0;

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

/// A candidate that is taken for a secret.
pub(crate) struct Detection<'a> {
    pub(crate) rule: &'a Rule,
    /// The secret, decoded.
    secret: Box<[u8]>,
    /// The name it is assigned to; empty when there is none.
    name: Box<[u8]>,
    /// The bytes of its text that are the secret: of the blob, or of a view.
    found: Range<usize>,
    /// The bytes of the blob that stand for it.
    span: Range<usize>,
    /// The bytes of the blob that its rule matched, the secret among them.
    pub(crate) matched: Range<usize>,
    /// How they were encoded, the outermost encoding first; empty when they are the secret itself.
    encodings: Vec<Encoding>,
    /// The number of the view it was found in; 0 for the text of the blob.
    view: usize,
    pub(crate) verdict: Verdict,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) facts: Vec<(String, String)>,
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
                Err(filter) => *stats.rejected.entry(filter).or_default() += 1,
            }
        });
        let Lanes { prefixes, anchors, runs, .. } = &scratch.lanes;
        stats.windows += (prefixes.len() + anchors.len() + runs.len()) as u64;
        for (name, count) in
            [("required", scratch.dropped.incomplete), ("skip-report", scratch.dropped.unreported)]
        {
            if count > 0 {
                *stats.rejected.entry(name).or_default() += count;
            }
        }
        files.extend(overlap::resolve(detections));
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
        self.search(blob, scratch);
        let Matched { mut candidates, led, unfinished, .. } =
            matcher::candidates(self, blob.text, &scratch.lanes);
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
        let mut in_view = |found: &decode::Found| {
            let Matched { candidates, .. } = matcher::candidates(self, found.text, found.lanes);
            sift.show(candidates, Some(&found.trail), visit);
        };
        let Scratch { lanes, views, .. } = scratch;
        let walk = Walk::new(&self.prefilter, blob.text.len(), views, &mut in_view);
        walk.through(blob.text, lanes).into_iter().map(decode::Gap::detail).collect()
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
    /// Rule, place and value of what was shown.
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
            let key = |candidate: &Candidate| (candidate.secret.start, candidate.secret.end);
            a.rule.meta.id.cmp(&b.rule.meta.id).then_with(|| key(a).cmp(&key(b)))
        });
        for mut candidate in candidates {
            let origin = match trail {
                Some(trail) => trail.origin(&candidate.secret),
                None => Some(decode::Origin::plain(candidate.secret.clone())),
            };
            let Some(origin) = origin.filter(|origin| self.blob.owns.contains(&origin.span.start))
            else {
                continue;
            };
            let Range { start, end } = origin.span;
            let key = (candidate.rule.order, start, end, candidate.secret().to_vec());
            if (is_text || !candidate.rule.is_assigned()) && self.known.insert(key) {
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
    let is_public = verdict::is_public(secret);
    if let Some(filter) = filters::reject(candidate)
        && !is_public
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

impl Detection<'_> {
    pub(crate) fn meta(&self) -> &Arc<RuleMeta> {
        &self.rule.meta
    }

    pub(crate) fn secret(&self) -> &[u8] {
        &self.secret
    }

    pub(crate) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// How many of the secret's first bytes are public, because the rule's own prefix says them; none where the text has
    /// other bytes.
    pub(crate) fn public_prefix(&self) -> usize {
        let Trigger::Prefix(prefixes) = &self.rule.trigger else { return 0 };
        if !self.encodings.is_empty() {
            return 0;
        }
        let longest = prefixes
            .iter()
            .filter(|prefix| self.secret().starts_with(prefix.as_bytes()))
            .map(String::len)
            .max();
        // A short secret is not made shorter.
        longest.filter(|length| self.secret().len() >= length + 12).unwrap_or(0)
    }

    /// Whether it is about a whole file, by its path.
    pub(crate) fn is_of_file(&self) -> bool {
        self.rule.is_for_paths()
    }

    pub(crate) fn fingerprint(&self, origin: &Origin) -> Fingerprint {
        let secret = self.secret();
        let family = &self.rule.family;
        if self.is_of_file() {
            let path = origin.path().map(path_bytes).unwrap_or_default();
            return Fingerprint::of_weak_secret(family, &path, secret);
        }
        if randomness::guessing_bits(secret) >= STRONG_BITS {
            Fingerprint::of_strong_secret(secret)
        } else {
            Fingerprint::of_weak_secret(family, &self.name, secret)
        }
    }

    /// What is wrong, without the secret.
    pub(crate) fn message(&self) -> String {
        let title = &self.meta().title;
        let named = match std::str::from_utf8(&self.name) {
            Ok(name) if !name.is_empty() => {
                format!("{title} assigned to `{}`", inert(name.as_bytes()))
            }
            _ => title.clone(),
        };
        named + said(self.verdict)
    }
}

/// What a message says of a verdict, after the title.
const fn said(verdict: Verdict) -> &'static str {
    match verdict {
        // What proves it is known when everything is read.
        Verdict::ShapeOnly | Verdict::Proven => "",
        Verdict::StructureValid => "; its structure is valid",
        Verdict::ChecksumValid => "; its checksum is valid",
        Verdict::ChecksumFailed => "; its checksum does not hold, so it was altered or made up",
        Verdict::Expired => "; it has expired",
        Verdict::EncryptedKey => "; a passphrase protects it",
        Verdict::PublicKnown => "; a value from public documentation",
    }
}
