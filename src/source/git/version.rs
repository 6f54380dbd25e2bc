//! One content of a file in a repository, and what of it is new.

use std::ops::Range;
use std::sync::Arc;

use gix::ObjectId;
use gix::objs::Kind;

use super::super::out::Out;
use super::lines;
use super::repository::Repository;
use crate::blob::{Name, Origin};
use crate::history::GitPlace;
use crate::outcome::{SkipReason, Skipped};

/// An object of a repository, such as the content of a file under one path.
pub struct Version {
    pub(super) repository: Arc<Repository>,
    pub(super) place: GitPlace,
    pub(super) id: ObjectId,
    pub(super) kind: Kind,
    pub(super) before: Before,
    /// Whether secrets are looked for.
    pub(super) secrets: bool,
    pub(super) policies: Policies,
}

/// What policies in a file are read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Policies {
    /// To be linted.
    Linted,
    /// For those of other files, which refer to it.
    Context,
    /// They are not read.
    Unread,
}

/// What was there before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// Findings count wherever they are.
    Anything,
    /// Lines count that none of these contents has.
    Blobs(Vec<ObjectId>),
    /// All of it: the file is only read for others.
    Everything,
}

impl Version {
    /// What findings in it call it.
    pub fn origin(&self) -> Origin {
        Origin::Git(self.place.clone())
    }

    /// Whether secrets are looked for in it.
    pub const fn has_secrets(&self) -> bool {
        self.secrets
    }

    /// Whether policies in it are read.
    pub fn has_policies(&self) -> bool {
        self.policies != Policies::Unread
    }

    /// Whether it is read only because policies of other files refer to it.
    pub fn is_context(&self) -> bool {
        self.policies == Policies::Context
    }

    fn unread(&self, detail: String) -> Skipped {
        Skipped::new(self.origin(), SkipReason::Malformed, detail)
    }
}

/// The bytes of a version.
pub(in crate::source) fn bytes(version: &Version) -> Result<Vec<u8>, Skipped> {
    version.repository.odb.get(version.id, version.kind).map_err(|detail| version.unread(detail))
}

/// Reads a version.
pub(in crate::source) fn read(version: &Version, out: &mut Out) -> Result<(), Skipped> {
    let bytes = bytes(version)?;
    let origin = Arc::new(version.origin());
    out.bytes(Name::Known(&origin), &bytes, None);
    Ok(())
}

/// The bytes of a version that count, sorted and apart; `None` for all.
pub(in crate::source) fn added(version: &Version) -> Option<Vec<Range<u64>>> {
    let before = match &version.before {
        Before::Anything => return None,
        Before::Everything => return Some(Vec::new()),
        Before::Blobs(before) => before,
    };
    let blob = |id: &ObjectId| version.repository.odb.get(*id, Kind::Blob).ok();
    let after = blob(&version.id)?;
    // What cannot be read was not there.
    let before: Vec<Vec<u8>> = before.iter().filter_map(blob).collect();
    Some(lines::added(&before, &after))
}
