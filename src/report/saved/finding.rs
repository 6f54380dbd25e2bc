//! Findings by what a saved report says of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{bounded, input, layer, lines, named};
use crate::blob::bytes_path;
use crate::date::seconds_from_timestamp;
use crate::finding::{
    CheckMeta, Edit, Example, Finding, FindingKind, Fix, Place, RuleMeta, Secret, Suppression,
    SuppressionKind, Verdict,
};
use crate::fingerprint::{ContentId, Fingerprint};
use crate::history::{History, Moment, ObjectName};
use crate::location::{Location, Position};
use crate::report::history::{HistoryView, MomentView};
use crate::report::image::shown;
use crate::report::views::{
    EditView, FindingView, LabelView, PlaceView, PositionView, RuleView, SecretView,
    SuppressionView,
};
use crate::snippet::Snippet;

/// The rules of a report, by id.
pub(super) type Rules = BTreeMap<String, Arc<RuleMeta>>;

/// Documents that show what a check reports are in the program, not in reports.
const NO_EXAMPLE: Example = Example { language: "json", text: "" };

fn all(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| shown(text).into_owned()).collect()
}

pub(super) fn rule(view: &RuleView) -> RuleMeta {
    let check = view.why.as_deref().map(|why| CheckMeta {
        why: lines(why),
        aliases: all(&view.aliases),
        bad: NO_EXAMPLE,
        good: NO_EXAMPLE,
    });
    RuleMeta {
        id: shown(&view.id).into_owned(),
        title: shown(&view.title).into_owned(),
        help: lines(&view.help),
        severity: view.severity,
        confidence: view.confidence,
        references: all(&view.references),
        tags: all(&view.tags),
        check,
    }
}

/// A rule that the report says nothing of but what its findings say.
fn rule_of(view: &FindingView, id: &str) -> Arc<RuleMeta> {
    let kind = if view.secret.is_some() { "secret" } else { "policy" };
    Arc::new(RuleMeta {
        id: shown(id).into_owned(),
        title: shown(&view.title).into_owned(),
        help: lines(&view.help),
        severity: view.severity,
        confidence: view.confidence,
        references: all(&view.references),
        tags: vec![kind.into()],
        check: None,
    })
}

pub(super) fn finding(view: &FindingView, rules: &Rules) -> Result<Finding, String> {
    let known = |id: &str| rules.get(&*shown(id)).map_or_else(|| rule_of(view, id), Arc::clone);
    let rule = known(&view.rule);
    let place =
        |at: &PlaceView| place(at, at.rule.as_deref().map_or_else(|| Arc::clone(&rule), &known));
    let places: Vec<Place> = view.places.iter().map(place).collect::<Result<_, _>>()?;
    if places.is_empty() {
        return Err(format!("a finding of `{}` has no place", rule.id));
    }
    let kind = match (&view.secret, &view.policy) {
        (Some(secret), None) => secret_kind(secret)?,
        (None, Some(policy)) => FindingKind::Policy { supersedes: all(&policy.supersedes) },
        _ => return Err(format!("a finding of `{}` is neither secret nor policy", rule.id)),
    };
    let fingerprint = Fingerprint::parse(&view.fingerprint)
        .ok_or_else(|| format!("`{}` is no fingerprint", shown(&view.fingerprint)))?;
    Ok(Finding {
        rule,
        severity: view.severity,
        confidence: view.confidence,
        message: shown(&view.message).into_owned(),
        places,
        kind,
        fingerprint,
        history: view.history.as_ref().map(history).transpose()?,
    })
}

fn secret_kind(view: &SecretView) -> Result<FindingKind, String> {
    let fact =
        |(name, value): &(String, String)| (shown(name).into_owned(), shown(value).into_owned());
    Ok(FindingKind::Secret {
        secret: Secret::new(view.raw.as_deref().unwrap_or_default().as_bytes()),
        redacted: lines(&view.redacted),
        verdict: named(Verdict::ALL, Verdict::name, &view.verdict)?,
        facts: view.facts.iter().map(fact).collect(),
    })
}

fn place(view: &PlaceView, rule: Arc<RuleMeta>) -> Result<Place, String> {
    let layer = view.image.as_ref().map(layer::facts).transpose()?;
    let built = view.built.as_ref().map(layer::built).transpose()?;
    let fix = |edits: &Vec<EditView>| Fix {
        edits: edits.iter().map(edit).collect(),
        // Only who has the content can put it right, and a report does not.
        of: ContentId::of(&[]),
    };
    Ok(Place {
        rule,
        origin: Arc::new(input::origin(view.input.as_ref(), &view.origin)?),
        location: location(view.start, view.end),
        snippet: snippet(&view.snippet, view.label),
        suppressed: view.suppressed.as_ref().map(suppression).transpose()?,
        written: None,
        layer: layer.flatten().map(Box::new),
        built: built.map(Box::new),
        fix: view.fix.as_ref().map(fix),
    })
}

fn edit(view: &EditView) -> Edit {
    Edit { location: location(view.start, view.end), text: view.text.clone().into_owned() }
}

/// A stretch whose end is not before its start.
fn location(start: PositionView, end: PositionView) -> Location {
    let position = |at: PositionView| Position {
        offset: bounded(at.offset),
        line: bounded(at.line).max(1),
        column: bounded(at.column).max(1),
        column_utf16: bounded(at.column_utf16.unwrap_or(at.column)).max(1),
    };
    let (start, end) = (position(start), position(end));
    let is_ordered = start.offset <= end.offset && start.line <= end.line;
    Location { start, end: if is_ordered { end } else { start } }
}

fn snippet(text: &str, label: Option<LabelView>) -> Snippet {
    let text = lines(text);
    let label = label.unwrap_or(LabelView { lines_before: 0, start: 0, end: 0 });
    let span = label.start..label.end;
    let before = text.get(..span.start).map_or(0, |before| before.matches('\n').count());
    let fits = text.get(span.clone()).is_some() && before == label.lines_before;
    Snippet {
        lines_before: if fits { before } else { 0 },
        label: if fits { span } else { 0..0 },
        text,
    }
}

fn suppression(view: &SuppressionView) -> Result<Suppression, String> {
    let text = |text: &str| shown(text).into_owned();
    Ok(Suppression {
        kind: named(SuppressionKind::ALL, SuppressionKind::name, &view.kind)?,
        reason: text(&view.reason),
        owner: view.owner.as_deref().map(text),
        expires: view.expires.as_deref().map(text),
    })
}

fn history(view: &HistoryView) -> Result<History, String> {
    let text = |text: &String| shown(text).into_owned();
    Ok(History {
        first: view.first.as_ref().map(moment).transpose()?,
        last: view.last.as_ref().map(moment).transpose()?,
        paths: view.paths.iter().map(|path| bytes_path(path.as_bytes())).collect(),
        versions: bounded(view.versions),
        in_head: view.in_head,
        refs: view.refs.iter().map(text).collect(),
        ref_count: bounded(view.ref_count),
        on_remote: view.on_remote,
        reachable: view.reachable,
    })
}

fn moment(view: &MomentView) -> Result<Moment, String> {
    let commit = ObjectName::from_hex(&view.commit);
    let date = seconds_from_timestamp(&view.date);
    Ok(Moment {
        commit: commit.ok_or_else(|| format!("`{}` is no commit", shown(&view.commit)))?,
        author: shown(&view.author).into_owned(),
        date: date.ok_or_else(|| format!("`{}` is no moment", shown(&view.date)))?,
        subject: shown(&view.subject).into_owned(),
    })
}
