//! The arguments of `keylint access`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use crate::cli::args::ConfigFileArgs;
use keylint::report::access::{ChangesFormat, Format};

/// What is read, what is asked, and how it is told.
#[derive(Debug, ClapArgs)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct AccessArgs {
    #[command(subcommand)]
    pub(crate) command: Option<AccessCommand>,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
    /// Say what access changed since then: a git revision, such as origin/main, or a directory
    #[arg(long, value_name = "BASE", conflicts_with = "show_world")]
    pub(crate) diff: Option<String>,
    /// Print what was understood, and from where, instead of the answers
    #[arg(long)]
    pub(crate) show_world: bool,
    /// List the paths of these principals only: a label, or a pattern with *
    #[arg(long, value_name = "LABEL")]
    pub(crate) principal: Option<String>,
    /// List the paths to these secrets only: a label, or a pattern with *
    #[arg(long, value_name = "LABEL")]
    pub(crate) secret: Option<String>,
    /// List every path with all of its links, also where no document is about it
    #[arg(long)]
    pub(crate) all: bool,
    /// The format of the report [default: from the name of -o FILE, else text]
    #[arg(long, value_enum)]
    pub(crate) format: Option<FormatName>,
    /// Write the report to a file, whole or not at all
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// What is read.
#[derive(Debug, ClapArgs)]
pub(crate) struct WorldArgs {
    /// Files and directories; `-` is standard input [default: the folder of the manifest, else the working directory]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// What there is and what is expected of it [default: the accounts.toml of PATH, where it has one]
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
    /// Read git-ignored files too
    #[arg(long)]
    pub(crate) no_ignore: bool,
    #[command(flatten)]
    pub(crate) config: ConfigFileArgs,
    /// Threads to use [default: one per core]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Print nothing but the report
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccessCommand {
    /// Print the least that lets a principal read a secret: a statement for each document that needs one
    Grant(GrantArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct GrantArgs {
    /// Who is to read: a label such as app/ApplicationRole, or an ARN
    #[arg(long, value_name = "PRINCIPAL")]
    pub(crate) principal: String,
    /// What: a label such as security/prod/db, or an ARN
    #[arg(long, value_name = "SECRET")]
    pub(crate) secret: String,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: GrantFormat,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GrantFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    Text,
    Json,
    Sarif,
    Html,
    Markdown,
}

impl FormatName {
    /// What files of the format are called at their end.
    pub(super) const ENDINGS: &[(&str, Self)] = &[
        (".sarif", Self::Sarif),
        (".sarif.json", Self::Sarif),
        (".json", Self::Json),
        (".html", Self::Html),
        (".md", Self::Markdown),
        (".txt", Self::Text),
    ];
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Text => Self::Text,
            FormatName::Json => Self::Json,
            FormatName::Sarif => Self::Sarif,
            FormatName::Html => Self::Html,
            FormatName::Markdown => Self::Markdown,
        }
    }
}

impl FormatName {
    /// The format of a report on what changed, where there is one.
    pub(super) const fn of_changes(self) -> Option<ChangesFormat> {
        match self {
            Self::Text => Some(ChangesFormat::Text),
            Self::Json => Some(ChangesFormat::Json),
            Self::Markdown => Some(ChangesFormat::Markdown),
            Self::Sarif | Self::Html => None,
        }
    }
}
