//! The files of a commit, as they were.

use std::path::Path;
use std::sync::Arc;

use gix::bstr::ByteSlice;
use gix::objs::Kind;

use super::super::{Listing, Selection, SourceError};
use super::asked::Asked;
use super::repository::Repository;
use super::tree::Tree;
use super::version::{Before, Policies, Version};
use super::{Commits, to_path};
use crate::blob::Origin;
use crate::history::{At, GitPlace, ObjectName};
use crate::outcome::{SkipReason, Skipped};

/// Files of a commit.
pub(super) struct Files<'a> {
    pub(super) revision: &'a str,
    /// One of them; all without.
    pub(super) only: Option<&'a Path>,
}

/// Lists files of a commit. Of one that is named all is read, of all of them policies alone.
pub(super) fn list(
    repository: &Arc<Repository>,
    Files { revision, only }: Files,
    selection: &Selection,
    listing: &mut Listing,
) -> Result<(), SourceError> {
    let commits = Commits::Range(format!("{revision}..{revision}"));
    let commit = Asked::new(repository, &commits, listing)?.tip;
    let missing =
        |detail: String| SourceError::UnknownRevision { revision: revision.into(), help: detail };
    let commit = commit.ok_or_else(|| missing("it leads to no commit".into()))?;
    let tree = repository.tree_of(commit).map_err(missing)?;
    let mut tree = Tree::new(repository, tree);
    for (path, id) in tree.files() {
        let place = to_path(path.as_bstr());
        let is_asked = only.map_or(!selection.excludes(&place), |only| place == only);
        if !is_asked {
            continue;
        }
        let at = At::Commit {
            order: 0,
            commit: ObjectName::new(commit.as_bytes()),
            blob: ObjectName::new(id.as_bytes()),
        };
        listing.units.push(super::super::Unit::Version(Arc::new(Version {
            repository: Arc::clone(repository),
            place: GitPlace { repository: None, path: place, at },
            id,
            kind: Kind::Blob,
            before: Before::Anything,
            secrets: only.is_some(),
            policies: Policies::Linted,
        })));
    }
    listing.skipped.extend(tree.unread.iter().map(|(path, detail)| {
        let origin = Origin::File { path: to_path(path.as_bstr()) };
        Skipped::new(origin, SkipReason::Malformed, detail.clone())
    }));
    match only {
        Some(path) if listing.units.is_empty() => Err(SourceError::NotFound { path: path.into() }),
        _ => Ok(()),
    }
}
