//! Some commits of a repository: what they add, their texts, and the policies at their end.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice};
use gix::objs::Kind;

use super::super::{Listing, Selection, SourceError, Unit};
use super::asked::Asked;
use super::changes::{Change, Comparer};
use super::moved::Moved;
use super::provenance::moment;
use super::repository::Repository;
use super::select::{Chosen, Selected, select};
use super::tree::Tree;
use super::version::{Before, Policies, Version};
use super::{Commits, context, to_path};
use crate::blob::Origin;
use crate::finding::{Finding, FindingKind};
use crate::history::{At, GitPlace, History, ObjectName};
use crate::outcome::{SkipReason, Skipped};

/// Commits that were scanned, for what is told of findings in them.
pub struct Scanned {
    pub(super) repository: Arc<Repository>,
    /// How it is named beside others.
    name: Option<Arc<Path>>,
    /// Parents first.
    pub(super) commits: Vec<ObjectId>,
    /// The files at the end.
    pub(super) tip: Option<ObjectId>,
}

impl Scanned {
    /// Tells of the secrets that were found in these commits what they know.
    pub(super) fn trace(&self, findings: &mut [Finding]) {
        let tree = self.tip.and_then(|tip| self.repository.tree_of(tip).ok());
        let mut tip = tree.map(|tree| Tree::new(&self.repository, tree));
        for finding in findings.iter_mut() {
            if matches!(finding.kind, FindingKind::Secret { .. }) && finding.history.is_none() {
                finding.history = self.told(finding, tip.as_mut());
            }
        }
    }

    fn told(&self, finding: &Finding, mut tip: Option<&mut Tree>) -> Option<History> {
        let (mut orders, mut told) =
            (BTreeSet::new(), History { reachable: true, ..History::default() });
        let (mut paths, mut blobs) = (BTreeSet::new(), HashSet::new());
        for place in &finding.places {
            let Origin::Git(place) = &*place.origin else { continue };
            if place.repository != self.name {
                continue;
            }
            match &place.at {
                At::Commit { order, blob, .. } => {
                    orders.insert(*order);
                    let path = crate::blob::path_bytes(&place.path);
                    let now = tip.as_mut().and_then(|tip| tip.blob(BStr::new(path.as_ref())));
                    told.in_head |= now.is_some_and(|now| now.as_slice() == blob.as_bytes());
                    paths.insert(place.path.clone());
                    blobs.insert(blob.clone());
                }
                At::CommitText { order, .. } => _ = orders.insert(*order),
                _ => {}
            }
        }
        let moment = |order: &u32| {
            let id = *self.commits.get(super::objects::index(*order))?;
            Some(moment(id.as_slice(), &self.repository.odb.get(id, Kind::Commit).ok()?))
        };
        told.first = moment(orders.first()?);
        told.last = moment(orders.last()?);
        told.paths = paths.into_iter().take(History::MAX_PATHS).collect();
        told.versions = blobs.len() as u64;
        Some(told)
    }
}

/// Lists what the chosen commits add.
pub(super) fn list(
    repository: &Arc<Repository>,
    name: Option<Arc<Path>>,
    commits: &Commits,
    selection: &Selection,
    listing: &mut Listing,
) -> Result<(), SourceError> {
    let asked = Asked::new(repository, commits, listing)?;
    let selected = select(repository, &asked.wanted);
    name_gaps(repository, name.as_ref(), &selected, listing);
    let mut lister = Lister {
        repository,
        name: name.as_ref(),
        selection,
        listing,
        comparer: Comparer::new(repository),
        seen: HashMap::new(),
        changed: BTreeSet::new(),
    };
    for (order, commit) in (0..).zip(&selected.commits) {
        lister.commit(order, commit);
    }
    for object in &asked.objects {
        lister.object(*object);
    }
    for tag in &asked.tags {
        lister.text(*tag, Kind::Tag, At::TagText { tag: ObjectName::new(tag.as_slice()) });
    }
    lister.policies(asked.tip, &selected);
    let ids = selected.commits.iter().map(|commit| commit.id).collect();
    listing.objects.commits += selected.commits.len() as u64;
    listing.ranges.push(Scanned {
        repository: Arc::clone(repository),
        name,
        commits: ids,
        tip: asked.tip,
    });
    Ok(())
}

fn name_gaps(
    repository: &Repository,
    name: Option<&Arc<Path>>,
    selected: &Selected,
    listing: &mut Listing,
) {
    for (id, detail) in &selected.unread {
        let at = At::Object { object: ObjectName::new(id.as_slice()), kind: "commit" };
        let place = GitPlace { repository: name.cloned(), path: PathBuf::new(), at };
        listing.skipped.push(Skipped::new(Origin::Git(place), SkipReason::Missing, detail.clone()));
    }
    if selected.is_cut {
        let detail = "the clone is shallow: commits of the range are not here (`git fetch --unshallow` gets them)";
        let path = repository.common_dir().join("shallow");
        listing.skipped.push(Skipped::new(Origin::File { path }, SkipReason::Missing, detail));
    } else if selected.is_merge_cut {
        listing.notes.push(
            "the clone is shallow: the commits that were merged are not here; what came out of the merge was scanned whole".into(),
        );
    }
}

struct Lister<'a> {
    repository: &'a Arc<Repository>,
    name: Option<&'a Arc<Path>>,
    selection: &'a Selection,
    listing: &'a mut Listing,
    comparer: Comparer,
    /// Contents that are listed, each with its paths, but no more than are ever reported.
    seen: HashMap<ObjectId, BTreeSet<PathBuf>>,
    /// Paths that any commit changes.
    changed: BTreeSet<BString>,
}

impl Lister<'_> {
    fn commit(&mut self, order: u32, commit: &Chosen) {
        let name = ObjectName::new(commit.id.as_slice());
        self.text(commit.id, Kind::Commit, At::CommitText { order, commit: name.clone() });
        let tree = |id: &ObjectId| self.repository.tree_of(*id).ok();
        // Where a side of a merge is not there, all that is in the result counts as new.
        let parents: Vec<ObjectId> = if commit.cut.is_empty() {
            commit.parents.iter().filter_map(tree).collect()
        } else {
            Vec::new()
        };
        let is_merge = parents.len() > 1;
        let changes = self.comparer.compare(commit.tree, parents);
        self.name_unread(changes.unread);
        let moved = if is_merge { Moved::default() } else { Moved::new(changes.removed) };
        for change in changes.added {
            self.change(order, &name, change, &moved);
        }
    }

    /// A content or a directory that something else than a commit leads to.
    fn object(&mut self, id: ObjectId) {
        let at =
            |id: &ObjectId| At::Object { object: ObjectName::new(id.as_slice()), kind: "blob" };
        if self.repository.odb.get(id, Kind::Blob).is_ok() {
            return self.text(id, Kind::Blob, at(&id));
        }
        let changes = self.comparer.compare(id, Vec::new());
        self.name_unread(changes.unread);
        for Change { path, id, .. } in changes.added {
            let place = self.place(to_path(path.as_bstr()), at(&id));
            self.add(id, Kind::Blob, place, Before::Anything);
        }
    }

    fn name_unread(&mut self, unread: Vec<(BString, String)>) {
        for (path, detail) in unread {
            let place = self.place(to_path(path.as_bstr()), At::File);
            self.listing.skipped.push(Skipped::new(
                Origin::Git(place),
                SkipReason::Malformed,
                detail,
            ));
        }
    }

    fn change(&mut self, order: u32, commit: &ObjectName, change: Change, moved: &Moved) {
        let Change { path, id, mut before } = change;
        if before.is_empty() {
            before = moved.sources(path.as_bstr(), id);
        }
        let file = to_path(path.as_bstr());
        self.changed.insert(path);
        if self.selection.excludes(&file) {
            self.listing.census.excluded += 1;
            return;
        }
        let paths = self.seen.entry(id).or_default();
        if paths.len() >= History::MAX_PATHS || !paths.insert(file.clone()) {
            return;
        }
        let before = if before.is_empty() { Before::Anything } else { Before::Blobs(before) };
        let at = At::Commit { order, commit: commit.clone(), blob: ObjectName::new(id.as_slice()) };
        self.add(id, Kind::Blob, self.place(file, at), before);
    }

    fn place(&self, path: PathBuf, at: At) -> GitPlace {
        GitPlace { repository: self.name.cloned(), path, at }
    }

    fn text(&mut self, id: ObjectId, kind: Kind, at: At) {
        self.add(id, kind, self.place(PathBuf::new(), at), Before::Anything);
    }

    fn add(&mut self, id: ObjectId, kind: Kind, place: GitPlace, before: Before) {
        let repository = Arc::clone(self.repository);
        let version = Version {
            repository,
            place,
            id,
            kind,
            before,
            secrets: true,
            policies: Policies::Unread,
        };
        self.listing.units.push(Unit::Version(Arc::new(version)));
    }

    /// Lists the files at the end that may hold policies and were changed, against what was there at the start.
    fn policies(&mut self, tip: Option<ObjectId>, selected: &Selected) {
        let tree = |id: ObjectId| self.repository.tree_of(id).ok();
        let Some((tip, end)) = tip.and_then(|tip| Some((tip, tree(tip)?))) else { return };
        if self.changed.is_empty() {
            return;
        }
        let start = start(tip, selected).and_then(tree);
        let mut before = start.map(|tree| Tree::new(self.repository, tree));
        let mut end = Tree::new(self.repository, end);
        let changed: BTreeSet<&BStr> = self.changed.iter().map(|path| path.as_bstr()).collect();
        let name = ObjectName::new(tip.as_slice());
        let mut units = Vec::new();
        let mut add = |path: &BStr, id: ObjectId, before, policies| {
            let at = At::Commit {
                order: u32::MAX,
                commit: name.clone(),
                blob: ObjectName::new(id.as_slice()),
            };
            let place = self.place(to_path(path), at);
            let repository = Arc::clone(self.repository);
            let version = Version {
                repository,
                place,
                id,
                kind: Kind::Blob,
                before,
                secrets: false,
                policies,
            };
            units.push(Unit::Version(Arc::new(version)));
        };
        for path in changed.iter().copied().filter(|path| !self.selection.excludes(&to_path(path)))
        {
            let Some(id) = end.blob(path) else { continue };
            let known = before.as_mut().and_then(|before| before.blob(path));
            let before = known.map_or(Before::Anything, |known| Before::Blobs(vec![known]));
            add(path, id, before, Policies::Linted);
        }
        if context::is_wanted(&changed) {
            let files = end.files();
            let others = files.iter().filter(|(path, _)| !changed.contains(path.as_bstr()));
            let others: Vec<(&BStr, &(BString, ObjectId))> =
                others.map(|file| (file.0.as_bstr(), file)).collect();
            for (path, id) in context::of(&changed, &others) {
                add(path.as_bstr(), *id, Before::Everything, Policies::Context);
            }
        }
        self.listing.units.extend(units);
    }
}

/// The first ancestor of the tip that was not chosen, along first parents.
fn start(tip: ObjectId, selected: &Selected) -> Option<ObjectId> {
    let mut at = tip;
    for commit in selected.commits.iter().rev() {
        if commit.id == at {
            at = *commit.parents.first()?;
        }
    }
    (at != tip).then_some(at)
}
