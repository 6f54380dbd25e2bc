//! `keylint git`.

use std::io::{self, Write};
use std::path::PathBuf;

use super::args::{GitArgs, When, git_path};
use super::scan::{configure, report, scan_all};
use super::{Exit, Failure};
use keylint::source::{GitSource, IgnoreFiles, Part, Report, Scope, Source, Staged};

pub(super) fn run(args: &GitArgs, color: When) -> Result<Exit, Failure> {
    let sources: Vec<Source> = sources(args).into_iter().map(Source::Git).collect();
    let config = configure(&args.common, &sources, IgnoreFiles::Respect)?;
    let outcome = scan_all(&sources, &config, &args.common)?;
    let exit = report(&outcome, &config, &args.common, color)?;
    if outcome.stats.files == 0 && !args.common.quiet {
        let _ = writeln!(io::stderr(), "keylint: 0 files scanned: {}", nothing(args));
    }
    Ok(exit)
}

/// Why there may have been nothing to scan.
fn nothing(args: &GitArgs) -> &'static str {
    if args.staged || args.staged_all {
        "nothing is staged (`git add` it first), or what is staged only deletes"
    } else {
        "the repository holds no files there"
    }
}

/// The repositories; with --staged, what else is named are files.
fn sources(args: &GitArgs) -> Vec<GitSource> {
    let one = |repository, part| vec![GitSource { repository, name: None, part }];
    if args.staged || args.staged_all {
        let (repository, names) = match args.paths.as_slice() {
            [path] if path.is_dir() => (path.clone(), Vec::new()),
            names => (default_repository(), names.to_vec()),
        };
        let report = if args.staged_all { Report::All } else { Report::Added };
        let staged = Staged { index: git_path("GIT_INDEX_FILE"), names, report };
        return one(repository, Part::Staged(staged));
    }
    let part = Part::History(if args.all_objects { Scope::All } else { Scope::Reachable });
    match args.paths.as_slice() {
        [] => one(default_repository(), part),
        [path] => one(path.clone(), part),
        paths => {
            let source = |path: &PathBuf| GitSource {
                repository: path.clone(),
                name: Some(path.clone()),
                part: part.clone(),
            };
            paths.iter().map(source).collect()
        }
    }
}

/// Git tells its hooks which repository they run in.
fn default_repository() -> PathBuf {
    git_path("GIT_DIR").unwrap_or_default()
}
