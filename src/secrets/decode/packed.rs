//! What decoded bytes may be packed in: gzip, zlib, or two bytes a character.

use std::io::Read;

use flate2::bufread::{MultiGzDecoder, ZlibDecoder};

use super::opaque::Text;
use super::view::{Encoding, View};

/// How bytes are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zlib,
    /// UTF-16 with the lower byte first, as `PowerShell` takes its commands.
    Utf16,
}

impl Packing {
    /// Reads the first bytes.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => Some(Self::Zlib),
            [_, 0, _, 0, _, 0, _, 0, ..] => Some(Self::Utf16),
            _ => None,
        }
    }
}

/// What was unpacked.
pub(super) enum Unpacked {
    /// Text.
    Text(View),
    /// Something else, or nothing at all.
    Other,
    /// Text that goes on beyond the limit.
    TooMuch(View),
}

/// Unpacks to at most `limit` bytes.
pub(super) fn unpack(bytes: &[u8], packing: Packing, limit: usize) -> Unpacked {
    match packing {
        Packing::Gzip => {
            inflate(&mut MultiGzDecoder::new(bytes), bytes.len(), Encoding::Gzip, limit)
        }
        Packing::Zlib => inflate(&mut ZlibDecoder::new(bytes), bytes.len(), Encoding::Zlib, limit),
        Packing::Utf16 => narrow(bytes),
    }
}

/// Reads part by part, so that what is no text is given up early. What a damaged stream gave before the damage is kept.
fn inflate(reader: &mut dyn Read, packed: usize, encoding: Encoding, limit: usize) -> Unpacked {
    let mut text = Vec::new();
    let mut judge = Text::default();
    let mut part = [0; 8 * 1024];
    let mut is_cut = false;
    while let Ok(length @ 1..) = reader.read(&mut part) {
        let part = part.get(..length).unwrap_or_default();
        if !judge.takes(part) {
            break;
        }
        let room = limit.saturating_sub(text.len());
        text.extend_from_slice(part.get(..length.min(room)).unwrap_or_default());
        if length > room {
            is_cut = true;
            break;
        }
    }
    let mut view = View::opaque();
    view.push_whole(&text, 0..packed, encoding);
    match (is_cut, text.is_empty()) {
        (true, _) => Unpacked::TooMuch(view),
        (false, true) => Unpacked::Other,
        (false, false) => Unpacked::Text(view),
    }
}

/// The lower bytes of ASCII characters; others become `?`.
fn narrow(bytes: &[u8]) -> Unpacked {
    let character = |pair: &[u8]| match *pair {
        [low, 0] => low,
        _ => b'?',
    };
    let text: Vec<u8> = bytes.chunks_exact(2).map(character).collect();
    if !super::is_text(&text) {
        return Unpacked::Other;
    }
    let mut view = View::opaque();
    view.push(&text, 0..text.len() * 2, (1, 2), Encoding::Utf16);
    Unpacked::Text(view)
}
