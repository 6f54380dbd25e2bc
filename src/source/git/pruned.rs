//! The trees of a history without everything that holds no secret: small, and each different one once.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::path::PathBuf;

use gix::bstr::{BString, ByteSlice};
use rayon::prelude::*;

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

/// So many trees are looked at at a time.
const BLOCK: usize = 16 * 1024;

/// Nodes, children before parents.
#[derive(Default)]
pub(super) struct Pruned {
    nodes: Vec<Range<u32>>,
    children: Vec<(u32, Child)>,
    /// What each object is here, as [`Child::code`] says.
    of: Vec<u32>,
}

impl Pruned {
    /// Keeps what leads to `blobs`. `finished` are trees in the order in which all below them was seen.
    pub(super) fn new(trees: &Trees, finished: &[Object], blobs: &[Object]) -> Self {
        let mut pruned = Self { of: vec![NOTHING; trees.objects()], ..Self::default() };
        let mut leads = Bits::new(trees.objects());
        finished.iter().chain(blobs).for_each(|object| leads.set(*object));
        for (number, blob) in (0..).zip(blobs) {
            pruned.is(*blob, Child::Blob(number));
        }
        let mut known: HashMap<Vec<u64>, Node> = HashMap::new();
        let mut kept = Vec::new();
        for block in finished.chunks(BLOCK) {
            // What may be kept of each is looked for at the same time, whether it is can be told only in order.
            let led: Vec<Led> =
                block.par_chunks(BLOCK / 64).map(|part| Led::new(trees, part, &leads)).collect();
            for (tree, slots) in led.iter().flat_map(Led::each) {
                let code = |slot: &Slot| pruned.of.get(index(slot.child)).copied();
                let codes = slots.iter().filter_map(|slot| Some((slot.name, code(slot)?)));
                let codes = codes.filter(|(_, code)| *code != NOTHING);
                kept.extend(codes.map(|(name, code)| u64::from(name) << 32 | u64::from(code)));
                if kept.is_empty() {
                    continue;
                }
                let node = known.get(&kept).copied().unwrap_or_else(|| {
                    let node = pruned.add(&kept);
                    known.insert(kept.clone(), node);
                    node
                });
                kept.clear();
                pruned.is(tree, Child::Node(node));
            }
        }
        pruned
    }

    fn is(&mut self, object: Object, child: Child) {
        if let Some(known) = self.of.get_mut(index(object)) {
            *known = child.code();
        }
    }

    /// Adds a node of names and codes of children.
    fn add(&mut self, children: &[u64]) -> Node {
        let number = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let half = |number: u64| u32::try_from(number & u64::from(u32::MAX)).unwrap_or(0);
        let start = number(self.children.len());
        let child = |both: &u64| Some((half(*both >> 32), Child::of_code(half(*both))?));
        self.children.extend(children.iter().filter_map(child));
        self.nodes.push(start..number(self.children.len()));
        number(self.nodes.len() - 1)
    }

    /// What an object is here; `None` when it holds no secret.
    pub(super) fn get(&self, object: Object) -> Option<Child> {
        Child::of_code(*self.of.get(index(object))?)
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

/// The code of what holds no secret.
const NOTHING: u32 = u32::MAX;

impl Child {
    /// The bit of codes that says that they are of contents.
    const BLOB: u32 = 1 << 31;

    const fn code(self) -> u32 {
        match self {
            Self::Node(node) => node,
            Self::Blob(blob) => Self::BLOB | blob,
        }
    }

    const fn of_code(code: u32) -> Option<Self> {
        match code {
            NOTHING => None,
            Self::BLOB.. => Some(Self::Blob(code & !Self::BLOB)),
            _ => Some(Self::Node(code)),
        }
    }
}

/// The slots of some trees whose objects have a bit.
struct Led {
    slots: Vec<Slot>,
    /// The trees, and where their slots end.
    trees: Vec<(Object, usize)>,
}

impl Led {
    fn new(trees: &Trees, part: &[Object], bits: &Bits) -> Self {
        let mut led = Self { slots: Vec::new(), trees: Vec::with_capacity(part.len()) };
        for tree in part {
            let of = trees.of(*tree);
            for stretch in of.iter().flat_map(|of| of.stretches.iter().map(|one| of.stretch(*one)))
            {
                led.slots.extend(stretch.iter().filter(|slot| bits.has(slot.child)));
            }
            led.trees.push((*tree, led.slots.len()));
        }
        led
    }

    /// Each tree with its slots.
    fn each(&self) -> impl Iterator<Item = (Object, &[Slot])> {
        let starts = std::iter::once(0).chain(self.trees.iter().map(|(_, end)| *end));
        let both = self.trees.iter().zip(starts);
        both.map(|((tree, end), start)| (*tree, self.slots.get(start..*end).unwrap_or_default()))
    }
}

/// A bit for each object.
struct Bits(Vec<u64>);

impl Bits {
    fn new(objects: usize) -> Self {
        Self(vec![0; objects.div_ceil(64)])
    }

    fn set(&mut self, object: Object) {
        if let Some(word) = self.0.get_mut(index(object / 64)) {
            *word |= 1 << (object % 64);
        }
    }

    fn has(&self, object: Object) -> bool {
        self.0.get(index(object / 64)).is_some_and(|word| word >> (object % 64) & 1 == 1)
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
