//! Where git looks for the hooks of a repository. Unlike scans, this believes the configuration: the user asks where
//! their own git looks.

use std::fs;
use std::path::{Path, PathBuf};

use gix::bstr::ByteSlice;
use gix::discover::upwards;
use miette::Diagnostic;
use thiserror::Error;

/// The key that moves hooks elsewhere.
const KEY: &str = "core.hooksPath";

/// The hooks of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hooks {
    /// The directory where git looks for them; it need not exist.
    pub directory: PathBuf,
    /// Whose directory this is.
    pub place: HooksPlace,
    /// Where git looks when nothing is configured: below the git directory that all work trees share.
    pub own: PathBuf,
}

/// Whose directory it is that hooks are looked for in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HooksPlace {
    /// The repository's, below its git directory.
    Own,
    /// It is content of the work tree.
    WorkTree,
    /// It is neither, and other repositories may use it too.
    Elsewhere,
}

/// A repository whose hooks are not known.
#[derive(Debug, Error, Diagnostic)]
pub enum HooksError {
    /// There is none, or none that can be read.
    #[error("`{}` is not in a git repository that can be read: {detail}", path.display())]
    #[diagnostic(
        code(hook::no_repository),
        help("run it in a directory of the repository, or name the directory")
    )]
    NoRepository {
        /// As given.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// The configured directory cannot be told.
    #[error("core.hooksPath is `{value}`, which names no directory")]
    #[diagnostic(
        code(hook::bad_hooks_path),
        help("`git config --show-origin core.hooksPath` says where this is set")
    )]
    BadPath {
        /// As configured.
        value: String,
    },
}

/// Finds the hooks of the repository at or above `path`. Variables that git sets for hooks (`GIT_DIR`) have no say.
///
/// # Errors
///
/// Where there is no repository, or one whose `core.hooksPath` names no directory.
pub fn find(path: &Path) -> Result<Hooks, HooksError> {
    let no_repository =
        |detail: String| HooksError::NoRepository { path: path.to_path_buf(), detail };
    let here = fs::canonicalize(path).map_err(|error| no_repository(error.to_string()))?;
    let repository = open(&here).map_err(no_repository)?;
    let root = repository.workdir();
    let own = repository.common_dir().join("hooks");
    let directory = match configured(&repository)? {
        // Where hooks are run: at the root of the work tree, or else in the git directory.
        Some(configured) => root.unwrap_or(repository.git_dir()).join(configured),
        None => own.clone(),
    };
    let is_below = |above: &Path| real(&directory).starts_with(real(above));
    let place = if is_below(repository.common_dir()) {
        HooksPlace::Own
    } else if root.is_some_and(is_below) {
        HooksPlace::WorkTree
    } else {
        HooksPlace::Elsewhere
    };
    Ok(Hooks { directory, place, own })
}

/// Opens a repository with the configuration that git would read without variables.
fn open(path: &Path) -> Result<gix::Repository, String> {
    let options = || {
        let mut permissions = gix::open::Permissions::all();
        permissions.config.env = false;
        gix::open::Options::default().permissions(permissions).strict_config(false)
    };
    let search = upwards::Options {
        // Nothing of it is run.
        trust: upwards::TrustPolicy::Assume(gix::sec::Trust::Full),
        ..upwards::Options::default()
    };
    let trust = gix::sec::trust::Mapping { full: options(), reduced: options() };
    let shared = gix::ThreadSafeRepository::discover_opts(path, search, trust);
    Ok(shared.map_err(|error| error.to_string())?.to_thread_local())
}

fn configured(repository: &gix::Repository) -> Result<Option<PathBuf>, HooksError> {
    let config = repository.config_snapshot();
    let Some(value) = config.string(KEY) else { return Ok(None) };
    match config.trusted_path(KEY) {
        Ok(Some(path)) if !value.is_empty() => Ok(Some(path)),
        // git would look for hooks at the root of the file system.
        _ => Err(HooksError::BadPath { value: value.to_str_lossy().into_owned() }),
    }
}

/// A path without links, of which the end need not exist.
fn real(path: &Path) -> PathBuf {
    for above in path.ancestors() {
        if let (Ok(real), Ok(rest)) = (fs::canonicalize(above), path.strip_prefix(above)) {
            return if rest.as_os_str().is_empty() { real } else { real.join(rest) };
        }
    }
    path.to_path_buf()
}
