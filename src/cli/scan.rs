//! `keylint scan`.

use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::{fs, thread};

use miette::Diagnostic;
use thiserror::Error;

use super::args::{CommonArgs, ConfigFileArgs, ScanArgs, When};
use super::environment::{columns, now, working_directory};
use super::fix::{self, Mode};
use super::format::format;
use super::progress::Bar;
use super::{Exit, Failure, baseline, next, output, plan, stats, summary, verbose};
use keylint::blob::{inert, path_bytes};
use keylint::config::{self, Config, ConfigFile, Discovered, FailOn, Flags, Secrets, nearest};
use keylint::outcome::Outcome;
use keylint::policy;
use keylint::report::{self, Format, Look, MAX_SKIPPED, Options, Suppressed};
use keylint::scan::{Progress, scan};
use keylint::secrets::RuleError;
use keylint::source::{IgnoreFiles, Source, SourceError};
use keylint::suppress::Baseline;

pub(super) fn run(args: &ScanArgs, color: When) -> Result<Exit, Failure> {
    let sources = sources(args)?;
    let ignore_files = if args.no_ignore { IgnoreFiles::Overrule } else { IgnoreFiles::Respect };
    let config = configure(&args.common, &sources, ignore_files)?;
    let mut outcome = scan_all(&sources, &config, &args.common)?;
    if args.fix {
        let mode = if args.diff { Mode::Diff } else { Mode::Write };
        fix::run(&mut outcome, mode, &config).map_err(Unprinted)?;
        if args.diff {
            return Ok(exit(&outcome, config.fail_on));
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

/// A name for standard input where that is not scanned.
#[derive(Debug, Error, Diagnostic)]
#[error("--stdin-filename names standard input, and that is not scanned")]
#[diagnostic(
    code(scan::no_stdin),
    help("write `keylint scan - --stdin-filename NAME`, or leave the name out")
)]
struct NoStdin;

fn sources(args: &ScanArgs) -> Result<Vec<Source>, NoStdin> {
    let mut sources: Vec<Source> = args.paths.iter().map(|path| source(path)).collect();
    let Some(given) = &args.stdin_filename else { return Ok(sources) };
    let stdin = sources.iter_mut().find_map(|source| match source {
        Source::Stdin { name } => Some(name),
        _ => None,
    });
    *stdin.ok_or(NoStdin)? = Some(plain(given));
    Ok(sources)
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
    scanned.map_err(|error| match error {
        SourceError::NotFound { path } => Missing::new(path).into(),
        error => error.into(),
    })
}

/// A path that leads nowhere.
#[derive(Debug, Error, Diagnostic)]
#[error("`{}` does not exist", path.display())]
#[diagnostic(code(source::not_found))]
struct Missing {
    path: PathBuf,
    #[help]
    help: String,
}

impl Missing {
    /// Names that a directory is searched for: what is meant is among the first, or the directory is no place to search.
    const MOST: usize = 10_000;

    fn new(path: PathBuf) -> Self {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let entries = fs::read_dir(parent.unwrap_or(Path::new("."))).into_iter().flatten();
        let names = entries.flatten().take(Self::MOST).map(|entry| entry.file_name());
        let names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
        let wanted = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let help = match nearest(&wanted, names.iter().map(String::as_str)) {
            Some(name) => format!("did you mean `{}`?", path.with_file_name(name).display()),
            None => "check the spelling; paths are relative to the working directory".into(),
        };
        Self { path, help }
    }
}

/// Writes the report, and to standard error what it leaves out.
pub(super) fn report(
    outcome: &Outcome,
    config: &Config,
    args: &CommonArgs,
    color: When,
    category: &'static str,
) -> Result<Exit, Failure> {
    let format = format(args.format, args.output.as_deref())?;
    let options = options(args, config, color, category);
    output::write(args.output.as_deref(), |out| report::write(format, outcome, &options, out))?;
    if format == Format::Github {
        summary::append(outcome, &options);
    }
    if !args.quiet {
        if format == Format::Text && args.output.is_none() {
            next::steps(outcome, category);
        }
        // What the text report says itself, other formats leave to standard error.
        if says_gaps(format) || args.output.is_some() {
            name_skipped(outcome);
        }
        if args.verbose {
            verbose::print(outcome, config);
        }
        if args.stats {
            stats::print(outcome, config);
        }
    }
    Ok(exit(outcome, config.fail_on))
}

/// Whether standard error names what was not scanned: where the report itself is for people, it does.
pub(super) fn says_gaps(format: Format) -> bool {
    !matches!(format, Format::Text | Format::Github)
}

/// The terminal went away.
#[derive(Debug, Error, Diagnostic)]
#[error("standard error cannot be written to: {0}")]
#[diagnostic(code(fix::unprinted), help("what was fixed so far is in the files"))]
struct Unprinted(io::Error);

pub(super) fn exit(outcome: &Outcome, fail_on: FailOn) -> Exit {
    let FailOn { severity, unused } = fail_on;
    let fails = unused && !outcome.stale.is_empty();
    if fails || outcome.active().any(|finding| finding.severity >= severity) {
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
        return Source::Stdin { name: None };
    }
    Source::Path(plain(path))
}

/// A path as reports show it: relative to the working directory, without dots that mean it.
fn plain(path: &Path) -> PathBuf {
    let relative = match working_directory() {
        Some(here) if path.is_absolute() => path.strip_prefix(here).unwrap_or(path).to_path_buf(),
        _ => path.to_path_buf(),
    };
    relative.components().filter(|part| !matches!(part, Component::CurDir)).collect()
}

pub(super) fn configure(
    args: &CommonArgs,
    sources: &[Source],
    ignore_files: IgnoreFiles,
) -> Result<Config, Failure> {
    plan::check(args)?;
    let file = config_file(&args.config.file, sources, args.quiet)?;
    let baseline = baseline::in_force(&args.config, &file, sources, args.quiet)?;
    configure_with(args, sources, ignore_files, &file, baseline)
}

/// [`configure`], with what the files say.
pub(super) fn configure_with(
    args: &CommonArgs,
    sources: &[Source],
    ignore_files: IgnoreFiles,
    file: &ConfigFile,
    baseline: Option<Baseline>,
) -> Result<Config, Failure> {
    let mut read = args.config.rules.clone();
    read.extend(file.rule_files().iter().map(|(name, _)| PathBuf::from(name)));
    let flags = Flags {
        halves: args.only.map(Into::into),
        min_confidence: args.min_confidence,
        fail_on: args.fail_on,
        ignore_files,
        secrets: if args.reveal { Secrets::Revealed } else { Secrets::Masked },
        rule_files: rule_files(&args.config.rules)?,
        baseline,
        notes: config::unread_rules(sources, &read),
        kind: args.kind.map(Into::into),
        catalogues: rule_files(&args.config.catalog)?,
        threads: threads(args.threads),
        now: now(),
        names_left_out: args.verbose,
        clock: (args.stats && !args.quiet).then_some(stats::clock),
    };
    Ok(Config::new(file, &flags, &known_checks())?)
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

fn options(args: &CommonArgs, config: &Config, color: When, category: &'static str) -> Options {
    let look = if args.output.is_some() { Look::Plain } else { output::look(&io::stdout(), color) };
    Options {
        suppressed: if args.show_suppressed { Suppressed::Listed } else { Suppressed::Counted },
        secrets: config.secrets,
        now: config.now,
        fail_on: config.fail_on.severity,
        look,
        width: columns().unwrap_or(100),
        links: (look == Look::Colour && output::shows_links(&io::stdout(), args.hyperlinks))
            .then(working_directory)
            .flatten(),
        category,
    }
}

pub(super) fn name_skipped(outcome: &Outcome) {
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
