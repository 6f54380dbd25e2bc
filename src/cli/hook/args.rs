//! Flags of `keylint hook`, and the hooks that they name.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum HookCommand {
    /// Have git scan what is committed; a hook that is there keeps running, before keylint
    Install(InstallArgs),
    /// Remove the hooks again, and put back what was there
    Uninstall(HookArgs),
}

#[derive(Debug, Args)]
pub(crate) struct InstallArgs {
    #[command(flatten)]
    pub(crate) hook: HookArgs,
    /// Install even where other repositories get the hook too
    #[arg(long)]
    pub(crate) shared: bool,
}

#[derive(Debug, Args)]
pub(crate) struct HookArgs {
    /// The repository, or a directory in it
    #[arg(default_value = ".", value_name = "REPO")]
    pub(crate) repository: PathBuf,
    /// Which hook; may be given more than once [default: pre-commit; all of keylint's to uninstall]
    #[arg(long = "hook", value_enum, value_name = "HOOK")]
    hooks: Vec<HookName>,
}

impl HookArgs {
    /// The hooks that are named, each once.
    pub(crate) fn names(&self) -> Option<Vec<HookName>> {
        let is_named = |name: &HookName| self.hooks.contains(name);
        let named: Vec<HookName> = HookName::ALL.iter().copied().filter(is_named).collect();
        (!named.is_empty()).then_some(named)
    }
}

/// The hooks of git that can be installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HookName {
    PreCommit,
    PrePush,
}

impl HookName {
    pub(crate) const ALL: &[Self] = &[Self::PreCommit, Self::PrePush];

    /// The name of its file.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PrePush => "pre-push",
        }
    }

    /// What it runs.
    pub(crate) const fn command(self) -> &'static str {
        match self {
            Self::PreCommit => "keylint git --staged",
            Self::PrePush => "keylint git --pre-push",
        }
    }

    /// The command of git that runs it.
    pub(crate) const fn act(self) -> &'static str {
        match self {
            Self::PreCommit => "commit",
            Self::PrePush => "push",
        }
    }
}
