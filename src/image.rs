//! Where in a container image content lies, and what the image tells of it.

use std::fmt::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use crate::blob::write_inert;

/// Content of a container image. What lies in a layer is a member of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImagePlace {
    /// The image or the archive of images, as the user named it.
    pub image: Arc<str>,
    /// In what of it.
    pub at: InImage,
}

/// In what of an image content lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InImage {
    /// A text of the configuration or the manifest.
    Text {
        /// Which of the images of an archive, from 0.
        order: u32,
        /// The name of the image, where it has one.
        tag: Option<Arc<str>>,
        /// Its platform, such as `linux/arm64/v8`.
        platform: Option<Arc<str>>,
        /// Which text: `config.Env`, `config.history[3]`, `manifest.annotations`.
        field: String,
    },
    /// A layer.
    Layer {
        /// Which of the layers of an archive, from 0: those of the first image come first.
        order: u32,
        /// What it is known by: a digest such as `sha256:…`, or the name of its file.
        digest: Arc<str>,
    },
    /// Something else of it: a manifest, a file.
    Other {
        /// Its name.
        name: String,
    },
}

/// How many characters of a digest are shown: twelve digits behind `sha256:`.
const SHORT: usize = 19;

/// A digest, as short as people write it.
pub fn short_digest(digest: &str) -> &str {
    if digest.contains(':') { digest.get(..SHORT).unwrap_or(digest) } else { digest }
}

impl fmt::Display for ImagePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_inert(f, self.image.as_bytes())?;
        match &self.at {
            InImage::Layer { digest, .. } => {
                f.write_str("@")?;
                write_inert(f, short_digest(digest).as_bytes())
            }
            InImage::Text { platform, field, .. } => {
                if let Some(platform) = platform {
                    f.write_str(" ")?;
                    write_inert(f, platform.as_bytes())?;
                }
                f.write_str(" (")?;
                write_inert(f, field.as_bytes())?;
                f.write_str(")")
            }
            InImage::Other { name } => {
                f.write_str(" (")?;
                write_inert(f, name.as_bytes())?;
                f.write_str(")")
            }
        }
    }
}

/// What images tell of a file of one of their layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerFacts {
    /// The digest of the layer, or the name of its file.
    pub digest: Arc<str>,
    /// Other names of the same file in this layer: hard links.
    pub links: Vec<PathBuf>,
    /// The images that the layer is part of, as many as are told. The layer was scanned once.
    pub uses: Vec<LayerUse>,
    /// How many more images have it.
    pub more_uses: usize,
}

/// What one image tells of a file of one of its layers. Texts may be shown on a terminal and hold no secret that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerUse {
    /// The name of the image: a tag, or what the user named.
    pub image: String,
    /// Its platform, such as `linux/arm64/v8`, where it says so.
    pub platform: Option<String>,
    /// Which layer it is, from 1, the lowest first.
    pub index: usize,
    /// How many layers the image has.
    pub layers: usize,
    /// What made the layer, where the image tells: an instruction of a Dockerfile.
    pub instruction: Option<String>,
    /// What hides the file; `None` when it is there when the image runs.
    pub hidden: Option<Hidden>,
}

/// How a file of a layer is hidden. It can still be taken out of the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// What became of it.
    pub how: Fate,
    /// The layer that did it, from 1.
    pub index: usize,
    /// The digest of that layer.
    pub digest: Arc<str>,
    /// What made that layer.
    pub instruction: Option<String>,
}

/// What a later layer does to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It is deleted, or its directory is.
    Deleted,
    /// Another file takes its place.
    Overwritten,
}

impl Fate {
    /// Every fate.
    pub const ALL: &'static [Self] = &[Self::Deleted, Self::Overwritten];

    /// The word that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Overwritten => "overwritten",
        }
    }
}

/// Instructions may have many lines.
fn first_line(instruction: &str) -> &str {
    instruction.lines().next().unwrap_or_default()
}

impl LayerFacts {
    /// Every text of it that people wrote.
    pub(crate) fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.uses.iter_mut().flat_map(|of| {
            let hidden = of.hidden.iter_mut().filter_map(|hidden| hidden.instruction.as_mut());
            of.instruction.iter_mut().chain(hidden)
        })
    }
}

impl LayerUse {
    /// Where a file is that cannot be seen any more, in words; `None` when it can.
    pub fn extractable(&self) -> Option<String> {
        let hidden = self.hidden.as_ref()?;
        let Hidden { how, index, .. } = hidden;
        let mut text = format!(
            "still extractable: {} in layer {index} but present in layer {}",
            how.name(),
            self.index
        );
        if let Some(instruction) = &hidden.instruction {
            let _ = write!(text, " (layer {index}: `{}`)", first_line(instruction));
        }
        Some(text)
    }
}

/// An instruction of a Dockerfile that gets a secret into an image. Its text holds no secret that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The Dockerfile.
    pub dockerfile: PathBuf,
    /// Its line, from 1.
    pub line: u64,
    /// The instruction, on one line.
    pub instruction: String,
    /// How it gets into the image.
    pub effect: Effect,
}

/// How a secret gets into an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// The file is copied, and no `.dockerignore` leaves it out.
    Copied,
    /// The file is copied into a stage of the build that the image is not made from.
    CopiedToStage,
    /// It is a variable of every container.
    Environment,
    /// It is a label, which everybody can read.
    Label,
    /// It stays in the history of the image, also when it is the argument of a build.
    History,
}

impl Effect {
    /// Every way.
    pub const ALL: &'static [Self] =
        &[Self::Copied, Self::CopiedToStage, Self::Environment, Self::Label, Self::History];

    /// The word that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Copied => "copied",
            Self::CopiedToStage => "copied-to-stage",
            Self::Environment => "environment",
            Self::Label => "label",
            Self::History => "history",
        }
    }

    /// What it means, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Copied => "copied into the image (no .dockerignore leaves it out)",
            Self::CopiedToStage => "copied into a stage of the build, not into the image itself,",
            Self::Environment => "in the environment of the image, for everybody who has it,",
            Self::Label => "in the labels of the image, for everybody who has it,",
            Self::History => "in the history of the image, for everybody who has it,",
        }
    }
}
