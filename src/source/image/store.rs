//! Where the parts of an image lie: files of a directory, or members of a tar.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::super::archive::{Entry, Input, Kind, read_tar};
use super::super::out::{Out, Scratch};
use super::super::read::open;
use super::layer::tidy;
use super::packed;
use crate::blob::{Blob, Origin};

/// Parts of an image, by name.
pub(super) enum Store {
    /// Files below a directory.
    Directory(PathBuf),
    /// Members of a tar.
    Tar(Tarball),
    /// A repository of a registry.
    #[cfg(feature = "registry")]
    Registry(Box<super::registry::Registry>),
}

/// What comes before the digest or the tag of a manifest, where manifests are asked for in another way than the rest.
#[cfg(feature = "registry")]
pub(super) const MANIFEST: &str = "manifest ";

/// What lies where in a tar.
#[derive(Debug)]
pub(super) struct Tarball {
    path: PathBuf,
    members: BTreeMap<Vec<u8>, Member>,
    /// Of a tar that is compressed as a whole, which nobody can seek in: the contents that manifests may have.
    kept: Option<HashMap<Vec<u8>, Vec<u8>>>,
    /// Whether something is in it that no member has: then it is read as an archive, too.
    pub(super) has_more: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Member {
    /// Where its content begins, and how long it is.
    File(u64, u64),
    /// Another member that it is.
    Link(Vec<u8>),
}

impl Member {
    /// Notes an entry; false when it cannot be found by its name.
    pub(super) fn add(entry: &Entry, file: Self, members: &mut BTreeMap<Vec<u8>, Self>) -> bool {
        let name = tidy(entry.path);
        let member = match entry.kind {
            Kind::File => file,
            Kind::SymbolicLink(to) => Self::Link(beside(&name, to)),
            Kind::HardLink(to) => Self::Link(tidy(to)),
            Kind::Directory | Kind::Other => return true,
        };
        // Parts are known by names that are texts.
        std::str::from_utf8(&name).is_ok() && members.insert(name, member).is_none()
    }
}

/// Links that are followed from one member to another.
const MAX_LINKS: usize = 8;

impl Store {
    /// What lies where in a tar.
    pub(super) fn tar(path: &Path) -> io::Result<Self> {
        let (file, size) = open(path)?;
        let mut members = BTreeMap::new();
        let (mut scratch, mut skipped) = (Scratch::default(), Vec::new());
        let mut has_more = false;
        let mut visit = |_: &Blob<'_>| has_more = true;
        let mut out = Out::new(&mut scratch, &mut skipped, &mut visit);
        let origin = Arc::new(Origin::File { path: path.into() });
        let mut reader = &file;
        let mut input = Input::seekable(&mut reader, &file, size as u64);
        let mut is_hidden = false;
        let read = read_tar(&mut input, &origin, &mut out, &mut |entry, content, _| {
            let file = Member::File(content.input.offset(), content.left);
            is_hidden |= !Member::add(entry, file, &mut members);
            Ok(())
        });
        let has_more = has_more || is_hidden || read.is_err() || !skipped.is_empty();
        Ok(Self::Tar(Tarball { path: path.into(), members, kept: None, has_more }))
    }

    /// What there is in a tar that is compressed as a whole.
    pub(super) fn packed(path: &Path) -> io::Result<Self> {
        let (members, kept, has_more) = packed::look_through(path)?;
        Ok(Self::Tar(Tarball { path: path.into(), members, kept: Some(kept), has_more }))
    }

    /// Whether there is a part of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        match self {
            Self::Directory(root) => inside(root, name).is_some_and(|path| path.is_file()),
            Self::Tar(tar) => tar.find(name).is_some(),
            // Only asking tells.
            #[cfg(feature = "registry")]
            Self::Registry(_) => true,
        }
    }

    /// What the part is really called: the end of all links.
    pub(super) fn real_name(&self, name: &str) -> String {
        match self {
            Self::Directory(_) => name.into(),
            #[cfg(feature = "registry")]
            Self::Registry(_) => name.into(),
            Self::Tar(tar) => tar.find(name).map_or_else(
                || name.into(),
                |(name, _)| String::from_utf8_lossy(&name).into_owned(),
            ),
        }
    }

    /// Opens a part; with it comes its length, where that is known.
    ///
    /// # Errors
    ///
    /// When there is none, or it cannot be read.
    pub(super) fn open(&self, name: &str) -> io::Result<(Box<dyn Read + Send>, Option<u64>)> {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        match self {
            Self::Directory(root) => {
                let (file, size) = open(&inside(root, name).ok_or_else(missing)?)?;
                Ok((Box::new(file), Some(size as u64)))
            }
            Self::Tar(tar) => {
                let (name, (start, len)) = tar.find(name).ok_or_else(missing)?;
                if let Some(kept) = &tar.kept {
                    let content = kept.get(&name).cloned().ok_or_else(|| {
                        io::Error::other(
                            "it is too large, or no JSON, in an image compressed as a whole",
                        )
                    })?;
                    return Ok((Box::new(Cursor::new(content)), Some(len)));
                }
                let (mut file, _) = open(&tar.path)?;
                file.seek(SeekFrom::Start(start))?;
                Ok((Box::new(file.take(len)), Some(len)))
            }
            #[cfg(feature = "registry")]
            Self::Registry(registry) => {
                let got: Result<Box<dyn Read + Send>, _> = match name.strip_prefix(MANIFEST) {
                    Some(name) => {
                        registry.manifest(name).map(|bytes| Box::new(Cursor::new(bytes)) as _)
                    }
                    None => registry.blob(name),
                };
                got.map(|reader| (reader, None)).map_err(io::Error::other)
            }
        }
    }

    /// Reads a small part.
    ///
    /// # Errors
    ///
    /// When there is none, it cannot be read, or it is larger than that.
    pub(super) fn small(&self, name: &str, most: u64) -> io::Result<Vec<u8>> {
        let (reader, _) = self.open(name)?;
        let mut bytes = Vec::new();
        reader.take(most + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > most {
            return Err(io::Error::other(format!("it is larger than {} MiB", most >> 20)));
        }
        Ok(bytes)
    }

    /// The names of all parts; of a directory, those below another one of it.
    pub(super) fn names(&self, below: &str) -> Vec<String> {
        match self {
            Self::Directory(root) => Names::of(root, below).files,
            #[cfg(feature = "registry")]
            Self::Registry(_) => Vec::new(),
            Self::Tar(tar) => {
                let files =
                    tar.members.iter().filter(|(_, member)| matches!(member, Member::File(..)));
                files.filter_map(|(name, _)| String::from_utf8(name.clone()).ok()).collect()
            }
        }
    }

    /// What [`Self::names`] leaves out, and why.
    pub(super) fn unread(&self, below: &str) -> Vec<(String, String)> {
        if let Self::Directory(root) = self {
            return Names::of(root, below).unread;
        }
        Vec::new()
    }

    /// Whether nobody knows what else there is: then nothing that no manifest refers to is read.
    pub(super) const fn is_elsewhere(&self) -> bool {
        !matches!(self, Self::Directory(_) | Self::Tar(_))
    }
}

impl Tarball {
    /// Whether it has no members.
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Whether it is compressed as a whole.
    pub(super) const fn is_packed(&self) -> bool {
        self.kept.is_some()
    }

    /// The member at the end of all links, and where its content lies.
    fn find(&self, name: &str) -> Option<(Vec<u8>, (u64, u64))> {
        let mut name = tidy(name.as_bytes());
        for _ in 0..MAX_LINKS {
            match self.members.get(&name)? {
                Member::File(start, len) => return Some((name, (*start, *len))),
                Member::Link(to) => name.clone_from(to),
            }
        }
        None
    }
}

/// Where a link leads that is in the same directory as `name`.
fn beside(name: &[u8], to: &[u8]) -> Vec<u8> {
    if to.starts_with(b"/") {
        return tidy(to);
    }
    let directory = name.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    tidy(&[name.get(..directory).unwrap_or_default(), b"/", to].concat())
}

/// A file below a directory, whatever the name says and wherever links lead.
fn inside(root: &Path, name: &str) -> Option<PathBuf> {
    let name = Path::new(name);
    if !name.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let path = root.join(name);
    let real = fs::canonicalize(&path).ok()?;
    real.starts_with(fs::canonicalize(root).ok()?).then_some(path)
}

/// Directories in one another that are gone down.
const MAX_DEPTH: usize = 16;

/// What there is below a directory. Links are not followed.
#[derive(Default)]
struct Names {
    files: Vec<String>,
    unread: Vec<(String, String)>,
}

impl Names {
    fn of(root: &Path, below: &str) -> Self {
        let mut names = Self::default();
        if root.join(below).is_dir() {
            names.list(root, Path::new(below), 0);
        }
        names.files.sort();
        names.unread.sort();
        names
    }

    fn list(&mut self, root: &Path, below: &Path, depth: usize) {
        let entries = match fs::read_dir(root.join(below)) {
            Ok(entries) if depth < MAX_DEPTH => entries,
            Ok(_) => return self.leave_out(below, "directories lie too deep in one another"),
            Err(error) => return self.leave_out(below, &error.to_string()),
        };
        for entry in entries.flatten() {
            let path = below.join(entry.file_name());
            match (entry.file_type(), path.to_str()) {
                (Ok(kind), Some(name)) if kind.is_file() => self.files.push(name.into()),
                (Ok(kind), None) if kind.is_file() => {
                    self.leave_out(&path, "the name of this part is no UTF-8");
                }
                (Ok(kind), _) if kind.is_dir() => self.list(root, &path, depth + 1),
                _ => {}
            }
        }
    }

    fn leave_out(&mut self, path: &Path, problem: &str) {
        self.unread.push((path.to_string_lossy().into_owned(), problem.into()));
    }
}

/// Opens a file to see what it begins with.
///
/// # Errors
///
/// When it cannot be read.
pub(super) fn head(path: &Path) -> io::Result<Vec<u8>> {
    let (file, _): (File, _) = open(path)?;
    let mut head = Vec::new();
    file.take(1024).read_to_end(&mut head)?;
    Ok(head)
}
