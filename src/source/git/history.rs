//! The history of a repository: every object that references lead to, each once, with the commit and the path it was first
//! seen under.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::ObjectId;
use gix::objs::Kind;
use globset::GlobSet;

use super::super::{Listing, Selection, Unit};
use super::Scope;
use super::commits::{Commit, Graph, Link, tagged};
use super::gaps::Gaps;
use super::objects::Object;
use super::peeled::Peeled;
use super::pruned::{Pruned, paths, steps};
use super::reach::{First, Reached};
use super::repository::Repository;
use super::store::{Portion, Store};
use super::tips::{Tip, Tips};
use super::trees::{self, Entries, Trees};
use super::walk::Made;
use crate::blob::Origin;
use crate::history::{At, GitPlace, ObjectName};
use crate::outcome::ObjectCounts;

/// The history of one repository, ready to be read.
pub struct History {
    pub(super) repository: Arc<Repository>,
    /// How it is named beside others.
    pub(super) name: Option<Arc<Path>>,
    pub(super) store: Store,
    pub(super) graph: Graph,
    pub(super) trees: Trees,
    pub(super) reached: Reached,
    /// The ways in that lead somewhere: branches first.
    pub(super) ways: Vec<Way>,
    pub(super) head: Option<ObjectId>,
    /// Paths that the configuration leaves out.
    pub(super) exclude: GlobSet,
    /// Contents whose first path is left out, but that lie under another too.
    other_names: HashMap<Object, PathBuf>,
    /// How many commits take part, in their order.
    commits: u32,
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
        let path = PathBuf::new();
        Origin::Git(GitPlace { repository: self.history.name.clone(), path, at: At::File })
    }
}

/// Objects of a pack that a thread reads in one go, so that the work is even and order costs little.
const WEIGHT: u32 = 256;

/// Lists the objects of a history.
pub(super) fn list(
    repository: &Arc<Repository>,
    name: Option<Arc<Path>>,
    scope: Scope,
    selection: &Selection,
    listing: &mut Listing,
) {
    let exclude = selection.exclude.clone();
    let history = Arc::new(History::new(repository, name, scope, exclude, listing));
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
        repository: &Arc<Repository>,
        name: Option<Arc<Path>>,
        scope: Scope,
        exclude: GlobSet,
        listing: &mut Listing,
    ) -> Self {
        let mut of_tips = Vec::new();
        let mut of_store = Vec::new();
        let (tips, store) = rayon::join(
            || Tips::read(repository, &mut of_tips),
            || Store::open(&repository.odb, &mut of_store),
        );
        listing.skipped.extend(of_tips.into_iter().chain(of_store));
        let mut unread: HashMap<Object, String> = store.broken().into_iter().collect();
        let tags = tags(&store, &mut unread);
        let peeled = Peeled::new(&tips.all, &tags, &store);
        let mut of_trees = HashMap::new();
        let (graph, trees) = rayon::join(
            || Graph::new(commits(&store, &mut unread), &peeled.objects),
            || read_trees(&store, &mut of_trees),
        );
        unread.extend(of_trees);
        let mut history = Self {
            repository: Arc::clone(repository),
            ways: ways(&peeled.ways, &graph),
            name,
            exclude,
            reached: Reached::new(store.objects.len(), &trees),
            commits: graph.reachable,
            other_names: HashMap::new(),
            store,
            graph,
            trees,
            head: tips.head,
            seen_tags: peeled.ways.iter().flat_map(|way| way.2.iter().copied()).collect(),
            tags,
        };
        history.reach(&peeled.objects);
        let gaps = Gaps::new(&history, &peeled, &unread, scope);
        // Where a link of the chain is broken, what hangs on the rest cannot be told from what nothing leads to.
        if tips.is_unknown || gaps.are_breaks() || scope == Scope::All {
            history.reach_others();
        }
        gaps.name(&history, repository, listing);
        history.find_other_names();
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
        let Self { reached, graph, trees, tags, seen_tags, store, commits, .. } = self;
        let all = u32::try_from(graph.commits.len()).unwrap_or(u32::MAX);
        *commits = all;
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

    /// Contents are left out only when every path they lie under is.
    fn find_other_names(&mut self) {
        if self.exclude.is_empty() {
            return;
        }
        let is_excluded = |object: &Object| {
            let first = self.reached.first(*object).filter(|_| self.trees.of(*object).is_none());
            first.is_some_and(|first| self.exclude.is_match(self.reached.path(first, &self.trees)))
        };
        let excluded: Vec<Object> = (0..self.store.objects.len()).filter(is_excluded).collect();
        let pruned = Pruned::new(&self.trees, &self.reached.finished, &excluded);
        let steps = steps(excluded.len());
        let (holders, roots) = (pruned.holders(), pruned.roots(&self.graph));
        let is_root = |node| roots.contains(&node);
        for (number, object) in (0..).zip(excluded) {
            let mut steps = steps;
            let all = paths(&[number], &holders, &is_root, &self.trees, &mut steps);
            let other = all.into_iter().find(|path| !self.exclude.is_match(path));
            // What has too many paths to look at all of them is not left out.
            let other = other.or_else(|| (steps == 0).then(PathBuf::new));
            self.other_names.extend(other.map(|path| (object, path)));
        }
    }

    fn counts(&self) -> ObjectCounts {
        ObjectCounts {
            commits: u64::from(self.commits),
            trees: self.reached.trees,
            blobs: self.reached.blobs,
            tags: self.seen_tags.len() as u64,
        }
    }

    pub(super) fn by_itself(&self, name: &[u8], kind: &'static str) -> GitPlace {
        let at = At::Object { object: ObjectName::new(name), kind };
        GitPlace { repository: self.name.clone(), path: PathBuf::new(), at }
    }

    /// What an object is called.
    pub(super) fn place(&self, object: Object) -> GitPlace {
        let name = self.store.objects.name(object);
        if let Some(first) = self.reached.first(object) {
            let kind = if self.trees.of(object).is_some() { "tree" } else { "blob" };
            let place = self.seen_place(name, kind, first);
            return match self.other_names.get(&object) {
                Some(path) => GitPlace { path: path.clone(), ..place },
                None => place,
            };
        }
        let path = PathBuf::new();
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
        self.by_itself(name, "object")
    }

    pub(super) fn seen_place(&self, name: &[u8], kind: &'static str, first: First) -> GitPlace {
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

    /// Whether there are remote-tracking references at all.
    pub(super) fn has_remote(&self) -> bool {
        self.ways.iter().any(Way::is_remote)
    }

    /// Whether the content of an object is scanned.
    pub(super) fn is_wanted(&self, object: Object) -> bool {
        self.reached.first(object).is_some()
            || self.graph.place(object).is_some_and(|place| place < self.commits)
            || self.seen_tags.contains(&object)
    }
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
        |_| {},
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
    let passed = store.pass(
        Kind::Tag,
        |found: &mut Vec<(Object, Option<Link>)>, object, made: Made<()>| {
            found.push((object, tagged(made.bytes).map(|id| Link::new(id, &store.objects))));
        },
        |_| {},
    );
    unread.extend(passed.unread);
    let mut all: Vec<(Object, Option<Link>)> = passed.results.into_iter().flatten().collect();
    all.sort_unstable_by_key(|(object, _)| *object);
    all
}

fn read_trees(store: &Store, unread: &mut HashMap<Object, String>) -> Trees {
    let passed = store.pass(
        Kind::Tree,
        |found: &mut trees::Portion, object, made: Made<Entries>| {
            found.read(object, made.bytes, made.base.as_ref(), store)
        },
        |found| found.finish(&store.objects),
    );
    unread.extend(passed.unread);
    let trees = Trees::join(passed.results, store.objects.len());
    unread.extend(
        trees.malformed.iter().map(|tree| (*tree, "it is no tree from some entry on".into())),
    );
    trees
}

/// A way into the history.
pub(super) struct Way {
    pub(super) name: String,
    /// The commit it leads to, by its place.
    pub(super) commit: Option<u32>,
    /// What else it leads to.
    pub(super) object: Option<Object>,
    pub(super) tags: Vec<Object>,
}

impl Way {
    /// Whether it is what a remote had when it was last asked.
    pub(super) fn is_remote(&self) -> bool {
        self.name.starts_with("refs/remotes/")
    }
}

/// Branches come before what remotes have, and that before tags and the rest.
const RANKS: &[&str] = &["refs/heads/", "HEAD", "refs/remotes/", "refs/tags/", "refs/stash"];

fn ways(all: &[(Tip, Object, Vec<Object>)], graph: &Graph) -> Vec<Way> {
    let way = |(tip, object, tags): &(Tip, Object, Vec<Object>)| {
        let commit = graph.place(*object);
        let object = commit.is_none().then_some(*object);
        Way { name: tip.name.clone(), commit, object, tags: tags.clone() }
    };
    let mut ways: Vec<Way> = all.iter().map(way).collect();
    let rank = |way: &Way| {
        RANKS.iter().position(|prefix| way.name.starts_with(prefix)).unwrap_or(RANKS.len())
    };
    // Sorted by name already.
    ways.sort_by_key(rank);
    ways
}
