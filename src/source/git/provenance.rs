//! What a history tells of the secrets that were found in it. Only what holds a secret is looked at.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::bstr::ByteSlice;
use gix::objs::Kind;
use rayon::prelude::*;

use super::commits::seconds;
use super::history::History;
use super::objects::{Object, index};
use super::pruned::{Child, Pruned, paths, steps};
use super::ranges::Scanned;
use super::reach::First;
use crate::blob::{Origin, inert, path_bytes};
use crate::finding::{Finding, FindingKind, Place};
use crate::history::{At, GitPlace, History as Told, Moment, ObjectName};

/// Tells of every secret that was found in one of the histories, and keeps one place of each path: the oldest.
pub(in crate::source) fn trace(
    histories: &[Arc<History>],
    ranges: &[Scanned],
    findings: &mut [Finding],
) {
    for history in histories {
        let secrets: Vec<Secret> = findings
            .iter()
            .enumerate()
            .filter_map(|(at, finding)| Secret::new(at, finding, history))
            .collect();
        let answers = Tracer::new(history, &secrets).run(&secrets);
        for (secret, answer) in secrets.iter().zip(answers) {
            if let Some(finding) = findings.get_mut(secret.finding) {
                finding.places.extend(elsewhere(finding, answer.elsewhere));
                finding.history = Some(answer.told);
            }
        }
    }
    for range in ranges {
        range.trace(findings);
    }
    findings.iter_mut().for_each(one_place_a_path);
}

/// The place of a content under other paths, so that what is said of one path says nothing of the others.
fn elsewhere(finding: &Finding, places: Vec<GitPlace>) -> Vec<Place> {
    let blob = |place: &GitPlace| match &place.at {
        At::Commit { blob, .. } | At::Object { object: blob, .. } => Some(blob.clone()),
        _ => None,
    };
    let same = |place: &GitPlace| {
        let wanted = blob(place);
        finding.places.iter().filter(move |known| match known.origin.outermost() {
            Origin::Git(known) => blob(known) == wanted,
            _ => false,
        })
    };
    let copies = |place: GitPlace| {
        let moved = |known: &Place| {
            let origin = known.origin.moved_to(Origin::Git(place.clone()));
            Place { origin: Arc::new(origin), ..known.clone() }
        };
        same(&place).map(moved).collect::<Vec<_>>()
    };
    places.into_iter().flat_map(copies).collect()
}

/// Keeps the oldest place of each path, the oldest first.
fn one_place_a_path(finding: &mut Finding) {
    if finding.history.is_none() {
        return;
    }
    finding.places.sort_by_key(|place| match place.origin.outermost() {
        Origin::Git(GitPlace {
            at: At::Commit { order, .. } | At::CommitText { order, .. },
            ..
        }) => *order,
        _ => 0,
    });
    let mut seen = HashSet::new();
    finding.places.retain(|place| match place.origin.outermost() {
        Origin::Git(git) if matches!(git.at, At::Commit { .. }) => {
            let path = place.origin.moved_to(Origin::File { path: git.path.clone() });
            seen.insert((git.repository.clone(), path, place.suppressed.is_some()))
        }
        _ => true,
    });
}

/// A secret and what of a history holds it.
struct Secret {
    /// The number of its finding.
    finding: usize,
    blobs: Vec<Object>,
    /// Commits whose own text has it, by their place.
    commits: Vec<u32>,
    tags: Vec<Object>,
    /// The paths under which it is known.
    paths: HashSet<PathBuf>,
}

impl Secret {
    /// `None` when it is no secret of this history, or has been told of.
    fn new(finding: usize, of: &Finding, history: &History) -> Option<Self> {
        if !matches!(of.kind, FindingKind::Secret { .. }) || of.history.is_some() {
            return None;
        }
        let mut secret = Self {
            finding,
            blobs: Vec::new(),
            commits: Vec::new(),
            tags: Vec::new(),
            paths: HashSet::new(),
        };
        for place in &of.places {
            let Origin::Git(place) = place.origin.outermost() else { continue };
            if place.repository != history.name {
                continue;
            }
            let find = |name: &ObjectName| history.store.objects.find(name.as_bytes());
            match &place.at {
                At::Commit { blob, .. } => {
                    secret.blobs.extend(find(blob));
                    secret.paths.insert(place.path.clone());
                }
                At::Object { object, .. } => secret.blobs.extend(find(object)),
                At::CommitText { order, .. } => secret.commits.push(*order),
                At::TagText { tag } => secret.tags.extend(find(tag)),
                At::Index | At::File => {}
            }
        }
        secret.blobs.sort_unstable();
        secret.blobs.dedup();
        let is_any =
            !secret.blobs.is_empty() || !secret.commits.is_empty() || !secret.tags.is_empty();
        is_any.then_some(secret)
    }
}

struct Tracer<'a> {
    history: &'a History,
    pruned: Pruned,
    /// What the tree of each commit is in `pruned`.
    roots: Vec<Option<Child>>,
    /// Each different one of them, with the first commit that has it.
    different: Vec<(u32, Child)>,
    /// Contents in the order of their numbers in `pruned`.
    blobs: Vec<Object>,
    /// Contents by their number in `pruned`.
    numbers: HashMap<Object, u32>,
    /// How many steps may be made to find the paths of one secret: fewer where there are many.
    steps: usize,
}

/// What a history tells of a secret.
struct Answer {
    told: Told,
    /// Places of it under further paths.
    elsewhere: Vec<GitPlace>,
}

impl<'a> Tracer<'a> {
    fn new(history: &'a History, secrets: &[Secret]) -> Self {
        let mut blobs: Vec<Object> =
            secrets.iter().flat_map(|secret| secret.blobs.iter().copied()).collect();
        blobs.sort_unstable();
        blobs.dedup();
        let pruned = Pruned::new(&history.trees, &history.reached.finished, &blobs);
        let root = |tree: Option<Object>| tree.and_then(|tree| pruned.get(tree));
        let roots: Vec<Option<Child>> =
            history.graph.commits.iter().map(|commit| root(commit.tree.object())).collect();
        let mut seen = HashSet::new();
        let places = (0..).zip(&roots).filter_map(|(place, root)| Some((place, (*root)?)));
        let different = places.filter(|(_, root)| seen.insert(*root)).collect();
        let numbers = blobs.iter().copied().zip(0..).collect();
        let steps = steps(secrets.len());
        Self { history, pruned, roots, different, blobs, numbers, steps }
    }

    fn run(&self, secrets: &[Secret]) -> Vec<Answer> {
        let holders = self.pruned.holders();
        let nodes = self.pruned.roots(&self.history.graph);
        let batches = secrets.par_chunks(64).flat_map(|batch| {
            let flow = Flow::new(self, batch);
            let answer = |(bit, secret): (usize, &Secret)| {
                let blobs: Vec<u32> = secret
                    .blobs
                    .iter()
                    .filter_map(|blob| self.numbers.get(blob).copied())
                    .collect();
                let is_root = |node| nodes.contains(&node);
                let trees = &self.history.trees;
                let mut paths = paths(&blobs, &holders, &is_root, trees, &mut { self.steps });
                paths.extend(secret.paths.iter().cloned());
                let paths: Vec<PathBuf> = paths.into_iter().take(Told::MAX_PATHS).collect();
                let mut steps = self.steps;
                let elsewhere = paths.iter().filter(|path| !secret.paths.contains(*path));
                let elsewhere =
                    elsewhere.filter_map(|path| self.under(path, &blobs, &mut steps)).collect();
                let told = Told { paths, ..flow.told(self, secret, bit) };
                Answer { told, elsewhere }
            };
            batch.par_iter().enumerate().map(answer).collect::<Vec<_>>()
        });
        batches.collect()
    }

    /// The first commit that has one of these contents under a path; without a commit, when it takes too long to find.
    fn under(&self, path: &Path, blobs: &[u32], steps: &mut usize) -> Option<GitPlace> {
        let name = path_bytes(path);
        let parts = name.split(|byte| *byte == b'/').map(|part| self.history.trees.number(part));
        let parts: Vec<u32> = parts.collect::<Option<_>>()?;
        let found = self.different.iter().find_map(|(place, root)| {
            match self.pruned.at(*root, &parts, steps) {
                Some(Child::Blob(blob)) if blobs.contains(&blob) => Some((*place, blob)),
                _ => None,
            }
        });
        let objects = &self.history.store.objects;
        let blob = |blob: u32| Some(ObjectName::new(objects.name(*self.blobs.get(index(blob))?)));
        let at = match found {
            Some((order, number)) => {
                let commit = self.history.graph.get(order)?.object;
                let commit = ObjectName::new(objects.name(commit));
                At::Commit { order, commit, blob: blob(number)? }
            }
            None => At::Object { object: blob(*blobs.first()?)?, kind: "blob" },
        };
        Some(GitPlace { repository: self.history.name.clone(), path: path.into(), at })
    }

    fn moment(&self, place: u32) -> Option<Moment> {
        let commit = self.history.graph.get(place)?;
        let id = self.history.store.objects.id(commit.object)?;
        let text = self.history.repository.odb.get(id, Kind::Commit).ok()?;
        Some(moment(id.as_slice(), &text))
    }
}

/// Who wrote a commit, when, and its subject.
pub(super) fn moment(name: &[u8], text: &[u8]) -> Moment {
    let header = text.find(b"\n\n").unwrap_or(text.len());
    let (header, message) = text.split_at(header);
    let author = header.lines().find_map(|line| line.strip_prefix(b"author ")).unwrap_or_default();
    let end = memchr::memrchr(b'>', author).map_or(author.len(), |at| at + 1);
    let subject = message.lines().find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    Moment {
        commit: ObjectName::new(name),
        author: inert(author.get(..end).unwrap_or_default()),
        date: seconds(author),
        subject: inert(subject.trim_ascii()),
    }
}

/// Up to 64 secrets, a bit each, as they flow from commit to commit.
struct Flow {
    first: [Option<u32>; 64],
    last: [Option<u32>; 64],
    head: u64,
    /// The references that hold each.
    refs: Vec<Vec<usize>>,
    ref_counts: [u64; 64],
    remote: u64,
}

impl Flow {
    fn new(tracer: &Tracer, batch: &[Secret]) -> Self {
        let history = tracer.history;
        let mut by_blob: HashMap<u32, u64> = HashMap::new();
        let mut own: HashMap<u32, u64> = HashMap::new();
        let mut by_tag: HashMap<Object, u64> = HashMap::new();
        for (bit, secret) in (0..64).zip(batch) {
            for number in secret.blobs.iter().filter_map(|blob| tracer.numbers.get(blob)) {
                *by_blob.entry(*number).or_default() |= 1 << bit;
            }
            secret.commits.iter().for_each(|commit| *own.entry(*commit).or_default() |= 1 << bit);
            secret.tags.iter().for_each(|tag| *by_tag.entry(*tag).or_default() |= 1 << bit);
        }
        let of_blob = |blob: u32| by_blob.get(&blob).copied().unwrap_or(0);
        let masks = tracer.pruned.masks(&of_blob);
        let of = |child: Option<Child>| child.map_or(0, |child| masks.of(child, &of_blob));
        let mut flow = Self {
            first: [None; 64],
            last: [None; 64],
            head: 0,
            refs: vec![Vec::new(); 64],
            ref_counts: [0; 64],
            remote: 0,
        };
        // What each commit has, and what its ancestors had.
        let mut had: Vec<u64> = Vec::with_capacity(tracer.roots.len());
        for (place, root) in (0..).zip(&tracer.roots) {
            let in_text = if own.is_empty() { 0 } else { own.get(&place).copied().unwrap_or(0) };
            let has = of(*root) | in_text;
            each(has, |bit| {
                if let (Some(first), Some(last)) = (flow.first.get_mut(bit), flow.last.get_mut(bit))
                {
                    first.get_or_insert(place);
                    *last = Some(place);
                }
            });
            let parents = history.graph.parents.get(index(place)).into_iter().flatten();
            let before = parents.filter_map(|parent| had.get(index(*parent)));
            had.push(before.fold(has, |mask, before| mask | before));
        }
        let current = history.head.and_then(|id| history.store.objects.find(id.as_slice()));
        let current = current.and_then(|commit| history.graph.place(commit));
        flow.head =
            current.map_or(0, |place| of(tracer.roots.get(index(place)).copied().flatten()));
        for (number, tip) in history.ways.iter().enumerate() {
            let of_commit = tip.commit.and_then(|place| had.get(index(place)).copied());
            let of_object = tip.object.and_then(|object| tracer.pruned.get(object));
            let of_tags = tip.tags.iter().filter_map(|tag| by_tag.get(tag));
            let holds =
                of_tags.fold(of_commit.unwrap_or(0) | of(of_object), |mask, tag| mask | tag);
            flow.held(number, holds, tip.is_remote());
        }
        flow
    }

    fn held(&mut self, tip: usize, by: u64, is_remote: bool) {
        each(by, |bit| {
            if let (Some(refs), Some(count)) =
                (self.refs.get_mut(bit), self.ref_counts.get_mut(bit))
            {
                *count += 1;
                if refs.len() < Told::MAX_REFS {
                    refs.push(tip);
                }
            }
        });
        if is_remote {
            self.remote |= by;
        }
    }

    fn told(&self, tracer: &Tracer, secret: &Secret, bit: usize) -> Told {
        let history = tracer.history;
        let has = |mask: u64| mask >> bit & 1 == 1;
        let place = |of: &[Option<u32>; 64]| of.get(bit).copied().flatten();
        let names = self.refs.get(bit).into_iter().flatten();
        let names = names.filter_map(|tip| history.ways.get(*tip)).map(|tip| tip.name.clone());
        let is_led_to = |blob: &Object| {
            history.reached.first(*blob).is_some_and(|first| {
                first.commit < history.graph.reachable || first.commit == First::TAGGED
            })
        };
        let first = place(&self.first);
        Told {
            first: first.and_then(|place| tracer.moment(place)),
            last: place(&self.last).and_then(|place| tracer.moment(place)),
            paths: Vec::new(),
            versions: secret.blobs.len() as u64,
            in_head: has(self.head),
            refs: names.collect(),
            ref_count: self.ref_counts.get(bit).copied().unwrap_or(0),
            on_remote: history.has_remote().then(|| has(self.remote)),
            reachable: first.is_some_and(|first| first < history.graph.reachable)
                || secret.blobs.iter().any(is_led_to)
                || self.ref_counts.get(bit).is_some_and(|count| *count > 0),
        }
    }
}

/// The numbers of the bits that are set.
fn each(mut mask: u64, mut visit: impl FnMut(usize)) {
    while mask != 0 {
        visit(index(mask.trailing_zeros()));
        mask &= mask - 1;
    }
}
