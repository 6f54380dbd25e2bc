//! `keylint git`.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use super::args::{GitArgs, When};
use super::environment::{env_path, told};
use super::plan::{self, NotRevealed};
use super::scan::{configure, report, scan_all};
use super::{Exit, Failure};
use keylint::config::Halves;
use keylint::source::{
    Commits, Environment, GitSource, IgnoreFiles, Part, Report, Scope, Source, Staged, Update,
};

pub(super) fn run(args: &GitArgs, color: When) -> Result<Exit, Failure> {
    if args.replacements.is_some() && !args.common.reveal {
        return Err(NotRevealed.into());
    }
    let repositories = sources(args)?;
    let scanned = repositories.first().map(|git| git.repository.clone()).unwrap_or_default();
    let sources: Vec<Source> = repositories.into_iter().map(Source::Git).collect();
    let config = configure(&args.common, &sources, IgnoreFiles::Respect)?;
    let is_history = |source: &Source| matches!(source, Source::Git(git) if matches!(git.part, Part::History(_)));
    if config.halves == Halves::Policy && sources.iter().any(is_history) {
        return Err(NoPolicies.into());
    }
    let outcome = scan_all(&sources, &config, &args.common)?;
    let exit = report(&outcome, &config, &args.common, color, "git")?;
    plan::write(&outcome, &args.common, &scanned)?;
    if let Some(file) = &args.replacements {
        plan::write_replacements(&outcome, file, args.common.quiet)?;
    }
    if outcome.stats.files == 0 && !args.common.quiet {
        let _ = writeln!(io::stderr(), "keylint: 0 files scanned: {}", nothing(args));
    }
    Ok(exit)
}

/// A scan that would look for nothing.
#[derive(Debug, Error, Diagnostic)]
#[error("policies are not linted in a history: what was is no policy any more")]
#[diagnostic(
    code(git::no_policies),
    help("add --staged or --range A..B, or lint the files with `keylint scan --only policy`")
)]
struct NoPolicies;

/// Why there may have been nothing to scan.
fn nothing(args: &GitArgs) -> &'static str {
    if args.staged || args.staged_all {
        "nothing is staged (`git add` it first), or what is staged only deletes"
    } else {
        "the repository holds no files there"
    }
}

/// The repositories; with --staged, what else is named are files.
fn sources(args: &GitArgs) -> Result<Vec<GitSource>, Failure> {
    let one = |repository, part| {
        Ok(vec![GitSource { repository, environment: environment(), name: None, part }])
    };
    if args.pre_push {
        return one(default_repository(), Part::Commits(pushed(args)?));
    }
    if args.staged || args.staged_all {
        let (repository, names) = match args.paths.as_slice() {
            // Managers of hooks name what is staged: then a link is content, wherever it leads.
            [path] if path.is_dir() && !path.is_symlink() => (path.clone(), Vec::new()),
            names => (default_repository(), names.to_vec()),
        };
        let report = if args.staged_all { Report::All } else { Report::Added };
        let staged = Staged { names, report };
        return one(repository, Part::Staged(staged));
    }
    let part = match (&args.range, args.since) {
        (Some(range), _) => Part::Commits(Commits::Range(range.clone())),
        (None, Some(date)) => Part::Commits(Commits::Since(date)),
        (None, None) if args.all_objects => Part::History(Scope::All),
        (None, None) => Part::History(Scope::Reachable),
    };
    match args.paths.as_slice() {
        [] => one(default_repository(), part),
        [path] => one(path.clone(), part),
        paths => {
            let source = |path: &PathBuf| GitSource {
                repository: path.clone(),
                environment: Environment::default(),
                name: Some(path.clone()),
                part: part.clone(),
            };
            Ok(paths.iter().map(source).collect())
        }
    }
}

/// A line of a push that is none.
#[derive(Debug, Error, Diagnostic)]
#[error("`{line}` does not say what is pushed")]
#[diagnostic(
    code(git::push),
    help(
        "`keylint git --pre-push` is for git's pre-push hook, which writes a line `<reference> <object> <reference> <object>` for each"
    )
)]
struct NoUpdate {
    line: String,
}

/// What is pushed: as a program that runs hooks says, else as git writes it to standard input.
/// <https://git-scm.com/docs/githooks#_pre_push>
fn pushed(args: &GitArgs) -> Result<Commits, Failure> {
    const MAX_INPUT: u64 = 16 * 1024 * 1024;
    let local = told("PRE_COMMIT_TO_REF").or_else(|| told("PRE_COMMIT_LOCAL_BRANCH"));
    if let Some(local) = local {
        // When all commits are new, nothing is said of where they begin: pre-commit then names the branch alone.
        let remote = told("PRE_COMMIT_FROM_REF").unwrap_or_else(|| "0".repeat(40));
        let updates = vec![Update { local, remote }];
        return Ok(Commits::Pushed { updates, remote: told("PRE_COMMIT_REMOTE_NAME") });
    }
    let mut input = Vec::new();
    let read = io::stdin().lock().take(MAX_INPUT).read_to_end(&mut input);
    read.map_err(|error| NoUpdate { line: error.to_string() })?;
    let update = |line: &str| {
        // The first is as it was given to `git push`, such as `main@{1 day ago}`.
        let [remote, _, local, _] = line.trim_end().rsplitn(4, ' ').collect::<Vec<_>>()[..] else {
            return Err(NoUpdate { line: line.into() });
        };
        Ok(Update { local: local.into(), remote: remote.into() })
    };
    let input = String::from_utf8_lossy(&input);
    let updates = input.lines().filter(|line| !line.trim().is_empty()).map(update);
    let remote = args.paths.first().map(|remote| remote.display().to_string());
    Ok(Commits::Pushed { updates: updates.collect::<Result<_, _>>()?, remote })
}

/// What git tells its hooks.
fn environment() -> Environment {
    let split = |variable: &str| {
        let all = env_path(variable).unwrap_or_default();
        std::env::split_paths(&all).filter(|path| !path.as_os_str().is_empty()).collect::<Vec<_>>()
    };
    let mut objects = split("GIT_OBJECT_DIRECTORY");
    objects.extend(split("GIT_ALTERNATE_OBJECT_DIRECTORIES"));
    Environment { index: env_path("GIT_INDEX_FILE"), objects, work_tree: env_path("GIT_WORK_TREE") }
}

/// Git tells its hooks which repository they run in.
fn default_repository() -> PathBuf {
    env_path("GIT_DIR").unwrap_or_default()
}
