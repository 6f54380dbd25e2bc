//! A finding as it is saved: what is written and what is read back are the same fields. `docs/report.schema.json` describes them.

mod frame;
mod input;

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(super) use frame::{ReportView, SCHEMA_VERSION, SkippedView, StatsView, report};
pub(super) use input::{InputView, MAX_MEMBERS, view as input_view};

use super::history::{self, HistoryView};
use super::image::{self, BuiltView, ImageView};
use crate::config::Secrets;
use crate::finding::{
    Confidence, Edit, Finding, FindingKind, Place, RuleMeta, Secret, Severity, Suppression,
};
use crate::location::Position;
use crate::snippet::Snippet;

#[derive(Serialize, Deserialize)]
pub(super) struct FindingView<'a> {
    pub rule: Cow<'a, str>,
    pub title: Cow<'a, str>,
    pub severity: Severity,
    pub confidence: Confidence,
    pub message: Cow<'a, str>,
    pub help: Cow<'a, str>,
    pub references: Cow<'a, [String]>,
    pub fingerprint: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyView<'a>>,
    pub places: Vec<PlaceView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<HistoryView<'a>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct SecretView<'a> {
    pub redacted: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<Cow<'a, str>>,
    pub verdict: Cow<'a, str>,
    #[serde(serialize_with = "write_facts", deserialize_with = "read_facts")]
    pub facts: Cow<'a, [(String, String)]>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct PolicyView<'a> {
    pub supersedes: Cow<'a, [String]>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct EditView<'a> {
    pub start: PositionView,
    pub end: PositionView,
    pub text: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct PlaceView<'a> {
    pub origin: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<InputView<'a>>,
    pub start: PositionView,
    pub end: PositionView,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Cow<'a, str>>,
    pub snippet: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<LabelView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub built: Option<BuiltView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<SuppressionView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Vec<EditView<'a>>>,
}

/// What a report points at in a snippet.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct LabelView {
    pub lines_before: usize,
    pub start: usize,
    pub end: usize,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct PositionView {
    pub line: u64,
    pub column: u64,
    /// Where it is another number than `column`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column_utf16: Option<u64>,
    pub offset: u64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct SuppressionView<'a> {
    pub kind: Cow<'a, str>,
    pub reason: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Cow<'a, str>>,
}

/// What is known of a rule before it finds anything.
#[derive(Serialize, Deserialize)]
pub(super) struct RuleView<'a> {
    pub id: Cow<'a, str>,
    pub title: Cow<'a, str>,
    pub help: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Cow<'a, str>>,
    pub severity: Severity,
    pub confidence: Confidence,
    pub references: Cow<'a, [String]>,
    pub tags: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "<[String]>::is_empty")]
    pub aliases: Cow<'a, [String]>,
}

pub(super) fn rule(rule: &RuleMeta) -> RuleView<'_> {
    let check = rule.check.as_ref();
    RuleView {
        id: (&rule.id).into(),
        title: (&rule.title).into(),
        help: (&rule.help).into(),
        why: check.map(|check| (&check.why).into()),
        severity: rule.severity,
        confidence: rule.confidence,
        references: (&rule.references).into(),
        tags: (&rule.tags).into(),
        aliases: check.map_or(&[][..], |check| &check.aliases).into(),
    }
}

pub(super) fn finding(finding: &Finding, secrets: Secrets) -> FindingView<'_> {
    let (mut secret_view, mut policy) = (None, None);
    match &finding.kind {
        FindingKind::Secret { secret, redacted, verdict, facts } => {
            secret_view = Some(SecretView {
                redacted: redacted.into(),
                raw: raw(secret, secrets),
                verdict: verdict.name().into(),
                facts: facts.into(),
            });
        }
        FindingKind::Policy { supersedes } => {
            policy = Some(PolicyView { supersedes: supersedes.into() });
        }
    }
    FindingView {
        rule: (&finding.rule.id).into(),
        title: (&finding.rule.title).into(),
        severity: finding.severity,
        confidence: finding.confidence,
        message: (&finding.message).into(),
        help: (&finding.rule.help).into(),
        references: (&finding.rule.references).into(),
        fingerprint: finding.fingerprint.as_str().into(),
        secret: secret_view,
        policy,
        places: finding.places.iter().map(|at| place(at, finding)).collect(),
        history: finding.history.as_ref().map(history::view),
    }
}

/// The secret itself, for a report that may show it. A saved report may have no raw secrets.
pub(super) fn raw(secret: &Secret, secrets: Secrets) -> Option<Cow<'_, str>> {
    let raw = secret.reveal();
    let is_shown = secrets == Secrets::Revealed && !raw.is_empty();
    is_shown.then(|| String::from_utf8_lossy(raw))
}

fn place<'a>(place: &'a Place, finding: &Finding) -> PlaceView<'a> {
    let rule = place.rule.id.as_str();
    PlaceView {
        origin: place.origin.to_string().into(),
        input: Some(input::view(&place.origin)),
        start: position(place.location.start),
        end: position(place.location.end),
        rule: (rule != finding.rule.id).then(|| rule.into()),
        snippet: (&place.snippet.text).into(),
        label: Some(label(&place.snippet)),
        image: image::view(place),
        built: image::built_view(place),
        suppressed: place.suppressed.as_ref().map(suppression),
        fix: place.fix.as_ref().map(|fix| fix.edits.iter().map(edit).collect()),
    }
}

fn label(snippet: &Snippet) -> LabelView {
    let Snippet { lines_before, label, .. } = snippet;
    LabelView { lines_before: *lines_before, start: label.start, end: label.end }
}

fn edit(Edit { location, text }: &Edit) -> EditView<'_> {
    EditView { start: position(location.start), end: position(location.end), text: text.into() }
}

fn position(at: Position) -> PositionView {
    let Position { offset, line, column, column_utf16 } = at;
    let column_utf16 = (column_utf16 != column).then_some(column_utf16);
    PositionView { line, column, column_utf16, offset }
}

fn suppression(known: &Suppression) -> SuppressionView<'_> {
    SuppressionView {
        kind: known.kind.name().into(),
        reason: (&known.reason).into(),
        owner: known.owner.as_ref().map(Into::into),
        expires: known.expires.as_ref().map(Into::into),
    }
}

fn write_facts<S: Serializer>(facts: &[(String, String)], out: S) -> Result<S::Ok, S::Error> {
    out.collect_map(facts.iter().map(|(name, value)| (name, value)))
}

/// Facts in the order in which they are written, which is that of reports for people.
fn read_facts<'de, D>(from: D) -> Result<Cow<'static, [(String, String)]>, D::Error>
where
    D: Deserializer<'de>,
{
    struct Facts;

    impl<'de> Visitor<'de> for Facts {
        type Value = Vec<(String, String)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("names and values")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut facts = Vec::new();
            while let Some(fact) = map.next_entry()? {
                facts.push(fact);
            }
            Ok(facts)
        }
    }

    from.deserialize_map(Facts).map(Cow::Owned)
}
