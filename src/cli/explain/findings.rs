//! What a scan reports of a place, and what hides it.

use std::io::{self, Write};

use super::Asked;
use keylint::blob::inert;
use keylint::finding::{Confidence, Finding, FindingKind, Place, Suppression, SuppressionKind};
use keylint::plan::{Step, rotation};

/// Places that are named beside the one that is asked about.
const MORE_PLACES: usize = 10;

pub(super) fn write(
    found: &Finding,
    asked: &Asked,
    threshold: Confidence,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (here, elsewhere): (Vec<&Place>, Vec<&Place>) =
        found.places.iter().partition(|place| asked.is_about_place(place));
    for place in &here {
        let start = place.location.start;
        let id = &place.rule.id;
        let fate = fate(found, place, threshold);
        writeln!(out, "{}:{}:{} {id}: {fate}", place.origin, start.line, start.column)?;
    }
    writeln!(out, "  {}", inert(found.message.as_bytes()))?;
    writeln!(
        out,
        "  {} severity, {} confidence, {}",
        found.severity, found.confidence, found.fingerprint
    )?;
    for place in elsewhere.iter().take(MORE_PLACES) {
        let hidden = if place.suppressed.is_some() { " (hidden there)" } else { "" };
        writeln!(out, "  also at {}:{}{hidden}", place.origin, place.location.start.line)?;
    }
    if let Some(more) = elsewhere.len().checked_sub(MORE_PLACES).filter(|more| *more > 0) {
        writeln!(out, "  and at {more} more places")?;
    }
    writeln!(out, "  what to do:")?;
    for (at, step) in what_to_do(found).iter().enumerate() {
        let words: String = step.pieces().map(|(_, piece)| piece).collect();
        writeln!(out, "    {}. {}", at + 1, inert(words.as_bytes()))?;
        for line in step.code.iter().flat_map(|code| code.text.lines()) {
            writeln!(out, "         {}", inert(line.as_bytes()))?;
        }
    }
    if here.iter().all(|place| place.suppressed.is_none()) {
        writeln!(
            out,
            "  to hide it: `keylint:allow {} <reason>` in a comment on its line; `keylint explain {0}` has other ways",
            found.rule.id
        )?;
    }
    Ok(())
}

/// What to do about a finding. `--plan` of a scan has more: what takes the place of a secret, and what else used it.
fn what_to_do(found: &Finding) -> Vec<Step> {
    match &found.kind {
        FindingKind::Secret { verdict, facts, .. } => rotation(&found.rule, *verdict, facts),
        FindingKind::Policy { .. } => vec![Step { text: found.rule.help.clone(), code: None }],
    }
}

/// Whether a place is reported, in words.
fn fate(found: &Finding, place: &Place, threshold: Confidence) -> String {
    match &place.suppressed {
        Some(suppression) => hidden(suppression),
        None if found.confidence < threshold => format!(
            "not reported, its confidence is below {threshold} (--min-confidence {})",
            found.confidence
        ),
        None => "reported".into(),
    }
}

fn hidden(suppression: &Suppression) -> String {
    let Suppression { kind, reason, owner, expires } = suppression;
    let what = match kind {
        SuppressionKind::Inline => "hidden by the comment `keylint:allow` at it",
        SuppressionKind::Config => "hidden by an `[[allow]]` of keylint.toml",
        SuppressionKind::Gitleaks => "hidden by an allowlist of the rules for gitleaks",
        SuppressionKind::Baseline => "hidden by the baseline",
        SuppressionKind::Peer => "hidden by a comment for another scanner",
    };
    let mut text = what.to_owned();
    if !reason.is_empty() {
        text.push_str(": ");
        text.push_str(reason);
    }
    if let Some(owner) = owner {
        text.push_str(", says ");
        text.push_str(owner);
    }
    if let Some(expires) = expires {
        text.push_str(", until ");
        text.push_str(expires);
    }
    text
}
