//! The commits that a user or a hook asks for, as objects.

use std::sync::Arc;

use gix::ObjectId;
use gix::bstr::BStr;
use gix::objs::Kind;

use super::super::{Listing, SourceError};
use super::Commits;
use super::commits::tagged;
use super::regular;
use super::repository::Repository;
use super::select::Wanted;
use super::tips::{self, Tips};

/// What was asked for, as objects.
pub(super) struct Asked {
    pub(super) wanted: Wanted,
    /// The commit whose policies are linted.
    pub(super) tip: Option<ObjectId>,
    /// Contents and directories among it.
    pub(super) objects: Vec<ObjectId>,
    /// Annotated tags among what is asked for.
    pub(super) tags: Vec<ObjectId>,
}

impl Asked {
    pub(super) fn new(
        repository: &Arc<Repository>,
        commits: &Commits,
        listing: &mut Listing,
    ) -> Result<Self, SourceError> {
        if let Some(wrong) = regular::irregular_reference(&repository.common_dir()) {
            let detail = format!("`{}` is no regular file", wrong.display());
            return Err(SourceError::NotARepository { path: repository.common_dir(), detail });
        }
        let mut asked =
            Self { wanted: Wanted::default(), tip: None, objects: Vec::new(), tags: Vec::new() };
        if tips::is_reftable(repository, &mut listing.skipped) {
            return Ok(asked);
        }
        match commits {
            Commits::Range(range) => asked.range(repository, range)?,
            Commits::Since(date) => {
                let tips = Tips::read(repository, &mut listing.skipped);
                asked.wanted.since = Some(*date);
                asked.tip = tips.head;
                tips.all.iter().for_each(|tip| asked.with(repository, tip.id));
            }
            Commits::Pushed { updates, remote } => {
                let tips = Tips::read(repository, &mut listing.skipped);
                let has = |name: &str| {
                    name.strip_prefix("refs/remotes/").is_some_and(|name| {
                        // Who does not say which remote means any.
                        remote.as_ref().is_none_or(|remote| {
                            name.strip_prefix(remote.as_str())
                                .is_some_and(|rest| rest.starts_with('/'))
                        })
                    })
                };
                for tip in tips.all.iter().filter(|tip| has(&tip.name)) {
                    asked.without(repository, tip.id);
                }
                for update in updates {
                    asked.update(repository, &update.local, &update.remote)?;
                }
            }
        }
        Ok(asked)
    }

    /// `A..B`, `A...B`; a side that is left out is HEAD. <https://git-scm.com/docs/gitrevisions>
    fn range(&mut self, repository: &Arc<Repository>, range: &str) -> Result<(), SourceError> {
        let unknown =
            |help: &str| SourceError::UnknownRevision { revision: range.into(), help: help.into() };
        let (from, to, is_symmetric) = match (range.split_once("..."), range.split_once("..")) {
            (Some((from, to)), _) => (from, to, true),
            (None, Some((from, to))) => (from, to, false),
            (None, None) => {
                return Err(unknown("write two revisions, such as `origin/main..HEAD`"));
            }
        };
        let or_head =
            |side: &str| if side.is_empty() { "HEAD".to_owned() } else { side.to_owned() };
        let to = self.commit(repository, &or_head(to))?;
        let from = match self.commit(repository, &or_head(from)) {
            Ok(from) => from,
            // In a shallow clone, what is not there can still be known by name.
            Err(error) => match ObjectId::from_hex(from.as_bytes()) {
                Ok(id) if repository.shallow().is_ok_and(|shallow| !shallow.is_empty()) => id,
                _ => return Err(error),
            },
        };
        self.tip = Some(to);
        self.with(repository, to);
        if is_symmetric {
            self.with(repository, from);
            let local = repository.local();
            let base = local.merge_base(from, to).ok().flatten();
            self.wanted.without.extend(base.map(gix::Id::detach));
        } else {
            self.without(repository, from);
        }
        Ok(())
    }

    /// The commit that a revision leads to.
    fn commit(&mut self, repository: &Repository, revision: &str) -> Result<ObjectId, SourceError> {
        let id = resolve(repository, revision)?;
        let commit = self.peel(repository, id);
        match repository.odb.find(commit) {
            Ok(Some((kind, _))) if kind != Kind::Commit => Err(SourceError::UnknownRevision {
                revision: revision.into(),
                help: format!("it is a {kind}; write two revisions, such as `origin/main..HEAD`"),
            }),
            _ => Ok(commit),
        }
    }

    fn update(
        &mut self,
        repository: &Arc<Repository>,
        local: &str,
        remote: &str,
    ) -> Result<(), SourceError> {
        let id = |text: &str| {
            ObjectId::from_hex(text.as_bytes()).ok().map_or_else(|| resolve(repository, text), Ok)
        };
        let local = id(local)?;
        if !local.is_null() {
            let commit = self.peel(repository, local);
            self.tip.get_or_insert(commit);
            self.with(repository, local);
        }
        // What the remote has may never have been here.
        match id(remote) {
            Ok(remote) if !remote.is_null() => self.without(repository, remote),
            _ => {}
        }
        Ok(())
    }

    fn with(&mut self, repository: &Repository, id: ObjectId) {
        let object = self.peel(repository, id);
        match repository.odb.find(object) {
            Ok(Some((Kind::Blob | Kind::Tree, _))) => self.objects.push(object),
            _ => self.wanted.with.push(object),
        }
    }

    fn without(&mut self, repository: &Repository, id: ObjectId) {
        let tags = self.tags.len();
        let commit = self.peel(repository, id);
        self.tags.truncate(tags);
        self.wanted.without.push(commit);
    }

    /// Follows tags to what they name.
    fn peel(&mut self, repository: &Repository, mut id: ObjectId) -> ObjectId {
        const MAX_CHAIN: usize = 100;
        for _ in 0..MAX_CHAIN {
            let Ok(text) = repository.odb.get(id, Kind::Tag) else { break };
            if !self.tags.contains(&id) {
                self.tags.push(id);
            }
            let Some(next) = tagged(&text) else { break };
            id = next;
        }
        id
    }
}

fn resolve(repository: &Repository, revision: &str) -> Result<ObjectId, SourceError> {
    let local = repository.local();
    let resolved = local.rev_parse_single(BStr::new(revision)).map(gix::Id::detach);
    resolved.map_err(|_| SourceError::UnknownRevision {
        revision: revision.into(),
        help: "fetch it first, such as with `git fetch origin main`; a checkout in CI may have to fetch more than one commit \
               (`fetch-depth: 0`, `GIT_DEPTH: 0`)"
            .into(),
    })
}
