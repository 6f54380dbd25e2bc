//! The ways in which images are laid out: what `docker save` writes, the layout of the OCI, the `dir:` of skopeo.
//! <https://github.com/opencontainers/image-spec/blob/main/image-layout.md>

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::found::{Found, Image, Use};
use super::layer::{Content, Expected};
use super::manifest::{
    Configuration, Descriptor, MAX_CONFIG, MAX_MANIFEST, Manifest, Platform, Saved, digest_parts,
};
#[cfg(feature = "registry")]
use super::reference::Reference;
#[cfg(feature = "registry")]
use super::registry::Refused;
#[cfg(feature = "registry")]
use super::store::MANIFEST;
use super::store::Store;
use super::texts;
use super::verified::Verified;
use crate::outcome::SkipReason;

/// Indexes in one another.
const MAX_DEPTH: usize = 8;
/// Manifests of one source.
const MAX_MANIFESTS: usize = 10_000;

const NO_IMAGE: &str = "it names no image";
const NO_CONFIGURATION: &str = "the configuration is not there";

/// How parts are named that manifests know by their digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    /// `blobs/sha256/…`.
    Layout,
    /// The digest's digits, in the same directory.
    Flat,
    /// The digest itself.
    #[cfg(feature = "registry")]
    Digest,
}

/// What is known of an image before its manifest is read.
#[derive(Clone, Debug, Default)]
struct Known {
    digest: String,
    tag: Option<String>,
    platform: Option<Platform>,
    annotations: BTreeMap<String, String>,
}

/// Reads whatever layout a store has; false when it has none.
pub(super) fn read(store: &Arc<Store>, found: &mut Found) -> bool {
    let mut reader = Reader { store, found, naming: Naming::Layout, seen: HashSet::new() };
    let saved = reader.json::<Vec<Saved>>("manifest.json", "");
    if let Some(Ok(saved)) = saved {
        for image in &saved {
            reader.saved(image);
        }
        // Other images, such as those of other platforms, are only named in the index.
        if store.has("index.json") {
            reader.index("index.json", Ifs::PartsAreThere);
        }
        return true;
    }
    if store.has("index.json") {
        reader.index("index.json", Ifs::Always);
        return true;
    }
    if store.has("manifest.json") {
        reader.naming = Naming::Flat;
        reader.manifest("manifest.json", &Known::default(), 0, Ifs::Always);
        return true;
    }
    false
}

/// Reads an image of a registry.
///
/// # Errors
///
/// When the registry does not give its manifest.
#[cfg(feature = "registry")]
pub(super) fn pull(
    store: &Arc<Store>,
    reference: &Reference,
    found: &mut Found,
) -> Result<(), Refused> {
    let Store::Registry(registry) = &**store else { return Ok(()) };
    // What cannot be had at all is a bad instruction; what is missing of it is not.
    registry.manifest(reference.asked())?;
    let mut reader = Reader { store, found, naming: Naming::Digest, seen: HashSet::new() };
    let known = Known { tag: Some(reference.to_string()), ..Known::default() };
    reader.manifest(&format!("{MANIFEST}{}", reference.asked()), &known, 0, Ifs::Always);
    Ok(())
}

/// When what an index names is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ifs {
    Always,
    /// Only where it is there.
    PartsAreThere,
}

struct Reader<'a, 'f> {
    store: &'a Arc<Store>,
    found: &'a mut Found<'f>,
    naming: Naming,
    /// Manifests that were read, and configurations of images that are known.
    seen: HashSet<String>,
}

impl Reader<'_, '_> {
    /// A part that is JSON; `None` when there is no such part.
    fn json<T: DeserializeOwned>(&mut self, name: &str, said: &str) -> Option<Result<T, String>> {
        if !self.store.has(name) {
            return None;
        }
        let bytes = self.store.small(name, MAX_MANIFEST).map_err(|error| error.to_string());
        if let Ok(bytes) = &bytes {
            self.verify(name, bytes, said);
        }
        Some(
            bytes.and_then(|bytes| {
                serde_json::from_slice(&bytes).map_err(|error| error.to_string())
            }),
        )
    }

    /// Names a part that is not what it should be by its digest. What is there is read.
    fn verify(&mut self, name: &str, bytes: &[u8], digest: &str) {
        if digest.is_empty() {
            return;
        }
        if let Err(differs) = Verified::new(bytes, digest, None).finish() {
            let detail = format!("{differs}; what is there was scanned");
            self.found.skip(name, SkipReason::Malformed, &detail);
        }
    }

    fn name_of(&self, digest: &str) -> Option<String> {
        let (algorithm, hex) = digest_parts(digest)?;
        Some(match self.naming {
            Naming::Layout => format!("blobs/{algorithm}/{hex}"),
            Naming::Flat => hex.into(),
            #[cfg(feature = "registry")]
            Naming::Digest => digest.into(),
        })
    }

    fn manifest_name(&self, digest: &str) -> Option<String> {
        let name = self.name_of(digest)?;
        #[cfg(feature = "registry")]
        if self.naming == Naming::Digest {
            return Some(format!("{MANIFEST}{name}"));
        }
        Some(name)
    }

    /// Reads the index that a layout begins with. What it says beside is scanned with what nothing refers to, as are all
    /// manifests.
    fn index(&mut self, name: &str, ifs: Ifs) {
        match self.json::<Manifest>(name, "") {
            Some(Ok(index)) if index.manifests.is_empty() => {
                self.found.skip(name, SkipReason::Malformed, NO_IMAGE);
            }
            Some(Ok(index)) => self.descriptors(&index.manifests, &Known::default(), 0, ifs),
            Some(Err(error)) => self.found.skip(name, SkipReason::Malformed, &error),
            None => self.found.skip(name, SkipReason::Missing, "it is not there"),
        }
    }

    fn descriptors(&mut self, all: &[Descriptor], above: &Known, depth: usize, ifs: Ifs) {
        for descriptor in all {
            let Some(name) = self.manifest_name(&descriptor.digest) else {
                self.found.skip(&descriptor.digest, SkipReason::Malformed, "this is no digest");
                continue;
            };
            if ifs == Ifs::PartsAreThere && !self.store.has(&name) {
                continue;
            }
            let keys = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];
            let tag = keys.iter().find_map(|key| descriptor.annotations.get(*key));
            let known = Known {
                digest: descriptor.digest.clone(),
                tag: tag.cloned().or_else(|| above.tag.clone()),
                platform: descriptor.platform.clone().or_else(|| above.platform.clone()),
                annotations: descriptor.annotations.clone(),
            };
            self.manifest(&name, &known, depth, ifs);
        }
    }

    /// Reads a manifest, or an index.
    fn manifest(&mut self, name: &str, known: &Known, depth: usize, ifs: Ifs) {
        if !self.seen.insert(name.into()) {
            return;
        }
        if depth > MAX_DEPTH || self.seen.len() > MAX_MANIFESTS {
            let detail = "indexes lie too deep in one another, or have too many manifests";
            return self.found.skip(name, SkipReason::Limit, detail);
        }
        let is_wanted = known.platform.as_ref().is_none_or(|platform| self.found.wants(platform));
        if !is_wanted && self.store.is_elsewhere() {
            return;
        }
        let manifest = match self.json::<Manifest>(name, &known.digest) {
            Some(Ok(manifest)) if is_wanted => manifest,
            Some(Ok(manifest)) => return self.leave_out(name, &manifest),
            None if !is_wanted => return,
            Some(Err(error)) => return self.found.skip(name, SkipReason::Malformed, &error),
            None => return self.found.skip(name, SkipReason::Missing, "the manifest is not there"),
        };
        let mut known = known.clone();
        known.annotations.extend(manifest.annotations.clone());
        if manifest.config.is_none() && manifest.layers.is_empty() && !manifest.manifests.is_empty()
        {
            return self.descriptors(&manifest.manifests, &known, depth + 1, ifs);
        }
        if !manifest.fs_layers.is_empty() {
            self.old_image(&manifest, &known);
        } else if manifest.config.is_some() || !manifest.layers.is_empty() {
            self.image(name, &manifest, &known);
        } else {
            self.found.skip(name, SkipReason::Malformed, NO_IMAGE);
        }
    }

    /// Passes over an image for a platform that nobody asked for.
    fn leave_out(&mut self, name: &str, manifest: &Manifest) {
        let parts = manifest.config.iter().chain(&manifest.layers);
        let parts: Vec<String> = parts.filter_map(|part| self.name_of(&part.digest)).collect();
        self.found.used.extend(parts);
        self.found.used.insert(name.into());
    }

    fn image(&mut self, manifest_name: &str, manifest: &Manifest, known: &Known) {
        let config = manifest.config.clone().unwrap_or_default();
        let name = self.name_of(&config.digest);
        if name.is_none() {
            self.found.skip(&config.digest, SkipReason::Missing, NO_CONFIGURATION);
        }
        let configuration = name.as_ref().and_then(|name| self.configuration(name, &config));
        let configuration = configuration.unwrap_or_default();
        let platform = known.platform.clone().unwrap_or_else(|| configuration.platform.clone());
        if !self.found.wants(&platform) {
            return self.leave_out(manifest_name, manifest);
        }
        if name.is_some_and(|name| !self.seen.insert(format!("config {name}"))) {
            return;
        }
        let steps = texts::instructions(&configuration.history, manifest.layers.len());
        let mut layers = Vec::new();
        for (descriptor, instruction) in manifest.layers.iter().zip(steps) {
            let layer = self.layer(descriptor);
            layers.push(Use { layer, instruction });
        }
        let mut all = texts::of_annotations(&known.annotations).into_iter().collect::<Vec<_>>();
        all.extend(texts::of_configuration(&configuration));
        self.found.image(Image { tag: known.tag.clone(), platform: platform.name(), layers }, all);
    }

    /// The number of a layer.
    fn layer(&mut self, descriptor: &Descriptor) -> usize {
        let digest: Arc<str> = descriptor.digest.as_str().into();
        let name = self.name_of(&descriptor.digest);
        let there = name.filter(|name| self.store.has(name));
        let Some(name) = there else {
            let (reason, detail) = if descriptor.is_foreign() {
                let from = descriptor.urls.join(", ");
                (
                    SkipReason::Missing,
                    format!("a foreign layer: its content lies elsewhere ({from})"),
                )
            } else {
                (SkipReason::Missing, "the layer is not there".to_owned())
            };
            return self.found.absent(&digest, reason, &detail);
        };
        let expected = Expected {
            digest: Some(descriptor.digest.clone()),
            size: descriptor.size,
            is_file: !descriptor.should_be_tar(),
        };
        let content = Content::Blob { store: Arc::clone(self.store), name: name.clone(), expected };
        self.found.layer(&name, &digest, content)
    }

    fn configuration(&mut self, name: &str, descriptor: &Descriptor) -> Option<Configuration> {
        self.found.used.insert(name.into());
        if !self.store.has(name) {
            self.found.skip(name, SkipReason::Missing, NO_CONFIGURATION);
            return None;
        }
        let bytes = match self.store.small(name, MAX_CONFIG) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.found.used.remove(name);
                self.found.skip(name, SkipReason::Unreadable, &error.to_string());
                return None;
            }
        };
        self.verify(name, &bytes, &descriptor.digest);
        let configuration = Configuration::read(&bytes);
        if configuration.is_none() {
            // Then it is scanned as the file that it is.
            self.found.used.remove(name);
            let detail = "the configuration is no JSON; its bytes were scanned as they are";
            self.found.skip(name, SkipReason::Malformed, detail);
        }
        configuration
    }

    /// An image that `docker save` wrote.
    fn saved(&mut self, image: &Saved) {
        let config = self.store.real_name(&image.config);
        let configuration = self.configuration(&config, &Descriptor::default()).unwrap_or_default();
        self.seen.insert(format!("config {config}"));
        if !self.found.wants(&configuration.platform) {
            let layers = image.layers.iter().flatten().map(|name| self.store.real_name(name));
            return self.found.used.extend(layers);
        }
        let names = image.layers.clone().unwrap_or_default();
        let steps = texts::instructions(&configuration.history, names.len());
        let mut layers = Vec::new();
        for (at, (name, instruction)) in names.iter().zip(steps).enumerate() {
            let real = self.store.real_name(name);
            let digest = configuration.diff_ids.get(at).unwrap_or(name).as_str();
            let layer = if self.store.has(&real) {
                // A blob of a layout has its digest for a name.
                let blob = real.strip_prefix("blobs/").map(|rest| rest.replacen('/', ":", 1));
                let expected = Expected { digest: blob, size: None, is_file: false };
                let content =
                    Content::Blob { store: Arc::clone(self.store), name: real.clone(), expected };
                self.found.layer(&real, &digest.into(), content)
            } else {
                self.found.absent(&digest.into(), SkipReason::Missing, "the layer is not there")
            };
            layers.push(Use { layer, instruction });
        }
        let tag = image.repo_tags.iter().flatten().next().cloned();
        let platform = configuration.platform.name();
        self.found.image(Image { tag, platform, layers }, texts::of_configuration(&configuration));
    }

    /// An image of docker's first schema: each layer has a configuration of its own, the highest first.
    fn old_image(&mut self, manifest: &Manifest, known: &Known) {
        let mut all = texts::of_annotations(&known.annotations).into_iter().collect::<Vec<_>>();
        let mut layers = Vec::new();
        let steps = manifest.history.iter().map(|step| step.configuration.as_str());
        let steps: Vec<Configuration> =
            steps.map(|step| Configuration::read(step.as_bytes()).unwrap_or_default()).collect();
        for (at, layer) in manifest.fs_layers.iter().enumerate().rev() {
            let descriptor = Descriptor { digest: layer.blob_sum.clone(), ..Descriptor::default() };
            let step = steps.get(at);
            let words = step.and_then(|step| step.all.pointer("/container_config/Cmd"));
            let words: Vec<&str> = words
                .and_then(|words| words.as_array())
                .into_iter()
                .flatten()
                .filter_map(|word| word.as_str())
                .collect();
            let instruction = texts::instruction(&words.join(" "));
            layers.push(Use { layer: self.layer(&descriptor), instruction });
        }
        for step in steps.into_iter().rev() {
            all.extend(texts::of_configuration(&step));
        }
        self.found.image(Image { tag: known.tag.clone(), platform: None, layers }, all);
    }
}
