//! A layer: read once, whichever images have it, and what is in it by name, so that it can be said what hides what.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::super::archive::{Entry, Kind, Limited, hand_out, read_layer};
use super::super::out::Out;
use super::directory;
use super::store::Store;
use super::verified::Verified;
use crate::blob::{Origin, bytes_path};
use crate::outcome::SkipReason;

/// A layer of one image or several.
pub struct Layer {
    pub(super) origin: Arc<Origin>,
    pub(super) digest: Arc<str>,
    pub(super) content: Content,
    /// What is in it; known once it was read.
    pub(super) names: OnceLock<Names>,
}

/// Where the content of a layer is.
pub(super) enum Content {
    /// A tar, however it is compressed.
    Blob {
        store: Arc<Store>,
        name: String,
        /// What the manifest says of it.
        expected: Expected,
    },
    /// Files of a directory.
    Directory(directory::Tree),
    /// Nowhere: somebody else keeps it, or it is not there. The gap is named when images are listed.
    Absent,
}

/// What a manifest says of a part.
#[derive(Clone, Debug, Default)]
pub(super) struct Expected {
    pub(super) digest: Option<String>,
    pub(super) size: Option<u64>,
    /// Whether it may be something else than a tar.
    pub(super) is_file: bool,
}

/// The names in a layer.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// What has a name, and whether it is a directory.
    pub(super) entries: HashMap<Box<[u8]>, Is>,
    /// What is deleted.
    pub(super) deleted: HashSet<Box<[u8]>>,
    /// Directories of which nothing is left that lower layers have.
    pub(super) opaque: HashSet<Box<[u8]>>,
    /// Other names of files, by the file.
    links: HashMap<Box<[u8]>, Vec<Box<[u8]>>>,
    /// The file that a name is another one of.
    linked: HashMap<Box<[u8]>, Box<[u8]>>,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Is {
    Directory,
    Other,
}

/// Names of one file that are told.
const MAX_LINKS: usize = 1000;
/// Marks a name as deleted. <https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts>
const WHITEOUT: &[u8] = b".wh.";
/// Marks all that lower layers have in a directory as deleted.
const OPAQUE: &[u8] = b".wh..wh..opq";

impl Names {
    fn add(&mut self, entry: &Entry) {
        let path = tidy(entry.path);
        let (directory, name) = split(&path);
        if name == OPAQUE {
            self.opaque.insert(directory.into());
        } else if let Some(deleted) = name.strip_prefix(WHITEOUT).filter(|name| !name.is_empty()) {
            self.deleted.insert(join(directory, deleted).into());
        } else {
            if let Kind::HardLink(to) = entry.kind {
                self.add_link(&path, &tidy(to));
            }
            let is = if entry.kind == Kind::Directory { Is::Directory } else { Is::Other };
            self.entries.insert(path.into(), is);
        }
    }

    /// Notes another name of a file, which may be another name itself.
    pub(super) fn add_link(&mut self, name: &[u8], to: &[u8]) {
        let file: Box<[u8]> = self.linked.get(to).cloned().unwrap_or_else(|| to.into());
        if *file != *name {
            self.links.entry(file.clone()).or_default().push(name.into());
            self.linked.insert(name.into(), file);
        }
    }

    /// Other names of a file.
    fn links_of(&self, path: &[u8]) -> &[Box<[u8]>] {
        self.links.get(path).map_or(&[], Vec::as_slice)
    }
}

impl Layer {
    /// What findings in it call it.
    pub fn origin(&self) -> Origin {
        (*self.origin).clone()
    }

    /// Reads it.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub(in crate::source) fn read(&self, out: &mut Out) -> io::Result<()> {
        let mut names = Names::default();
        out.stats.layers += 1;
        let done = match &self.content {
            Content::Absent => Ok(()),
            Content::Directory(tree) => tree.read(&self.origin, out, &mut names),
            Content::Blob { store, name, expected } => {
                store.open(name).and_then(|opened| self.blob(opened, expected, &mut names, out))
            }
        };
        // Nobody else reads this layer.
        let _ = self.names.set(names);
        done
    }

    /// The name of the part that it is.
    pub(super) fn part(&self) -> Option<&str> {
        match &self.content {
            Content::Blob { name, .. } => Some(name),
            Content::Directory(_) | Content::Absent => None,
        }
    }

    fn blob(
        &self,
        (reader, size): (Box<dyn Read + Send>, Option<u64>),
        expected: &Expected,
        names: &mut Names,
        out: &mut Out,
    ) -> io::Result<()> {
        self.check_size(size, expected, out);
        let gaps = out.skipped.len();
        // Where nobody knows how long it is, what has no end is stopped.
        let most = if size.is_none() { expected.size } else { None };
        let digest = expected.digest.as_deref().unwrap_or_default();
        let mut reader = Verified::new(reader, digest, most);
        let mut is_tar = true;
        let mut counted = out.counted(&mut reader);
        let read = read_layer(&self.origin, &mut counted, out, &mut self.on_entry(names));
        out.ended(&self.origin, read.map(|tar| is_tar = tar))?;
        let differs = expected.digest.as_ref().and_then(|_| reader.finish().err());
        self.check(is_tar, differs, gaps, out);
        Ok(())
    }

    /// Reads it where it lies in a stream that is read anyway.
    ///
    /// # Errors
    ///
    /// When the stream broke.
    pub(super) fn read_from(&self, content: &mut Limited, out: &mut Out) -> io::Result<()> {
        let Content::Blob { expected, .. } = &self.content else { return Ok(()) };
        let mut names = Names::default();
        out.stats.layers += 1;
        self.check_size(Some(content.left), expected, out);
        let gaps = out.skipped.len();
        let digest = expected.digest.as_deref().unwrap_or_default();
        let mut reader = Verified::new(content, digest, None);
        let mut is_tar = true;
        let mut counted = out.counted(&mut reader);
        let mut on_entry = self.on_entry(&mut names);
        let read = read_layer(&self.origin, &mut counted, out, &mut on_entry);
        drop(on_entry);
        let _ = self.names.set(names);
        out.ended(&self.origin, read.map(|tar| is_tar = tar))?;
        let differs = expected.digest.as_ref().and_then(|_| reader.finish().err());
        self.check(is_tar, differs, gaps, out);
        Ok(())
    }

    /// What is done with an entry of it.
    fn on_entry(
        &self,
        names: &mut Names,
    ) -> impl FnMut(&Entry, &mut Limited, &mut Out) -> io::Result<()> {
        move |entry, content, out| {
            names.add(entry);
            let path = bytes_path(&tidy(entry.path));
            let origin = Origin::Member { archive: Arc::clone(&self.origin), path };
            let entry = Entry { origin: Arc::new(origin), ..entry.clone() };
            hand_out(&entry, content, out)
        }
    }

    /// Names what it is not, where `gaps` were named before.
    fn check(&self, is_tar: bool, differs: Option<String>, gaps: usize, out: &mut Out) {
        let is_file = matches!(&self.content, Content::Blob { expected, .. } if expected.is_file);
        if !is_tar && !is_file {
            let detail =
                "the layer is no tar, compressed or not; its bytes were scanned as they are";
            out.skip(&self.origin, SkipReason::Malformed, detail);
        }
        // What is wrong with it has been named where it does not even decode.
        if let Some(differs) = differs.filter(|_| out.skipped.len() == gaps) {
            let detail =
                format!("it is not what the manifest names: {differs}; what is there was scanned");
            out.skip(&self.origin, SkipReason::Malformed, detail);
        }
    }

    fn check_size(&self, size: Option<u64>, expected: &Expected, out: &mut Out) {
        let Some((size, said)) = size.zip(expected.size).filter(|(size, said)| size != said) else {
            return;
        };
        let detail =
            format!("the manifest says {said} bytes, and there are {size}; these were scanned");
        out.skip(&self.origin, SkipReason::Malformed, detail);
    }

    /// Other names of a file in it.
    pub(super) fn other_names(&self, path: &[u8]) -> Vec<PathBuf> {
        self.names.get().map_or_else(Vec::new, |names| {
            names.links_of(path).iter().take(MAX_LINKS).map(|name| bytes_path(name)).collect()
        })
    }
}

/// A path as layers mean it: from the root, without what changes nothing.
pub(super) fn tidy(path: &[u8]) -> Vec<u8> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    parts.join(&b'/')
}

/// The directory of a path, and the name in it.
pub(super) fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(at) => (path.get(..at).unwrap_or_default(), path.get(at + 1..).unwrap_or_default()),
        None => (b"", path),
    }
}

fn join(directory: &[u8], name: &[u8]) -> Vec<u8> {
    if directory.is_empty() { name.into() } else { [directory, b"/", name].concat() }
}
