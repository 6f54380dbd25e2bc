//! What there was before: the files of a commit, or those of another directory, under the names that they have now.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{AccessError, File, Files, guarded, read};
use crate::access::Access;
use crate::blob::Origin;
use crate::config::Config;
use crate::policy::access::plain;
use crate::pool::each;
use crate::source::{self, Source, Unit};

/// What there was before.
pub struct Past<'a> {
    /// What is read.
    pub read: Vec<Before>,
    /// The names of now that a manifest may have; the first that was there is the one.
    pub manifests: Vec<PathBuf>,
    /// What the messages add to the name of the manifest: where it is from.
    pub from: String,
    /// Where a file of now was then; `None` where it was nowhere.
    pub then: &'a (dyn Fn(&Path) -> Option<PathBuf> + Sync),
}

/// A part of what there was, and how it is called now.
#[derive(Clone)]
pub struct Before {
    /// The files of a commit, or a directory.
    pub source: Source,
    /// Where the files of the commit would lie in the work tree, as [`Past::then`] says it; empty for a directory.
    pub root: PathBuf,
    /// Which of them are read: what lies below this directory.
    pub below: PathBuf,
    /// What that directory is called now.
    pub shown: PathBuf,
}

impl Before {
    /// What a path of the source is called now; `None` where it is not read.
    fn name(&self, path: &Path) -> Option<PathBuf> {
        let inner = path.strip_prefix(&self.below).ok()?;
        let is_whole = inner == Path::new("");
        Some(if is_whole { self.shown.clone() } else { self.shown.join(inner) })
    }
}

/// Where files are found that were not read.
pub(super) struct Then<'a> {
    place: &'a (dyn Fn(&Path) -> Option<PathBuf> + Sync),
    /// Those of commits, by where they would lie; `None` where it was a directory.
    units: Option<HashMap<PathBuf, Unit>>,
    /// What the manifest is from.
    pub(super) from: &'a str,
}

impl Then<'_> {
    /// What a file of now was then.
    pub(super) fn unit(&self, path: &Path) -> Option<Unit> {
        let place = (self.place)(path)?;
        match &self.units {
            Some(units) => units.get(&plain(&place)).cloned(),
            None => place.is_file().then_some(Unit::File(place)),
        }
    }
}

/// Answers for what there was before; the manifest is the one of that time, where there was one.
///
/// # Errors
///
/// As [`super::access()`].
pub fn access_before(past: &Past, config: &Config) -> Result<Access, AccessError> {
    guarded(config, || {
        let mut files = Files::default();
        let mut units = None;
        let mut named = BTreeMap::new();
        for before in &past.read {
            let listing = source::list(std::slice::from_ref(&before.source), &config.selection)?;
            files.skipped.extend(listing.skipped);
            if let Source::Git(_) = before.source {
                units.get_or_insert_with(HashMap::new);
            }
            for unit in listing.units {
                let origin = unit.origin();
                let Some(path) = origin.path() else { continue };
                if let Some(units) = &mut units {
                    units.insert(before.root.join(path), unit.clone());
                }
                if let Some(name) = before.name(path) {
                    named.insert(name, unit);
                }
            }
        }
        files.then = Some(Then { place: past.then, units, from: &past.from });
        for (name, (read, skipped)) in
            each(named.into_iter().collect(), |(name, unit)| (name, read(&unit)))
        {
            files.skipped.extend(skipped);
            for file in read {
                let origin = file.origin.moved_to(Origin::File { path: name.clone() });
                files.add(File { origin: Arc::new(origin), ..file });
            }
        }
        let manifest = past.manifests.iter().find(|path| files.find(path).is_some());
        files.answer(manifest.map(PathBuf::as_path), &config.policy)
    })
}
