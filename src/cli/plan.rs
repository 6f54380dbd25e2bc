//! `--plan` and `--replacements`: what is written beside the report.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::args::CommonArgs;
use super::{Failure, output};
use keylint::blob::{inert, path_bytes};
use keylint::outcome::Outcome;
use keylint::plan::{About, plan, replacements};
use keylint::report;

/// Places that are named which `git filter-repo` does not rewrite.
const MAX_LEFT: usize = 20;

/// A plan that would take the place of the report.
#[derive(Debug, Error, Diagnostic)]
#[error("the plan and the report cannot be the same file")]
#[diagnostic(code(plan::same_file), help("give --plan another name, such as plan.md"))]
pub(super) struct SameFile;

/// Secrets in clear that nobody asked for.
#[derive(Debug, Error, Diagnostic)]
#[error("the file for `git filter-repo` holds every secret in clear")]
#[diagnostic(
    code(git::not_revealed),
    help(
        "add --reveal if that is meant (the report then shows them too: send it to a file with -o), and delete both when the history is clean"
    )
)]
pub(super) struct NotRevealed;

/// Refuses what cannot be written.
pub(super) fn check(args: &CommonArgs) -> Result<(), Failure> {
    if args.plan.is_some() && args.plan == args.output {
        return Err(SameFile.into());
    }
    Ok(())
}

/// Writes the plan, if one is wanted. `scanned` is what the user named: the project is called by it.
pub(super) fn write(outcome: &Outcome, args: &CommonArgs, scanned: &Path) -> Result<(), Failure> {
    let Some(file) = &args.plan else { return Ok(()) };
    let plan = plan(outcome, &About::new(&project(scanned), outcome));
    Ok(output::write(Some(file), |out| report::write_plan(&plan, out))?)
}

/// What a project is called: by its folder, or by the name of an image without its registry and tag.
fn project(scanned: &Path) -> String {
    let whole = if scanned.as_os_str().is_empty() { Path::new(".") } else { scanned };
    let path: PathBuf = whole.canonicalize().unwrap_or_else(|_| whole.to_path_buf());
    let folder = if path.is_file() && path.extension().is_none_or(|ending| ending != "tar") {
        path.parent().unwrap_or(&path)
    } else {
        &path
    };
    let folder = if folder.file_name().is_some_and(|name| name == ".git") {
        folder.parent().unwrap_or(folder)
    } else {
        folder
    };
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let name = name.split(['@', ':']).next().unwrap_or_default();
    let bare = name.strip_suffix(".git").or_else(|| name.strip_suffix(".tar"));
    bare.unwrap_or(name).to_owned()
}

/// Writes what `git filter-repo` replaces, and says what it does not.
pub(super) fn write_replacements(
    outcome: &Outcome,
    file: &Path,
    is_quiet: bool,
) -> Result<(), Failure> {
    let made = replacements(outcome);
    output::write(Some(file), |out| out.write_all(made.text.reveal()))?;
    let name = inert(&path_bytes(file));
    let mut err = io::stderr().lock();
    if !is_quiet {
        let _ = writeln!(
            err,
            "keylint: {} written to {name}, with the secrets in clear: delete it when the history is clean",
            report::plural(made.lines as u64, "replacement")
        );
    }
    // What stays in the history is said in any case.
    for left in made.left.iter().take(MAX_LEFT) {
        let _ = writeln!(err, "keylint: not replaceable: {}: {}", left.place, left.why);
    }
    if let Some(more) = made.left.len().checked_sub(MAX_LEFT).filter(|more| *more > 0) {
        let _ = writeln!(err, "keylint: not replaceable: {more} more");
    }
    Ok(())
}
