//! What there was before: the files of a commit, another directory or another file.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::{Failure, World};
use crate::cli::environment::working_directory;
use crate::cli::scan::source;
use keylint::access::Access;
use keylint::scan::{Before, Past, access_before};
use keylint::source::{Environment, GitSource, Part, Source};

/// Reads it as the world of now is read.
pub(super) fn read(base: &str, world: &World) -> Result<Access, Failure> {
    let folder = Path::new(base);
    if folder.exists() { of_folder(folder, world) } else { of_commit(base, world) }
}

/// The files of a commit. What lies elsewhere than in the repository was not there.
fn of_commit(revision: &str, world: &World) -> Result<Access, Failure> {
    let before = world.paths.iter().map(|path| {
        let whole = absolute(path);
        let folder = if whole.is_dir() { path.clone() } else { folder_of(path) };
        let git = GitSource {
            repository: folder,
            environment: Environment::default(),
            name: None,
            part: Part::At { revision: revision.to_owned(), only: None },
        };
        let root = absolute(&git.work_tree().unwrap_or_default());
        let below = whole.strip_prefix(&root).map(Path::to_path_buf).unwrap_or_default();
        Before { source: Source::Git(git), root, below, shown: shown(path) }
    });
    let past = Past {
        read: before.collect(),
        manifests: world.manifests.clone(),
        from: format!("at {revision}"),
        then: &|path| Some(absolute(path)),
    };
    Ok(access_before(&past, &world.config)?)
}

/// The files of a directory, which stands in the place of the path that is read, or of the working directory where there are
/// several. What lies elsewhere is what it is now.
fn of_folder(base: &Path, world: &World) -> Result<Access, Failure> {
    let (place, pairs) = match &world.paths[..] {
        [path] => {
            let is_file_there = path.is_file() && base.is_dir();
            let name = path.file_name().filter(|_| is_file_there).map(|name| base.join(name));
            let base = name.unwrap_or_else(|| base.to_path_buf());
            (absolute(path), vec![(base, path)])
        }
        paths => {
            let here = absolute(Path::new(""));
            let inner = |path| absolute(path).strip_prefix(&here).map(|inner| base.join(inner));
            let pairs = paths.iter().map(|path| (inner(path).unwrap_or(path.clone()), path));
            let pairs = pairs.filter(|(then, _)| then.exists()).collect();
            (here.clone(), pairs)
        }
    };
    let before = pairs.into_iter().map(|(then, path)| Before {
        source: source(&then),
        root: PathBuf::new(),
        below: shown(&then),
        shown: shown(path),
    });
    let past = Past {
        read: before.collect(),
        manifests: world.manifests.clone(),
        from: format!("in {}", base.display()),
        then: &|path| {
            let whole = absolute(path);
            let inner = whole.strip_prefix(&place).map(|inner| base.join(inner));
            Some(inner.unwrap_or(whole))
        },
    };
    Ok(access_before(&past, &world.config)?)
}

/// A path as reports show it.
fn shown(path: &Path) -> PathBuf {
    match source(path) {
        Source::Path(path) => path,
        _ => path.to_path_buf(),
    }
}

/// The folder of a file.
fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// A path from the root, without links as far as there is something. What follows may not be there any more.
fn absolute(path: &Path) -> PathBuf {
    let whole = working_directory().unwrap_or_default().join(path);
    let mut known = whole.as_path();
    let mut rest: Vec<Component> = Vec::new();
    loop {
        if let Ok(known) = fs::canonicalize(known) {
            return rest.iter().rev().fold(known, |path, part| path.join(part));
        }
        match (known.parent(), known.components().next_back()) {
            (Some(parent), Some(part)) => {
                rest.push(part);
                known = parent;
            }
            _ => return whole,
        }
    }
}
