//! `keylint baseline write`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use super::super::args::now;
use super::super::scan::{config_file, name_skipped};
use super::super::{Exit, Failure, output};
use super::args::WriteArgs;
use super::{Run, Target, attributes, report, shown, sources};
use keylint::blob::{Origin, inert, path_bytes};
use keylint::date::{DAY, day};
use keylint::finding::Finding;
use keylint::report::plural;
use keylint::suppress::{Baseline, Entry};

/// An end that is over before it begins.
#[derive(Debug, Error, Diagnostic)]
#[error("{expires} has passed")]
#[diagnostic(
    code(baseline::past),
    help("name a day that is to come: what has ended hides nothing")
)]
struct Past {
    expires: String,
}

pub(super) fn run(args: &WriteArgs) -> Result<Exit, Failure> {
    let passed = |expires: &&String| {
        let start = day(expires).and_then(|start| u64::try_from(start).ok());
        start.is_none_or(|start| start + DAY <= now())
    };
    if let Some(expires) = args.expires.as_ref().filter(passed) {
        return Err(Past { expires: expires.clone() }.into());
    }
    let common = args.scanned.common(args.output.as_ref());
    let (target, entries, exit) = if args.from.is_empty() {
        let run = Run::new(&args.scanned, &common, |_, _| Ok(()))?;
        let root = run.target.baseline.root();
        let active = run.outcome.active();
        let entries: Vec<Entry> =
            active.map(|finding| entry(finding, root, args.scanned.history)).collect();
        let exit = if run.outcome.is_complete() { Exit::Clean } else { Exit::Incomplete };
        if !common.quiet {
            name_skipped(&run.outcome);
        }
        (run.target, entries, exit)
    } else {
        let sources = sources(&args.scanned);
        let file = config_file(&common.config.file, &sources, common.quiet)?;
        let target = Target::of(&common.config, &file, &sources)?;
        let mut entries = Vec::new();
        for path in &args.from {
            entries.extend(report::read(path)?);
        }
        (target, entries, Exit::Clean)
    };
    let mut baseline = target.baseline.clone();
    let added = add(&mut baseline, entries, args);
    target.save(&baseline)?;
    if !common.quiet {
        tell(&added, &target, &baseline)?;
    }
    let merges = attributes::merge_by_union(baseline.file());
    if let (Some(said), false) = (merges, common.quiet) {
        let _ = writeln!(io::stderr(), "keylint: {said}");
    }
    Ok(exit)
}

/// What became of the findings.
#[derive(Default)]
struct Added {
    /// New entries, by rule.
    by_rule: BTreeMap<String, u64>,
    /// Whether a secret is among them.
    has_secret: bool,
    /// Entries that had ended and hold again.
    renewed: u64,
    /// Entries that have ended, and whose findings stay reported.
    ended: Vec<Entry>,
}

fn add(baseline: &mut Baseline, entries: Vec<Entry>, args: &WriteArgs) -> Added {
    let mut added = Added::default();
    let now = now();
    for found in entries {
        let entry = Entry {
            reason: args.reason.clone(),
            owner: args.owner.clone(),
            expires: args.expires.clone(),
            ..found
        };
        let Some(known) = baseline.get(&entry.fingerprint).cloned() else {
            added.has_secret |= !entry.fingerprint.is_of_policy();
            *added.by_rule.entry(entry.rule.clone()).or_default() += 1;
            baseline.replace(entry);
            continue;
        };
        if baseline.decision(&known.fingerprint, now).is_some() {
            continue;
        }
        if entry.expires.is_none() {
            added.ended.push(known);
            continue;
        }
        baseline.replace(Entry {
            reason: entry.reason.or(known.reason),
            owner: entry.owner.or(known.owner),
            expires: entry.expires,
            ..known
        });
        added.renewed += 1;
    }
    added
}

/// The entry of a finding.
fn entry(finding: &Finding, root: &Path, history: bool) -> Entry {
    let open = finding.places.iter().find(|place| place.suppressed.is_none());
    let path = open.map(|place| path_of(&place.origin, root)).unwrap_or_default();
    Entry { history, ..Entry::new(finding.fingerprint.clone(), finding.rule.id.clone(), path) }
}

/// The path of an input, from the directory that the baseline is about where it is below that.
pub(super) fn path_of(origin: &Origin, root: &Path) -> String {
    match origin.full_path() {
        Some(path) => inert(&path_bytes(path.strip_prefix(root).unwrap_or(&path))),
        None => origin.to_string(),
    }
}

/// Says what was written.
fn tell(added: &Added, target: &Target, baseline: &Baseline) -> Result<(), Failure> {
    let Added { by_rule, has_secret, renewed, ended } = added;
    let name = shown(baseline.file());
    let count: u64 = by_rule.values().sum();
    let mut rules: Vec<(&String, &u64)> = by_rule.iter().collect();
    rules.sort_by_key(|(rule, count)| (std::cmp::Reverse(**count), *rule));
    output::write(None, |out| {
        let found =
            if count == 0 { "nothing to add".into() } else { plural(count, "finding") + " added" };
        let kept = plural(target.baseline.len() as u64, "known one");
        writeln!(out, "{name}: {found}, {kept} kept")?;
        for (rule, count) in rules {
            writeln!(out, "{count:>6}  {rule}")?;
        }
        if *renewed > 0 {
            writeln!(out, "entries that had ended and hold again: {renewed}")?;
        }
        if !ended.is_empty() {
            writeln!(
                out,
                "entries that have ended and hide nothing: {} (--expires DATE renews them)",
                ended.len()
            )?;
            for Entry { fingerprint, rule, path, .. } in ended.iter().take(20) {
                writeln!(
                    out,
                    "        {fingerprint} {}",
                    inert(format!("{rule} {path}").as_bytes())
                )?;
            }
        }
        if *has_secret {
            writeln!(out, "a baseline hides secrets, it does not make them harmless: rotate them")?;
        }
        Ok(())
    })?;
    Ok(())
}
