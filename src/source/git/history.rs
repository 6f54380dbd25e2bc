//! The history of a repository: every object that references lead to, each once, with the commit and the path it was first
//! seen under.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use gix::ObjectId;
use gix::objs::Kind;

use super::super::{Listing, Unit};
use super::Scope;
use super::commits::{Commit, Graph, Link, tagged};
use super::objects::Object;
use super::reach::{self, First, Reached};
use super::repository::Repository;
use super::store::{Portion, Store};
use super::tips::{Tip, Tips};
use super::trees::{self, Entries, Trees};
use super::walk::Made;
use crate::blob::Origin;
use crate::history::{At, GitPlace, ObjectName};
use crate::outcome::{ObjectCounts, SkipReason, Skipped};

/// The history of one repository, ready to be read.
pub struct History {
    /// How it is named beside others.
    pub(super) name: Option<Arc<Path>>,
    pub(super) store: Store,
    pub(super) graph: Graph,
    pub(super) trees: Trees,
    pub(super) reached: Reached,
    pub(super) tips: Vec<Tip>,
    pub(super) head: Option<ObjectId>,
    /// Annotated tags and what they name, sorted.
    pub(super) tags: Vec<(Object, Option<Link>)>,
    /// Tags that references lead to, or all.
    pub(super) seen_tags: HashSet<Object>,
}

/// Objects of a history that one thread reads.
#[derive(Clone)]
pub(super) enum Work {
    /// Contents of files, commits or tags of a pack.
    Packed(Portion),
    /// Loose objects by their numbers.
    Loose(Range<u32>),
}

/// Some objects of a history.
#[derive(Clone)]
pub struct Batch {
    pub(super) history: Arc<History>,
    pub(super) work: Work,
}

impl Batch {
    /// The repository it is of.
    pub(in crate::source) fn origin(&self) -> Origin {
        let path = std::path::PathBuf::new();
        Origin::Git(GitPlace { repository: self.history.name.clone(), path, at: At::File })
    }
}

/// Objects of a pack that a thread reads in one go, so that the work is even and order costs little.
const WEIGHT: u32 = 256;

/// Lists the objects of a history.
pub(super) fn list(
    repository: &Repository,
    name: Option<Arc<Path>>,
    scope: Scope,
    listing: &mut Listing,
) {
    let history = Arc::new(History::new(repository, name, scope, listing));
    let mut add =
        |work| listing.units.push(Unit::Batch(Batch { history: Arc::clone(&history), work }));
    for kind in [Kind::Blob, Kind::Commit, Kind::Tag] {
        history
            .store
            .portions(kind, WEIGHT)
            .into_iter()
            .for_each(|portion| add(Work::Packed(portion)));
    }
    history.store.loose_portions().into_iter().for_each(|portion| add(Work::Loose(portion)));
    listing.histories.push(history);
}

impl History {
    fn new(
        repository: &Repository,
        name: Option<Arc<Path>>,
        scope: Scope,
        listing: &mut Listing,
    ) -> Self {
        let tips = Tips::read(repository, &mut listing.skipped);
        let store = Store::open(repository, &mut listing.skipped);
        let mut unread: HashMap<Object, String> = store.broken().into_iter().collect();
        let tags = tags(&store, &mut unread);
        let commits = commits(&store, &mut unread);
        let trees = read_trees(&store, &mut unread);
        let peeled = Peeled::new(&tips.all, &tags, &store);
        // Where a link of the chain is broken, what hangs on the rest cannot be told from what nothing leads to.
        let is_broken = !unread.is_empty() || tips.is_unknown;
        let with_others = is_broken || scope == Scope::All;
        let graph = Graph::new(commits, &peeled.objects, with_others);
        let reached = Reached::new(store.objects.len(), &trees);
        let mut history = Self {
            name,
            store,
            graph,
            trees,
            reached,
            tips: tips.all,
            head: tips.head,
            seen_tags: peeled.tags.into_iter().collect(),
            tags,
        };
        history.reach(&peeled.objects);
        history.name_gaps(repository, &unread, &peeled.missing, listing);
        if with_others {
            history.reach_others();
        }
        listing.objects.add(&history.counts());
        history
    }

    /// Follows everything that references lead to.
    fn reach(&mut self, tips: &[Object]) {
        let Self { reached, graph, trees, .. } = self;
        reached.commits(graph, trees, 0, graph.reachable);
        for tip in tips.iter().filter(|tip| graph.place(**tip).is_none()) {
            reached.enter(*tip, Reached::tagged(), trees);
        }
    }

    /// Follows everything else that is in the repository: first what names other things.
    fn reach_others(&mut self) {
        let Self { reached, graph, trees, tags, seen_tags, store, .. } = self;
        let all = u32::try_from(graph.commits.len()).unwrap_or(u32::MAX);
        reached.commits(graph, trees, graph.reachable, all);
        seen_tags.extend(tags.iter().map(|(tag, _)| *tag).filter(|tag| store.is_own(*tag)));
        let is_other = |object: &Object| graph.place(*object).is_none() && store.is_own(*object);
        let is_tag = |object: Object| tags.binary_search_by_key(&object, |(tag, _)| *tag).is_ok();
        for is_tree in [true, false] {
            for object in 0..store.objects.len() {
                let kind_fits = trees.of(object).is_some() == is_tree;
                if kind_fits
                    && reached.first(object).is_none()
                    && is_other(&object)
                    && !is_tag(object)
                {
                    reached.enter(object, Reached::stray(), trees);
                }
            }
        }
    }

    fn counts(&self) -> ObjectCounts {
        ObjectCounts {
            commits: self.graph.commits.len() as u64,
            trees: self.reached.trees,
            blobs: self.reached.blobs,
            tags: self.seen_tags.len() as u64,
        }
    }

    /// Names everything that references lead to and that is not there or cannot be read.
    fn name_gaps(
        &self,
        repository: &Repository,
        unread: &HashMap<Object, String>,
        missing_tips: &[Tip],
        listing: &mut Listing,
    ) {
        for tip in missing_tips {
            let detail = format!("`{}` leads to {}, which is not there", tip.name, tip.id);
            listing.skipped.push(self.gap(
                self.by_itself(tip.id.as_slice(), "object"),
                SkipReason::Missing,
                detail,
            ));
        }
        let sorted: BTreeMap<&Object, &String> = unread.iter().collect();
        for (object, detail) in sorted {
            // Contents of files are named when they are read.
            let place = self.place(*object);
            let is_text = self.graph.place(*object).is_some() || self.seen_tags.contains(object);
            if !is_text {
                listing.skipped.push(self.gap(place, SkipReason::Malformed, detail.clone()));
            }
        }
        let hint = "it is not in this repository: a partial clone leaves contents out (`git fetch --refetch` gets them)";
        for (id, is_tree, first) in reach::missing(&self.reached, &self.trees) {
            let kind = if is_tree { "tree" } else { "blob" };
            let place = self.seen_place(id.as_slice(), kind, first);
            listing.skipped.push(self.gap(
                place,
                SkipReason::Missing,
                format!("{kind} {id}: {hint}"),
            ));
        }
        self.name_missing_commits(repository, listing);
    }

    /// Names commits and trees of commits that are not there: by mistake, or because the clone is shallow.
    fn name_missing_commits(&self, repository: &Repository, listing: &mut Listing) {
        let shallow: HashSet<ObjectId> = match repository.shallow() {
            Ok(shallow) => shallow.into_iter().collect(),
            Err(detail) => {
                let file = repository.common_dir().join("shallow");
                listing.skipped.push(gap(
                    Origin::File { path: file },
                    SkipReason::Malformed,
                    detail,
                ));
                HashSet::new()
            }
        };
        let mut boundary = 0_u64;
        let mut missing: Vec<ObjectId> = Vec::new();
        for commit in self.graph.commits.iter().take(super::objects::index(self.graph.reachable)) {
            let is_boundary =
                self.store.objects.id(commit.object).is_some_and(|id| shallow.contains(&id));
            let gone = commit.parents.iter().filter_map(|parent| match parent {
                Link::Missing(id) => Some(*id),
                Link::To(_) => None,
            });
            let gone: Vec<ObjectId> = gone.collect();
            if is_boundary && !gone.is_empty() {
                boundary += 1;
            } else {
                missing.extend(gone);
            }
            if let Link::Missing(tree) = commit.tree {
                missing.push(tree);
            }
        }
        missing.sort();
        missing.dedup();
        for id in missing {
            let place = self.by_itself(id.as_slice(), "object");
            listing.skipped.push(self.gap(
                place,
                SkipReason::Missing,
                "it is not in this repository, and commits name it".into(),
            ));
        }
        if boundary > 0 {
            let file = repository.common_dir().join("shallow");
            let detail = format!(
                "the clone is shallow: what came before {boundary} of its commits is not here (`git fetch --unshallow` gets it)"
            );
            listing.skipped.push(gap(Origin::File { path: file }, SkipReason::Missing, detail));
        }
    }

    fn gap(&self, place: GitPlace, reason: SkipReason, detail: String) -> Skipped {
        gap(Origin::Git(place), reason, detail)
    }

    fn by_itself(&self, name: &[u8], kind: &'static str) -> GitPlace {
        let at = At::Object { object: ObjectName::new(name), kind };
        GitPlace { repository: self.name.clone(), path: std::path::PathBuf::new(), at }
    }

    /// What an object is called.
    pub(super) fn place(&self, object: Object) -> GitPlace {
        let name = self.store.objects.name(object);
        let path = std::path::PathBuf::new();
        let repository = self.name.clone();
        if let Some(order) = self.graph.place(object) {
            return GitPlace {
                repository,
                path,
                at: At::CommitText { order, commit: ObjectName::new(name) },
            };
        }
        if self.seen_tags.contains(&object) {
            return GitPlace { repository, path, at: At::TagText { tag: ObjectName::new(name) } };
        }
        match self.reached.first(object) {
            Some(first) => self.seen_place(name, "object", first),
            None => self.by_itself(name, "object"),
        }
    }

    fn seen_place(&self, name: &[u8], kind: &'static str, first: First) -> GitPlace {
        let path = self.reached.path(first, &self.trees);
        let blob = ObjectName::new(name);
        let commit = self.graph.get(first.commit);
        let at = match commit {
            Some(commit) => {
                let commit = ObjectName::new(self.store.objects.name(commit.object));
                At::Commit { order: first.commit, commit, blob }
            }
            None => At::Object { object: blob, kind },
        };
        GitPlace { repository: self.name.clone(), path, at }
    }

    /// Whether the content of an object is scanned.
    pub(super) fn is_wanted(&self, object: Object) -> bool {
        self.reached.first(object).is_some()
            || self.graph.place(object).is_some()
            || self.seen_tags.contains(&object)
    }
}

fn gap(origin: Origin, reason: SkipReason, detail: String) -> Skipped {
    Skipped { origin, reason, detail, accepted: None }
}

fn commits(store: &Store, unread: &mut HashMap<Object, String>) -> Vec<Commit> {
    let passed = store.pass(
        Kind::Commit,
        |found: &mut (Vec<Commit>, Vec<Object>), object, made: Made<()>| match Commit::read(
            object,
            made.bytes,
            &store.objects,
        ) {
            Some(commit) => found.0.push(commit),
            None => found.1.push(object),
        },
    );
    unread.extend(passed.unread);
    let mut all = Vec::new();
    for (commits, malformed) in passed.results {
        all.extend(commits);
        unread.extend(malformed.into_iter().map(|object| (object, "it is no commit".into())));
    }
    all
}

fn tags(store: &Store, unread: &mut HashMap<Object, String>) -> Vec<(Object, Option<Link>)> {
    let passed =
        store.pass(Kind::Tag, |found: &mut Vec<(Object, Option<Link>)>, object, made: Made<()>| {
            found.push((object, tagged(made.bytes).map(|id| Link::new(id, &store.objects))));
        });
    unread.extend(passed.unread);
    let mut all: Vec<(Object, Option<Link>)> = passed.results.into_iter().flatten().collect();
    all.sort_unstable_by_key(|(object, _)| *object);
    all
}

fn read_trees(store: &Store, unread: &mut HashMap<Object, String>) -> Trees {
    let passed =
        store.pass(Kind::Tree, |found: &mut trees::Portion, object, made: Made<Entries>| {
            found.read(object, made.bytes, made.base, &store.objects, store.hash)
        });
    unread.extend(passed.unread);
    let trees = Trees::join(passed.results);
    unread.extend(
        trees.malformed.iter().map(|tree| (*tree, "it is no tree from some entry on".into())),
    );
    trees
}

/// What tips lead to once tags are followed.
struct Peeled {
    /// Sorted, each once.
    objects: Vec<Object>,
    tags: Vec<Object>,
    missing: Vec<Tip>,
}

impl Peeled {
    fn new(tips: &[Tip], tags: &[(Object, Option<Link>)], store: &Store) -> Self {
        let mut peeled = Self { objects: Vec::new(), tags: Vec::new(), missing: Vec::new() };
        for tip in tips {
            match store.objects.find(tip.id.as_slice()) {
                Some(object) => peeled.follow(object, tip, tags),
                None => peeled.missing.push(tip.clone()),
            }
        }
        peeled.objects.sort_unstable();
        peeled.objects.dedup();
        peeled
    }

    fn follow(&mut self, mut object: Object, tip: &Tip, tags: &[(Object, Option<Link>)]) {
        // A tag cannot name itself, but one that lies can name another that does.
        const MAX_CHAIN: usize = 1000;
        for _ in 0..MAX_CHAIN {
            let Ok(at) = tags.binary_search_by_key(&object, |(tag, _)| *tag) else { break };
            self.tags.push(object);
            match tags.get(at).and_then(|(_, link)| *link) {
                Some(Link::To(next)) => object = next,
                Some(Link::Missing(_)) | None => return self.missing.push(tip.clone()),
            }
        }
        self.objects.push(object);
    }
}
