//! What there was before: a directory, or the files of a commit.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Failure, World};
use crate::cli::args::working_directory;
use crate::cli::scan::source;
use keylint::access::Access;
use keylint::scan::{Before, access, access_before};
use keylint::source::{Environment, GitSource, Part, Source};

/// Reads it as the world of now is read.
pub(super) fn read(base: &str, world: &World) -> Result<Access, Failure> {
    let folder = Path::new(base);
    if folder.is_dir() {
        let manifest = world.manifest.as_ref().map(|path| folder.join(below(path, &world.paths)));
        let manifest = manifest.filter(|path| path.is_file());
        return Ok(access(&[source(folder)], manifest.as_deref(), &world.config)?);
    }
    let before = world.paths.iter().map(|path| {
        let whole = absolute(path);
        let repository = if whole.is_dir() { path.clone() } else { path.join("..") };
        let git = |below| GitSource {
            repository: repository.clone(),
            environment: Environment::default(),
            name: None,
            part: Part::At { revision: base.to_owned(), below },
        };
        let root = git(PathBuf::new()).work_tree().map(|root| absolute(&root));
        let below = root.and_then(|root| whole.strip_prefix(root).ok().map(Path::to_path_buf));
        let below = below.unwrap_or_default();
        let shown = match source(path) {
            Source::Path(path) => path,
            _ => path.clone(),
        };
        Before { source: Source::Git(git(below.clone())), below, shown }
    });
    let before: Vec<Before> = before.collect();
    Ok(access_before(&before, world.manifest.as_deref(), &world.config)?)
}

/// A path without the first of these folders that it lies in.
fn below(path: &Path, folders: &[PathBuf]) -> PathBuf {
    let mut inner = folders.iter().filter_map(|folder| {
        absolute(path).strip_prefix(absolute(folder)).ok().map(Path::to_path_buf)
    });
    inner.next().unwrap_or_else(|| path.file_name().unwrap_or_default().into())
}

fn absolute(path: &Path) -> PathBuf {
    let here = working_directory().unwrap_or_default();
    let whole = here.join(path);
    fs::canonicalize(&whole).unwrap_or(whole)
}
