//! Commits in the order in which they can have been made: parents before their children.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use gix::ObjectId;

use super::objects::{Object, Objects, index};

/// What a commit says of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Commit {
    pub(super) object: Object,
    pub(super) tree: Link,
    pub(super) parents: Vec<Link>,
    /// When it was committed, in seconds since 1970.
    pub(super) date: i64,
}

/// An object that another names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    To(Object),
    /// It is not there.
    Missing(ObjectId),
}

impl Link {
    pub(super) fn new(id: ObjectId, objects: &Objects) -> Self {
        objects.find(id.as_slice()).map_or(Self::Missing(id), Self::To)
    }

    pub(super) const fn object(self) -> Option<Object> {
        match self {
            Self::To(object) => Some(object),
            Self::Missing(_) => None,
        }
    }
}

impl Commit {
    /// Reads a commit; `None` when it names no tree.
    pub(super) fn read(object: Object, text: &[u8], objects: &Objects) -> Option<Self> {
        let header = Header::read(text)?;
        Some(Self {
            object,
            tree: Link::new(header.tree, objects),
            parents: header.parents.into_iter().map(|id| Link::new(id, objects)).collect(),
            date: header.date,
        })
    }
}

/// The links of a commit, as it has them.
pub(super) struct Header {
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<ObjectId>,
    pub(super) date: i64,
}

impl Header {
    /// Reads the header of a commit. <https://git-scm.com/docs/gitformat-signature>
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let mut lines = text.split(|byte| *byte == b'\n');
        let id = |hex: &[u8]| ObjectId::from_hex(hex).ok();
        let tree = id(lines.next()?.strip_prefix(b"tree ")?)?;
        let (mut parents, mut date) = (Vec::new(), 0);
        for line in lines.take_while(|line| !line.is_empty()) {
            if let Some(hex) = line.strip_prefix(b"parent ") {
                parents.extend(id(hex));
            } else if let Some(committer) = line.strip_prefix(b"committer ") {
                date = seconds(committer);
            }
        }
        Some(Self { tree, parents, date })
    }
}

/// The date at the end of `Name <mail> seconds zone`; 0 where there is none.
pub(super) fn seconds(person: &[u8]) -> i64 {
    let after =
        memchr::memrchr(b'>', person).and_then(|at| person.get(at + 1..)).unwrap_or_default();
    let text = std::str::from_utf8(after).unwrap_or_default();
    text.split_whitespace().next().and_then(|seconds| seconds.parse().ok()).unwrap_or(0)
}

/// What an annotated tag names: the object, and the tag itself by name.
pub(super) fn tagged(text: &[u8]) -> Option<ObjectId> {
    let line = text.split(|byte| *byte == b'\n').next()?;
    ObjectId::from_hex(line.strip_prefix(b"object ")?).ok()
}

/// Commits, parents first; and of each, which they are.
#[derive(Default)]
pub(super) struct Graph {
    /// The commits in order.
    pub(super) commits: Vec<Commit>,
    /// The parents of each that are there, by their place in the order.
    pub(super) parents: Vec<Vec<u32>>,
    /// How many of them references lead to; the others come after.
    pub(super) reachable: u32,
    /// Object and place in the order, sorted by object.
    places: Vec<(Object, u32)>,
}

impl Graph {
    /// Orders commits: those that `tips` lead to, then the others.
    pub(super) fn new(mut all: Vec<Commit>, tips: &[Object]) -> Self {
        all.sort_unstable_by_key(|commit| commit.object);
        all.dedup_by_key(|commit| commit.object);
        let parents: Vec<Vec<u32>> =
            all.iter().map(|commit| known(&all, &commit.parents)).collect();
        let is_reachable = reach(&all, &parents, tips);
        let mut order = sorted(&all, &parents, |at| is_reachable.get(index(at)) == Some(&true));
        let reachable = u32::try_from(order.len()).unwrap_or(u32::MAX);
        order.extend(sorted(&all, &parents, |at| is_reachable.get(index(at)) == Some(&false)));
        let mut place_of = vec![u32::MAX; all.len()];
        for (place, at) in (0..).zip(&order) {
            if let Some(slot) = place_of.get_mut(index(*at)) {
                *slot = place;
            }
        }
        let place = |at: &u32| place_of.get(index(*at)).copied().filter(|place| *place != u32::MAX);
        let parents = order.iter().map(|at| {
            parents.get(index(*at)).map_or(Vec::new(), |of| of.iter().filter_map(place).collect())
        });
        let parents = parents.collect();
        let mut taken: Vec<Option<Commit>> = all.into_iter().map(Some).collect();
        let mut places = Vec::with_capacity(order.len());
        let mut commits = Vec::with_capacity(order.len());
        for at in &order {
            if let Some(commit) = taken.get_mut(index(*at)).and_then(Option::take) {
                places.push((commit.object, u32::try_from(commits.len()).unwrap_or(u32::MAX)));
                commits.push(commit);
            }
        }
        places.sort_unstable();
        Self { commits, parents, reachable, places }
    }

    /// The place of a commit in the order.
    pub(super) fn place(&self, commit: Object) -> Option<u32> {
        let at = self.places.binary_search_by_key(&commit, |(object, _)| *object).ok()?;
        self.places.get(at).map(|(_, place)| *place)
    }

    pub(super) fn get(&self, place: u32) -> Option<&Commit> {
        self.commits.get(index(place))
    }
}

/// Where links lead to in a list sorted by object.
fn known(all: &[Commit], links: &[Link]) -> Vec<u32> {
    let place = |link: &Link| {
        let object = link.object()?;
        let at = all.binary_search_by_key(&object, |commit| commit.object).ok()?;
        u32::try_from(at).ok()
    };
    links.iter().filter_map(place).collect()
}

fn reach(all: &[Commit], parents: &[Vec<u32>], tips: &[Object]) -> Vec<bool> {
    let mut seen = vec![false; all.len()];
    let tips: Vec<Link> = tips.iter().map(|tip| Link::To(*tip)).collect();
    let mut waiting = known(all, &tips);
    while let Some(at) = waiting.pop() {
        if seen.get_mut(index(at)).is_some_and(|seen| !std::mem::replace(seen, true)) {
            waiting.extend(parents.get(index(at)).into_iter().flatten());
        }
    }
    seen
}

/// The chosen commits, parents first, and among those that could come next the oldest.
fn sorted(all: &[Commit], parents: &[Vec<u32>], chosen: impl Fn(u32) -> bool) -> Vec<u32> {
    let numbers = || (0..).take(all.len()).filter(|at| chosen(*at));
    let mut missing = vec![0_u32; all.len()];
    let mut children: Vec<Vec<u32>> = vec![Vec::new(); all.len()];
    for at in numbers() {
        for parent in parents.get(index(at)).into_iter().flatten().filter(|parent| chosen(**parent))
        {
            if let (Some(count), Some(of)) =
                (missing.get_mut(index(at)), children.get_mut(index(*parent)))
            {
                *count += 1;
                of.push(at);
            }
        }
    }
    let key = |at: u32| all.get(index(at)).map(|commit| Reverse((commit.date, commit.object, at)));
    let is_free = |missing: &[u32], at: u32| missing.get(index(at)) == Some(&0);
    let mut free: BinaryHeap<_> =
        numbers().filter(|at| is_free(&missing, *at)).filter_map(key).collect();
    let mut order = Vec::new();
    while let Some(Reverse((.., at))) = free.pop() {
        order.push(at);
        for child in children.get_mut(index(at)).map(std::mem::take).unwrap_or_default() {
            if let Some(count) = missing.get_mut(index(child)) {
                *count -= 1;
            }
            free.extend(is_free(&missing, child).then(|| key(child)).flatten());
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(object: Object, parents: &[Object], date: i64) -> Commit {
        let parents = parents.iter().map(|parent| Link::To(*parent)).collect();
        Commit { object, tree: Link::To(100), parents, date }
    }

    fn order(graph: &Graph) -> Vec<Object> {
        graph.commits.iter().map(|commit| commit.object).collect()
    }

    #[test]
    fn parents_come_first_whatever_the_dates_say() {
        let all = vec![
            commit(1, &[2, 3], 5),
            commit(2, &[4], 90),
            commit(3, &[4], 20),
            commit(4, &[], 50),
        ];
        let graph = Graph::new(all, &[1]);
        assert_eq!(order(&graph), [4, 3, 2, 1]);
        assert_eq!(graph.parents, [vec![], vec![0], vec![0], vec![2, 1]]);
        assert_eq!(graph.place(2), Some(2));
        assert_eq!(graph.place(9), None);
    }

    #[test]
    fn what_no_reference_leads_to_comes_last() {
        let all = vec![commit(1, &[], 5), commit(2, &[1], 1), commit(3, &[1], 0)];
        let graph = Graph::new(all, &[2]);
        assert_eq!((order(&graph), graph.reachable), (vec![1, 2, 3], 2));
    }

    #[test]
    fn reads_the_header_of_a_commit() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let text = format!(
            "tree {id}\nparent {id}\nauthor A <a@b> 1 +0000\ncommitter B > <c@d> 1700000000 +0100\n\nparent {id}\n"
        );
        let header = Header::read(text.as_bytes()).unwrap();
        assert_eq!(
            (header.tree.to_string().as_str(), header.parents.len(), header.date),
            (id, 1, 1_700_000_000)
        );
        assert!(Header::read(b"author nobody").is_none());
    }
}
