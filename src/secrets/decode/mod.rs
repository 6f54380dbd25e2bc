//! Encoded text inside a text: stretches that are decoded into views, each of which is searched like a text of its own.
//!
//! Two kinds of stretches are told apart. What is *opaque* (base64, hex, and what is packed inside) is decoded alone. What is
//! *readable* in parts (escapes, percent signs, entities, joined literals) is decoded with the lines around it, so that a
//! name still stands before its value. A view is decoded again, down to [`MAX_DEPTH`], within a budget of bytes.

mod base64;
mod escapes;
mod joints;
mod opaque;
mod packed;
mod regions;
mod signs;
#[cfg(test)]
mod tests;
mod view;
mod walk;
#[cfg(test)]
pub(super) mod ways;

pub(crate) use opaque::looks_encoded;
pub(crate) use signs::{is_sign, mend};
pub(crate) use view::{Encoding, Origin, Trail};
pub(crate) use walk::{Found, Gap, Walk};

/// How often what was decoded is decoded again.
const MAX_DEPTH: usize = 5;
/// A text may be decoded to so many times its own bytes …
const GROWTH: usize = 4;
/// … and so many more …
const SPARE: usize = 1024 * 1024;
/// … but to no more than these, in bytes.
const MAX_DECODED: usize = 64 * 1024 * 1024;

/// The bytes that are base64 in `bytes`, whichever alphabet it uses, padded or not, over any number of lines.
pub(crate) fn base64_value(bytes: &[u8]) -> Option<Vec<u8>> {
    base64::value(bytes)
}

/// Whether a byte is written in text: printable ASCII, white space, or part of a longer character.
const fn is_written(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// Whether bytes read as text: UTF-8 with hardly a control character.
fn is_text(bytes: &[u8]) -> bool {
    let valid: usize = bytes.utf8_chunks().map(|chunk| chunk.valid().len()).sum();
    let control = bytes.iter().filter(|byte| !is_written(**byte) && byte.is_ascii()).count();
    (bytes.len() - valid + control) * 20 <= bytes.len()
}
