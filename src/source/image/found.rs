//! What was found of images while they were listed: which there are, what they are made of, what is missing.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use super::layer::{Content, Layer};
use super::manifest::Platform;
use super::store::Store;
use super::texts::Text;
use super::{Images, Leftover, Part};
use crate::blob::Origin;
use crate::image::{ImagePlace, InImage};
use crate::outcome::{SkipReason, Skipped};

/// An image.
#[derive(Debug)]
pub(super) struct Image {
    pub(super) tag: Option<String>,
    pub(super) platform: Option<String>,
    /// The lowest first.
    pub(super) layers: Vec<Use>,
}

/// A layer of an image.
#[derive(Debug)]
pub(super) struct Use {
    /// Its number among all layers.
    pub(super) layer: usize,
    /// What made it.
    pub(super) instruction: Option<String>,
}

/// Layers that other sources have too, by their digests.
pub(super) type Shared = HashMap<String, Arc<Layer>>;

/// What was found in one source.
pub(super) struct Found<'a> {
    /// What the user calls the source.
    name: Arc<str>,
    /// Platforms that are asked for; empty for all.
    wanted: &'a [Platform],
    shared: &'a mut Shared,
    images: Vec<Image>,
    layers: Vec<Arc<Layer>>,
    /// The numbers of layers, by the names of their parts.
    numbers: HashMap<String, usize>,
    /// Platforms that were not asked for.
    pub(super) left_out: Vec<Platform>,
    /// Parts that something refers to.
    pub(super) used: HashSet<String>,
    pub(super) parts: Vec<Part>,
    pub(super) skipped: Vec<Skipped>,
}

impl<'a> Found<'a> {
    pub(super) fn new(name: &str, wanted: &'a [Platform], shared: &'a mut Shared) -> Self {
        Self {
            name: name.into(),
            wanted,
            shared,
            images: Vec::new(),
            layers: Vec::new(),
            numbers: HashMap::new(),
            left_out: Vec::new(),
            used: HashSet::new(),
            parts: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// Whether images for a platform are asked for.
    pub(super) fn wants(&mut self, platform: &Platform) -> bool {
        let wants = platform.is_among(self.wanted);
        if !wants && !self.left_out.contains(platform) {
            self.left_out.push(platform.clone());
        }
        wants
    }

    /// Adds an image and its texts.
    pub(super) fn image(&mut self, mut image: Image, texts: Vec<Text>) {
        // A layout only says which of its images it is.
        let is_part = |tag: &&mut String| !tag.contains([':', '/']);
        if let Some(tag) = image.tag.as_mut().filter(is_part) {
            *tag = format!("{}:{tag}", self.name);
        }
        let order = number(self.images.len());
        let (tag, platform) = (&image.tag, &image.platform);
        let (tag, platform) = (tag.as_deref().map(Arc::from), platform.as_deref().map(Arc::from));
        for Text { field, content } in texts {
            let (tag, platform) = (tag.clone(), platform.clone());
            let at = InImage::Text { order, tag, platform, field };
            let origin = self.origin(at);
            self.parts.push(Part::Text { origin, content: content.into() });
        }
        self.images.push(image);
    }

    /// Adds a layer that lies in a part, if it is not there yet; its number.
    pub(super) fn layer(&mut self, part: &str, digest: &Arc<str>, content: Content) -> usize {
        self.used.insert(part.into());
        if let Some(known) = self.numbers.get(part) {
            return *known;
        }
        let at = self.add_layer(digest, content);
        self.numbers.insert(part.into(), at);
        at
    }

    /// Adds a layer whose content is not there.
    pub(super) fn absent(&mut self, digest: &Arc<str>, reason: SkipReason, detail: &str) -> usize {
        let key = format!("absent {digest}");
        if let Some(known) = self.numbers.get(&key) {
            return *known;
        }
        let at = self.layers.len();
        let layer = self.new_layer(digest, Content::Absent);
        self.skipped.push(Skipped::new(layer.origin(), reason, detail));
        self.layers.push(Arc::new(layer));
        self.numbers.insert(key, at);
        at
    }

    fn add_layer(&mut self, digest: &Arc<str>, content: Content) -> usize {
        let at = self.layers.len();
        let shared = match &content {
            // What has this digest is the same wherever it lies; that it has is verified.
            Content::Blob { expected, .. } => expected.digest.clone(),
            _ => None,
        };
        if let Some(known) = shared.as_ref().and_then(|digest| self.shared.get(digest)) {
            self.layers.push(Arc::clone(known));
            return at;
        }
        let layer = Arc::new(self.new_layer(digest, content));
        if let Some(digest) = shared {
            self.shared.insert(digest, Arc::clone(&layer));
        }
        self.parts.push(Part::Layer(Arc::clone(&layer)));
        self.layers.push(layer);
        at
    }

    fn new_layer(&self, digest: &Arc<str>, content: Content) -> Layer {
        let at = InImage::Layer { order: number(self.layers.len()), digest: Arc::clone(digest) };
        let origin = self.origin(at);
        Layer { origin, digest: Arc::clone(digest), content, names: OnceLock::new() }
    }

    /// Names a part that cannot be read as it should be.
    pub(super) fn skip(&mut self, part: &str, reason: SkipReason, detail: &str) {
        let origin = self.origin(InImage::Other { name: part.into() });
        self.skipped.push(Skipped::new((*origin).clone(), reason, detail));
    }

    /// Adds what no manifest refers to, of everything or of what is below a directory.
    pub(super) fn add_rest(&mut self, store: &Arc<Store>, below: &str) {
        for (name, problem) in store.unread(below) {
            self.skip(&name, SkipReason::Unreadable, &problem);
        }
        for name in store.names(below) {
            if !self.used.contains(&name) {
                let origin = self.origin(InImage::Other { name: name.clone() });
                let file = Leftover { origin, store: Arc::clone(store), name };
                self.parts.push(Part::Other(Arc::new(file)));
            }
        }
    }

    fn origin(&self, at: InImage) -> Arc<Origin> {
        Arc::new(Origin::Image(ImagePlace { image: Arc::clone(&self.name), at }))
    }

    /// Whether no image was found.
    pub(super) const fn is_empty(&self) -> bool {
        self.images.is_empty()
    }

    /// The images.
    pub(super) fn images(&mut self) -> Images {
        Images {
            name: Arc::clone(&self.name),
            all: std::mem::take(&mut self.images),
            layers: std::mem::take(&mut self.layers),
        }
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
