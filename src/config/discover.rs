//! Which `keylint.toml` a scan is under: that at the root of what is scanned.

use std::fs;
use std::path::{Path, PathBuf};

use super::ConfigError;
use crate::blob::{inert, path_bytes};
use crate::source::{ImageLocation, ImageSource, Source};

const NAME: &str = "keylint.toml";

/// What was found for the sources of a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Discovered {
    /// A file to use.
    File(PathBuf),
    /// None of the sources has one.
    None,
}

/// Looks for the configuration of the sources: in a directory given, for a file in the root of its repository, else in
/// its directory.
///
/// # Errors
///
/// When two sources have different ones.
pub fn discover(sources: &[Source]) -> Result<Discovered, ConfigError> {
    let mut found: Option<PathBuf> = None;
    for source in sources {
        let Some(file) = root_of(source).and_then(|root| in_directory(&root)) else { continue };
        match &found {
            Some(first) if *first != file => {
                return Err(ConfigError::Ambiguous { first: first.clone(), second: file });
            }
            _ => found = Some(file),
        }
    }
    Ok(found.map_or(Discovered::None, Discovered::File))
}

/// Notes on the rules of other scanners that lie where the configuration would, and are not among the files that are read.
pub fn unread_rules(sources: &[Source], read: &[PathBuf]) -> Vec<String> {
    let read: Vec<PathBuf> = read.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
    let mut notes: Vec<String> = Vec::new();
    for root in sources.iter().filter_map(root_of) {
        for name in [".gitleaks.toml", ".betterleaks.toml"] {
            let file = root.join(name);
            let is_unread = fs::symlink_metadata(&file).is_ok_and(|found| found.is_file())
                && !fs::canonicalize(&file).is_ok_and(|real| read.contains(&real));
            let shown = inert(&path_bytes(&file));
            let note = format!("{shown} is not read; use it with --rules or `[rules] files`");
            if is_unread && !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    notes
}

/// The directory that configures a source.
fn root_of(source: &Source) -> Option<PathBuf> {
    match source {
        Source::Stdin { name } => name.as_deref().map(root_of_file),
        Source::Text(text) => Some(root_of_file(&text.name)),
        Source::Path(path) => Some(of_path(path)),
        Source::Git(git) => git.work_tree(),
        // What is in an image configures nothing.
        Source::Image(ImageSource { place: ImageLocation::Path(path), .. }) => {
            Some(root_of_file(path))
        }
        #[cfg(feature = "registry")]
        Source::Image(_) => None,
    }
}

fn of_path(path: &Path) -> PathBuf {
    let is_directory =
        path.as_os_str().is_empty() || fs::metadata(path).is_ok_and(|metadata| metadata.is_dir());
    if is_directory { path.into() } else { root_of_file(path) }
}

/// The repository that a file is in, else its directory: what configures it.
pub fn root_of_file(path: &Path) -> PathBuf {
    repository_root(path).unwrap_or_else(|| path.parent().unwrap_or(Path::new("")).into())
}

fn in_directory(root: &Path) -> Option<PathBuf> {
    let file = root.join(NAME);
    fs::metadata(&file).is_ok_and(|metadata| metadata.is_file()).then_some(file)
}

/// The root of the repository that a file is in, as a path like the file's own where that is possible.
fn repository_root(path: &Path) -> Option<PathBuf> {
    let is_root = |directory: &Path| fs::symlink_metadata(directory.join(".git")).is_ok();
    let above = path.ancestors().skip(1).find(|directory| {
        is_root(if directory.as_os_str().is_empty() { Path::new(".") } else { directory })
    });
    above.map(Path::to_path_buf).or_else(|| {
        let real = fs::canonicalize(path).ok()?;
        real.ancestors().skip(1).find(|directory| is_root(directory)).map(Path::to_path_buf)
    })
}
