//! The secrets half: text in, detections out.
//!
//! prefilter → matcher → candidates → filters → verdict and score → overlap

mod assign;
mod candidate;
mod examples;
mod explain;
mod filters;
mod finder;
mod keys;
mod masks;
mod matcher;
mod overlap;
mod place;
mod prefilter;
mod randomness;
#[cfg(test)]
mod reference;
mod repeats;
mod rule;
mod rule_error;
mod rule_text;
mod ruleset;
mod score;
mod verdict;
mod words;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

pub use examples::{ExampleReport, check_built_in, check_file};
pub use explain::{Explanation, Score};
pub use masks::Masks;
pub(crate) use repeats::mask_repeats;
pub use rule_error::{RuleError, RuleProblem};
pub use ruleset::RuleSet;

use crate::blob::{Blob, Content, inert};
use crate::finding::{Confidence, RuleMeta, Severity, Verdict};
use crate::fingerprint::Fingerprint;
use crate::outcome::Stats;
use assign::files;
use candidate::Candidate;
use place::PlaceClass;
use prefilter::{Hits, Lanes};
use rule::{Proof, Trigger};

/// Secrets of this many bits are their own identity: nobody can guess them from a fingerprint.
const STRONG_BITS: f32 = 70.0;

/// Buffers that one thread uses again for every blob.
#[derive(Default)]
pub struct Scratch {
    lanes: Lanes,
    /// What was found in texts that others are made of, by their numbers.
    known: HashMap<u32, Hits>,
}

impl Scratch {
    /// Forgets the texts that others were made of: the next input numbers its own.
    pub(crate) fn forget(&mut self) {
        self.known.clear();
    }
}

/// A candidate that is taken for a secret.
pub(crate) struct Detection<'a> {
    pub(crate) candidate: Candidate<'a>,
    pub(crate) verdict: Verdict,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) facts: Vec<(String, String)>,
}

/// Why a candidate was dropped: the name of the filter, or of the score.
type Rejection = &'static str;

impl RuleSet {
    /// Finds the secrets of a blob that start in the part it owns, in the order of the text. `now` is in seconds since 1970.
    pub(crate) fn detect<'a>(
        &'a self,
        blob: &Blob<'a>,
        now: u64,
        scratch: &mut Scratch,
        stats: &mut Stats,
    ) -> Vec<Detection<'a>> {
        let candidates = self.candidates(blob, scratch);
        let Lanes { prefixes, anchors, runs, .. } = &scratch.lanes;
        stats.windows += (prefixes.len() + anchors.len() + runs.len()) as u64;
        stats.candidates += candidates.len() as u64;
        let mut detections = Vec::new();
        for candidate in candidates {
            match judge(candidate, now) {
                Ok(detection) => detections.push(detection),
                Err(filter) => *stats.rejected.entry(filter).or_default() += 1,
            }
        }
        overlap::resolve(detections)
    }

    /// Runs the prefilter, only over what is new where the rest was searched before.
    fn search(&self, blob: &Blob, scratch: &mut Scratch) {
        let Scratch { lanes, known } = scratch;
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

    /// The candidates that start in the part of the text that the blob owns, each once, by rule and place.
    fn candidates<'a>(&'a self, blob: &Blob<'a>, scratch: &mut Scratch) -> Vec<Candidate<'a>> {
        self.search(blob, scratch);
        let (mut candidates, led) = matcher::candidates(self, blob.text, &scratch.lanes);
        if let Some(made) = blob.made.filter(|made| made.is_base) {
            let hits = Hits::of(&scratch.lanes, blob.text.len(), led);
            scratch.known.insert(made.number, hits);
        }
        self.add_known_file(blob, &mut candidates);
        candidates.retain(|candidate| {
            let is_read = blob.content == Content::Text || !candidate.rule.is_assigned();
            is_read && blob.owns.contains(&candidate.secret.start)
        });
        if !candidates.is_empty() {
            let place = PlaceClass::of(blob.origin());
            for candidate in &mut candidates {
                candidate.place = place;
            }
        }
        candidates.sort_by(|a, b| {
            let key = |candidate: &Candidate| (candidate.secret.start, candidate.secret.end);
            a.rule.meta.id.cmp(&b.rule.meta.id).then_with(|| key(a).cmp(&key(b)))
        });
        candidates.dedup_by(|a, b| std::ptr::eq(a.rule, b.rule) && a.secret == b.secret);
        candidates
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

/// Filters, score and verdict of one candidate.
fn judge(candidate: Candidate<'_>, now: u64) -> Result<Detection<'_>, Rejection> {
    let secret = candidate.secret();
    let rule = candidate.rule;
    let is_public = verdict::is_public(secret);
    if let Some(filter) = filters::reject(&candidate)
        && !is_public
    {
        return Err(filter);
    }
    let confidence = if rule.is_scored() {
        score::confidence(score::probability(&candidate)).ok_or("score")?
    } else {
        rule.meta.confidence
    };
    let verified = rule.verifier.map(|verify| verify(secret, now));
    let (verdict, facts) = match verified {
        _ if is_public => (Verdict::PublicKnown, Vec::new()),
        Some(verified) => (verified.verdict, verified.facts),
        None => (Verdict::ShapeOnly, Vec::new()),
    };
    if rule.proof == Proof::Required && verdict == Verdict::ShapeOnly {
        return Err("unproven");
    }
    let (severity, confidence) = verdict::weigh(verdict, rule.meta.severity, confidence);
    Ok(Detection { candidate, verdict, severity, confidence, facts })
}

impl Detection<'_> {
    pub(crate) fn meta(&self) -> &Arc<RuleMeta> {
        &self.candidate.rule.meta
    }

    pub(crate) fn secret(&self) -> &[u8] {
        self.candidate.secret()
    }

    pub(crate) fn span(&self) -> Range<usize> {
        self.candidate.secret.clone()
    }

    /// How many of the secret's first bytes are public, because the rule's own prefix says them.
    pub(crate) fn public_prefix(&self) -> usize {
        let Trigger::Prefix(prefixes) = &self.candidate.rule.trigger else { return 0 };
        let longest = prefixes
            .iter()
            .filter(|prefix| self.secret().starts_with(prefix.as_bytes()))
            .map(String::len)
            .max();
        // A short secret is not made shorter.
        longest.filter(|length| self.secret().len() >= length + 12).unwrap_or(0)
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let secret = self.secret();
        let family = &self.candidate.rule.family;
        if randomness::guessing_bits(secret) >= STRONG_BITS {
            Fingerprint::of_strong_secret(family, secret)
        } else {
            Fingerprint::of_weak_secret(family, self.candidate.name(), secret)
        }
    }

    /// What is wrong, without the secret.
    pub(crate) fn message(&self) -> String {
        let title = &self.meta().title;
        let named = match std::str::from_utf8(self.candidate.name()) {
            Ok(name) if !name.is_empty() => {
                format!("{title} assigned to `{}`", inert(name.as_bytes()))
            }
            _ => title.clone(),
        };
        match self.verdict {
            Verdict::ShapeOnly => named,
            Verdict::StructureValid => format!("{named}; its structure is valid"),
            Verdict::ChecksumValid => format!("{named}; its checksum is valid"),
            Verdict::ChecksumFailed => {
                format!("{named}; its checksum does not hold, so it was altered or made up")
            }
            Verdict::Expired => format!("{named}; it has expired"),
            Verdict::EncryptedKey => format!("{named}; a passphrase protects it"),
            Verdict::PublicKnown => format!("{named}; a value from public documentation"),
        }
    }
}
