//! What references lead to, and how each object was first seen: in which commit, in which directory, under which name.

use std::ops::Range;
use std::path::PathBuf;

use gix::ObjectId;
use gix::bstr::{BString, ByteSlice};
use rayon::prelude::*;

use super::commits::Graph;
use super::objects::{Object, index};
use super::to_path;
use super::trees::{Slot, Tree, Trees};

/// How an object was first seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct First {
    /// The place of the commit in the order, or one of the numbers below.
    pub(super) commit: u32,
    /// The directory it lies in; [`First::NOWHERE`] for what lies in none.
    tree: Object,
    /// The number of its name there.
    name: u32,
}

impl First {
    const NOWHERE: u32 = u32::MAX;
    /// Not seen.
    const UNSEEN: u32 = u32::MAX;
    /// A tag or a reference leads to it, no commit.
    pub(super) const TAGGED: u32 = u32::MAX - 1;
    /// Nothing leads to it.
    pub(super) const STRAY: u32 = u32::MAX - 2;

    const fn root(commit: u32) -> Self {
        Self { commit, tree: Self::NOWHERE, name: 0 }
    }
}

/// The most directories of a path that are named; no work tree can hold more.
const MAX_DEPTH: usize = 2048;

/// The most pieces in which commits are followed at the same time; each needs twelve bytes for every object.
const MAX_PIECES: usize = 4;
/// The fewest commits of a piece.
const MIN_PIECE: u32 = 4096;

/// Everything that was reached.
pub(super) struct Reached {
    of: Vec<First>,
    /// Slots of trees that lead to nothing new any more, a bit each.
    done: Vec<u64>,
    /// What is named and not there, by its number among the missing.
    pub(super) missing: Vec<(u32, First)>,
    /// How many trees and other objects below commits were reached.
    pub(super) trees: u64,
    pub(super) blobs: u64,
    /// Trees in the order in which all below them was seen.
    pub(super) finished: Vec<Object>,
}

/// A directory that is being gone through.
struct Step<'a> {
    tree: Object,
    of: Tree<'a>,
    /// Slots of the first stretch that are behind.
    next: u32,
}

impl Reached {
    pub(super) fn new(objects: u32, trees: &Trees) -> Self {
        Self {
            of: vec![First::root(First::UNSEEN); index(objects)],
            done: vec![0; trees.slots().div_ceil(64)],
            missing: Vec::new(),
            trees: 0,
            blobs: 0,
            finished: Vec::new(),
        }
    }

    /// How an object was first seen; `None` when it was not.
    pub(super) fn first(&self, object: Object) -> Option<First> {
        self.of.get(index(object)).copied().filter(|first| first.commit != First::UNSEEN)
    }

    /// Follows the trees of commits `from..to` in their order.
    pub(super) fn commits(&mut self, graph: &Graph, trees: &Trees, from: u32, to: u32) {
        let pieces = u32::try_from(rayon::current_num_threads().min(MAX_PIECES)).unwrap_or(1);
        let size = (to.saturating_sub(from) / pieces).max(MIN_PIECE);
        let first = to.min(from + size);
        let starts: Vec<u32> = (first..to).step_by(index(size)).collect();
        let objects = u32::try_from(self.of.len()).unwrap_or(u32::MAX);
        let follow = |start: &u32| {
            let mut piece = Self::new(objects, trees);
            piece.follow(graph, trees, *start..to.min(start.saturating_add(size)));
            piece
        };
        let ((), pieces) = rayon::join(
            || self.follow(graph, trees, from..first),
            || starts.par_iter().map(follow).collect::<Vec<_>>(),
        );
        for piece in pieces {
            self.join(piece, trees);
        }
    }

    fn follow(&mut self, graph: &Graph, trees: &Trees, places: Range<u32>) {
        for place in places {
            if let Some(tree) = graph.get(place).and_then(|commit| commit.tree.object()) {
                self.enter(tree, First::root(place), trees);
            }
        }
    }

    /// Adds what later commits lead to, which were followed as if nothing had been seen before. What is new lies in new
    /// trees alone, and these were gone through in the same order.
    fn join(&mut self, later: Self, trees: &Trees) {
        let Self { of, done, missing, finished, .. } = later;
        self.finished.extend(finished.into_iter().filter(|tree| {
            self.of.get(index(*tree)).is_some_and(|known| known.commit == First::UNSEEN)
        }));
        let both = (0..).zip(self.of.iter_mut().zip(of));
        let is_new = |known: &First, first: &First| {
            known.commit == First::UNSEEN && first.commit != First::UNSEEN
        };
        for (object, (known, first)) in both.filter(|(_, (known, first))| is_new(known, first)) {
            *known = first;
            let is_tree = trees.of(object).is_some();
            self.trees += u64::from(is_tree);
            self.blobs += u64::from(!is_tree);
        }
        for (known, done) in self.done.iter_mut().zip(done) {
            *known |= done;
        }
        self.missing.extend(missing);
    }

    /// Follows an object that something else than a commit leads to.
    pub(super) fn enter(&mut self, object: Object, first: First, trees: &Trees) {
        let mut steps = Vec::new();
        self.meet(object, first, trees, &mut steps);
        while let Some(step) = steps.last_mut() {
            let Some((stretch, rest)) = step.of.stretches.split_first() else {
                self.finished.push(step.tree);
                steps.pop();
                continue;
            };
            let slot = stretch.start + step.next;
            let left = stretch.len - step.next;
            let skip = self.skip(step.of.first + slot, left);
            if skip == left {
                (step.of.stretches, step.next) = (rest, 0);
                continue;
            }
            step.next += skip + 1;
            let slot = slot + skip;
            let number = step.of.first + slot;
            if let Some(word) = self.done.get_mut(index(number / 64)) {
                *word |= 1 << (number % 64);
            }
            let tree = step.tree;
            if let Some(Slot { child, name }) = step.of.slot(slot) {
                self.meet(child, First { commit: first.commit, tree, name }, trees, &mut steps);
            }
        }
    }

    /// How many slots from `slot` on need no look; at most `left`.
    fn skip(&self, slot: u32, left: u32) -> u32 {
        let mut skipped = 0;
        while skipped < left {
            let at = slot + skipped;
            let bits = self.done.get(index(at / 64)).copied().unwrap_or(0) >> (at % 64);
            let run = bits.trailing_ones().min(64 - at % 64);
            if run == 0 {
                return skipped;
            }
            skipped += run;
        }
        left
    }

    fn meet<'a>(
        &mut self,
        object: Object,
        first: First,
        trees: &'a Trees,
        steps: &mut Vec<Step<'a>>,
    ) {
        if object >= Trees::MISSING {
            self.missing.push((object - Trees::MISSING, first));
            return;
        }
        let Some(known) = self.of.get_mut(index(object)) else { return };
        if known.commit != First::UNSEEN {
            return;
        }
        *known = first;
        if let Some(of) = trees.of(object) {
            self.trees += 1;
            steps.push(Step { tree: object, of, next: 0 });
        } else {
            self.blobs += 1;
        }
    }

    /// The path of an object from the root of its commit.
    pub(super) fn path(&self, first: First, trees: &Trees) -> PathBuf {
        let mut names: Vec<&[u8]> = Vec::new();
        let mut at = first;
        while at.tree != First::NOWHERE && names.len() < MAX_DEPTH {
            names.push(trees.name(at.name));
            match self.first(at.tree) {
                Some(above) => at = above,
                None => break,
            }
        }
        let mut path = BString::default();
        for name in names.into_iter().rev() {
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(name);
        }
        to_path(path.as_bstr())
    }

    /// For an object that a tag or a reference leads to, and no commit.
    pub(super) const fn tagged() -> First {
        First::root(First::TAGGED)
    }

    /// For an object that nothing leads to.
    pub(super) const fn stray() -> First {
        First::root(First::STRAY)
    }
}

/// Objects that are not there, each once, with how it was first seen.
pub(super) fn missing(reached: &Reached, trees: &Trees) -> Vec<(ObjectId, bool, First)> {
    let mut all: Vec<(ObjectId, bool, First)> = reached
        .missing
        .iter()
        .filter_map(|(number, first)| {
            trees.missing.get(index(*number)).map(|(id, is_tree)| (*id, *is_tree, *first))
        })
        .collect();
    all.sort_by_key(|(id, _, first)| (*id, first.commit));
    all.dedup_by_key(|(id, ..)| *id);
    all
}
