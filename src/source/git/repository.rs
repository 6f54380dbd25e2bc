//! Opens a repository without believing it: its configuration runs nothing and hides nothing.

use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::discover::upwards;

use super::super::SourceError;

/// An open repository, for any thread.
pub(super) struct Repository {
    shared: gix::ThreadSafeRepository,
}

impl Repository {
    /// Opens the repository at or above `path`.
    pub(super) fn open(path: &Path) -> Result<Self, SourceError> {
        let here = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        if std::fs::symlink_metadata(here).is_err() {
            return Err(SourceError::NotFound { path: path.into() });
        }
        let isolated = || gix::open::Options::isolated().strict_config(false);
        let trust = gix::sec::trust::Mapping { full: isolated(), reduced: isolated() };
        let search = upwards::Options {
            trust: upwards::TrustPolicy::Assume(gix::sec::Trust::Reduced),
            ..upwards::Options::default()
        };
        let shared = gix::ThreadSafeRepository::discover_opts(here, search, trust);
        let shared = shared.map_err(|error| SourceError::NotARepository {
            path: path.into(),
            detail: error.to_string(),
        })?;
        Ok(Self { shared })
    }

    /// A handle for this thread. Replacement objects have no say: what they replace is content too.
    pub(super) fn local(&self) -> gix::Repository {
        let mut local = self.shared.to_thread_local();
        local.objects.ignore_replacements = true;
        local
    }

    /// The hash that names its objects.
    pub(super) fn hash(&self) -> gix::hash::Kind {
        self.local().object_hash()
    }

    /// The directory of the repository, or of this work tree of it.
    pub(super) fn git_dir(&self) -> PathBuf {
        self.shared.path().into()
    }

    /// The directory that all work trees of the repository share.
    pub(super) fn common_dir(&self) -> PathBuf {
        self.local().common_dir().into()
    }

    /// Where its objects are.
    pub(super) fn objects_dir(&self) -> PathBuf {
        self.shared.objects_dir().into()
    }

    /// The directories of objects that it borrows from.
    pub(super) fn alternates(&self) -> Result<Vec<PathBuf>, String> {
        let own = self.objects_dir();
        let own = std::fs::canonicalize(&own).unwrap_or(own);
        gix::odb::alternate::resolve(own, Path::new("/")).map_err(|error| error.to_string())
    }

    /// What a reference leads to.
    pub(super) fn reference(&self, name: &gix::bstr::BStr) -> Option<ObjectId> {
        let local = self.local();
        let found = local.try_find_reference(name).ok()??;
        found.into_fully_peeled_id().ok().map(gix::Id::detach)
    }

    /// Commits whose parents were left out of a shallow clone.
    pub(super) fn shallow(&self) -> Result<Vec<ObjectId>, String> {
        let commits = self.local().shallow_commits().map_err(|error| error.to_string())?;
        Ok(commits.map_or(Vec::new(), |commits| commits.iter().copied().collect()))
    }

    /// The root of the work tree.
    pub(super) fn work_tree(&self) -> Option<PathBuf> {
        self.shared.work_dir().map(Path::to_path_buf)
    }

    /// The content of a blob.
    pub(super) fn blob(&self, id: ObjectId) -> Result<Vec<u8>, String> {
        let local = self.local();
        let mut object = local.find_object(id).map_err(|error| error.to_string())?;
        if object.kind != gix::object::Kind::Blob {
            return Err(format!("it is a {}, not a blob", object.kind));
        }
        Ok(std::mem::take(&mut object.data))
    }
}
