//! Archives, made when they are needed, with every field free to lie.

use std::io::Write;

use bzip2::write::BzEncoder;
use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc, GzBuilder};
use lzma_rust2::{XzOptions, XzWriter};

pub(super) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn gzip_with_comment(content: &[u8], comment: &str) -> Vec<u8> {
    let builder = GzBuilder::new().comment(comment);
    let mut encoder = builder.write(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn deflate(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut encoder = BzEncoder::new(Vec::new(), bzip2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn xz(content: &[u8]) -> Vec<u8> {
    let mut encoder = XzWriter::new(Vec::new(), XzOptions::with_preset(1)).unwrap();
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn zstd(content: &[u8]) -> Vec<u8> {
    zstd::encode_all(content, 3).unwrap()
}

/// A frame of zstd that every reader passes over.
pub(super) fn skippable(content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len()).unwrap();
    [&[0x5e, 0x2a, 0x4d, 0x18], &size.to_le_bytes()[..], content].concat()
}

/// The ways to pack one stream, and the ends of their names.
pub(super) type Pack = fn(&[u8]) -> Vec<u8>;
pub(super) const STREAMS: [(&str, Pack); 4] =
    [("gz", gzip), ("bz2", bzip2), ("xz", xz), ("zst", zstd)];

/// An entry of a tar: the header, then the content, filled up to a block.
pub(super) fn entry(name: &str, content: &[u8], change: impl Fn(&mut tar::Header)) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_entry_type(tar::EntryType::Regular);
    change(&mut header);
    header.set_cksum();
    let mut bytes = [header.as_bytes(), content].concat();
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

pub(super) fn file(name: &str, content: impl AsRef<[u8]>) -> Vec<u8> {
    entry(name, content.as_ref(), |_| {})
}

/// Entries, and the end of a tar.
pub(super) fn tar(entries: &[Vec<u8>]) -> Vec<u8> {
    [&entries.concat()[..], &[0; 1024]].concat()
}

/// Records of PAX, with an entry that they speak of.
pub(super) fn pax(records: &[(&str, &str)], of: &[u8]) -> Vec<u8> {
    let mut text = String::new();
    for (key, value) in records {
        let rest = format!(" {key}={value}\n");
        let mut length = rest.len() + 1;
        while length != rest.len() + length.to_string().len() {
            length += 1;
        }
        text += &[length.to_string(), rest].concat();
    }
    let header = entry("pax", text.as_bytes(), |header| {
        header.set_entry_type(tar::EntryType::XHeader);
    });
    [&header[..], of].concat()
}

/// An `ar` of members.
pub(super) fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = b"!<arch>\n".to_vec();
    for (name, content) in members {
        let size = content.len();
        bytes.extend(format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 0, 644).bytes());
        bytes.extend(*content);
        if size % 2 == 1 {
            bytes.push(b'\n');
        }
    }
    bytes
}

/// A member of a zip, and what its headers say.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) data: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) packed: u32,
    pub(super) unpacked: u32,
    pub(super) extra: Vec<u8>,
    /// What follows the data.
    pub(super) after: Vec<u8>,
    /// What the directory says, if anything.
    pub(super) listed: Option<(String, u16, u32)>,
}

impl Member {
    pub(super) fn stored(name: &str, content: impl AsRef<[u8]>) -> Self {
        let data = content.as_ref().to_vec();
        let size = u32::try_from(data.len()).unwrap();
        Self {
            name: name.into(),
            data,
            flags: 0,
            method: 0,
            packed: size,
            unpacked: size,
            extra: Vec::new(),
            after: Vec::new(),
            listed: Some((name.into(), 0, size)),
        }
    }

    pub(super) fn packed(name: &str, content: impl AsRef<[u8]>, method: u16, pack: Pack) -> Self {
        let member = Self::stored(name, pack(content.as_ref()));
        let unpacked = u32::try_from(content.as_ref().len()).unwrap();
        let listed = Some((name.into(), method, member.packed));
        Self { method, unpacked, listed, ..member }
    }

    pub(super) fn deflated(name: &str, content: impl AsRef<[u8]>) -> Self {
        Self::packed(name, content, 8, deflate)
    }

    /// Its sizes are told after it.
    pub(super) fn told_later(self, has_signature: bool) -> Self {
        let signature: &[u8] = if has_signature { b"PK\x07\x08" } else { b"" };
        let mut crc = Crc::new();
        crc.update(&self.data);
        let sizes = [crc.sum(), self.packed, self.unpacked].map(u32::to_le_bytes).concat();
        let after = [signature, &sizes].concat();
        Self { flags: 8, packed: 0, unpacked: 0, after, ..self }
    }

    fn local(&self) -> Vec<u8> {
        let length = |bytes: usize| u16::try_from(bytes).unwrap().to_le_bytes();
        let head = [20, self.flags, self.method, 0, 0].map(u16::to_le_bytes).concat();
        let sizes = [0, self.packed, self.unpacked].map(u32::to_le_bytes).concat();
        let (name, extra) = (self.name.as_bytes(), &self.extra[..]);
        let lengths = [length(name.len()), length(extra.len())].concat();
        [b"PK\x03\x04", &head[..], &sizes, &lengths, name, extra, &self.data, &self.after].concat()
    }
}

/// A zip of members, with something before it and a comment.
pub(super) fn zip_with(prefix: &[u8], members: &[Member], comment: &str) -> Vec<u8> {
    let (mut bytes, mut directory, mut listed) = (prefix.to_vec(), Vec::new(), 0_u64);
    for member in members {
        let at = u32::try_from(bytes.len()).unwrap();
        bytes.extend(member.local());
        let Some((name, method, packed)) = &member.listed else { continue };
        listed += 1;
        let head = [20, 20, member.flags, *method, 0, 0].map(u16::to_le_bytes).concat();
        let sizes = [0, *packed, member.unpacked].map(u32::to_le_bytes).concat();
        let length = u16::try_from(name.len()).unwrap();
        let rest = [length, 0, 0, 0, 0, 0, 0].map(u16::to_le_bytes).concat();
        directory.push(
            [b"PK\x01\x02", &head[..], &sizes, &rest, &at.to_le_bytes(), name.as_bytes()].concat(),
        );
    }
    let (at, directory) = (u32::try_from(bytes.len()).unwrap(), directory.concat());
    let count = u16::try_from(listed % 65536).unwrap();
    let counts = [0, 0, count, count].map(u16::to_le_bytes).concat();
    let places = [u32::try_from(directory.len()).unwrap(), at].map(u32::to_le_bytes).concat();
    let length = u16::try_from(comment.len()).unwrap().to_le_bytes();
    [&bytes[..], &directory, b"PK\x05\x06", &counts, &places, &length, comment.as_bytes()].concat()
}

pub(super) fn zip(members: &[Member]) -> Vec<u8> {
    zip_with(b"", members, "")
}
