//! Files of a repository that must be files: opening a pipe would wait for ever.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The longest of git's small files that is read.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// What a git directory may have that is opened whoever reads it.
const FILES: &[&str] = &[
    "HEAD",
    "config",
    "config.worktree",
    "commondir",
    "gitdir",
    "index",
    "shallow",
    "info/grafts",
    "info/exclude",
    "info/attributes",
    "objects/info/alternates",
    "objects/info/commit-graph",
    "objects/pack/multi-pack-index",
];

/// Fails for what is there and no regular file.
pub(super) fn check(path: &Path) -> io::Result<()> {
    if fs::metadata(path)?.is_file() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"))
}

/// The bytes of a small file.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    check(path)?;
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MAX_FILE).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The first file of a git directory, or of one that it shares, that is there and no regular file.
pub(super) fn irregular(git_dir: &Path) -> Option<PathBuf> {
    let own = of_directory(git_dir);
    let shared = || {
        let text = read(&git_dir.join("commondir")).ok()?;
        let shared = git_dir.join(super::to_path(text.trim_ascii().into()));
        of_directory(&shared)
    };
    own.or_else(shared)
}

fn of_directory(git_dir: &Path) -> Option<PathBuf> {
    let is_wrong = |path: &PathBuf| fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
    let mut files = FILES.iter().map(|name| git_dir.join(name));
    let packed = git_dir.join("packed-refs");
    files.find(is_wrong).or_else(|| is_pipe(&packed).then_some(packed))
}

/// Whether opening a path would wait for somebody to write to it.
#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
}

/// The first reference that is neither a file nor a directory.
pub(super) fn irregular_reference(git_dir: &Path) -> Option<PathBuf> {
    let packed = git_dir.join("packed-refs");
    let is_wrong = fs::metadata(&packed).is_ok_and(|metadata| !metadata.is_file());
    if is_wrong { Some(packed) } else { below(&git_dir.join("refs"), 0) }
}

/// The first below a directory. Links to directories are not followed: they could lead in circles.
fn below(directory: &Path, depth: usize) -> Option<PathBuf> {
    const MAX_DEPTH: usize = 64;
    for entry in fs::read_dir(directory).ok()?.flatten() {
        let path = entry.path();
        let kind = fs::metadata(&path).map(|metadata| metadata.file_type());
        let wrong = match kind {
            Ok(kind) if kind.is_file() => None,
            Ok(kind) if kind.is_dir() && (depth == MAX_DEPTH || path.is_symlink()) => None,
            Ok(kind) if kind.is_dir() => below(&path, depth + 1),
            Ok(_) => Some(path),
            // A link to nothing is not waited for.
            Err(_) => None,
        };
        if wrong.is_some() {
            return wrong;
        }
    }
    None
}

/// The git directory that a search from `path` upwards finds first, as a path, whether or not it is sound.
pub(super) fn git_dir(path: &Path) -> Option<PathBuf> {
    let is_git = |path: &Path| {
        fs::symlink_metadata(path.join("HEAD")).is_ok() && path.join("objects").exists()
    };
    for above in path.ancestors() {
        let inner = above.join(".git");
        match fs::metadata(&inner) {
            Ok(metadata) if metadata.is_dir() => return Some(inner),
            Ok(metadata) if metadata.is_file() => {
                let text = read(&inner).ok()?;
                let target = text.trim_ascii().strip_prefix(b"gitdir:")?;
                return Some(above.join(super::to_path(target.trim_ascii().into())));
            }
            Ok(_) => return Some(inner),
            Err(_) => {}
        }
        if is_git(above) {
            return Some(above.into());
        }
    }
    None
}
