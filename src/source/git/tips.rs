//! What leads into the history of a repository: references, HEAD, those of other work trees, stashes.

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
        let mut tips = Self::default();
        let common = repository.common_dir();
        if common.join("reftable").is_dir() {
            skipped.push(broken(
                &common.join("reftable"),
                "references are kept as reftable, which keylint does not read: every object is scanned, without names; \
                 `git refs migrate --ref-format=files` changes that"
                    .into(),
            ));
            return Self { is_unknown: true, ..tips };
        }
        tips.references(repository, skipped);
        tips.head = tips.read_head(repository, &repository.git_dir(), "HEAD", skipped);
        tips.worktrees(repository, &common, skipped);
        tips.stashes(&common);
        tips.all.sort();
        tips.all.dedup();
        tips
    }

    fn add(&mut self, name: &[u8], id: ObjectId) {
        self.all.push(Tip { name: inert(name), id });
    }

    fn references(&mut self, repository: &Repository, skipped: &mut Vec<Skipped>) {
        let local = repository.local();
        let failed = |detail: String| broken(&repository.common_dir().join("refs"), detail);
        let platform = local.references();
        let all = platform
            .as_ref()
            .map_err(ToString::to_string)
            .and_then(|platform| platform.all().map_err(|error| error.to_string()));
        let all = match all {
            Ok(all) => all,
            Err(error) => {
                self.is_unknown = true;
                return skipped.push(failed(format!(
                    "references cannot be listed, so every object is scanned: {error}"
                )));
            }
        };
        for reference in all {
            match reference {
                Ok(reference) => {
                    let name = reference.name().as_bstr().to_owned();
                    match reference.inner.target {
                        gix::refs::Target::Object(id) => self.add(&name, id),
                        // What it points to is a reference of its own, or not born yet.
                        gix::refs::Target::Symbolic(_) => {}
                    }
                }
                Err(error) => skipped.push(failed(format!("a reference cannot be read: {error}"))),
            }
        }
    }

    /// HEAD of a work tree: where it is detached it leads somewhere of its own.
    fn read_head(
        &mut self,
        repository: &Repository,
        git_dir: &Path,
        name: &str,
        skipped: &mut Vec<Skipped>,
    ) -> Option<ObjectId> {
        let path = git_dir.join("HEAD");
        let text = match regular::read(&path) {
            Ok(text) => text,
            Err(error) => {
                skipped.push(broken(&path, error.to_string()));
                return None;
            }
        };
        let text = text.trim_ascii();
        if let Some(target) = text.strip_prefix(b"ref:") {
            let target = target.trim_ascii().as_bstr();
            let known = self.all.iter().find(|tip| tip.name.as_bytes() == target).map(|tip| tip.id);
            return known.or_else(|| repository.reference(target));
        }
        match ObjectId::from_hex(text) {
            Ok(id) => {
                self.add(name.as_bytes(), id);
                Some(id)
            }
            Err(_) => {
                skipped.push(broken(
                    &path,
                    "it is neither a reference nor the name of an object".into(),
                ));
                None
            }
        }
    }

    /// HEAD and the private references of the other work trees.
    fn worktrees(&mut self, repository: &Repository, common: &Path, skipped: &mut Vec<Skipped>) {
        let mut all = directories(&common.join("worktrees"));
        if repository.git_dir() != common {
            all.push(common.into());
        }
        for git_dir in all {
            let label = git_dir.strip_prefix(common).unwrap_or(&git_dir);
            let label = inert(&path_bytes(label));
            if git_dir.join("HEAD").exists() {
                let name = if label.is_empty() { "HEAD".into() } else { format!("{label}/HEAD") };
                self.read_head(repository, &git_dir, &name, skipped);
            }
            if git_dir != common {
                self.loose(&git_dir.join("refs"), &format!("{label}/refs"), 0);
            }
        }
    }

    /// References in files of their own below a directory.
    fn loose(&mut self, directory: &Path, name: &str, depth: usize) {
        const MAX_DEPTH: usize = 32;
        let Ok(entries) = fs::read_dir(directory) else { return };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = format!("{name}/{}", entry.file_name().to_string_lossy());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth < MAX_DEPTH => {
                    self.loose(&path, &name, depth + 1)
                }
                Ok(kind) if kind.is_file() => {
                    let id = regular::read(&path)
                        .ok()
                        .and_then(|text| ObjectId::from_hex(text.trim_ascii()).ok());
                    if let Some(id) = id {
                        self.add(name.as_bytes(), id);
                    }
                }
                _ => {}
            }
        }
    }

    /// Stashes but the last, which is a reference: they live in its log alone.
    fn stashes(&mut self, common: &Path) {
        let ids = log(&common.join("logs/refs/stash"));
        for (age, id) in ids.into_iter().rev().enumerate().skip(1) {
            self.add(format!("stash@{{{age}}}").as_bytes(), id);
        }
    }
}

/// The objects that a reference has pointed to, oldest first. <https://git-scm.com/docs/git-reflog>
pub(super) fn log(path: &Path) -> Vec<ObjectId> {
    let text = regular::read(path).unwrap_or_default();
    let new = |line: &[u8]| ObjectId::from_hex(line.split(|byte| *byte == b' ').nth(1)?).ok();
    text.lines().filter_map(new).filter(|id| !id.is_null()).collect()
}

fn directories(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
    let mut found: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

fn broken(path: &Path, detail: String) -> Skipped {
    let origin = Origin::File { path: path.into() };
    Skipped { origin, reason: SkipReason::Malformed, detail, accepted: None }
}
