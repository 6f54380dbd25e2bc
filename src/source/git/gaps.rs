//! What references lead to and that is not there, or cannot be read.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use gix::ObjectId;

use super::super::Listing;
use super::Scope;
use super::commits::Link;
use super::history::History;
use super::objects::{Object, index};
use super::peeled::Peeled;
use super::reach;
use super::repository::Repository;
use super::tips::Tip;
use crate::blob::Origin;
use crate::history::GitPlace;
use crate::outcome::{SkipReason, Skipped};

/// The gaps of a history.
pub(super) struct Gaps {
    /// Tips that lead to nothing.
    tips: Vec<(Tip, String)>,
    /// Commits, trees and tags that cannot be read.
    unread: BTreeMap<Object, String>,
    /// Objects that commits name and that are not there.
    missing: BTreeSet<ObjectId>,
    /// Commits of a shallow clone whose parents were left out.
    boundary: u64,
    shallow: Option<String>,
}

impl Gaps {
    pub(super) fn new(
        history: &History,
        peeled: &Peeled,
        unread: &HashMap<Object, String>,
        scope: Scope,
    ) -> Self {
        let (shallow, error) = match history.repository.shallow() {
            Ok(shallow) => (shallow.into_iter().collect(), None),
            Err(detail) => (HashSet::new(), Some(detail)),
        };
        let mut gaps = Self {
            tips: peeled.missing.clone(),
            unread: BTreeMap::new(),
            missing: BTreeSet::new(),
            boundary: 0,
            shallow: error,
        };
        let is_led_to = |object: &Object| {
            history.reached.first(*object).is_some()
                || peeled.objects.binary_search(object).is_ok()
                || history.seen_tags.contains(object)
                || scope == Scope::All && history.store.is_own(*object)
        };
        let led_to = unread.iter().filter(|(object, _)| is_led_to(object));
        gaps.unread = led_to.map(|(object, detail)| (*object, detail.clone())).collect();
        gaps.commits(history, unread, &shallow);
        gaps
    }

    /// What the commits that references lead to name.
    fn commits(
        &mut self,
        history: &History,
        unread: &HashMap<Object, String>,
        shallow: &HashSet<ObjectId>,
    ) {
        let graph = &history.graph;
        for commit in graph.commits.iter().take(index(graph.reachable)) {
            let id = || history.store.objects.id(commit.object);
            let is_boundary = !shallow.is_empty() && id().is_some_and(|id| shallow.contains(&id));
            let mut is_cut = false;
            for parent in &commit.parents {
                match parent {
                    Link::Missing(_) if is_boundary => is_cut = true,
                    Link::Missing(id) => _ = self.missing.insert(*id),
                    Link::To(object) if graph.place(*object).is_some() => {}
                    Link::To(object) => self.add(
                        *object,
                        unread,
                        "commits name it as a parent, and it is no commit",
                    ),
                }
            }
            self.boundary += u64::from(is_cut);
            match commit.tree {
                Link::Missing(id) => _ = self.missing.insert(id),
                Link::To(object) if history.trees.of(object).is_some() => {}
                Link::To(object) => {
                    self.add(object, unread, "commits name it as their tree, and it is none");
                }
            }
        }
    }

    fn add(&mut self, object: Object, unread: &HashMap<Object, String>, otherwise: &str) {
        let detail = unread.get(&object).map_or(otherwise, String::as_str);
        self.unread.insert(object, detail.into());
    }

    /// Whether something that leads on is broken. What a shallow or partial clone leaves out is not.
    pub(super) fn are_breaks(&self) -> bool {
        !self.unread.is_empty() || !self.missing.is_empty() || !self.tips.is_empty()
    }

    /// Names every gap.
    pub(super) fn name(&self, history: &History, repository: &Repository, listing: &mut Listing) {
        let skipped = &mut listing.skipped;
        for (tip, detail) in &self.tips {
            let place = history.by_itself(tip.id.as_slice(), "object");
            skipped.push(gap(
                place,
                SkipReason::Missing,
                format!("`{}` leads to nothing: {detail}", tip.name),
            ));
        }
        for (object, detail) in &self.unread {
            let id = history
                .store
                .objects
                .id(*object)
                .map_or(String::new(), |id| format!("object {id}: "));
            skipped.push(gap(history.place(*object), SkipReason::Malformed, id + detail));
        }
        for id in &self.missing {
            let place = history.by_itself(id.as_slice(), "object");
            let detail = format!("object {id} is not in this repository, and commits name it");
            skipped.push(gap(place, SkipReason::Missing, detail));
        }
        for (id, is_tree, first) in reach::missing(&history.reached, &history.trees) {
            let kind = if is_tree { "tree" } else { "blob" };
            let place = history.seen_place(id.as_slice(), kind, first);
            let detail = format!(
                "{kind} {id} is not in this repository; a partial clone leaves contents out (`git fetch --refetch` gets them)"
            );
            skipped.push(gap(place, SkipReason::Missing, detail));
        }
        let file = || Origin::File { path: repository.common_dir().join("shallow") };
        let mut of_file = |reason, detail| {
            skipped.push(Skipped::new(file(), reason, detail));
        };
        if let Some(detail) = &self.shallow {
            of_file(SkipReason::Malformed, detail.clone());
        }
        if self.boundary > 0 {
            let detail = format!(
                "the clone is shallow: what came before {} of its commits is not here (`git fetch --unshallow` gets it)",
                self.boundary
            );
            of_file(SkipReason::Missing, detail);
        }
    }
}

fn gap(place: GitPlace, reason: SkipReason, detail: String) -> Skipped {
    Skipped::new(Origin::Git(place), reason, detail)
}
