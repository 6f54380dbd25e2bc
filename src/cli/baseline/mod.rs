//! `keylint baseline`, and which baseline a scan is under.

mod args;
mod attributes;
mod import;
mod prune;
mod report;
mod write;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::args::{CommonArgs, ConfigArgs};
use super::scan::{configure_with, scan_all, source};
use super::{Exit, Failure, output};
pub(super) use args::BaselineCommand;
use args::ScannedArgs;
use keylint::blob::{inert, path_bytes};
use keylint::config::{self, Config, ConfigFile};
use keylint::outcome::Outcome;
use keylint::source::{Environment, GitSource, Part, Scope, Source};
use keylint::suppress::{Baseline, baseline};

/// A baseline that is not written.
#[derive(Debug, Error, Diagnostic)]
enum NotWritten {
    /// The file system does not allow it.
    #[error("`{}` could not be written: {detail}", path.display())]
    #[diagnostic(
        code(baseline::unwritten),
        help("check that there is room and permission; nothing was changed")
    )]
    Failed { path: PathBuf, detail: io::Error },
    /// Several places, or none.
    #[error("what is scanned has no one place for a baseline")]
    #[diagnostic(code(baseline::no_place), help("name the file with -o FILE"))]
    NoPlace,
}

pub(super) fn run(command: &BaselineCommand) -> Result<Exit, Failure> {
    match command {
        BaselineCommand::Write(args) => write::run(args),
        BaselineCommand::Prune(args) => prune::run(args),
        BaselineCommand::Import(args) => import::run(args),
    }
}

/// The baseline of a scan: as named, else that of the configuration, else the one at the root of what is scanned, which is
/// announced.
pub(super) fn in_force(
    args: &ConfigArgs,
    file: &ConfigFile,
    sources: &[Source],
    quiet: bool,
) -> Result<Option<Baseline>, Failure> {
    if let Some(path) = &args.baseline {
        return Ok(Some(baseline::load(path)?));
    }
    if args.file.no_config {
        return Ok(None);
    }
    if let Some(path) = file.baseline()? {
        return Ok(Some(baseline::load(&path)?.about(file.root())));
    }
    let Some(path) = config::discover_baseline(sources)? else { return Ok(None) };
    if !quiet {
        let _ = writeln!(io::stderr(), "keylint: using {}", shown(&path));
    }
    Ok(Some(baseline::load(&path)?))
}

/// A file that is or will be a baseline.
struct Target {
    baseline: Baseline,
    /// Whether the file is there.
    exists: bool,
}

impl Target {
    /// The baseline that [`in_force`] finds or, where there is none, would find.
    fn of(args: &ConfigArgs, file: &ConfigFile, sources: &[Source]) -> Result<Self, Failure> {
        let named = if args.file.no_config { None } else { file.baseline()? };
        let (path, root) = match (&args.baseline, named) {
            (Some(path), _) => (path.clone(), None),
            (None, Some(path)) => (path, Some(file.root())),
            (None, None) => (config::baseline_place(sources).ok_or(NotWritten::NoPlace)?, None),
        };
        let exists = fs::symlink_metadata(&path).is_ok();
        let baseline = if exists { baseline::load(&path)? } else { Baseline::empty(&path) };
        let baseline = match root {
            Some(root) => baseline.about(root),
            None => baseline,
        };
        Ok(Self { baseline, exists })
    }

    /// Writes a baseline in the place of this one, whole or not at all; says whether anything changed.
    fn save(&self, baseline: &Baseline) -> Result<bool, Failure> {
        let text = baseline.write();
        let path = baseline.file();
        if self.exists && fs::read(path).is_ok_and(|known| known == text.as_bytes()) {
            return Ok(false);
        }
        let write = if self.exists { output::replace } else { output::create };
        let failed = |detail| NotWritten::Failed { path: path.into(), detail };
        write(path, text.as_bytes()).map_err(failed)?;
        Ok(true)
    }
}

/// A scan for a baseline: what it found, under which configuration.
struct Run {
    target: Target,
    config: Config,
    outcome: Outcome,
}

impl Run {
    /// Scans, with the entries that are there.
    fn new(args: &ScannedArgs, common: &CommonArgs, refuse: Check) -> Result<Self, Failure> {
        let sources = sources(args);
        let file = super::scan::config_file(&common.config.file, &sources, common.quiet)?;
        let target = Target::of(&common.config, &file, &sources)?;
        refuse(&target, &sources)?;
        let baseline = Some(target.baseline.clone());
        let config = configure_with(common, &sources, args.ignore_files(), &file, baseline)?;
        let outcome = scan_all(&sources, &config, common)?;
        Ok(Self { target, config, outcome })
    }
}

/// What has to hold before a scan begins.
type Check = fn(&Target, &[Source]) -> Result<(), Failure>;

fn sources(args: &ScannedArgs) -> Vec<Source> {
    let files = args.paths.iter().map(|path| source(path));
    if !args.history {
        return files.collect();
    }
    let is_one = args.paths.len() == 1;
    let history = |file: Source| match file {
        Source::Path(repository) => {
            let name = (!is_one).then(|| repository.clone());
            history_of(repository, name)
        }
        other => other,
    };
    files.map(history).collect()
}

/// All that the references of a repository lead to.
fn history_of(repository: PathBuf, name: Option<PathBuf>) -> Source {
    let (environment, part) = (Environment::default(), Part::History(Scope::Reachable));
    Source::Git(GitSource { name, repository, environment, part })
}

/// A path that is safe to print.
fn shown(path: &Path) -> String {
    inert(&path_bytes(path))
}
