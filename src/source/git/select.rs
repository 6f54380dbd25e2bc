//! Chooses commits: those that some lead to and others do not.

use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};
use std::sync::Arc;

use gix::ObjectId;
use gix::objs::Kind;

use super::commits::Header;
use super::repository::Repository;

/// What is asked for.
#[derive(Default)]
pub(super) struct Wanted {
    /// Commits whose ancestors are wanted, themselves included.
    pub(super) with: Vec<ObjectId>,
    /// Commits whose ancestors are not; they need not be there.
    pub(super) without: Vec<ObjectId>,
    /// Older ones are not wanted, in seconds since 1970.
    pub(super) since: Option<i64>,
}

/// A commit that was chosen.
pub(super) struct Chosen {
    pub(super) id: ObjectId,
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<ObjectId>,
    /// Parents that a shallow clone left out.
    pub(super) cut: Vec<ObjectId>,
}

/// The commits that were chosen, parents first.
#[derive(Default)]
pub(super) struct Selected {
    pub(super) commits: Vec<Chosen>,
    /// Commits that should be there and cannot be read.
    pub(super) unread: Vec<(ObjectId, String)>,
    /// Whether a shallow clone leaves out commits that are wanted.
    pub(super) is_cut: bool,
    /// Whether it leaves out one side of a merge only, whose result is there.
    pub(super) is_merge_cut: bool,
}

struct Walk<'a> {
    repository: &'a Arc<Repository>,
    shallow: HashSet<ObjectId>,
    since: Option<i64>,
    /// Newest first.
    waiting: BinaryHeap<(i64, ObjectId)>,
    /// Commits that were read.
    seen: HashMap<ObjectId, Header>,
    unwanted: HashSet<ObjectId>,
    /// Commits that wait and are wanted.
    pending: HashSet<ObjectId>,
    unread: BTreeMap<ObjectId, String>,
}

/// Chooses the commits that are wanted.
pub(super) fn select(repository: &Arc<Repository>, wanted: &Wanted) -> Selected {
    let shallow = repository.shallow().unwrap_or_default().into_iter().collect();
    let mut walk = Walk {
        repository,
        shallow,
        since: wanted.since,
        waiting: BinaryHeap::new(),
        seen: HashMap::new(),
        unwanted: wanted.without.iter().copied().collect(),
        pending: HashSet::new(),
        unread: BTreeMap::new(),
    };
    for id in &wanted.without {
        // What is not there leads nowhere; it is still known by name.
        if matches!(repository.odb.find(*id), Ok(Some(_))) {
            walk.meet(*id);
        }
    }
    wanted.with.iter().for_each(|id| walk.meet(*id));
    walk.run();
    walk.selected()
}

impl Walk<'_> {
    fn meet(&mut self, id: ObjectId) {
        if self.seen.contains_key(&id) {
            return;
        }
        let read = self.repository.odb.get(id, Kind::Commit);
        match read.and_then(|text| Header::read(&text).ok_or_else(|| format!("{id} is no commit")))
        {
            Ok(header) => {
                self.waiting.push((header.date, id));
                self.seen.insert(id, header);
                if self.is_wanted(&id) {
                    self.pending.insert(id);
                }
            }
            Err(detail) => _ = self.unread.insert(id, detail),
        }
    }

    fn is_wanted(&self, id: &ObjectId) -> bool {
        !self.unwanted.contains(id) && self.seen.contains_key(id)
    }

    /// Dates are what clocks said: an old commit may have a new ancestor.
    fn is_chosen(&self, id: &ObjectId, header: &Header) -> bool {
        self.is_wanted(id) && self.since.is_none_or(|since| header.date >= since)
    }

    /// Follows parents, the newest commits first, until nothing that is wanted can come any more.
    fn run(&mut self) {
        let mut oldest = i64::MAX;
        while let Some((date, id)) = self.waiting.pop() {
            self.pending.remove(&id);
            let is_unwanted = self.unwanted.contains(&id);
            if self.is_wanted(&id) {
                oldest = oldest.min(date);
            } else if self.pending.is_empty() && date < oldest {
                break;
            }
            let parents = self.seen.get(&id).map_or(Vec::new(), |header| header.parents.clone());
            for parent in parents {
                if is_unwanted {
                    self.unwant(parent);
                }
                if !self.is_cut(&id, &parent) {
                    self.meet_parent(parent);
                }
            }
        }
    }

    fn meet_parent(&mut self, parent: ObjectId) {
        let is_there = || matches!(self.repository.odb.find(parent), Ok(Some(_)));
        if !self.unwanted.contains(&parent) || is_there() {
            self.meet(parent);
        }
    }

    /// Marks a commit and what is known of its ancestors as unwanted.
    fn unwant(&mut self, id: ObjectId) {
        let mut waiting = vec![id];
        while let Some(id) = waiting.pop() {
            if self.unwanted.insert(id) {
                self.pending.remove(&id);
                waiting.extend(
                    self.seen
                        .get(&id)
                        .into_iter()
                        .flat_map(|header| header.parents.iter().copied()),
                );
            }
        }
    }

    /// Whether a parent is left out of a shallow clone.
    fn is_cut(&self, id: &ObjectId, parent: &ObjectId) -> bool {
        self.shallow.contains(id) && !matches!(self.repository.odb.find(*parent), Ok(Some(_)))
    }

    fn selected(self) -> Selected {
        let mut selected =
            Selected { unread: self.unread.clone().into_iter().collect(), ..Selected::default() };
        let mut all: BTreeMap<(i64, ObjectId), Chosen> = BTreeMap::new();
        let chosen = self.seen.iter().filter(|(id, header)| self.is_chosen(id, header));
        for (id, header) in chosen.collect::<BTreeMap<_, _>>() {
            let (cut, parents): (Vec<ObjectId>, Vec<ObjectId>) =
                header.parents.iter().partition(|parent| self.is_cut(id, parent));
            let gone = cut.iter().filter(|parent| !self.unwanted.contains(*parent)).count();
            if gone > 0 && header.parents.iter().any(|parent| self.unwanted.contains(parent)) {
                selected.is_merge_cut = true;
            } else if gone > 0 {
                selected.is_cut = true;
            }
            all.insert((header.date, *id), Chosen { id: *id, tree: header.tree, parents, cut });
        }
        selected.commits = ordered(all);
        selected
    }
}

/// Parents first; among those that could come next the oldest.
fn ordered(mut all: BTreeMap<(i64, ObjectId), Chosen>) -> Vec<Chosen> {
    let keys: HashMap<ObjectId, (i64, ObjectId)> = all.keys().map(|key| (key.1, *key)).collect();
    let mut order = Vec::with_capacity(all.len());
    // Objects that lie about their names could be their own ancestors.
    let mut entered = HashSet::new();
    while let Some((&first, _)) = all.first_key_value() {
        let mut waiting = vec![first];
        while let Some(key) = waiting.last().copied() {
            let parents = all.get(&key).into_iter().flat_map(|chosen| &chosen.parents);
            let before = parents.filter_map(|id| keys.get(id)).filter(|key| all.contains_key(key));
            let before: Vec<_> = before.copied().collect();
            if entered.insert(key) && !before.is_empty() {
                waiting.extend(before);
            } else {
                waiting.pop();
                order.extend(all.remove(&key));
            }
        }
    }
    order
}
