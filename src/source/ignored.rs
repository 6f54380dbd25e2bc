//! What git ignores: the rules in force in a directory, the names that are scanned all the same, and the
//! files that are tracked in spite of a rule.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use globset::{Glob, GlobSet, GlobSetBuilder};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::left_out::Ignored;
use super::{Listing, Unit};
use crate::blob::Origin;
use crate::outcome::{SkipReason, Skipped};

/// The longest ignore file that is read; git's own have no limit, but a hostile one should cost nothing.
const MAX_IGNORE_FILE: u64 = 1024 * 1024;

/// How far below the root of a scan repositories are looked for, when the root is in none. Files of a deeper one are
/// scanned whatever its ignore files say.
const REPOSITORY_DEPTH: usize = 3;

/// Names that are scanned even when git ignores them: they are what people forget in a folder.
const SENSITIVE: &[&str] = &[
    ".env*",
    "*.env",
    "*.pem",
    "*.key",
    "*.p8",
    "*.p12",
    "*.pfx",
    "*.jks",
    "*.keystore",
    "*.ppk",
    "*.ovpn",
    "*.kdbx",
    "id_{rsa,dsa,ecdsa,ed25519}*",
    "*.tfvars",
    "*.tfvars.json",
    "*.tfstate*",
    "*credential*",
    "*secret*",
    "*password*",
    ".npmrc",
    ".yarnrc*",
    ".pypirc",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".my.cnf",
    ".htpasswd",
    ".git-credentials",
    ".dockercfg",
    ".dockerconfigjson",
    ".s3cfg",
    ".boto",
    ".terraformrc",
    "terraform.rc",
    "kubeconfig*",
    "service-account*.json",
    "service_account*.json",
    "local.settings.json",
    "wp-config.php",
    "settings.local.*",
    "local_settings.py",
    "master.key",
    "auth.json",
];

/// Directories of packages and build results: not entered when git ignores them.
const PACKAGES: &[&str] = &[
    "node_modules",
    "bower_components",
    "jspm_packages",
    "target",
    "build",
    "dist",
    "out",
    "bin",
    "obj",
    "venv",
    ".venv",
    "virtualenv",
    "site-packages",
    "__pycache__",
    ".tox",
    ".nox",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".gradle",
    ".m2",
    ".next",
    ".nuxt",
    ".cache",
    ".parcel-cache",
    ".turbo",
    "vendor",
    "Pods",
    "Carthage",
    "DerivedData",
    ".terraform",
    ".bundle",
    "_build",
    "deps",
    "coverage",
    ".stack-work",
    "dist-newstyle",
    "elm-stuff",
];

static SENSITIVE_SET: LazyLock<GlobSet> = LazyLock::new(|| {
    let mut set = GlobSetBuilder::new();
    SENSITIVE.iter().filter_map(|pattern| Glob::new(pattern).ok()).for_each(|glob| {
        set.add(glob);
    });
    set.build().unwrap_or_default()
});

/// Whether a file of this name is scanned although git ignores it.
pub(super) fn is_sensitive(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| SENSITIVE_SET.is_match(Path::new(&name.to_ascii_lowercase())))
}

/// Whether an ignored directory of this name holds packages or build results.
pub(super) fn holds_packages(path: &Path) -> bool {
    path.file_name().is_some_and(|name| PACKAGES.iter().any(|known| name == *known))
}

/// The ignore rules in force below one directory of a git repository.
pub(super) struct Rules {
    /// The directory's own `.gitignore`; empty when it has none.
    own: Gitignore,
    /// The directory, as users are shown it.
    shown: PathBuf,
    above: Option<Arc<Self>>,
    ignored: bool,
}

impl Rules {
    /// Rules for the root of a scan that lies inside a repository. Ignore files above the root have no say.
    pub(super) fn above(root: &Path) -> Option<Arc<Self>> {
        let inside = fs::canonicalize(root).is_ok_and(|root| repository_of(&root).is_some());
        let shown = PathBuf::new();
        inside
            .then(|| Arc::new(Self { own: Gitignore::empty(), shown, above: None, ignored: false }))
    }

    /// The rules below `directory`, shown to users as `shown`, `depth` levels below the root of the scan. `None` outside
    /// of repositories, which are looked for in the first [`REPOSITORY_DEPTH`] levels.
    pub(super) fn of_directory(
        directory: &Path,
        shown: &Path,
        depth: usize,
        above: Option<Arc<Self>>,
    ) -> Option<Self> {
        if above.is_none()
            && (depth > REPOSITORY_DEPTH || fs::symlink_metadata(directory.join(".git")).is_err())
        {
            return None;
        }
        let ignored = above.as_ref().is_some_and(|above| above.ignores(shown, Kind::Directory));
        let own = if ignored { Gitignore::empty() } else { read_rules(directory, shown) };
        Some(Self { own, shown: shown.into(), above, ignored })
    }

    /// Whether the directory itself is ignored, and with it all below.
    pub(super) const fn is_ignored(&self) -> bool {
        self.ignored
    }

    /// Whether a file directly in this directory is ignored.
    pub(super) fn ignores_file(&self, path: &Path) -> bool {
        self.ignores(path, Kind::File)
    }

    fn ignores(&self, path: &Path, kind: Kind) -> bool {
        self.ignored || self.matching(path, kind).is_some()
    }

    /// The ignore file and the pattern that make git ignore a path, where it does, when no directory above it is ignored.
    fn matching(&self, path: &Path, kind: Kind) -> Option<(&Path, &str)> {
        let mut rules = Some(self);
        while let Some(level) = rules {
            match level.own.matched(path, kind == Kind::Directory) {
                Match::None => rules = level.above.as_deref(),
                Match::Ignore(glob) => return Some((&level.shown, glob.original())),
                Match::Whitelist(_) => return None,
            }
        }
        None
    }

    /// What makes git ignore a file directly in this directory, if anything does.
    pub(super) fn decider(&self, path: &Path) -> Option<Ignored> {
        let mut topmost = None;
        let mut rules = Some(self).filter(|rules| rules.ignored);
        while let Some(level) = rules {
            topmost = Some(level);
            rules = level.above.as_deref().filter(|above| above.ignored);
        }
        let (directory, matched) = match topmost {
            Some(level) => {
                let above = level.above.as_deref()?;
                (Some(level.shown.clone()), above.matching(&level.shown, Kind::Directory))
            }
            None => (None, self.matching(path, Kind::File)),
        };
        let (shown, pattern) = matched?;
        Some(Ignored { file: shown.join(".gitignore"), pattern: pattern.to_owned(), directory })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Directory,
}

/// A `.gitignore` that is a link, or too long, has no say: more is scanned then, not less.
fn read_rules(directory: &Path, shown: &Path) -> Gitignore {
    let file = directory.join(".gitignore");
    let regular = |metadata: fs::Metadata| metadata.is_file() && metadata.len() <= MAX_IGNORE_FILE;
    if !fs::symlink_metadata(&file).is_ok_and(regular) {
        return Gitignore::empty();
    }
    let mut text = Vec::new();
    if fs::File::open(&file)
        .and_then(|file| file.take(MAX_IGNORE_FILE).read_to_end(&mut text))
        .is_err()
    {
        return Gitignore::empty();
    }
    let mut builder = GitignoreBuilder::new(shown);
    for line in String::from_utf8_lossy(&text).lines() {
        // A line that is no pattern ignores nothing, as in git.
        let _ = builder.add_line(None, line);
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

/// The nearest directory at or above `path` that is the root of a repository.
fn repository_of(path: &Path) -> Option<&Path> {
    path.ancestors().find(|directory| fs::symlink_metadata(directory.join(".git")).is_ok())
}

/// Adds the ignored files that git tracks all the same, and returns the ignored names that are left.
pub(super) fn take_tracked(
    root: &Path,
    ignored: Vec<PathBuf>,
    listing: &mut Listing,
    selected: impl Fn(&Path) -> bool,
) -> BTreeSet<PathBuf> {
    let ignored: BTreeSet<PathBuf> = ignored.into_iter().collect();
    let here = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    let Ok(real_root) = fs::canonicalize(here) else { return ignored };
    let mut left = ignored.clone();
    let mut repositories = BTreeSet::new();
    for path in &ignored {
        let real = real_root.join(path.strip_prefix(root).unwrap_or(path));
        repositories.extend(real.parent().and_then(repository_of).map(Path::to_path_buf));
    }
    for repository in repositories {
        let tracked = match tracked_files(&repository) {
            Ok(tracked) => tracked,
            Err(detail) => {
                // Named like the files below the root, so that an `[[allow]]` can name it too.
                let shown = repository.strip_prefix(&real_root).map(|below| root.join(below));
                listing.skipped.push(unread_index(shown.as_ref().unwrap_or(&repository), &detail));
                continue;
            }
        };
        for path in tracked {
            let real = repository.join(path);
            let Ok(below) = real.strip_prefix(&real_root) else { continue };
            let path = root.join(below);
            let hidden = path.ancestors().any(|above| ignored.contains(above));
            if hidden
                && selected(&path)
                && fs::symlink_metadata(&real).is_ok_and(|metadata| metadata.is_file())
            {
                left.remove(&path);
                listing.units.push(Unit::File(path));
            }
        }
    }
    left
}

fn tracked_files(repository: &Path) -> Result<Vec<PathBuf>, String> {
    let options = gix::open::Options::isolated().strict_config(false);
    let opened = gix::open_opts(repository, options).map_err(|error| error.to_string())?;
    let index = opened.index_or_empty().map_err(|error| error.to_string())?;
    let path = |entry: &gix::index::Entry| gix::path::from_bstr(entry.path(&index)).map(Into::into);
    Ok(index.entries().iter().filter_map(|entry| path(entry).ok()).collect())
}

/// Whether git tracks a file. Where its index cannot be read, nothing is known to be tracked.
pub(super) fn is_tracked(path: &Path) -> bool {
    let Ok(real) = fs::canonicalize(path) else { return false };
    let Some(repository) = repository_of(&real) else { return false };
    let tracked = tracked_files(repository).unwrap_or_default();
    real.strip_prefix(repository).is_ok_and(|below| tracked.iter().any(|path| path == below))
}

fn unread_index(repository: &Path, detail: &str) -> Skipped {
    Skipped::new(
        Origin::File { path: repository.join(".git") },
        SkipReason::Malformed,
        format!(
            "git's index could not be read, so ignored files that are tracked were left out: {detail}"
        ),
    )
}
