//! Images as `containers/storage` (podman, buildah, CRI-O) keeps them: layers lie unpacked, each in a directory.
//! <https://github.com/containers/storage>

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::directory::Tree;
use super::found::{Found, Image, Use};
use super::layer::Content;
use super::manifest::{Configuration, MAX_CONFIG};
use super::store::Store;
use super::texts;
use crate::outcome::SkipReason;

/// The largest list of layers or images that is read.
const MAX_LIST: u64 = 256 * 1024 * 1024;
/// Layers of one image.
const MAX_LAYERS: usize = 1000;

/// How layers lie on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Driver {
    Overlay,
    Vfs,
}

impl Driver {
    const ALL: [Self; 2] = [Self::Overlay, Self::Vfs];

    const fn name(self) -> &'static str {
        match self {
            Self::Overlay => "overlay",
            Self::Vfs => "vfs",
        }
    }

    /// The files of a layer.
    fn directory(self, root: &Path, layer: &str) -> PathBuf {
        match self {
            Self::Overlay => root.join("overlay").join(layer).join("diff"),
            Self::Vfs => root.join("vfs").join("dir").join(layer),
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct LayerRecord {
    id: String,
    parent: String,
    diff_digest: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct ImageRecord {
    id: String,
    names: Option<Vec<String>>,
    layer: String,
}

/// Reads the storage at a directory; false when there is none.
pub(super) fn read(root: &Path, found: &mut Found) -> bool {
    let mut is_storage = false;
    for driver in Driver::ALL {
        if root.join(format!("{}-layers", driver.name())).is_dir() {
            is_storage = true;
            Storage { root, driver, store: Arc::new(Store::Directory(root.into())) }.read(found);
        }
    }
    is_storage
}

struct Storage<'a> {
    root: &'a Path,
    driver: Driver,
    store: Arc<Store>,
}

impl Storage<'_> {
    fn list<T: for<'de> Deserialize<'de>>(&self, what: &str, found: &mut Found) -> Vec<T> {
        let name = format!("{}-{what}/{what}.json", self.driver.name());
        if !self.store.has(&name) {
            return Vec::new();
        }
        let read = self.store.small(&name, MAX_LIST).map_err(|error| error.to_string());
        let list = read
            .and_then(|bytes| serde_json::from_slice(&bytes).map_err(|error| error.to_string()));
        list.unwrap_or_else(|error| {
            found.skip(&name, SkipReason::Malformed, &error);
            Vec::new()
        })
    }

    fn read(&self, found: &mut Found) {
        let layers: Vec<LayerRecord> = self.list("layers", found);
        let by_id: HashMap<&str, &LayerRecord> =
            layers.iter().map(|layer| (layer.id.as_str(), layer)).collect();
        let mut left_out = HashSet::new();
        for image in self.list::<ImageRecord>("images", found) {
            let chain = Self::chain(&image, &by_id, found);
            let configuration = self.configuration(&image, found);
            if found.wants(&configuration.platform) {
                self.image(&image, &configuration, chain, found);
            } else {
                left_out.extend(chain.into_iter().map(|layer| layer.id.as_str()));
                found.used.extend(self.store.names(&self.folder(&image)));
            }
        }
        // Layers of containers and of images that were deleted.
        for layer in layers.iter().filter(|layer| !left_out.contains(layer.id.as_str())) {
            self.layer(layer, found);
        }
        for what in ["images", "containers"] {
            found.add_rest(&self.store, &format!("{}-{what}", self.driver.name()));
        }
    }

    /// The layers of an image, the lowest first.
    fn chain<'a>(
        image: &ImageRecord,
        by_id: &HashMap<&str, &'a LayerRecord>,
        found: &mut Found,
    ) -> Vec<&'a LayerRecord> {
        let mut chain = Vec::new();
        let mut next = image.layer.as_str();
        while let Some(layer) = by_id.get(next) {
            if chain.len() == MAX_LAYERS {
                found.skip(&image.id, SkipReason::Limit, "the image has more than 1000 layers");
                break;
            }
            chain.push(*layer);
            next = layer.parent.as_str();
        }
        chain.reverse();
        if chain.is_empty() && !image.layer.is_empty() {
            found.skip(&image.id, SkipReason::Missing, "the layers of the image are not there");
        }
        chain
    }

    fn image(
        &self,
        image: &ImageRecord,
        configuration: &Configuration,
        chain: Vec<&LayerRecord>,
        found: &mut Found,
    ) {
        let steps = texts::instructions(&configuration.history, chain.len());
        let uses = chain.into_iter().zip(steps);
        let layers = uses
            .map(|(layer, instruction)| Use { layer: self.layer(layer, found), instruction })
            .collect();
        let tag = image.names.iter().flatten().next().cloned().or_else(|| Some(image.id.clone()));
        let platform = configuration.platform.name();
        found.image(Image { tag, platform, layers }, texts::of_configuration(configuration));
    }

    /// The number of a layer.
    fn layer(&self, layer: &LayerRecord, found: &mut Found) -> usize {
        let digest = if layer.diff_digest.is_empty() { &layer.id } else { &layer.diff_digest };
        let digest: Arc<str> = digest.as_str().into();
        let Some(root) = self.directory(&layer.id) else {
            return found.absent(&digest, SkipReason::Missing, "the layer is not there");
        };
        let is_copy = self.driver == Driver::Vfs && !layer.parent.is_empty();
        let below = if is_copy { self.directory(&layer.parent) } else { None };
        found.layer(&layer.id, &digest, Content::Directory(Tree { root, below }))
    }

    /// Where the files of a layer are, unless a link leads there.
    fn directory(&self, id: &str) -> Option<PathBuf> {
        let path = Some(self.driver.directory(self.root, id)).filter(|_| is_id(id))?;
        let real = fs::canonicalize(&path).ok()?;
        let expected = self.driver.directory(&fs::canonicalize(self.root).ok()?, id);
        (real == expected && real.is_dir()).then_some(path)
    }

    /// What is kept of an image beside its layers.
    fn folder(&self, image: &ImageRecord) -> String {
        format!("{}-images/{}", self.driver.name(), image.id)
    }

    fn configuration(&self, image: &ImageRecord, found: &mut Found) -> Configuration {
        // Names that are no file names are written in base64.
        let encoded = STANDARD.encode(format!("sha256:{}", image.id));
        let name = format!("{}/={encoded}", self.folder(image));
        let read = self.store.small(&name, MAX_CONFIG);
        let configuration = read.ok().and_then(|bytes| Configuration::read(&bytes));
        if configuration.is_some() {
            found.used.insert(name.clone());
        }
        configuration.unwrap_or_else(|| {
            found.skip(&name, SkipReason::Missing, "the configuration of the image is not there");
            Configuration::default()
        })
    }
}

/// Whether this names one directory.
fn is_id(id: &str) -> bool {
    !id.is_empty()
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
