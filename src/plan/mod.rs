//! From an outcome to what somebody has to do now: in which order, at whom, where, and what to write instead.
//!
//! Nothing here asks for the bytes of a secret but `replacements`, which is made for `--reveal`.

mod about;
mod cleaning;
mod issuer;
mod medium;
mod need;
mod reference;
mod replacements;
mod section;
mod sorted;
mod spread;
mod step;
mod store;
mod variable;

pub use about::About;
pub use medium::Medium;
pub use replacements::{Left, Replacements, replacements};
pub use section::{Item, Plan, Row, Section, plan};
pub use step::{Code, Step, pieces};

use std::collections::BTreeSet;

use crate::finding::{Finding, FindingKind, RuleMeta, Verdict};
use need::{Need, need};

/// Facts of a secret that are told.
const MAX_FACTS: usize = 6;
/// Facts that help nobody to find its owner.
const DETAILS: [&str; 4] = ["SPKI SHA-256", "bits", "encoding", "algorithm"];
/// References that one finding gets.
const MAX_MEDIA: usize = 3;

/// What to do about one finding, in the order in which it is to be done. `about` is what all findings say together.
pub fn steps(finding: &Finding, about: &About) -> Vec<Step> {
    let FindingKind::Secret { verdict, facts, .. } = &finding.kind else {
        return of_policy(finding);
    };
    let mut steps = rotation(&finding.rule, *verdict, facts);
    steps.extend(spread::steps(finding));
    if need::is_doubtful(finding) {
        steps.push(Step::say(need::DOUBTFUL));
    }
    if need::moves(finding) {
        let stored = stored(finding, about);
        steps.push(Step::say(format!(
            "Keep the new value in AWS Secrets Manager as `{stored}`, and write this in its place:"
        )));
        steps.extend(
            media(finding)
                .into_iter()
                .take(MAX_MEDIA)
                .filter_map(|medium| reference::reference(medium, &stored)),
        );
    }
    steps
}

/// What to do with a secret of a rule, wherever it is.
pub fn rotation(rule: &RuleMeta, verdict: Verdict, facts: &[(String, String)]) -> Vec<Step> {
    let mut steps = Vec::new();
    if let Need::Nothing(why) = Need::of(rule, verdict) {
        steps.push(Step::say(why));
    } else {
        if verdict == Verdict::EncryptedKey {
            steps.push(Step::say(need::ENCRYPTED));
        }
        if !rule.help.is_empty() {
            steps.push(Step::say(&rule.help));
        }
        match issuer::issuer(&rule.id) {
            Some(issuer) => steps.extend(issuer.lines.iter().map(Step::from)),
            None => steps.push(Step::from(&issuer::OTHERS)),
        }
    }
    steps.extend(told(facts));
    steps
}

impl From<&issuer::Line> for Step {
    fn from(line: &issuer::Line) -> Self {
        if line.code.is_empty() {
            Self::say(line.text)
        } else {
            Self::with(line.text, "bash", line.code)
        }
    }
}

/// What the value tells of itself, which helps to find its owner.
fn told(facts: &[(String, String)]) -> Option<Step> {
    let pair = |(key, value): &(String, String)| {
        format!("{} {}", key.replace('`', "'"), step::name(value))
    };
    let is_of_use = |(key, _): &&(String, String)| !DETAILS.contains(&key.as_str());
    let listed: Vec<String> = facts.iter().filter(is_of_use).take(MAX_FACTS).map(pair).collect();
    (!listed.is_empty()).then(|| Step::say(format!("It tells of itself: {}.", listed.join(", "))))
}

/// What to do about a defect of a policy.
fn of_policy(finding: &Finding) -> Vec<Step> {
    let mut steps = vec![Step::say(&finding.rule.help)];
    if finding.places.iter().any(|place| place.fix.is_some()) {
        steps.push(Step::say("`keylint scan --fix --diff` shows a change that does it, `keylint scan --fix` makes it."));
    }
    steps
}

/// What a finding will be called in a store.
fn stored(finding: &Finding, about: &About) -> String {
    format!("{}/{}", about.project, variable::stored_name(finding))
}

/// What the places of a finding are written in, each once, as they come.
fn media(finding: &Finding) -> Vec<Medium> {
    let mut seen = BTreeSet::new();
    let active = finding.places.iter().filter(|place| place.suppressed.is_none());
    active
        .map(Medium::of)
        .filter(|medium| *medium != Medium::Message && seen.insert(*medium))
        .collect()
}

/// Whether there is something to take back.
fn is_live(finding: &Finding) -> bool {
    need(finding).is_some_and(Need::is_rotate)
}
