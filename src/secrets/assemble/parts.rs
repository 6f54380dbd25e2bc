//! Credentials of several parts, such as an access key id and its secret: which parts were found together, and which
//! stand alone.

use std::collections::BTreeMap;

use super::near::{Distance, Spot, nearest};
use super::{Gathered, Terms, add_fact, is_harmless, place_name, verdict};
use crate::finding::{Confidence, Finding, Severity, Verdict};

/// Where the parts of each rule lie.
type Parts<'a> = BTreeMap<&'a str, Vec<Spot<'a>>>;

/// What is known of a part.
enum State {
    /// Another part was found: which one, how far, and the number of its finding.
    Paired { with: String, distance: Distance, other: usize, back: String },
    /// None of the others was found.
    Alone { without: String },
}

/// Says of each part of a credential where the other one is, or that there is none.
pub(super) fn join(findings: &mut [Finding], gathered: &Gathered, terms: Terms) {
    let parts = parts(findings, gathered, terms);
    let numbered = findings.iter().enumerate();
    let states: Vec<(usize, State)> =
        numbered.filter_map(|(at, finding)| Some((at, state(finding, &parts, terms)?))).collect();
    drop(parts);
    for (at, state) in &states {
        if let Some(finding) = findings.get_mut(*at) {
            tell(finding, state, terms);
        }
    }
    // What needs nothing else is told of what needs it.
    for (_, state) in states {
        if let State::Paired { other, back, distance, .. } = state
            && let Some(finding) = findings.get_mut(other)
        {
            add_fact(finding, "paired with", format!("{back} ({})", distance.name()));
        }
    }
}

fn parts<'a>(findings: &'a [Finding], gathered: &'a Gathered, terms: Terms<'a>) -> Parts<'a> {
    let mut parts: Parts = BTreeMap::new();
    for (item, finding) in findings.iter().enumerate() {
        let is_real = !matches!(
            verdict(finding),
            None | Some(Verdict::PublicKnown | Verdict::ChecksumFailed)
        );
        if is_real && terms.rules.is_part(&finding.rule.id) {
            let spots = finding.places.iter();
            let spots = spots.map(|p| Spot::new(&p.origin, p.location.start.line, item));
            parts.entry(&finding.rule.id).or_default().extend(spots);
        }
    }
    for unlisted in gathered.unlisted_secrets() {
        if terms.rules.is_part(&unlisted.rule.id) {
            let spot = Spot::new(&unlisted.origin, unlisted.line, usize::MAX);
            parts.entry(&unlisted.rule.id).or_default().push(spot);
        }
    }
    for spots in parts.values_mut() {
        spots.sort_unstable();
    }
    parts
}

/// `None` for what is whole by itself, or whose other parts are not looked for.
fn state(finding: &Finding, parts: &Parts, terms: Terms) -> Option<State> {
    if verdict(finding).is_none_or(is_harmless) {
        return None;
    }
    let needs: Vec<&str> = terms.rules.pair(&finding.rule.id).collect();
    if needs.is_empty() {
        return None;
    }
    let mut best: Option<((Distance, u64), &str, &Spot, String)> = None;
    for place in &finding.places {
        let line = place.location.start.line;
        let here = Spot::new(&place.origin, line, 0);
        for need in &needs {
            let Some((distance, spot)) = parts.get(need).and_then(|spots| nearest(spots, &here))
            else {
                continue;
            };
            if best.as_ref().is_none_or(|(known, ..)| distance < *known) {
                best = Some((distance, need, spot, place_name(&place.origin, line)));
            }
        }
    }
    let Some(((distance, _), rule, spot, here)) = best else {
        return Some(State::Alone { without: format!("without {}", needs.join(" or ")) });
    };
    Some(State::Paired {
        with: format!("{rule} at {}:{}", spot.origin, spot.line),
        distance,
        other: spot.item,
        back: format!("{} at {here}", finding.rule.id),
    })
}

fn tell(finding: &mut Finding, state: &State, terms: Terms) {
    match state {
        State::Paired { with, distance, .. } => {
            add_fact(finding, "paired with", format!("{with} ({})", distance.name()));
            if *distance == Distance::Block {
                finding.confidence = surer(finding.confidence);
            }
        }
        State::Alone { without } => {
            add_fact(finding, "alone", without.clone());
            if !terms.is_fixed(finding) && verdict(finding) != Some(Verdict::Proven) {
                finding.severity = less(finding.severity);
            }
        }
    }
}

/// One level more; only a proof makes us surer than that.
const fn surer(confidence: Confidence) -> Confidence {
    match confidence {
        Confidence::Low => Confidence::Medium,
        Confidence::Medium | Confidence::High => Confidence::High,
        Confidence::VeryHigh => Confidence::VeryHigh,
    }
}

/// One level less, but not below what fails a build.
const fn less(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium | Severity::Low => Severity::Low,
        Severity::Note => Severity::Note,
    }
}
