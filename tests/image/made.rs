//! Images made of nothing but bytes, so that each can be wrong in its own way.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tar::{EntryType, Header};

use crate::world::World;

/// A tar whose names are what they are told to be.
#[derive(Clone, Default)]
pub(crate) struct Tar(Vec<u8>);

impl Tar {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn file(self, name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        self.entry(name.as_ref(), EntryType::Regular, b"", content.as_ref())
    }

    pub(crate) fn directory(self, name: &str) -> Self {
        self.entry(name.as_bytes(), EntryType::Directory, b"", b"")
    }

    pub(crate) fn hard_link(self, name: &str, to: &str) -> Self {
        self.entry(name.as_bytes(), EntryType::Link, to.as_bytes(), b"")
    }

    pub(crate) fn symlink(self, name: &str, to: &str) -> Self {
        self.entry(name.as_bytes(), EntryType::Symlink, to.as_bytes(), b"")
    }

    fn entry(mut self, name: &[u8], kind: EntryType, to: &[u8], content: &[u8]) -> Self {
        let mut header = Header::new_old();
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.as_old_mut().linkname[..to.len()].copy_from_slice(to);
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    pub(crate) fn end(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        self.0
    }
}

/// A layer with one file.
pub(crate) fn layer(name: &str, content: impl AsRef<[u8]>) -> Vec<u8> {
    Tar::new().file(name, content).end()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(bytes))
}

/// A configuration for layers, each made by an instruction, with these fields beside.
pub(crate) fn configuration(layers: &[(&str, &[u8])], fields: Value) -> Value {
    let mut config = json!({
        "os": "linux",
        "architecture": "amd64",
        "rootfs": {"type": "layers", "diff_ids": layers.iter().map(|(_, layer)| digest(layer)).collect::<Vec<_>>()},
        "history": layers.iter().map(|(by, _)| json!({"created_by": by})).collect::<Vec<_>>(),
    });
    let Value::Object(fields) = fields else { panic!("{fields}") };
    for (name, value) in fields {
        config[name] = value;
    }
    config
}

/// Files by their names: a layout.
#[derive(Clone, Default)]
pub(crate) struct Layout(pub(crate) BTreeMap<String, Vec<u8>>);

impl Layout {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn add(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.insert(name.into(), bytes.into());
    }

    /// Adds a blob; what a manifest says of it.
    pub(crate) fn blob(&mut self, bytes: &[u8]) -> Value {
        self.add(format!("blobs/sha256/{}", hex(bytes)), bytes);
        json!({"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest(bytes), "size": bytes.len()})
    }

    pub(crate) fn json(&mut self, value: &Value) -> Value {
        let mut descriptor = self.blob(value.to_string().as_bytes());
        descriptor["mediaType"] = "application/json".into();
        descriptor
    }

    /// Adds an image of layers, each made by an instruction; what an index says of it.
    pub(crate) fn image(&mut self, layers: &[(&str, &[u8])], fields: Value) -> Value {
        let config = self.json(&configuration(layers, fields));
        let layers: Vec<Value> = layers.iter().map(|(_, layer)| self.blob(layer)).collect();
        self.json(&json!({"schemaVersion": 2, "config": config, "layers": layers}))
    }

    /// Names what the layout begins with.
    pub(crate) fn index(&mut self, manifests: &[Value]) {
        self.add("index.json", json!({"schemaVersion": 2, "manifests": manifests}).to_string());
        self.add("oci-layout", r#"{"imageLayoutVersion": "1.0.0"}"#);
    }

    /// A layout with one image.
    pub(crate) fn of(layers: &[(&str, &[u8])]) -> Self {
        let mut layout = Self::new();
        let image = layout.image(layers, json!({}));
        layout.index(&[image]);
        layout
    }

    pub(crate) fn tar(&self) -> Vec<u8> {
        let add = |tar: Tar, (name, bytes): (&String, &Vec<u8>)| tar.file(name, bytes);
        self.0.iter().fold(Tar::new(), add).end()
    }

    /// Writes the files below a folder of the world.
    pub(crate) fn write(&self, world: &World, folder: &str) {
        for (name, bytes) in &self.0 {
            world.write(Path::new(folder).join(name).to_str().unwrap(), bytes);
        }
    }
}

/// What `docker save` wrote before it wrote layouts: `json`, `layer.tar` and a manifest at the end.
pub(crate) fn saved(tag: &str, layers: &[(&str, &[u8])]) -> Layout {
    let mut layout = Layout::new();
    let config = configuration(layers, json!({})).to_string();
    let names: Vec<String> =
        layers.iter().map(|(_, layer)| format!("{}/layer.tar", hex(layer))).collect();
    for (name, (_, layer)) in names.iter().zip(layers) {
        layout.add(name, *layer);
        layout.add(name.replace("layer.tar", "VERSION"), "1.0");
    }
    let config_name = format!("{}.json", hex(config.as_bytes()));
    let manifest = json!([{"Config": config_name, "RepoTags": [tag], "Layers": names}]);
    layout.add(config_name, config);
    layout.add("manifest.json", manifest.to_string());
    layout
}
