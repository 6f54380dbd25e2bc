//! The files of a commit, as they were.

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

/// Lists the files of a commit. Policies alone are read of them.
pub(super) fn list(
    repository: &Arc<Repository>,
    revision: &str,
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
        if selection.excludes(&place) {
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
            secrets: false,
            policies: Policies::Linted,
        })));
    }
    listing.skipped.extend(tree.unread.iter().map(|(path, detail)| {
        let origin = Origin::File { path: to_path(path.as_bstr()) };
        Skipped::new(origin, SkipReason::Malformed, detail.clone())
    }));
    Ok(())
}
