//! Every candidate of a text and what became of it: nothing is dropped without a trace.

use super::verdict::{self, Verified};
use super::{RuleSet, Scratch, Seen, filters, judge, score};
use crate::blob::Blob;
use crate::finding::Verdict;
use crate::location::Location;

/// Terms and what they add up to.
#[derive(Clone, Debug)]
pub struct Score {
    /// Name, amount and weight of each term.
    pub terms: Vec<(&'static str, f32, f32)>,
    /// From 0 to 1.
    pub probability: f32,
    /// The least probability that is listed by default.
    pub listed: f32,
}

/// One candidate and its fate.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The rule that matched.
    pub rule: String,
    /// Where the value lies.
    pub location: Location,
    /// How it is encoded there; empty when it is not.
    pub encoding: String,
    /// The name it is assigned to; empty when there is none.
    pub name: String,
    /// The value, raw: whoever prints it answers for that.
    pub value: Vec<u8>,
    /// The filter that drops it, if one does.
    pub filter: Option<&'static str>,
    /// What that filter says.
    pub why: Option<&'static str>,
    /// How the score came about, for values of assignments.
    pub score: Option<Score>,
    /// What a report says, when it is taken for a secret.
    pub verdict: Option<String>,
    /// What the value itself proves.
    pub proof: Verdict,
    /// What it tells of itself: name and value.
    pub facts: Vec<(String, String)>,
}

impl RuleSet {
    /// Explains every candidate of a blob, in the order of the text.
    pub fn explain(&self, blob: &Blob, now: u64, scratch: &mut Scratch) -> Vec<Explanation> {
        let mut locator = blob.locator();
        let mut explanations: Vec<Explanation> = Vec::new();
        self.each_candidate(blob, scratch, &mut |Seen { candidate, origin, .. }| {
            let score = || Score {
                terms: score::terms(&candidate),
                probability: score::probability(&candidate),
                listed: score::LISTED,
            };
            let filter = filters::reject(&candidate);
            let verifier = candidate.rule.verifier;
            let Verified { verdict: proof, facts, .. } =
                verdict::verify(verifier, candidate.text, &candidate.secret, now);
            explanations.push(Explanation {
                rule: candidate.rule.meta.id.clone(),
                location: locator.locate(&origin.span),
                encoding: origin.chain(),
                name: String::from_utf8_lossy(candidate.name()).into_owned(),
                value: candidate.secret().to_vec(),
                filter,
                why: filter.and_then(filters::words),
                score: candidate.rule.is_scored().then(score),
                verdict: judge(&candidate, now).ok().map(|found| {
                    format!(
                        "{}, {} severity, {} confidence",
                        found.verdict, found.severity, found.confidence
                    )
                }),
                proof,
                facts,
            });
        });
        explanations.sort_by_key(|explanation| explanation.location);
        explanations
    }
}
