//! Container images: archives and layouts on disk, the storage of a machine, registries. What images there are and what they
//! are made of is read first; then every layer is an input of its own, read once whichever images have it.

mod directory;
mod found;
mod layer;
mod layout;
mod manifest;
mod packed;
mod reference;
#[cfg(feature = "registry")]
pub mod registry;
mod storage;
mod store;
mod texts;
mod trace;
mod verified;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::archive::Format;
use super::out::Out;
use super::{Listing, SourceError, Unit};
use crate::blob::{Blob, Content, Origin};
use crate::outcome::{SkipReason, Skipped};
use found::{Found, Image, Shared};
use layer::Layer;
pub use manifest::Platform;
use packed::Stream;
pub use reference::{Reference, ReferenceError};
use store::Store;
pub(super) use trace::trace;
pub use verified::Verified;

/// Images, and which of them are scanned.
#[derive(Clone)]
pub struct ImageSource {
    /// What the user calls it.
    pub name: String,
    /// Where it is.
    pub place: ImageLocation,
    /// Platforms that are scanned; empty for all.
    pub platforms: Vec<Platform>,
}

/// Where images are.
#[derive(Clone)]
pub enum ImageLocation {
    /// An archive, a layout, or the storage of a machine.
    Path(PathBuf),
    /// A registry.
    #[cfg(feature = "registry")]
    Registry {
        /// The image.
        reference: Reference,
        /// Who we are to registries.
        login: registry::Login,
        /// Which registries are asked without encryption.
        plain: registry::PlainHttp,
    },
}

/// What was found of one source of images.
pub struct Images {
    name: Arc<str>,
    all: Vec<Image>,
    layers: Vec<Arc<Layer>>,
}

/// A part of an image that is read by itself.
#[derive(Clone)]
pub enum Part {
    /// A layer.
    Layer(Arc<Layer>),
    /// A text of its configuration.
    Text {
        /// What findings in it call it.
        origin: Arc<Origin>,
        /// The text.
        content: Arc<str>,
    },
    /// What no manifest refers to.
    Other(Arc<Leftover>),
    /// All of that, where it can only be read from front to back.
    Stream(Arc<Stream>),
}

/// A file beside an image.
pub struct Leftover {
    origin: Arc<Origin>,
    store: Arc<Store>,
    /// Its name there.
    name: String,
}

impl Part {
    /// What findings in it call it.
    pub fn origin(&self) -> Origin {
        match self {
            Self::Layer(layer) => layer.origin(),
            Self::Text { origin, .. } => (**origin).clone(),
            Self::Other(file) => (*file.origin).clone(),
            Self::Stream(stream) => stream.origin(),
        }
    }

    /// Reads it.
    pub(super) fn read(&self, out: &mut Out) -> io::Result<()> {
        match self {
            Self::Layer(layer) => layer.read(out),
            Self::Stream(stream) => stream.read(out),
            Self::Text { origin, content } => {
                let text = content.as_bytes();
                out.stats.inputs += 1;
                out.stats.bytes += text.len() as u64;
                (out.visit)(&Blob::whole(origin, text, Content::Text));
                Ok(())
            }
            Self::Other(file) => {
                let (mut reader, size) = file.store.open(&file.name)?;
                let size = size.and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
                out.input(&file.origin, &mut reader, size)
            }
        }
    }
}

/// Lists the parts of all images of the sources.
///
/// # Errors
///
/// When a source is no image, or has none for a platform that is asked for.
pub(super) fn list(sources: &[&ImageSource], listing: &mut Listing) -> Result<(), SourceError> {
    let mut shared = Shared::new();
    for source in sources {
        let mut found = Found::new(&source.name, &source.platforms, &mut shared);
        match &source.place {
            ImageLocation::Path(path) => list_path(path, source, &mut found, listing)?,
            #[cfg(feature = "registry")]
            ImageLocation::Registry { reference, login, plain } => {
                let registry = registry::Registry::new(reference, login, *plain)?;
                let store = Arc::new(Store::Registry(Box::new(registry)));
                layout::pull(&store, reference, &mut found)?;
            }
        }
        if found.is_empty() && !found.left_out.is_empty() {
            return Err(no_platform(source, &found.left_out));
        }
        listing.skipped.append(&mut found.skipped);
        listing.units.extend(std::mem::take(&mut found.parts).into_iter().map(Unit::Image));
        listing.images.push(found.images());
    }
    Ok(())
}

fn list_path(
    path: &Path,
    source: &ImageSource,
    found: &mut Found,
    listing: &mut Listing,
) -> Result<(), SourceError> {
    let metadata = fs::metadata(path).map_err(|_| not_an_image(source, NOTHING_THERE))?;
    if metadata.is_dir() {
        if storage::read(path, found) {
            return Ok(());
        }
        let store = Arc::new(Store::Directory(path.into()));
        if !layout::read(&store, found) {
            let detail = "it has no index.json, no manifest.json and no storage of containers";
            return Err(not_an_image(source, detail));
        }
        found.add_rest(&store, "");
        return Ok(());
    }
    if !metadata.is_file() {
        return Err(SourceError::Special { path: path.into() });
    }
    // A link that was named is meant.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.into());
    let unreadable = |error: io::Error| {
        let origin = Origin::File { path: path.clone() };
        Skipped::new(origin, SkipReason::Unreadable, error.to_string())
    };
    let store = match store::head(path).map(|head| Format::of(&head, false)) {
        Ok(Some(Format::Tar)) => Store::tar(path),
        Ok(Some(Format::Compressed(_))) => Store::packed(path),
        Ok(_) => return Err(not_an_image(source, "it is no tar archive")),
        Err(error) => Err(error),
    };
    let store = match store {
        Ok(Store::Tar(tar)) if tar.is_empty() => {
            return Err(not_an_image(source, "it is no tar archive"));
        }
        Ok(store) => Arc::new(store),
        Err(error) => {
            listing.skipped.push(unreadable(error));
            return Ok(());
        }
    };
    if !layout::read(&store, found) {
        // The manifest is the last thing that `docker save` writes.
        let detail = "the archive has no manifest.json and no index.json: it is no image, or cut off; it was scanned as an archive";
        found.skip("manifest.json", SkipReason::Missing, detail);
        listing.units.push(Unit::File(path.clone()));
        return Ok(());
    }
    if matches!(&*store, Store::Tar(tar) if tar.has_more) {
        listing.units.push(Unit::File(path.clone()));
    }
    found.add_rest(&store, "");
    if matches!(&*store, Store::Tar(tar) if tar.is_packed()) {
        let stream = Stream::gather(path, &mut found.parts);
        found.parts.push(Part::Stream(Arc::new(stream)));
    }
    Ok(())
}

/// Why a name that is no path leads to nothing.
const NOTHING_THERE: &str = if cfg!(feature = "registry") {
    "there is nothing at this path"
} else {
    "there is nothing at this path, and this build does not pull images from registries (`cargo install keylint --features registry` does)"
};

fn not_an_image(source: &ImageSource, detail: &str) -> SourceError {
    SourceError::NotAnImage { name: source.name.clone(), detail: detail.into() }
}

fn no_platform(source: &ImageSource, there: &[Platform]) -> SourceError {
    // What says how an image was built has a platform that is none.
    let known = there.iter().filter(|platform| platform.os != "unknown");
    let names: Vec<String> = known.filter_map(Platform::name).collect();
    SourceError::NoPlatform {
        name: source.name.clone(),
        help: if names.is_empty() {
            "the images do not say what they run on: leave --platform out".into()
        } else {
            format!("there are images for {}", names.join(", "))
        },
    }
}
