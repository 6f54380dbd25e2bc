//! Flags of `keylint report` and their help.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::{Only, confidence, severity};
use crate::cli::format::FormatName;
use keylint::finding::{Confidence, Severity};

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Saved reports; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The format to write [default: from the name of -o FILE, else text]
    #[arg(long, value_enum)]
    pub(crate) format: Option<FormatName>,
    /// Write to a file, whole or not at all
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    /// The lowest severity that makes the exit code 1 [default: as the scan had it]
    #[arg(long, value_parser = severity, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<Severity>,
    /// List suppressed findings too, where they were saved
    #[arg(long)]
    pub(crate) show_suppressed: bool,
    /// Let raw secrets pass, where they were saved
    #[arg(long)]
    pub(crate) reveal: bool,
    /// Print nothing but the report
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Which findings of saved reports are listed.
#[derive(Debug, Args)]
pub(crate) struct FilterArgs {
    /// List one kind of problem only
    #[arg(long, value_enum, value_name = "HALF")]
    pub(crate) only: Option<Only>,
    /// The lowest severity that is listed
    #[arg(long, value_parser = severity, value_name = "SEVERITY")]
    pub(crate) severity: Option<Severity>,
    /// The lowest confidence that is listed
    #[arg(long, value_parser = confidence, value_name = "CONFIDENCE")]
    pub(crate) min_confidence: Option<Confidence>,
    /// List what this rule or check found; may be given more than once
    #[arg(long = "rule", value_name = "ID")]
    pub(crate) rules: Vec<String>,
    /// List what is in files that this pattern fits, such as `src/**`; may be given more than once
    #[arg(long = "path", value_name = "GLOB")]
    pub(crate) paths: Vec<String>,
}
