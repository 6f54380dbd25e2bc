//! `keylint access`.

mod args;
mod base;
mod grant;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::args::When;
use super::environment::{columns, now};
use super::scan::{config_file, known_checks, rule_files, source, threads};
use super::{Exit, Failure, output};
pub(crate) use args::AccessArgs;
use args::{AccessCommand, FormatName, WorldArgs};
use keylint::access::Access;
use keylint::blob::{inert, path_bytes};
use keylint::config::{Config, Flags};
use keylint::policy::access::{UnknownLabel, names_label};
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
    check(format, args)?;
    let world = World::new(&args.world)?;
    let found = world.read()?;
    let is_as_expected = found.is_as_expected();
    let asked = Asked::new(args, &found)?;
    let look = if args.output.is_some() { Look::Plain } else { output::look(&io::stdout(), color) };
    let options = Options { look, width: columns().unwrap_or(100), all: args.all };
    if !args.world.quiet
        && (format != FormatName::Text || args.output.is_some() || args.diff.is_some())
    {
        name_skipped(&found);
    }
    let how = (format, &options);
    match &args.diff {
        Some(base) => write_changes(&base::read(base, &world)?, &found, (args, &asked), how)?,
        None if args.show_world => write_world(found, args, how)?,
        None => write(found, (args, &asked), how)?,
    }
    Ok(if is_as_expected { Exit::Clean } else { Exit::Findings })
}

fn write(
    mut found: Access,
    (args, asked): (&AccessArgs, &Asked),
    (format, options): (FormatName, &Options),
) -> Result<(), Failure> {
    found.narrow(|principal, secret| asked.is_asked(principal, secret));
    let file = args.output.as_deref();
    Ok(output::write(file, |out| report::write(format.into(), &found, options, out))?)
}

fn write_world(
    mut found: Access,
    args: &AccessArgs,
    (format, options): (FormatName, &Options),
) -> Result<(), Failure> {
    // What is expected is expected of paths.
    (found.paths, found.expectations) = (Vec::new(), Vec::new());
    Ok(output::write(args.output.as_deref(), |out| match format {
        FormatName::Text => report::write_world(&found, out),
        other => report::write(other.into(), &found, options, out),
    })?)
}

fn write_changes(
    before: &Access,
    found: &Access,
    (args, asked): (&AccessArgs, &Asked),
    (format, options): (FormatName, &Options),
) -> Result<(), Failure> {
    let format = format.of_changes().ok_or(NotForChanges)?;
    let mut changes = found.changes_since(before);
    changes.retain(|change| asked.is_asked(&change.principal, &change.secret));
    let file = args.output.as_deref();
    Ok(output::write(file, |out| report::write_changes(format, &changes, found, options, out))?)
}

/// The paths that are listed: patterns of labels.
struct Asked<'a> {
    principal: Option<&'a str>,
    secret: Option<&'a str>,
}

impl<'a> Asked<'a> {
    /// Somebody or something has to be meant, but for what may have been there before.
    fn new(args: &'a AccessArgs, found: &Access) -> Result<Self, Failure> {
        let asked = Self { principal: args.principal.as_deref(), secret: args.secret.as_deref() };
        if args.diff.is_some() {
            return Ok(asked);
        }
        if let Some(pattern) = asked.principal {
            let known = found.principals.iter().map(|own| own.label.as_str());
            UnknownLabel::check("principal", pattern, known)?;
        }
        if let Some(pattern) = asked.secret {
            let known = found.secrets.iter().map(|own| own.label.as_str());
            UnknownLabel::check("secret", pattern, known)?;
        }
        Ok(asked)
    }

    fn is_asked(&self, principal: &str, secret: &str) -> bool {
        let names = |pattern: Option<&str>, label| pattern.is_none_or(|of| names_label(of, label));
        names(self.principal, principal) && names(self.secret, secret)
    }
}

/// What is read, and what is said of it.
struct World {
    sources: Vec<Source>,
    paths: Vec<PathBuf>,
    manifest: Option<PathBuf>,
    /// Where a manifest is looked for.
    manifests: Vec<PathBuf>,
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
        let manifests: Vec<PathBuf> = match &args.manifest {
            Some(manifest) => vec![manifest.clone()],
            None => paths.iter().map(|path| path.join(MANIFEST)).collect(),
        };
        let found = || manifests.iter().find(|path| path.is_file()).cloned();
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
        let manifests = manifests.iter().map(|path| plain(path)).collect();
        Ok(Self { sources, paths, manifest: manifest.map(|path| plain(&path)), manifests, config })
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

/// What was understood in a format that has no words for it.
#[derive(Debug, Error, Diagnostic)]
#[error("what was understood cannot be written in this format")]
#[diagnostic(code(access::no_world_format), help("use --format text or json with --show-world"))]
struct NotForWorld;

/// What is piped in was not anywhere before.
#[derive(Debug, Error, Diagnostic)]
#[error("standard input cannot be compared with what was before")]
#[diagnostic(code(access::no_past), help("give files or directories with --diff"))]
struct NoPast;

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

/// Refuses what does not go together.
fn check(format: FormatName, args: &AccessArgs) -> Result<(), Failure> {
    if args.show_world && !matches!(format, FormatName::Text | FormatName::Json) {
        return Err(NotForWorld.into());
    }
    if args.diff.is_none() {
        return Ok(());
    }
    if format.of_changes().is_none() {
        return Err(NotForChanges.into());
    }
    if args.world.paths.iter().any(|path| path == Path::new("-")) {
        return Err(NoPast.into());
    }
    Ok(())
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
