//! What the scripts of the page read. Findings are written one after the other and never held as a whole.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use serde::{Serialize, Serializer};

use super::place::{PlaceView, place_view};
use super::places;
use crate::blob::inert;
use crate::date::timestamp;
use crate::finding::{Finding, FindingKind, RuleMeta};
use crate::outcome::{Outcome, Skipped};
use crate::plan::{Step, rotation};
use crate::report::history::{self, HistoryView};
use crate::report::{Options, Suppressed, counts, stale, views};

/// About how many bytes places, snippets and histories may take. Findings beyond have one place and no snippet.
const MAX_BYTES: usize = 48 << 20;
/// The most places of a finding.
const MAX_PLACES: usize = 100;
/// The most paths and references of a history.
const MAX_NAMES: usize = 20;
/// The most inputs that are named as not scanned, and the most notes.
const MAX_SKIPPED: usize = 1000;

/// Everything.
#[derive(Serialize)]
pub(super) struct Data<'a> {
    version: &'static str,
    category: &'static str,
    now: String,
    /// How much was scanned, in words.
    scanned: String,
    /// What else was counted, in words.
    counts: Vec<String>,
    complete: bool,
    shows_suppressed: bool,
    active: usize,
    by_severity: BTreeMap<&'static str, usize>,
    rules: Vec<RuleView<'a>>,
    /// What to do about findings, each once: a line for each step.
    steps: Vec<Vec<String>>,
    findings: Findings<'a>,
    /// How many findings are not listed.
    left: usize,
    skipped: Vec<SkippedView<'a>>,
    more_skipped: usize,
    /// Decisions that hide nothing any more, in words.
    stale: Vec<String>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct RuleView<'a> {
    id: &'a str,
    title: String,
    references: Vec<String>,
}

#[derive(Serialize)]
struct SkippedView<'a> {
    origin: String,
    reason: &'static str,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<&'a str>,
}

/// Findings, made while they are written.
struct Findings<'a> {
    listed: &'a [&'a Finding],
    /// Places in [`Data::rules`].
    rules: HashMap<&'a str, usize>,
    /// Places in [`Data::steps`].
    steps: HashMap<Vec<String>, usize>,
    options: &'a Options,
}

#[derive(Serialize)]
struct FindingView<'a> {
    rule: usize,
    steps: usize,
    severity: &'static str,
    confidence: &'static str,
    message: String,
    fingerprint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<SecretView>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    supersedes: &'a [String],
    places: Vec<PlaceView<'a>>,
    /// How many places are not listed.
    #[serde(skip_serializing_if = "is_zero")]
    more: usize,
    /// Whether words are left out to keep the page small.
    #[serde(skip_serializing_if = "is_false")]
    brief: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<HistoryView<'a>>,
}

#[derive(Serialize)]
struct SecretView {
    redacted: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<String>,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    facts: Vec<[String; 2]>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// What a page needs of an outcome of which `findings` are listed and `left` are not.
pub(super) fn data<'a>(
    outcome: &'a Outcome,
    findings: &'a [&'a Finding],
    left: usize,
    options: &'a Options,
) -> Data<'a> {
    let mut by_severity = BTreeMap::new();
    for finding in outcome.active() {
        *by_severity.entry(finding.severity.name()).or_default() += 1;
    }
    let (rules, known) = rules(findings);
    let (plans, numbers) = plans(findings);
    let stats = &outcome.stats;
    Data {
        version: env!("CARGO_PKG_VERSION"),
        category: options.category,
        now: timestamp(options.now),
        scanned: format!("{}, {}", counts::scanned(stats), counts::size(stats.bytes)),
        counts: counts::besides(outcome),
        complete: outcome.is_complete(),
        shows_suppressed: options.suppressed == Suppressed::Listed,
        active: outcome.active().count(),
        by_severity,
        rules,
        steps: plans,
        findings: Findings { listed: findings, rules: known, steps: numbers, options },
        left,
        skipped: outcome.skipped.iter().take(MAX_SKIPPED).map(skipped_view).collect(),
        more_skipped: outcome.skipped.len().saturating_sub(MAX_SKIPPED),
        stale: outcome.stale.iter().take(MAX_SKIPPED).map(stale::line).collect(),
        notes: outcome.notes.get(..MAX_SKIPPED).unwrap_or(&outcome.notes),
    }
}

/// The rules of findings and of their places, each once, and where each is.
fn rules<'a>(findings: &[&'a Finding]) -> (Vec<RuleView<'a>>, HashMap<&'a str, usize>) {
    let (mut rules, mut known) = (Vec::new(), HashMap::new());
    for finding in findings {
        let of_places = finding.places.iter().map(|place| &*place.rule);
        for rule in std::iter::once(&*finding.rule).chain(of_places) {
            known.entry(&*rule.id).or_insert_with(|| {
                rules.push(rule_view(rule));
                rules.len() - 1
            });
        }
    }
    (rules, known)
}

/// What to do about findings, each once, and where each is.
fn plans(findings: &[&Finding]) -> (Vec<Vec<String>>, HashMap<Vec<String>, usize>) {
    let (mut plans, mut known) = (Vec::new(), HashMap::new());
    for finding in findings {
        known.entry(steps(finding)).or_insert_with_key(|steps| {
            plans.push(steps.clone());
            plans.len() - 1
        });
    }
    (plans, known)
}

/// What to do about a finding, a line for each step, with names and commands between backquotes.
fn steps(finding: &Finding) -> Vec<String> {
    let FindingKind::Secret { verdict, .. } = &finding.kind else {
        return finding.rule.help.lines().map(|line| inert(line.as_bytes())).collect();
    };
    let line = |step: &Step| {
        let words: Vec<&str> = step.text.lines().collect();
        let mut line = inert(words.join(" ").as_bytes());
        for code in step.code.iter().flat_map(|code| code.text.lines()) {
            let _ = write!(line, " `{}`", inert(code.as_bytes()));
        }
        line
    };
    rotation(&finding.rule, *verdict, &[]).iter().map(line).collect()
}

fn rule_view(rule: &RuleMeta) -> RuleView<'_> {
    RuleView {
        id: &rule.id,
        title: inert(rule.title.as_bytes()),
        references: rule.references.iter().map(|text| inert(text.as_bytes())).collect(),
    }
}

fn skipped_view(skipped: &Skipped) -> SkippedView<'_> {
    SkippedView {
        origin: skipped.origin.to_string(),
        reason: skipped.reason.name(),
        detail: inert(skipped.detail.as_bytes()),
        accepted: skipped.accepted.as_deref(),
    }
}

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut room = MAX_BYTES;
        serializer.collect_seq(self.listed.iter().map(|finding| {
            let view = self.view(finding, room == 0);
            room = room.saturating_sub(size(finding, view.places.len()));
            view
        }))
    }
}

/// About how many bytes the places and the history of a finding take.
fn size(finding: &Finding, places: usize) -> usize {
    let places = finding.places.iter().take(places);
    let places = places.map(|place| 200 + place.snippet.text.len()).sum::<usize>();
    let names = finding.history.as_ref().map_or(0, |history| history.paths.len().min(MAX_NAMES));
    places + 200 + 100 * names
}

impl<'a> Findings<'a> {
    fn view(&self, finding: &'a Finding, brief: bool) -> FindingView<'a> {
        let (most, names) = if brief { (1, 0) } else { (MAX_PLACES, MAX_NAMES) };
        let secret = match &finding.kind {
            FindingKind::Secret { secret, redacted, verdict, facts } => Some(SecretView {
                redacted: inert(redacted.as_bytes()),
                raw: views::raw(secret, self.options.secrets).map(|raw| lines(&raw)),
                verdict: verdict.name(),
                facts: facts
                    .iter()
                    .map(|(name, value)| [name, value].map(|text| inert(text.as_bytes())))
                    .collect(),
            }),
            FindingKind::Policy { .. } => None,
        };
        let shown: Vec<_> = places(finding, self.options).take(most).collect();
        FindingView {
            rule: self.rule(&finding.rule),
            steps: self.steps.get(&steps(finding)).copied().unwrap_or_default(),
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            message: inert(finding.message.as_bytes()),
            fingerprint: finding.fingerprint.as_str(),
            secret,
            supersedes: match &finding.kind {
                FindingKind::Policy { supersedes } => supersedes,
                FindingKind::Secret { .. } => &[],
            },
            more: places(finding, self.options).count() - shown.len(),
            places: shown
                .into_iter()
                .map(|place| {
                    let rule = self.rule(&place.rule);
                    let other = Some(rule).filter(|rule| *rule != self.rule(&finding.rule));
                    place_view(place, other, brief)
                })
                .collect(),
            brief,
            history: finding.history.as_ref().map(|known| history::short_view(known, names)),
        }
    }

    fn rule(&self, rule: &RuleMeta) -> usize {
        self.rules.get(&*rule.id).copied().unwrap_or_default()
    }
}

/// A secret, whose lines stay lines.
fn lines(raw: &str) -> String {
    raw.lines().map(|line| inert(line.as_bytes())).collect::<Vec<_>>().join("\n")
}
