//! What leads into the history of a repository: references, HEAD, those of other work trees, stashes.
//! <https://git-scm.com/docs/gitrepository-layout>

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::bstr::ByteSlice;

use super::regular;
use super::repository::Repository;
use crate::blob::{Origin, inert, path_bytes};
use crate::outcome::{SkipReason, Skipped};

/// A way into the history.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tip {
    /// As git names it, harmless to show: `refs/heads/main`, `HEAD`, `stash@{1}`.
    pub(super) name: String,
    pub(super) id: ObjectId,
}

/// Every tip, sorted by name, and what HEAD is.
#[derive(Default)]
pub(super) struct Tips {
    pub(super) all: Vec<Tip>,
    pub(super) head: Option<ObjectId>,
    /// Whether the references are in a form that is not read.
    pub(super) is_unknown: bool,
}

impl Tips {
    /// Reads all references. What cannot be read is named in `skipped`.
    pub(super) fn read(repository: &Repository, skipped: &mut Vec<Skipped>) -> Self {
        let (common, git_dir) = (repository.common_dir(), repository.git_dir());
        if is_reftable(repository, skipped) {
            return Self { is_unknown: true, ..Self::default() };
        }
        let mut reader = Reader { found: BTreeMap::new(), seen: HashSet::new(), skipped };
        reader.packed(&common.join("packed-refs"));
        reader.directory(&common.join("refs"), b"refs");
        let head = reader.head(&git_dir.join("HEAD"), b"HEAD");
        let mut tips = Self { head, ..Self::default() };
        for other in work_trees(&common)
            .into_iter()
            .chain([common.clone()])
            .filter(|other| *other != git_dir)
        {
            let mut label = path_bytes(other.strip_prefix(&common).unwrap_or(&other)).into_owned();
            if !label.is_empty() {
                label.push(b'/');
            }
            reader.head(&other.join("HEAD"), &[&label, b"HEAD".as_slice()].concat());
        }
        // References of one work tree alone: bisections, and what `refs/worktree` holds.
        for own in work_trees(&common) {
            let label =
                [&*path_bytes(own.strip_prefix(&common).unwrap_or(&own)), b"/refs".as_slice()]
                    .concat();
            reader.directory(&own.join("refs"), &label);
        }
        let tip = |(name, id): (Vec<u8>, ObjectId)| Tip { name: inert(&name), id };
        tips.all = reader.found.into_iter().map(tip).collect();
        tips.stashes(&common);
        tips.all.sort();
        tips
    }

    /// Stashes but the last, which is a reference: they live in its log alone.
    fn stashes(&mut self, common: &Path) {
        let ids = log(&common.join("logs/refs/stash"));
        for (age, id) in ids.into_iter().rev().enumerate().skip(1) {
            self.all.push(Tip { name: format!("stash@{{{age}}}"), id });
        }
    }
}

/// Whether the references are kept in a form that is not read; that is named.
pub(super) fn is_reftable(repository: &Repository, skipped: &mut Vec<Skipped>) -> bool {
    let directory = repository.common_dir().join("reftable");
    let is_reftable = directory.is_dir();
    if is_reftable {
        let detail = "references are kept as reftable, which keylint does not read: of a whole history, every object is scanned \
                      without names; `git refs migrate --ref-format=files` changes that";
        skipped.push(broken(&directory, detail.into()));
    }
    is_reftable
}

/// The commit that HEAD leads to; `None` before the first commit.
pub(super) fn head(repository: &Repository) -> Result<Option<ObjectId>, String> {
    // References may point to others, but not for long.
    const MAX_CHAIN: usize = 5;
    let (common, mut path) = (repository.common_dir(), repository.git_dir().join("HEAD"));
    for _ in 0..MAX_CHAIN {
        let text = match regular::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let name = path_bytes(path.strip_prefix(&common).unwrap_or(&path)).into_owned();
                return Ok(packed(&common, &name));
            }
            Err(error) => return Err(format!("`{}`: {error}", path.display())),
        };
        let text = text.trim_ascii();
        if let Some(target) = text.strip_prefix(b"ref:") {
            path = common.join(super::to_path(target.trim_ascii().as_bstr()));
            continue;
        }
        return match ObjectId::from_hex(text) {
            Ok(id) => Ok(Some(id)),
            Err(_) => Err(format!("`{}` does not name an object", path.display())),
        };
    }
    Err("references point to one another".into())
}

fn packed(common: &Path, name: &[u8]) -> Option<ObjectId> {
    let mut ignored = Vec::new();
    let mut reader = Reader { found: BTreeMap::new(), seen: HashSet::new(), skipped: &mut ignored };
    reader.packed(&common.join("packed-refs"));
    reader.found.get(name).copied()
}

struct Reader<'a> {
    found: BTreeMap<Vec<u8>, ObjectId>,
    /// Directories that were read: links may lead back to them.
    seen: HashSet<PathBuf>,
    skipped: &'a mut Vec<Skipped>,
}

impl Reader<'_> {
    /// `<object> <name>` on each line; `#` begins a header, `^` what the tag above names.
    fn packed(&mut self, path: &Path) {
        let text = match regular::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => return self.skipped.push(broken(path, error.to_string())),
        };
        let mut wrong = 0_u64;
        for line in text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with(b"#") && !line.starts_with(b"^"))
        {
            let parsed = line
                .split_once_str(b" ")
                .and_then(|(hex, name)| Some((ObjectId::from_hex(hex).ok()?, name)));
            match parsed {
                Some((id, name)) => _ = self.found.insert(name.into(), id),
                None => wrong += 1,
            }
        }
        if wrong > 0 {
            self.skipped.push(broken(path, format!("{wrong} of its lines name no reference")));
        }
    }

    /// References in files of their own, which count before packed ones.
    fn directory(&mut self, directory: &Path, name: &[u8]) {
        let is_new = fs::canonicalize(directory).is_ok_and(|real| self.seen.insert(real));
        if !is_new {
            return;
        }
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) => return self.skipped.push(broken(directory, error.to_string())),
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            let own = path_bytes(Path::new(path.file_name().unwrap_or_default())).into_owned();
            let name = [name, b"/", &own].concat();
            match fs::metadata(&path) {
                Ok(kind) if kind.is_dir() => self.directory(&path, &name),
                // What git is about to write, and what other programs leave everywhere.
                _ if own.ends_with(b".lock") || own.starts_with(b".") => {}
                _ => self.file(&path, &name),
            }
        }
    }

    fn file(&mut self, path: &Path, name: &[u8]) {
        let text = match regular::read(path) {
            Ok(text) => text,
            Err(error) => return self.skipped.push(broken(path, error.to_string())),
        };
        let text = text.trim_ascii();
        match ObjectId::from_hex(text.get(..text.len().min(64)).unwrap_or_default()) {
            Ok(id) => _ = self.found.insert(name.into(), id),
            // What it points to is a reference of its own, or not born yet.
            Err(_) if text.starts_with(b"ref:") => {}
            Err(_) => self.skipped.push(broken(path, "it does not name an object".into())),
        }
    }

    /// What HEAD of a work tree leads to; where it is detached it is a tip of its own.
    fn head(&mut self, path: &Path, name: &[u8]) -> Option<ObjectId> {
        let text = match regular::read(path) {
            Ok(text) => text,
            Err(error) => {
                self.skipped.push(broken(path, error.to_string()));
                return None;
            }
        };
        let text = text.trim_ascii();
        if let Some(target) = text.strip_prefix(b"ref:") {
            return self.found.get(target.trim_ascii()).copied();
        }
        if let Ok(id) = ObjectId::from_hex(text) {
            self.found.insert(name.into(), id);
            return Some(id);
        }
        self.skipped
            .push(broken(path, "it is neither a reference nor the name of an object".into()));
        None
    }
}

/// The objects that a reference has pointed to, oldest first. <https://git-scm.com/docs/git-reflog>
fn log(path: &Path) -> Vec<ObjectId> {
    let text = regular::read(path).unwrap_or_default();
    let new = |line: &[u8]| ObjectId::from_hex(line.split(|byte| *byte == b' ').nth(1)?).ok();
    text.lines().filter_map(new).filter(|id| !id.is_null()).collect()
}

/// The git directories of the other work trees, sorted.
fn work_trees(common: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(common.join("worktrees")) else { return Vec::new() };
    let mut found: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

fn broken(path: &Path, detail: String) -> Skipped {
    let origin = Origin::File { path: path.into() };
    Skipped::new(origin, SkipReason::Malformed, detail)
}
