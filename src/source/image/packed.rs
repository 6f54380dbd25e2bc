//! Images that are compressed as a whole. Nobody can seek in one, so it is read twice from front to back: once to see what there
//! is and to keep what manifests may be, once to scan what the manifests say it is.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::super::archive::{Entry, Kind, Limited, hand_out, read_layer};
use super::super::out::{Out, Scratch};
use super::super::read::open;
use super::Part;
use super::layer::{Layer, tidy};
use super::manifest::MAX_CONFIG;
use super::store::Member;
use crate::blob::{Blob, Origin};

/// Bytes that are kept of one image.
const MAX_KEPT: u64 = 128 * 1024 * 1024;

/// What lies in an image, the contents that were kept, and whether there is more that no member has.
type Seen = (BTreeMap<Vec<u8>, Member>, HashMap<Vec<u8>, Vec<u8>>, bool);

/// Sees what there is.
///
/// # Errors
///
/// When the file cannot be read.
pub(super) fn look_through(path: &Path) -> io::Result<Seen> {
    let (file, _) = open(path)?;
    let (mut members, mut kept, mut left) = (BTreeMap::new(), HashMap::new(), MAX_KEPT);
    let (mut has_more, mut is_hidden) = (false, false);
    let (mut scratch, mut skipped) = (Scratch::default(), Vec::new());
    let mut visit = |_: &Blob<'_>| has_more = true;
    let mut out = Out::new(&mut scratch, &mut skipped, &mut visit);
    let origin = Arc::new(Origin::File { path: path.into() });
    let mut reader = out.counted(file);
    let mut is_tar = true;
    let read = read_layer(&origin, &mut reader, &mut out, &mut |entry, content, _| {
        is_hidden |= !Member::add(entry, Member::File(0, content.left), &mut members);
        if entry.kind == Kind::File && content.left <= MAX_CONFIG.min(left) {
            let content = json(content)?;
            left -= content.len() as u64;
            kept.insert(tidy(entry.path), content);
        }
        Ok(())
    });
    out.ended(&origin, read.map(|tar| is_tar = tar))?;
    let has_more = has_more || is_hidden || !is_tar || !skipped.is_empty();
    Ok((members, kept, has_more))
}

/// The content, if it may be JSON; else its first byte.
fn json(content: &mut Limited) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    content.by_ref().take(1).read_to_end(&mut bytes)?;
    if matches!(bytes.first(), Some(b'{' | b'[' | b' ' | b'\n' | b'\r' | b'\t')) {
        content.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// The parts of an image that is compressed as a whole: one input, read from front to back.
pub struct Stream {
    path: PathBuf,
    layers: HashMap<Vec<u8>, Arc<Layer>>,
    others: HashMap<Vec<u8>, Arc<Origin>>,
}

impl Stream {
    /// Takes all parts that lie in a file.
    pub(super) fn gather(path: &Path, parts: &mut Vec<Part>) -> Self {
        let (mut layers, mut others) = (HashMap::new(), HashMap::new());
        parts.retain(|part| match part {
            Part::Layer(layer) => match layer.part() {
                Some(name) => layers.insert(name.as_bytes().to_vec(), Arc::clone(layer)).is_some(),
                None => true,
            },
            Part::Other(file) => {
                let name = file.name.as_bytes().to_vec();
                others.insert(name, Arc::clone(&file.origin)).is_some()
            }
            Part::Text { .. } | Part::Stream(_) => true,
        });
        Self { path: path.into(), layers, others }
    }

    /// What gaps in it call it.
    pub(super) fn origin(&self) -> Origin {
        Origin::File { path: self.path.clone() }
    }

    /// Reads it.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub(super) fn read(&self, out: &mut Out) -> io::Result<()> {
        let (file, _) = open(&self.path)?;
        let mut reader = out.counted(file);
        let origin = Arc::new(self.origin());
        let on_entry = &mut |entry: &Entry, content: &mut Limited, out: &mut Out| {
            let name = tidy(entry.path);
            if entry.kind != Kind::File {
                return Ok(());
            }
            if let Some(layer) = self.layers.get(&name) {
                // A layer has limits of its own.
                let budget = Rc::clone(&out.budget);
                let done = layer.read_from(content, out);
                out.budget = budget;
                return done;
            }
            let Some(origin) = self.others.get(&name) else { return Ok(()) };
            hand_out(&Entry { origin: Arc::clone(origin), ..entry.clone() }, content, out)
        };
        let read = read_layer(&origin, &mut reader, out, on_entry);
        out.ended(&origin, read.map(|_| ()))
    }
}
