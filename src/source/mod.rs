//! Where bytes come from: names are listed first, sorted; then each input is read as one or more blobs.

mod archive;
mod chunks;
mod content;
mod dockerfile;
mod files;
mod git;
mod ignored;
mod image;
mod left_out;
mod out;
mod read;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobSet;
use miette::Diagnostic;
use thiserror::Error;

pub use archive::{FREE, MAX_BOMBS, MAX_DEPTH, MAX_GAPS, MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED};
pub use chunks::{AFTER, CHUNK};
pub use git::hooks;
pub use git::{
    Batch, Commits, Environment, GitSource, History, Part, Report, Scanned, Scope, Staged, Update,
    Version,
};
#[cfg(feature = "registry")]
pub use image::registry;
pub use image::{
    ImageLocation, ImageSource, Images, Part as ImagePart, Platform, Reference, ReferenceError,
    Verified,
};
pub use left_out::{Choice, Ignored, choice};
pub use out::{ReadStats, Scratch};
pub use read::{MAX_DOCUMENT, read, read_whole};

use crate::blob::{Origin, path_bytes};
use crate::finding::Finding;
use crate::outcome::{Census, LeftOut, ObjectCounts, Skipped};

/// Something a user asked to be scanned.
#[derive(Clone)]
pub enum Source {
    /// A file, always scanned, or a directory, walked. The empty path is the working directory.
    Path(PathBuf),
    /// Standard input.
    Stdin {
        /// The file that it stands for, such as the one that an editor has open.
        name: Option<PathBuf>,
    },
    /// A text in memory.
    Text(Text),
    /// A git repository.
    Git(GitSource),
    /// Container images.
    Image(ImageSource),
}

impl Source {
    /// Whether it is a whole history, which several threads list.
    pub(crate) fn has_history(&self) -> bool {
        matches!(self, Self::Git(git) if matches!(git.part, Part::History(_)))
    }
}

/// A text in memory that stands for a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What the file is called. It need not be there.
    pub name: PathBuf,
    /// What is in it.
    pub bytes: Arc<[u8]>,
}

/// One input to read.
#[derive(Clone)]
pub enum Unit {
    /// Standard input, and the file that it stands for.
    Stdin(Option<PathBuf>),
    /// A text in memory.
    Text(Text),
    /// A file.
    File(PathBuf),
    /// One content of a file in a git repository.
    Version(Arc<Version>),
    /// Objects of the history of a git repository.
    Batch(Batch),
    /// A part of a container image.
    Image(ImagePart),
}

impl Unit {
    /// What findings in it call it; a batch has an origin for each of its objects.
    pub fn origin(&self) -> Origin {
        match self {
            Self::Stdin(None) => Origin::Stdin,
            Self::Stdin(Some(path)) | Self::File(path) | Self::Text(Text { name: path, .. }) => {
                Origin::File { path: path.clone() }
            }
            Self::Version(version) => version.origin(),
            Self::Batch(batch) => batch.origin(),
            Self::Image(part) => part.origin(),
        }
    }

    /// Whether secrets are looked for in it.
    pub fn has_secrets(&self) -> bool {
        match self {
            Self::Version(version) => version.has_secrets(),
            _ => true,
        }
    }

    /// Whether policies in it are linted.
    pub fn has_policies(&self) -> bool {
        match self {
            // What was is no policy any more.
            Self::Batch(_) => false,
            Self::Version(version) => version.has_policies(),
            _ => true,
        }
    }

    /// Whether each of its blobs can be analysed without those before.
    pub fn is_independent(&self) -> bool {
        !matches!(self, Self::Batch(_))
    }

    /// Whether it is read only because policies of other inputs refer to it.
    pub fn is_context(&self) -> bool {
        matches!(self, Self::Version(version) if version.is_context())
    }

    /// The bytes of the input whose findings count, sorted and apart; `None` for all of them.
    pub fn added(&self) -> Option<Vec<Range<u64>>> {
        match self {
            Self::Version(version) => git::added(version),
            _ => None,
        }
    }
}

/// Which files of a directory are scanned.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Whether git's ignore files have a say.
    pub ignore_files: IgnoreFiles,
    /// Paths to leave out, matched against paths below `exclude_root`.
    pub exclude: GlobSet,
    /// The patterns of `exclude`, as they are written.
    pub exclude_texts: Vec<String>,
    /// The directory that `exclude` is relative to.
    pub exclude_root: PathBuf,
    /// Threads that walk; at least one.
    pub threads: usize,
    /// Whether what is left out is named, not only counted.
    pub names_left_out: bool,
}

impl Selection {
    /// The pattern that leaves a path out, if one does.
    fn excluding(&self, path: &Path) -> Option<&str> {
        let below = path.strip_prefix(&self.exclude_root).ok()?;
        let first = *self.exclude.matches(below).first()?;
        Some(self.exclude_texts.get(first).map_or("", String::as_str))
    }

    /// Whether a path of a repository, from its root, is left out.
    fn excludes(&self, path: &Path) -> bool {
        self.exclude.is_match(path)
    }
}

/// Whether git's ignore files have a say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IgnoreFiles {
    /// Untracked files that `.gitignore` names are left out, unless their name is what we look for.
    #[default]
    Respect,
    /// Everything is scanned.
    Overrule,
}

/// The inputs of a scan: files sorted by the bytes of their paths, without repeats.
#[derive(Default)]
pub struct Listing {
    /// What to read.
    pub units: Vec<Unit>,
    /// Directories that could not be read.
    pub skipped: Vec<Skipped>,
    /// What was seen and not selected.
    pub census: Census,
    /// The same by name, where that is asked for; sorted.
    pub left_out: Vec<LeftOut>,
    /// What else a reader should know.
    pub notes: Vec<String>,
    /// Objects of the histories among the sources.
    pub objects: ObjectCounts,
    /// The histories.
    pub histories: Vec<Arc<History>>,
    /// The container images among the sources.
    pub images: Vec<Images>,
    /// Ranges of commits among the sources.
    pub ranges: Vec<Scanned>,
}

/// A source that cannot be what the user meant.
#[derive(Debug, Error, Diagnostic)]
pub enum SourceError {
    /// There is nothing at this path.
    #[error("`{}` does not exist", path.display())]
    #[diagnostic(
        code(source::not_found),
        help("check the spelling; paths are relative to the working directory")
    )]
    NotFound {
        /// As given.
        path: PathBuf,
    },
    /// There is no repository at this path.
    #[error("`{}` is not in a git repository: {detail}", shown(path))]
    #[diagnostic(
        code(source::not_a_repository),
        help("name the root of a repository, or scan files with `keylint scan`")
    )]
    NotARepository {
        /// As given.
        path: PathBuf,
        /// The obstacle.
        detail: String,
    },
    /// A file that belongs to no repository, or to another.
    #[error("`{}` is not in the work tree of this repository", path.display())]
    #[diagnostic(
        code(source::not_in_repository),
        help("name files of one repository, or scan others with `keylint scan`")
    )]
    NotInRepository {
        /// As given.
        path: PathBuf,
    },
    /// A commit that cannot be found.
    #[error("`{revision}` leads to no commit of this repository")]
    #[diagnostic(code(source::unknown_revision))]
    UnknownRevision {
        /// As given.
        revision: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// Something that is no container image.
    #[error("`{name}` is no container image: {detail}")]
    #[diagnostic(
        code(source::not_an_image),
        help(
            "give an archive that `docker save` wrote, an OCI layout (directory or tar), or the storage of podman; to scan other archives, use `keylint scan`"
        )
    )]
    NotAnImage {
        /// As given.
        name: String,
        /// The obstacle.
        detail: String,
    },
    /// No image for the platforms that were asked for.
    #[error("`{name}` has no image for this platform")]
    #[diagnostic(code(source::no_platform))]
    NoPlatform {
        /// As given.
        name: String,
        /// What there is.
        #[help]
        help: String,
    },
    /// A registry that does not give an image.
    #[cfg(feature = "registry")]
    #[error(transparent)]
    #[diagnostic(transparent)]
    Refused(#[from] registry::Refused),
    /// A FIFO, a socket or a device.
    #[error("`{}` is neither a file nor a directory", path.display())]
    #[diagnostic(
        code(source::special),
        help("to scan what a program prints, pipe it into `keylint scan -`")
    )]
    Special {
        /// As given.
        path: PathBuf,
    },
}

/// Lists what is to be read. No content is opened, except ignore files and git's index.
///
/// # Errors
///
/// When a path does not exist or is neither a file nor a directory.
pub fn list(sources: &[Source], selection: &Selection) -> Result<Listing, SourceError> {
    let mut listing = Listing::default();
    for source in sources {
        match source {
            Source::Stdin { name } => listing.units.push(Unit::Stdin(name.clone())),
            Source::Text(text) => listing.units.push(Unit::Text(text.clone())),
            Source::Path(path) => files::list(path, selection, &mut listing)?,
            Source::Git(source) => git::list(source, selection, &mut listing)?,
            Source::Image(_) => {}
        }
    }
    let images = sources.iter().filter_map(|source| match source {
        Source::Image(image) => Some(image),
        _ => None,
    });
    image::list(&images.collect::<Vec<_>>(), &mut listing)?;
    listing.units.sort_by(|a, b| file_name(a).cmp(&file_name(b)));
    listing.units.dedup_by(|a, b| file_name(a).is_some_and(|name| file_name(b) == Some(name)));
    listing.skipped.sort_by(|a, b| a.origin.cmp(&b.origin));
    listing.left_out.sort();
    Ok(listing)
}

/// Tells of findings what histories and images know of them.
pub fn trace(listing: &Listing, findings: &mut [Finding]) {
    git::trace(&listing.histories, &listing.ranges, findings);
    image::trace(&listing.images, findings);
    dockerfile::trace(&listing.units, findings);
}

/// What files are sorted and known by. What comes from repositories stays in its order.
fn file_name(unit: &Unit) -> Option<std::borrow::Cow<'_, [u8]>> {
    match unit {
        Unit::Stdin(_) => Some(std::borrow::Cow::Borrowed(b"")),
        Unit::Text(text) => Some(path_bytes(&text.name)),
        Unit::File(path) => Some(path_bytes(path)),
        Unit::Version(_) | Unit::Batch(_) | Unit::Image(_) => None,
    }
}

fn shown(path: &Path) -> std::path::Display<'_> {
    if path.as_os_str().is_empty() { Path::new(".").display() } else { path.display() }
}
