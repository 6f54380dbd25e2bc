//! `keylint git`.

use std::io::{self, Write};
use std::path::PathBuf;

use super::args::{GitArgs, When, git_path};
use super::scan::{configure, report, scan_all};
use super::{Exit, Failure};
use keylint::source::{GitSource, IgnoreFiles, Part, Report, Scope, Source, Staged};

pub(super) fn run(args: &GitArgs, color: When) -> Result<Exit, Failure> {
    let sources = [Source::Git(source(args))];
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

fn source(args: &GitArgs) -> GitSource {
    let is_staged = args.staged || args.staged_all;
    let (repository, names) = match args.paths.as_slice() {
        [] => (default_repository(), Vec::new()),
        [path] if !is_staged || path.is_dir() => (path.clone(), Vec::new()),
        names => (default_repository(), names.to_vec()),
    };
    let part = if is_staged {
        let report = if args.staged_all { Report::All } else { Report::Added };
        Part::Staged(Staged { index: git_path("GIT_INDEX_FILE"), names, report })
    } else {
        Part::History(if args.all_objects { Scope::All } else { Scope::Reachable })
    };
    GitSource { repository, part }
}

/// Git tells its hooks which repository they run in.
fn default_repository() -> PathBuf {
    git_path("GIT_DIR").unwrap_or_default()
}
