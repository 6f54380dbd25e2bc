//! Flags of `keylint baseline`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::super::args::{CommonArgs, ConfigArgs, ConfigFileArgs, When, confidence};
use keylint::date::day;
use keylint::finding::Confidence;
use keylint::source::IgnoreFiles;

#[derive(Debug, Subcommand)]
pub(crate) enum BaselineCommand {
    /// Add the findings of a scan that nothing hides yet; entries that are there stay as they are
    Write(WriteArgs),
    /// Remove the entries whose findings are not there any more
    Prune(PruneArgs),
    /// Add the findings that files of other scanners name
    ///
    /// Read are JSON reports of gitleaks, .gitleaksignore, .secrets.baseline of detect-secrets, and what trufflehog and
    /// kingfisher print as JSON; their content tells which it is. What they name is looked for in the files that are there
    /// now and, where they name commits, in the history. What is not found gets no entry and is named.
    Import(ImportArgs),
}

#[derive(Debug, Args)]
pub(crate) struct WriteArgs {
    #[command(flatten)]
    pub(super) scanned: ScannedArgs,
    /// The baseline to write [default: keylint.baseline at the root of what is scanned]
    #[arg(short, long, visible_alias = "baseline", value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Scan nothing, take the findings of this JSON report; may be given more than once
    #[arg(long, value_name = "REPORT", conflicts_with = "history")]
    pub(super) from: Vec<PathBuf>,
    /// Why these findings do not count
    #[arg(long, value_name = "TEXT", value_parser = said)]
    pub(super) reason: Option<String>,
    /// Who answers for that
    #[arg(long, value_name = "NAME", value_parser = said)]
    pub(super) owner: Option<String>,
    /// The last day it holds (YYYY-MM-DD); entries that have ended are renewed
    #[arg(long, value_name = "DATE", value_parser = last_day)]
    pub(super) expires: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct PruneArgs {
    #[command(flatten)]
    pub(super) scanned: ScannedArgs,
    /// The baseline to prune [default: keylint.baseline at the root of what is scanned]
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Change nothing, say what would be removed
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// What the other scanners wrote, and the directory that it is about [default: the working directory]
    #[arg(required = true, value_name = "FILE_OR_PATH")]
    pub(super) files: Vec<PathBuf>,
    /// The baseline to write [default: keylint.baseline at the root of what is scanned]
    #[arg(short, long, visible_alias = "baseline", value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Scan git-ignored files too
    #[arg(long)]
    pub(super) no_ignore: bool,
    #[command(flatten)]
    pub(super) how: HowArgs,
}

/// What is scanned, and how.
#[derive(Debug, Args)]
pub(crate) struct ScannedArgs {
    /// Directories and files; with --history, repositories
    #[arg(default_value = ".", value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Scan the history of the repository, as `keylint git` does, not the files that are there now
    #[arg(long)]
    pub(super) history: bool,
    /// Scan git-ignored files too
    #[arg(long, conflicts_with = "history")]
    no_ignore: bool,
    #[command(flatten)]
    how: HowArgs,
}

/// How it is scanned.
#[derive(Debug, Args)]
pub(crate) struct HowArgs {
    /// The lowest confidence that is listed [default: medium]
    #[arg(long, value_parser = confidence, value_name = "CONFIDENCE")]
    min_confidence: Option<Confidence>,
    #[command(flatten)]
    file: ConfigFileArgs,
    /// Add the rules of this file, ours or a configuration for gitleaks; may be given more than once
    #[arg(long, value_name = "FILE")]
    rules: Vec<PathBuf>,
    /// Threads to use [default: one per core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// When to show a progress bar
    #[arg(long, value_enum, default_value = "auto")]
    progress: When,
    /// Print nothing
    #[arg(short, long)]
    quiet: bool,
}

impl HowArgs {
    /// The same for a scan, with this baseline.
    pub(super) fn common(&self, baseline: Option<&PathBuf>) -> CommonArgs {
        let config = ConfigArgs {
            file: self.file.clone(),
            baseline: baseline.cloned(),
            rules: self.rules.clone(),
            catalog: Vec::new(),
        };
        CommonArgs {
            only: None,
            format: None,
            output: None,
            plan: None,
            fail_on: None,
            min_confidence: self.min_confidence,
            reveal: false,
            show_suppressed: false,
            kind: None,
            config,
            hyperlinks: When::Never,
            verbose: false,
            threads: self.threads,
            progress: self.progress,
            stats: false,
            quiet: self.quiet,
        }
    }
}

impl ScannedArgs {
    /// The same for a scan, with this baseline.
    pub(super) fn common(&self, baseline: Option<&PathBuf>) -> CommonArgs {
        self.how.common(baseline)
    }

    /// Whether git's ignore files have a say.
    pub(super) const fn ignore_files(&self) -> IgnoreFiles {
        respected(!self.no_ignore)
    }
}

impl ImportArgs {
    /// Whether git's ignore files have a say.
    pub(super) const fn ignore_files(&self) -> IgnoreFiles {
        respected(!self.no_ignore)
    }
}

const fn respected(is: bool) -> IgnoreFiles {
    if is { IgnoreFiles::Respect } else { IgnoreFiles::Overrule }
}

fn said(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("say something".into()) } else { Ok(text.into()) }
}

fn last_day(text: &str) -> Result<String, String> {
    let is_day = text.len() == 10 && day(text).is_some();
    is_day.then(|| text.into()).ok_or_else(|| "expected a day such as 2027-01-31".into())
}
