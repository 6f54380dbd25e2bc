//! `keylint baseline prune`.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use super::super::scan::name_skipped;
use super::super::{Exit, Failure, output};
use super::args::PruneArgs;
use super::{Run, Target, shown};
use keylint::blob::{Origin, inert};
use keylint::finding::SuppressionKind;
use keylint::outcome::{Stale, StaleDecision};
use keylint::report::plural;
use keylint::scan::covers;
use keylint::source::Source;
use keylint::suppress::Entry;

/// A scan that cannot tell which entries are unused.
#[derive(Debug, Error, Diagnostic)]
enum NotPruned {
    /// There is no baseline.
    #[error("there is no baseline `{}`", path.display())]
    #[diagnostic(
        code(baseline::missing),
        help("name it with --baseline FILE; `keylint baseline write` makes one")
    )]
    Missing { path: PathBuf },
    /// Its findings may lie elsewhere.
    #[error("what is scanned is only a part of what `{}` is about", path.display())]
    #[diagnostic(code(baseline::part))]
    Part {
        path: PathBuf,
        #[help]
        help: String,
    },
    /// Findings are left out.
    #[error("with this --min-confidence, findings that are there are not listed")]
    #[diagnostic(code(baseline::narrowed), help("leave --min-confidence out"))]
    Narrowed,
}

pub(super) fn run(args: &PruneArgs) -> Result<Exit, Failure> {
    let common = args.scanned.common(args.baseline.as_ref());
    let run = Run::new(&args.scanned, &common, refuse)?;
    if !run.config.lists_all {
        return Err(NotPruned::Narrowed.into());
    }
    if !run.outcome.is_complete() {
        name_skipped(&run.outcome);
        let name = shown(run.target.baseline.file());
        let _ = writeln!(
            io::stderr(),
            "keylint: {name} is not pruned: what was not scanned may hold its findings"
        );
        return Ok(Exit::Incomplete);
    }
    let mut baseline = run.target.baseline.clone();
    let unused = run.outcome.stale.iter().filter(|stale| is_unused(stale, &run.target));
    let lines: BTreeSet<u64> = unused.map(|stale| stale.line).collect();
    let removed: Vec<Entry> = run.target.baseline.at_lines(&lines).cloned().collect();
    for entry in &removed {
        baseline.remove(&entry.fingerprint);
    }
    if !args.dry_run && !removed.is_empty() {
        run.target.save(&baseline)?;
    }
    if !common.quiet {
        tell(&removed, args.dry_run, &run.target)?;
    }
    Ok(Exit::Clean)
}

fn is_unused(stale: &StaleDecision, target: &Target) -> bool {
    let is_here = matches!(&stale.origin, Origin::File { path } if path == target.baseline.file());
    is_here && stale.kind == SuppressionKind::Baseline && stale.why == Stale::Unused
}

/// What has to be there, and scanned.
fn refuse(target: &Target, sources: &[Source]) -> Result<(), Failure> {
    let path = target.baseline.file().to_path_buf();
    if !target.exists {
        return Err(NotPruned::Missing { path }.into());
    }
    if !covers(sources, target.baseline.root()) {
        let root = target.baseline.root();
        let root = if root.as_os_str().is_empty() { ".".into() } else { shown(root) };
        let help = format!("scan the whole directory: `keylint baseline prune {root}`");
        return Err(NotPruned::Part { path, help }.into());
    }
    Ok(())
}

fn tell(removed: &[Entry], dry_run: bool, target: &Target) -> Result<(), Failure> {
    let name = shown(target.baseline.file());
    let kept = target.baseline.len() - removed.len();
    let done = if dry_run { "would be removed" } else { "removed" };
    output::write(None, |out| {
        for Entry { fingerprint, rule, path, .. } in removed {
            let what = inert(format!("{rule} in {path}").as_bytes());
            writeln!(out, "{done}: {fingerprint} ({what})")?;
        }
        let count = plural(removed.len() as u64, "line");
        writeln!(out, "{name}: {count} {done}, {kept} kept")
    })?;
    Ok(())
}
