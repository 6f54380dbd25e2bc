//! `keylint scan --fix`: what is mechanical is put right in place, in files that are still what was scanned.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use similar::TextDiff;

use super::output;
use keylint::blob::{Blob, Content, Origin, inert, path_bytes};
use keylint::config::Config;
use keylint::finding::{Finding, Fix};
use keylint::fingerprint::ContentId;
use keylint::outcome::Outcome;
use keylint::policy;
use keylint::report::plural;
use keylint::scan::masked;

/// What is done with the fixed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// It takes the place of the file.
    Write,
    /// What would change is printed.
    Diff,
}

/// Puts right what can be. The findings that are gone are taken out of the outcome, unless nothing was written.
pub(super) fn run(outcome: &mut Outcome, mode: Mode, config: &Config) -> io::Result<()> {
    let mut files: BTreeMap<Arc<Origin>, Vec<(usize, Fix)>> = BTreeMap::new();
    for (at, finding) in outcome.findings.iter().enumerate() {
        for place in finding.places.iter().filter(|place| place.suppressed.is_none()) {
            if let Some(fix) = &place.fix {
                files.entry(Arc::clone(&place.origin)).or_default().push((at, fix.clone()));
            }
        }
    }
    let (mut changed, mut fixed) = (0, Vec::new());
    for (origin, fixes) in files {
        let Origin::File { path } = &*origin else { continue };
        match apply(path, &origin, &fixes, mode, config) {
            Ok(done) => {
                changed += u64::from(!done.is_empty());
                fixed.extend(done.into_iter().map(|at| (at, Arc::clone(&origin))));
            }
            Err(problem) => {
                let path = inert(&path_bytes(path));
                writeln!(io::stderr(), "keylint: not fixed: {path}: {problem}")?;
            }
        }
    }
    let count = plural(fixed.len() as u64, "finding");
    let of = plural(changed, "file");
    match mode {
        _ if fixed.is_empty() => writeln!(io::stderr(), "keylint: nothing to fix"),
        Mode::Diff => writeln!(io::stderr(), "keylint: {count} in {of} would be fixed"),
        Mode::Write => {
            for (at, origin) in &fixed {
                if let Some(finding) = outcome.findings.get_mut(*at) {
                    finding.places.retain(|place| place.origin != *origin || place.fix.is_none());
                }
            }
            outcome.findings.retain(|finding: &Finding| !finding.places.is_empty());
            writeln!(io::stderr(), "keylint: {count} in {of} fixed")
        }
    }
}

/// Makes the fixes that do not touch one another; the others are for the next run. Gives those that were made.
fn apply(
    path: &Path,
    origin: &Arc<Origin>,
    fixes: &[(usize, Fix)],
    mode: Mode,
    config: &Config,
) -> Result<Vec<usize>, String> {
    let before = fs::read(path).map_err(|error| error.to_string())?;
    if fixes.iter().any(|(_, fix)| fix.of != ContentId::of(&before)) {
        return Err("it changed since it was scanned; scan it again".into());
    }
    let (after, done) = edited(&before, fixes);
    let parses = |text: &[u8]| policy::parses(&Blob::whole(origin, text, Content::Text));
    if parses(&before) && !parses(&after) {
        return Err("the fixes do not go together; please report it".into());
    }
    match mode {
        Mode::Write => output::replace(path, &after).map_err(|error| error.to_string())?,
        Mode::Diff => {
            let shown =
                |text: &[u8]| String::from_utf8_lossy(&masked(origin, text, config)).into_owned();
            let (before, after) = (shown(&before), shown(&after));
            let name = inert(&path_bytes(path));
            let diff = TextDiff::from_lines(&before, &after);
            let mut diff = diff.unified_diff();
            let text = diff.header(&format!("a/{name}"), &format!("b/{name}")).to_string();
            output::write(None, |out| out.write_all(text.as_bytes()))
                .map_err(|error| error.to_string())?;
        }
    }
    Ok(done)
}

fn edited(text: &[u8], fixes: &[(usize, Fix)]) -> (Vec<u8>, Vec<usize>) {
    // By start: end, text.
    let mut edits: BTreeMap<usize, (usize, &str)> = BTreeMap::new();
    let mut done = Vec::new();
    for (at, fix) in fixes {
        let spans: Vec<(usize, usize, &str)> = fix
            .edits
            .iter()
            .filter_map(|edit| {
                let start = usize::try_from(edit.location.start.offset).ok()?;
                Some((start, usize::try_from(edit.location.end.offset).ok()?, edit.text.as_str()))
            })
            .collect();
        let is_free = |(start, end, _): &(usize, usize, &str)| {
            let before = edits.range(..=*start).next_back();
            let after = edits.range(*start..).next();
            before.is_none_or(|(begin, (stop, _))| stop <= start && begin != start)
                && after.is_none_or(|(begin, _)| end <= begin && begin != start)
        };
        if spans.len() == fix.edits.len() && spans.iter().all(is_free) {
            edits.extend(spans.into_iter().map(|(start, end, text)| (start, (end, text))));
            done.push(*at);
        }
    }
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    for (start, (end, new)) in edits {
        out.extend(text.get(from..start).unwrap_or_default());
        out.extend(new.bytes());
        from = end;
    }
    out.extend(text.get(from..).unwrap_or_default());
    (out, done)
}
