//! Where bytes come from: names are listed first, sorted; then each input is read as one or more blobs.

mod content;
mod files;
pub mod git;
mod ignored;
mod read;

use std::path::PathBuf;

use globset::GlobSet;
use miette::Diagnostic;
use thiserror::Error;

pub use read::{AFTER, CHUNK, MAX_DOCUMENT, ReadStats, Scratch, read, read_whole};

use crate::blob::{Origin, path_bytes};
use crate::outcome::{Census, Skipped};

/// Something a user asked to be scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file, always scanned, or a directory, walked. The empty path is the working directory.
    Path(PathBuf),
    /// Standard input.
    Stdin,
}

/// One input to read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl Unit {
    /// What findings in it call it.
    pub fn origin(&self) -> Origin {
        match self {
            Self::Stdin => Origin::Stdin,
            Self::File(path) => Origin::File { path: path.clone() },
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
    /// The directory that `exclude` is relative to.
    pub exclude_root: PathBuf,
    /// Threads that walk; at least one.
    pub threads: usize,
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

/// The inputs of a scan, sorted by the bytes of their paths, without repeats.
#[derive(Debug, Default)]
pub struct Listing {
    /// What to read.
    pub units: Vec<Unit>,
    /// Directories that could not be read.
    pub skipped: Vec<Skipped>,
    /// What was seen and not selected.
    pub census: Census,
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
            Source::Stdin => listing.units.push(Unit::Stdin),
            Source::Path(path) => files::list(path, selection, &mut listing)?,
        }
    }
    listing.units.sort_unstable_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    listing.units.dedup();
    listing.skipped.sort_by(|a, b| a.origin.cmp(&b.origin));
    Ok(listing)
}

fn sort_key(unit: &Unit) -> std::borrow::Cow<'_, [u8]> {
    match unit {
        Unit::Stdin => std::borrow::Cow::Borrowed(b""),
        Unit::File(path) => path_bytes(path),
    }
}
