//! Walks directories and decides, name by name, what is scanned.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::ignored::{self, Rules};
use super::{IgnoreFiles, Listing, Selection, SourceError, Unit};
use crate::blob::Origin;
use crate::outcome::{LeftOut, SkipReason, Skipped};

/// Adds what `path` stands for: the file itself, or the selected files below a directory.
pub(super) fn list(
    path: &Path,
    selection: &Selection,
    listing: &mut Listing,
) -> Result<(), SourceError> {
    let here = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let metadata = match fs::metadata(here) {
        Ok(metadata) => metadata,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Err(SourceError::NotFound { path: path.into() });
        }
        Err(error) => {
            listing.skipped.push(unreadable(path.into(), &error.to_string()));
            return Ok(());
        }
    };
    if metadata.is_dir() {
        Walk::new(path, selection).run(here, listing);
        Ok(())
    } else if metadata.is_file() {
        // A link that was named is meant: scan what it points to, under its real name.
        let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
        let target = if is_link { fs::canonicalize(path).ok() } else { None };
        listing.units.push(Unit::File(target.unwrap_or_else(|| path.into())));
        Ok(())
    } else {
        Err(SourceError::Special { path: path.into() })
    }
}

fn unreadable(path: PathBuf, detail: &str) -> Skipped {
    Skipped::new(Origin::File { path }, SkipReason::Unreadable, detail)
}

/// What the walk says about one name.
enum Seen {
    File(PathBuf),
    Link(PathBuf),
    Special(PathBuf),
    Excluded(PathBuf),
    /// A file that git ignores, or an ignored directory that was not entered.
    Ignored(PathBuf),
    Unreadable(PathBuf, String),
}

struct Walk<'a> {
    root: &'a Path,
    selection: &'a Selection,
    /// The ignore rules in force below each directory visited, while git has a say.
    rules: Mutex<HashMap<PathBuf, Arc<Rules>>>,
}

impl<'a> Walk<'a> {
    fn new(root: &'a Path, selection: &'a Selection) -> Self {
        Self { root, selection, rules: Mutex::default() }
    }

    fn run(&self, start: &Path, listing: &mut Listing) {
        let (send, receive) = mpsc::channel();
        let mut builder = WalkBuilder::new(start);
        builder.standard_filters(false).follow_links(false).threads(self.selection.threads.max(1));
        builder.build_parallel().run(|| {
            let send = send.clone();
            Box::new(move |entry| {
                let (seen, state) = self.visit(entry);
                for seen in seen {
                    // The receiver lives until the walk is over.
                    let _ = send.send(seen);
                }
                state
            })
        });
        drop(send);
        let mut ignored = Vec::new();
        for seen in receive {
            match seen {
                Seen::File(path) => listing.units.push(Unit::File(path)),
                Seen::Link(path) => {
                    listing.census.links += 1;
                    self.name(path, "a link, and links are not followed", listing);
                }
                Seen::Special(path) => {
                    listing.census.special += 1;
                    self.name(path, "neither a file nor a directory", listing);
                }
                Seen::Excluded(path) => {
                    listing.census.excluded += 1;
                    self.name(path, "`exclude` in keylint.toml", listing);
                }
                Seen::Ignored(path) => ignored.push(path),
                Seen::Unreadable(path, detail) => listing.skipped.push(unreadable(path, &detail)),
            }
        }
        let rest =
            ignored::take_tracked(self.root, ignored, listing, |path| !self.is_excluded(path));
        listing.census.ignored += rest.len() as u64;
        for path in rest {
            self.name(path, "git ignores it", listing);
        }
    }

    /// Keeps what is left out, where that is asked for.
    fn name(&self, path: PathBuf, why: &'static str, listing: &mut Listing) {
        if self.selection.names_left_out {
            listing.left_out.push(LeftOut { path, why });
        }
    }

    /// What to say about an entry, and whether to enter it.
    fn visit(&self, entry: Result<DirEntry, ignore::Error>) -> (Vec<Seen>, WalkState) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return (vec![unreadable_entry(&error, self.root)], WalkState::Continue),
        };
        let path = self.shown(entry.path());
        match entry.file_type() {
            Some(kind) if kind.is_dir() => self.visit_directory(&entry, path),
            Some(kind) if kind.is_file() => (vec![self.visit_file(path)], WalkState::Continue),
            Some(kind) if kind.is_symlink() => (vec![Seen::Link(path)], WalkState::Continue),
            _ => (vec![Seen::Special(path)], WalkState::Continue),
        }
    }

    fn visit_file(&self, path: PathBuf) -> Seen {
        if self.is_excluded(&path) {
            return Seen::Excluded(path);
        }
        let ignored = self.parent_rules(&path).is_some_and(|rules| rules.ignores_file(&path));
        if ignored && !ignored::is_sensitive(&path) {
            Seen::Ignored(path)
        } else {
            Seen::File(path)
        }
    }

    fn visit_directory(&self, entry: &DirEntry, path: PathBuf) -> (Vec<Seen>, WalkState) {
        if entry.depth() > 0 && entry.file_name() == ".git" && entry.path().join("HEAD").is_file() {
            // The history belongs to `keylint git`, but the addresses of remotes may hold tokens.
            let config = path.join("config");
            let is_file = fs::symlink_metadata(entry.path().join("config"))
                .is_ok_and(|metadata| metadata.is_file());
            return (if is_file { vec![Seen::File(config)] } else { Vec::new() }, WalkState::Skip);
        }
        if self.selection.ignore_files == IgnoreFiles::Overrule {
            return (Vec::new(), WalkState::Continue);
        }
        let above =
            if entry.depth() == 0 { Rules::above(entry.path()) } else { self.parent_rules(&path) };
        let Some(rules) = Rules::of_directory(entry.path(), &path, entry.depth(), above) else {
            return (Vec::new(), WalkState::Continue);
        };
        if rules.is_ignored() && ignored::holds_packages(&path) {
            return (vec![Seen::Ignored(path)], WalkState::Skip);
        }
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).insert(path, Arc::new(rules));
        (Vec::new(), WalkState::Continue)
    }

    fn parent_rules(&self, path: &Path) -> Option<Arc<Rules>> {
        if self.selection.ignore_files == IgnoreFiles::Overrule {
            return None;
        }
        let rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        rules.get(path.parent()?).map(Arc::clone)
    }

    fn is_excluded(&self, path: &Path) -> bool {
        let Selection { exclude, exclude_root, .. } = self.selection;
        !exclude.is_empty()
            && path.strip_prefix(exclude_root).is_ok_and(|below| exclude.is_match(below))
    }

    /// The path as reports show it: `./` is left out where the working directory was asked for.
    fn shown(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(".") {
            Ok(below) if self.root.as_os_str().is_empty() => below.into(),
            _ => path.into(),
        }
    }
}

fn unreadable_entry(error: &ignore::Error, root: &Path) -> Seen {
    fn path_of(error: &ignore::Error) -> Option<&Path> {
        match error {
            ignore::Error::WithPath { path, .. } => Some(path),
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
                path_of(err)
            }
            _ => None,
        }
    }
    let detail = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    let path = path_of(error).unwrap_or(root);
    Seen::Unreadable(path.strip_prefix(".").unwrap_or(path).into(), detail)
}
