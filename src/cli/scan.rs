//! `keylint scan`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, thread};

use miette::Diagnostic;
use thiserror::Error;

use super::args::{
    CommonArgs, ConfigFileArgs, FormatName, ScanArgs, When, columns, now, working_directory,
};
use super::fix::{self, Mode};
use super::progress::Bar;
use super::{Exit, Failure, output, plan, stats};
use keylint::blob::{inert, path_bytes};
use keylint::config::{self, Config, ConfigFile, Discovered, Flags, Secrets};
use keylint::outcome::Outcome;
use keylint::policy;
use keylint::report::{self, Format, Look, MAX_SKIPPED, Options, Suppressed};
use keylint::scan::{Progress, scan};
use keylint::secrets::RuleError;
use keylint::source::{IgnoreFiles, Source};

pub(super) fn run(args: &ScanArgs, color: When) -> Result<Exit, Failure> {
    let sources: Vec<Source> = args.paths.iter().map(|path| source(path)).collect();
    let ignore_files = if args.no_ignore { IgnoreFiles::Overrule } else { IgnoreFiles::Respect };
    let config = configure(&args.common, &sources, ignore_files)?;
    let mut outcome = scan_all(&sources, &config, &args.common)?;
    if args.fix {
        let mode = if args.diff { Mode::Diff } else { Mode::Write };
        fix::run(&mut outcome, mode, &config).map_err(Unprinted)?;
        if args.diff {
            return Ok(exit(&outcome, &config));
        }
    }
    let exit = report(&outcome, &config, &args.common, color, "scan")?;
    plan::write(
        &outcome,
        &args.common,
        args.paths.first().map_or(Path::new(""), PathBuf::as_path),
    )?;
    Ok(exit)
}

/// Scans, with a bar that shows how far it is.
pub(super) fn scan_all(
    sources: &[Source],
    config: &Config,
    args: &CommonArgs,
) -> Result<Outcome, Failure> {
    let progress = Arc::new(Progress::default());
    let bar = Bar::start(&progress, args.progress);
    let scanned = scan(sources, config, &progress);
    drop(bar);
    Ok(scanned?)
}

/// Writes the report, and to standard error what it leaves out.
pub(super) fn report(
    outcome: &Outcome,
    config: &Config,
    args: &CommonArgs,
    color: When,
    category: &'static str,
) -> Result<Exit, Failure> {
    let format = format(args)?;
    let options = options(args, config, color, category);
    output::write(args.output.as_deref(), |out| report::write(format, outcome, &options, out))?;
    if !args.quiet {
        // What the text report says itself, other formats leave to standard error.
        if format != Format::Text || args.output.is_some() {
            name_skipped(outcome);
        }
        if args.stats {
            stats::print(outcome, config);
        }
    }
    Ok(exit(outcome, config))
}

/// The terminal went away.
#[derive(Debug, Error, Diagnostic)]
#[error("standard error cannot be written to: {0}")]
#[diagnostic(code(fix::unprinted), help("what was fixed so far is in the files"))]
struct Unprinted(io::Error);

fn exit(outcome: &Outcome, config: &Config) -> Exit {
    if outcome.active().any(|finding| finding.severity >= config.fail_on) {
        Exit::Findings
    } else if outcome.is_complete() {
        Exit::Clean
    } else {
        Exit::Incomplete
    }
}

/// What an argument stands for. Paths below the working directory are shown relative to it.
pub(super) fn source(path: &Path) -> Source {
    if path == Path::new("-") {
        return Source::Stdin;
    }
    let relative = match working_directory() {
        Some(here) if path.is_absolute() => path.strip_prefix(here).unwrap_or(path),
        _ => path,
    };
    // `.` and `./x` are `` and `x`.
    let plain: PathBuf = relative
        .components()
        .filter(|part| !matches!(part, std::path::Component::CurDir))
        .collect();
    Source::Path(plain)
}

pub(super) fn configure(
    args: &CommonArgs,
    sources: &[Source],
    ignore_files: IgnoreFiles,
) -> Result<Config, Failure> {
    plan::check(args)?;
    let file = config_file(&args.config.file, sources, args.quiet)?;
    let mut read = args.config.rules.clone();
    read.extend(file.rule_files().iter().map(|(name, _)| PathBuf::from(name)));
    let flags = Flags {
        halves: args.only.map(Into::into),
        min_confidence: args.min_confidence,
        fail_on: args.fail_on,
        ignore_files,
        secrets: if args.reveal { Secrets::Revealed } else { Secrets::Masked },
        rule_files: rule_files(&args.config.rules)?,
        notes: config::unread_rules(sources, &read),
        kind: args.kind.map(Into::into),
        catalogues: rule_files(&args.config.catalog)?,
        threads: threads(args.threads),
        now: now(),
        clock: (args.stats && !args.quiet).then_some(stats::clock),
    };
    Ok(Config::new(&file, &flags, &known_checks())?)
}

/// How many threads work: as asked for, else one for each core.
pub(super) fn threads(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| thread::available_parallelism().map_or(1, Into::into))
}

/// The ids of the policy checks.
pub(super) fn known_checks() -> Vec<&'static str> {
    policy::ids().collect()
}

/// The configuration in force. One that was found rather than named is announced.
pub(super) fn config_file(
    args: &ConfigFileArgs,
    sources: &[Source],
    quiet: bool,
) -> Result<ConfigFile, Failure> {
    if args.no_config {
        return Ok(ConfigFile::default());
    }
    if let Some(path) = &args.config {
        return Ok(config::read(path)?);
    }
    match config::discover(sources)? {
        Discovered::None => Ok(ConfigFile::default()),
        Discovered::File(path) => {
            if !quiet {
                let _ = writeln!(io::stderr(), "keylint: using {}", inert(&path_bytes(&path)));
            }
            Ok(config::read(&path)?)
        }
    }
}

/// Name and text of each file.
pub(super) fn rule_files(paths: &[PathBuf]) -> Result<Vec<(String, String)>, RuleError> {
    let read = |path: &PathBuf| {
        let file = path.display().to_string();
        match fs::read_to_string(path) {
            Ok(text) => Ok((file, text)),
            Err(error) => Err(RuleError::Unreadable { file, detail: error.to_string() }),
        }
    };
    paths.iter().map(read).collect()
}

/// A report file whose name does not say what goes into it.
#[derive(Debug, Error, Diagnostic)]
#[error("the name `{}` does not say which format is wanted", path.display())]
#[diagnostic(
    code(report::unknown_format),
    help("add --format, or end the name in .txt, .json or .sarif")
)]
struct UnknownFormat {
    path: PathBuf,
}

fn format(args: &CommonArgs) -> Result<Format, Failure> {
    if let Some(name) = args.format {
        return Ok(name.into());
    }
    let Some(path) = &args.output else { return Ok(Format::Text) };
    let name =
        path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let endings = [
        (".sarif", FormatName::Sarif),
        (".sarif.json", FormatName::Sarif),
        (".json", FormatName::Json),
        (".txt", FormatName::Text),
    ];
    let known = endings.into_iter().find(|(ending, _)| name.ends_with(ending));
    known.map(|(_, name)| name.into()).ok_or_else(|| UnknownFormat { path: path.clone() }.into())
}

fn options(args: &CommonArgs, config: &Config, color: When, category: &'static str) -> Options {
    let look = if args.output.is_some() { Look::Plain } else { output::look(&io::stdout(), color) };
    Options {
        suppressed: if args.show_suppressed { Suppressed::Listed } else { Suppressed::Counted },
        secrets: config.secrets,
        now: config.now,
        fail_on: config.fail_on,
        look,
        width: columns().unwrap_or(100),
        category,
    }
}

fn name_skipped(outcome: &Outcome) {
    let skipped: Vec<_> =
        outcome.skipped.iter().filter(|skipped| skipped.accepted.is_none()).collect();
    for skipped in skipped.iter().take(MAX_SKIPPED) {
        let _ =
            writeln!(io::stderr(), "keylint: not scanned: {}: {}", skipped.origin, skipped.detail);
    }
    if let Some(more) = skipped.len().checked_sub(MAX_SKIPPED).filter(|more| *more > 0) {
        let _ = writeln!(io::stderr(), "keylint: not scanned: {more} more");
    }
    for note in &outcome.notes {
        let _ = writeln!(io::stderr(), "keylint: {note}");
    }
}
