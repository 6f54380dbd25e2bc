//! `keylint report`.

mod args;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use globset::{Glob, GlobMatcher};
use miette::Diagnostic;
use thiserror::Error;

use args::FilterArgs;
pub(crate) use args::ReportArgs;

use super::args::{When, columns};
use super::format::format;
use super::scan::{exit, name_skipped, says_gaps};
use super::{Exit, Failure, output, summary};
use keylint::blob::{inert, path_bytes};
use keylint::config::Secrets;
use keylint::report::saved::{self, Filter, Saved};
use keylint::report::{self, Format, Look, Options, Suppressed};

/// Bytes of a saved report: a hundred thousand findings have room.
const MAX_BYTES: u64 = 1024 * 1024 * 1024;

pub(super) fn run(args: &ReportArgs, color: When) -> Result<Exit, Failure> {
    let format = format(args.format, args.output.as_deref())?;
    let filter = filter(&args.filter)?;
    let mut reports = Vec::new();
    for path in &args.files {
        reports.extend(read(path, args.reveal)?);
    }
    let mut report = saved::merge(reports);
    filter.apply(&mut report.outcome);
    let fail_on = args.fail_on.unwrap_or(report.fail_on);
    let look = if args.output.is_some() { Look::Plain } else { output::look(&io::stdout(), color) };
    let is_revealed = report.is_revealed && args.reveal;
    let options = Options {
        suppressed: if args.show_suppressed { Suppressed::Listed } else { Suppressed::Counted },
        secrets: if is_revealed { Secrets::Revealed } else { Secrets::Masked },
        now: report.now,
        fail_on,
        look,
        width: columns().unwrap_or(100),
        category: report.category,
    };
    let outcome = &report.outcome;
    output::write(args.output.as_deref(), |out| report::write(format, outcome, &options, out))?;
    if format == Format::Github {
        summary::append(outcome, &options);
    }
    if !args.quiet && (says_gaps(format) || args.output.is_some()) {
        name_skipped(outcome);
    }
    Ok(exit(outcome, fail_on))
}

/// A file that cannot be read as a report.
#[derive(Debug, Error, Diagnostic)]
enum Unread {
    #[error("{name} cannot be read: {detail}")]
    #[diagnostic(
        code(report::unreadable),
        help(
            "name a file that `keylint scan --format json -o FILE` wrote, or `-` for standard input"
        )
    )]
    Unreadable { name: String, detail: String },
    #[error("{name} has more than {} MiB", MAX_BYTES / 1024 / 1024)]
    #[diagnostic(
        code(report::too_large),
        help("split what is scanned, and name the reports of the parts together")
    )]
    TooLarge { name: String },
    #[error("{name} holds raw secrets: it was saved with --reveal")]
    #[diagnostic(
        code(report::revealed),
        help("add --reveal to let them pass, or scan again without it")
    )]
    Revealed { name: String },
}

/// The reports in a file.
fn read(path: &Path, reveal: bool) -> Result<Vec<Saved>, Failure> {
    let is_stdin = path == Path::new("-");
    let name =
        if is_stdin { "standard input".into() } else { format!("`{}`", inert(&path_bytes(path))) };
    let unreadable =
        |error: io::Error| Unread::Unreadable { name: name.clone(), detail: error.to_string() };
    let bytes = if is_stdin { bytes(io::stdin().lock(), 0) } else { file(path) };
    let Some(bytes) = bytes.map_err(unreadable)? else {
        return Err(Unread::TooLarge { name }.into());
    };
    let reports = saved::read(&name, &bytes)?;
    if !reveal && reports.iter().any(|report| report.is_revealed) {
        return Err(Unread::Revealed { name }.into());
    }
    Ok(reports)
}

fn file(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    bytes(file, size)
}

/// All bytes; `None` of what has too many, by its size or by what comes.
fn bytes(from: impl Read, size: u64) -> io::Result<Option<Vec<u8>>> {
    if size > MAX_BYTES {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    from.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= MAX_BYTES))
}

/// A pattern that is none.
#[derive(Debug, Error, Diagnostic)]
#[error("`{pattern}` is not a path pattern: {detail}")]
#[diagnostic(
    code(report::pattern),
    help(
        "a pattern fits the whole path: `docs/**`, `*.env`; quote it, so that the shell leaves it alone"
    )
)]
struct NoPattern {
    pattern: String,
    detail: String,
}

fn filter(args: &FilterArgs) -> Result<Filter, Failure> {
    let glob = |pattern: &String| -> Result<GlobMatcher, NoPattern> {
        let compiled = Glob::new(pattern).map_err(|error| NoPattern {
            pattern: pattern.clone(),
            detail: error.kind().to_string(),
        })?;
        Ok(compiled.compile_matcher())
    };
    Ok(Filter {
        min_confidence: args.min_confidence,
        severity: args.severity,
        halves: args.only.map(Into::into),
        rules: args.rules.clone(),
        paths: args.paths.iter().map(glob).collect::<Result<_, _>>()?,
    })
}
