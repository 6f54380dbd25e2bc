//! `keylint access`.

mod args;
mod base;
mod grant;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::args::{When, columns, now};
use super::scan::{config_file, known_checks, rule_files, source, threads};
use super::{Exit, Failure, output};
pub(crate) use args::AccessArgs;
use args::{AccessCommand, FormatName, WorldArgs};
use keylint::access::Access;
use keylint::blob::{inert, path_bytes};
use keylint::config::{Config, Flags};
use keylint::policy::access::names_label;
use keylint::report::access::{self as report, Options};
use keylint::report::{Look, MAX_SKIPPED};
use keylint::scan::access;
use keylint::source::{IgnoreFiles, Source};

/// The name of a manifest that is used where it lies in what is read.
const MANIFEST: &str = "accounts.toml";

pub(super) fn run(args: &AccessArgs, color: When) -> Result<Exit, Failure> {
    if let Some(AccessCommand::Grant(grant)) = &args.command {
        return grant::run(grant);
    }
    let format = format(args)?;
    let world = World::new(&args.world)?;
    let mut found = world.read()?;
    let is_as_expected = found.is_as_expected();
    let names = |pattern: &Option<String>, label: &str| {
        pattern.as_ref().is_none_or(|pattern| names_label(pattern, label))
    };
    found.narrow(|principal, secret| {
        names(&args.principal, principal) && names(&args.secret, secret)
    });
    let look = if args.output.is_some() { Look::Plain } else { output::look(&io::stdout(), color) };
    let options = Options { look, width: columns().unwrap_or(100), all: args.all };
    let file = args.output.as_deref();
    if let Some(base) = &args.diff {
        let format = format.of_changes().ok_or(NotForChanges)?;
        let before = base::read(base, &world)?;
        let changes = found.changes_since(&before);
        output::write(file, |out| report::write_changes(format, &changes, &found, &options, out))?;
    } else if args.show_world {
        output::write(file, |out| match format {
            FormatName::Text => report::write_world(&found, out),
            other => report::write(
                other.into(),
                &Access { paths: Vec::new(), ..found.clone() },
                &options,
                out,
            ),
        })?;
    } else {
        output::write(file, |out| report::write(format.into(), &found, &options, out))?;
    }
    if !args.world.quiet && (format != FormatName::Text || args.output.is_some()) {
        name_skipped(&found);
    }
    Ok(if is_as_expected { Exit::Clean } else { Exit::Findings })
}

/// What is read, and what is said of it.
struct World {
    sources: Vec<Source>,
    paths: Vec<PathBuf>,
    manifest: Option<PathBuf>,
    config: Config,
}

impl World {
    fn new(args: &WorldArgs) -> Result<Self, Failure> {
        let folder = |manifest: &PathBuf| match manifest.parent() {
            Some(folder) if folder != Path::new("") => folder.to_path_buf(),
            _ => PathBuf::from("."),
        };
        let mut paths = args.paths.clone();
        if paths.is_empty() {
            paths.push(args.manifest.as_ref().map_or_else(|| ".".into(), folder));
        }
        let found = || paths.iter().map(|path| path.join(MANIFEST)).find(|path| path.is_file());
        let manifest = args.manifest.clone().or_else(found);
        if let Some(path) = manifest.as_ref().filter(|_| args.manifest.is_none() && !args.quiet) {
            let _ = writeln!(io::stderr(), "keylint: using {}", inert(&path_bytes(&plain(path))));
        }
        let sources: Vec<Source> = paths.iter().map(|path| source(path)).collect();
        let file = config_file(&args.config, &sources, args.quiet)?;
        let flags = Flags {
            ignore_files: if args.no_ignore { IgnoreFiles::Overrule } else { IgnoreFiles::Respect },
            catalogues: rule_files(&[])?,
            threads: threads(args.threads),
            now: now(),
            ..Flags::default()
        };
        let config = Config::new(&file, &flags, &known_checks())?;
        Ok(Self { sources, paths, manifest: manifest.map(|path| plain(&path)), config })
    }

    fn read(&self) -> Result<Access, Failure> {
        Ok(access(&self.sources, self.manifest.as_deref(), &self.config)?)
    }
}

/// `./x` as `x`.
fn plain(path: &Path) -> PathBuf {
    match source(path) {
        Source::Path(plain) => plain,
        _ => path.to_path_buf(),
    }
}

/// A report on changes in a format that has none.
#[derive(Debug, Error, Diagnostic)]
#[error("changes cannot be written in this format")]
#[diagnostic(
    code(access::no_changes_format),
    help("use --format text, json or markdown with --diff")
)]
struct NotForChanges;

/// A report file whose name does not say what goes into it.
#[derive(Debug, Error, Diagnostic)]
#[error("the name `{}` does not say which format is wanted", path.display())]
#[diagnostic(
    code(report::unknown_format),
    help("add --format, or end the name in .txt, .json, .sarif, .html or .md")
)]
struct UnknownFormat {
    path: PathBuf,
}

fn format(args: &AccessArgs) -> Result<FormatName, Failure> {
    if let Some(name) = args.format {
        return Ok(name);
    }
    let Some(path) = &args.output else { return Ok(FormatName::Text) };
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let known = FormatName::ENDINGS.iter().find(|(ending, _)| name.ends_with(ending));
    known.map(|(_, name)| *name).ok_or_else(|| UnknownFormat { path: path.clone() }.into())
}

fn name_skipped(found: &Access) {
    for skipped in found.skipped.iter().take(MAX_SKIPPED) {
        let _ = writeln!(io::stderr(), "keylint: not read: {}: {}", skipped.origin, skipped.detail);
    }
    if let Some(more) = found.skipped.len().checked_sub(MAX_SKIPPED).filter(|more| *more > 0) {
        let _ = writeln!(io::stderr(), "keylint: not read: {more} more");
    }
}
