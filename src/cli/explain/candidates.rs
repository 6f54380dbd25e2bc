//! Every candidate of a place, and what became of it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::json;

use super::{Asked, Scratch, Skipped};
use crate::cli::Failure;
use crate::cli::args::ExplainArgs;
use keylint::blob::write_inert;
use keylint::config::Config;
use keylint::finding::{Place, Suppression, Verdict};
use keylint::outcome::Outcome;
use keylint::secrets::{Explanation, Score};
use keylint::snippet::MASK;
use keylint::source;

/// A candidate, and the input it is in.
pub(super) struct Candidate {
    origin: String,
    explanation: Explanation,
}

/// The candidates of a place, and what could not be read.
pub(super) fn of(
    asked: &Asked,
    config: &Config,
) -> Result<(Vec<Candidate>, Vec<Skipped>), Failure> {
    let listing = source::list(std::slice::from_ref(&asked.source), &config.selection)?;
    let mut scratch = Scratch::default();
    let (mut found, mut skipped) = (Vec::new(), listing.skipped.clone());
    for unit in &listing.units {
        let mut buffers = source::Scratch::default();
        source::read(unit, &mut buffers, &mut skipped, &mut |blob| {
            let origin = blob.origin().to_string();
            let all = config.rules.explain(blob, config.now, &mut scratch).into_iter();
            let here = all.filter(|explanation| {
                let location = explanation.location;
                asked.is_about(location.start.line, location.end.line)
            });
            let candidate = |explanation| Candidate { origin: origin.clone(), explanation };
            found.extend(here.map(candidate));
        });
    }
    Ok((found, skipped))
}

impl Candidate {
    pub(super) fn write(&self, args: &ExplainArgs, out: &mut dyn Write) -> io::Result<()> {
        let Self { origin, explanation } = self;
        let start = explanation.location.start;
        let mut head = String::new();
        let shown = if args.reveal { explanation.value.as_slice() } else { MASK.as_bytes() };
        let _ = write_inert(&mut head, explanation.name.as_bytes());
        head.push_str(if head.is_empty() { "" } else { " = " });
        let _ = write_inert(&mut head, shown);
        writeln!(out, "{origin}:{}:{} {} {head}", start.line, start.column, explanation.rule)?;
        if !explanation.encoding.is_empty() {
            writeln!(out, "  encoded: {}", explanation.encoding)?;
        }
        match (explanation.filter, &explanation.verdict) {
            (Some(filter), _) => {
                let why = explanation.why.map(|why| format!(": {why}")).unwrap_or_default();
                writeln!(out, "  dropped by the filter `{filter}`{why}")?;
            }
            (None, Some(verdict)) => writeln!(out, "  taken for a secret: {verdict}")?,
            (None, None) => writeln!(out, "  dropped by its score, or for want of a proof")?,
        }
        if explanation.verdict.is_none() && explanation.proof != Verdict::ShapeOnly {
            writeln!(out, "  by itself: {}", explanation.proof)?;
        }
        for (name, value) in &explanation.facts {
            writeln!(out, "  {name}: {value}")?;
        }
        if let Some(Score { terms, probability, listed }) = &explanation.score {
            for (name, amount, weight) in terms {
                writeln!(out, "  {:>8.2}  {name} ({amount:.2} × {weight:.2})", amount * weight)?;
            }
            writeln!(out, "  probability {probability:.2} (listed from {listed:.2} on)")?;
        }
        Ok(())
    }

    pub(super) fn write_json(
        &self,
        outcome: &Outcome,
        args: &ExplainArgs,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let Self { origin, explanation } = self;
        let value = if args.reveal {
            String::from_utf8_lossy(&explanation.value).into_owned()
        } else {
            MASK.into()
        };
        let score = explanation.score.as_ref();
        let terms = score
            .map(|score| score.terms.iter().map(|(name, amount, _)| (*name, *amount)).collect());
        let terms: Option<BTreeMap<&str, f32>> = terms;
        let suppressed = self
            .suppression(outcome)
            .map(|known| json!({ "kind": known.kind.name(), "reason": known.reason }));
        let start = explanation.location.start;
        let line = json!({
            "origin": origin, "line": start.line, "column": start.column, "rule": explanation.rule, "name": explanation.name,
            "value": value, "filter": explanation.filter, "probability": score.map(|score| score.probability),
            "terms": terms, "verdict": explanation.verdict, "proof": explanation.proof.name(),
            "facts": explanation.facts.iter().cloned().collect::<BTreeMap<_, _>>(),
            "encoding": (!explanation.encoding.is_empty()).then_some(&explanation.encoding),
            "suppressed": suppressed,
        });
        writeln!(out, "{line}")
    }

    /// What hides the place of a finding that this candidate became.
    fn suppression<'a>(&self, outcome: &'a Outcome) -> Option<&'a Suppression> {
        let Self { origin, explanation } = self;
        let is_here = |place: &&Place| {
            place.location.start.offset == explanation.location.start.offset
                && place.rule.id == explanation.rule
                && place.origin.to_string() == *origin
        };
        let mut places = outcome.findings.iter().flat_map(|found| &found.places);
        places.find(is_here)?.suppressed.as_ref()
    }
}
