//! The trees of a history without everything that holds no secret: small, and each different one once.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::path::PathBuf;

use gix::bstr::{BString, ByteSlice};

use super::commits::Graph;
use super::objects::{Object, index};
use super::trees::{Slot, Trees};
use super::{join, to_path};

/// A tree that holds a secret somewhere below: names of what does.
pub(super) type Node = u32;

/// What a name of a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Child {
    /// A directory.
    Node(Node),
    /// The content of a file, by its number among those that hold secrets.
    Blob(u32),
}

/// Nodes, children before parents.
#[derive(Default)]
pub(super) struct Pruned {
    nodes: Vec<Range<u32>>,
    children: Vec<(u32, Child)>,
    of: HashMap<Object, Child>,
}

impl Pruned {
    /// Keeps what leads to `blobs`. `finished` are trees in the order in which all below them was seen.
    pub(super) fn new(trees: &Trees, finished: &[Object], blobs: &[Object]) -> Self {
        let mut pruned = Self::default();
        let users = Users::new(trees);
        let mut is_kept = vec![0_u64; trees.slots().div_ceil(64)];
        for (number, blob) in (0..).zip(blobs) {
            pruned.of.insert(*blob, Child::Blob(number));
            users.mark(*blob, &mut is_kept);
        }
        let mut known: HashMap<Vec<(u32, Child)>, Node> = HashMap::new();
        let mut kept = Vec::new();
        for tree in finished {
            let Some(of) = trees.of(*tree) else { continue };
            of.marked(&is_kept, |Slot { child, name }| {
                kept.extend(pruned.of.get(&child).map(|child| (name, *child)));
            });
            if kept.is_empty() {
                continue;
            }
            let node = known.get(&kept).copied().unwrap_or_else(|| {
                let node = pruned.add(&kept);
                known.insert(kept.clone(), node);
                node
            });
            kept.clear();
            pruned.of.insert(*tree, Child::Node(node));
            users.mark(*tree, &mut is_kept);
        }
        pruned
    }

    fn add(&mut self, children: &[(u32, Child)]) -> Node {
        let number = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let start = number(self.children.len());
        self.children.extend_from_slice(children);
        self.nodes.push(start..number(self.children.len()));
        number(self.nodes.len() - 1)
    }

    /// What an object is here; `None` when it holds no secret.
    pub(super) fn get(&self, object: Object) -> Option<Child> {
        self.of.get(&object).copied()
    }

    fn children(&self, node: &Range<u32>) -> &[(u32, Child)] {
        self.children.get(index(node.start)..index(node.end)).unwrap_or_default()
    }

    /// The nodes that are the whole tree of a commit.
    pub(super) fn roots(&self, graph: &Graph) -> HashSet<Node> {
        let trees = graph.commits.iter().filter_map(|commit| commit.tree.object());
        let node = |tree| match self.get(tree) {
            Some(Child::Node(node)) => Some(node),
            _ => None,
        };
        trees.filter_map(node).collect()
    }

    /// What lies at a path below a node, its names by their numbers. Names that are compared are taken off `steps`, and
    /// when none are left nothing is found.
    pub(super) fn at(&self, root: Child, path: &[u32], steps: &mut usize) -> Option<Child> {
        path.iter().try_fold(root, |child, part| {
            let Child::Node(node) = child else { return None };
            let children = self.children(self.nodes.get(index(node))?);
            *steps = steps.checked_sub(children.len())?;
            let found = children.iter().find(|(name, _)| name == part);
            found.map(|(_, child)| *child)
        })
    }

    /// For every node which secrets it holds, when that is known of the contents of files.
    pub(super) fn masks(&self, of_blob: &dyn Fn(u32) -> u64) -> Masks {
        let mut masks = Masks { of_node: Vec::with_capacity(self.nodes.len()) };
        for node in &self.nodes {
            let of_child = self.children(node).iter().map(|(_, child)| masks.of(*child, of_blob));
            let mask = of_child.fold(0, |mask, child| mask | child);
            masks.of_node.push(mask);
        }
        masks
    }

    /// The nodes and contents that hold something, each with the nodes and names it is held under.
    pub(super) fn holders(&self) -> HashMap<Child, Vec<(Node, u32)>> {
        let mut holders: HashMap<Child, Vec<(Node, u32)>> = HashMap::new();
        for (number, node) in (0..).zip(&self.nodes) {
            for (name, child) in self.children(node) {
                holders.entry(*child).or_default().push((number, *name));
            }
        }
        holders
    }
}

/// The slots of trees that each object is in.
struct Users {
    /// Of every object, where its slots begin in the list.
    starts: Vec<u32>,
    slots: Vec<u32>,
}

impl Users {
    fn new(trees: &Trees) -> Self {
        // Counted two places on, so that filling the list moves each start to where it belongs.
        let mut starts = vec![0_u32; trees.objects() + 2];
        for (_, slot) in trees.numbered() {
            starts.get_mut(index(slot.child) + 2).into_iter().for_each(|count| *count += 1);
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut slots = vec![0; index(sum)];
        for (number, slot) in trees.numbered() {
            if let Some(next) = starts.get_mut(index(slot.child) + 1)
                && let Some(place) = slots.get_mut(index(*next))
            {
                *place = number;
                *next += 1;
            }
        }
        Self { starts, slots }
    }

    /// Marks the slots of an object.
    fn mark(&self, object: Object, marks: &mut [u64]) {
        let start = |object: usize| self.starts.get(object).map_or(0, |start| index(*start));
        let slots = self.slots.get(start(index(object))..start(index(object) + 1));
        for slot in slots.into_iter().flatten() {
            if let Some(word) = marks.get_mut(index(slot / 64)) {
                *word |= 1 << (slot % 64);
            }
        }
    }
}

/// Which secrets each node holds, a bit each.
pub(super) struct Masks {
    of_node: Vec<u64>,
}

impl Masks {
    pub(super) fn of(&self, child: Child, of_blob: &dyn Fn(u32) -> u64) -> u64 {
        match child {
            Child::Node(node) => self.of_node.get(index(node)).copied().unwrap_or(0),
            Child::Blob(blob) => of_blob(blob),
        }
    }
}

/// How many steps may be made to find the paths of one of so many things.
pub(super) fn steps(things: usize) -> usize {
    const ALL: usize = 50_000_000;
    (ALL / things.max(1)).clamp(1000, 100_000)
}

/// The paths under which contents of files lie in any commit, sorted. After so many steps no more are looked for.
pub(super) fn paths(
    blobs: &[u32],
    holders: &HashMap<Child, Vec<(Node, u32)>>,
    is_root: &dyn Fn(Node) -> bool,
    trees: &Trees,
    steps: &mut usize,
) -> BTreeSet<PathBuf> {
    let mut ends = Ends::default();
    let mut waiting: Vec<(Child, u32)> =
        blobs.iter().map(|blob| (Child::Blob(*blob), Ends::EMPTY)).collect();
    let mut seen: HashSet<(Child, u32)> = HashSet::new();
    let mut found = BTreeSet::new();
    while let Some((child, below)) = waiting.pop() {
        if let Child::Node(node) = child
            && is_root(node)
        {
            found.insert(below);
        }
        for (node, name) in holders.get(&child).into_iter().flatten() {
            *steps = steps.saturating_sub(1);
            let next = (Child::Node(*node), ends.number(*name, below));
            if *steps > 0 && seen.insert(next) {
                waiting.push(next);
            }
        }
    }
    found.into_iter().map(|end| to_path(ends.path(end, trees).as_bstr())).collect()
}

/// Ends of paths, each under a number: a name, and the end behind it.
#[derive(Default)]
struct Ends {
    all: Vec<(u32, u32)>,
    numbers: HashMap<(u32, u32), u32>,
}

impl Ends {
    /// The number of the end without any names.
    const EMPTY: u32 = u32::MAX;

    fn number(&mut self, name: u32, below: u32) -> u32 {
        *self.numbers.entry((name, below)).or_insert_with(|| {
            self.all.push((name, below));
            u32::try_from(self.all.len() - 1).unwrap_or(Self::EMPTY)
        })
    }

    fn path(&self, mut end: u32, trees: &Trees) -> BString {
        let mut path = BString::default();
        while let Some((name, below)) = self.all.get(index(end)) {
            path = join(&path, trees.name(*name));
            end = *below;
        }
        path
    }
}
