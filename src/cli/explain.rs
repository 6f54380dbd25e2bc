//! `keylint explain`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::args::{ExplainArgs, ExplainFormat, now};
use super::scan::{config_file, known_checks, rule_files, source};
use super::{Exit, Failure, output, rules};
use keylint::blob::{inert, write_inert};
use keylint::config::{Config, Flags};
use keylint::finding::{RuleMeta, Verdict};
use keylint::plan::rotation;
use keylint::secrets::{Explanation, Score, Scratch};
use keylint::snippet::MASK;
use keylint::source;

pub(super) fn run(args: &ExplainArgs) -> Result<Exit, Failure> {
    // A file wins over an id of the same name.
    let could_be_id = args.place.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if could_be_id && args.place != "-" && !Path::new(&args.place).exists() {
        return rules::show(&args.place, &args.config.file);
    }
    let (file, line) = split(&args.place);
    let sources = [source(Path::new(file))];
    let config = config_file(&args.config.file, &sources, true)?;
    let flags = Flags {
        rule_files: rule_files(&args.config.rules)?,
        catalogues: rule_files(&args.config.catalog)?,
        threads: 1,
        now: now(),
        ..Flags::default()
    };
    let config = Config::new(&config, &flags, &known_checks())?;
    let listing = source::list(&sources, &config.selection)?;
    let mut scratch = Scratch::default();
    let mut exit = Exit::Clean;
    let mut count = 0;
    output::write(None, |out| {
        let mut missing = listing.skipped.clone();
        for unit in &listing.units {
            let mut written = Ok(());
            let origin = unit.origin().to_string();
            let mut buffers = source::Scratch::default();
            source::read(unit, &mut buffers, &mut missing, &mut |blob| {
                for explanation in config.rules.explain(blob, config.now, &mut scratch) {
                    let here = line.is_none_or(|line| explanation.location.start.line == line);
                    if here && written.is_ok() {
                        count += 1;
                        let mut metas = config.rules.metas();
                        let rule = metas.find(|meta| meta.id == explanation.rule);
                        written = write(out, &origin, &explanation, args)
                            .and_then(|()| to_do(out, &explanation, rule, args));
                    }
                }
            });
            written?;
        }
        for skipped in &missing {
            writeln!(out, "not scanned: {}: {}", skipped.origin, skipped.detail)?;
            exit = Exit::Incomplete;
        }
        Ok(())
    })?;
    if count == 0 && exit == Exit::Clean {
        let place = inert(args.place.as_bytes());
        let _ = writeln!(io::stderr(), "keylint: no rule tried anything at {place}");
    }
    Ok(exit)
}

/// `FILE:LINE`, when there is no file of that whole name.
fn split(place: &str) -> (&str, Option<u64>) {
    let parts = place.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?)));
    match parts {
        Some((file, line)) if !Path::new(place).exists() => (file, Some(line)),
        _ => (place, None),
    }
}

fn write(
    out: &mut dyn Write,
    origin: &str,
    explanation: &Explanation,
    args: &ExplainArgs,
) -> io::Result<()> {
    let value = if args.reveal {
        String::from_utf8_lossy(&explanation.value).into_owned()
    } else {
        MASK.into()
    };
    let start = explanation.location.start;
    if args.format == ExplainFormat::Jsonl {
        let score = explanation.score.as_ref();
        let terms = score
            .map(|score| score.terms.iter().map(|(name, amount, _)| (*name, *amount)).collect());
        let terms: Option<BTreeMap<&str, f32>> = terms;
        let line = json!({
            "origin": origin, "line": start.line, "column": start.column, "rule": explanation.rule, "name": explanation.name,
            "value": value, "filter": explanation.filter, "probability": score.map(|score| score.probability),
            "terms": terms, "verdict": explanation.verdict, "proof": explanation.proof.name(),
            "facts": explanation.facts.iter().cloned().collect::<BTreeMap<_, _>>(),
            "encoding": (!explanation.encoding.is_empty()).then_some(&explanation.encoding),
        });
        return writeln!(out, "{line}");
    }
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
        (Some(filter), _) => writeln!(out, "  dropped by the filter `{filter}`")?,
        (None, Some(verdict)) => writeln!(out, "  taken for a secret: {verdict}")?,
        (None, None) => writeln!(out, "  dropped by its score, or for want of a proof")?,
    }
    if explanation.verdict.is_none() && explanation.proof != Verdict::ShapeOnly {
        writeln!(out, "  by itself: {}", explanation.proof)?;
    }
    for (name, value) in &explanation.facts {
        writeln!(out, "  {name}: {value}")?;
    }
    if let Some(Score { terms, probability }) = &explanation.score {
        for (name, amount, weight) in terms {
            writeln!(out, "  {:>8.2}  {name} ({amount:.2} × {weight:.2})", amount * weight)?;
        }
        writeln!(out, "  probability {probability:.2}")?;
    }
    Ok(())
}

/// What to do with what is taken for a secret, in words; `--plan` of a scan has the commands.
fn to_do(
    out: &mut dyn Write,
    explanation: &Explanation,
    rule: Option<&Arc<RuleMeta>>,
    args: &ExplainArgs,
) -> io::Result<()> {
    let Some(rule) = rule.filter(|_| explanation.verdict.is_some()) else { return Ok(()) };
    if args.format == ExplainFormat::Jsonl {
        return Ok(());
    }
    writeln!(out, "  to do:")?;
    for (at, step) in rotation(rule, explanation.proof, &[]).iter().enumerate() {
        let text: String = step.pieces().map(|(_, piece)| piece).collect();
        writeln!(out, "    {}. {}", at + 1, inert(text.as_bytes()))?;
    }
    Ok(())
}
