//! `keylint baseline import`: what another scanner wrote down becomes entries, for what is found of it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::super::scan::{config_file, configure_with, name_skipped, scan_all, source};
use super::super::{Exit, Failure, output};
use super::args::ImportArgs;
use super::write::path_of;
use super::{Target, attributes, history_of, shown};
use keylint::blob::Origin;
use keylint::finding::Finding;
use keylint::outcome::Outcome;
use keylint::report::plural;
use keylint::source::Source;
use keylint::suppress::import::{self, Import, Matched, Tree};
use keylint::suppress::{Baseline, Entry};

/// Claims that fit nothing and are named; the rest are counted.
const MAX_NAMED: usize = 50;

/// Arguments that do not say what to import.
#[derive(Debug, Error, Diagnostic)]
enum NotImported {
    #[error("no file is named")]
    #[diagnostic(
        code(import::no_file),
        help("name what another scanner wrote, then the directory it is about")
    )]
    NoFile,
    #[error("`{}` and `{}` are both directories", first.display(), second.display())]
    #[diagnostic(code(import::directories), help("import for one directory at a time"))]
    Directories { first: PathBuf, second: PathBuf },
}

pub(super) fn run(args: &ImportArgs) -> Result<Exit, Failure> {
    let (directory, files) = sorted(&args.files)?;
    let imports = files.iter().map(|file| import::load(file)).collect::<Result<Vec<_>, _>>()?;
    let common = args.how.common(args.output.as_ref());
    let tree = plain(&directory);
    let mut sources = vec![Source::Path(tree.clone())];
    let file = config_file(&common.config.file, &sources, common.quiet)?;
    let target = Target::of(&common.config, &file, &sources)?;
    let names_commits =
        imports.iter().flat_map(|import| &import.claims).any(|c| c.commit.is_some());
    let has_history = fs::symlink_metadata(directory.join(".git")).is_ok();
    if names_commits && has_history {
        sources.push(history_of(tree.clone(), None));
    }
    let config = configure_with(&common, &sources, args.ignore_files(), &file, None)?;
    let outcome = scan_all(&sources, &config, &common)?;
    let files: Vec<PathBuf> = files.into_iter().map(|file| plain(file)).collect();
    let matched = matched(&imports, &outcome, &tree, &files);
    let mut baseline = target.baseline.clone();
    let added = add(&mut baseline, &matched, &outcome, &files);
    let is_written = target.exists || !added.by_reason.is_empty();
    let merges = if is_written {
        target.save(&baseline)?;
        attributes::merge_by_union(baseline.file())
    } else {
        None
    };
    if !common.quiet {
        name_skipped(&outcome);
        if names_commits && !has_history {
            let _ = writeln!(
                io::stderr(),
                "keylint: there is no history of git here to look for commits in"
            );
        }
        tell(&added, &matched, &target)?;
        if let Some(said) = merges {
            let _ = writeln!(io::stderr(), "keylint: {said}");
        }
    }
    Ok(if outcome.is_complete() { Exit::Clean } else { Exit::Incomplete })
}

/// The directory among the arguments, and the files.
fn sorted(names: &[PathBuf]) -> Result<(PathBuf, Vec<&PathBuf>), NotImported> {
    let is_directory = |name: &&PathBuf| fs::metadata(name).is_ok_and(|found| found.is_dir());
    let (directories, files): (Vec<&PathBuf>, Vec<&PathBuf>) = names.iter().partition(is_directory);
    match directories.as_slice() {
        [first, second, ..] => {
            Err(NotImported::Directories { first: (*first).clone(), second: (*second).clone() })
        }
        _ if files.is_empty() => Err(NotImported::NoFile),
        [directory] => Ok(((*directory).clone(), files)),
        [] => Ok((PathBuf::from("."), files)),
    }
}

/// A directory as the origins of findings begin with it.
fn plain(directory: &Path) -> PathBuf {
    match source(directory) {
        Source::Path(path) => path,
        _ => directory.into(),
    }
}

fn matched(imports: &[Import], outcome: &Outcome, root: &Path, imported: &[PathBuf]) -> Matched {
    let here = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    let absolute = fs::canonicalize(here).unwrap_or_default();
    let exists = |path: &Path| {
        let is_below = path.components().all(|part| matches!(part, Component::Normal(_)));
        !is_below || fs::symlink_metadata(here.join(path)).is_ok()
    };
    let tree = Tree { root, absolute: &absolute, imported, exists: &exists };
    import::matched(imports, &outcome.findings, &tree)
}

/// What became of the findings.
#[derive(Default)]
struct Added {
    /// New entries, by reason.
    by_reason: BTreeMap<String, u64>,
    /// Findings that have an entry.
    known: u64,
    /// Findings that something else hides.
    hidden: u64,
}

fn add(baseline: &mut Baseline, matched: &Matched, outcome: &Outcome, files: &[PathBuf]) -> Added {
    let mut added = Added::default();
    for (number, reason) in &matched.findings {
        let Some(finding) = outcome.findings.get(*number) else { continue };
        if finding.is_suppressed() {
            added.hidden += 1;
            continue;
        }
        let entry =
            Entry { reason: Some(reason.clone()), ..entry(finding, baseline.root(), files) };
        if baseline.add(entry) {
            *added.by_reason.entry(reason.clone()).or_default() += 1;
        } else {
            added.known += 1;
        }
    }
    added
}

/// The entry of a finding, where it is now if it is still there. The files that are imported may hold it too.
fn entry(finding: &Finding, root: &Path, files: &[PathBuf]) -> Entry {
    let is_now = |origin: &Origin| match origin.outermost() {
        Origin::File { path } => !files.contains(path),
        _ => false,
    };
    let now = finding.places.iter().find(|place| is_now(&place.origin));
    let place = now.or_else(|| finding.places.first());
    let path = place.map(|place| path_of(&place.origin, root)).unwrap_or_default();
    let rule = finding.rule.id.clone();
    Entry { history: now.is_none(), ..Entry::new(finding.fingerprint.clone(), rule, path) }
}

/// Says what was written, and what not.
fn tell(added: &Added, matched: &Matched, target: &Target) -> Result<(), Failure> {
    let name = shown(target.baseline.file());
    let count: u64 = added.by_reason.values().sum();
    let unmatched = matched.unmatched.len();
    output::write(None, |out| {
        let found =
            if count == 0 { "nothing to add".into() } else { plural(count, "finding") + " added" };
        let kept = plural(target.baseline.len() as u64, "known one");
        writeln!(out, "{name}: {found}, {kept} kept")?;
        for (reason, count) in &added.by_reason {
            writeln!(out, "{count:>6}  {reason}")?;
        }
        if added.known > 0 {
            writeln!(out, "{:>6}  were in it before", added.known)?;
        }
        if added.hidden > 0 {
            writeln!(out, "{:>6}  left out: comments or keylint.toml hide them", added.hidden)?;
        }
        let about = matched.claims + matched.repeats;
        let (all, end) = match unmatched {
            0 => (about, String::new()),
            more => (about + more, format!(", {more} do not:")),
        };
        writeln!(out, "{about} of {all} entries name what is found here{end}")?;
        let places = matched.by_file();
        for place in places.iter().take(MAX_NAMED) {
            writeln!(out, "        {place}")?;
        }
        if let Some(more) = places.len().checked_sub(MAX_NAMED).filter(|more| *more > 0) {
            writeln!(out, "        and in {more} more")?;
        }
        if count > 0 {
            writeln!(out, "a baseline hides secrets, it does not make them harmless: rotate them")?;
        }
        Ok(())
    })?;
    Ok(())
}
