//! `.gitattributes`: git is told to keep the lines of both sides when it merges a baseline.
//!
//! <https://git-scm.com/docs/gitattributes>

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;

use super::super::output;
use super::shown;
use keylint::config::repository_root;

/// Where git looks for attributes, beside the file or above it.
const NAME: &str = ".gitattributes";

/// Sees to it that git merges a file of a work tree line by line. Says what was done, or what is left to do; nothing where git
/// is told already, or where there is no repository.
pub(super) fn merge_by_union(file: &Path) -> Option<String> {
    let file = fs::canonicalize(file).ok()?;
    let root = repository_root(&file)?;
    let (directory, name) = (file.parent()?, file.file_name()?.to_str()?);
    if is_decided(&file, &root) {
        return None;
    }
    let attributes = directory.join(NAME);
    let line = format!("{name} merge=union");
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    // git does not follow links here.
    if !name.bytes().all(is_plain) || attributes.is_symlink() {
        return Some(format!("add `{line}` to {NAME}, so that branches merge without conflict"));
    }
    Some(match add(&attributes, &line) {
        Ok(()) => format!("added `{line}` to {NAME}, so that branches merge without conflict"),
        Err(error) => {
            format!("{} could not be written ({error}); add `{line}`", shown(&attributes))
        }
    })
}

fn add(attributes: &Path, line: &str) -> io::Result<()> {
    match fs::read_to_string(attributes) {
        Ok(mut text) => {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            output::replace(attributes, format!("{text}{line}\n").as_bytes())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            output::create(attributes, format!("{line}\n").as_bytes())
        }
        Err(error) => Err(error),
    }
}

/// Whether any line for the file says how it is merged.
fn is_decided(file: &Path, root: &Path) -> bool {
    let above = file.ancestors().skip(1).take_while(|directory| directory.starts_with(root));
    let mut files: Vec<(PathBuf, PathBuf)> =
        above.map(|directory| (directory.join(NAME), directory.into())).collect();
    files.push((root.join(".git/info/attributes"), root.into()));
    files.iter().any(|(attributes, directory)| {
        let text = fs::read(attributes).unwrap_or_default();
        let below = file.strip_prefix(directory).unwrap_or(file);
        String::from_utf8_lossy(&text).lines().any(|line| decides(line, below))
    })
}

/// Whether a line is for a path and says how it is merged.
fn decides(line: &str, path: &Path) -> bool {
    let mut words = line.split_ascii_whitespace();
    let Some(pattern) = words.next() else { return false };
    let is_merge = |word: &str| {
        let name = word.split('=').next().unwrap_or_default();
        ["merge", "-merge", "!merge", "binary"].contains(&name)
    };
    if pattern.starts_with('#') || !words.any(is_merge) {
        return false;
    }
    // Without a slash it is the name in any directory.
    let (pattern, path) = match pattern.strip_prefix('/') {
        Some(rooted) => (rooted, path),
        None if pattern.contains('/') => (pattern, path),
        None => (pattern, path.file_name().map_or(path, Path::new)),
    };
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    glob.is_ok_and(|glob| glob.compile_matcher().is_match(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_for_paths() {
        let path = Path::new("ci/keylint.baseline");
        for line in [
            "keylint.baseline merge=union",
            "*.baseline text merge=ours",
            "ci/*.baseline -merge",
            "/ci/keylint.baseline binary",
            "**/keylint.baseline !merge",
        ] {
            assert!(decides(line, path), "{line}");
        }
        for line in [
            "# keylint.baseline merge=union",
            "keylint.baseline text",
            "/keylint.baseline merge=union",
            "*.json merge=union",
            "keylint.baseline mergetool=x",
            "",
        ] {
            assert!(!decides(line, path), "{line}");
        }
    }
}
