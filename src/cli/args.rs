//! Flags and their help. The environment is read here alone.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::access::AccessArgs;
use super::baseline::BaselineCommand;
use super::format::FormatName;
use super::hook::HookCommand;
use super::report::ReportArgs;
use keylint::config::{FailOnText, Halves};
use keylint::date::day;
use keylint::finding::{Confidence, Severity};
use keylint::policy::{Kind, catalogue_date};
use keylint::source::Platform;

/// Finds hard-coded credentials and wrong AWS policies, offline.
///
/// Exit codes: 0 clean and complete, 1 findings, 2 bad instruction, 3 something could not be scanned.
#[derive(Debug, Parser)]
#[command(version, long_version = long_version(), max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Running"
    )]
    pub(crate) color: When,
}

/// The version, and how old the knowledge of AWS is.
fn long_version() -> String {
    format!("{}\ncatalogue of AWS actions: {}", env!("CARGO_PKG_VERSION"), catalogue_date())
}

const SCAN_EXAMPLES: &str = "\
Examples:
  keylint scan                              this directory
  keylint scan -o report.html               the same, as a page with charts and filters
  keylint scan --plan plan.md               and what to do about it
  git diff --cached | keylint scan -        what is about to be committed
  keylint scan --only policy --fix --diff   what can be put right by itself

`keylint explain FILE:LINE` says why something is reported or is not.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan files, directories and standard input
    #[command(after_help = SCAN_EXAMPLES)]
    Scan(ScanArgs),
    /// Scan a git repository: its history, or what is about to be committed
    Git(GitArgs),
    /// Scan container images: every layer, also what later layers hide, and their configuration
    Image(ImageArgs),
    /// Say who can read which secret, and which link is missing where nobody can
    ///
    /// Reads IAM policies, secrets and KMS keys together, from templates (CloudFormation, SAM, the CDK, Terraform and its
    /// plans), from folders laid out by account, from what `aws iam get-account-authorization-details` prints, and from a
    /// manifest, accounts.toml.
    ///
    /// Exit codes: 0 nothing is otherwise than expected, 1 an expectation is broken, 2 bad instruction or manifest.
    Access(AccessArgs),
    /// List, show and test rules and checks
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Explain a rule or check, or show every candidate of a place and what became of it
    Explain(ExplainArgs),
    /// Write down the findings of today, so that scans report new ones only
    ///
    /// A baseline hides findings; it does not make secrets harmless: they should still be rotated.
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Merge, filter and convert saved reports
    ///
    /// Reads what `--format json` and `--format jsonl` wrote, and writes it in any format, as the scan would have.
    ///
    /// Exit codes: 0 clean and complete, 1 findings, 2 bad instruction, 3 something could not be scanned.
    Report(ReportArgs),
    /// Install and remove git hooks
    #[command(subcommand)]
    Hook(HookCommand),
    /// Print the completions of a shell: `source <(keylint completions bash)`
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page: `keylint man | man -l -`
    Man(ManArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ScanArgs {
    /// Files and directories; `-` is standard input
    #[arg(default_value = ".", value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The file that standard input stands for: for its syntax, its configuration and the report
    #[arg(long, value_name = "NAME", conflicts_with_all = ["fix", "diff"])]
    pub(crate) stdin_filename: Option<PathBuf>,
    /// Scan git-ignored files too
    #[arg(long)]
    pub(crate) no_ignore: bool,
    /// Put right what can be put right mechanically, in place; then report the rest
    #[arg(long, conflicts_with = "reveal")]
    pub(crate) fix: bool,
    /// With --fix: change nothing, print what would change
    #[arg(long, requires = "fix", conflicts_with = "plan")]
    pub(crate) diff: bool,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Without an option, the whole history is scanned, for secrets: every file that any commit, branch, tag, stash or note
/// holds or held, and their messages.
#[derive(Debug, ClapArgs)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct GitArgs {
    /// The repository [default: that of the working directory]; with --staged, files of it; with --pre-push, remote and URL
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Scan every object that is there, also what no branch, tag or stash leads to any more
    #[arg(long, group = "part")]
    pub(crate) all_objects: bool,
    /// Scan what the commits of B add that A does not have
    #[arg(long, value_name = "A..B", group = "part", allow_hyphen_values = true)]
    pub(crate) range: Option<String>,
    /// Scan what commits add from a day on (YYYY-MM-DD, or @ and seconds since 1970)
    #[arg(long, value_name = "DATE", group = "part", value_parser = since)]
    pub(crate) since: Option<i64>,
    /// For git's pre-push hook, with its arguments: scan the commits that the remote does not have
    #[arg(long, group = "part")]
    pub(crate) pre_push: bool,
    /// Scan what the next commit will hold; report what is on lines that it adds
    #[arg(long, group = "part")]
    pub(crate) staged: bool,
    /// Like --staged, and report what is on other lines of these files too
    #[arg(long, conflicts_with_all = ["all_objects", "range", "since", "pre_push"])]
    pub(crate) staged_all: bool,
    /// Write what `git filter-repo --replace-text` takes out of the history to a file, secrets in clear; needs --reveal
    #[arg(long, value_name = "FILE", conflicts_with_all = ["range", "since", "pre_push", "staged", "staged_all"])]
    pub(crate) replacements: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// An image is an archive that `docker save` or skopeo wrote, an OCI layout (a directory or a tar), what `skopeo copy … dir:`
/// wrote, or the storage of podman and buildah.
#[derive(Debug, ClapArgs)]
pub(crate) struct ImageArgs {
    /// Archives, layouts and storages
    #[arg(required = true, value_name = "IMAGE")]
    pub(crate) images: Vec<String>,
    /// Scan images for this platform only (os/architecture or os/architecture/variant); may be given more than once
    #[arg(long = "platform", value_name = "PLATFORM", value_parser = platform)]
    pub(crate) platforms: Vec<Platform>,
    #[cfg(feature = "registry")]
    #[command(flatten)]
    pub(crate) registry: super::login::RegistryArgs,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

fn platform(text: &str) -> Result<Platform, String> {
    Platform::parse(text).ok_or_else(|| "write it as os/architecture, such as linux/arm64".into())
}

/// What every scan is told.
#[derive(Debug, ClapArgs)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct CommonArgs {
    /// Look for one kind of problem only
    #[arg(long, value_enum, value_name = "HALF")]
    pub(crate) only: Option<Only>,
    /// The format of the report [default: from the name of -o FILE, else text]
    #[arg(long, value_enum, help_heading = "Report")]
    pub(crate) format: Option<FormatName>,
    /// Write the report to a file, whole or not at all
    #[arg(short, long, value_name = "FILE", help_heading = "Report")]
    pub(crate) output: Option<PathBuf>,
    /// Write what to do now to a Markdown file: how to take each secret back, what takes its place, in which order
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub(crate) plan: Option<PathBuf>,
    /// The lowest severity that makes the scan fail; with or instead of it `unused-suppression`, for decisions that hide
    /// nothing any more [default: low]
    #[arg(long, value_name = "SEVERITY", help_heading = "Report")]
    pub(crate) fail_on: Option<FailOnText>,
    /// The lowest confidence that is listed [default: medium]
    #[arg(long, value_parser = confidence, value_name = "CONFIDENCE", help_heading = "Report")]
    pub(crate) min_confidence: Option<Confidence>,
    /// Show raw secrets in the report
    #[arg(long, help_heading = "Report")]
    pub(crate) reveal: bool,
    /// List suppressed findings too
    #[arg(long, help_heading = "Report")]
    pub(crate) show_suppressed: bool,
    /// Take every policy for one of this kind, whatever it looks like
    #[arg(long, value_enum, value_name = "KIND")]
    pub(crate) kind: Option<KindName>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Threads to use [default: one per core]
    #[arg(long, value_name = "N", help_heading = "Running")]
    pub(crate) threads: Option<usize>,
    /// When to show a progress bar
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto", help_heading = "Running")]
    pub(crate) progress: When,
    /// When names of files in the report lead to the files
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto", help_heading = "Report")]
    pub(crate) hyperlinks: When,
    /// Print counts and times of the scan to standard error
    #[arg(long, help_heading = "Running")]
    pub(crate) stats: bool,
    /// Print nothing but the report
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Running")]
    pub(crate) quiet: bool,
    /// Say on standard error what takes part, what is left out and why
    #[arg(short, long, help_heading = "Running")]
    pub(crate) verbose: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ConfigArgs {
    #[command(flatten)]
    pub(crate) file: ConfigFileArgs,
    /// Hide the findings of this baseline instead of the keylint.baseline of what is scanned
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub(crate) baseline: Option<PathBuf>,
    /// Add the rules of this file, ours or a configuration for gitleaks; may be given more than once
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub(crate) rules: Vec<PathBuf>,
    /// Add the AWS actions of this JSON file to the catalogue; may be given more than once
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub(crate) catalog: Vec<PathBuf>,
}

/// Which configuration is read.
#[derive(Clone, Debug, Default, ClapArgs)]
pub(crate) struct ConfigFileArgs {
    /// Read this configuration instead of the keylint.toml of what is scanned
    #[arg(long, value_name = "FILE", conflicts_with = "no_config", help_heading = "Configuration")]
    pub(crate) config: Option<PathBuf>,
    /// Read no configuration and no baseline that is not named
    #[arg(long, help_heading = "Configuration")]
    pub(crate) no_config: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ManArgs {
    /// The command that it is about, such as `rules test` [default: the program]
    #[arg(conflicts_with = "directory")]
    pub(crate) command: Vec<String>,
    /// Write the pages of all commands to a directory
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) directory: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List the ids of all rules and checks
    List {
        /// How to print them
        #[arg(long, value_enum, default_value = "text")]
        format: ListFormat,
        #[command(flatten)]
        config: ConfigFileArgs,
    },
    /// Show one rule or check
    Show {
        /// Its id
        id: String,
        #[command(flatten)]
        config: ConfigFileArgs,
    },
    /// Run the examples of the built-in rules and those of keylint.toml, or of rule files
    Test {
        /// Rule files
        files: Vec<PathBuf>,
        /// Print instead what each rule costs, on a text that is made up
        #[arg(long)]
        cost: bool,
        #[command(flatten)]
        config: ConfigFileArgs,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ExplainArgs {
    /// The id of a rule or check; or `FILE`, `FILE:LINE`, `COMMIT:FILE:LINE`, `-` for standard input
    #[arg(value_name = "ID_OR_PLACE")]
    pub(crate) place: String,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: ExplainFormat,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Show raw secrets
    #[arg(long)]
    pub(crate) reveal: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Only {
    Secrets,
    Policy,
}

impl From<Only> for Halves {
    fn from(only: Only) -> Self {
        match only {
            Only::Secrets => Self::Secrets,
            Only::Policy => Self::Policy,
        }
    }
}

/// The kinds of policy, as `--kind` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindName {
    Identity,
    Resource,
    Key,
    Trust,
    Endpoint,
    Scp,
    Rcp,
}

impl From<KindName> for Kind {
    fn from(name: KindName) -> Self {
        match name {
            KindName::Identity => Self::Identity,
            KindName::Resource => Self::Resource,
            KindName::Key => Self::Key,
            KindName::Trust => Self::Trust,
            KindName::Endpoint => Self::Endpoint,
            KindName::Scp => Self::ServiceControl,
            KindName::Rcp => Self::ResourceControl,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    Text,
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExplainFormat {
    Text,
    Jsonl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

pub(crate) fn severity(text: &str) -> Result<Severity, String> {
    by_name(Severity::ALL, Severity::name, text)
}

pub(crate) fn confidence(text: &str) -> Result<Confidence, String> {
    by_name(Confidence::ALL, Confidence::name, text)
}

/// A moment in seconds since 1970.
fn since(text: &str) -> Result<i64, String> {
    let seconds = text.strip_prefix('@').map_or_else(|| day(text), |seconds| seconds.parse().ok());
    seconds.ok_or_else(|| "expected a day such as 2026-01-31, or @ and seconds since 1970".into())
}

fn by_name<T: Copy>(all: &[T], name: fn(T) -> &'static str, text: &str) -> Result<T, String> {
    let names: Vec<&str> = all.iter().map(|value| name(*value)).collect();
    let found = all.iter().copied().find(|value| name(*value) == text);
    found.ok_or_else(|| format!("expected one of {}", names.join(", ")))
}
