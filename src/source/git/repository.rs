//! Opens a repository without believing it: its configuration runs nothing and hides nothing.

use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::discover::upwards;
use gix::objs::Kind;

use super::super::SourceError;
use super::Environment;
use super::commits::Header;
use super::odb::Odb;
use super::regular;

/// An open repository, for any thread.
pub(super) struct Repository {
    shared: gix::ThreadSafeRepository,
    environment: Environment,
    pub(super) odb: Odb,
}

impl Repository {
    /// Opens the repository at or above `path`.
    pub(super) fn open(path: &Path, environment: &Environment) -> Result<Self, SourceError> {
        let shared = Self::discover(path)?;
        let hash = shared.to_thread_local().object_hash();
        let odb = Odb::open(shared.objects_dir(), &environment.objects, hash);
        Ok(Self { shared, environment: environment.clone(), odb })
    }

    /// Finds the repository at or above `path`; its objects are not looked at.
    pub(super) fn discover(path: &Path) -> Result<gix::ThreadSafeRepository, SourceError> {
        let here = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let Ok(here) = std::fs::canonicalize(here) else {
            return Err(SourceError::NotFound { path: path.into() });
        };
        let failed = |detail: String| SourceError::NotARepository { path: path.into(), detail };
        if let Some(wrong) =
            regular::git_dir(&here).and_then(|git_dir| regular::irregular(&git_dir))
        {
            return Err(failed(format!("`{}` is no regular file", wrong.display())));
        }
        let isolated = || {
            // With a number given, what it borrows from is not asked for when it is opened.
            let slots = gix::odb::store::init::Slots::Given(1024);
            // Replacements are not looked for either: what they replace is content too.
            let options =
                gix::open::Options::isolated().config_overrides(["core.useReplaceRefs=false"]);
            options.strict_config(false).object_store_slots(slots)
        };
        let trust = gix::sec::trust::Mapping { full: isolated(), reduced: isolated() };
        let search = upwards::Options {
            trust: upwards::TrustPolicy::Assume(gix::sec::Trust::Reduced),
            ..upwards::Options::default()
        };
        gix::ThreadSafeRepository::discover_opts(&here, search, trust)
            .map_err(|error| failed(error.to_string()))
    }

    /// A handle for this thread. Replacement objects have no say: what they replace is content too.
    pub(super) fn local(&self) -> gix::Repository {
        let mut local = self.shared.to_thread_local();
        local.objects.ignore_replacements = true;
        local
    }

    /// The directory of the repository, or of this work tree of it.
    pub(super) fn git_dir(&self) -> PathBuf {
        self.shared.path().into()
    }

    /// The directory that all work trees of the repository share.
    pub(super) fn common_dir(&self) -> PathBuf {
        self.local().common_dir().into()
    }

    /// The root of the work tree.
    pub(super) fn work_tree(&self) -> Option<PathBuf> {
        let told = self.environment.work_tree.clone();
        told.or_else(|| self.shared.work_dir().map(Path::to_path_buf))
    }

    /// The tree of a commit.
    pub(super) fn tree_of(&self, commit: ObjectId) -> Result<ObjectId, String> {
        let text = self.odb.get(commit, Kind::Commit)?;
        let header = Header::read(&text).ok_or_else(|| format!("{commit} is no commit"))?;
        Ok(header.tree)
    }

    /// The index.
    pub(super) fn index_path(&self) -> PathBuf {
        self.environment.index.clone().unwrap_or_else(|| self.local().index_path())
    }

    /// Commits whose parents were left out of a shallow clone.
    pub(super) fn shallow(&self) -> Result<Vec<ObjectId>, String> {
        let commits = self.local().shallow_commits().map_err(|error| error.to_string())?;
        Ok(commits.map_or(Vec::new(), |commits| commits.iter().copied().collect()))
    }
}
