//! Loose objects: each in a file of its own. <https://git-scm.com/book/en/v2/Git-Internals-Git-Objects>

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::ZlibDecoder;
use gix::ObjectId;
use gix::objs::Kind;

use super::regular;

/// The longest header: a kind, a length and a NUL.
const MAX_HEADER: usize = 32;

/// A loose object that was opened: its content comes when it is read.
pub(super) struct Loose {
    pub(super) kind: Kind,
    /// What the header promises.
    pub(super) len: u64,
    content: ZlibDecoder<BufReader<File>>,
}

impl Loose {
    /// Opens the file of an object and reads its header.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        regular::check(path)?;
        let file = File::open(path)?;
        let mut content = ZlibDecoder::new(BufReader::new(file));
        let mut header = Vec::with_capacity(MAX_HEADER);
        let mut byte = [0];
        loop {
            content.read_exact(&mut byte)?;
            match byte {
                [0] => break,
                _ if header.len() == MAX_HEADER => return Err(corrupt("its header is too long")),
                [byte] => header.push(byte),
            }
        }
        let (kind, len) = parse(&header).ok_or_else(|| corrupt("its header is none"))?;
        Ok(Self { kind, len, content })
    }

    /// The content, whole.
    pub(super) fn bytes(self, limit: u64) -> io::Result<Vec<u8>> {
        let (len, mut bytes) = (self.len, Vec::new());
        if len > limit {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large"));
        }
        self.content.take(len + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 == len {
            Ok(bytes)
        } else {
            Err(corrupt("it is not as long as it says"))
        }
    }

    /// The content, bit by bit.
    pub(super) fn reader(self) -> impl Read {
        self.content.take(self.len)
    }
}

fn parse(header: &[u8]) -> Option<(Kind, u64)> {
    let space = memchr::memchr(b' ', header)?;
    let kind = Kind::from_bytes(header.get(..space)?).ok()?;
    let len = std::str::from_utf8(header.get(space + 1..)?).ok()?;
    Some((kind, len.parse().ok()?))
}

fn corrupt(detail: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, detail)
}

/// The loose objects of a directory of objects, by name, and the directories in it that cannot be read.
pub(super) fn list(
    objects: &Path,
    hash: gix::hash::Kind,
    unread: &mut Vec<(PathBuf, io::Error)>,
) -> Vec<(ObjectId, PathBuf)> {
    let mut found = Vec::new();
    for first in 0..=u8::MAX {
        let directory = objects.join(format!("{first:02x}"));
        let entries = match fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    unread.push((directory, error));
                }
                continue;
            }
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let rest = name.to_str().unwrap_or_default();
            let name = format!("{first:02x}{rest}");
            if let Ok(id) = ObjectId::from_hex(name.as_bytes())
                && id.kind() == hash
            {
                found.push((id, entry.path()));
            }
        }
    }
    found.sort();
    found
}
