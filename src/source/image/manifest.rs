//! What manifests and configurations of images say, as far as it matters.
//! <https://github.com/opencontainers/image-spec>, <https://distribution.github.io/distribution/spec/manifest-v2-2/>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The largest manifest that is read; registries take no larger ones.
pub(super) const MAX_MANIFEST: u64 = 4 * 1024 * 1024;
/// The largest configuration that is read.
pub(super) const MAX_CONFIG: u64 = 16 * 1024 * 1024;

/// Where something lies, and what it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Descriptor {
    pub(super) media_type: String,
    pub(super) digest: String,
    pub(super) size: Option<u64>,
    pub(super) urls: Vec<String>,
    pub(super) platform: Option<Platform>,
    pub(super) annotations: BTreeMap<String, String>,
}

impl Descriptor {
    /// Whether the layer is not there by intention: it may not be passed on.
    pub(super) fn is_foreign(&self) -> bool {
        !self.urls.is_empty()
            || self.media_type.contains("foreign")
            || self.media_type.contains("nondistributable")
    }

    /// Whether it should be a tar; things that are no images have other layers.
    pub(super) fn should_be_tar(&self) -> bool {
        self.media_type.is_empty()
            || self.media_type.contains("tar")
            || self.media_type.contains("rootfs")
    }
}

/// What an image runs on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Platform {
    /// Such as `linux`.
    pub os: String,
    /// Such as `arm64`.
    pub architecture: String,
    /// Such as `v8`.
    pub variant: Option<String>,
}

impl Platform {
    /// Reads `os/architecture` or `os/architecture/variant`.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('/').collect();
        if parts.iter().any(|part| part.is_empty()) {
            return None;
        }
        match parts[..] {
            [os, architecture] => {
                Some(Self { os: os.into(), architecture: architecture.into(), variant: None })
            }
            [os, architecture, variant] => Some(Self {
                os: os.into(),
                architecture: architecture.into(),
                variant: Some(variant.into()),
            }),
            _ => None,
        }
    }

    /// Whether it is one of those asked for; a variant that nobody asked for does not matter.
    pub(super) fn is_among(&self, wanted: &[Self]) -> bool {
        let fits = |wanted: &Self| {
            wanted.os == self.os
                && wanted.architecture == self.architecture
                && (wanted.variant.is_none() || wanted.variant == self.variant)
        };
        wanted.is_empty() || wanted.iter().any(fits)
    }

    pub(super) fn name(&self) -> Option<String> {
        if self.os.is_empty() && self.architecture.is_empty() {
            return None;
        }
        let Self { os, architecture, variant } = self;
        Some(match variant {
            Some(variant) => format!("{os}/{architecture}/{variant}"),
            None => format!("{os}/{architecture}"),
        })
    }
}

/// A manifest or an index.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Manifest {
    /// Of an index.
    pub(super) manifests: Vec<Descriptor>,
    pub(super) config: Option<Descriptor>,
    pub(super) layers: Vec<Descriptor>,
    /// Of a manifest of the first schema of docker, the highest first.
    pub(super) fs_layers: Vec<OldLayer>,
    pub(super) history: Vec<OldHistory>,
    pub(super) annotations: BTreeMap<String, String>,
}

/// A layer of a manifest of the first schema.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct OldLayer {
    pub(super) blob_sum: String,
}

/// The configuration of a layer of a manifest of the first schema.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OldHistory {
    #[serde(rename = "v1Compatibility")]
    pub(super) configuration: String,
}

/// An image in what `docker save` writes.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Saved {
    #[serde(default)]
    pub(super) config: String,
    pub(super) repo_tags: Option<Vec<String>>,
    pub(super) layers: Option<Vec<String>>,
}

/// What an image is configured to do, with everything else that is said of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Configuration {
    pub(super) platform: Platform,
    /// Digests of the layers as they are when they are not compressed.
    pub(super) diff_ids: Vec<String>,
    pub(super) history: Vec<Step>,
    pub(super) all: Value,
}

/// A step of the making of an image.
#[derive(Clone, Debug, Default)]
pub(super) struct Step {
    pub(super) created_by: String,
    pub(super) comment: String,
    pub(super) author: String,
    pub(super) empty_layer: bool,
}

impl Step {
    /// Reads a step, field by field.
    fn read(step: &Value) -> Self {
        let text = |name| step.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            created_by: text("created_by"),
            comment: text("comment"),
            author: text("author"),
            empty_layer: step.get("empty_layer").and_then(Value::as_bool).unwrap_or_default(),
        }
    }
}

impl Configuration {
    /// Reads a configuration; what is not as it should be is left out.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let all: Value = serde_json::from_slice(bytes).ok()?;
        let field = |name: &str| all.get(name).cloned().unwrap_or_default();
        let steps = field("history");
        let steps = steps.as_array().map(Vec::as_slice).unwrap_or_default();
        let diff_ids = all.pointer("/rootfs/diff_ids").cloned().unwrap_or_default();
        Some(Self {
            platform: serde_json::from_value(all.clone()).unwrap_or_default(),
            diff_ids: serde_json::from_value(diff_ids).unwrap_or_default(),
            history: steps.iter().map(Step::read).collect(),
            all,
        })
    }
}

/// Whether this is a digest that may become a path.
pub(super) fn digest_parts(digest: &str) -> Option<(&str, &str)> {
    let (algorithm, hex) = digest.split_once(':')?;
    let is_name = !algorithm.is_empty()
        && algorithm.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_hex =
        (32..=128).contains(&hex.len()) && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_name && is_hex).then_some((algorithm, hex))
}
